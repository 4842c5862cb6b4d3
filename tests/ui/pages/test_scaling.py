"""A screen of 1366×768 at 150 % leaves 911×512: no page asks for more width; columns follow the size of letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from app.ui.theme import theme
from app.ui.widgets import ScrollPane, SideList
from tests.ui.pages.test_accessible import show, shown_pages

SMALL = (911, 512)


@pytest.fixture
def small(desk: Any) -> Any:
    """Return a window that is as small as that."""
    desk.window.setMinimumSize(1, 1)
    desk.window.resize(*SMALL)
    return desk


def test_no_page_is_wider_than_a_small_screen(small: Any) -> None:
    wide = {}
    for key in shown_pages(small):
        page = show(small, key)
        QApplication.processEvents()
        if page.minimumSizeHint().width() > page.width():
            wide[key] = page.minimumSizeHint().width() - page.width()
    assert wide == {}


def test_the_lines_of_a_side_list_stay_readable(small: Any) -> None:
    for key in ("worklist", "rules"):
        page = show(small, key)
        QApplication.processEvents()
        assert page.findChild(SideList).width() >= theme().px(120), key


@pytest.mark.parametrize("font_px", [14, 16])
def test_no_list_scrolls_sideways_with_large_letters(desk: Any, font_px: int) -> None:
    theme().set_font_px(font_px)
    places: list[tuple[str, dict[str, Any]]] = [(key, {}) for key in shown_pages(desk) if key != "case"]
    places += [("settings", {"group": group}) for group in ("keys", "qc", "backup", "people", "dictionaries")]
    places += [("qc", {"scope": "all", "segment": "all", "by": "dept"}), ("audit", {"kind": "edit"})]
    outside = {}
    for key, args in places:
        page = desk.go(key, **args) if args else show(desk, key)
        QApplication.processEvents()
        for view in page.findChildren(QTableView):
            if view.isVisible() and view.horizontalScrollBar().maximum():
                outside[key, view.objectName() or view.accessibleName()] = view.horizontalScrollBar().maximum()
    theme().set_font_px(13)
    assert outside == {}


def test_the_lists_of_an_import_fit_with_the_largest_letters(desk: Any, demo_file: Path) -> None:
    theme().set_font_px(16)
    page = desk.go("import")
    page.read(demo_file)
    desk.rest()
    for step in (page.mapping, page.lines, page.diffs):
        if step is page.diffs:
            page.go_next()
            QApplication.processEvents()
        assert step.table.isVisible()
        assert step.table.horizontalScrollBar().maximum() == 0, step.table.accessibleName()
    theme().set_font_px(13)


def test_columns_follow_the_size_of_letters(desk: Any) -> None:
    page = show(desk, "worklist")
    before = page.parts.sizes()
    theme().set_font_px(16)
    QApplication.processEvents()
    after = page.parts.sizes()
    assert after[0] == pytest.approx(before[0] * 16 / 13, abs=3)
    assert after[2] == pytest.approx(before[2] * 16 / 13, abs=3)
    theme().set_font_px(13)
    QApplication.processEvents()
    assert page.parts.sizes()[0] == pytest.approx(before[0], abs=3)


def test_a_whole_pane_is_as_wide_as_what_it_holds(qtbot: Any) -> None:
    held = QWidget()
    held.setMinimumWidth(300)
    whole, other = ScrollPane(whole=True), ScrollPane()
    for pane in (whole, other):
        qtbot.addWidget(pane)
    whole.box.addWidget(held)
    assert whole.minimumSizeHint().width() >= 300 > other.minimumSizeHint().width()
