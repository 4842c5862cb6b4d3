"""Search results with nearly identical names folded into one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.coding import Candidate


@dataclass(frozen=True, slots=True)
class FoldLine:
    """One line of the list: a candidate, the codes folded into it, words on that, whether it lies inside a group."""

    candidate: Candidate
    folded: tuple[str, ...] = ()
    words: str = ""
    is_inside: bool = False


class Folding:
    """Groups of candidates, each shown as one line until it is unfolded."""

    def __init__(self, groups: Sequence[Sequence[Candidate]]) -> None:
        self._groups = tuple(tuple(group) for group in groups)
        self._open: set[int] = set()
        self._rows = self._lay_out()

    def _lay_out(self) -> list[tuple[int, int]]:
        """Return (group, place in it) of each line."""
        return [
            (number, place)
            for number, group in enumerate(self._groups)
            for place in range(len(group) if number in self._open else 1)
        ]

    def lines(self) -> list[FoldLine]:
        """Return all lines from the top."""
        return [self._line(number, place) for number, place in self._rows]

    def line(self, row: int) -> FoldLine | None:
        """Return one line, None outside the list."""
        return self._line(*self._rows[row]) if 0 <= row < len(self._rows) else None

    def turn(self, row: int, *, unfold: bool) -> int | None:
        """Unfold or fold the group of a line; return the row to stand on then, None when there is nothing to do."""
        if not 0 <= row < len(self._rows):
            return None
        number = self._rows[row][0]
        if len(self._groups[number]) < 2 or (number in self._open) is unfold:
            return None
        self._open ^= {number}
        self._rows = self._lay_out()
        return self._rows.index((number, 0))

    def _line(self, number: int, place: int) -> FoldLine:
        group = self._groups[number]
        if place or len(group) == 1:
            return FoldLine(group[place], is_inside=place > 0)
        if number in self._open:
            return FoldLine(group[0], words=f"{len(group)} 个相近名称，← 收起")
        return FoldLine(group[0], tuple(one.code for one in group[1:]), f"等 {len(group)} 个相近名称，→ 展开")
