"""What the diagnosis and operation grids hold: the line each table row stands for, and its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from app.domain.field import Group
from app.ui.pages.case.grid_columns import COLUMNS, READ_ONLY
from app.ui.pages.wording import joined
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
    """Cells of the grid. Other lines come and go in place, so that cursor and selection stay where they are.

    ``tips`` are what the rules say about a path, ``why`` is why nothing can be typed, '' when it can.
    """

    def __init__(self, group: Group) -> None:
        super().__init__(COLUMNS[group])
        self.group = group
        self.lines: list[Line] = []
        self.locked = False
        self.tips: Mapping[str, str] = {}
        self.why = ""

    def show(self, lines: Sequence[Line], cells: Sequence[Sequence[Cell]], *, locked: bool) -> None:
        """Show other lines: only those that came or went are put in or taken out, only rows that differ drawn anew."""
        whole = locked is not self.locked
        self.locked = locked
        changes = SequenceMatcher(None, self.lines, lines, autojunk=False).get_opcodes()
        for _, start, end, first, last in (change for change in reversed(changes) if change[0] != "equal"):
            if end > start:
                self.beginRemoveRows(QModelIndex(), start, end - 1)
                del self.lines[start:end], self._rows[start:end]
                self.endRemoveRows()
            if last > first:
                self.beginInsertRows(QModelIndex(), start, start + last - first - 1)
                self.lines[start:start] = lines[first:last]
                self._rows[start:start] = cells[first:last]
                self.endInsertRows()
        before, self._rows = self._rows, list(cells)
        last = len(self.columns) - 1
        for row, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            if whole or old != new:
                self.dataChanged.emit(self.index(row, 0), self.index(row, last))

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
        """Return the cell, its text, what a screen reader says (text, 提议, severity, 已改), or what the rules say."""
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole) and index.isValid():
            return joined(self.tips.get(self.path(index), ""), self.why, sign="；")
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
