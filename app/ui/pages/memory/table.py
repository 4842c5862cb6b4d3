"""The columns of the memory and their cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Signal

from app.services.coding_memory import MemoryRow
from app.ui.models.memory import MemoryModel
from app.ui.pages.listed import ListedTable
from app.ui.widgets import Cell, Column

COLUMNS: Final = (
    Column("text", "原文", 150, stretch=True, sort=True, least=100),
    Column("codes", "编码", 130, sort=True, least=92),
    Column("name", "标准名称", 150, stretch=True, least=90),
    Column("times", "次数", 56, "right", sort=True, least=46),
    Column("last", "最近", 88, sort=True, spare=2),
    Column("by", "经手人", 84, sort=True, least=56, spare=1),
    Column("source", "来源", 104, wide_only=True, least=76),
    Column("state", "状态", 118, least=74),
)
_DAY: Final = 10
_BESIDE: Final = ("last", "by", "source")
_NOTHING: Final = "—"


class MemoryTable(ListedTable):
    """The codings, read a screen at a time. ``sort_asked(key)`` on a heading."""

    sort_asked = Signal(str)

    def __init__(self, read: Callable[[Sequence[int]], Sequence[MemoryRow]]) -> None:
        self.model = MemoryModel(COLUMNS, read, make_cell)
        super().__init__(COLUMNS, self.model, "memory_list", "本院记忆")
        self.table.head.asked.connect(self.sort_asked)

    @property
    def current(self) -> MemoryRow | None:
        """The chosen coding."""
        return self.model.at(self.table.current_row)

    def show_refs(self, refs: Sequence[int], keep: int) -> None:
        """Show a list; ``keep`` is the reference to stay on, else the row number stays."""
        row = max(0, self.table.current_row)
        self.model.set_refs(refs)
        place = self.model.place_of(keep)
        self.stack.show_content()
        self.table.go_to(place if place >= 0 else min(row, len(refs) - 1))
        self.chosen.emit()


def make_cell(key: str, row: MemoryRow) -> Cell:
    """Return the cell of a column."""
    line, tone = row.line, "fg" if row.is_offered else "fg_muted"
    if key == "state":
        return _state(row)
    if key in _BESIDE:
        words = {"last": line.last[:_DAY], "by": line.by, "source": row.source}[key]
        return Cell(words or _NOTHING, "fg_secondary", code=key == "last")
    words = {"text": line.text, "codes": row.codes, "name": row.name, "times": f"{line.times:,}"}[key]
    return Cell(words or _NOTHING, tone, code=key == "codes", right=key == "times")


def _state(row: MemoryRow) -> Cell:
    if row.is_offered:
        return Cell(row.state, "fg_secondary")
    icon = "excluded" if row.line.revoked else "skipped"
    return Cell(row.state, "fg_muted" if row.line.revoked else "warn", icon)
