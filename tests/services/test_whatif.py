"""What-if over a stored case: lists in page order, the rules that object, trials that write nothing, adoption."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.grouping import GroupStatus, StepOutcome
from app.services.composition import Services
from app.services.hospital_figures import PERIOD
from app.services.types import CaseView
from app.services.whatif_values import Change, GroupYear, Trial, WhatIf
from app.storage.caches import Summary
from app.storage.ops import Op


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a stroke with respiratory failure (which carries the group), hypertension and one operation."""
    ids = services.worklist.ids("to_code")
    case_id = next(
        one
        for one in ids
        for record in (services.cases.view(one).record,)
        if len(record.rows(Group.DX)) >= 3 and len(record.rows(Group.OP)) >= 2
    )
    for index, code in enumerate(("I63.900", "J96.000", "I10.x00")):
        services.cases.accept(case_id, Group.DX, index, code)
    for index, code in enumerate(("87.0300", "88.9100")):
        services.cases.accept(case_id, Group.OP, index, code)
    return case_id


def drg(view: CaseView) -> str:
    """Return the group of a case."""
    explanation = view.grouping.explanation
    return explanation.result.drg if explanation else ""


def row_id(services: Services, case_id: int, group: Group, index: int) -> int:
    """Return the stored id of a row."""
    return services.cases.view(case_id).record.rows(group)[index].id


def test_secondaries_in_page_order_with_the_group_each_carries(services: Services, case_id: int) -> None:
    lines = services.whatif.secondaries(case_id)
    assert [line.code for line in lines][:2] == ["J96.000", "I10.x00"]
    assert [line.index for line in lines] == sorted(line.index for line in lines)
    for line in lines:
        if line.without:
            assert drg(services.cases.remove_row(case_id, Group.DX, line.index)) == line.without
            services.cases.undo(case_id)


def test_all_secondaries_at_once(services: Services, case_id: int) -> None:
    carrying = services.whatif.carrying(case_id)
    assert carrying.codes == tuple(line.code for line in services.whatif.secondaries(case_id) if line.without)
    assert carrying.sentence
    assert carrying.without_all is not None
    for index in range(len(services.cases.view(case_id).record.rows(Group.DX)) - 1, 0, -1):
        view = services.cases.remove_row(case_id, Group.DX, index)
    assert drg(view) == carrying.without_all.result.drg
    assert services.whatif.carrying(case_id).without_all is None


def test_two_that_carry_the_group_only_together_are_told(services: Services, case_id: int) -> None:
    services.cases.accept(case_id, Group.DX, 2, "A41.900")
    carrying = services.whatif.carrying(case_id)
    assert carrying.codes == ()
    assert carrying.without_all is not None
    assert carrying.without_all.result.drg in carrying.sentence


def test_nothing_carries_the_group(services: Services, case_id: int) -> None:
    for index in (1, 2):
        services.cases.accept(case_id, Group.DX, index, "E78.500")
    assert services.whatif.carrying(case_id).sentence.endswith("分组也不变。")


def test_principals_are_what_the_grouper_says_of_the_moved_row(services: Services, case_id: int) -> None:
    for line in services.whatif.principals(case_id):
        assert drg(services.cases.move_row(case_id, Group.DX, line.index, 0)) == line.effect.result.drg
        services.cases.undo(case_id)


def test_a_principal_names_the_rules_that_only_then_object(services: Services, case_id: int) -> None:
    services.cases.set_text(case_id, "dx[2].code", "Z37.000")
    before = {finding.rule_id for finding in services.cases.view(case_id).report.findings}
    line = next(line for line in services.whatif.principals(case_id) if line.code == "Z37.000")
    assert line.findings
    after = services.cases.move_row(case_id, Group.DX, 2, 0).report.findings
    for finding in line.findings:
        assert (finding.rule_id, finding.severity, finding.message) in {
            (one.rule_id, one.severity, one.message) for one in after
        }
    assert {one.rule_id for one in after} - before <= {finding.rule_id for finding in line.findings}


def test_operations_left_out_and_put_first(services: Services, case_id: int) -> None:
    lines = services.whatif.operations(case_id)
    assert [(line.index, line.what.change) for line in lines][:3] == [
        (0, Change.REMOVE),
        (1, Change.REMOVE),
        (1, Change.FIRST),
    ]
    for line in lines:
        if line.what.change is Change.REMOVE:
            view = services.cases.remove_row(case_id, Group.OP, line.index)
        else:
            view = services.cases.move_row(case_id, Group.OP, line.index, 0)
        assert drg(view) == line.effect.result.drg
        services.cases.undo(case_id)


def test_neighbours_say_what_they_need_and_how_that_is(services: Services, case_id: int) -> None:
    lines = services.whatif.neighbours(case_id)
    assert lines
    assert all(line.wanted and line.now for line in lines)
    assert drg(services.cases.view(case_id)) not in [line.code for line in lines]


def test_an_open_proposal_takes_part_and_is_marked(services: Services, case_id: int) -> None:
    services.cases.set_text(case_id, "dx[1].code", "")
    services.coding.auto_code([case_id])
    proposed = [line for line in services.whatif.secondaries(case_id) if line.proposed]
    view = services.cases.view(case_id)
    assert {line.index for line in proposed} == {
        index for index in range(1, len(view.record.rows(Group.DX))) if view.proposal(Group.DX, index)
    }


def test_a_trial_shows_the_copy_and_writes_nothing(services: Services, case_id: int) -> None:
    before = services.cases.view(case_id)
    what = WhatIf(Change.FIRST, Group.DX, row_id(services, case_id, Group.DX, 1))
    trial = services.whatif.try_out(case_id, what)
    assert trial.before == drg(before)
    assert trial.words == "J96.000 急性呼吸衰竭 作主要诊断"
    assert services.cases.view(case_id) == before
    assert trial.after == drg(services.cases.move_row(case_id, Group.DX, 1, 0))


def test_all_secondaries_are_left_out_of_the_copy(services: Services, case_id: int) -> None:
    trial = services.whatif.try_out(case_id, WhatIf(Change.REMOVE_ALL, Group.DX))
    assert trial.after == services.whatif.carrying(case_id).without_all.result.drg
    assert trial.grouping.explanation.secondaries == ()
    assert trial.words == "去掉全部其他诊断"


def test_a_code_can_be_added_on_the_copy_only(services: Services, case_id: int) -> None:
    what = services.whatif.addition("i50.900")
    assert what == WhatIf(Change.ADD, Group.DX, code="I50.900")
    assert services.whatif.addition("不是编码") is None
    rows = len(services.cases.view(case_id).record.rows(Group.DX))
    trial = services.whatif.try_out(case_id, what)
    assert [note.code for note in trial.grouping.explanation.secondaries][-1] == "I50.900"
    assert len(services.cases.view(case_id).record.rows(Group.DX)) == rows
    with pytest.raises(UserProblem, match="只能试算"):
        services.cases.adopt(case_id, what, "11-20 病程记录")


@pytest.mark.parametrize(
    ("rise", "needed"), [(None, False), (Decimal("0.19"), False), (Decimal("0.2"), True), (Decimal("-0.5"), False)]
)
def test_a_fifth_more_weight_needs_a_physician(
    services: Services, case_id: int, rise: Decimal | None, needed: bool
) -> None:
    what = WhatIf(Change.FIRST, Group.DX, row_id(services, case_id, Group.DX, 1))
    trial = services.whatif.try_out(case_id, what)
    changed = Trial(what, trial.words, trial.grouping, trial.before, (), rise)
    assert changed.needs_physician is needed


def test_the_rise_is_that_of_the_weights_and_of_principals_only(services: Services, case_id: int) -> None:
    now = services.cases.view(case_id).grouping.price.weight
    first = services.whatif.try_out(case_id, WhatIf(Change.FIRST, Group.DX, row_id(services, case_id, Group.DX, 1)))
    then = first.grouping.price.weight
    assert first.rise == (then / now - 1 if now and then is not None else None)
    services.cases.set_text(case_id, "dx[2].code", "Z99.999")
    unknown = WhatIf(Change.FIRST, Group.DX, row_id(services, case_id, Group.DX, 2))
    assert services.whatif.try_out(case_id, unknown).rise is None
    removed = WhatIf(Change.REMOVE, Group.DX, row_id(services, case_id, Group.DX, 1))
    assert services.whatif.try_out(case_id, removed).rise is None


@pytest.mark.parametrize(("change", "group"), [(Change.REMOVE, Group.DX), (Change.FIRST, Group.DX),
                                               (Change.REMOVE, Group.OP), (Change.FIRST, Group.OP)])  # fmt: skip
def test_adoption_is_one_operation_with_its_reason_and_can_be_undone(
    services: Services, case_id: int, change: Change, group: Group
) -> None:
    before = services.cases.view(case_id)
    trial = services.whatif.try_out(case_id, WhatIf(change, group, row_id(services, case_id, group, 1)))
    after = services.cases.adopt(case_id, trial.what, "  11-20 病程记录，血气分析  ")
    assert drg(after) == trial.after
    assert after.undo_name == "采用试算"
    with services.session.db.read() as reader:
        operation = reader.case_history(case_id)[-1][0]
        assert reader.verify_audit().broken_op == 0
    assert (operation.op, operation.note) == (Op.ADOPT_WHAT_IF, "11-20 病程记录，血气分析")
    undone = services.cases.undo(case_id)
    assert undone.record.rows(group) == before.record.rows(group)
    assert drg(services.cases.redo(case_id)) == trial.after


def test_nothing_is_adopted_without_a_reason(services: Services, case_id: int) -> None:
    what = WhatIf(Change.REMOVE, Group.DX, row_id(services, case_id, Group.DX, 1))
    version = services.cases.view(case_id).version
    with pytest.raises(UserProblem, match="病历依据"):
        services.cases.adopt(case_id, what, "  ")
    assert services.cases.view(case_id).version == version


def test_a_row_that_is_gone_is_said_so(services: Services, case_id: int) -> None:
    what = WhatIf(Change.REMOVE, Group.DX, row_id(services, case_id, Group.DX, 1))
    services.cases.remove_row(case_id, Group.DX, 1)
    with pytest.raises(UserProblem, match="不在病案里"):
        services.whatif.try_out(case_id, what)
    with pytest.raises(UserProblem, match="不在病案里"):
        services.cases.adopt(case_id, what, "病程")


def test_a_locked_case_refuses_adoption_but_can_be_tried(services: Services, case_id: int) -> None:
    what = WhatIf(Change.REMOVE, Group.DX, row_id(services, case_id, Group.DX, 1))
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case_id, CaseState.SUBMITTED)
    assert services.whatif.try_out(case_id, what).after
    with pytest.raises(UserProblem, match="锁定"):
        services.cases.adopt(case_id, what, "病程")


def test_a_case_that_cannot_be_grouped_has_no_lists(services: Services, case_id: int) -> None:
    services.cases.set_text(case_id, "dx[0].code", "")
    whatif = services.whatif
    for ask in (whatif.secondaries, whatif.principals, whatif.operations, whatif.neighbours):
        assert ask(case_id) == ()
    assert whatif.carrying(case_id).sentence == ""


def test_a_case_in_no_group_still_has_other_principals(services: Services, case_id: int) -> None:
    services.cases.set_text(case_id, "dx[0].code", "Z99.999")
    assert services.cases.view(case_id).grouping.explanation.result.status is GroupStatus.UNGROUPED
    assert services.whatif.secondaries(case_id) == ()
    assert any(line.effect.changed for line in services.whatif.principals(case_id))


def test_the_lists_of_a_step_name_the_members_that_the_case_has(services: Services, case_id: int) -> None:
    steps = services.cases.view(case_id).grouping.explanation.steps
    hit = next(step for step in steps if step.outcome is StepOutcome.HIT and step.level == "mdc")
    lists = services.whatif.lists_of(case_id, hit)
    assert any(member.code == "I63.900" and member.name and member.place for one in lists for member in one.of_case)
    assert all(one.count >= len(one.of_case) + len(one.first) for one in lists)
    other = WhatIf(Change.FIRST, Group.DX, row_id(services, case_id, Group.DX, 1))
    assert services.whatif.lists_of(case_id, hit, other) == lists
    gone = WhatIf(Change.REMOVE, Group.DX, row_id(services, case_id, Group.DX, 0))
    assert services.whatif.lists_of(case_id, hit, gone) != lists
    assert services.whatif.lists_of(case_id, replace(hit, code="不在方案中")) == ()


def test_the_documents_of_a_diagnosis(services: Services, case_id: int) -> None:
    assert all(one.what for one in services.whatif.documents(case_id, 1))
    assert services.whatif.documents(case_id, 1)
    assert services.whatif.documents(case_id, 99) == ()


def test_each_case_is_told_apart(services: Services, case_id: int) -> None:
    other = next(one for one in services.worklist.ids("to_code") if one != case_id)
    services.cases.accept(other, Group.DX, 0, "J18.900")
    first = services.whatif.secondaries(case_id)
    assert services.whatif.secondaries(other) != first
    assert services.whatif.secondaries(case_id) == first


def test_an_edit_is_followed_at_once(services: Services, case_id: int) -> None:
    assert services.whatif.secondaries(case_id)[0].code == "J96.000"
    services.cases.accept(case_id, Group.DX, 1, "E11.900")
    assert services.whatif.secondaries(case_id)[0].code == "E11.900"


def test_a_case_that_is_gone(services: Services) -> None:
    with pytest.raises(UserProblem):
        services.whatif.secondaries(999_999)


def test_the_hospital_s_own_stays_of_a_group_are_told_from_ten_on(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = services.session.clock.now().date()
    discharged = [row.case_id for row in services.worklist.rows(services.worklist.ids("all")) if row.discharge_time]
    with services.session.db.caching() as cache:
        for case_id in discharged[:3]:
            cache.save_summary(case_id, 1, Summary(drg="ES33"))
    with services.session.db.read() as reader:
        own = [one for one in reader.past_stays(today - PERIOD, today) if one.drg == "ES33"]
    assert services.whatif.year("ES33") == GroupYear("ES33", len(own), None, None)
    monkeypatch.setattr("app.services.whatif.FEWEST_STAYS", 1)
    year = services.whatif.year("ES33")
    assert year.days == pytest.approx(sum(one.days for one in own) / len(own))
    amounts = [one.amount_fen for one in own if one.amount_fen is not None]
    assert year.amount_fen == round(sum(amounts) / len(amounts))
    assert services.whatif.year("ZZ99") == GroupYear("ZZ99", 0, None, None)
