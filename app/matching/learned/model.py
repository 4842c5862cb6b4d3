"""What training leaves behind, and the answers it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.boosting import Trees
from app.matching.learned.edits import differences
from app.matching.learned.encoder import Encoder, Halves
from app.matching.learned.features import Look, look_at
from app.matching.learned.hashing import Rows
from app.matching.learned.knowledge import Knowledge
from app.matching.learned.order import Order, close_of, merged
from app.matching.learned.past import Row
from app.matching.learned.question import Question, ask
from app.matching.learned.sets import first_of, set_features

PRECISION: Final = 0.97
"""Share of right answers that the band of those to be taken shall have."""
REMEMBERED: Final = 4_096
"""Answers kept: a list is shown and its set asked for right after."""
FAMILIAR: Final = 0.5
"""Share of known grams below which a text is too strange for its answer to be trusted in full."""
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Scale:
    """From the set models' probability to how often such an answer is right; from ``accept`` on it may be taken.

    ``several`` is the probability from which a name joins the answer, ``titled`` how often a text that is a name word
    for word was given it, where the models put it first.
    """

    slope: float
    offset: float
    accept: float
    several: float
    titled: float

    @property
    def trusts_titles(self) -> bool:
        """True when a text that is a name word for word may be given it unseen, as far as this past tells."""
        return self.titled >= PRECISION

    def chance(self, probabilities: Floats) -> Floats:
        """Return calibrated probabilities."""
        return sigmoid(np.float32(self.slope) * _logit(probabilities) + np.float32(self.offset))


@dataclass(frozen=True, slots=True)
class Model:
    """An encoder, what orders the names, set models (several, whose mean counts), and the scale of their answers."""

    encoder: Encoder
    order: Order
    setters: tuple[Trees, ...]
    scale: Scale


@dataclass(frozen=True, slots=True)
class Answer:
    """Names by number, best first, a probability for each, and those that together answer the text."""

    numbers: tuple[int, ...]
    chances: tuple[float, ...]
    chosen: tuple[int, ...]


_SILENCE: Final = Answer((), (), ())


class LearnedMatcher:
    """A model with what it draws on."""

    def __init__(self, model: Model, known: Knowledge) -> None:
        self.model = model
        self._known = known
        self._ahead: Mapping[str, Answer] = {}
        self.answer = lru_cache(REMEMBERED)(self._answered)
        """The names for a text; none when the text says nothing."""

    def recalling(self, rows: Sequence[Row]) -> LearnedMatcher:
        """Return a matcher with the same model that draws on some past rows more."""
        known = self._known
        history = known.history.adding(rows, known.catalogue, known.encoder) if rows else known.history
        return LearnedMatcher(self.model, replace(known, history=history))

    def foresee(self, texts: Sequence[str]) -> None:
        """Work out the answers to texts that are asked for next: together they take less time than one by one."""
        self._ahead = dict(zip(texts, self._answers(texts), strict=True))

    def _answered(self, text: str) -> Answer:
        return self._ahead.get(text) or self._answers([text])[0]

    def _answers(self, texts: Sequence[str]) -> list[Answer]:
        asked = ask(texts, self._known.catalogue, self._known.encoder)
        heard = {number: question for number, question in enumerate(asked) if question is not None}
        near = self._known.near(list(heard.values()))
        looked = zip(heard, look_at(list(heard.values()), self._known, near), strict=True)
        seen = {number: one for number, one in looked if len(one.numbers)}
        trusts = [min(1.0, self._familiar(heard[number]) / FAMILIAR) for number in seen]
        written = [heard[number].canonical for number in seen]
        told = dict(zip(seen, self._told(written, list(seen.values()), trusts), strict=True))
        return [told.get(number, _SILENCE) for number in range(len(texts))]

    def _told(self, written: Sequence[str], looks: Sequence[Look], trusts: Sequence[float]) -> list[Answer]:
        """The answers to texts (``written`` in canonical form) whose names have been looked at."""
        scores = self._scores(written, looks)
        rows = [
            set_features(seen.only(first), one[first])
            for seen, one in zip(looks, scores, strict=True)
            for first in [first_of(one)]
        ]
        told = _each(lambda table: sigmoid(mean_of(self.model.setters, table)), rows)
        return [self._answer(*one) for one in zip(looks, scores, told, trusts, strict=True)]

    def _scores(self, written: Sequence[str], looks: Sequence[Look]) -> list[Floats]:
        """All that orders for the names that the net puts first; the order of the net for those behind."""
        scores = _each(self.model.order.net.raw, [seen.table for seen in looks])
        close = [close_of(one) for one in scores]
        rows = [seen.table[places] for seen, places in zip(looks, close, strict=True)]
        of_trees = _each(lambda some: mean_of(self.model.order.rankers, some), rows)
        found = [self._differences(*one) for one in zip(written, looks, close, strict=True)]
        of_edits = _each(lambda some: self.model.order.edits.raw(some, Rows.joined(found)), rows)
        return [merged(*one) for one in zip(scores, close, of_trees, of_edits, strict=True)]

    def _differences(self, text: str, seen: Look, places: NDArray[np.int64]) -> Rows:
        """What sets a text apart from the names at some places."""
        names = self._known.catalogue.texts
        return differences(text, [names[number] for number in seen.numbers[places].tolist()])

    def _familiar(self, question: Question) -> float:
        """The share of the text's grams that a name or a past text holds."""
        in_names = self._known.catalogue.index.locate(question.grams)[1]
        return float((in_names | self._known.history.forward.knows(question.grams)).mean())

    def _answer(self, seen: Look, scores: Floats, told: Floats, trust: float) -> Answer:
        chances = self.model.scale.chance(told) * np.float32(trust)
        rest = np.zeros(len(scores) - len(told), np.float32)
        falling = np.minimum.accumulate(np.concatenate([chances, rest]))
        numbers = seen.numbers[np.argsort(-scores, kind="stable")].tolist()
        several = np.flatnonzero(told >= self.model.scale.several).tolist()
        chosen = sorted({0, *several})
        return Answer(
            tuple(numbers),
            tuple(round(chance, 4) for chance in falling.tolist()),
            tuple(numbers[place] for place in chosen),
        )


def _each(told: Callable[[Floats], Floats], tables: Sequence[Floats | Halves]) -> list[Floats]:
    """Return what is told of each table's rows, asked of all tables at once."""
    if not tables:
        return []
    ends = np.cumsum([len(table) for table in tables])
    return np.split(told(np.concatenate(tables, dtype=np.float32)), ends[:-1])


def mean_of(models: Sequence[Trees], features: Floats | Halves) -> Floats:
    """Return the mean of the models' raw answers."""
    mean: Floats = np.mean([model.raw(features) for model in models], axis=0, dtype=np.float32)
    return mean


def sigmoid(raw: Floats) -> Floats:
    """Return the logistic function of each value."""
    found: Floats = (1 / (1 + np.exp(-np.clip(raw, -30, 30)))).astype(np.float32)
    return found


def _logit(probabilities: Floats) -> Floats:
    held = np.clip(probabilities, _EDGE, 1 - _EDGE)
    found: Floats = np.log(held / (1 - held))
    return found
