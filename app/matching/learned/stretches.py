"""Which stretch of a text each name says best, by the vectors of all stretches at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.encoder import Encoder, unit
from app.matching.learned.hashing import Buckets, edges

SHORTEST: Final = 2
LONGEST: Final = 12
MOST: Final = 400
"""Stretches looked at, from the beginning of the text."""
_SIZES: Final = np.arange(SHORTEST, LONGEST + 1)
MEASURES: Final = (
    "stretch",
    "stretch_share",
    "stretch_gain",
    "stretch_behind",
    "stretch_own",
    "stretch_lead",
    "stretch_long",
    "stretch_long_share",
    "stretch_place",
)
_SHORT: Final = np.float32(0.15)
"""What a stretch that is next to nothing of the text loses against the whole."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of a text by first character and the one behind the last, the whole text last; a vector each."""

    low: Whole
    high: Whole
    vectors: Floats


def stretches_of(text: str, grams: Buckets, whole: Floats, encoder: Encoder) -> Stretches:
    """Return the stretches of a text; ``grams`` are its hashed grams, ``whole`` is its vector."""
    length = len(text)
    low = np.repeat(np.arange(min(length, MOST)), len(_SIZES))
    high = low + np.tile(_SIZES, min(length, MOST))
    chosen = (high <= length) & (high - low < length)
    low, high = low[chosen][:MOST], high[chosen][:MOST]
    if not len(low):
        return Stretches(np.array([0]), np.array([length]), whole[None, :])
    vectors = unit(_sums(text, grams, low, high, encoder))[0]
    return Stretches(np.append(low, 0), np.append(high, length), np.concatenate([vectors, whole[None, :]]))


def _sums(text: str, grams: Buckets, low: Whole, high: Whole, encoder: Encoder) -> Floats:
    """The mean vector of the grams of each stretch, which stands between two marks as a text does."""
    length, last = len(text), int(high.max())
    singles = _running(grams[1 : last + 1], encoder)
    pairs = _running(grams[length + 3 : length + 2 + last], encoder)
    triples = _running(grams[2 * length + 4 : 2 * length + 2 + last], encoder)
    begins, ends = (_vectors(marked, encoder).sum(axis=1) for marked in edges(text[:last]))
    summed = singles[high] - singles[low] + pairs[high - 1] - pairs[low] + triples[high - 2] - triples[low]
    found: Floats = (summed + begins[low] + ends[high - 2]) / (3 * (high - low) + 3).astype(np.float32)[:, None]
    return found


def _vectors(buckets: Buckets, encoder: Encoder) -> Floats:
    return encoder.table[buckets].astype(np.float32)


def _running(buckets: Buckets, encoder: Encoder) -> Floats:
    """The sums of the vectors of the first grams, of none to all."""
    found = np.zeros((len(buckets) + 1, encoder.table.shape[1]), np.float32)
    np.cumsum(encoder.table[buckets], axis=0, dtype=np.float32, out=found[1:])
    return found


def fitting(names: Floats, held: Stretches) -> Floats:
    """Return per name a row of :data:`MEASURES` from the ``names``' vectors.

    How well it says its best stretch, how much of the text that is, how that compares with the whole text, with the
    other names on their best and on the same stretch; the same where long stretches count for more.
    """
    likeness = names @ held.vectors.T
    share = ((held.high - held.low) / np.float32(held.high[-1])).astype(np.float32)
    every = np.arange(len(likeness))
    at = likeness.argmax(axis=1)
    best, highest = likeness[every, at], likeness.max(axis=0)
    long = likeness - _SHORT * (1 - share)
    long_at = long.argmax(axis=1)
    columns = [
        best,
        share[at],
        best - likeness[:, -1],
        best - best.max(),
        best - highest[at],
        (likeness - highest).max(axis=1),
        long[every, long_at],
        share[long_at],
        held.low[at] / np.float32(held.high[-1]),
    ]
    return np.stack(columns, axis=1).astype(np.float32)
