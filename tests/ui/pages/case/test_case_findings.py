"""Findings with their remedies, proposals, undo and redo, the DRG card, fees, finishing: the case as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.domain.case import CaseRecord, CaseState
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.services.composition import Services
from app.storage.ops import Op


def finding(case: Any) -> Finding:
    return case.page.findings.current()


def propose(services: Services, case_id: int, group: Group, index: int, code: str) -> None:
    """Write a proposal as auto-coding does."""
    with services.session.db.read() as reader:
        row_id = reader.load_case(case_id).record.rows(group)[index].id
    name = services.coding.candidate(code).name
    with services.session.db.operation(Op.AUTO_CODE, by=services.session.actor) as tx:
        tx.set_proposal(case_id, group, row_id, Proposal(code, name, 0.97, MatchKind.SYNONYM, "名称一致"))


@pytest.fixture
def late(record: CaseRecord) -> CaseRecord:
    """Return the case with a length of stay that is one day too long and a missing address."""
    days = record.value("los_days")
    assert isinstance(days, int)
    return record.with_value("los_days", days + 1).with_value("record_no", "00912360")


def coded(services: Services, case_id: int) -> None:
    """Code every row, so that no error is left."""
    for group in (Group.DX, Group.OP):
        for index, row in enumerate(services.cases.view(case_id).record.rows(group)):
            best = services.cases.candidates(case_id, group, index).best
            services.cases.accept(case_id, group, index, best.code if best else "J20.900")
            assert row.text("source_text")


def test_f6_visits_the_findings_in_order_and_lands_in_their_fields(
    case: Any, add_case: Callable[..., int], late: CaseRecord
) -> None:
    case.open(add_case(late))
    listed = list(case.stored().report.findings)
    assert [one.severity for one in listed] == sorted((one.severity for one in listed), key=list(Severity).index)
    case.press("F6")
    assert finding(case) == listed[0]  # the first is preselected: the first press goes to it
    landed = []
    for one in listed:
        assert finding(case) == one
        landed.append(case.page.focused_path())
        case.press("F6")
    wanted = [one.paths[0] for one in listed if one.paths]
    rows = [path.partition(".")[0] if path.startswith(("dx", "op")) else path for path in landed]
    assert rows == [path.partition(".")[0] if path.startswith(("dx", "op")) else path for path in wanted]
    assert finding(case) == listed[0]
    case.press("Shift+F6")
    assert finding(case) == listed[-1]


def test_the_field_of_a_finding_stands_at_a_third_with_its_text_selected(
    case: Any, add_case: Callable[..., int], late: CaseRecord
) -> None:
    case.open(add_case(late))
    at = next(
        number
        for number, one in enumerate(case.page.findings.findings)
        if one.paths == ("los_days",) or "los_days" in one.paths
    )
    case.page.findings.choose(at)
    case.page.findings.setFocus()
    case.press("Return")
    days = case.field("los_days")
    assert case.focus is days
    assert days.selectedText() == days.text()
    top = days.mapTo(case.page.sheet.viewport(), days.rect().topLeft()).y()
    assert top >= 0
    assert top <= case.page.sheet.viewport().height() / 2


def test_alt_enter_applies_the_safe_remedy_and_says_so_until_the_cursor_moves(
    case: Any, add_case: Callable[..., int], late: CaseRecord
) -> None:
    case.open(add_case(late))
    fixable = next(one for one in case.page.findings.findings if one.fix)
    case.page.findings.choose_finding(fixable)
    case.press("Alt+Return")
    assert case.stored().record.text(fixable.fix.path) == fixable.fix.value
    assert fixable not in case.page.findings.findings
    assert case.says(f"已改正 {fixable.rule_id}")
    case.go_to("patient_name")
    case.press("Ctrl+Z")
    assert fixable in case.page.findings.findings
    case.wait(lambda: case.says("已撤销"))


def test_a_finding_without_remedy_is_gone_to(case: Any) -> None:
    plain = next(one for one in case.page.findings.findings if not one.fix and one.paths)
    case.page.findings.choose_finding(plain)
    before = case.stored().version
    case.press("Alt+Return")
    assert case.stored().version == before
    assert case.page.focused_path().split(".")[0] == plain.paths[0].split(".")[0]


def test_proposals_are_violet_and_accepted_one_by_one_or_all_at_once(case: Any) -> None:
    for group, index, code in ((Group.DX, 0, "K26.400"), (Group.DX, 1, "E11.900"), (Group.OP, 0, "45.1300")):
        propose(case.services, case.case_id, group, index, code)
    case.open(case.case_id)
    case.page.open_case(case.case_id)
    case.settle()
    assert case.cell(0, "编码") == "K26.400"
    assert case.cell(0, "状态") == "提议 97%"
    assert case.value("dx[0].code") is None
    assert case.grid().model().rowCount() == 4  # a proposal needs no candidates below it
    case.go_to("dx[0].code")
    case.press("F1")
    assert case.says("名称一致")
    case.press("Escape", "Ctrl+1")
    assert case.value("dx[0].code") == "K26.400"
    assert case.cell(0, "状态") != "提议 97%"
    case.press("Ctrl+Shift+A")
    assert (case.value("dx[1].code"), case.value("op[0].code")) == ("E11.900", "45.1300")
    case.wait(lambda: case.says("已采用 2 条提议"))
    case.press("Ctrl+Z")
    assert case.value("dx[1].code") is None
    assert case.stored().proposal(Group.DX, 1).code == "E11.900"


def test_the_finding_about_a_missing_code_offers_the_proposal(case: Any) -> None:
    propose(case.services, case.case_id, Group.DX, 0, "K26.400")
    case.page.open_case(case.case_id)
    case.settle()
    missing = next(one for one in case.page.findings.findings if one.paths[:1] == ("dx[0].code",))
    case.page.findings.choose_finding(missing)
    case.press("Alt+Return")
    assert case.value("dx[0].code") == "K26.400"


def test_typing_over_a_proposal_is_a_rejection_and_asks_nothing(case: Any) -> None:
    propose(case.services, case.case_id, Group.DX, 0, "K26.400")
    case.page.open_case(case.case_id)
    case.settle()
    case.press('"k29.5', "Return")
    assert case.value("dx[0].code") == "K29.500"
    assert case.stored().proposal(Group.DX, 0) is None


def test_undo_and_redo_name_what_they_do(case: Any) -> None:
    case.go_to("contact_name")
    case.press('"Wu', "Return")
    assert "改联系人姓名" in case.page.strip.undo_button.text()
    case.press("Ctrl+Z")
    assert case.value("contact_name") != "Wu"
    case.wait(lambda: case.says("已撤销「改联系人姓名」"))
    case.press("Ctrl+Y")
    assert case.value("contact_name") == "Wu"
    case.wait(lambda: case.says("已重做「改联系人姓名」"))


def test_a_changed_group_flashes_for_two_seconds(case: Any) -> None:
    case.services.cases.accept(case.case_id, Group.DX, 0, "K26.400")
    case.page.open_case(case.case_id)
    case.settle()
    old = case.page.drg.group
    assert case.visible("drg_change") is None
    case.go_to("dx[0].code")
    case.press('"e11.9', "Return")
    assert case.page.drg.group != old
    assert case.visible("drg_change").text() == f"分组 {old} → {case.page.drg.group}"
    case.wait(lambda: case.visible("drg_change") is None)
    case.press("F9")
    assert case.desk.window.page.key == "drg"
    assert case.desk.window.page.sent.args == {"case": case.case_id, "field": "dx[0].adm_cond"}


def test_an_edit_refused_by_the_library_comes_back_and_says_why(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with case.services.session.db.operation(Op.SET_STATE, by=case.services.session.actor) as tx:
        tx.set_state(case.case_id, CaseState.SUBMITTED)
    before = case.stored().record.text("contact_name")
    case.go_to("contact_name")
    case.press('"Wu', "Return")
    assert case.field("contact_name").text() == before
    case.wait(lambda: case.says("内容已锁定"))
    assert case.page.view.locked


def test_the_dock_and_the_fees_fold_by_keys(case: Any) -> None:
    dock = case.page.findings
    case.press("Ctrl+B")
    assert not dock.isVisible()
    case.press("Ctrl+B")
    assert dock.isVisible()
    case.press("Ctrl+Shift+F")
    assert case.focus.objectName() == "fee_total"
    total = case.stored().record.value("fee_total")
    assert isinstance(total, int)
    case.press(f'"{(total + 12345) / 100:.2f}', "Return")
    assert case.value("fee_total") == total + 12345
    assert case.says("24 项之和比总费用少 123.45")
    assert case.focus.objectName() == "fee_self"
    case.press("Ctrl+Shift+F")
    assert not case.page.fees.is_open


def test_errors_come_before_finishing(case: Any) -> None:
    case.press("Ctrl+Return")
    assert case.stored().state in {CaseState.TO_CODE, CaseState.CODING}
    errors = case.stored().report.count(Severity.ERROR)
    case.wait(lambda: case.says(f"还有 {errors} 项强制错误，改正后可完成。"))
    assert finding(case).severity is Severity.ERROR
    assert case.page.focused_path() == finding(case).paths[0]


def test_finishing_opens_the_next_of_the_list_and_can_be_taken_back(
    case: Any, add_case: Callable[..., int], another: CaseRecord
) -> None:
    other = add_case(another)
    coded(case.services, case.case_id)
    first = case.case_id
    case.open(first, queue=[first, other])
    assert case.page.title_detail() == "第 1 / 2 份"
    case.go_to("contact_name")
    case.press('"Wu')  # still being typed: finishing stores it
    case.press("Ctrl+Return")
    while case.visible("words_card"):
        case.press("1")  # each warning is confirmed with the first common reason
    assert case.services.cases.view(first).state is CaseState.TO_QC
    assert case.services.cases.view(first).record.text("contact_name") == "Wu"
    assert case.page.view.case_id == other
    assert case.page.title_detail() == "第 2 / 2 份"
    case.wait(lambda: case.says("已完成 何平（测试）"))
    case.press("F8", "Return")
    assert case.page.view.case_id == first
    assert case.services.cases.view(first).state is not CaseState.TO_QC


def test_a_case_in_hospital_says_why_it_cannot_be_finished(
    case: Any, add_case: Callable[..., int], record: CaseRecord
) -> None:
    staying = replace(record.head, values={**record.head.values, "discharge_time": None, "record_no": "00912362"})
    case.open(add_case(replace(record, head=staying), CaseState.INPATIENT))
    coded(case.services, case.case_id)
    case.page.open_case(case.case_id)
    case.press("Ctrl+Return")
    assert case.stored().state is CaseState.INPATIENT
