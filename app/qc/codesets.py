"""Sets of codes given as ranges (domain.md 3.1), quick for codes they have seen."""

from __future__ import annotations

from typing import Final

from app.codebook.codes import CodeRanges
from app.qc.memo import Memo

_MEMORY: Final = 20_000


class CodeSet:
    """Codes in ranges such as ``C00-C97, D06``. Raises ``ValueError`` for a wrong range.

    ``answers[code]`` tells whether a code is in it and is kept; ``ranges`` are the ranges themselves.
    """

    def __init__(self, ranges: str) -> None:
        self.ranges = CodeRanges.parse(ranges)
        self.answers = Memo(self.ranges.contains, _MEMORY)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.answers[code]
