"""An in-memory inverted index over character n-grams, in numpy: recall and coverage of all names at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.matching.shelf import Shelf

Codes = NDArray[np.uint64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Number = TypeVar("Number", bound=np.integer)

_BITS: Final = np.uint64(21)
"""A code point needs 21 bits, so a gram of up to three characters is one 63-bit number."""
_LEAST_WEIGHT: Final = 1e-6
_FLOORS: Final = np.array([0.35, 0.2, 0.0], np.float32)
"""Shares of the highest score above which the best are looked for: sorting few takes less time."""


def grams(text: str, sizes: Sequence[int] = (1, 2)) -> Codes:
    """Return the different n-grams of a text as numbers, sorted."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    return distinct(np.concatenate([_runs(points, size) for size in sizes]))


def _runs(points: Codes, size: int) -> Codes:
    count = max(len(points) - size + 1, 0)
    runs = np.zeros(count, np.uint64)
    for offset in range(size):
        runs = (runs << _BITS) | points[offset : offset + count]
    return runs


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a query each name holds: ``matched`` weight per name and the query's ``total`` weight."""

    matched: Floats
    total: float


class GramIndex:
    """Names as sets of n-grams with inverse document frequency as weight.

    ``weight_of[i]`` is the summed weight of name i, ``shrinking[i]`` one by its square root; ``codes`` are the grams by
    number.
    """

    def __init__(
        self,
        names: Sequence[str],
        sizes: Sequence[int] = (1, 2),
        like: GramIndex | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Index names; a few names that join those of a larger index weigh their n-grams ``like`` that one.

        On the ``shelf`` lies what an earlier run worked out for these very names.
        """
        self.sizes = tuple(sizes)
        self.count = len(names)
        shelf = shelf or Shelf()
        postings: list[_Postings] = []

        def made() -> _Postings:
            if not postings:
                postings.append(_postings(names, self.sizes))
            return postings[0]

        self.codes = shelf.array("codes", lambda: made().codes)
        self._owners = shelf.array("owners", lambda: made().owners)
        self._starts = shelf.array("starts", lambda: made().starts)
        self._held = shelf.array("held", lambda: made().held)
        self._holds = shelf.array("holds", lambda: made().holds)
        frequency = np.diff(self._starts)
        self.weights = np.log1p((self.count - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        self.unknown_weight = float(np.log1p(2 * self.count + 1.0))
        if like is not None and like.count > self.count:
            self._weigh_like(like)
        sums = np.concatenate(([0.0], np.cumsum(self.weights[self._held], dtype=np.float64)))
        self.weight_of = (sums[self._holds[1:]] - sums[self._holds[:-1]]).astype(np.float32)
        self.shrinking: Floats = (1 / np.sqrt(np.maximum(self.weight_of, _LEAST_WEIGHT))).astype(np.float32)

    def _weigh_like(self, like: GramIndex) -> None:
        at, known = like.locate(self.codes)
        self.unknown_weight = like.unknown_weight
        self.weights = np.full(len(self.codes), like.unknown_weight, np.float32)
        self.weights[known] = like.weights[at]

    def held(self, names: NDArray[np.int64]) -> tuple[Ints, NDArray[np.int64]]:
        """Return the numbers of the n-grams that these names hold, one name after the other, and where each begins."""
        low, counts = self._holds[names], self._holds[names + 1] - self._holds[names]
        starts = np.cumsum(counts) - counts
        return self._held[np.arange(counts.sum()) + np.repeat(low - starts, counts)], starts

    def ids(self, text: str) -> tuple[Ints, int]:
        """Return the known n-grams of a text as vocabulary numbers and how many are unknown."""
        ids, known = self.locate(grams(text, self.sizes))
        return ids, int(len(known) - known.sum())

    def locate(self, codes: Codes) -> tuple[Ints, NDArray[np.bool_]]:
        """Return the vocabulary numbers of those ``codes`` that are known, and which ones are."""
        if not len(self.codes) or not len(codes):
            return np.zeros(0, np.int32), np.zeros(len(codes), np.bool_)
        at = np.minimum(self.codes.searchsorted(codes), len(self.codes) - 1)
        known = self.codes[at] == codes
        return at[known].astype(np.int32), known

    def cover(self, text: str) -> Coverage:
        """Return the weight that each name shares with ``text``. Unknown n-grams count in the total."""
        ids, unknown = self.ids(text)
        weights = self.weights[ids]
        total = float(weights.sum()) + unknown * self.unknown_weight
        return Coverage(self.gather(ids, weights), total)

    def gather(self, ids: Ints, weights: Floats) -> Floats:
        """Return per name the sum of ``weights`` of those n-grams ``ids`` that it holds."""
        found = np.zeros(self.count, np.float32)
        lows, highs = self._starts[ids], self._starts[ids + 1]
        owners = [self._owners[low:high] for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
        if owners:
            np.add.at(found, np.concatenate(owners, dtype=np.intp), np.repeat(weights, highs - lows))
        return found

    def alike(self, text: str) -> tuple[Floats, float]:
        """Return per name the weight that it shares with a text by the square root of its own weight, and a factor.

        The product with the factor is a likeness from 0 to 1; the order of names is the same without it.
        """
        cover = self.cover(text)
        return cover.matched * self.shrinking, max(cover.total, _LEAST_WEIGHT) ** -0.5

    def alike_of(self, text: str, names: NDArray[np.int64]) -> Floats:
        """Return how alike some of the names are to a text (0-1), without looking at the others."""
        ids, unknown = self.ids(text)
        if not len(ids):
            return np.zeros(len(names), np.float32)
        weights = self.weights[ids]
        total = max(float(weights.sum()) + unknown * self.unknown_weight, _LEAST_WEIGHT)
        held, starts = self.held(names)
        at = np.minimum(np.searchsorted(ids, held), len(ids) - 1)
        shared = np.where(ids[at] == held, weights[at], np.float32(0))
        owner = np.repeat(np.arange(len(names)), np.diff(np.append(starts, len(held))))
        matched = np.bincount(owner, shared, len(names)).astype(np.float32)
        return matched * self.shrinking[names] * np.float32(total**-0.5)


@dataclass(frozen=True, slots=True)
class _Postings:
    """n-grams in order; the names that hold each, and the n-grams that each name holds, with where they begin."""

    codes: Codes
    owners: Ints
    starts: NDArray[np.int64]
    held: Ints
    holds: NDArray[np.int64]


def _postings(names: Sequence[str], sizes: Sequence[int]) -> _Postings:
    count = max(len(names), 1)
    owner, code = _occurrences(names, sizes)
    codes, ids = np.unique(code, return_inverse=True)
    pairs = distinct(ids.astype(np.uint64) * np.uint64(count) + owner)
    owners = (pairs % np.uint64(count)).astype(np.int32)
    held = (pairs // np.uint64(count)).astype(np.int32)
    frequency = np.bincount(held, minlength=len(codes))
    order = np.argsort(owners, kind="stable")
    return _Postings(
        codes,
        owners,
        np.concatenate(([0], np.cumsum(frequency))).astype(np.int64),
        held[order],
        np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=len(names))))).astype(np.int64),
    )


def _occurrences(names: Sequence[str], sizes: Sequence[int]) -> tuple[Codes, Codes]:
    """All n-grams of all names with the number of the name each stands in."""
    lengths = np.fromiter((len(name) for name in names), np.int64, len(names))
    points = np.frombuffer("".join(names).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(names), dtype=np.uint64), lengths)
    owners, codes = [], []
    for size in sizes:
        runs = _runs(points, size)
        inside = owner[: len(runs)] == owner[len(owner) - len(runs) :]
        owners.append(owner[: len(runs)][inside])
        codes.append(runs[inside])
    return np.concatenate(owners), np.concatenate(codes)


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """Return the different numbers, sorted: ``np.unique`` without its hash table, which is slow here."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def numbered(values: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different values, sorted, and for each value its place among them: ``np.unique`` without hashing."""
    order = np.argsort(values, kind="stable")
    ordered = values[order].astype(np.int64)
    is_new = np.concatenate(([True], ordered[1:] != ordered[:-1])) if len(ordered) else np.zeros(0, np.bool_)
    where = np.empty(len(ordered), np.int64)
    where[order] = np.cumsum(is_new) - 1
    return ordered[is_new], where


def top_of(scores: Floats, count: int) -> Ints:
    """Return the numbers of the ``count`` best positive scores, best first, equal ones in order."""
    highest = scores.max(initial=np.float32(0))
    for share in _FLOORS:
        picked: NDArray[np.int64] = (scores > share * highest).nonzero()[0]
        if len(picked) >= count:
            break
    chosen = scores[picked]
    if len(picked) > count:
        kept = chosen >= np.partition(chosen, len(chosen) - count)[len(chosen) - count]
        picked, chosen = picked[kept], chosen[kept]
    return picked[np.argsort(-chosen, kind="stable")[:count]].astype(np.int32)
