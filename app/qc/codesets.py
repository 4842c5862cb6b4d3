"""Sets of codes given as ranges (domain.md 3.1), quick for codes they have seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.codebook.codes import CodeRanges, code_parts
from app.qc.memo import Memo

_MEMORY: Final = 20_000
_CATEGORY: Final = 3


class CodeSet:
    """Codes in ranges such as ``C00-C97, D06``. Raises ``ValueError`` for a wrong range.

    ``answers[code]`` tells whether a code is in it and is kept; ``ranges`` are the ranges themselves.
    """

    def __init__(self, ranges: str) -> None:
        self.ranges = CodeRanges.parse(ranges)
        self.answers = Memo(self.ranges.contains, _MEMORY)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.answers[code]


class RangeIndex:
    """Many ranges at once: which of them hold a code. Those without codes of its category are left out at once."""

    def __init__(self, ranges: Sequence[CodeRanges]) -> None:
        self._ranges = tuple(ranges)
        self._near = Memo[str, tuple[int, ...]](self._beginning, _MEMORY)

    def holding(self, code: str) -> list[int]:
        """Return the places of the ranges that hold a code."""
        main, star = code_parts(code)
        places = range(len(self._ranges)) if star else self._near[main[:_CATEGORY]]
        return [place for place in places if self._ranges[place].hold(main, star)]

    def _beginning(self, start: str) -> tuple[int, ...]:
        return tuple(place for place, ranges in enumerate(self._ranges) if ranges.near(start))
