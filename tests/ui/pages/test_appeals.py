"""申诉与单议 as the insurance office works with it: entered, answered, closed, taken up again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from app.domain.case import CaseState
from app.services.appeals_types import AppealDraft, AppealKind, AppealState, SpecialReason
from app.services.composition import Services
from app.storage import submissions
from app.storage.ops import Op
from app.storage.submissions import Group
from app.ui.page import PageSpec
from app.ui.pages.appeals import PAGE
from app.ui.widgets import DataTable

WHY = "与病历不符（测试）"


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case that was submitted."""
    found: int = services.worklist.ids("to_code")[0]
    with services.session.db.operation(Op.SUBMIT, by=services.user) as tx:
        number = submissions.add_submission(tx, "第一次（测试）", 1)
        submissions.add_case(tx, number, found, 1, "1", Group("HC15", "1", "分组成功"), b"{}")
        tx.set_state(found, CaseState.SUBMITTED)
    return found


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], case_id: int) -> Any:
    """Return a window on the page."""
    assert case_id
    return open_desk((stand_in("worklist"), stand_in("case"), stand_in("drg"), PAGE))


def test_an_objection_is_entered_answered_and_closed_by_keys(desk: Any, services: Services, case_id: int) -> None:
    (row,) = services.worklist.rows([case_id])
    page = desk.go("appeals")
    desk.press("N")
    desk.press(f'"{row.record_no}', on=desk.find(QLineEdit, "appeal_record_no"))
    desk.press("Return")
    assert "没有写医保的异议" in desk.find(QLabel, "appeal_card_problem").text()
    desk.find(QLineEdit, "appeal_objection_line").setText(WHY)
    desk.press("Return", on=desk.find(QLineEdit, "appeal_objection_line"))
    desk.rest()
    assert page.chosen.days_left == 10
    assert desk.find(QLabel, "appeal_objection").text() == WHY
    desk.press("R")
    desk.find(QLineEdit, "appeal_answer_line").setText("已附手术记录（测试）")
    desk.press("Return", on=desk.find(QLineEdit, "appeal_answer_line"))
    desk.press("2", on=page.default_focus())
    assert page.chosen.state is AppealState.ANSWERED
    desk.press("G", on=page.lists.table)
    desk.find(QLineEdit, "appeal_result_line").setText("按本院分组结算（测试）")
    desk.press("Return", on=desk.find(QLineEdit, "appeal_result_line"))
    desk.press("3", on=page.default_focus())
    assert page.chosen.state is AppealState.ACCEPTED
    desk.press("P", on=page.lists.table)
    assert (desk.window.page.key, desk.window.page.sent.args["case"]) == ("drg", case_id)


def test_a_case_of_another_page_begins_an_entry_and_the_place_is_kept(
    desk: Any, services: Services, case_id: int
) -> None:
    services.appeals.open(case_id, AppealDraft(AppealKind.APPEAL, WHY))
    page = desk.go("appeals", case=case_id, new="special")
    (row,) = services.worklist.rows([case_id])
    assert desk.find(QLineEdit, "appeal_record_no").text() == row.record_no
    desk.press("Escape")
    services.appeals.open(case_id, AppealDraft(AppealKind.SPECIAL, WHY, reason=SpecialReason.QY))
    page = desk.go("appeals", scope="special")
    assert desk.find(DataTable, "appeals_open").model().rowCount() == 1
    assert page.place().args["scope"] == "special"
    assert page.month == "2026-11"
    desk.press("Return", on=page.lists.table)
    assert desk.window.page.key == "case"


def test_the_usual_days_are_asked_for_and_refused_in_the_card(desk: Any, services: Services) -> None:
    desk.go("appeals")
    desk.window.shell.actions.trigger("appeals.days")
    desk.find(QLineEdit, "appeal_days").setText("x")
    desk.press("Return", on=desk.find(QLineEdit, "appeal_days"))
    assert "天数" in desk.find(QLabel, "appeal_card_problem").text()
    desk.find(QLineEdit, "appeal_days").setText("7")
    desk.press("Return", on=desk.find(QLineEdit, "appeal_days"))
    assert services.appeals.plan().appeal_days == 7
