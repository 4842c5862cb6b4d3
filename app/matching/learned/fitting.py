"""Fitting an encoder so that a text lies near its names: softmax over the batch, sparse Adam, in numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.encoder import Encoder, Layers, means, unit
from app.matching.learned.hashing import Rows, Whole

BATCH: Final = 256
NEIGHBOURS: Final = 8
"""Names that follow each other in the list and stand in one batch, so that it learns to tell them apart."""
RATE: Final = np.float32(2e-3)
SHARPNESS: Final = np.float32(0.08)
DROPPED: Final = 0.2
_MEAN: Final = np.float32(0.9)
_SQUARE: Final = np.float32(0.99)
_TINY: Final = np.float32(1e-8)
_SHORT_RUN: Final = 12

Meanwhile = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Pairs:
    """What belongs together: rows of ``texts`` and the numbers of their ``names``."""

    texts: Rows
    names: Whole


class Fit:
    """An encoder being fitted. The same seed and pairs lead to the same encoder."""

    def __init__(self, start: Layers, names: Rows, seed: int) -> None:
        self._table = start.table.astype(np.float32)
        self._turn = start.turn.copy()
        self._names = names
        self._draw = np.random.default_rng(seed)
        # the mean square is one number for a bucket, not one for each of its values: half the memory, as good
        self._moments = (np.zeros_like(self._table), np.zeros((len(self._table), 1), np.float32))
        self._turn_moments = (np.zeros_like(self._turn), np.zeros_like(self._turn))
        self._steps = 0

    def layers(self) -> Layers:
        """Return the layers as they stand."""
        return Layers(self._table.astype(np.float16), self._turn.copy())

    def encoder(self) -> Encoder:
        """Return the encoder that answers by the layers as they stand; the fit is over and lets its moments go."""
        self._moments = (self._moments[0][:0].copy(), self._moments[1][:0].copy())  # 50 MB
        return Layers(self._table, self._turn).encoder()

    def round(self, pairs: Pairs, name_share: float, rate: float, meanwhile: Meanwhile) -> None:
        """Go once over the pairs and over a share of the names with themselves. ``meanwhile`` may raise."""
        count = len(pairs.names)
        own = self._draw.choice(len(self._names), int(len(self._names) * name_share), replace=False).astype(np.int64)
        targets = np.concatenate([pairs.names, own])
        numbers = np.concatenate([np.arange(count), -1 - own])
        for chosen in self._batches(targets):
            meanwhile()
            which = numbers[chosen]
            texts = _joined(pairs.texts.of(which[which >= 0]), self._names.of(-1 - which[which < 0]))
            order = np.argsort(which < 0, kind="stable")
            self._step(texts, targets[chosen][order], np.float32(rate) * RATE)

    def _batches(self, targets: Whole) -> list[Whole]:
        """Batches of runs of neighbouring names."""
        order = np.argsort(targets + self._draw.random(len(targets)) * 0.5, kind="stable")
        runs = np.array_split(np.roll(order, int(self._draw.integers(NEIGHBOURS))), max(len(order) // NEIGHBOURS, 1))
        self._draw.shuffle(picked := np.arange(len(runs)))
        per = BATCH // NEIGHBOURS
        return [np.concatenate([runs[i] for i in picked[low : low + per]]) for low in range(0, len(runs), per)]

    def _step(self, texts: Rows, targets: Whole, rate: np.float32) -> None:
        distinct, where = np.unique(targets, return_inverse=True)
        left, right = self._thin(texts), self._thin(self._names.of(distinct))
        left_mean, right_mean = means(self._table, left), means(self._table, right)
        left_unit, left_length = unit(left_mean @ self._turn)
        right_unit, right_length = unit(right_mean @ self._turn)
        slope = _slope(left_unit @ right_unit.T / SHARPNESS, where)
        left_back = _through_unit(np.asarray(slope @ right_unit), left_unit, left_length)
        right_back = _through_unit(np.asarray(slope.T @ left_unit), right_unit, right_length)
        turn_slope = left_mean.T @ left_back + right_mean.T @ right_back
        self._steps += 1
        self._adam_table(
            _joined(left, right), np.concatenate([left_back @ self._turn.T, right_back @ self._turn.T]), rate
        )
        self._turn -= self._adam(self._turn_moments, slice(None), turn_slope, rate)

    def _thin(self, rows: Rows) -> Rows:
        return rows.thinned(self._draw.random(len(rows.buckets)) >= DROPPED)

    def _adam_table(self, rows: Rows, slopes: Floats, rate: np.float32) -> None:
        per_row = slopes / np.diff(rows.starts).astype(np.float32)[:, None]
        order = np.argsort(rows.buckets, kind="stable")
        buckets = rows.buckets[order]
        first = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
        summed = summed_runs(per_row, rows.owners()[order], first)
        touched = buckets[first].astype(np.int64)
        self._table[touched] -= self._adam(self._moments, touched, summed, rate)

    def _adam(self, moments: tuple[Floats, Floats], at: Whole | slice, slope: Floats, rate: np.float32) -> Floats:
        """The step of Adam for the rows ``at``; rows that are not touched keep their moments."""
        mean = moments[0][at] * _MEAN + slope * (1 - _MEAN)
        square = moments[1][at] * _SQUARE + _like(moments[1], slope * slope) * (1 - _SQUARE)
        moments[0][at], moments[1][at] = mean, square
        scale = rate * np.sqrt(1 - _SQUARE**self._steps) / (1 - _MEAN**self._steps)
        found: Floats = (scale * mean / (np.sqrt(square) + _TINY)).astype(np.float32)
        return found


def summed_runs(slopes: Floats, owners: Whole, first: Whole) -> Floats:
    """The sums of the slopes of runs of owners, which begin at ``first``.

    Nearly all runs are short: adding up their first members, then the second ones and so on takes a fifth of the time
    of ``np.add.reduceat``.
    """
    counts = np.diff(np.append(first, len(owners)))
    summed: Floats = slopes[owners[first]]
    for depth in range(1, _SHORT_RUN):
        more = np.flatnonzero(counts > depth)
        summed[more] += slopes[owners[first[more] + depth]]
    for run in np.flatnonzero(counts > _SHORT_RUN).tolist():
        summed[run] += slopes[owners[first[run] + _SHORT_RUN : first[run] + counts[run]]].sum(axis=0)
    return summed


def _like(moment: Floats, squares: Floats) -> Floats:
    """Squares as the moment keeps them: each, or the mean of a row."""
    return squares if moment.shape[1] > 1 else squares.mean(axis=1, keepdims=True)


def _slope(scores: Floats, right: NDArray[np.int64]) -> Floats:
    """The slope of the mean loss of finding each text's name among those of the batch."""
    count = len(right)
    per_text = np.exp(scores - scores.max(axis=1, keepdims=True))
    per_text /= per_text.sum(axis=1, keepdims=True)
    per_text[np.arange(count), right] -= 1
    slope: Floats = (per_text / (np.float32(count) * SHARPNESS)).astype(np.float32)
    return slope


def _through_unit(slope: Floats, units: Floats, lengths: Floats) -> Floats:
    along = np.einsum("ij,ij->i", slope, units)
    found: Floats = (slope - along[:, None] * units) / lengths[:, None]
    return found


def _joined(one: Rows, other: Rows) -> Rows:
    return Rows(
        np.concatenate([one.starts, other.starts[1:] + one.starts[-1]]), np.concatenate([one.buckets, other.buckets])
    )
