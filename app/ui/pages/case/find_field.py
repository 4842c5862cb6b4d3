"""Ctrl+F: find a field or row of the paper by its name, its pinyin initials or what stands in it, and go there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.field import Group
from app.domain.fields import field
from app.ui.pages.case.looks import field_text
from app.ui.pages.case.places import SECTION_TITLES
from app.ui.pages.wording import joined
from app.ui.shell.pinyin import found_at
from app.ui.theme import theme
from app.ui.widgets import Card, Cell, CellModel, Column, DataTable, RuledField, Text

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_COLUMNS: Final = (
    Column("section", "部分", 110),
    Column("label", "字段", 170),
    Column("value", "内容", 200, stretch=True),
)
_MOST: Final = 60
_WIDTH: Final = 620
_ROWS: Final = {Group.DX: "诊断", Group.OP: "手术"}
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


@dataclass(frozen=True, slots=True)
class Spot:
    """A field or row: where it is, what it is called, what stands in it."""

    path: str
    section: str
    label: str
    value: str

    def fits(self, wanted: str) -> bool:
        """Tell whether words are in the name or the content, or sound like the name."""
        return not wanted or wanted in self.value or found_at(wanted, self.label) is not None


def spots_of(page: CasePage) -> list[Spot]:
    """Return every field and row of the case that is shown, in paper order."""
    view = page.view
    if view is None:
        return []
    found = []
    for path in (*page.sheet.boxes, *page.fees.boxes):
        spec = field(path)
        found.append(Spot(path, SECTION_TITLES[spec.section], spec.label, field_text(view.record, path)))
    for group, name in _ROWS.items():
        for index, row in enumerate(view.record.rows(group)):
            said = joined(row.text("code"), row.text("source_text") or row.text("name"), sign=" ")
            found.append(Spot(f"{group}[{index}].code", name, f"第 {index + 1} {name}", said))
    return found


class FieldFinder(Card):
    """A line and what fits below it; arrows choose while one types, Enter goes there."""

    def __init__(self, window: QWidget, spots: Sequence[Spot], go: Callable[[str], object]) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("field_finder")
        self._spots, self._go = spots, go
        self._hits: list[Spot] = []
        self.line = RuledField()
        self.line.setObjectName("find")
        self.line.setPlaceholderText("字段名、拼音首字母，或其中的内容")
        self.line.setAccessibleName("在本份病案中查找")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._on_text)
        self.table = DataTable(_COLUMNS)
        self._lines = CellModel(_COLUMNS)
        self._lines.setParent(self)
        self.table.setModel(self._lines)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setFixedHeight(theme().px(330))
        self.table.opened.connect(self._on_opened)
        self._none = Text("没有这样的字段或内容。可试：少输几个字，或拼音首字母。", "caption", "muted")
        for part in (Text("在本份病案中查找", "title"), self.line, self.table, self._none):
            self.box.addWidget(part)
        self._on_text("")

    def open_card(self) -> None:
        """Show with the cursor in the line."""
        self.open(self.line)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk the list, Enter goes, Esc closes."""
        if watched is not self.line or not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in _STEPS:
            last = len(self._hits) - 1
            self.table.go_to(max(0, min(self.table.current_row + _STEPS[Qt.Key(event.key())], last)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_opened(self.table.current_row)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_card()
        else:
            return False
        return True

    def _on_text(self, typed: str) -> None:
        self._hits = [spot for spot in self._spots if spot.fits(typed.strip())][:_MOST]
        self._lines.set_rows(
            [(Cell(one.section, "fg_secondary"), Cell(one.label, bold=True), Cell(one.value)) for one in self._hits]
        )
        self._none.setVisible(not self._hits)
        self.table.go_to(0)

    def _on_opened(self, row: int) -> None:
        if 0 <= row < len(self._hits):
            path = self._hits[row].path
            self.close_card()
            self._go(path)


def find_field(page: CasePage) -> None:
    """Open the finder over the window."""
    page.settle()
    FieldFinder(page.window(), spots_of(page), page.go_to_field).open_card()
