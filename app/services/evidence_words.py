"""Where a document speaks of a diagnosis or operation: its words, their short forms, else the longest parts of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from app.common.texts import text

Span = tuple[int, int]
"""Begin and end in the text of a document."""

_BREAKS: Final = re.compile(r"\W+")
_LEAST: Final = 2
_MOST: Final = 200
"""Places that are marked in one document."""


def terms_of(said: Iterable[str], shorts: Mapping[str, str]) -> tuple[str, ...]:
    """Return what to look for, the longest first: phrases of the words, and short forms that stand for them.

    ``shorts`` maps short forms to what they mean.
    """
    phrases = {part for words in said for part in _BREAKS.split(_folded(words)) if len(part) >= _LEAST}
    other = {short for short, meaning in shorts.items() for phrase in phrases if meaning and meaning in phrase}
    other |= {meaning for short, meaning in shorts.items() if short in phrases}
    return tuple(sorted(phrases | other, key=lambda one: (-len(one), one)))


def spans(document: str, terms: Iterable[str]) -> tuple[Span, ...]:
    """Return where a document has the terms; of a term it does not have, its longest parts. They do not overlap."""
    folded = _folded(document)
    found: list[Span] = []
    for term in terms:
        places = list(_places(folded, term)) or list(_parts(folded, term))
        for begin, end in places:
            if all(end <= other[0] or begin >= other[1] for other in found):
                found.append((begin, end))
            if len(found) >= _MOST:
                return tuple(sorted(found))
    return tuple(sorted(found))


def _places(document: str, term: str) -> Iterable[Span]:
    at = document.find(term)
    while at >= 0:
        yield at, at + len(term)
        at = document.find(term, at + len(term))


def _parts(document: str, term: str) -> Iterable[Span]:
    """Yield places of the longest parts of a term that the document has, at least half of it long."""
    least, little = max(_LEAST, (len(term) + 1) // 2), text("papers.says_little").split()
    for length in range(len(term) - 1, least - 1, -1):
        parts = [term[begin : begin + length] for begin in range(len(term) - length + 1)]
        hits = [part for part in parts if part not in little and part in document]
        if hits:
            for part in hits:
                yield from _places(document, part)
            return


def _folded(words: str) -> str:
    """Return words in one width and case, sign for sign, so that places in it are places in the text."""
    return "".join(
        folded if len(folded := unicodedata.normalize("NFKC", one).casefold()) == 1 else one for one in words
    )
