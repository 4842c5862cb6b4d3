"""Codes by the exact names of a code book, for DG-030: what a physician's text is called there, if it is called so."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from app.codebook.book import Codebook
from app.codebook.codes import category3
from app.domain.coding import CodeKind
from app.qc.memo import Memo
from app.qc.valuefunctions import fold

_TEXTS: Final = 20_000


class TextCodes:
    """Answers with the diagnosis whose name or synonym a text is, letter for letter after folding."""

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._found = Memo[str, str](lambda text: self._codes.get(fold(text).casefold(), ""), _TEXTS)

    def find(self, text: str) -> str:
        """Return the code that a text names, '' when none does or codes of several categories do."""
        return self._found[text]

    @cached_property
    def _codes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in self._book.entries(CodeKind.DX):
            for name in (entry.name, *entry.synonyms):
                key = fold(name).casefold()
                if key == name:
                    key = name  # the same text is kept once
                known = found.setdefault(key, entry.code)
                if category3(known) != category3(entry.code):
                    found[key] = ""
        return found
