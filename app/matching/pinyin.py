"""Finding names by pinyin: initials, full syllables, or both mixed; each character in any of its readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_NOBODY: Final[Places] = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Heard:
    """A name whose reading holds the letters: its number and the (start, end) of what was heard in it.

    ``usual`` is False when a character had to be read in another way than usual.
    """

    number: int
    start: int
    end: int
    usual: bool = True


class Hearing:
    """Names whose reading holds the letters, each once, those read as usual first."""

    def __init__(self, numbers: Places, starts: Places, ends: Places, usual: int) -> None:
        """Take names by number with where they were heard; the first ``usual`` were read as usual."""
        self.numbers = numbers
        self._starts, self._ends, self._usual = starts, ends, usual
        self._order = np.argsort(numbers, kind="stable")
        self._sorted = numbers[self._order]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Heard]:
        return iter(self._heard(np.arange(len(self))))

    def of(self, numbers: Places) -> dict[int, Heard]:
        """Return what was heard in some of the names, all of which were."""
        places = self._order[np.searchsorted(self._sorted, numbers)]
        return dict(zip(numbers.tolist(), self._heard(places), strict=True))

    def among(self, numbers: Places) -> Places:
        """Return those of the numbers whose names were heard, in their order."""
        if not len(self._sorted):
            return numbers[:0]
        at = np.minimum(np.searchsorted(self._sorted, numbers), len(self._sorted) - 1)
        found: Places = numbers[self._sorted[at] == numbers]
        return found

    def _heard(self, places: Places) -> list[Heard]:
        rows = (self.numbers[places], self._starts[places], self._ends[places], places < self._usual)
        return [Heard(*row) for row in zip(*(column.tolist() for column in rows), strict=True)]


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

    def find(self, letters: str, enough: int = 0) -> Hearing:
        """Return the names whose reading holds ``letters``, those read as usual first, in order of the names.

        Each syllable must give at least its first letter, and nothing is left out in between. Unusual readings are
        tried when fewer than ``enough`` names were found (always without ``enough``).
        """
        wanted = "".join(sign for sign in letters.lower() if sign.isalnum() and sign.isascii())[:LONGEST]
        if not wanted:
            return Hearing(_NOBODY, _NOBODY, _NOBODY, 0)
        moves = self._moves(wanted)
        numbers, starts, ends = self._walk(moves[:, self.readings[:, 0]], len(wanted))
        usual = len(numbers)
        if not enough or usual < enough:
            every = np.bitwise_or.reduce([moves[:, self.readings[:, column]] for column in range(MOST)])
            more = self._walk(every, len(wanted))
            other = np.isin(more[0], numbers, invert=True)
            numbers, starts, ends = (
                np.concatenate((one, two[other])) for one, two in zip((numbers, starts, ends), more, strict=True)
            )
        return Hearing(numbers, starts, ends, usual)

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

    def _walk(self, moves: Bits, length: int) -> tuple[Places, Places, Places]:
        """Follow the letters from every character on; ``moves`` are per place in the letters and sign.

        Returns the numbers of the names in order, and where the letters were heard first in each: start and end.
        """
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
        first = self.places[np.concatenate([_NOBODY, *(start for start, _ in found)])]
        last = self.places[np.concatenate([_NOBODY, *(end for _, end in found)])]
        order = np.lexsort((last, first))
        first, last = first[order], last[order]
        numbers = np.searchsorted(self._starts, first, "right") - 1
        is_new = np.concatenate(([True], numbers[1:] != numbers[:-1])) if len(numbers) else np.zeros(0, np.bool_)
        numbers, first, last = numbers[is_new], first[is_new], last[is_new]
        begins = self._starts[numbers]
        return numbers, first - begins, last - begins + 1


def _read(sign: str, readings: Readings) -> tuple[str, ...]:
    if sign.isascii():
        return (sign.lower(),) if sign.isalnum() else ()
    return readings.get(sign, ())
