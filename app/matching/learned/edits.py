"""What a text says otherwise than a name, letter by letter, and what each such difference has cost in the past.

A word left out, one added, one for another: a difference is a number, and a weight for each is learned from the names
that were right and those that stood beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse, pairwise
from typing import Final
from zlib import crc32

import numpy as np
from rapidfuzz.distance import LCSseq

from app.matching.grams import Floats, numbered
from app.matching.learned.hashing import Rows
from app.matching.learned.listwise import Flags, slope_of

DIFFERENCES: Final = 1 << 15
"""Numbers of differences; two that share one share their weight."""
ROUNDS: Final = 5
BATCH: Final = 32
RATE: Final = np.float32(0.1)
DROPPED: Final = 0.2
_FIRST_SQUARE: Final = np.float32(0.1)
_LESS: Final = np.float32(1e-5)


def differences(text: str, names: Sequence[str]) -> Rows:
    """Return the numbers of what sets a text apart from each of some names, a row for each; all in canonical form."""
    own = _grams(text)
    found = [_between(text, own, name, _grams(name)) for name in names]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in found]))).astype(np.int64)
    return Rows(starts, np.array([number for row in found for number in row], np.uint16))


def _grams(text: str) -> dict[str, None]:
    """The different letters and pairs of letters of a text, its ends included, in their order."""
    framed = f"^{text}$"
    return dict.fromkeys((*text, *map("".join, pairwise(framed))))


def _between(text: str, own: Mapping[str, None], name: str, its: Mapping[str, None]) -> list[int]:
    told = [*map(_missing, filterfalse(its.__contains__, own)), *map(_added, filterfalse(own.__contains__, its))]
    for change in LCSseq.opcodes(text, name):
        if change.tag != "equal":
            told += _changed(text, name, change.src_start, change.src_end, change.dest_start, change.dest_end)
    return told


def _number(said: str) -> int:
    return crc32(said.encode("utf-8", "surrogatepass")) % DIFFERENCES


@lru_cache(1 << 13)
def _missing(gram: str) -> int:
    return _number(f"-{gram}")


@lru_cache(1 << 13)
def _added(gram: str) -> int:
    return _number(f"+{gram}")


def _changed(text: str, name: str, start: int, end: int, low: int, high: int) -> list[int]:
    """A stretch in the place of another, or one left out or added, also with its neighbours."""
    gone, come = text[start:end], name[low:high]
    if gone and come:
        return [_number(f"r{gone}>{come}")]
    if gone:
        before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
        return [_number(f"d{gone}"), _number(f"dl{before}|{gone}"), _number(f"dr{gone}|{behind}")]
    before, behind = name[max(low - 1, 0) : low], name[high : high + 1]
    return [_number(f"i{come}"), _number(f"il{before}|{come}"), _number(f"ir{come}|{behind}")]


def summed(weights: Floats, found: Rows) -> Floats:
    """Return per name the sum of the weights of its differences."""
    return np.bincount(found.owners(), weights[found.buckets], len(found)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Case:
    """A past text's names: their differences, their scores without them, which of them are right."""

    found: Rows
    scores: Floats
    right: Flags


class EditFit:
    """Weights being fitted to what the scores without them got wrong. The same seed and texts give the same weights."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.default_rng(seed)
        self.weights: Floats = np.zeros(DIFFERENCES, np.float32)
        self._squares = np.full(DIFFERENCES, _FIRST_SQUARE, np.float32)

    def run(self, cases: Sequence[Case], beat: Callable[[], None]) -> Floats:
        """Return the weights fitted to some cases, each with a right name among its names. ``beat`` may raise."""
        order = np.arange(len(cases))
        for number in range(ROUNDS):
            beat()
            self._draw.shuffle(order)
            for low in range(0, len(order), BATCH):
                rate = RATE * np.float32(1 - (number + low / len(order)) / ROUNDS)
                self._step([cases[place] for place in order[low : low + BATCH].tolist()], rate)
        return self.weights

    def _step(self, cases: Sequence[Case], rate: np.float32) -> None:
        sizes = np.array([len(case.scores) for case in cases])
        starts, per_name = np.cumsum(sizes) - sizes, np.concatenate([np.diff(case.found.starts) for case in cases])
        names = np.repeat(np.arange(len(per_name)), per_name)
        numbers = np.concatenate([case.found.buckets for case in cases])
        kept = self._draw.random(len(numbers)) >= DROPPED
        names, numbers = names[kept], numbers[kept]
        bare = np.concatenate([case.scores for case in cases])
        scores = bare + np.bincount(names, self.weights[numbers], len(bare)).astype(np.float32)
        slope = slope_of(scores, np.concatenate([case.right for case in cases]), starts, sizes)
        touched, where = numbered(numbers)
        steps = np.bincount(where, slope[names], len(touched)).astype(np.float32) + _LESS * self.weights[touched]
        self._squares[touched] += steps * steps
        self.weights[touched] -= rate * steps / np.sqrt(self._squares[touched])
