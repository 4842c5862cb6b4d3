"""今天做了什么: what was done is listed by case, opened at its field, taken back where it was made, printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.field import Group
from app.ui.page import PageSpec
from app.ui.pages.case import PAGE as CASE
from app.ui.pages.today import PAGE as TODAY
from app.ui.widgets import Text


@pytest.fixture
def cases(services: Any) -> tuple[int, int]:
    """Return two cases with an edit each, the second one later."""
    first, second = services.worklist.ids("to_code")[:2]
    services.cases.accept(first, Group.DX, 0, "J18.900")
    services.cases.set_text(second, "contact_name", "某人（测试）")
    return first, second


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], cases: tuple[int, int]) -> Any:
    """Return a window with the page, the case page and what they lead to."""
    return open_desk((stand_in("worklist"), CASE, stand_in("codes"), TODAY))


def _lines(page: Any) -> list[str]:
    model = page.table.model()
    return [model.index(row, 4).data() for row in range(model.rowCount())]


def test_the_day_is_reached_by_a_key_and_opens_the_field(desk: Any, cases: tuple[int, int]) -> None:
    desk.go("codes")
    desk.press("Ctrl+Shift+H")
    desk.rest()
    page = desk.window.page
    assert page.key == "today"
    assert "改联系人姓名" in _lines(page)[0]
    counts = page.findChild(Text, "day_counts").full_text()
    assert "1 条编码" in counts
    desk.press("Return")
    desk.rest()
    assert desk.window.page.view.case_id == cases[1]
    assert QApplication.focusWidget().objectName() == "contact_name"


def test_undo_from_here_first_goes_to_the_case(desk: Any, cases: tuple[int, int]) -> None:
    desk.go("today")
    desk.press("Ctrl+Z")
    desk.rest()
    assert desk.window.page.view.case_id == cases[1]
    assert desk.services.cases.view(cases[1]).record.text("contact_name") != "某人（测试）"


def test_undo_on_a_case_without_steps_goes_to_the_last_one_and_asks_again(desk: Any, cases: tuple[int, int]) -> None:
    other = desk.services.worklist.ids("to_code")[5]
    desk.go("case", case=other)
    desk.press("Ctrl+Z")
    desk.rest()
    assert desk.window.page.view.case_id == cases[1]
    assert desk.services.cases.view(cases[1]).record.text("contact_name") == "某人（测试）"
    desk.press("Ctrl+Z")
    desk.rest()
    assert desk.services.cases.view(cases[1]).record.text("contact_name") != "某人（测试）"


def test_days_are_walked_and_an_empty_one_says_so(desk: Any, cases: tuple[int, int]) -> None:
    page = desk.go("today")
    today = page.title_detail()
    desk.press("Ctrl+Left")
    desk.rest()
    assert page.title_detail() != today
    desk.press("Ctrl+Left")
    desk.rest()
    assert not page.has_steps
    desk.press("Ctrl+Right", "Ctrl+Right")
    desk.rest()
    assert page.title_detail() == today
    assert not desk.window.shell.actions.is_enabled("today.later")


def test_a_day_is_printed_and_exported(desk: Any, cases: tuple[int, int], tmp_path: Path) -> None:
    desk.go("today")
    desk.press("Ctrl+P")
    desk.answer_file(tmp_path / "day.pdf")
    desk.rest()
    assert (tmp_path / "day.pdf").read_bytes().startswith(b"%PDF")
    desk.press("Ctrl+E")
    desk.answer_file(tmp_path / "day.csv")
    desk.rest()
    assert "改联系人姓名" in (tmp_path / "day.csv").read_text("utf-8-sig")


def test_the_place_is_come_back_to(desk: Any, cases: tuple[int, int]) -> None:
    page = desk.go("today")
    desk.press("Ctrl+Left")
    desk.rest()
    kept = page.place()
    desk.go("codes")
    desk.window.go(kept)
    desk.rest()
    assert page.place().args["day"] == kept.args["day"]
