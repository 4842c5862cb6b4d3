"""Fitting a net so that of each text's names the right ones score highest: softmax over them, Adam, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.encoder import Halves
from app.matching.learned.nets import Net, Scaling

HIDDEN: Final = 64
ROUNDS: Final = 10
FEWEST_STEPS: Final = 600
"""Steps that even a few texts are gone through."""
BATCH: Final = 32
RATE: Final = 3e-3
DROPPED: Final = 0.15
"""Share of the features that each text does without in each round."""
_DECAY: Final = np.float32(1e-4)
_MEAN: Final = np.float32(0.9)
_SQUARE: Final = np.float32(0.99)
_TINY: Final = np.float32(1e-8)
_FULL: Final = 1.25
"""The rate stays whole until a fifth of the steps is done, then falls."""
_LAST: Final = 0.02

Flags = NDArray[np.bool_]


class NetFit:
    """A net being fitted. The same seed and texts lead to the same net."""

    def __init__(self, scaling: Scaling, seed: int) -> None:
        width = len(scaling.middle)
        self._scaling = scaling
        self._draw = np.random.default_rng(seed)
        self._inner = _spread(self._draw, width, HIDDEN)
        self._offset = np.zeros(HIDDEN, np.float32)
        self._outer = _spread(self._draw, HIDDEN, 1)[:, 0]
        self._past = np.zeros(width, np.float32)
        self._weights = (self._inner, self._offset, self._outer, self._past)
        self._moments = [(np.zeros_like(one), np.zeros_like(one)) for one in self._weights]
        self._steps = 0

    def run(
        self, tables: Sequence[Floats | Halves], right: Sequence[Flags], texts: Sequence[int], beat: Callable[[], None]
    ) -> Net:
        """Return the net fitted to some of the texts, each of which has a right name. ``beat`` may raise."""
        order = np.array(texts)
        per_round = ceil(len(order) / BATCH)
        rounds = max(ROUNDS, ceil(FEWEST_STEPS / per_round))
        for number in range(rounds):
            beat()
            self._draw.shuffle(order)
            for low in range(0, len(order), BATCH):
                done = (number * per_round + low / BATCH) / (rounds * per_round)
                part = order[low : low + BATCH].tolist()
                self._step([tables[text] for text in part], [right[text] for text in part], _rate(done))
        return Net(self._scaling, self._inner, self._offset, self._outer, self._past)

    def _step(self, tables: Sequence[Floats | Halves], right: Sequence[Flags], rate: np.float32) -> None:
        sizes = np.array([len(table) for table in tables])
        kept = (self._draw.random((len(tables), len(self._past))) >= DROPPED).astype(np.float32)
        rows = self._scaling.of(np.concatenate(tables, dtype=np.float32)) * np.repeat(
            kept * np.float32(1 / (1 - DROPPED)), sizes, axis=0
        )
        hidden = rows @ self._inner + self._offset
        shown = np.maximum(hidden, 0)
        scores = (shown @ self._outer + rows @ self._past).astype(np.float32, copy=False)
        slope = slope_of(scores, np.concatenate(right), np.cumsum(sizes) - sizes, sizes) / np.float32(len(tables))
        back = slope[:, None] * self._outer * (hidden > 0)
        self._steps += 1
        slopes = (rows.T @ back, back.sum(axis=0), shown.T @ slope, rows.T @ slope)
        for weights, moments, one in zip(self._weights, self._moments, slopes, strict=True):
            self._adam(weights, moments, one, rate)

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
