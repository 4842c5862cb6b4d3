"""Questions to physicians: neutral, sent, answered, taken or not, and nothing lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.returning import AnswerKind, AnswerNeed, ReturnAnswer, ReturnOption, ReturnQuestion, ReturnStatus
from app.services.composition import Services, open_services
from app.services.leading import leading
from app.services.return_answers import answer_words, must_be_whole
from app.services.return_types import SheetDraft, is_disagreement
from app.storage.actor import Actor
from app.storage.ops import Op

OPTIONS = (
    ReturnOption("入院前已有", AnswerKind.CHANGED, AnswerNeed.PLACE, "1"),
    ReturnOption("不是，改为…", AnswerKind.CHANGED, AnswerNeed.VALUE),
    ReturnOption("与首页相符", AnswerKind.UNCHANGED, AnswerNeed.PLACE),
)
CHANGED = ReturnAnswer(AnswerKind.CHANGED, "入院前已有", "1", "11-20 入院记录")


def question(path: str = "dx[0].adm_cond", words: str = "入院时的情况是？") -> ReturnQuestion:
    """Return a neutral question about the condition at admission."""
    return ReturnQuestion("BM-062", path, words, OPTIONS, severity="warn")


@pytest.fixture
def returned(services: Services, case_id: int) -> int:
    """Return a case that lies with its physician with one question about a field that says something else."""
    services.cases.set_text(case_id, "dx[0].adm_cond", "4")
    services.asking.ask(case_id, question())
    services.asking.send(case_id)
    return case_id


def item_of(services: Services, case_id: int) -> int:
    """Return the number of the only question of a case."""
    return services.physician.sheet(case_id).items[0].id


def test_every_template_is_neutral_and_chosen_for_its_field(services: Services, case_id: int) -> None:
    lines = services.return_templates.lines()
    assert len(lines) >= 30
    for line in lines:
        assert leading(ReturnQuestion("", "", line.words, line.options)) == (), line.id
        assert 2 <= len(line.options) <= 6
        for path in line.fields:
            for option in line.options:
                answer = ReturnAnswer(option.answer, option.label, option.value or "x", "x")
                item = SimpleNamespace(path=path.replace("[]", "[0]"), options=line.options)
                if option.value:
                    must_be_whole(item, answer)  # type: ignore[arg-type]
    template, asked = services.asking.draft(case_id, "dx[0].adm_cond")
    assert template.title == "入院病情"
    with services.session.db.read() as reader:
        record = reader.load_case(case_id).record
    assert record.rows(Group.DX)[0].text("source_text") in asked.words
    assert services.return_templates.template_for("WZ-001", "org_name").title == "首页缺项"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("该病例入组 HC11，脓毒症是否成立？", "group"),
        ("补充后权重更高，是否补充？", "money"),
        ("改为重症肺炎可提高支付，是否同意？", "gain"),
        ("应诊断为脓毒症，请确认。", "leading"),
        ("请改为重症肺炎。", "leading"),
        ("补充后多收 3000元，可以吗？", "money"),
    ],
)
def test_leading_words_are_marked_and_nothing_is_stored(services: Services, case_id: int, words: str, why: str) -> None:
    faults = leading(question(words=words))
    assert why in {fault.why for fault in faults}
    assert all(words[fault.start : fault.end] for fault in faults if fault.part == "words")
    with pytest.raises(UserProblem, match="影响答复"):
        services.asking.ask(case_id, question(words=words))
    with pytest.raises(UserProblem, match="影响答复"):
        services.asking.send_all({case_id: (question(words=words),)})
    assert services.asking.of_case(case_id) == ()


def test_one_answer_only_is_leading() -> None:
    only = replace(question(), options=OPTIONS[:1])
    assert [fault.why for fault in leading(only)] == ["one_answer"]
    assert leading(replace(question(), words="查 CA19-9、CD19、FT3、CO2 后有无结论？")) == ()


def test_a_question_goes_and_comes_back_and_its_value_is_taken(services: Services, returned: int) -> None:
    (line,) = services.physician.waiting()
    assert line.outstanding == 1
    assert line.due == services.session.clock.now() + timedelta(hours=24)
    sheet = services.physician.sheet(returned)
    assert sheet.items[0].item.old_value.startswith("4")
    done = services.physician.submit(returned, {sheet.items[0].id: CHANGED})
    assert done.left == 0
    assert services.cases.view(returned).state is CaseState.CODING
    assert services.verdicts.answered_cases() == (returned,)
    (diff,) = services.verdicts.diffs(returned)
    assert (diff.asked[0], diff.now[0], diff.new[0], diff.conflicts) == ("4", "4", "1", False)
    view = services.verdicts.accept(diff.id)
    assert view.record.value("dx[0].adm_cond") == "1"
    assert services.verdicts.answered_cases() == ()
    history = services.cases.history(returned, "dx[0].adm_cond")
    assert Op.ACCEPT_ANSWER.label in str(history[0])
    undone = services.cases.undo(returned)
    assert undone.record.value("dx[0].adm_cond") == "4"
    assert services.verdicts.answered_cases() == (returned,)


def test_an_answer_lacks_what_it_needs(services: Services, returned: int) -> None:
    item = item_of(services, returned)
    for answer, why in (
        (replace(CHANGED, words=""), "记载位置"),
        (ReturnAnswer(AnswerKind.CHANGED, "不是，改为…"), "改为什么"),
        (ReturnAnswer(AnswerKind.CHANGED, "不是，改为…", "九"), "不能填写"),
        (ReturnAnswer(AnswerKind.CHANGED, "别的", "1"), "选项"),
        (ReturnAnswer(AnswerKind.APPEAL), "理由"),
    ):
        with pytest.raises(UserProblem, match=why):
            services.physician.submit(returned, {item: answer})
    with pytest.raises(UserProblem, match="还有 1 项"):
        services.physician.submit(returned, {})
    assert services.cases.view(returned).state is CaseState.RETURNED


def test_a_value_changed_meanwhile_is_a_conflict_and_overwritten_by_nobody(services: Services, returned: int) -> None:
    services.physician.submit(returned, {item_of(services, returned): CHANGED})
    services.cases.set_text(returned, "dx[0].adm_cond", "2")
    (diff,) = services.verdicts.diffs(returned)
    assert diff.conflicts
    with pytest.raises(UserProblem, match="提问以后改过"):
        services.verdicts.accept(diff.id)
    assert services.cases.view(returned).record.value("dx[0].adm_cond") == "2"
    with pytest.raises(UserProblem):
        services.verdicts.accept_all(returned)
    assert services.verdicts.accept(diff.id, over=True).record.value("dx[0].adm_cond") == "1"


def test_a_disagreement_is_kept_from_both_sides(services: Services, returned: int) -> None:
    services.physician.submit(
        returned, {item_of(services, returned): ReturnAnswer(AnswerKind.APPEAL, "", "", "不同意")}
    )
    (diff,) = services.verdicts.diffs(returned)
    with pytest.raises(UserProblem, match="理由"):
        services.verdicts.keep(diff.id, " ")
    services.verdicts.keep(diff.id, "病程未见记载")
    with services.session.db.read() as reader:
        (stored,) = reader.returns_of(returned)
    assert stored.status is ReturnStatus.CLOSED
    assert is_disagreement(stored)
    assert stored.answer is not None
    assert (stored.answer.words, stored.verdict_words) == ("不同意", "病程未见记载")
    told = [change for step in services.history.timeline(returned) for change in step.changes]
    assert any("病程未见记载" in str(one) for one in told)


def test_a_text_for_a_diagnosis_replaces_its_row_and_no_code_is_taken(services: Services, case_id: int) -> None:
    services.asking.ask(case_id, question("dx[0].code", "本次住院主要诊治的疾病是？"))
    services.asking.send(case_id)
    item = item_of(services, case_id)
    with pytest.raises(UserProblem, match="编码"):
        services.physician.submit(case_id, {item: ReturnAnswer(AnswerKind.CHANGED, "", "K80.301 胆管结石")})
    services.physician.submit(case_id, {item: ReturnAnswer(AnswerKind.CHANGED, "", "胆总管结石")})
    (diff,) = services.verdicts.diffs(case_id)
    row = services.verdicts.accept(diff.id).record.rows(Group.DX)[0]
    assert (row.text("source_text"), row.text("code")) == ("胆总管结石", "")


def test_a_row_that_went_meanwhile_is_not_guessed(services: Services, returned: int) -> None:
    services.physician.submit(returned, {item_of(services, returned): CHANGED})
    services.cases.remove_row(returned, Group.DX, 0)
    (diff,) = services.verdicts.diffs(returned)
    assert diff.conflicts
    with pytest.raises(UserProblem, match="不在首页上"):
        services.verdicts.accept(diff.id, over=True)


def test_a_row_that_moved_is_still_the_row(services: Services, returned: int) -> None:
    services.physician.submit(returned, {item_of(services, returned): CHANGED})
    services.cases.move_row(returned, Group.DX, 0, 1)
    (diff,) = services.verdicts.diffs(returned)
    assert services.verdicts.accept(diff.id).record.value("dx[1].adm_cond") == "1"


def test_an_answer_that_was_begun_survives_a_restart(services: Services, returned: int) -> None:
    item = services.physician.sheet(returned).items[0].item
    services.physician.save_draft(item, SheetDraft(0, is_appeal=False, words="11-20"))
    home, engines = services.session.db.path.parent, services.session.engines
    services.close()
    again = open_services(home, clock=services.session.clock, engines=engines)
    try:
        assert again.physician.sheet(returned).items[0].draft == SheetDraft(0, is_appeal=False, words="11-20")
    finally:
        again.close()


def test_physicians_see_their_own_departments_only(services: Services, returned: int) -> None:
    dept = services.physician.waiting()[0].row.dept
    services.session.seat.take(Actor("chen", "陈大夫", frozenset({"physician"}), frozenset({"99.99"})))
    assert services.physician.waiting() == ()
    with pytest.raises(UserProblem, match="科室范围"):
        services.physician.sheet(returned)
    services.session.seat.take(Actor("chen", "陈大夫", frozenset({"physician"}), frozenset({dept})))
    assert len(services.physician.waiting()) == 1
    with pytest.raises(UserProblem):
        services.verdicts.diffs(returned)


def test_what_was_sent_can_be_withdrawn(services: Services, returned: int) -> None:
    with pytest.raises(UserProblem):
        services.asking.withdraw(returned, "")
    assert services.asking.withdraw(returned, "已电话核实").state is CaseState.CODING
    with pytest.raises(UserProblem):
        services.physician.sheet(returned + 10_000)
    assert services.physician.waiting() == ()


def test_a_case_in_review_comes_back_to_wait_for_review(services: Services, case_id: int) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.session.actor) as tx:
        tx.set_state(case_id, CaseState.QC)
    services.asking.send_all({case_id: (question(),)})
    services.physician.submit(case_id, {item_of(services, case_id): CHANGED})
    assert services.cases.view(case_id).state is CaseState.TO_QC


def test_hours_to_answer_are_the_hospitals(services: Services, case_id: int) -> None:
    services.asking.set_hours(48, 6)
    assert services.asking.due(CaseState.INPATIENT) == services.session.clock.now() + timedelta(hours=6)
    with pytest.raises(UserProblem):
        services.asking.set_hours(0, 6)
    own = replace(question(), due=datetime(2026, 11, 30, 12))
    services.asking.send_all({case_id: (own,)})
    assert services.physician.sheet(case_id).due == own.due


def test_questions_noted_before_they_had_a_table_go_on(services: Services, case_id: int) -> None:
    old = {"rule_id": "ZW-001", "path": "dx[0].code", "words": "有无穿孔？", "who": "王敏", "at": "2026-11-20 09:00:00"}
    with services.session.db.operation(Op.ASK_PHYSICIAN, by=services.session.actor) as tx:
        tx.set_setting(f"physician.{case_id}", [old])
        tx.set_setting("physician.999999", [old])
    services.asking.adopt_old()
    services.asking.adopt_old()
    (note,) = services.asking.of_case(case_id)
    assert (note.words, note.rule_id) == ("有无穿孔？", "ZW-001")


def test_a_template_of_the_hospital_stands_over_the_shipped_one(services: Services, case_id: int) -> None:
    template, _ = services.asking.draft(case_id, "dx[0].adm_cond")
    services.return_templates.save(template.id, "“{subject}”入院时如何？", template.options)
    assert services.asking.draft(case_id, "dx[0].adm_cond")[1].words.endswith("入院时如何？")
    with pytest.raises(UserProblem):
        services.return_templates.save(template.id, "请改为有。", template.options)
    services.return_templates.restore(template.id)
    assert services.asking.draft(case_id, "dx[0].adm_cond")[0] == template


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_words_can_be_looked_at_and_marks_lie_within_them(words: str, seen: str) -> None:
    asked = replace(question(words=words), seen=seen)
    for fault in leading(asked):
        length = len(words if fault.part == "words" else seen)
        assert 0 <= fault.start < fault.end <= length
        assert fault.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ReturnAnswer(AnswerKind.CHANGED, "不是，请改为…", "胆总管结石"), "不是，请改为胆总管结石"),
        (ReturnAnswer(AnswerKind.UNCHANGED, "病历有记载，见…", "", "11-20 病程"), "病历有记载，见11-20 病程"),
        (CHANGED, "入院前已有，11-20 入院记录"),
        (ReturnAnswer(AnswerKind.APPEAL, "", "", "依据充分"), "申诉，依据充分"),
        (ReturnAnswer(AnswerKind.CHANGED, "", "2"), "已修改 2"),
    ],
)
def test_an_answer_is_one_line(answer: ReturnAnswer, words: str) -> None:
    assert answer_words(answer) == words
