"""Rows of a scheme's tables as code lists. Used by both loaders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Protocol

from app.common.errors import Where
from app.domain.coding import CodeKind
from app.domain.tables import RawTable
from app.drg.lint import Notes
from app.drg.rule import CodeSet

Cells = tuple[int, tuple[str, ...]]
Members = Callable[[str, CodeKind], Sequence[str]]


class Fold(Protocol):
    """Cleans a cell."""

    def __call__(self, text: str, /) -> str: ...


def exactly(code: str, _kind: CodeKind) -> Sequence[str]:
    """Return the code itself: schemes whose lists name whole codes."""
    return (code,)


def cells(table: RawTable, columns: Sequence[int], fold: Fold | None = None) -> Iterator[Cells]:
    """Yield the row number and the cells of ``columns`` (-1: not in the file), folded, of every row that has any."""
    needed = max(columns, default=-1)
    whole = itemgetter(*columns) if len(columns) > 1 and min(columns) >= 0 else None
    for row in table.rows:
        given = row.cells
        width = len(given)
        if whole is not None and width > needed:
            picked: tuple[str, ...] = whole(given)
        else:
            picked = tuple([given[at] if 0 <= at < width else "" for at in columns])
        if fold is not None:
            picked = tuple([fold(cell) for cell in picked])
        if any(picked):
            yield row.number, picked


def add_table(found: dict[str, frozenset[str]], code: str, table: str) -> None:
    """Add an exclusion table ('' for none) to those of a code. Equal sets of tables are one object."""
    before = found.get(code)
    if before is None:
        found[code] = _tables(table)
    elif table and table not in before:
        found[code] = before | _tables(table)


@lru_cache(maxsize=4096)
def _tables(table: str) -> frozenset[str]:
    return frozenset({table} if table else ())


class Lists:
    """Code lists by key while they are read. A code met twice in one list is folded and counted."""

    def __init__(self, members: Members = exactly) -> None:
        self._members = members
        self._rows: dict[str, dict[str, int]] = {}
        self._kinds: dict[str, CodeKind | None] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._twice: dict[str, list[tuple[str, int]]] = {}

    def add(self, key: str, code: str, kind: CodeKind | None, table: RawTable, row: int) -> None:
        """Put a code, or with prefix matching all codes it stands for, into a list. Empty cells are left out."""
        if not code:
            return
        rows = self._rows.get(key)
        if rows is None:
            rows = self._rows[key] = {}
            self._kinds[key] = kind
            self._places[key] = (table.file, table.sheet)
        for member in self._members(code, kind or CodeKind.DX):
            if member in rows:
                self._twice.setdefault(key, []).append((member, row))
            else:
                rows[member] = row

    def sets(self, names: Callable[[str], str], notes: Notes) -> dict[str, CodeSet]:
        """Return the lists; ``names`` gives the name a list has in rules. Duplicates are reported per list."""
        for key, twice in self._twice.items():
            code, row = twice[0]
            notes.warn("duplicate", Where(*self._places[key], row), name=key, count=len(twice), code=code)
        return {
            key: CodeSet(names(key), self._kinds[key], rows, *self._places[key]) for key, rows in self._rows.items()
        }


def in_order(rows: Iterable[Cells], at: int, table: RawTable, notes: Notes) -> list[Cells]:
    """Return rows sorted by the number in cell ``at``; a row without one comes last and is reported."""

    def order(row: Cells) -> float:
        try:
            return float(row[1][at])
        except ValueError:
            notes.warn("order", Where(table.file, table.sheet, row[0]), found=row[1][at])
            return float("inf")

    return sorted(rows, key=order)
