"""Tables of two code ranges a row, such as ``51.22-51.23 | 54.21``: which pairs are in them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from app.codebook.codes import CodeRanges, asterisk
from app.qc.codesets import RangeIndex
from app.qc.memo import Memo
from app.qc.quick import Passing

ANY: Final = "*"
"""Stands on the left for every code."""
_MEMORY: Final = 20_000
_SIDES: Final = 2
_NONE: Final = CodeRanges(())


class CodePairs:
    """Rows ``left | right`` of code ranges; what follows a second bar is a note for people.

    Raises ``ValueError`` with the row for one that is none. A dagger+asterisk code is in a range when either part is.
    ``listed[left]`` tells whether a row other than ``*`` has a code on its left.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        pairs = [_read(row) for row in rows]
        starred = _bits(at for at, (known, _) in enumerate(pairs) if known is None)
        left = RangeIndex([known or _NONE for known, _ in pairs])
        right = RangeIndex([known for _, known in pairs])
        self._left = Memo[str, int](lambda code: _rows_of(code, left) | starred, _MEMORY)
        self._right = Memo[str, int](lambda code: _rows_of(code, right), _MEMORY)
        self.listed = Memo[str, bool](lambda code: bool(self._left[code] & ~starred), _MEMORY)
        self.left: Container[str] | None = None if starred else Passing(self.listed.__getitem__)
        """The codes on the left side, None when a row stands for every code."""

    def hold(self, left: str, right: str) -> bool:
        """Tell whether a row has the first code on its left and the second on its right."""
        return bool(self._left[left] & self._right[right])


def _rows_of(code: str, side: RangeIndex) -> int:
    """Return the rows that have a code on a side, as bits: pairs are many, codes few."""
    star = asterisk(code)
    return _bits({*side.holding(code), *(side.holding(star) if star else ())})


def _bits(rows: Iterable[int]) -> int:
    return sum(1 << at for at in rows)


def _read(row: str) -> tuple[CodeRanges | None, CodeRanges]:
    parts = [part.strip() for part in row.split("|")]
    if len(parts) < _SIDES or not all(parts[:_SIDES]):
        raise ValueError(row)
    try:
        return (None if parts[0] == ANY else CodeRanges.parse(parts[0])), CodeRanges.parse(parts[1])
    except ValueError as error:
        raise ValueError(row) from error
