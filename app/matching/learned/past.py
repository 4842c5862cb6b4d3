"""Past codings as the learned matcher uses them: near texts, habits, what is coded together, translation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.common.freeing import trim
from app.matching.grams import Floats, GramIndex, numbered, top_of
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.encoder import Encoder
from app.matching.shelf import Shelf
from app.matching.translation import Translation

NEAREST: Final = 12
MOST_CELLS: Final = 3_000
"""Pairs whose texts and names are longer than this together teach no translation; they would take most of the time."""


@dataclass(frozen=True, slots=True)
class Row:
    """A past text, in plain and in canonical form, and the different names it was given by number."""

    plain: str
    canonical: str
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What near texts say of each name they were given: the best likeness, the sum over near texts."""

    terms: NDArray[np.int64]
    best: Floats
    summed: Floats


@dataclass(frozen=True, slots=True)
class Habits:
    """How often each name was given, and how often two were given together (twice at least)."""

    uses: Floats
    together: Mapping[tuple[int, int], int]


class _Rows:
    """Past rows, indexed, and the names they were given, one after the other."""

    def __init__(self, rows: Sequence[Row], like: GramIndex | None = None, shelf: Shelf | None = None) -> None:
        self.rows = tuple(rows)
        self.index = GramIndex([row.plain for row in rows], (1, 2, 3), like, shelf)
        self.terms = np.array([term for row in rows for term in row.terms], np.int64)
        self.starts = np.concatenate(([0], np.cumsum([len(row.terms) for row in rows]))).astype(np.int64)
        self.vectors: Floats = np.zeros((0, 0), np.float32)

    def encode(self, encoder: Encoder, shelf: Shelf | None = None) -> None:
        """Give the rows their vectors, with what lies on the ``shelf`` of this encoder for these very rows."""
        texts = [row.canonical for row in self.rows]
        self.vectors = (shelf or Shelf()).array("vectors", lambda: encoder.encode(texts))

    def likeness(self, plain: str) -> Floats:
        """Return how much of its grams each row shares with ``plain``."""
        shared, factor = self.index.alike(plain)
        return shared * np.float32(factor)

    def said(self, likeness: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Return the names of the likest rows, each with the likeness of its row; names may come twice."""
        rows = top_of(likeness, NEAREST)
        counts = self.starts[rows + 1] - self.starts[rows]
        places = np.arange(counts.sum()) + np.repeat(self.starts[rows] - (np.cumsum(counts) - counts), counts)
        return self.terms[places], np.repeat(likeness[rows], counts)


class History:
    """What the past rows teach, without the encoder's share, which :meth:`with_encoder` adds."""

    def __init__(
        self, rows: Sequence[Row], catalogue: Catalogue, onto: History | None = None, shelf: Shelf | None = None
    ) -> None:
        """Learn from rows; with ``onto`` they join those of another history, which are not gone through again.

        On the ``shelf`` lies what an earlier run learned from these very rows.
        """
        pairs = _pairs(rows, catalogue)
        if onto is None:
            shelf = shelf or Shelf()
            self.layers: tuple[_Rows, ...] = (_Rows(rows, shelf=shelf.at("rows")),)
            self.forward = Translation(pairs, shelf=shelf.at("forward"))
            self.backward = Translation([(name, text) for text, name in pairs], shelf=shelf.at("backward"))
            if not shelf.is_complete:
                trim()  # 40 MB that learning took, before the vectors are made
        else:
            bulk = onto.layers[0]
            self.layers = (
                bulk,
                _Rows([row for layer in onto.layers[1:] for row in layer.rows] + list(rows), bulk.index),
            )
            self.forward, self.backward = onto.forward, onto.backward
            for text, name in pairs:
                self.forward = self.forward.with_pair(text, name)
                self.backward = self.backward.with_pair(name, text)
        self._count(catalogue)

    def with_encoder(self, encoder: Encoder, shelf: Shelf | None = None) -> History:
        """Give the past texts their vectors, from the ``shelf`` of this encoder if they lie there. Returns this one."""
        self.layers[0].encode(encoder, shelf)
        return self

    def adding(self, rows: Sequence[Row], catalogue: Catalogue, encoder: Encoder) -> History:
        """Return a history that knows some rows more (milliseconds)."""
        history = History(rows, catalogue, self)
        history.layers[-1].encode(encoder)
        return history

    def _count(self, catalogue: Catalogue) -> None:
        given = np.concatenate([layer.terms for layer in self.layers])
        counts = np.bincount(given, minlength=len(catalogue.plains)).astype(np.float32)
        self.category_uses = np.bincount(catalogue.category, counts).astype(np.float32)
        several = [sorted(row.terms) for layer in self.layers for row in layer.rows if len(row.terms) > 1]
        together = Counter(pair for terms in several for pair in permutations(terms, 2))
        self.habits = Habits(counts, {pair: times for pair, times in together.items() if times > 1})

    def near_words(self, plain: str) -> Said:
        """Return what the texts say that share most grams with ``plain``."""
        return _together([layer.said(layer.likeness(plain)) for layer in self.layers])

    def near_vectors(self, vectors: Floats) -> list[Said]:
        """Return for each vector what the texts say whose vectors are nearest."""
        likeness = [vectors @ layer.vectors.T for layer in self.layers]
        return [
            _together([layer.said(one) for layer, one in zip(self.layers, of_layers, strict=True)])
            for of_layers in zip(*likeness, strict=True)
        ]


def _pairs(rows: Sequence[Row], catalogue: Catalogue) -> list[tuple[str, str]]:
    """What translation learns from: texts and their names in plain form, unless both together are too long."""
    pairs = [(row.plain, "".join(catalogue.plains[term] for term in row.terms)) for row in rows]
    return [pair for pair in pairs if len(pair[0]) * len(pair[1]) <= MOST_CELLS and pair[0] and pair[1]]


def _together(said: Sequence[tuple[NDArray[np.int64], Floats]]) -> Said:
    """The likest of what several layers say."""
    share = np.concatenate([likeness for _, likeness in said])
    terms, where = numbered(np.concatenate([names for names, _ in said]))
    best = np.zeros(len(terms), np.float32)
    np.maximum.at(best, where, share)
    return Said(terms, best, np.bincount(where, np.maximum(share, 0) ** 2, len(terms)).astype(np.float32))
