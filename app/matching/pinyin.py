"""Finding names by pinyin: initials, full syllables, or both mixed."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

from app.common.paths import data
from app.matching.phrases import Phrases

_END: Final = "\n"


class PinyinIndex:
    """Names as syllables. Building takes about half a second for 33,000 names; :meth:`to_bytes` keeps the result."""

    def __init__(self, syllables: Sequence[str]) -> None:
        """Take one line of syllables per name, parted by blanks."""
        self._lines = tuple(syllables)
        self._full = _END.join(f" {line}" for line in self._lines) + _END
        self.initials = tuple("".join(part[0] for part in line.split()) for line in self._lines)
        """First letters of the syllables of each name."""
        self._initials = _END.join(self.initials) + _END
        self._full_starts = _starts(self._full)
        self._initial_starts = _starts(self._initials)

    @classmethod
    def of_names(cls, names: Sequence[str]) -> PinyinIndex:
        """Read the names aloud. Latin letters and digits stand for themselves; other signs are left out."""
        read = _reader()
        return cls([read(name) for name in names])

    def to_bytes(self) -> bytes:
        """Return the index for a cache."""
        return _END.join(self._lines).encode("utf-8")

    @classmethod
    def from_bytes(cls, content: bytes) -> PinyinIndex:
        """Return the index of :meth:`to_bytes`."""
        return cls(content.decode("utf-8").split(_END))

    def __len__(self) -> int:
        return len(self._lines)

    def find(self, letters: str) -> list[int]:
        """Return the numbers of names whose reading holds ``letters``, in order: those by initials first.

        Each syllable must give at least its first letter, and nothing is left out in between.
        """
        wanted = "".join(sign for sign in letters.lower() if sign.isalnum() and sign.isascii())
        if not wanted:
            return []
        found = dict.fromkeys(_hits(self._initials, re.compile(re.escape(wanted)), self._initial_starts))
        found.update(dict.fromkeys(_hits(self._full, _syllables(wanted), self._full_starts)))
        return list(found)


def _starts(text: str) -> list[int]:
    return [0, *(place.end() for place in re.finditer(_END, text))]


def _hits(text: str, pattern: re.Pattern[str], starts: Sequence[int]) -> Iterator[int]:
    place = 0
    while hit := pattern.search(text, place):
        number = bisect_right(starts, hit.start()) - 1
        yield number
        place = starts[number + 1]


def _syllables(letters: str) -> re.Pattern[str]:
    """A pattern in which each next letter goes on in the syllable or begins the next one."""
    return re.compile(" " + "(?:[a-z]* )?".join(map(re.escape, letters)))


@cache
def _readings() -> Phrases:
    with (data("resources") / "matching" / "pinyin.toml").open("rb") as handle:
        return Phrases(tomllib.load(handle)["readings"])


def _reader() -> Callable[[str], str]:
    """Return a function from a name to its syllables: known words first, then character by character."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - slow to import, needed only once letters are typed

    readings = _readings()
    single: dict[str, str] = {}

    def of_sign(sign: str) -> str:
        if sign not in single:
            read = lazy_pinyin(sign)[0].lower() if sign.isalnum() else ""
            single[sign] = "".join(part for part in read if part.isascii() and part.isalnum())
        return single[sign]

    def of_name(name: str) -> str:
        pieces: list[str] = []
        last = 0
        for word, start, end in readings.find(name):
            pieces += [*map(of_sign, name[last:start]), readings.words[word]]
            last = end
        return " ".join(filter(None, [*pieces, *map(of_sign, name[last:])]))

    return of_name
