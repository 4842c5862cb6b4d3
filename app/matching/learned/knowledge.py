"""What answers a question draws on, and the names it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Codes, Floats, GramIndex, distinct, top_of
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.encoder import Encoder
from app.matching.learned.past import History, Said
from app.matching.learned.question import Question
from app.matching.shelf import Shelf

BY_WORDS: Final = 40
BY_OTHER_WORDS: Final = 20
BY_VECTOR: Final = 25
BY_TRANSLATION: Final = 30
BY_PART: Final = 8
COARSE: Final = 64
ROUGHLY_NEAR: Final = 128
LIKELY: Final = np.float32(0.03)
"""Chance of a translation from which it counts: what is less likely finds nothing more and takes half of the time."""
_UNKNOWN: Final = np.float32(0.5)
_HALF: Final = np.float32(0.5)
_LITTLE: Final = np.float32(1e-6)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The names, their vectors, the encoder, the past.

    ``lengths`` are those of the sums of the names' grams, before they were brought to one.

    ``coarse`` are the vectors along the :data:`COARSE` directions (``axes``) in which they differ most; nearness along
    them is worked out in a tenth of the time.
    """

    catalogue: Catalogue
    history: History
    encoder: Encoder
    vectors: Floats
    lengths: Floats
    axes: Floats
    coarse: Floats

    def near(self, questions: Sequence[Question]) -> list[Near]:
        """Return what is near each question; for many together it costs a fraction."""
        if not questions:
            return []
        vectors = np.concatenate([question.vectors for question in questions])
        ends = np.cumsum([len(question.vectors) for question in questions])
        starts = ends - [len(question.vectors) for question in questions]
        rough = (vectors @ self.axes) @ self.coarse.T
        past = self.history.near_vectors(vectors[starts])
        return [
            Near(rough[low:high], said) for low, high, said in zip(starts.tolist(), ends.tolist(), past, strict=True)
        ]

    def summed_of(self, numbers: NDArray[np.int64]) -> Floats:
        """Return for these names the sum of the vectors of their grams."""
        return self.vectors[numbers] * self.lengths[numbers, None]

    def nearest(self, vector: Floats, rough: Floats, count: int) -> NDArray[np.int64]:
        """Return the numbers of the names whose vectors are nearest, the nearest first.

        Looks exactly at those that are near along the coarse directions (``rough``): 99 of 100 of the nearest are
        among them.
        """
        first = top_of(rough, ROUGHLY_NEAR)
        return first[top_of(self.vectors[first] @ vector, count)].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Near:
    """How near the names are to each vector of a question along the coarse directions; what near past texts say."""

    rough: Floats
    past: Said


@dataclass(frozen=True, slots=True)
class Found:
    """The names looked at and what recall measured of each on the way; what near past texts say of any name."""

    numbers: NDArray[np.int64]
    words: Floats
    other_words: Floats
    part_words: Floats
    fine: Floats
    translated: Floats
    cosine: Floats
    part_cosine: Floats
    near_words: Said
    near_vectors: Said

    def only(self, kept: NDArray[np.int64]) -> Found:
        """Return what was found of some of the names, by place."""
        return Found(
            self.numbers[kept],
            self.words[kept],
            self.other_words[kept],
            self.part_words[kept],
            self.fine[kept],
            self.translated[kept],
            self.cosine[kept],
            self.part_cosine[kept],
            self.near_words,
            self.near_vectors,
        )


def knowledge_of(catalogue: Catalogue, history: History, encoder: Encoder, shelf: Shelf | None = None) -> Knowledge:
    """Return what an encoder and a past know of the names, with what lies on the ``shelf`` of this encoder and past."""
    shelf = shelf or Shelf()
    encoded: list[tuple[Floats, Floats]] = []

    def made() -> tuple[Floats, Floats]:
        if not encoded:
            encoded.append(encoder.summed(catalogue.hashed))
        return encoded[0]

    vectors = shelf.array("names", lambda: made()[0])
    lengths = shelf.array("lengths", lambda: made()[1])
    axes = shelf.array("axes", lambda: _axes_of(vectors))
    coarse = shelf.array("coarse", lambda: vectors @ axes)
    return Knowledge(catalogue, history.with_encoder(encoder, shelf), encoder, vectors, lengths, axes, coarse)


def _axes_of(vectors: Floats) -> Floats:
    """The directions in which vectors differ most (their principal axes), as columns."""
    _, found = np.linalg.eigh(vectors.T @ vectors)
    axes: Floats = np.ascontiguousarray(found[:, ::-1][:, :COARSE], np.float32)
    return axes


def recall(question: Question, known: Knowledge, near: Near) -> Found:
    """Return the names worth a closer look."""
    catalogue, history = known.catalogue, known.history
    words = _likeness(catalogue.index, question.plain)
    other = words if question.other == question.plain else _likeness(catalogue.index, question.other)
    parts = [_likeness(catalogue.index, part) for part in question.segments]
    fine, factor = catalogue.fine.alike(question.canonical)
    translated = _translated(question.grams, catalogue.index, history)
    near_words = history.near_words(question.plain)
    chosen: list[Sequence[int] | NDArray[np.integer]] = [
        catalogue.top_of_forms(words, BY_WORDS),
        catalogue.top_of_forms(other, BY_OTHER_WORDS),
        top_of(fine, BY_OTHER_WORDS),
        known.nearest(question.vectors[0], near.rough[0], BY_VECTOR),
        catalogue.top_of_forms(translated, BY_TRANSLATION),
        near_words.terms,
        near.past.terms,
        *(catalogue.top_of_forms(part, BY_PART) for part in parts),
        *(known.nearest(*part, BY_PART) for part in zip(question.vectors[1:], near.rough[1:], strict=True)),
        catalogue.named_inside(question.plain),
        catalogue.ranker.named_by(question.query),
    ]
    numbers = _formed(np.concatenate([np.asarray(some, np.int64) for some in chosen]), catalogue)
    cosines = known.vectors[numbers] @ question.vectors.T
    by_words = catalogue.best_of_forms(words, numbers)
    return Found(
        numbers,
        by_words,
        by_words if other is words else catalogue.best_of_forms(other, numbers),
        np.maximum.reduce([by_words, *(catalogue.best_of_forms(part, numbers) for part in parts)]),
        fine[numbers] * np.float32(factor),
        catalogue.best_of_forms(translated, numbers),
        cosines[:, 0],
        cosines.max(axis=1),
        near_words,
        near.past,
    )


def _formed(numbers: NDArray[np.int64], catalogue: Catalogue) -> NDArray[np.int64]:
    """The different numbers, sorted, of names that have a form."""
    ordered = distinct(numbers.astype(np.uint64)).astype(np.int64)
    return ordered[catalogue.form_starts[ordered + 1] > catalogue.form_starts[ordered]]


def _likeness(index: GramIndex, plain: str) -> Floats:
    """Return which share of the weight of a text and of each form, on average, both hold."""
    cover = index.cover(plain)
    found = index.weight_of + np.float32(cover.total)
    found *= _HALF
    np.maximum(found, _LITTLE, out=found)
    np.divide(cover.matched, found, out=found)
    return found


def _translated(grams: Codes, index: GramIndex, history: History) -> Floats:
    codes, chance = history.forward.translate(grams)
    codes, chance = codes[chance >= LIKELY], chance[chance >= LIKELY]
    unknown = grams[~history.forward.knows(grams)]
    codes = np.concatenate([codes, unknown])
    chance = np.concatenate([chance, np.full(len(unknown), _UNKNOWN, np.float32)])
    ids, known = index.locate(codes)
    return index.gather(ids, index.weights[ids] * chance[known]) * index.shrinking
