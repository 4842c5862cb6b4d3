"""A table of values whose cells are made when they are shown: thousands of rows cost nothing to fill in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui.widgets import CELL, Cell, Column, plain

T = TypeVar("T")
_Index = QModelIndex | QPersistentModelIndex


class RecordModel(QAbstractTableModel, Generic[T]):
    """Rows are values of one kind; ``make(key, value)`` gives the cell of a column."""

    def __init__(self, columns: Sequence[Column], make: Callable[[str, T], Cell]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._make = make
        self._values: list[T] = []

    @property
    def values(self) -> Sequence[T]:
        """The values shown, in order."""
        return self._values

    def show(self, values: Sequence[T]) -> None:
        """Show other values."""
        self.beginResetModel()
        self._values = list(values)
        self.endResetModel()

    def at(self, row: int) -> T | None:
        """Return the value of a row, None when there is no such row."""
        return self._values[row] if 0 <= row < len(self._values) else None

    def refresh(self, row: int = -1) -> None:
        """Ask for the cells of a row anew, of all rows without one."""
        if self._values:
            first, last = (row, row) if row >= 0 else (0, len(self._values) - 1)
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of values."""
        return 0 if parent is not None and parent.isValid() else len(self._values)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, or its plain text."""
        if role not in {CELL, Qt.ItemDataRole.DisplayRole} or not index.isValid():
            return None
        cell = self._make(self.columns[index.column()].key, self._values[index.row()])
        return cell if role == CELL else plain(cell)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None
