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
_AT_ONCE: Final = 2_048
"""Texts whose grams are worked on at a time: of all names they would take 60 MB."""

Whole = NDArray[np.int64]
Buckets = NDArray[np.uint16]
"""Numbers below :data:`BUCKETS`: an eighth of the memory of whole numbers, and sorted in one pass."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as rows of bucket numbers: row i holds ``buckets[starts[i]:starts[i + 1]]``; no row is empty."""

    starts: Whole
    buckets: Buckets

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, numbers: Whole) -> Rows:
        """Return these rows in this order."""
        counts = self.starts[numbers + 1] - self.starts[numbers]
        starts = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[numbers], counts)
        return Rows(starts, self.buckets[places])

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """Return the rows of several, one part at least, one after the other."""
        if len(parts) == 1:
            return parts[0]
        counts = np.concatenate([np.diff(part.starts) for part in parts])
        return cls(np.concatenate(([0], np.cumsum(counts))), np.concatenate([part.buckets for part in parts]))

    def owners(self) -> Whole:
        """Return for each bucket the row it stands in."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    def thinned(self, kept: NDArray[np.bool_]) -> Rows:
        """Return the rows without the buckets that are not ``kept``; the first of each row always stays."""
        kept = kept.copy()
        kept[self.starts[:-1]] = True
        counts = np.add.reduceat(kept, self.starts[:-1], dtype=np.int64)
        return Rows(np.concatenate(([0], np.cumsum(counts))), self.buckets[kept])


def edges(text: str) -> tuple[Buckets, Buckets]:
    """Return the buckets of the marked ends of stretches, a row of three for each two characters ab of a text.

    A stretch that begins with them has ``<``, ``<a`` and ``<ab``; one that ends with them ``>``, ``b>`` and ``ab>``.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    one, two, mark = points[:-1], points[1:], np.full(max(len(points) - 1, 0), ord(_EDGE), np.uint64)
    begins = np.stack([mark, mark << _BITS | one, (mark << _BITS | one) << _BITS | two], axis=1)
    ends = np.stack([mark, two << _BITS | mark, (one << _BITS | two) << _BITS | mark], axis=1)
    return _buckets(begins), _buckets(ends)


def hashed(texts: Sequence[str]) -> Rows:
    """Return the hashed grams of texts, each text between two marks for its ends."""
    starts = range(0, max(len(texts), 1), _AT_ONCE)
    return Rows.joined([_hashed(texts[low : low + _AT_ONCE]) for low in starts])


def _hashed(texts: Sequence[str]) -> Rows:
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
    buckets = _buckets(np.concatenate(codes)[order])
    counts = np.bincount(belongs, minlength=len(framed))
    return Rows(np.concatenate(([0], np.cumsum(counts))).astype(np.int64), buckets)


def _buckets(codes: NDArray[np.uint64]) -> Buckets:
    return ((codes * _ODD) >> _SHIFT).astype(np.uint16)
