"""Which stretch of a text each name says best, by the vectors of all stretches at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.encoder import Encoder, unit
from app.matching.learned.hashing import hashed

SHORTEST: Final = 2
LONGEST: Final = 12
MOST: Final = 400
"""Stretches looked at, from the beginning of the text."""
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


def stretches_of(text: str, whole: Floats, encoder: Encoder) -> Stretches:
    """Return the stretches of a text; ``whole`` is its vector."""
    length = len(text)
    low, high = np.meshgrid(np.arange(length), np.arange(length + 1), indexing="ij")
    chosen = (high - low >= SHORTEST) & (high - low <= LONGEST) & (high - low < length)
    low, high = low[chosen][:MOST], high[chosen][:MOST]
    if not len(low):
        return Stretches(np.array([0]), np.array([length]), whole[None, :])
    vectors = unit(_sums(text, low, high, encoder))[0]
    return Stretches(np.append(low, 0), np.append(high, length), np.concatenate([vectors, whole[None, :]]))


def _sums(text: str, low: Whole, high: Whole, encoder: Encoder) -> Floats:
    """The mean vector of the grams of each stretch, which stands between two marks as a text does."""
    length = len(text)
    inner = _turned(hashed([text]).buckets, encoder)
    singles, pairs, triples = inner[1 : length + 1], inner[length + 3 : 2 * length + 2], inner[2 * length + 4 : -1]
    edges = _turned(hashed([text[at : at + 2] for at in range(length - 1)]).buckets, encoder)
    edges = edges.reshape(length - 1, 9, -1)  # per pair of characters ab: < a b > <a ab b> <ab ab>
    begins, ends = edges[:, [0, 4, 7]].sum(axis=1), edges[:, [3, 6, 8]].sum(axis=1)
    summed = _between(singles, low, high) + _between(pairs, low, high - 1) + _between(triples, low, high - 2)
    found: Floats = (summed + begins[low] + ends[high - 2]) / (3 * (high - low) + 3).astype(np.float32)[:, None]
    return found


def _turned(buckets: Whole, encoder: Encoder) -> Floats:
    """The vectors of grams through the linear layer: some hundred grams, where the stretches may be thousands."""
    found: Floats = encoder.table[buckets].astype(np.float32) @ encoder.turn
    return found


def _between(vectors: Floats, low: Whole, high: Whole) -> Floats:
    running = np.zeros((len(vectors) + 1, vectors.shape[1]), np.float32)
    np.cumsum(vectors, axis=0, out=running[1:])
    found: Floats = running[high] - running[low]
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
