"""Sets of codes given as ranges (domain.md 3.1), quick for codes they have seen."""

from __future__ import annotations

from typing import Final

from app.codebook.codes import CodeRanges

_MEMORY: Final = 20_000


class CodeSet:
    """Codes in ranges such as ``C00-C97, D06``; remembers its answers. Raises ``ValueError`` for a wrong range."""

    def __init__(self, ranges: str) -> None:
        self.ranges = ranges
        self._parsed = CodeRanges.parse(ranges)
        self._seen: dict[str, bool] = {"": False}

    def __contains__(self, code: object) -> bool:
        known = self._seen.get(code)  # type: ignore[call-overload]  # anything else is simply not a key
        if known is None:
            known = isinstance(code, str) and self._parsed.contains(code)
            if isinstance(code, str):
                self._remember(code, known)
        return bool(known)

    def _remember(self, code: str, answer: bool) -> None:
        if len(self._seen) >= _MEMORY:
            self._seen = {"": False}
        self._seen[code] = answer
