"""A small net that ranks: features brought to one scale, one hidden layer, and a straight way past it.

A net may also know differences between a text and a name (:mod:`app.matching.learned.edits`): a vector for each, whose
sum is added to what the features lead to before the hidden layer is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.matching.grams import Floats, numbered
from app.matching.learned.encoder import Halves
from app.matching.learned.hashing import Buckets, Rows

FARTHEST: Final = np.float32(4)
"""Spreads from its mean beyond which a value counts no more."""
_LEAST_SPREAD: Final = 1e-4
_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Scaling:
    """Each feature's mean, and one by its spread (0 for one that never changes)."""

    middle: Floats
    narrowing: Floats

    def of(self, features: Floats | Halves) -> Floats:
        """Return rows of features as numbers around 0, -4 to 4."""
        found: Floats = (features.astype(np.float32) - self.middle) * self.narrowing
        return np.clip(found, -FARTHEST, FARTHEST, out=found)


def scaling_of(tables: Sequence[Floats | Halves]) -> Scaling:
    """Return the scaling of tables with the same columns, gone through a part at a time."""
    width = tables[0].shape[1]
    count, summed, squares = 0, np.zeros(width), np.zeros(width)
    for low in range(0, len(tables), _AT_ONCE):
        rows = np.concatenate(tables[low : low + _AT_ONCE], dtype=np.float64)
        count += len(rows)
        summed += rows.sum(axis=0)
        squares += np.einsum("ij,ij->j", rows, rows)
    middle = summed / max(count, 1)
    spread = np.sqrt(np.maximum(squares / max(count, 1) - middle**2, 0))
    narrowing = np.where(spread > _LEAST_SPREAD, 1 / np.maximum(spread, _LEAST_SPREAD), 0)
    return Scaling(middle.astype(np.float32), narrowing.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Net:
    """``inner`` leads from features to hidden values (with ``offset``), ``outer`` from these to the score.

    ``past`` leads from the features to the score directly. ``told`` has a vector of hidden values for each difference;
    it has no rows in a net that is not asked about differences.
    """

    scaling: Scaling
    inner: Floats
    offset: Floats
    outer: Floats
    past: Floats
    told: Halves

    def raw(self, features: Floats | Halves, found: Rows | None = None) -> Floats:
        """Return the score of each row: the higher the likelier, in units of a logarithm of chances.

        ``found`` are the numbers of the differences of each row.
        """
        rows = self.scaling.of(features)
        hidden = rows @ self.inner
        hidden += self.offset
        if found is not None:
            hidden += summed_told(self.told, found)
        score: Floats = np.maximum(hidden, 0, out=hidden) @ self.outer + rows @ self.past
        return score


def summed_told(told: Floats | Halves, found: Rows) -> Floats:
    """Return for each row the sum of the vectors of its numbers; rows may be empty."""
    summed = np.zeros((len(found), told.shape[1]), np.float32)
    filled = np.flatnonzero(np.diff(found.starts))
    if len(filled):
        summed[filled] = np.add.reduceat(_vectors(told, found.buckets), found.starts[filled], axis=0)
    return summed


def _vectors(told: Floats | Halves, numbers: Buckets) -> Floats:
    """The vector of each number; halves, which take long to read, are read once for each different number."""
    if told.dtype == np.float32:
        return told[numbers].astype(np.float32, copy=False)
    different, where = numbered(numbers)
    return told[different].astype(np.float32).take(where, axis=0)


def mean_net(nets: Sequence[Net]) -> Net:
    """Return the net whose scores are the mean of those of several with the same scaling."""
    share = np.float32(1 / len(nets))
    return Net(
        nets[0].scaling,
        np.concatenate([net.inner for net in nets], axis=1),
        np.concatenate([net.offset for net in nets]),
        np.concatenate([net.outer * share for net in nets]),
        np.sum([net.past * share for net in nets], axis=0, dtype=np.float32),
        np.concatenate([net.told for net in nets], axis=1),
    )
