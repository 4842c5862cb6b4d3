"""Texts as rows of hashed character 1-, 2- and 3-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BUCKETS: Final = 65_536
_SHIFT: Final = np.uint64(48)
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_BITS: Final = np.uint64(21)
_SIZES: Final = (1, 2, 3)
_EDGE: Final = "\x02"

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as rows of bucket numbers: row i holds ``buckets[starts[i]:starts[i + 1]]``; no row is empty."""

    starts: Whole
    buckets: Whole

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, numbers: Whole) -> Rows:
        """Return these rows in this order."""
        counts = self.starts[numbers + 1] - self.starts[numbers]
        starts = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[numbers], counts)
        return Rows(starts, self.buckets[places])

    def owners(self) -> Whole:
        """Return for each bucket the row it stands in."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    def thinned(self, kept: NDArray[np.bool_]) -> Rows:
        """Return the rows without the buckets that are not ``kept``; the first of each row always stays."""
        kept = kept.copy()
        kept[self.starts[:-1]] = True
        counts = np.add.reduceat(kept, self.starts[:-1], dtype=np.int64)
        return Rows(np.concatenate(([0], np.cumsum(counts))), self.buckets[kept])


def hashed(texts: Sequence[str]) -> Rows:
    """Return the hashed grams of texts, each text between two marks for its ends."""
    framed = [f"{_EDGE}{text}{_EDGE}" for text in texts]
    lengths = np.fromiter((len(text) for text in framed), np.int64, len(framed))
    joined = "".join(framed).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(framed), dtype=np.int64), lengths)
    owners, codes = [], []
    for size in _SIZES:
        count = max(len(points) - size + 1, 0)
        runs = np.zeros(count, np.uint64)
        for offset in range(size):
            runs = (runs << _BITS) | points[offset : offset + count]
        inside = owner[:count] == owner[len(owner) - count :]
        owners.append(owner[:count][inside])
        codes.append(runs[inside])
    belongs = np.concatenate(owners)
    order = np.argsort(belongs, kind="stable")
    buckets = ((np.concatenate(codes)[order] * _ODD) >> _SHIFT).astype(np.int64)
    counts = np.bincount(belongs, minlength=len(framed))
    return Rows(np.concatenate(([0], np.cumsum(counts))).astype(np.int64), buckets)
