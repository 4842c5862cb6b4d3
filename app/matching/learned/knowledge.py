"""What answers a question draws on, and the names it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats, GramIndex, distinct, top_of
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
_UNKNOWN: Final = np.float32(0.5)


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
    words = _likeness(catalogue.index, question.plain, catalogue)
    other = words if question.other == question.plain else _likeness(catalogue.index, question.other, catalogue)
    parts = [_likeness(catalogue.index, part, catalogue) for part in question.segments]
    cover = catalogue.fine.cover(question.canonical)
    fine = cover.matched / np.sqrt(np.maximum(cover.total * catalogue.fine.weight_of, 1e-6))
    translated = catalogue.best_of_forms(_translated(question.plain, catalogue.index, history))
    near_words = history.near_words(question.plain)
    chosen: list[NDArray[np.integer]] = [
        top_of(words, BY_WORDS),
        top_of(other, BY_OTHER_WORDS),
        top_of(fine, BY_OTHER_WORDS),
        known.nearest(question.vectors[0], near.rough[0], BY_VECTOR),
        top_of(translated, BY_TRANSLATION),
        near_words.terms,
        near.past.terms,
        *(top_of(part, BY_PART) for part in parts),
        *(known.nearest(*part, BY_PART) for part in zip(question.vectors[1:], near.rough[1:], strict=True)),
        np.array(catalogue.named_inside(question.plain), np.int64),
        np.array(catalogue.ranker.named_by(question.query), np.int64),
    ]
    numbers = _formed(np.concatenate(chosen), catalogue)
    cosines = known.vectors[numbers] @ question.vectors.T
    return Found(
        numbers,
        words[numbers],
        other[numbers],
        np.maximum.reduce([part[numbers] for part in (words, *parts)]),
        fine[numbers].astype(np.float32),
        translated[numbers],
        cosines[:, 0],
        cosines.max(axis=1),
        near_words,
        near.past,
    )


def _formed(numbers: NDArray[np.int64], catalogue: Catalogue) -> NDArray[np.int64]:
    """The different numbers, sorted, of names that have a form."""
    ordered = distinct(numbers.astype(np.uint64)).astype(np.int64)
    return ordered[catalogue.form_starts[ordered + 1] > catalogue.form_starts[ordered]]


def _likeness(index: GramIndex, plain: str, catalogue: Catalogue) -> Floats:
    cover = index.cover(plain)
    shared = cover.matched / np.maximum((np.float32(cover.total) + index.weight_of) / 2, 1e-6)
    return catalogue.best_of_forms(shared.astype(np.float32))


def _translated(plain: str, index: GramIndex, history: History) -> Floats:
    codes, chance = history.forward.translate(plain)
    unknown = history.forward.unknown(plain)
    codes = np.concatenate([codes, unknown])
    chance = np.concatenate([chance, np.full(len(unknown), _UNKNOWN, np.float32)])
    ids, known = index.locate(codes)
    found = index.gather(ids, index.weights[ids] * chance[known]) / np.sqrt(np.maximum(index.weight_of, 1e-6))
    return found.astype(np.float32)
