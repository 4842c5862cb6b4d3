"""Lines of a round as an item model: case and rule in order, a window of rows, ticks on those that can be written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.services.qc_batch_types import HitKey, QcLine, Segment
from app.ui.models.blocks import Blocks
from app.ui.widgets import CELL, EMPTY, Cell, Column, plain

BLOCK: Final = 60
"""Lines that are read with one query: about two screens."""
KEPT_BLOCKS: Final = 20

_Index = QModelIndex | QPersistentModelIndex
Pair = tuple[int, str]
"""A case and a rule."""


class LinesModel(QAbstractTableModel):
    """``read`` gives the lines of some keys, ``make`` the cell of a column. ``ticked`` when other lines are ticked.

    The first column is the tick box; a line that a person has to judge has an empty one that cannot be ticked.
    """

    ticked = Signal()

    def __init__(
        self,
        columns: Sequence[Column],
        read: Callable[[Sequence[HitKey]], Sequence[QcLine]],
        make: Callable[[str, QcLine], Cell],
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._make = make
        self._keys: Sequence[HitKey] = ()
        self._blocks = Blocks(read, lambda line: line.key[:2], size=BLOCK, kept=KEPT_BLOCKS)
        self._ready: Sequence[HitKey] = ()
        self._ticks: set[Pair] = set()

    @property
    def keys(self) -> Sequence[HitKey]:
        """The lines, in order."""
        return self._keys

    @property
    def ready(self) -> Sequence[HitKey]:
        """The lines that can be written at once."""
        return self._ready

    @property
    def ticks(self) -> list[HitKey]:
        """The ticked lines in order."""
        return [key for key in self._ready if key[:2] in self._ticks] if self._ticks else []

    def show(self, keys: Sequence[HitKey], ready: Sequence[HitKey], ticks: Collection[Pair]) -> None:
        """Show another list, of which ``ready`` can be written at once; ticks on anything else are dropped."""
        self.beginResetModel()
        self._keys = keys
        self._blocks.clear()
        self._ready = ready
        self._ticks = {key[:2] for key in self._ready if key[:2] in ticks} if ticks else set()
        self.endResetModel()
        self.ticked.emit()

    def place_of(self, pair: Pair) -> int:
        """Return the row of a case and a rule, -1 when it is not in the list."""
        return next((row for row, key in enumerate(self._keys) if key[:2] == pair), -1)

    def at(self, row: int) -> QcLine | None:
        """Return what a row shows, None past the end and for a line that is gone."""
        if not 0 <= row < len(self._keys):
            return None
        return self._blocks.find(self._keys, row, self._keys[row][:2])

    def toggle(self, row: int) -> bool:
        """Tick a line, or take its tick off. Return False for one that cannot be ticked."""
        if not 0 <= row < len(self._keys) or not is_ready(self._keys[row]):
            return False
        self._ticks ^= {self._keys[row][:2]}
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))
        self.ticked.emit()
        return True

    def tick_all(self, on: bool) -> None:
        """Tick every line that can be written, or none."""
        self._ticks = {key[:2] for key in self._ready} if on else set()
        if self._keys:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._keys) - 1, 0))
        self.ticked.emit()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self._keys)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns, the hidden ones too."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, or its plain text."""
        if not index.isValid():
            return None
        if index.column() == 0:
            return self._tick(self._keys[index.row()], role)
        if role not in {CELL, Qt.ItemDataRole.DisplayRole}:
            return None
        line = self.at(index.row())
        cell = self._make(self.columns[index.column()].key, line) if line else EMPTY
        return cell if role == CELL else plain(cell)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None

    def _tick(self, key: HitKey, role: int) -> object:
        is_on = key[:2] in self._ticks
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return ""
            case Qt.ItemDataRole.AccessibleTextRole:
                return "已勾选" if is_on else "未勾选" if is_ready(key) else "需人工，不能勾选"
        return Cell(checked=is_on, enabled=is_ready(key)) if role == CELL else None


def is_ready(key: HitKey) -> bool:
    """Return whether what is suggested for a line can be written at once."""
    return key.ready and key.segment is Segment.OPEN
