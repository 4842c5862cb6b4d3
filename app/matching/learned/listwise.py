"""Fitting a net so that of each text's names the right ones score highest: softmax over them, Adam, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.encoder import Halves
from app.matching.learned.fitting import summed_runs
from app.matching.learned.hashing import Rows
from app.matching.learned.nets import Net, Scaling, summed_told

BATCH: Final = 32
RATE: Final = 3e-3
_UNTOLD: Final = 0.2
"""Share of its differences that each name does without in each round."""
_FAINT: Final = np.float32(0.01)
"""How far the vectors of differences lie from nothing before they are fitted."""
_TOLD_RATE: Final = np.float32(0.3)
"""The rate of these vectors, each of which is fitted to far fewer names, against that of the other weights."""
_DECAY: Final = np.float32(1e-4)
_MEAN: Final = np.float32(0.9)
_SQUARE: Final = np.float32(0.99)
_TINY: Final = np.float32(1e-8)
_LEAST_SIZE: Final = np.float32(1e-6)
_FULL: Final = 1.25
"""The rate stays whole until a fifth of the steps is done, then falls."""
_LAST: Final = 0.02

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many hidden values, how often all texts are gone through, which share of the features each does without.

    Even a few texts are gone through in ``fewest`` steps. ``differences`` counts the numbers of differences that the
    net is to know, 0 for none.
    """

    hidden: int = 64
    rounds: int = 10
    dropped: float = 0.15
    fewest: int = 600
    differences: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text's names: a row of features for each, which of them are right, the differences of each if any are asked."""

    table: Floats | Halves
    right: Flags
    found: Rows | None = None


class NetFit:
    """A net being fitted. The same seed and texts lead to the same net."""

    def __init__(self, scaling: Scaling, seed: int, effort: Effort = Effort()) -> None:
        width, hidden = len(scaling.middle), effort.hidden
        self._scaling, self._effort = scaling, effort
        self._draw = np.random.default_rng(seed)
        self._inner = _spread(self._draw, width, hidden)
        self._offset = np.zeros(hidden, np.float32)
        self._outer = _spread(self._draw, hidden, 1)[:, 0]
        self._told = self._draw.standard_normal((effort.differences, hidden), dtype=np.float32) * _FAINT
        self._told_squares = np.zeros(effort.differences, np.float32)
        self._past = np.zeros(width, np.float32)
        self._weights = (self._inner, self._offset, self._outer, self._past)
        self._moments = [(np.zeros_like(one), np.zeros_like(one)) for one in self._weights]
        self._steps = 0

    def run(self, lessons: Sequence[Lesson], texts: Sequence[int], beat: Callable[[], None]) -> Net:
        """Return the net fitted to some of the texts, each of which has a right name. ``beat`` may raise."""
        order = np.array(texts)
        per_round = ceil(len(order) / BATCH)
        rounds = max(self._effort.rounds, ceil(self._effort.fewest / per_round))
        for number in range(rounds):
            beat()
            self._draw.shuffle(order)
            for low in range(0, len(order), BATCH):
                done = (number * per_round + low / BATCH) / (rounds * per_round)
                self._step([lessons[text] for text in order[low : low + BATCH].tolist()], _rate(done))
        return Net(self._scaling, self._inner, self._offset, self._outer, self._past, self._told.astype(np.float16))

    def _step(self, lessons: Sequence[Lesson], rate: np.float32) -> None:
        sizes = np.array([len(lesson.table) for lesson in lessons])
        rows = self._thinned([lesson.table for lesson in lessons], sizes)
        found = self._differences(lessons)
        hidden = rows @ self._inner + self._offset
        if found is not None:
            hidden += summed_told(self._told, found)
        shown = np.maximum(hidden, 0)
        scores = (shown @ self._outer + rows @ self._past).astype(np.float32, copy=False)
        right = np.concatenate([lesson.right for lesson in lessons])
        slope = slope_of(scores, right, np.cumsum(sizes) - sizes, sizes) / np.float32(len(lessons))
        back = slope[:, None] * self._outer * (hidden > 0)
        self._steps += 1
        if found is not None and len(found.buckets):
            self._tell(found, back, rate)
        slopes = (rows.T @ back, back.sum(axis=0), shown.T @ slope, rows.T @ slope)
        for weights, moments, one in zip(self._weights, self._moments, slopes, strict=True):
            self._adam(weights, moments, one, rate)

    def _thinned(self, tables: Sequence[Floats | Halves], sizes: NDArray[np.int64]) -> Floats:
        """The features of all names, without those that each text does without."""
        dropped = self._effort.dropped
        kept = (self._draw.random((len(tables), len(self._past))) >= dropped).astype(np.float32)
        scaled = self._scaling.of(np.concatenate(tables, dtype=np.float32))
        found: Floats = scaled * np.repeat(kept * np.float32(1 / (1 - dropped)), sizes, axis=0)
        return found

    def _differences(self, lessons: Sequence[Lesson]) -> Rows | None:
        """The differences of all names, without those that each does without; None for a net that knows none."""
        told = [lesson.found for lesson in lessons if lesson.found is not None]
        if not told:
            return None
        numbers = np.concatenate([one.buckets for one in told])
        kept = self._draw.random(len(numbers)) >= _UNTOLD
        owners = np.repeat(np.arange(sum(map(len, told))), np.concatenate([np.diff(one.starts) for one in told]))
        counts = np.bincount(owners[kept], minlength=sum(map(len, told)))
        return Rows(np.concatenate(([0], np.cumsum(counts))).astype(np.int64), numbers[kept])

    def _tell(self, found: Rows, back: Floats, rate: np.float32) -> None:
        """A step for the vectors of the differences that were met, each brought to the size that its steps have."""
        order = np.argsort(found.buckets, kind="stable")
        numbers = found.buckets[order].astype(np.int64)
        first = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
        met, slope = numbers[first], summed_runs(back, found.owners()[order], first)
        squares = self._told_squares[met] * _SQUARE + np.einsum("ij,ij->i", slope, slope) * (
            (1 - _SQUARE) / np.float32(slope.shape[1])
        )
        self._told_squares[met] = squares
        self._told[met] -= (rate * _TOLD_RATE / (np.sqrt(squares) + _LEAST_SIZE))[:, None] * slope

    def _adam(self, weights: Floats, moments: tuple[Floats, Floats], slope: Floats, rate: np.float32) -> None:
        mean, square = moments
        mean += (slope - mean) * (1 - _MEAN)
        square += (slope * slope - square) * (1 - _SQUARE)
        bare = mean / np.float32(1 - _MEAN**self._steps)
        spread = np.sqrt(square / np.float32(1 - _SQUARE**self._steps)) + _TINY
        weights -= rate * (bare / spread + _DECAY * weights)


def _rate(done: float) -> np.float32:
    return np.float32(RATE * min(1.0, _FULL * (1 - done) + _LAST))


def _spread(draw: np.random.Generator, rows: int, columns: int) -> Floats:
    return draw.standard_normal((rows, columns), dtype=np.float32) * np.float32(rows**-0.5)


def slope_of(scores: Floats, right: Flags, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Floats:
    """Return the slope of each text's loss: minus the logarithm of the chance that its right names have together.

    ``starts`` and ``sizes`` are those of the texts' names in ``scores``; each text has a right one.
    """
    chances = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
    chances /= np.repeat(np.add.reduceat(chances, starts), sizes)
    of_right = np.maximum(chances, np.finfo(np.float32).tiny) * right
    found: Floats = chances - of_right / np.repeat(np.add.reduceat(of_right, starts), sizes)
    return found.astype(np.float32, copy=False)
