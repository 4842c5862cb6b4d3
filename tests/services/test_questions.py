"""Follow-up questions on a stored case: proposed with evidence, settled, back when the facts change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.returning import ReturnOption, ReturnQuestion
from app.qc.faults import RuleFault
from app.qc.questions import Asked, Option, QuestionKind
from app.services.composition import Services, open_services
from app.services.question_table import (
    OptionEntry,
    Origin,
    QuestionEntry,
    condition,
    options_text,
    parse_options,
)
from app.services.questions import QuestionService
from app.services.types import CaseView
from app.storage.ops import Op


@pytest.fixture
def appendix(services: Services, case_id: int) -> CaseView:
    """Return a case whose principal diagnosis raises ZW-001."""
    services.cases.accept(case_id, Group.DX, 0, "K35.800")
    return services.cases.view(case_id)


def question(services: Services, case_id: int, question_id: str) -> Asked | None:
    """Return an open question of a case."""
    found = services.questions.of_case(services.cases.view(case_id)).asked
    return next((one for one in found if one.question.id == question_id), None)


def option(asked: Asked, label: str) -> Option:
    """Return an option by a part of its label."""
    return next(one for one in asked.question.options if label in one.label)


def standing(services: Services, view: CaseView, question_id: str = "ZW-001") -> Asked:
    """Return an open question that must be there."""
    found = question(services, view.case_id, question_id)
    assert found is not None
    return found


def test_a_proposal_raises_questions_as_a_code_does(services: Services, case_id: int, appendix: CaseView) -> None:
    assert standing(services, appendix).at is not None
    services.cases.accept(case_id, Group.DX, 0, "K35.200")
    assert question(services, case_id, "ZW-001") is None


def test_the_codes_of_an_answer_are_offered_and_lie_in_its_range(services: Services, appendix: CaseView) -> None:
    asked = standing(services, appendix)
    offered = services.questions.candidates(appendix, asked, option(asked, "弥漫性"))
    assert offered
    assert all(one.code.startswith("K35.2") for one in offered)
    assert services.questions.candidates(appendix, asked, option(asked, "都没有")) == ()


def test_an_answer_is_proposed_with_its_evidence_and_never_accepted(services: Services, appendix: CaseView) -> None:
    asked = standing(services, appendix)
    view = services.questions.answer(appendix, asked, option(asked, "弥漫性"), "K35.200", "11-20 手术记录")
    assert view.record.text("dx[0].code") == "K35.200"
    proposal = view.proposal(Group.DX, 0)
    assert proposal is not None
    assert "11-20 手术记录" in proposal.reason
    assert question(services, view.case_id, "ZW-001") is None
    told = [line for step in services.history.timeline(view.case_id) for line in step.changes]
    assert any("11-20 手术记录" in line for line in told)
    view = services.cases.undo(view.case_id)
    assert view.record.text("dx[0].code") == "K35.800"
    assert question(services, view.case_id, "ZW-001") is not None


def test_a_code_needs_evidence_and_must_be_one_of_the_answer(services: Services, appendix: CaseView) -> None:
    asked = standing(services, appendix)
    with pytest.raises(UserProblem) as refused:
        services.questions.answer(appendix, asked, option(asked, "弥漫性"), "K35.200", "  ")
    assert refused.value.key == "questions.no_evidence"
    with pytest.raises(UserProblem) as refused:
        services.questions.answer(appendix, asked, option(asked, "弥漫性"), "I10.x00", "病程记录")
    assert refused.value.key == "questions.not_an_answer"
    assert services.cases.view(appendix.case_id).version == appendix.version


def test_a_question_settled_without_a_code_comes_back_when_its_row_changes(
    services: Services, appendix: CaseView
) -> None:
    asked = standing(services, appendix)
    services.questions.answer(appendix, asked, option(asked, "都没有"))
    found = services.questions.of_case(services.cases.view(appendix.case_id))
    assert "ZW-001" not in [one.question.id for one in found.asked]
    (settled,) = found.settled
    assert settled.reason == "都没有"
    services.cases.set_text(appendix.case_id, "contact_name", "Wu")
    assert question(services, appendix.case_id, "ZW-001") is None
    services.cases.set_text(appendix.case_id, "dx[0].name", "急性阑尾炎")
    assert question(services, appendix.case_id, "ZW-001") is not None


def test_a_settled_question_can_be_asked_again_and_settling_undone(services: Services, appendix: CaseView) -> None:
    asked = standing(services, appendix)
    view = services.questions.answer(appendix, asked, option(asked, "都没有"))
    assert view.undo_name == "回答追问"
    services.cases.undo(view.case_id)
    assert question(services, view.case_id, "ZW-001") is not None
    view = services.questions.answer(appendix, asked, option(asked, "都没有"))
    (settled,) = services.questions.of_case(view).settled
    services.questions.reopen(view, settled)
    assert question(services, view.case_id, "ZW-001") is not None


def test_a_prompt_for_what_may_be_missing_adds_a_row_that_waits(services: Services, case_id: int) -> None:
    for index in range(len(services.cases.view(case_id).record.rows(Group.DX))):
        services.cases.accept(case_id, Group.DX, index, "I25.100")
    view = services.cases.set_text(case_id, "vent_hours", "30")
    asked = standing(services, view, "LB-001")
    assert asked.question.kind is QuestionKind.MISSING
    rows = len(view.record.rows(Group.DX))
    view = services.questions.answer(view, asked, option(asked, "急性呼吸衰竭"), "J96.000", "11-20 血气分析")
    assert len(view.record.rows(Group.DX)) == rows + 1
    assert view.record.rows(Group.DX)[rows].text("code") == ""
    proposal = view.proposal(Group.DX, rows)
    assert proposal is not None
    assert proposal.code == "J96.000"
    view = services.cases.undo(case_id)
    assert len(view.record.rows(Group.DX)) == rows


def test_an_answer_to_a_question_that_is_gone_writes_nothing(services: Services, appendix: CaseView) -> None:
    asked = standing(services, appendix)
    view = services.cases.accept(appendix.case_id, Group.DX, 0, "I10.x00")
    with pytest.raises(UserProblem) as refused:
        services.questions.answer(view, asked, option(asked, "都没有"))
    assert refused.value.key == "questions.gone"


ENTRY = QuestionEntry(
    id="YW-001",
    kind=QuestionKind.DETAIL,
    ask="高血压：几级？",
    when="I10",
    evidence="血压记录",
    options=(OptionEntry("3 级", "I10"), OptionEntry("未说明")),
    done="I11",
    fields=("dx[].code",),
)


def test_the_hospital_adds_a_question_of_its_own_that_survives_a_restart(services: Services, case_id: int) -> None:
    services.questions.table.save(ENTRY, "高血压须写分级")
    services.cases.accept(case_id, Group.DX, 0, "I10.x00")
    assert question(services, case_id, "YW-001") is not None
    home, engines = services.session.db.path.parent, services.session.engines
    services.close()
    again = open_services(home, engines=engines)
    try:
        line = again.questions.table.lines()[-1]
        assert (line.entry.id, line.origin, line.on) == ("YW-001", Origin.OWN, True)
        assert question(again, case_id, "YW-001") is not None
        assert again.questions.table.new_id() == "YW-002"
    finally:
        again.close()


def test_a_shipped_question_is_changed_switched_off_and_restored(services: Services, appendix: CaseView) -> None:
    table = services.questions.table
    shipped = table.lines()[0].entry
    table.save(replace(shipped, ask="阑尾炎：穿孔了吗？"), "用词")
    assert table.lines()[0].origin is Origin.CHANGED
    assert standing(services, appendix).finding.message == "阑尾炎：穿孔了吗？"
    table.switch(shipped.id, on=False, reason="外科不问")
    assert question(services, appendix.case_id, shipped.id) is None
    table.restore(shipped.id, "恢复")
    line = table.lines()[0]
    assert (line.entry, line.origin, line.on) == (shipped, Origin.SHIPPED, True)


def test_each_change_is_told_and_can_be_taken_back(services: Services) -> None:
    table = services.questions.table
    table.switch("ZW-001", on=False, reason="外科不问")
    (step,) = table.history()
    assert (step.question_id, step.reason, step.can_undo) == ("ZW-001", "外科不问", True)
    table.take_back(step.op_id)
    assert table.lines()[0].on
    assert not table.history()[-1].can_undo


def test_a_change_without_reason_or_with_a_fault_is_refused(services: Services) -> None:
    table = services.questions.table
    with pytest.raises(UserProblem) as refused:
        table.save(ENTRY, " ")
    assert refused.value.key == "questions.no_reason"
    with pytest.raises(RuleFault) as fault:
        table.save(replace(ENTRY, when="any(dx, nothing == 1)"), "试")
    assert "^" in fault.value.caret
    for wrong in (replace(ENTRY, ask=""), replace(ENTRY, options=()), replace(ENTRY, evidence=" ")):
        with pytest.raises(RuleFault):
            table.save(wrong, "试")
    assert table.history() == ()


def test_a_question_that_can_no_longer_be_compiled_is_told_and_stops_no_other(
    services: Services, appendix: CaseView
) -> None:
    broken = {"id": "YW-009", "ask": "？", "when": "nothing == 1", "evidence": "-", "options": [], "fields": []}
    with services.session.db.operation(Op.SET_SETTING, by=services.session.actor) as tx:
        tx.set_setting("questions.YW-009", {"entry": broken, "on": True})
    again = QuestionService(services.session, services.cases)
    found = again.of_case(appendix)
    assert [one.rule_id for one in found.broken] == ["YW-009"]
    assert "ZW-001" in [one.question.id for one in found.asked]


def test_a_list_of_the_hospital_holds_for_questions_too(services: Services, case_id: int) -> None:
    before = services.questions.table.questions()
    assert services.questions.table.questions() is before
    services.rules.set_list("INFECTIONS", ("A00-A09",), "试")
    assert services.questions.table.questions() is not before


def test_answers_are_typed_as_lines() -> None:
    given = "穿孔 = K35.2\n+脓毒症 = A41\n切除 = 47.0\n都没有\n"
    options = parse_options(given, (OptionEntry("穿孔", "K35", words=("穿孔",)),))
    assert options[0] == OptionEntry("穿孔", "K35.2", words=("穿孔",))
    assert (options[1].adds, options[2].to, options[3].codes) == (True, Group.OP, "")
    assert parse_options(options_text(options), options) == options
    assert condition("K35.8, K37") == 'any(dx, code in "K35.8, K37")'
    assert condition('has(dx, "K35")') == 'has(dx, "K35")'


def asked(words: str) -> ReturnQuestion:
    """Return a neutral question about the main diagnosis."""
    options = (ReturnOption("有"), ReturnOption("没有"))
    return ReturnQuestion("ZW-001", "dx[0].code", words, options)


def test_questions_to_the_physician_are_noted_sent_and_undone(services: Services, case_id: int) -> None:
    services.cases.set_text(case_id, "abo", "2")
    with pytest.raises(UserProblem):
        services.asking.send(case_id)
    view = services.asking.ask(case_id, asked("阑尾炎有无穿孔？请按病历答复。"))
    assert view.undo_name == "记入待问医师"
    (note,) = services.asking.of_case(case_id)
    assert (note.rule_id, note.path) == ("ZW-001", "dx[0].code")
    with pytest.raises(UserProblem):
        services.asking.ask(case_id, asked(" "))
    assert services.asking.send(case_id, "请尽快").state is CaseState.RETURNED
    told = [line for step in services.history.timeline(case_id) for line in step.changes]
    assert any("阑尾炎有无穿孔" in line and "请尽快" in line for line in told)
    assert services.cases.undo(case_id).state is CaseState.CODING
    services.asking.drop(case_id, note)
    assert services.asking.of_case(case_id) == ()


def test_a_locked_case_takes_no_answer(services: Services, appendix: CaseView) -> None:
    asked = standing(services, appendix)
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(appendix.case_id, CaseState.SUBMITTED)
    with pytest.raises(UserProblem) as refused:
        services.questions.answer(appendix, asked, option(asked, "都没有"))
    assert refused.value.key == "cases.locked"
