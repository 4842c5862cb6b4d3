"""What every service works with: the library, who works, the clock, and the engines that are in use."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.common.clock import Clock
from app.services.engines import Engines
from app.services.read_log import ReadLog
from app.storage.actor import Actor
from app.storage.database import Database


class Seat:
    """Who sits at the program. Another person may sit down while a job of the one before still runs."""

    def __init__(self, actor: Actor) -> None:
        self.reads = ReadLog()
        """What was looked at from this seat and is not in the audit yet."""
        self._actor = actor
        self._here = threading.local()

    @property
    def actor(self) -> Actor:
        """Who began what this thread is doing, else who sits here now."""
        begun: Actor | None = getattr(self._here, "actor", None)
        return self._actor if begun is None else begun

    @property
    def is_busy(self) -> bool:
        """True inside a permitted call on this thread: what it calls in turn is part of it."""
        return getattr(self._here, "actor", None) is not None

    def take(self, actor: Actor) -> None:
        """Let a person sit down; calls that are running stay with whoever began them."""
        self._actor = actor
        self.reads.begin_sitting()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep the person of this moment for everything this thread does in the block."""
        before = getattr(self._here, "actor", None)
        self._here.actor = self.actor
        try:
            yield
        finally:
            self._here.actor = before


@dataclass(frozen=True, slots=True)
class Session:
    """Handed to every service by the composition root; holds no state of its own but the seat."""

    db: Database
    seat: Seat
    clock: Clock
    engines: Engines

    def note_opened(self, case_id: int) -> None:
        """Remember for the audit that a case was shown to whoever works now."""
        self.seat.reads.opened(self.actor, case_id, self.clock.now())

    def note_searched(self, words: str) -> None:
        """Remember for the audit what patients were searched by."""
        self.seat.reads.searched(self.actor, words, self.clock.now())

    @property
    def actor(self) -> Actor:
        """Who works now; for the length of a permitted call the person who began it."""
        return self.seat.actor
