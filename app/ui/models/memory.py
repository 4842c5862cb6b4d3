"""The hospital's memory as an item model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.services.coding_memory import MemoryRow
from app.ui.models.refs import RefModel
from app.ui.widgets import Cell, Column


class MemoryModel(RefModel[MemoryRow]):
    """References in order; ``read`` gives the rows of some of them, ``make`` the cell of a column of a row."""

    def __init__(
        self,
        columns: Sequence[Column],
        read: Callable[[Sequence[int]], Sequence[MemoryRow]],
        make: Callable[[str, MemoryRow], Cell],
    ) -> None:
        super().__init__(columns, read, lambda row: row.line.ref, make)
