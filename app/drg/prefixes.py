"""Prefix matching: a scheme that names subcategories is turned into exact code lists when it is loaded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from app.domain.coding import CodeKind

_LAST = "\U0010ffff"


class Prefixes:
    """The codes of a codebook, to be asked for those that start with a prefix."""

    def __init__(self, codes: Mapping[CodeKind, Collection[str]]) -> None:
        self._codes = {kind: sorted(found) for kind, found in codes.items()}

    def members(self, prefix: str, kind: CodeKind) -> Sequence[str]:
        """Return the codes that start with ``prefix``, in order."""
        codes = self._codes[kind]
        return codes[bisect_left(codes, prefix) : bisect_left(codes, prefix + _LAST)]
