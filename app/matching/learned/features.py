"""What is measured of a text and each name looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Postfix, Prefix
from rapidfuzz.fuzz import partial_ratio, ratio
from rapidfuzz.process import cdist

from app.matching.grams import Floats
from app.matching.learned import remainder, stretches, structure
from app.matching.learned.agreement import PLACES, SUMS, on_axes, on_places
from app.matching.learned.alignment import MEASURES, Aligned, Alignment
from app.matching.learned.encoder import Halves
from app.matching.learned.knowledge import Found, Knowledge, Near, recall
from app.matching.learned.past import Habits, Said
from app.matching.learned.question import Question

KEPT: Final = 40
"""Names per text that are ranked."""
_RECALLED: Final = ("words", "other_words", "part_words", "fine", "translated", "cosine", "part_cosine")
_LETTERS: Final = ("ratio", "other_ratio", "full_ratio", "partial", "prefix", "postfix", "inside", "holds")
_SIZES: Final = ("text_length", "name_length", "longer", "parts", "unknown_to_names", "unknown_to_past")
_PAST: Final = ("near", "near_sum", "near_vector", "near_vector_sum", "uses", "category_uses", "habit")
_LEXICON: Final = ("short_form",)
_PLAIN: Final = (*_RECALLED, *_LETTERS, *_SIZES, *_PAST, *_LEXICON, *MEASURES, *PLACES)
_ALIGNED_BEHIND: Final = ("explained", "likely", "covered", "back_likely")
_SIMPLE_BEHIND: Final = ("words", "fine", "translated", "cosine", "part_cosine", "ratio", "near", "near_vector")
_BEHIND: Final = (*_SIMPLE_BEHIND, *_ALIGNED_BEHIND)
_PLACED: Final = ("cosine", "likely", "words", "near_vector")
_BEHIND_AT: Final = [_PLAIN.index(name) for name in _BEHIND]
_PLACED_AT: Final = [_PLAIN.index(name) for name in _PLACED]


def names_of(axes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns of a look's table."""
    behind = (f"{name}_behind" for name in _BEHIND)
    placed = (f"{name}_place" for name in _PLACED)
    of_kept = (*structure.MEASURES, *remainder.MEASURES, *stretches.MEASURES)
    return (*_PLAIN, *axes, *SUMS, *behind, *placed, *of_kept)


@dataclass(frozen=True, slots=True)
class Look:
    """The names looked at and a row of measures for each.

    ``covers`` tells per name how well it covers each gram of the text, ``weights`` each gram's share of the text,
    ``parts`` per name how near it is to each part of the text.
    """

    numbers: NDArray[np.int64]
    table: Floats | Halves
    covers: Floats | Halves
    weights: Floats
    parts: Floats
    habits: Habits

    def only(self, kept: NDArray[np.int64]) -> Look:
        """Return the look at some of the names, by place."""
        return Look(
            self.numbers[kept], self.table[kept], self.covers[kept], self.weights, self.parts[kept], self.habits
        )


def look(question: Question, known: Knowledge, near: Near) -> Look:
    """Find the names for a text and measure each; columns of the table as :func:`names_of` names them."""
    recalled = recall(question, known, near)
    alignment = Alignment(question.grams, recalled.numbers, known.catalogue, known.history)
    kept = _worthy(recalled, alignment.likely())
    found, weights = recalled.only(kept), _weights(question, known)
    numbers = found.numbers
    together = alignment.of(kept, weights)
    parts = known.vectors[numbers] @ question.vectors[1:].T
    table = np.concatenate([_table(question, found, known, together), _closer(question, numbers, known)], axis=1)
    return Look(numbers, table, together.covers, weights, parts, known.history.habits)


def _worthy(found: Found, likely: Floats) -> NDArray[np.int64]:
    """The places of the names that a simple score puts first: only these are looked at closely."""
    near, near_vector = (_near(said, found.numbers)[0] for said in (found.near_words, found.near_vectors))
    simple = likely + 6 * found.part_cosine + 4 * (near_vector + near + found.words)
    return np.sort(np.argsort(-simple, kind="stable")[:KEPT])


def _closer(question: Question, numbers: NDArray[np.int64], known: Knowledge) -> Floats:
    """What is measured of the shape of codes and by the vectors of grams."""
    catalogue, buckets = known.catalogue, question.buckets
    held = stretches.stretches_of(question.canonical, buckets, question.vectors[0], known.encoder)
    columns = [
        catalogue.structure[numbers],
        remainder.remainders(buckets, catalogue.hashed.of(numbers), known.summed_of(numbers), known.encoder),
        stretches.fitting(known.vectors[numbers], held),
    ]
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _table(question: Question, found: Found, known: Knowledge, together: Aligned) -> Floats:
    numbers = found.numbers
    table = np.concatenate(
        [
            _recalled(found),
            _letters(question, numbers, known),
            _sizes(question, numbers, known),
            _past(found, known),
            _short_forms(question, numbers, known)[:, None],
            together.measures,
            on_places(question.spoken, numbers, known.catalogue),
            on_axes(question.spoken, numbers, known.catalogue),
        ],
        axis=1,
    )
    behind = table[:, _BEHIND_AT]
    placed = table[:, _PLACED_AT]
    ranks = np.argsort(np.argsort(-placed, axis=0, kind="stable"), axis=0)
    return np.concatenate([table, behind - behind.max(axis=0), ranks], axis=1, dtype=np.float32)


def _recalled(found: Found) -> Floats:
    return np.stack([getattr(found, name) for name in _RECALLED], axis=1)


def _letters(question: Question, numbers: NDArray[np.int64], known: Knowledge) -> Floats:
    plains = [known.catalogue.plains[number] for number in numbers.tolist()]
    texts = [known.catalogue.texts[number] for number in numbers.tolist()]
    plain = question.plain
    alike = cdist([plain], plains, scorer=ratio)[0]
    columns = [
        alike,
        alike if question.other == plain else cdist([question.other], plains, scorer=ratio)[0],
        cdist([question.canonical], texts, scorer=ratio)[0],
        cdist([plain], plains, scorer=partial_ratio)[0],
        cdist([plain], plains, scorer=Prefix.similarity)[0],
        cdist([plain], plains, scorer=Postfix.similarity)[0],
        np.array([name in plain for name in plains]),
        np.array([plain in name for name in plains]),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _sizes(question: Question, numbers: NDArray[np.int64], known: Knowledge) -> Floats:
    lengths = known.catalogue.lengths[numbers]
    own = len(question.plain)
    unknown = len(question.grams) - int(known.catalogue.index.locate(question.grams)[1].sum())
    new = len(question.grams) - int(known.history.forward.knows(question.grams).sum())
    same = [np.full(len(numbers), value, np.float32) for value in (own, len(question.segments), unknown, new)]
    return np.stack([same[0], lengths, lengths - own, *same[1:]], axis=1).astype(np.float32)


def _past(found: Found, known: Knowledge) -> Floats:
    history, numbers = known.history, found.numbers
    uses = history.habits.uses[numbers]
    category = history.category_uses[known.catalogue.category[numbers]]
    columns = [
        *_near(found.near_words, numbers),
        *_near(found.near_vectors, numbers),
        np.log1p(uses),
        np.log1p(category),
        uses / (category + 1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _near(near: Said, numbers: NDArray[np.int64]) -> tuple[Floats, Floats]:
    if not len(near.terms):
        return np.zeros(len(numbers), np.float32), np.zeros(len(numbers), np.float32)
    at = np.minimum(np.searchsorted(near.terms, numbers), len(near.terms) - 1)
    held = near.terms[at] == numbers
    return np.where(held, near.best[at], 0), np.where(held, near.summed[at], 0)


def _short_forms(question: Question, numbers: NDArray[np.int64], known: Knowledge) -> Floats:
    shares = [(expansion.prefix, share) for expansion, share in question.query.shares if expansion.prefix]
    found = np.zeros(len(numbers), np.float32)
    terms = known.catalogue.ranker.terms
    for prefix, share in shares:
        hits = np.array([terms[number].code.startswith(prefix) for number in numbers.tolist()])
        found = np.maximum(found, hits * np.float32(share))
    return found


def _weights(question: Question, known: Knowledge) -> Floats:
    index = known.catalogue.index
    ids, held = index.locate(question.grams)
    weights = np.full(len(question.grams), index.unknown_weight, np.float32)
    weights[held] = index.weights[ids]
    return weights / np.float32(weights.sum())
