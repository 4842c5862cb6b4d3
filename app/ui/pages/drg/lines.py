"""A what-if table with words about the chosen row below it, and under the first one what else there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.pages.drg.notes import NoteLine, Notes
from app.ui.pages.drg.tables import LineTable
from app.ui.theme import theme
from app.ui.widgets import Cell, Column, Pane, StateStack, Text, column, row


class LineView(QWidget):
    """A table, or why it is empty; notes follow it directly. ``chosen``: another row is current.

    ``extra`` are further tables that show below when there is room for them.
    """

    chosen = Signal()

    def __init__(self, columns: Sequence[Column], name: str) -> None:
        super().__init__()
        self.table = LineTable(columns, name)
        self.stack = StateStack(self.table)
        self.notes = Notes()
        self.notes.hide()
        self.extra: list[ExtraTable] = []
        self._box = column(self.stack, self.notes)
        self._box.setStretch(0, 1000)
        self._box.addStretch(1)
        self.setLayout(self._box)
        self.table.row_changed.connect(self._on_row)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.fit)

    def add_extra(self, extra: ExtraTable) -> None:
        """Append a further table."""
        self.extra.append(extra)
        self._box.insertWidget(self._box.count() - 1, extra)

    def show_lines(self, keys: Sequence[str], rows: Sequence[Sequence[Cell]], start: int = 0) -> None:
        """Show rows."""
        self.stack.show_content()
        self.table.show_lines(keys, rows, start)
        self.fit()

    def show_empty(self, title: str, hint: str) -> None:
        """Say why there are no rows."""
        self.table.show_lines((), ())
        self.stack.show_empty(title, hint)
        self.notes.tell("")
        self.fit()

    def tell(self, title: str, lines: Sequence[NoteLine] = ()) -> None:
        """Say something about the chosen row."""
        self.notes.tell(title, lines)
        self.fit()

    def fit(self) -> None:
        """Give the table the height of its rows, the notes theirs, and show what fits below."""
        self.table.fit()
        if not self.stack.shows_content:
            self.stack.setMaximumHeight(_NO_LIMIT)
            for extra in self.extra:
                extra.hide()
            return
        full = self.table.full_height()
        self.notes.fit(max(theme().px(60), self.height() // 3, self.height() - full))
        self.stack.setMaximumHeight(full)
        room = self.height() - full - (0 if self.notes.isHidden() else self.notes.height())
        for extra in self.extra:
            room = extra.take(room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._soon.start()

    def _on_row(self, _row: int) -> None:
        self.chosen.emit()


_NO_LIMIT = 16_777_215
_LEAST = 116
"""Height in px under which a further table is not even worked out."""


class ExtraTable(QWidget):
    """A titled table below another one, there only when it has room. It is a view: the keyboard uses its own tab."""

    asked = Signal()

    def __init__(self, columns: Sequence[Column], title: str, note: str) -> None:
        super().__init__()
        self.table = LineTable(columns, title)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = Pane("surface", "t")
        head.setLayout(row(Text(title, "bold"), Text(note, "caption", "muted"), None, margins=(14, 7, 14, 5)))
        self._head = head
        self.setLayout(column(head, self.table))
        self.hide()

    def show_lines(self, keys: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Show rows; none of them is chosen."""
        self.table.show_lines(keys, rows, -1)
        self.table.clearSelection()

    def take(self, room: int) -> int:
        """Show in ``room`` px if that is enough for some rows, and return what is left."""
        if room < theme().px(_LEAST):
            self.hide()
            return room
        self.asked.emit()
        if not self.table.keys:
            self.hide()
            return room
        taken = min(room, self._head.sizeHint().height() + self.table.full_height())
        self.setFixedHeight(taken)
        self.show()
        self.table.fit()
        return room - taken
