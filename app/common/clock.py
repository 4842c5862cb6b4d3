"""Time as a value that is passed in, so that tests and replays can fix it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the local time without zone, to the second."""

    def now(self) -> datetime: ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the local time, cut to the second."""
        return datetime.now().replace(microsecond=0)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set."""

    at: datetime

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at
