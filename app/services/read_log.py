"""What people looked at: cases opened and patients searched for, remembered until it is written into the audit.

Writing at once would make every look wait for the disk; :meth:`AuditService.write_reads` writes a few seconds later, at
the end of a sitting and at the end of the program.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.storage.actor import Actor

_SHORTEST: Final = 2
"""Fewer letters name nobody."""


@dataclass(frozen=True, slots=True, repr=False)
class Looked:
    """One look: who, when, and the case, or the words that were searched for."""

    actor: Actor
    at: datetime
    case_id: int | None = None
    words: str = ""


class ReadLog:
    """Safe from every thread. A case counts once per person, sitting and day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str, int]] = set()
        self._waiting: list[Looked] = []

    @property
    def is_empty(self) -> bool:
        """True when nothing waits to be written."""
        return not self._waiting

    def opened(self, actor: Actor, case_id: int, at: datetime) -> None:
        """Remember that a case was shown."""
        key = (actor.id, at.date().isoformat(), case_id)
        with self._lock:
            if key not in self._seen:
                self._seen.add(key)
                self._waiting.append(Looked(actor, at, case_id))

    def searched(self, actor: Actor, words: str, at: datetime) -> None:
        """Remember words that were searched for; typed letter by letter they count once, in their last form."""
        words = words.strip()
        if len(words) < _SHORTEST:
            return
        with self._lock:
            last = next((one for one in reversed(self._waiting) if one.actor.id == actor.id and one.words), None)
            if last is not None and (words.startswith(last.words) or last.words.startswith(words)):
                if len(words) <= len(last.words):
                    return
                self._waiting.remove(last)
            self._waiting.append(Looked(actor, at, words=words))

    def begin_sitting(self) -> None:
        """Count from anew: somebody sat down."""
        with self._lock:
            self._seen.clear()

    def take(self) -> list[Looked]:
        """Return what waits and forget it."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting
