"""Tables: fixed row height, fixed column widths, nothing that asks the model for every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.ui.theme import theme
from app.ui.widgets.cells import CELL, EMPTY, Cell, CellDelegate, plain
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    "center": Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
}

_ENOUGH = 2.0
"""How many times its width a stretch column gets before the others get more than theirs."""
_WIDEST = 1.4
"""How many times its width a fixed column may have: long names are then read whole."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: key, heading, width in px at 100 %. The ``stretch`` column takes the rest, never under its width.

    Fixed columns are up to 1.4 times as wide in a table that has the room; in one that has too little, columns with a
    ``least`` width give way down to that, all in the same measure, before the table scrolls sideways.
    Where that is not enough, ``spare`` columns are left out, the lowest number first: what they say stands beside the
    table too. ``wide_only`` columns show from 1600 px of window width. ``sort`` columns answer a click on the heading.
    """

    key: str
    title: str
    width: int
    align: str = "left"
    wide_only: bool = False
    stretch: bool = False
    sort: bool = False
    least: int = 0
    spare: int = 0


class CellModel(QAbstractTableModel):
    """Rows of cells in memory, for tables of up to some thousand rows. Larger ones write their own model."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._rows: list[Sequence[Cell]] = []

    def set_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def set_row(self, row: int, cells: Sequence[Cell]) -> None:
        """Replace one row in place."""
        self._rows[row] = cells
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, or its plain text."""
        if role not in {CELL, Qt.ItemDataRole.DisplayRole} or not index.isValid():
            return None
        cells = self._rows[index.row()]
        cell = cells[index.column()] if index.column() < len(cells) else EMPTY
        return cell if role == CELL else plain(cell)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None


class TableHeader(QHeaderView):
    """Headings in muted 12 px; columns that sort show the direction behind the word. ``asked(key)`` on a click."""

    asked = Signal(str)

    def __init__(self, columns: Sequence[Column], pad: int, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = tuple(columns)
        self._sorted: tuple[str, bool] = ("", False)
        self._pad = pad
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(16)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.sectionClicked.connect(self._on_clicked)

    def show_sorted(self, key: str, descending: bool) -> None:
        """Mark the column the rows are sorted by."""
        self._sorted = (key, descending)
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw one heading."""
        if logicalIndex >= len(self._columns):
            return
        column, px = self._columns[logicalIndex], theme().px
        painter.save()
        painter.fillRect(rect, theme().colour("bg_alt"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme().colour("line"))
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("fg_muted"))
        box = rect.adjusted(px(self._pad), 0, -px(self._pad), -1)
        painter.drawText(box, _ALIGN[column.align], column.title)
        if column.key == self._sorted[0]:
            left = box.left() + QFontMetrics(painter.font()).horizontalAdvance(column.title) + px(4)
            draw_icon(painter, left, box, "expand" if self._sorted[1] else "collapse", "fg_muted", 12)
        painter.restore()

    def _on_clicked(self, section: int) -> None:
        if self._columns[section].sort:
            self.asked.emit(self._columns[section].key)


def _narrowed(column: Column, give: float) -> float:
    """Return the width of a column in px that goes a part of the way to its least width."""
    width = theme().px(column.width)
    return width - give * (width - theme().px(column.least)) if column.least else width


class DataTable(QTableView):
    """A table of the house: see the module. Selects rows; ``ring=True`` makes cells the unit (grids).

    ``pad`` is the room at both sides of a cell in px.
    ``opened(row)`` on Enter or double click; ``row_changed(row)`` when the current row is another one (-1: none).
    Tables accept no text, so single letters are free for actions and the IME is off.
    """

    opened = Signal(int)
    row_changed = Signal(int)

    def __init__(
        self, columns: Sequence[Column], *, ring: bool = False, pad: int = 8, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.head = TableHeader(self.columns, pad, self)
        self.setHorizontalHeader(self.head)
        self._ring = ring
        self.setItemDelegate(CellDelegate(self, ring=ring, pad=pad))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, ring)
        self.setAccessibleName("、".join(column.title for column in self.columns if column.title))
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(theme().px(16))
        theme().changed.connect(self.fit)
        self.doubleClicked.connect(self._on_double_clicked)
        self.fit()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Use a model and lay out the columns."""
        super().setModel(model)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.fit()

    @property
    def current_row(self) -> int:
        """The current row, -1 when there is none."""
        return self.currentIndex().row()

    def go_to(self, row: int, column: int = 0) -> None:
        """Make a row current, select and show it. Rows that do not exist are ignored."""
        if self.model() is not None and 0 <= row < self.model().rowCount():
            index = self.model().index(row, column)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, flags)
            self.scrollTo(index)

    def fit(self) -> None:
        """Set row height and column widths for theme, density and width."""
        self.verticalHeader().setDefaultSectionSize(theme().size("row"))
        self.head.setFixedHeight(theme().size("header_row"))
        if self.model() is None:
            return
        shown = self._without_spare([index for index, column in enumerate(self.columns) if self.shows(column)])
        for index in range(len(self.columns)):
            self.setColumnHidden(index, index not in shown)
        give = self._give(shown)
        if give:
            for index in shown:
                self.setColumnWidth(index, int(_narrowed(self.columns[index], give)))
        else:
            self._spread(shown)

    def _spread(self, shown: Sequence[int]) -> None:
        """Give every column its width, fixed ones more where there is much room, the rest to the stretch ones."""
        stretched = [index for index in shown if self.columns[index].stretch]
        room, more = self.viewport().width(), self._more(shown)
        for index in shown:
            if index not in stretched:
                width = round(theme().px(self.columns[index].width) * more)
                self.setColumnWidth(index, width)
                room -= width
        least = {index: theme().px(self.columns[index].width) for index in stretched}
        each = room // max(1, len(stretched))
        spare = max(0, room - sum(least.values())) // max(1, len(stretched))
        alike = each >= max(least.values(), default=0)
        for index in stretched:
            self.setColumnWidth(index, each if alike else least[index] + spare)

    def shows(self, column: Column) -> bool:
        """Return whether a column is shown in the layout as it is."""
        return theme().wide or not column.wide_only

    def _without_spare(self, wanted: list[int]) -> list[int]:
        """Return the columns without those that are spare, as far as the least widths of all are too wide."""
        spare = sorted((index for index in wanted if self.columns[index].spare), key=self._turn_of, reverse=True)
        shown = list(wanted)
        while spare and sum(int(_narrowed(self.columns[index], 1.0)) for index in shown) > self.viewport().width():
            shown.remove(spare.pop())
        return shown

    def _turn_of(self, index: int) -> int:
        return self.columns[index].spare

    def _give(self, shown: Sequence[int]) -> float:
        """Return how far columns go towards their least width to leave nothing outside (0.0 to 1.0)."""
        columns = [self.columns[index] for index in shown]
        wanted = sum(theme().px(one.width) for one in columns)
        spare = sum(theme().px(one.width) - theme().px(one.least) for one in columns if one.least)
        return min(1.0, max(0.0, (wanted - self.viewport().width()) / spare)) if spare else 0.0

    def _more(self, shown: Sequence[int]) -> float:
        """Return how much wider fixed columns are where the stretch columns would have room to waste (from 1.0)."""
        px = theme().px
        fixed = sum(px(self.columns[index].width) for index in shown if not self.columns[index].stretch)
        words = sum(px(self.columns[index].width) for index in shown if self.columns[index].stretch)
        if self._ring or not fixed or not words:
            return 1.0
        spare = self.viewport().width() - fixed - words * _ENOUGH
        return min(_WIDEST, max(1.0, 1 + spare / fixed))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the stretch column the new rest."""
        super().resizeEvent(event)
        self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows; without a row that shows the focus it is shown round the whole."""
        super().paintEvent(event)
        shows = self.currentIndex().isValid() and (self._ring or self.selectionModel().hasSelection())
        if self.hasFocus() and not shows:
            draw_focus_ring(QPainter(self.viewport()), self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row where rows are the unit."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current_row >= 0 and not event.modifiers():
            self.opened.emit(self.current_row)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here, not a search in the first column."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make sure that a table with the focus has a current row."""
        super().focusInEvent(event)
        if self.current_row < 0:
            self.go_to(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the selection as inactive."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _on_current_changed(self, current: QModelIndex) -> None:
        self.row_changed.emit(current.row())

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())
