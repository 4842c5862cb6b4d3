"""The life of a case: who did what, and the group before and after it, right after undo and redo too."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseRecord
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.domain.grouping import GroupInput, GroupResult
from app.drg.engine import group
from app.drg.scheme import Scheme
from app.services import case_history
from app.services.composition import Services
from app.services.history_words import Told, told
from app.services.replayed_case import ReplayedCase
from app.storage.ops import Op


@pytest.fixture
def coded(services: Services) -> int:
    """Return a case with a stroke as principal diagnosis and two secondary diagnoses that are coded."""
    ids = services.worklist.ids("to_code")
    case_id = next(i for i in ids if len(services.cases.view(i).record.rows(Group.DX)) >= 3)
    for index, code in enumerate(("I63.900", "J96.000", "I10.x00")):
        services.cases.accept(case_id, Group.DX, index, code)
    return case_id


def group_now(services: Services, case_id: int) -> str:
    """Return the group as the case page shows it."""
    explanation = services.cases.view(case_id).grouping.explanation
    return explanation.result.drg if explanation else ""


def plain(record: CaseRecord) -> object:
    """Return what a record holds, blanks left out, so that a blank cell and a missing one are equal."""
    return [
        (group, row.id, {k: v for k, v in row.values.items() if v is not None}, dict(row.raw), row.dashes)
        for group, _, row in record.each_row()
    ]


def test_the_import_is_the_first_step_and_one_sentence(services: Services, case_id: int) -> None:
    first = services.history.timeline(case_id)[-1]
    assert (first.what, first.group_before) == ("导入", "")
    came, note = first.changes
    assert came.startswith("写入首页：诊断")
    assert note.startswith("说明：")
    assert note.endswith(".csv")
    assert first.who


def test_every_edit_says_place_from_and_to(services: Services, coded: int) -> None:
    services.cases.set_text(coded, "abo", "1")
    services.cases.set_text(coded, "abo", "2")
    services.cases.set_text(coded, "birth_date", "不详日期")
    latest, before, *_ = services.history.timeline(coded)
    assert latest.changes[0].endswith("→ （无法识别）不详日期")
    assert any(sentence == "血型：1 A → 2 B" for sentence in before.changes)
    codes = [sentence for step in services.history.timeline(coded) for sentence in step.changes if "编码：" in sentence]
    assert "主要诊断，诊断编码：空 → I63.900" in codes
    assert "第 2 诊断，诊断编码：空 → J96.000" in codes


def test_rows_that_come_go_and_move_are_told(services: Services, coded: int) -> None:
    services.cases.move_row(coded, Group.DX, 1, 0)
    services.cases.remove_row(coded, Group.DX, 2)
    services.cases.add_row(coded, Group.OP, 0)
    added, removed, moved, *_ = services.history.timeline(coded)
    assert moved.changes == ("第 2 诊断移到第 1 位",)
    assert removed.changes[0].startswith("删除第 3 诊断：I10.x00")
    assert added.changes == ("增加主要手术：空行",)


def test_the_group_before_and_after_is_that_of_the_page_at_the_time(services: Services, coded: int) -> None:
    seen = [group_now(services, coded)]
    for write in (
        lambda: services.cases.move_row(coded, Group.DX, 1, 0),
        lambda: services.cases.undo(coded),
        lambda: services.cases.redo(coded),
        lambda: services.cases.undo(coded),
        lambda: services.cases.remove_row(coded, Group.DX, 1),
        lambda: services.cases.undo(coded),
        lambda: services.cases.set_text(coded, "sex", "-"),
        lambda: services.cases.undo(coded),
    ):
        write()
        seen.append(group_now(services, coded))
    steps = services.history.timeline(coded)[: len(seen) - 1][::-1]
    assert [step.group_before for step in steps] == seen[:-1]
    assert [step.group_after for step in steps] == seen[1:]
    assert [step.regroups for step in steps] == [was != now for was, now in pairwise(seen)]
    assert len(set(seen)) >= 3
    assert "" in seen


def test_an_undo_names_what_it_took_back(services: Services, coded: int) -> None:
    services.cases.move_row(coded, Group.DX, 1, 0)
    services.cases.undo(coded)
    services.cases.redo(coded)
    assert [step.what for step in services.history.timeline(coded)[:3]] == [
        "重做：调整顺序",
        "撤销：调整顺序",
        "调整顺序",
    ]


def test_the_reason_given_with_an_operation_is_told(services: Services, coded: int) -> None:
    with services.session.db.operation(Op.SET_FIELD, by=services.user, note="见 11-20 病程记录") as tx:
        tx.set_field(coded, Group.CASE, 0, "rh", "1")
    assert services.history.timeline(coded)[0].changes[-1] == "说明：见 11-20 病程记录"


def test_proposals_are_told_and_take_part_as_on_the_page(services: Services) -> None:
    case_id = next(i for i in services.worklist.ids("to_code") if not services.cases.view(i).record.text("dx[0].code"))
    services.coding.auto_code([case_id])
    latest = services.history.timeline(case_id)[0]
    assert latest.group_after == group_now(services, case_id)
    assert any("提议" in sentence or "编码：空 →" in sentence for sentence in latest.changes)


def test_a_proposal_taken_back_and_workflow_are_told(services: Services) -> None:
    case_id = next(i for i in services.worklist.ids("to_code") if not services.cases.view(i).record.text("dx[0].code"))
    services.list_work.claim([case_id])
    with services.session.db.operation(Op.AUTO_CODE, by=services.user) as tx:
        row = tx.load_case(case_id).record.rows(Group.DX)[0]
        tx.set_proposal(case_id, Group.DX, row.id, Proposal("J18.900", "肺炎", 0.9, MatchKind.FUZZY, ""))
    services.cases.undo(case_id)
    undone, proposed, claimed, *_ = services.history.timeline(case_id)
    assert undone.changes == ("主要诊断，撤下提议 J18.900 肺炎",)
    assert proposed.changes == ("主要诊断，提议 J18.900 肺炎",)
    assert claimed.changes == ("认领人：空 → 本机用户",)


def test_a_case_taken_out_with_its_import_and_brought_back_keeps_its_history(services: Services, case_id: int) -> None:
    with services.session.db.read() as reader:
        batch = next(operation for operation, _ in reader.case_history(case_id))
    other = ReplayedCase()
    with services.session.db.read() as reader:
        changes = [change for _, change in reader.case_history(case_id)]
    assert list(told(other, changes, {}))
    assert list(told(other, [change.inverse() for change in reversed(changes)], {})) == [Told("撤下整份病案")]
    assert batch.op is Op.IMPORT
    assert plain(other.record()) == [(Group.CASE, 0, {}, {}, frozenset())]


def test_the_case_rebuilt_from_its_history_is_the_stored_one(services: Services, coded: int) -> None:
    services.cases.move_row(coded, Group.DX, 2, 0)
    services.cases.remove_row(coded, Group.DX, 1)
    services.cases.undo(coded)
    services.cases.add_row(coded, Group.DX, 1)
    services.cases.set_text(coded, "dx[1].adm_cond", "1")
    with services.session.db.read() as reader:
        stored, changes = reader.load_case(coded), reader.case_history(coded)
    case = ReplayedCase()
    for _, change in changes:
        case.apply(change)
    assert plain(case.record()) == plain(stored.record)
    assert case.proposals == dict(stored.proposals)


def test_a_case_that_is_gone_says_so(services: Services) -> None:
    with pytest.raises(UserProblem, match="找不到"):
        services.history.timeline(9_999)


def test_equal_states_are_grouped_once(services: Services, coded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        services.cases.set_text(coded, "abo", str(number % 4 + 1))
        services.cases.move_row(coded, Group.DX, 1, 0)
    asked: list[GroupInput] = []

    def counted(scheme: Scheme, case: GroupInput) -> GroupResult:
        asked.append(case)
        return group(scheme, case)

    monkeypatch.setattr(case_history, "group", counted)
    assert len(services.history.timeline(coded)) >= 80
    assert len(asked) == len(set(asked)) <= 6


def test_every_line_knows_where_its_place_stands_now(services: Services, coded: int) -> None:
    services.cases.set_text(coded, "dx[1].adm_cond", "2")
    services.cases.set_text(coded, "abo", "1")
    services.cases.move_row(coded, Group.DX, 1, 0)
    moved, blood, condition, *_ = services.history.timeline(coded)
    assert moved.paths == ("dx[0].code",)
    assert blood.paths == ("abo",)
    assert condition.paths == ("dx[0].adm_cond",)
    services.cases.remove_row(coded, Group.DX, 0)
    assert services.history.timeline(coded)[3].paths == ("",)
    assert all(len(step.paths) == len(step.changes) for step in services.history.timeline(coded))


def test_the_case_as_it_was_stands_beside_the_case_as_it_is(services: Services, coded: int) -> None:
    services.cases.set_text(coded, "abo", "1")
    then = services.history.timeline(coded)[0].op_id
    services.cases.set_text(coded, "abo", "2")
    services.cases.remove_row(coded, Group.DX, 2)
    moment = services.history.moment(coded, then)
    differing = {line.label: (line.then, line.now) for line in moment.lines if line.differs}
    assert differing["血型"] == ("1 A", "2 B")
    assert differing["第 3 诊断，诊断编码"] == ("I10.x00", "")
    assert any(not line.differs for line in moment.lines)
    with pytest.raises(LookupError):
        services.history.moment(coded, 10**6)


def test_a_remedy_that_was_applied_names_its_rule(services: Services, coded: int) -> None:
    days = int(services.cases.view(coded).record.text("los_days"))
    services.cases.set_text(coded, "los_days", str(days + 3))
    finding = next(one for one in services.cases.view(coded).report.standing if one.fix)
    services.cases.apply_fix(coded, finding)
    assert services.history.timeline(coded)[0].changes[-1] == f"说明：{finding.rule_id}"
