"""Tables of a code range and the numbers that go with it, such as ``P07.0 | 500-999``: least and most of a code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeAlias

from app.qc.codesets import CodeSet
from app.qc.memo import Memo

_ROW: Final = re.compile(r"([^|]+)\|\s*(\d+(?:\.\d+)?)\s*(-?)\s*(\d+(?:\.\d+)?)?\s*(?:\|.*)?")
_MEMORY: Final = 20_000
Span: TypeAlias = tuple[Decimal, Decimal | None]
"""The least number and the most, None where there is no upper end."""


class CodeSpans:
    """Rows ``range | least-most``, ``range | least-`` or ``range | number``; after a second bar stands a note.

    Raises ``ValueError`` with the row for one that is none. ``of[code]`` is the span of the first row that holds the
    code, None without one: rows of single codes come before those of whole categories.
    """

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows = tuple(_read(row) for row in rows)
        self.of = Memo[str, Span | None](self._find, _MEMORY)

    def _find(self, code: str) -> Span | None:
        return next((span for codes, span in self._rows if code in codes), None)


def _read(row: str) -> tuple[CodeSet, Span]:
    found = _ROW.fullmatch(row.strip())
    if not found or (found[4] and not found[3]):
        raise ValueError(row)
    least = Decimal(found[2])
    most = Decimal(found[4]) if found[4] else None if found[3] else least
    if most is not None and most < least:
        raise ValueError(row)
    try:
        return CodeSet(found[1].strip()), (least, most)
    except ValueError as error:
        raise ValueError(row) from error
