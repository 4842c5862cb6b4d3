"""A case is edited, checked, grouped, taken back; nothing is lost and nothing is written by a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.findings import Fix, Severity
from app.services.composition import Services, open_services
from app.storage.ops import Op


def test_a_text_is_parsed_stored_and_checked_at_once(services: Services, case_id: int) -> None:
    view = services.cases.set_text(case_id, "discharge_way", "7")
    assert view.record.value("discharge_way") is None
    assert view.record.head.raw["discharge_way"] == "7"
    assert "ZY-010" in {finding.rule_id for finding in view.report.findings}

    view = services.cases.set_text(case_id, "discharge_way", "医嘱离院")
    assert view.record.value("discharge_way") == "1"
    assert "ZY-010" not in {finding.rule_id for finding in view.report.findings}


def test_an_incremental_check_says_what_a_full_one_says(services: Services, case_id: int) -> None:
    services.cases.view(case_id)
    quick = services.cases.set_text(case_id, "los_days", "99").report
    fresh = open_services(services.session.db.path.parent / "other", engines=services.session.engines)
    fresh.close()
    full = services.session.engines.check(services.cases.view(case_id).record, CaseState.CODING)
    assert quick.findings == full.findings
    assert quick.score == full.score


def test_a_safe_remedy_is_written_by_one_call(services: Services, case_id: int) -> None:
    view = services.cases.set_text(case_id, "los_days", "99")
    finding = next(one for one in view.report.findings if one.rule_id == "LJ-004")
    assert finding.fix is not None
    view = services.cases.apply_fix(case_id, finding)
    assert "LJ-004" not in {one.rule_id for one in view.report.findings}


def test_a_remedy_that_is_a_code_brings_its_name(services: Services, case_id: int) -> None:
    view = services.cases.set_text(case_id, "los_days", "99")
    finding = replace(view.report.findings[0], fix=Fix("dx[0].code", "I21.100", "改为 I21.100"))
    view = services.cases.apply_fix(case_id, finding)
    assert view.record.text("dx[0].name") == services.session.engines.codebook.name_of("I21.100")


def test_the_first_edit_begins_coding(services: Services, case_id: int) -> None:
    assert services.cases.view(case_id).state is CaseState.TO_CODE
    assert services.cases.set_text(case_id, "abo", "2").state is CaseState.CODING


def test_an_accepted_code_brings_its_name_and_leaves_the_physicians_text(services: Services, case_id: int) -> None:
    before = services.cases.view(case_id).record.text("dx[0].source_text")
    view = services.cases.accept(case_id, Group.DX, 0, "I21.100")
    assert view.record.text("dx[0].code") == "I21.100"
    assert view.record.text("dx[0].name") == services.session.engines.codebook.name_of("I21.100")
    assert view.record.text("dx[0].source_text") == before
    assert view.row_key(Group.DX, 0) in view.accepted


def test_a_code_is_found_in_any_spelling_and_kept_when_unknown(services: Services, case_id: int) -> None:
    assert services.cases.set_text(case_id, "dx[0].code", "i21.1").record.text("dx[0].code") == "I21.100"
    view = services.cases.set_text(case_id, "dx[0].code", "K99.999")
    assert view.record.text("dx[0].code") == "K99.999"
    assert "BM-001" in {finding.rule_id for finding in view.report.findings}


def test_undo_and_redo_survive_a_restart_and_are_named(services: Services, case_id: int) -> None:
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    view = services.cases.accept(case_id, Group.DX, 0, "I20.000")
    assert view.undo_name == "主要诊断 I21.100 → I20.000"

    home, engines = services.session.db.path.parent, services.session.engines
    services.close()
    again = open_services(home, engines=engines)
    try:
        view = again.cases.undo(case_id)
        assert view.record.text("dx[0].code") == "I21.100"
        view = again.cases.redo(case_id)
        assert view.record.text("dx[0].code") == "I20.000"
    finally:
        again.close()


def test_rows_come_go_and_move_and_each_step_can_be_taken_back(services: Services, case_id: int) -> None:
    first = [row.text("source_text") for row in services.cases.view(case_id).record.rows(Group.DX)]
    view = services.cases.move_row(case_id, Group.DX, 1, 0)
    assert view.record.text("dx[0].source_text") == first[1]
    view = services.cases.remove_row(case_id, Group.DX, 0)
    assert len(view.record.rows(Group.DX)) == len(first) - 1
    view = services.cases.add_row(case_id, Group.DX, 1)
    assert view.record.rows(Group.DX)[1].is_blank()
    for _ in range(3):
        view = services.cases.undo(case_id)
    assert [row.text("source_text") for row in view.record.rows(Group.DX)] == first


def test_changed_fields_are_told_from_imported_ones(services: Services, case_id: int) -> None:
    assert services.cases.view(case_id).changed == {}
    view = services.cases.set_text(case_id, "rh", "1")
    assert "rh" in view.changed
    history = services.cases.history(case_id, "rh")
    assert (history[0].old, history[0].new) == ("2 阳", "1 阴")


def test_a_case_with_errors_is_not_finished(services: Services, case_id: int) -> None:
    done = services.cases.finish(case_id)
    assert done.blocking is not None
    assert done.blocking.severity is Severity.ERROR
    assert services.cases.view(case_id).state is not CaseState.TO_QC


def test_a_locked_case_refuses_every_write(services: Services, case_id: int) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case_id, CaseState.SUBMITTED)
    before = services.cases.view(case_id)
    with pytest.raises(UserProblem, match="锁定"):
        services.cases.set_text(case_id, "abo", "1")
    with pytest.raises(UserProblem, match="锁定"):
        services.cases.accept(case_id, Group.DX, 0, "I21.100")
    after = services.cases.view(case_id)
    assert (after.version, after.record) == (before.version, before.record)
    assert after.locked


def test_an_illegal_move_is_refused_in_words(services: Services, case_id: int) -> None:
    with pytest.raises(UserProblem, match="待编码"):
        services.cases.set_state(case_id, CaseState.SUBMITTED)


def test_a_case_that_is_gone_is_said_in_words(services: Services) -> None:
    with pytest.raises(UserProblem, match="找不到"):
        services.cases.view(999_999)


def test_the_preview_follows_every_edit(services: Services, case_id: int) -> None:
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    one = services.cases.view(case_id).grouping
    two = services.cases.accept(case_id, Group.DX, 0, "J15.900").grouping
    assert one.explanation is not None
    assert two.explanation is not None
    assert one.explanation.result.mdc != two.explanation.result.mdc
    assert one.trial


def test_proposals_take_part_in_the_preview_but_are_not_stored_as_codes(services: Services) -> None:
    ids = services.worklist.ids("to_code")
    report = services.coding.auto_code(ids)
    assert report.proposed > 0
    view = next(v for v in map(services.cases.view, ids) if v.proposals)
    assert view.grouping.unconfirmed or view.grouping.problems
    key = next(iter(view.proposals))
    row = next(row for row in view.record.rows(key[0]) if row.id == key[1])
    assert not row.text("code")
    accepted = services.cases.accept_all(view.case_id)
    assert not accepted.proposals
    assert accepted.grouping.unconfirmed == 0
