"""Finding names by pinyin: initials, full syllables, or both mixed; each character in any of its readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.readings import MOST, Readings, read_words

Bits = NDArray[np.uint64]
Places = NDArray[np.int64]

LONGEST: Final = 48
"""Letters that are looked at."""
_SYLLABLE: Final = 6
_END: Final = "\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """A name whose reading holds the letters: its number and the (start, end) of what was heard in it.

    ``usual`` is False when a character had to be read in another way than usual.
    """

    number: int
    start: int
    end: int
    usual: bool = True


class PinyinIndex:
    """Names as a row of characters, each with its readings; signs that are not read are left out.

    ``tokens`` are numbers of ``signs``, a line end after each name; ``places`` tell where each stands in ``text``.
    ``syllables`` are all readings; ``readings`` are up to three of them by number for each sign, the usual one first.
    """

    def __init__(self, names: Sequence[str], readings: Readings) -> None:
        """Read names aloud. Latin letters and digits stand for themselves. Takes 0.2 s for 33,000 names."""
        self.text = "".join(f"{name}{_END}" for name in names)
        points = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), np.uint32)
        used, tokens = np.unique(points, return_inverse=True)
        self.signs = [chr(point) for point in used.tolist()]
        spoken = [_read(sign, readings) for sign in self.signs]
        self._read_words(tokens, spoken)
        self.syllables = sorted({syllable for read in spoken for syllable in read})
        number = {syllable: index for index, syllable in enumerate(self.syllables)}
        silent = len(self.syllables)
        self.readings = np.full((len(spoken), MOST), silent, np.int32)
        for sign, read in enumerate(spoken):
            self.readings[sign, : len(read)] = [number[syllable] for syllable in read]
        is_end = np.array([sign == _END for sign in self.signs], np.bool_)
        kept = np.flatnonzero((is_end | (self.readings[:, 0] < silent))[tokens])
        self.tokens, self.places = tokens[kept].astype(np.int32), kept
        self._starts = np.concatenate(([0], np.flatnonzero(is_end[tokens]) + 1))[:-1]

    def _read_words(self, tokens: Places, spoken: list[tuple[str, ...]]) -> None:
        """Give characters in words that are read otherwise a number of their own."""
        known: dict[tuple[str, str], int] = {}
        words = read_words()
        for word, start, _ in words.find(self.text):
            for place, syllable in enumerate(words.words[word].split(), start):
                key = (self.text[place], syllable)
                if key not in known:
                    known[key] = len(spoken)
                    spoken.append(tuple(dict.fromkeys([syllable, *spoken[tokens[place]]]))[:MOST])
                    self.signs.append(key[0])
                tokens[place] = known[key]

    def __len__(self) -> int:
        return len(self._starts)

    @cached_property
    def initials(self) -> tuple[str, ...]:
        """First letters of the usual syllables of each name."""
        first = [self.syllables[read][0] if read < len(self.syllables) else _END for read in self.readings[:, 0]]
        return tuple("".join(first[token] for token in self.tokens.tolist()).split(_END)[:-1])

    def find(self, letters: str, enough: int = 0) -> list[Heard]:
        """Return the names whose reading holds ``letters``, those read as usual first, in order of the names.

        Each syllable must give at least its first letter, and nothing is left out in between. Unusual readings are
        tried when fewer than ``enough`` names were found (always without ``enough``).
        """
        wanted = "".join(sign for sign in letters.lower() if sign.isalnum() and sign.isascii())[:LONGEST]
        if not wanted:
            return []
        moves = self._moves(wanted)
        found = self._walk(moves[:, self.readings[:, 0]], len(wanted), usual=True)
        if not enough or len(found) < enough:
            every = np.bitwise_or.reduce([moves[:, self.readings[:, column]] for column in range(MOST)])
            for number, heard in self._walk(every, len(wanted), usual=False).items():
                found.setdefault(number, heard)
        return list(found.values())

    def _moves(self, wanted: str) -> Bits:
        """Return for each place in the letters and each syllable how far reading it may lead, as bits."""
        moves = np.zeros((len(wanted), len(self.syllables) + 1), np.uint64)
        for place in range(len(wanted)):
            for length in range(1, min(_SYLLABLE, len(wanted) - place) + 1):
                beginners = self._beginning.get(wanted[place : place + length])
                if beginners is None:
                    break
                moves[place, beginners] |= np.uint64(1 << (place + length))
        return moves

    @cached_property
    def _beginning(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, syllable in enumerate(self.syllables):
            for length in range(1, len(syllable) + 1):
                found.setdefault(syllable[:length], []).append(number)
        return found

    def _walk(self, moves: Bits, length: int, *, usual: bool) -> dict[int, Heard]:
        """Follow the letters from every character on; ``moves`` are per place in the letters and sign."""
        goal = np.uint64(1 << length)
        reach = moves[0][self.tokens]
        start = np.flatnonzero(reach)
        reach, at = reach[start], start
        found: list[tuple[Places, Places]] = []
        while len(at):
            done = (reach & goal) != 0
            found.append((start[done], at[done]))
            start, at, reach = start[~done], at[~done] + 1, reach[~done]
            tokens = self.tokens[at]
            onward = np.zeros(len(at), np.uint64)
            for place in range(1, length):
                stands = (reach & np.uint64(1 << place)) != 0
                onward[stands] |= moves[place][tokens[stands]]
            going = onward != 0
            start, at, reach = start[going], at[going], onward[going]
        return self._heard(found, usual=usual)

    def _heard(self, found: Sequence[tuple[Places, Places]], *, usual: bool) -> dict[int, Heard]:
        first = self.places[np.concatenate([start for start, _ in found])] if found else np.zeros(0, np.int64)
        last = self.places[np.concatenate([end for _, end in found])] if found else first
        numbers = np.searchsorted(self._starts, first, "right") - 1
        begins = first - self._starts[numbers]
        rows = sorted(zip(numbers.tolist(), begins.tolist(), (last - first).tolist(), strict=True))
        heard: dict[int, Heard] = {}
        for number, start, more in rows:
            heard.setdefault(number, Heard(number, start, start + more + 1, usual))
        return heard


def _read(sign: str, readings: Readings) -> tuple[str, ...]:
    if sign.isascii():
        return (sign.lower(),) if sign.isalnum() else ()
    return readings.get(sign, ())
