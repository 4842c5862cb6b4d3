"""提交医保 as the insurance office works with it: checked, submitted with a note, looked up, unlocked or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from app.domain.case import CaseState
from app.domain.findings import Severity
from app.services.composition import Services
from app.services.submission_types import Scope
from app.storage.ops import Op
from app.ui.page import PageSpec
from app.ui.pages.submission import PAGE
from app.ui.pages.worklist.views import SavedView, SavedViews
from app.ui.widgets import DataTable, RuledField, SegmentedControl

WHY = "病理报告更正"


@pytest.fixture
def passed(services: Services) -> tuple[int, ...]:
    """Return two cases that have passed."""
    found: list[int] = []
    services.coding.auto_code(services.worklist.ids("to_code"))
    for case_id in services.worklist.ids("to_code"):
        view = services.cases.accept_all(case_id)
        if len(found) == 2 or view.report.count(Severity.ERROR) or view.grouping.problems:
            continue
        for finding in view.report.standing:
            if finding.severity is Severity.WARN:
                services.suppressions.suppress(case_id, finding, WHY)
        services.cases.set_state(case_id, CaseState.TO_QC)
        found.append(case_id)
    services.qc_writing.pass_cases(found)
    return tuple(found)


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], passed: tuple[int, ...]) -> Any:
    """Return a window on the page, checked."""
    assert passed
    opened = open_desk((stand_in("worklist"), stand_in("case"), stand_in("drg"), PAGE))
    opened.go("submission")
    return opened


def words_of(desk: Any) -> str:
    return "\n".join(label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible())


def test_passed_cases_are_checked_submitted_and_registered(desk: Any, services: Services, passed: Any) -> None:
    page = desk.window.page
    ready = desk.find(DataTable, "submission_ready")
    assert ready.model().rowCount() == 2
    desk.press("Ctrl+Return")
    desk.press("1", "Return")
    desk.rest()
    assert services.cases.view(passed[0]).state is CaseState.SUBMITTED
    (entry,) = services.submissions.register()
    assert entry.note == "本次 第一次申报"
    assert page.place().args["tab"] == "register"
    assert desk.find(DataTable, "submission_cases").model().rowCount() == 2
    assert "第 1 次提交" in words_of(desk)
    desk.press("Return", "Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] in passed


def test_what_the_gate_holds_back_says_why_and_opens_the_case(desk: Any, services: Services, passed: Any) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.record_event("passed", {"drg": "ZZ99", "scheme": "", "title": "旧方案"}, passed[0])
    desk.press("F5")
    desk.rest()
    desk.press("2")
    refused = desk.find(DataTable, "submission_refused")
    assert refused.model().rowCount() == 1
    assert "ZZ99" in refused.model().index(0, 3).data()
    desk.press("Return")
    assert desk.window.page.key == "drg"
    assert desk.window.page.sent.args["case"] == passed[0]


def test_a_wish_to_unlock_is_agreed_or_refused_by_key(desk: Any, services: Services, passed: Any) -> None:
    services.submissions.submit(services.submissions.gate(Scope()), WHY)
    for case_id in passed:
        services.unlocking.request(case_id, WHY)
    desk.go("submission", tab="unlock")
    table = desk.find(DataTable, "submission_unlock")
    assert table.model().rowCount() == 2
    table.setFocus()
    desk.press("A")
    assert services.cases.view(passed[0]).state is CaseState.CODING
    desk.press("N", '"no', "Return")
    assert services.cases.view(passed[1]).state is CaseState.SUBMITTED
    assert services.unlocking.counts() == {"approved": 1, "refused": 1}


def test_an_empty_library_says_what_to_do(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services
) -> None:
    opened = open_desk((stand_in("worklist"), stand_in("case"), PAGE))
    opened.go("submission")
    assert services.submissions.waiting().total == 0
    assert "没有可以提交的病案" in words_of(opened)
    opened.press("Ctrl+Return")
    assert opened.window.page.key == "submission"


def test_scope_and_list_come_back_with_the_place(desk: Any, services: Services) -> None:
    (month, _), *_ = services.submissions.waiting().months
    page = desk.go("submission", month=month, tab="refused")
    place = page.place()
    assert (place.args["month"], place.args["tab"]) == (month, "refused")
    assert page.title_detail() == month


def test_a_view_a_query_and_cases_of_the_list_are_what_is_meant(desk: Any, services: Services) -> None:
    first, second = services.worklist.rows(services.worklist.ids("passed"))[:2]
    view = SavedView("view:1", "我的", "all", (), first.record_no, "", descending=False)
    SavedViews(desk.window.shell.places).save(view)
    page = desk.go("submission", queue="all", words=first.record_no)
    ready = page.lists.models["ready"]
    assert [line.case_id for line in ready.values] == [first.case_id]
    assert page.scopes.line.label == "我的"
    desk.press("Ctrl+F", on=page.default_focus())
    line = desk.find(RuledField, "words")
    line.setText(second.record_no)
    desk.press("Return", on=line)
    desk.rest()
    assert [one.case_id for one in ready.values] == [second.case_id]
    assert page.scopes.line.label == second.record_no
    kept = page.place()
    page = desk.go("submission", cases=[first.case_id, second.case_id])
    assert len(ready.values) == 2
    assert page.scopes.line.label == "选中的 2 份"
    desk.window.go(kept)
    desk.rest()
    assert [one.case_id for one in ready.values] == [second.case_id]


def test_a_receipt_is_registered_and_compared_by_keys(desk: Any, services: Services, tmp_path: Path) -> None:
    services.submissions.submit(services.submissions.gate(Scope()), WHY)
    page = desk.go("submission", tab="register")
    file = tmp_path / "回执.pdf"
    file.write_bytes(b"%PDF")
    desk.press("R", on=page.default_focus())
    desk.answer_file(file)
    desk.find(SegmentedControl, "receipt_kind").set_current("refused")
    count = desk.find(QLineEdit, "receipt_cases")
    count.setText("x")
    desk.press("Return", on=count)
    assert "不是份数" in desk.find(QLabel, "receipt_card_problem").text()
    count.setText("1")
    desk.press("Return", on=count)
    desk.rest()
    assert page.lists.models["register"].data(page.lists.models["register"].index(0, 4)) == "退回"
    assert page.has_receipt
    desk.press("V", on=page.default_focus())
    desk.answer_file(file)
    desk.rest()
    assert "逐字节相同" in desk.window.shell.notices.bell[0].text
    desk.press("D", on=page.default_focus())
    desk.answer_file(tmp_path / "另存.pdf")
    desk.rest()
    assert (tmp_path / "另存.pdf").read_bytes() == b"%PDF"
