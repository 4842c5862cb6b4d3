"""Answers that are kept: a dictionary that makes what it does not know and never grows beyond a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

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
