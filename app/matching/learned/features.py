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


@dataclass(frozen=True, slots=True)
class _Met:
    """A text and the names it found: what recall says of each, how both explain each other, what the past says.

    ``near`` are the first four columns of the past; ``unknown`` counts the grams new to the names and to the past.
    """

    question: Question
    found: Found
    aligned: Aligned
    weights: Floats
    near: Floats
    unknown: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _All:
    """What several texts met, one after the other, all names in one row; whose each is, where those of each begin."""

    met: Sequence[_Met]
    numbers: NDArray[np.int64]
    owners: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, met: Sequence[_Met]) -> _All:
        sizes = np.array([len(one.found.numbers) for one in met])
        numbers = np.concatenate([one.found.numbers for one in met])
        return cls(met, numbers, np.repeat(np.arange(len(met)), sizes), np.cumsum(sizes) - sizes)

    def spread(self, values: Sequence[float]) -> Floats:
        """Return a value of each text for each of its names."""
        return np.array(values, np.float32)[self.owners]


def look_at(questions: Sequence[Question], known: Knowledge, near: Sequence[Near]) -> list[Look]:
    """Find the names for some texts and measure them; columns of the tables as :func:`names_of` names them.

    A text that is near no name has a look at none.
    """
    found = [recall(question, known, one) for question, one in zip(questions, near, strict=True)]
    met = {
        number: _meet(question, one, known)
        for number, (question, one) in enumerate(zip(questions, found, strict=True))
        if len(one.numbers)
    }
    told = dict(zip(met, _measured(list(met.values()), known), strict=True))
    return [told.get(number) or _nothing(known) for number in range(len(questions))]


def _nothing(known: Knowledge) -> Look:
    none = np.zeros((0, 0), np.float32)
    return Look(np.zeros(0, np.int64), none, none, np.zeros(0, np.float32), none, known.history.habits)


def _measured(met: Sequence[_Met], known: Knowledge) -> list[Look]:
    if not met:
        return []
    every = _All.of(met)
    table = np.concatenate([_table(every, known), _closer(every, known)], axis=1)
    return [
        Look(
            one.found.numbers,
            rows,
            one.aligned.covers,
            one.weights,
            known.vectors[one.found.numbers] @ one.question.vectors[1:].T,
            known.history.habits,
        )
        for one, rows in zip(met, np.split(table, every.starts[1:]), strict=True)
    ]


def _meet(question: Question, found: Found, known: Knowledge) -> _Met:
    """Keep the names found that a simple score puts first: only these are looked at closely."""
    alignment = Alignment(question.grams, found.numbers, known.catalogue, known.history)
    columns = np.stack([*_near(found.near_words, found.numbers), *_near(found.near_vectors, found.numbers)], axis=1)
    near_words, near_vector = columns[:, 0], columns[:, 2]
    simple = alignment.likely() + 6 * found.part_cosine + 4 * (near_vector + near_words + found.words)
    kept = np.sort(np.argsort(-simple, kind="stable")[:KEPT])
    index = known.catalogue.index
    ids, held = index.locate(question.grams)
    weights = np.full(len(question.grams), index.unknown_weight, np.float32)
    weights[held] = index.weights[ids]
    weights /= np.float32(weights.sum())
    new = len(question.grams) - int(known.history.forward.knows(question.grams).sum())
    unknown = (len(question.grams) - len(ids), new)
    return _Met(question, found.only(kept), alignment.of(kept, weights), weights, columns[kept], unknown)


def _closer(every: _All, known: Knowledge) -> Floats:
    """What is measured of the shape of codes and by the vectors of grams."""
    catalogue = known.catalogue
    rows = []
    for one in every.met:
        question, numbers = one.question, one.found.numbers
        held = stretches.stretches_of(question.canonical, question.buckets, question.vectors[0], known.encoder)
        sums = known.summed_of(numbers)
        rest = remainder.remainders(question.buckets, catalogue.hashed.of(numbers), sums, known.encoder)
        rows.append(np.concatenate([rest, stretches.fitting(known.vectors[numbers], held)], axis=1))
    return np.concatenate([catalogue.structure[every.numbers], np.concatenate(rows)], axis=1, dtype=np.float32)


def _table(every: _All, known: Knowledge) -> Floats:
    spoken = [one.question.spoken for one in every.met]
    table = np.concatenate(
        [
            _recalled(every),
            np.concatenate([_letters(one.question, one.found.numbers, known) for one in every.met]),
            _sizes(every, known),
            _past(every, known),
            _short_forms(every, known)[:, None],
            np.concatenate([one.aligned.measures for one in every.met]),
            on_places(spoken, every.owners, every.numbers, known.catalogue),
            on_axes(spoken, every.owners, every.numbers, known.catalogue),
        ],
        axis=1,
    )
    behind, placed = table[:, _BEHIND_AT], table[:, _PLACED_AT]
    behind -= np.maximum.reduceat(behind, every.starts, axis=0)[every.owners]
    return np.concatenate([table, behind, _ranks(placed, every)], axis=1, dtype=np.float32)


def _ranks(placed: Floats, every: _All) -> Floats:
    """The place of each name among those of its text by each column, the highest value first."""
    within = np.arange(len(placed)) - every.starts[every.owners]
    found = np.empty(placed.shape, np.float32)
    for column in range(placed.shape[1]):
        found[np.lexsort((-placed[:, column], every.owners)), column] = within
    return found


def _recalled(every: _All) -> Floats:
    columns = [np.concatenate([getattr(one.found, name) for one in every.met]) for name in _RECALLED]
    return np.stack(columns, axis=1)


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


def _sizes(every: _All, known: Knowledge) -> Floats:
    lengths = known.catalogue.lengths[every.numbers]
    own = every.spread([len(one.question.plain) for one in every.met])
    parts = every.spread([len(one.question.segments) for one in every.met])
    unknown = [every.spread([one.unknown[place] for one in every.met]) for place in range(2)]
    return np.stack([own, lengths, lengths - own, parts, *unknown], axis=1)


def _past(every: _All, known: Knowledge) -> Floats:
    history, numbers = known.history, every.numbers
    uses = history.habits.uses[numbers]
    category = history.category_uses[known.catalogue.category[numbers]]
    habits = np.stack([np.log1p(uses), np.log1p(category), uses / (category + 1)], axis=1)
    return np.concatenate([np.concatenate([one.near for one in every.met]), habits], axis=1, dtype=np.float32)


def _near(near: Said, numbers: NDArray[np.int64]) -> tuple[Floats, Floats]:
    if not len(near.terms):
        return np.zeros(len(numbers), np.float32), np.zeros(len(numbers), np.float32)
    at = np.minimum(np.searchsorted(near.terms, numbers), len(near.terms) - 1)
    held = near.terms[at] == numbers
    return np.where(held, near.best[at], 0), np.where(held, near.summed[at], 0)


def _short_forms(every: _All, known: Knowledge) -> Floats:
    found = np.zeros(len(every.numbers), np.float32)
    terms = known.catalogue.ranker.terms
    for one, start in zip(every.met, every.starts.tolist(), strict=True):
        for expansion, share in one.question.query.shares:
            if expansion.prefix:
                for place, number in enumerate(one.found.numbers.tolist(), start):
                    if terms[number].code.startswith(expansion.prefix):
                        found[place] = max(found[place], np.float32(share))
    return found
