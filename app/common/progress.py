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


class CancelAt:
    """Cancels when ``done`` reaches a number; for tests and dry runs."""

    def __init__(self, at: int) -> None:
        self.at = at

    def step(self, done: int, total: int, note: str = "") -> None:
        """Raise :class:`Cancelled` from the given step on."""
        if done >= self.at:
            raise Cancelled
