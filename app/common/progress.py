"""What long work is given: a way to say how far it is and to learn that it should stop."""

from __future__ import annotations

from typing import Protocol

from app.common.errors import Cancelled


class Progress(Protocol):
    """Told by a job how far it is. ``step`` raises :class:`Cancelled` when the user asked to stop."""

    def step(self, done: int, total: int, note: str = "") -> None: ...


class NoProgress:
    """Listens to nothing and never cancels."""

    def step(self, done: int, total: int, note: str = "") -> None:
        """Ignore the report."""


class Part:
    """The progress of a part of longer work, told as progress of the whole; it never goes back.

    The part covers ``length`` of the whole's ``total`` steps from ``start`` on.
    """

    def __init__(self, whole: Progress, start: int, length: int, total: int) -> None:
        self._whole, self._start, self._length, self._total = whole, start, length, total
        self._at = float(start)

    def step(self, done: int, total: int, note: str = "") -> None:
        """Tell the whole. Raises :class:`Cancelled` when the user asked to stop."""
        share = done / total if total else 0.0
        self._at = max(self._at, self._start + self._length * share)
        self._whole.step(int(self._at), self._total, note)


class CancelAt:
    """Cancels when ``done`` reaches a number; for tests and dry runs."""

    def __init__(self, at: int) -> None:
        self.at = at

    def step(self, done: int, total: int, note: str = "") -> None:
        """Raise :class:`Cancelled` from the given step on."""
        if done >= self.at:
            raise Cancelled
