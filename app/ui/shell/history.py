"""Places the user has been to, as in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.page import Place

LONGEST = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """A place with the words that name it in lists."""

    place: Place
    title: str


class History:
    """A list of visits and where in it the user stands."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []
        self._at = -1

    @property
    def current(self) -> Visit | None:
        """The visit the user stands at."""
        return self._visits[self._at] if self._visits else None

    @property
    def can_back(self) -> bool:
        """True when there is an earlier place."""
        return self._at > 0

    @property
    def can_forward(self) -> bool:
        """True when the user has gone back."""
        return self._at < len(self._visits) - 1

    def visit(self, visit: Visit) -> None:
        """Go to a new place: what lay ahead is forgotten. The same spot only updates the entry."""
        if self.current and self.current.place.same_spot(visit.place):
            self.update(visit)
            return
        self._visits = [*self._visits[: self._at + 1], visit][-LONGEST:]
        self._at = len(self._visits) - 1

    def update(self, visit: Visit) -> None:
        """Replace the entry the user stands at, for example with the row he is in now."""
        if self._visits:
            self._visits[self._at] = visit

    def back(self) -> Visit | None:
        """Step back; None at the start."""
        return self._step(-1)

    def forward(self) -> Visit | None:
        """Step forward; None at the end."""
        return self._step(1)

    def recent(self, limit: int = 6) -> list[Visit]:
        """Return the last visits but the current one, newest first, each spot once."""
        found: list[Visit] = []
        for visit in reversed(self._visits):
            known = any(visit.place.same_spot(other.place) for other in found)
            if visit is not self.current and not known:
                found.append(visit)
        return found[:limit]

    def _step(self, by: int) -> Visit | None:
        if not 0 <= self._at + by < len(self._visits):
            return None
        self._at += by
        return self._visits[self._at]
