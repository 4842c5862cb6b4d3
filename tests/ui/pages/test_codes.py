"""The code search page as a coder uses it: type, walk, copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.common.progress import NoProgress
from app.domain.coding import CodeKind
from app.services.composition import Services
from app.ui.page import PageSpec
from app.ui.pages.codes import PAGE as CODES
from app.ui.pages.codes.palette import CodeProvider


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services) -> Any:
    """Return a window on the search, its index loaded."""
    services.warm_up(NoProgress())
    opened = open_desk((stand_in("worklist"), CODES))
    opened.go("codes")
    return opened


def test_typing_searches_at_every_key(desk: Any) -> None:
    query = desk.find(QLineEdit, "query")
    desk.press('"k803', on=query)
    assert desk.window.page.panel.current().code.startswith("K80.3")
    query.clear()
    desk.press('"急性阑尾炎', on=query)
    assert desk.window.page.panel.current().code.startswith("K35")


def test_pinyin_initials_find_a_name(desk: Any) -> None:
    desk.press('"jxlwy', on=desk.find(QLineEdit, "query"))
    assert any(hit.code.startswith("K35") for hit in desk.window.page.panel.results.hits.hits)


def test_arrows_walk_while_the_cursor_stays_in_the_query(desk: Any) -> None:
    query = desk.find(QLineEdit, "query")
    desk.press('"糖尿病', "Down", "Down", on=query)
    assert desk.window.page.panel.results.currentIndex().row() == 2
    assert query.text() == "糖尿病"


def test_enter_copies_code_and_name(desk: Any) -> None:
    query = desk.find(QLineEdit, "query")
    desk.press('"2型糖尿病', on=query)
    chosen = desk.window.page.panel.current()
    desk.press("Return", on=query)
    assert QApplication.clipboard().text() == f"{chosen.code} {chosen.name}"


def test_the_other_code_set_is_searched_with_the_same_words(desk: Any) -> None:
    desk.press('"阑尾', on=desk.find(QLineEdit, "query"))
    panel = desk.window.page.panel
    assert panel.kind is None
    assert {hit.code[0].isdigit() for hit in panel.results.hits.hits} == {True, False}, "both sets at once"
    desk.window.shell.actions.trigger("codes.other")
    assert panel.kind is CodeKind.DX
    desk.window.shell.actions.trigger("codes.other")
    assert panel.kind is CodeKind.PX
    assert panel.current().code.startswith("47.")
    desk.window.shell.actions.trigger("codes.other")
    assert panel.kind is None


def test_nothing_found_says_what_to_try(desk: Any) -> None:
    desk.press('"zzqqxx', on=desk.find(QLineEdit, "query"))
    assert desk.window.page.panel.current() is None


def test_the_query_is_there_again_when_one_comes_back(desk: Any) -> None:
    desk.press('"胆总管结石', on=desk.find(QLineEdit, "query"))
    place = desk.window.page.place()
    desk.go("worklist")
    desk.window.go(place)
    assert desk.find(QLineEdit, "query").text() == "胆总管结石"
    assert desk.window.page.has_hit


def test_the_palette_offers_codes(desk: Any) -> None:
    found = CodeProvider(desk.window.shell).search("k35", 5)
    assert all(item.code.startswith("K35") for item in found.items)
    assert CodeProvider(desk.window.shell).search("  ", 5).total == 0
