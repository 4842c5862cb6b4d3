"""The training itself, without a library: measure what there is, train a candidate, measure it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.common.freeing import give_back_freed
from app.common.progress import Part, Progress
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.services.retraining_figures import Asked, Figures, figures_of, is_worse, outcomes

_STEPS: Final = 1_000
_MEASURED: Final = 50
_TRAINED: Final = 900


@dataclass(frozen=True, slots=True)
class Task:
    """What to train: a kind, past codings to learn from, held-out texts, the model in use (b'' without one)."""

    kind: CodeKind
    learned: Sequence[PastCoding]
    asked: Sequence[Asked]
    model: bytes
    seed: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trained model with the figures before and after, on the same held-out texts.

    ``had_model`` says that ``old`` are the figures of a model, not of the matcher without one; ``is_worse`` that it
    should not be used.
    """

    content: bytes
    old: Figures
    new: Figures
    had_model: bool
    is_worse: bool


def train(matcher: FirstMatcher, task: Task, progress: Progress) -> Candidate:
    """Train on what may be learned and compare on what is held out.

    The matcher is used up: it ends without what it remembered. Both sides of the comparison remember the same past
    codings, none of them held out. The candidate is the model of
    the nine tenths and stays so: had it seen the held-out texts, the next training could not be compared with it. What
    it does not learn there it still remembers, because memory and neighbours draw on every past coding. Raises
    ``Cancelled`` when the user stops it and ``ValueError`` for less than the matcher can learn from.
    """
    kind = task.kind
    give_back_freed()
    matcher.remember(task.learned)
    had_model = bool(task.model) and matcher.take_model(kind, task.model)
    before = outcomes(matcher, task.asked, kind, Part(progress, 0, _MEASURED, _STEPS))
    matcher.drop_model(kind)
    matcher.remember(task.learned)  # memory, which is there again in a moment, takes no room while a model is trained
    if not matcher.learn(kind, Part(progress, _MEASURED, _TRAINED, _STEPS), task.seed):
        raise ValueError("too little to learn from")
    after = outcomes(matcher, task.asked, kind, Part(progress, _MEASURED + _TRAINED, _MEASURED, _STEPS))
    matcher.remember(())
    give_back_freed()
    content = matcher.model_bytes(kind)
    return Candidate(content, figures_of(before), figures_of(after), had_model, is_worse(before, after))
