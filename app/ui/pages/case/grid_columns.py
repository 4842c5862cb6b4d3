"""Columns of the grids, and which of them stand in the window: the first four and the state always, others sideways."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.field import Group
from app.ui.widgets import Column

PINNED: Final = frozenset({"seq", "source_text", "code", "name", "status"})
"""Columns that keep their place; the name gives way first (ui.md 3 c)."""
GIVE_WAY: Final = ("name", "source_text")
"""Pinned columns that get narrower where not even one loose column has room beside them, the first one first."""
READ_ONLY: Final = frozenset({"seq", "source_text", "name", "cc", "status"})
"""Columns that are never typed into: what the physician wrote, what follows from the code, what we say."""

COLUMNS: Final[Mapping[Group, tuple[Column, ...]]] = {
    Group.DX: (
        Column("seq", "序", 36),
        Column("source_text", "医师诊断（原文）", 206, least=154),
        Column("code", "编码", 104),
        Column("name", "编码名称", 200, stretch=True, least=110),
        Column("adm_cond", "入院病情", 84),
        Column("cc", "并发症", 78),
        Column("outcome", "出院情况", 78),
        Column("status", "状态", 100),
    ),
    Group.OP: (
        Column("seq", "序", 36),
        Column("source_text", "医师手术（原文）", 176, least=132),
        Column("code", "编码", 88),
        Column("name", "编码名称", 170, stretch=True, least=110),
        Column("date", "日期", 124),
        Column("level", "级别", 56),
        Column("surgeon", "术者", 76),
        Column("assist1", "Ⅰ助", 76),
        Column("assist2", "Ⅱ助", 76),
        Column("incision", "切口", 52),
        Column("healing", "愈合", 52),
        Column("anes_method", "麻醉方式", 96),
        Column("anes_doctor", "麻醉医师", 76),
        Column("status", "状态", 100),
    ),
}


@dataclass(frozen=True, slots=True)
class Window:
    """The columns in sight (by position), which loose one comes first, and the last that may come first."""

    shown: frozenset[int]
    first: int
    last_first: int


def window(
    columns: Sequence[Column], widths: Sequence[int], room: int, first: int, absent: Collection[int] = ()
) -> Window:
    """Return what fits into ``room`` px: pinned columns and loose ones from ``first`` on, at least one of them.

    ``absent`` columns are not there at all.
    """
    pinned = [at for at, column in enumerate(columns) if column.key in PINNED]
    loose = [at for at in range(len(columns)) if at not in pinned and at not in absent]
    free = room - sum(widths[at] for at in pinned)
    last_first = len(loose) - 1
    while last_first > 0 and sum(widths[at] for at in loose[last_first - 1 :]) <= free:
        last_first -= 1
    first = max(0, min(first, last_first))
    shown, used = set(pinned), 0
    for number, at in enumerate(loose[first:]):
        used += widths[at]
        if used > free and number:
            break
        shown.add(at)
    return Window(frozenset(shown), first, max(0, last_first))
