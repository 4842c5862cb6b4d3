"""Models fitted without a third of the texts each, which they are then asked: answers to texts never seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from app.matching.grams import Floats

COUNCIL: Final = 3
"""Models of each kind; at use their mean counts."""

Asked = TypeVar("Asked")
Texts = Sequence[int]
Fitting = Callable[[Texts, Texts, int], Asked]
"""Fits a model to some of the texts, others being watched, with a seed."""


class Council:
    """Texts by number, of which each model is fitted to two thirds."""

    def __init__(self, useful: Sequence[bool], seed: int, tell: Callable[[], None]) -> None:
        """Models are fitted to the ``useful`` texts only. ``tell`` is told of each that is begun and may raise."""
        self._useful = useful
        self._seed = seed
        self._tell = tell

    def fitted(
        self, fit: Fitting[Asked], told: Callable[[Asked, int], Floats], useful: Sequence[bool] | None = None
    ) -> tuple[list[Asked], list[Floats]]:
        """Return models, and what is ``told`` of each text by the one that was fitted without it.

        ``useful`` stands for that of the council.
        """
        useful = self._useful if useful is None else useful
        models: list[Asked] = []
        answers: dict[int, Floats] = {}
        for member in range(COUNCIL):
            self._tell()
            out = range(member, len(useful), COUNCIL)
            fit_on = [text for text, is_useful in enumerate(useful) if is_useful and text % COUNCIL != member]
            model = fit(fit_on, [text for text in out if useful[text]], self._seed + member)
            models.append(model)
            answers.update({text: told(model, text) for text in out})
        return models, [answers[text] for text in range(len(useful))]
