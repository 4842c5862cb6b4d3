"""Every page without a mouse and without eyes: Tab goes round and is seen, everything has a name, nothing is tiny."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QHeaderView, QWidget

from app.ui.pages.settings.options import GROUPS
from app.ui.theme import tokens

LEAST_PX = 24
MOST_STEPS = 400
_NEEDS_CASE = ("case", "drg")


def shown_pages(desk: Any) -> list[str]:
    """Return the keys of all pages, each shown once and come to rest when asked for."""
    return list(desk.window.pages)


def show(desk: Any, key: str) -> QWidget:
    """Go to a page, those about a case with one."""
    args = {"case": int(desk.services.worklist.ids("all")[0])} if key in _NEEDS_CASE else {}
    page: QWidget = desk.go(key, **args)
    return page


def told(widget: QWidget | None) -> str:
    """Return what names a widget in a failure."""
    if widget is None:
        return "nothing"
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName() or widget.toolTip()}".strip()


def taking_focus(page: QWidget) -> list[QWidget]:
    """Return the visible widgets that can have the focus."""
    return [
        one
        for one in page.findChildren(QWidget)
        if one.isVisible()
        and one.isEnabled()
        and bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and one.focusProxy() is None
        and not isinstance(one, QHeaderView)
        and one.objectName() != "qt_scrollarea_viewport"
    ]


def test_everything_that_takes_the_focus_has_a_name(desk: Any) -> None:
    nameless = []
    for key in shown_pages(desk):
        page = show(desk, key)
        nameless += [
            f"{key}: {told(one)}"
            for one in taking_focus(page)
            if not (one.accessibleName() or (isinstance(one, QAbstractButton) and one.text()))
        ]
    assert nameless == []


def test_nothing_that_is_clicked_is_smaller_than_a_finger(desk: Any) -> None:
    small = []
    for key in shown_pages(desk):
        page = show(desk, key)
        small += [
            f"{key}: {told(one)} {one.text()} {one.width()}×{one.height()}"
            for one in page.findChildren(QAbstractButton)
            if one.isVisible() and min(one.width(), one.height()) < LEAST_PX
        ]
    assert small == []


def state(widget: QWidget | None) -> tuple[int, int, int]:
    """Return where the focus is: the widget, and in a table the cell."""
    at = widget.currentIndex() if isinstance(widget, QAbstractItemView) else None
    return (id(widget), at.row(), at.column()) if at else (id(widget), -1, -1)


def picture(desk: Any, widget: QWidget) -> bytes:
    """Return the pixels of a widget as the window shows it, with three pixels around."""
    window = desk.window
    box = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-3, -3, 3, 3)
    image = window.grab(box.intersected(window.rect())).toImage()
    return bytes(image.constBits())


def walk(desk: Any, page: QWidget, back: bool = False) -> list[str]:
    """Press Tab, or Shift+Tab, until the focus is where it was; return traps and widgets whose focus cannot be seen."""
    held = Qt.KeyboardModifier.ShiftModifier if back else Qt.KeyboardModifier.NoModifier
    problems: list[str] = []
    start = QApplication.focusWidget()
    if start is not None and not start.focusPolicy() & Qt.FocusPolicy.TabFocus:  # the words in place of an empty list
        QTest.keyClick(start, Qt.Key.Key_Tab, held)
        start = QApplication.focusWidget()
    seen = [state(start)]
    widgets = [start]
    while len(seen) < MOST_STEPS:
        before = QApplication.focusWidget()
        if before is None or not before.isVisible() or before.visibleRegion().isEmpty():
            return [*problems, f"the focus is nowhere after {told(widgets[-1])}"]
        with_focus = picture(desk, before)
        QTest.keyClick(before, Qt.Key.Key_Tab, held)
        QApplication.processEvents()
        now = QApplication.focusWidget()
        if now is not before and before.isVisible() and picture(desk, before) == with_focus:
            problems.append(f"the focus is not seen on {told(before)}")
        if now is start and before is not start:
            return problems
        if now is before and all(one in widgets for one in taking_focus(page)):
            return problems  # the end of the round, everything has had the focus; Shift+Tab goes back
        if state(now) in seen:
            return [*problems, f"a trap: {told(before)} leads to {told(now)} and never back"]
        seen.append(state(now))
        widgets.append(now)
    return [*problems, f"no way round in {MOST_STEPS} steps, last on {told(widgets[-1])}"]


def test_tab_goes_round_every_page_and_the_focus_is_seen(desk: Any) -> None:
    problems = []
    for key in shown_pages(desk):
        page = show(desk, key)
        problems += [f"{key}: {one}" for one in walk(desk, page)]
    assert "\n".join(problems) == ""


def test_shift_tab_goes_round_every_page_too(desk: Any) -> None:
    problems = []
    for key in shown_pages(desk):
        page = show(desk, key)
        problems += [f"{key}: {one}" for one in walk(desk, page, back=True)]
    assert "\n".join(problems) == ""


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("settings", [{"group": one.key} for one in GROUPS]),
        ("reports", [{"report": one, "table": False} for one in ("depts", "watch", "rules", "work", "drill")]),
        ("rules", [{"branch": "layer:hospital", "tab": one} for one in ("trial", "examples", "settings", "versions")]),
        ("rules", [{"branch": "layer:base", "tab": one} for one in ("trial", "settings")] + [{"branch": "data:all"}]),
        ("submission", [{"tab": one} for one in ("refused", "register", "unlock")]),
        ("schemes", [{"section": one} for one in ("codebook", "weights", "rates")]),
        ("qc", [{"scope": "all", "segment": "all", "by": "dept"}]),
        ("codes", [{"query": "胆总管结石", "kind": "dx"}]),
        ("physician", [{"list": "department", "case": 0}]),
        ("browser", [{"scheme": "starter", "group": "HC1"}]),
    ],
)
def test_every_part_of_a_page_is_walked_through_by_tab(desk: Any, key: str, parts: list[dict[str, Any]]) -> None:
    problems = []
    for place in parts:
        shown = desk.go(key, **place)
        nameless = [
            told(one)
            for one in taking_focus(shown)
            if not (one.accessibleName() or (isinstance(one, QAbstractButton) and one.text()))
        ]
        problems += [f"{place}: {one}" for one in [*walk(desk, shown), *nameless]]
    assert "\n".join(problems) == ""


def test_rows_speak_their_severity_as_a_word(desk: Any) -> None:
    page = show(desk, "qc")
    words = {"强制", "警告", "提示"}
    lists = [one for one in page.findChildren(QAbstractItemView) if one.isVisible() and one.model() is not None]
    spoken = [
        str(view.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) or "")
        for view in lists
        for row in range(min(5, view.model().rowCount()))
    ]
    assert any(word in line for word in words for line in spoken)


def test_every_page_of_the_rail_is_reached_by_its_key_with_the_focus_to_be_seen(desk: Any) -> None:
    keys = {entry.key: entry.shortcut for entry in tokens().nav if entry.key in desk.window.pages and entry.shortcut}
    assert len(keys) >= 10
    problems = []
    for key, pressed in keys.items():
        show(desk, "help")
        desk.press(pressed)
        desk.rest()
        page, focus = desk.window.page, QApplication.focusWidget()
        if page.key != key:
            problems.append(f"{pressed} leads to {page.key}, not {key}")
        elif focus is None or not page.isAncestorOf(focus) or focus.visibleRegion().isEmpty() or not focus.isEnabled():
            problems.append(f"{key}: the focus is on {told(focus)}")
        elif not page.key_hints(focus):
            problems.append(f"{key}: the status bar has no keys for {told(focus)}")
    assert problems == []


def test_f6_and_escape_leave_the_focus_where_it_is_seen(desk: Any) -> None:
    problems = []
    for key in shown_pages(desk):
        for pressed in ("F6", "Shift+F6"):
            page = show(desk, key)
            desk.press(pressed)
            desk.rest()
            focus = QApplication.focusWidget()
            if desk.window.page is not page or focus is None or focus.visibleRegion().isEmpty():
                problems.append(f"{key}: {pressed} leaves the focus on {told(focus)}")
    assert problems == []
