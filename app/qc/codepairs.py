"""Tables of two code ranges a row, such as ``51.22-51.23 | 54.21``: which pairs are in them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from app.codebook.codes import asterisk
from app.qc.codesets import CodeSet
from app.qc.memo import Memo
from app.qc.quick import Passing

ANY: Final = "*"
"""Stands on the left for every code."""
_MEMORY: Final = 20_000
_SIDES: Final = 2


class CodePairs:
    """Rows ``left | right`` of code ranges; what follows a second bar is a note for people.

    Raises ``ValueError`` with the row for one that is none. A dagger+asterisk code is in a range when either part is.
    ``answers[left, right]`` tells whether a row holds both; ``listed[left]`` whether a row other than ``*`` has it.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows = tuple(_read(row) for row in rows)
        self.answers = Memo[tuple[str, str], bool](self._holds, _MEMORY)
        self.listed = Memo[str, bool](self._lists, _MEMORY)

    @property
    def left(self) -> Container[str] | None:
        """The codes on the left side, None when a row stands for every code."""
        return None if any(known is None for known, _ in self._rows) else Passing(self.listed.__getitem__)

    def _holds(self, pair: tuple[str, str]) -> bool:
        left, right = pair
        return any((known is None or _is_in(left, known)) and _is_in(right, other) for known, other in self._rows)

    def _lists(self, left: str) -> bool:
        return any(known is not None and _is_in(left, known) for known, _ in self._rows)


def _read(row: str) -> tuple[CodeSet | None, CodeSet]:
    parts = [part.strip() for part in row.split("|")]
    if len(parts) < _SIDES or not all(parts[:_SIDES]):
        raise ValueError(row)
    try:
        return (None if parts[0] == ANY else CodeSet(parts[0])), CodeSet(parts[1])
    except ValueError as error:
        raise ValueError(row) from error


def _is_in(code: str, known: CodeSet) -> bool:
    star = asterisk(code)
    return code in known or (bool(star) and star in known)
