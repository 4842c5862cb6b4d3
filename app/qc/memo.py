"""Answers that are kept: a dictionary that makes what it does not know and never grows beyond a limit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, NoReturn, TypeVar

_O = TypeVar("_O")
_K = TypeVar("_K")
_V = TypeVar("_V")


class Memo(dict[_K, _V]):
    """``memo[key]`` is ``make(key)``, kept until ``limit`` keys are known; then all are forgotten."""

    def __init__(self, make: Callable[[_K], _V], limit: int = 5_000) -> None:
        super().__init__()
        self._make = make
        self._limit = limit

    def __missing__(self, key: _K) -> _V:
        if len(self) >= self._limit:
            self.clear()
        value = self[key] = self._make(key)
        return value

    def __repr__(self) -> str:
        return f"Memo({len(self)})"


class OneAtATime(Generic[_O, _K, _V]):
    """Answers that hang on an owner, such as a code book: kept for the one that was asked last. Safe in threads."""

    def __init__(self, answer: Callable[[_O, _K], _V], limit: int = 20_000) -> None:
        self._answer = answer
        self._limit = limit
        self._kept: tuple[object, Memo[_K, _V]] = (self, Memo(_nothing))

    def of(self, owner: _O, key: _K) -> _V:
        """Return ``answer(owner, key)``."""
        known, answers = self._kept
        if known is not owner:
            answers = Memo(partial(self._answer, owner), self._limit)
            self._kept = (owner, answers)
        return answers[key]


def _nothing(key: object) -> NoReturn:
    raise KeyError(key)
