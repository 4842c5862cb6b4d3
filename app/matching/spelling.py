"""The normal form in which texts and names are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.matching.phrases import Phrases

LONGEST: Final = 400
"""Characters of a text that are looked at; what follows decides no code."""

_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_NOT_WORD: Final = re.compile(r"[\W_]+")
_MANY_ROMAN: Final = re.compile(r"(?<![a-z])(viii|vii|iii|ii|vi|iv|ix)(?![a-z])")
_REMARK: Final = re.compile(
    r"(?<=[^\s(\uff08])\s*[(\uff08\[\u3010][^()\uff08\uff09\[\]\u3010\u3011]*[)\uff09\]\u3011][\W_]*$"
)
_HAN: Final = re.compile(rf"[\u4e00-\u9fa5]{{1,{LONGEST}}}")
_CODE: Final = re.compile(r"[(\uff08\[]+[\d.+x/; ]{4,}[)\uff09\]]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SpellingData:
    """Tables of ``resources/matching/normal.toml``: characters and words to exchange, numerals, sides."""

    characters: Mapping[str, str]
    words: Mapping[str, str]
    numerals: str
    before: str
    degree_signs: str
    side_words: tuple[str, ...]
    kept_before: str


class Spelling:
    """Brings a text into normal form: half width, lower case, no punctuation, one spelling, Arabic grades."""

    def __init__(self, table: SpellingData) -> None:
        unit = table.before[0]
        self._characters = str.maketrans({**table.characters, **dict.fromkeys(table.degree_signs, unit)})
        self._exchanged = frozenset((*map(chr, self._characters), *table.numerals))
        self._words = Phrases(table.words)
        self._grade = re.compile(f"(?<![a-z])(viii|vii|vi|iv|ix|iii|ii|i|v|x|[{table.numerals}])(?=[{table.before}])")
        self._digits = {sign: str(number) for number, sign in enumerate(table.numerals, 1)}
        self._digits.update({sign: str(number) for sign, number in _ROMAN.items()})
        sides = "|".join(sorted(table.side_words, key=len, reverse=True))
        self._sides = re.compile(f"(?:{sides})(?!{table.kept_before})")

    def normal(self, text: str) -> str:
        """Return the normal form of at most :data:`LONGEST` characters. Idempotent."""
        if _HAN.fullmatch(text) and self._exchanged.isdisjoint(text):
            return self._words.replace(text)  # as most words are: nothing else applies to them
        folded = unicodedata.normalize("NFKC", _CODE.sub("", text[:LONGEST])).lower().translate(self._characters)
        folded = self._grade.sub(self._digit, folded)
        folded = _MANY_ROMAN.sub(self._digit, folded)
        return self._words.replace(_NOT_WORD.sub("", folded))

    def bare(self, text: str) -> str:
        """Return the normal form without a remark in brackets at the end (PKP（L1）)."""
        return self.normal(_REMARK.sub("", text[:LONGEST]))

    def without_sides(self, normal: str) -> str:
        """Return a normal form without 左, 右 and 双, unless nothing else would be left."""
        return self._sides.sub("", normal) or normal

    def _digit(self, hit: re.Match[str]) -> str:
        return self._digits[hit[1]]


def folded_characters(text: str) -> list[tuple[str, int]]:
    """Return the letters of a text in half width and lower case, each with its place in the text."""
    found: list[tuple[str, int]] = []
    for place, sign in enumerate(text):
        plain = unicodedata.normalize("NFKC", sign).lower()
        found.extend((part, place) for part in plain if part.isalnum())
    return found
