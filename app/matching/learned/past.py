"""Past codings as the learned matcher uses them: near texts, habits, what is coded together, translation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats, GramIndex, numbered, top_of
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.encoder import Encoder
from app.matching.translation import Translation

NEAREST: Final = 12
MOST_CELLS: Final = 3_000
"""Pairs whose texts and names are longer than this together teach no translation; they would take most of the time."""


@dataclass(frozen=True, slots=True)
class Row:
    """A past text, in plain and in canonical form, and the names it was given by number."""

    plain: str
    canonical: str
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """What near texts say of each name they were given: the best likeness, the sum over near texts."""

    terms: NDArray[np.int64]
    best: Floats
    summed: Floats


@dataclass(frozen=True, slots=True)
class Habits:
    """How often each name was given, and how often two were given together (twice at least)."""

    uses: Floats
    together: Mapping[tuple[int, int], int]


class History:
    """What the past rows teach, without the encoder's share, which :meth:`with_encoder` adds."""

    def __init__(self, rows: Sequence[Row], catalogue: Catalogue) -> None:
        self.rows = tuple(rows)
        self.index = GramIndex([row.plain for row in rows], (1, 2, 3))
        names = catalogue.plains
        pairs = [(row.plain, "".join(names[term] for term in row.terms)) for row in rows]
        pairs = [pair for pair in pairs if len(pair[0]) * len(pair[1]) <= MOST_CELLS and pair[0] and pair[1]]
        self.forward = Translation(pairs)
        self.backward = Translation([(name, text) for text, name in pairs])
        uses = Counter(term for row in rows for term in set(row.terms))
        counts = np.zeros(len(names), np.float32)
        counts[list(uses)] = list(uses.values())
        self.category_uses = np.bincount(catalogue.category, counts).astype(np.float32)
        together = Counter(pair for row in rows for pair in permutations(sorted(set(row.terms)), 2))
        self.habits = Habits(counts, {pair: times for pair, times in together.items() if times > 1})
        lengths = [len(row.terms) for row in rows]
        self._terms = np.array([term for row in rows for term in row.terms], np.int64)
        self._starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        self._vectors: Floats = np.zeros((0, 0), np.float32)

    def with_encoder(self, encoder: Encoder) -> History:
        """Give the past texts their vectors. Returns this history."""
        self._vectors = encoder.encode([row.canonical for row in self.rows])
        return self

    def near_words(self, plain: str) -> Near:
        """Return what the texts say that share most grams with ``plain``."""
        cover = self.index.cover(plain)
        total = np.sqrt(np.maximum(cover.total * self.index.weight_of, 1e-6))
        return self._near((cover.matched / total).astype(np.float32))

    def near_vectors(self, vector: Floats) -> Near:
        """Return what the texts say whose vectors are nearest."""
        return self._near(self._vectors @ vector)

    def _near(self, likeness: Floats) -> Near:
        rows = top_of(likeness, NEAREST)
        counts = self._starts[rows + 1] - self._starts[rows]
        places = np.arange(counts.sum()) + np.repeat(self._starts[rows] - (np.cumsum(counts) - counts), counts)
        share = np.repeat(likeness[rows], counts)
        terms, where = numbered(self._terms[places])
        best = np.zeros(len(terms), np.float32)
        np.maximum.at(best, where, share)
        return Near(terms, best, np.bincount(where, np.maximum(share, 0) ** 2, len(terms)).astype(np.float32))
