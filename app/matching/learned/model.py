"""What training leaves behind, and the answers it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.boosting import Trees
from app.matching.learned.encoder import Encoder, Halves
from app.matching.learned.features import Look, look
from app.matching.learned.knowledge import Knowledge
from app.matching.learned.past import Row
from app.matching.learned.question import Question, ask
from app.matching.learned.sets import first_of, set_features

REMEMBERED: Final = 4_096
"""Answers kept: a list is shown and its set asked for right after."""
FAMILIAR: Final = 0.5
"""Share of known grams below which a text is too strange for its answer to be trusted in full."""
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Scale:
    """From the set models' probability to how often such an answer is right; from ``accept`` on it may be taken.

    ``several`` is the probability from which a name joins the answer.
    """

    slope: float
    offset: float
    accept: float
    several: float

    def chance(self, probabilities: Floats) -> Floats:
        """Return calibrated probabilities."""
        return sigmoid(np.float32(self.slope) * _logit(probabilities) + np.float32(self.offset))


@dataclass(frozen=True, slots=True)
class Model:
    """An encoder, rankers and set models (each several, whose mean counts), and the scale of their answers."""

    encoder: Encoder
    rankers: tuple[Trees, ...]
    setters: tuple[Trees, ...]
    scale: Scale


@dataclass(frozen=True, slots=True)
class Answer:
    """Names by number, best first, a probability for each, and those that together answer the text."""

    numbers: tuple[int, ...]
    chances: tuple[float, ...]
    chosen: tuple[int, ...]


class LearnedMatcher:
    """A model with what it draws on."""

    def __init__(self, model: Model, known: Knowledge) -> None:
        self.model = model
        self._known = known
        self.answer = lru_cache(REMEMBERED)(self._answered)
        """The names for a text; none when the text says nothing."""

    def recalling(self, rows: Sequence[Row]) -> LearnedMatcher:
        """Return a matcher with the same model that draws on some past rows more."""
        known = self._known
        history = known.history.adding(rows, known.catalogue, known.encoder) if rows else known.history
        return LearnedMatcher(self.model, replace(known, history=history))

    def _answered(self, text: str) -> Answer:
        question = ask(text, self._known.catalogue, self._known.encoder)
        if question is None:
            return Answer((), (), ())
        seen = look(question, self._known)
        if not len(seen.numbers):
            return Answer((), (), ())
        scores = mean_of(self.model.rankers, seen.table)
        order = np.argsort(-scores, kind="stable")
        return self._answer(seen, scores, order, min(1.0, self._familiar(question) / FAMILIAR))

    def _familiar(self, question: Question) -> float:
        """The share of the text's grams that a name or a past text holds."""
        in_names = self._known.catalogue.index.locate(question.grams)[1]
        return float((in_names | self._known.history.forward.knows(question.grams)).mean())

    def _answer(self, seen: Look, scores: Floats, order: NDArray[np.int64], trust: float) -> Answer:
        first = first_of(scores)
        told = sigmoid(mean_of(self.model.setters, set_features(seen.only(first), scores[first])))
        chances = self.model.scale.chance(told) * np.float32(trust)
        rest = np.zeros(len(order) - len(first), np.float32)
        falling = np.minimum.accumulate(np.concatenate([chances, rest]))
        numbers = seen.numbers[order].tolist()
        several = np.flatnonzero(told >= self.model.scale.several).tolist()
        chosen = sorted({0, *several})
        return Answer(
            tuple(numbers),
            tuple(round(chance, 4) for chance in falling.tolist()),
            tuple(numbers[place] for place in chosen),
        )


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
