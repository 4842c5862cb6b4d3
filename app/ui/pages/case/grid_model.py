"""What the diagnosis and operation grids hold: the line each table row stands for, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from app.domain.field import Group
from app.ui.pages.case.grid_columns import COLUMNS, READ_ONLY
from app.ui.widgets import Cell, CellModel
from app.ui.widgets.cells import CELL, plain
from app.ui.widgets.painting import severity_word

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid: a stored row, the blank one at the end, or candidate ``choice`` of row ``index``."""

    index: int
    choice: int = -1
    blank: bool = False

    @property
    def is_row(self) -> bool:
        """True for a row of the record or the blank one."""
        return self.choice < 0


class GridModel(CellModel):
    """Cells of the grid. Other lines come and go in place, so that cursor and selection stay where they are."""

    def __init__(self, group: Group) -> None:
        super().__init__(COLUMNS[group])
        self.group = group
        self.lines: list[Line] = []
        self.locked = False

    def show(self, lines: Sequence[Line], cells: Sequence[Sequence[Cell]], *, locked: bool) -> None:
        """Show other lines: those in the middle are taken out and put in, every cell is read anew."""
        self.locked = locked
        same = _common(self.lines, lines)
        tail = _common(self.lines[same:][::-1], lines[same:][::-1])
        gone, come = len(self.lines) - tail, len(lines) - tail
        if gone > same:
            self.beginRemoveRows(QModelIndex(), same, gone - 1)
            del self.lines[same:gone], self._rows[same:gone]
            self.endRemoveRows()
        if come > same:
            self.beginInsertRows(QModelIndex(), same, come - 1)
            self.lines[same:same] = lines[same:come]
            self._rows[same:same] = cells[same:come]
            self.endInsertRows()
        self._rows = list(cells)
        if lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, len(self.columns) - 1))

    def line(self, row: int) -> Line | None:
        """Return the line at a table row."""
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def row_of(self, index: int) -> int:
        """Return the table row of a record row, -1 when it is not shown."""
        return next((at for at, line in enumerate(self.lines) if line.is_row and line.index == index), -1)

    def path(self, index: _Index) -> str:
        """Return the field path of a cell that can be typed into, '' for any other."""
        line, key = self.line(index.row()), self.columns[index.column()].key
        if line is None or not line.is_row or key in READ_ONLY:
            return ""
        return f"{self.group}[{line.index}].{key}"

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Candidates are not walked through; field cells can be edited unless the case is locked."""
        line = self.line(index.row())
        if not index.isValid() or line is None or not line.is_row:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.path(index) and not self.locked else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, its text, or what a screen reader says: text, 提议, severity, 已改."""
        if role != Qt.ItemDataRole.AccessibleTextRole or not index.isValid():
            return super().data(index, role)
        cell: Cell = super().data(index, CELL)  # type: ignore[assignment]  # what this role holds
        words = [plain(cell), "提议" if cell.proposed else "", "已改" if cell.changed else ""]
        words.append(severity_word(cell.severity) if cell.severity else "")
        return "，".join(word for word in words if word)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column, and the printed number of a row for screen readers."""
        if orientation is Qt.Orientation.Vertical and role == Qt.ItemDataRole.DisplayRole:
            line = self.line(section)
            return "" if line is None or not line.is_row else "主" if line.index == 0 else str(line.index + 1)
        return super().headerData(section, orientation, role)


def _common(first: Sequence[Line], second: Sequence[Line]) -> int:
    """Return how many lines at the start are the same."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
