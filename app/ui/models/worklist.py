"""The worklist as an item model: it holds ids and a window of rows, so that 100,000 cases cost as much as a screen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.services.worklist import ListLine
from app.ui.models.blocks import Blocks
from app.ui.widgets import CELL, EMPTY, Cell, Column, plain

BLOCK: Final = 100
"""Rows that are read with one query."""
KEPT_BLOCKS: Final = 50
_MOST_ONE_BY_ONE: Final = 50

_Index = QModelIndex | QPersistentModelIndex
ReadRows = Callable[[Sequence[int]], Sequence[ListLine]]
MakeCell = Callable[[str, ListLine], Cell]


class WorklistModel(QAbstractTableModel):
    """Ids in order; rows are read in blocks when they are first shown and kept until a write touches them.

    ``read`` gives the rows of some ids, ``make`` the cell of a column of a row. A case that no longer belongs to the
    list stays where it is, greyed, until :meth:`drop_gone`: nothing jumps under the cursor.
    """

    def __init__(self, columns: Sequence[Column], read: ReadRows, make: MakeCell) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._make = make
        self._ids: array[int] = array("q")
        self._blocks = Blocks(read, lambda row: row.case_id, size=BLOCK, kept=KEPT_BLOCKS)
        self._gone: set[int] = set()

    @property
    def ids(self) -> array[int]:
        """The ids of the rows, in order. Not to be changed."""
        return self._ids

    @property
    def gone(self) -> frozenset[int]:
        """Cases that are still shown but no longer belong to the list."""
        return frozenset(self._gone)

    def set_ids(self, ids: array[int]) -> None:
        """Show another list."""
        self.beginResetModel()
        self._ids = ids
        self._blocks.clear()
        self._gone.clear()
        self.endResetModel()

    def row_of(self, case_id: int) -> int:
        """Return the row of a case, -1 when it is not in the list."""
        try:
            return self._ids.index(case_id)
        except ValueError:
            return -1

    def case_at(self, row: int) -> ListLine | None:
        """Return what a row shows, None past the end and for a case that was deleted."""
        if not 0 <= row < len(self._ids):
            return None
        return self._blocks.find(self._ids, row, self._ids[row])

    def forget(self, case_ids: Collection[int]) -> None:
        """Read the rows of some cases anew when they are shown next; the others stay."""
        for rows in self._blocks.forget(case_ids):
            last = min(rows.stop, len(self._ids)) - 1
            self.dataChanged.emit(self.index(rows.start, 0), self.index(last, len(self.columns) - 1))

    def set_gone(self, case_ids: Collection[int]) -> None:
        """Grey the cases that left the list."""
        if self._gone != set(case_ids):
            self._gone = set(case_ids)
            if len(self._ids):
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self.columns) - 1))

    def drop_gone(self, keep: int = 0) -> None:
        """Take the greyed rows away, except that of ``keep``; many at once by showing the list anew."""
        leaving = self._gone - {keep}
        if len(leaving) > _MOST_ONE_BY_ONE:
            kept, gone = array("q", (one for one in self._ids if one not in leaving)), self._gone - leaving
            self.set_ids(kept)
            self._gone = gone
            return
        for row in sorted((row for row, case_id in enumerate(self._ids) if case_id in leaving), reverse=True):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._ids[row]
            self._blocks.clear()
            self.endRemoveRows()
        self._gone -= leaving

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of cases."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns, the hidden ones too."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, or its plain text."""
        if role not in {CELL, Qt.ItemDataRole.DisplayRole} or not index.isValid():
            return None
        row = self.case_at(index.row())
        cell = self._make(self.columns[index.column()].key, row) if row else EMPTY
        if row is None or row.case_id in self._gone:
            cell = replace(cell, enabled=False)
        return cell if role == CELL else plain(cell)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None
