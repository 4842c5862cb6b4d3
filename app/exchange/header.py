"""Finds the header of a sheet and what belongs to the data (domain.md 6.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from app.domain.headings import Layout, fold_heading, part_index, resolve
from app.domain.tables import RawRow, RawTable
from app.exchange.data import layout_data
from app.exchange.raw import RawSheet

_ROWS_ABOVE: Final = 10
_LEVELS: Final = "."
Knows = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Header:
    """Headings of a sheet; ``first`` and ``last`` are indexes into its rows (one row or two levels)."""

    headings: tuple[str, ...]
    first: int
    last: int


@cache
def _listed(name: str) -> frozenset[str]:
    entries = layout_data("headings")
    wanted = [name] if name else [key for key in entries if key != "totals"]
    return frozenset(fold_heading(heading) for key in wanted for heading in entries[key])


@cache
def is_known_heading(heading: str) -> bool:
    """True for a heading of any layout, code table, scheme or price table."""
    folded = fold_heading(heading)
    if not folded:
        return False
    return folded in _listed("") or folded in part_index() or any(resolve(heading, layout) for layout in Layout)


def find_header(sheet: RawSheet, knows: Knows = is_known_heading) -> Header | None:
    """Return the header of a sheet: the row, or two merged levels, with most known headings; None without rows.

    Levels are joined as ``上级.下级``. Without a known heading the first row of two or more cells counts, else the
    first row.
    """
    rows = sheet.rows[: _ROWS_ABOVE + 2]
    if not rows:
        return None
    single = [Header(row.cells, index, index) for index, row in enumerate(rows[: _ROWS_ABOVE + 1])]
    double = [
        Header(_joined(sheet, upper, lower), index, index + 1) for index, (upper, lower) in enumerate(pairwise(rows))
    ]
    best = max((*single, *double), key=lambda header: _score(header, knows))
    if _score(best, knows):
        return best
    return next((header for header in single if sum(map(bool, header.headings)) > 1), single[0])


def to_table(file: str, sheet: RawSheet, header: Header) -> RawTable:
    """Return header and data rows of a sheet; totals, repeated headers and blank rows are left out."""
    rows = [row for row in sheet.rows[header.last + 1 :] if is_data(row, header.headings)]
    return RawTable(file, sheet.name, header.headings, rows, sheet.rows[header.last].number)


def is_data(row: RawRow, headings: Sequence[str]) -> bool:
    """False for blank rows, totals (合计) and headers that are printed again further down."""
    first = row.cells[0] if row.cells and row.cells[0].strip() else next(filter(str.strip, row.cells), "")
    return bool(first) and not _is_total(first) and row.cells != headings


def _is_total(cell: str) -> bool:
    """Tell whether a cell says that its row adds others up. No such word ends with a digit, most codes do."""
    return not cell[-1].isdigit() and fold_heading(cell) in _listed("totals")


def _score(header: Header, knows: Knows) -> int:
    return len({heading for heading in header.headings if heading and knows(heading)})


def _joined(sheet: RawSheet, upper: RawRow, lower: RawRow) -> tuple[str, ...]:
    top = _spread(sheet, upper, lower)
    bottom = lower.cells + ("",) * (len(top) - len(lower.cells))
    top += ("",) * (len(bottom) - len(top))
    return tuple(
        above + _LEVELS + below if above and below and above != below else above or below
        for above, below in zip(top, bottom, strict=True)
    )


def _spread(sheet: RawSheet, upper: RawRow, lower: RawRow) -> tuple[str, ...]:
    """Return the upper level with every merged heading repeated over its columns.

    Files without merged areas (text, .xls): a blank cell belongs to the heading on its left when both stand
    above a heading.
    """
    cells = list(upper.cells) + [""] * max(0, len(lower.cells) - len(upper.cells))
    if sheet.merged:
        for top, left, _, right in sheet.merged:
            if top == upper.number and left < len(cells):
                span = range(left, min(right + 1, len(cells)))
                cells[left : left + len(span)] = [cells[left]] * len(span)
        return tuple(cells)
    for column in range(1, len(lower.cells)):
        if not cells[column] and lower.cells[column] and lower.cells[column - 1]:
            cells[column] = cells[column - 1]
    return tuple(cells)
