"""A long list of numbers as an item model: references in order and a window of rows, whatever there is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui.models.blocks import Blocks
from app.ui.widgets import CELL, EMPTY, Cell, Column, plain

BLOCK: Final = 200
"""Rows that are read with one query."""
KEPT_BLOCKS: Final = 10

Item = TypeVar("Item")
_Index = QModelIndex | QPersistentModelIndex


class RefModel(QAbstractTableModel, Generic[Item]):
    """References in order; ``read`` gives the rows of some of them, ``name`` the reference of a row.

    ``make`` gives the cell of a column of a row.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        read: Callable[[Sequence[int]], Sequence[Item]],
        name: Callable[[Item], Hashable],
        make: Callable[[str, Item], Cell],
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._make = make
        self._refs: Sequence[int] = ()
        self._blocks = Blocks(read, name, size=BLOCK, kept=KEPT_BLOCKS)

    def set_refs(self, refs: Sequence[int]) -> None:
        """Show another list."""
        self.beginResetModel()
        self._refs = refs
        self._blocks.clear()
        self.endResetModel()

    def place_of(self, ref: int) -> int:
        """Return the row of a reference, -1 when it is not in the list."""
        try:
            return self._refs.index(ref)
        except ValueError:
            return -1

    def at(self, row: int) -> Item | None:
        """Return what a row shows, None past the end and for one that is gone."""
        if not 0 <= row < len(self._refs):
            return None
        return self._blocks.find(self._refs, row, self._refs[row])

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of references."""
        return 0 if parent is not None and parent.isValid() else len(self._refs)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns, the hidden ones too."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, or its plain text."""
        if role not in {CELL, Qt.ItemDataRole.DisplayRole} or not index.isValid():
            return None
        row = self.at(index.row())
        cell = self._make(self.columns[index.column()].key, row) if row else EMPTY
        return cell if role == CELL else plain(cell)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None
