"""Where the user was on each page when the program was last left: a page comes up again as it was."""

from __future__ import annotations

from typing import Final

from app.common.progress import Progress
from app.ui.page import Place
from app.ui.ports import JsonValue, PlaceStore

_KEY: Final = "window.pages"
_ALWAYS_NEW: Final = frozenset({"home", "today", "help"})
"""Pages that are about now, or about what is asked."""
_LONGEST: Final = 500
"""A list of so many things is no place any more."""


class PagePlaces:
    """The place of every page that was left, for the first visit of the next session."""

    def __init__(self, places: PlaceStore) -> None:
        self._places = places
        kept = places.get(_KEY)
        self._before: dict[str, JsonValue] = dict(kept) if isinstance(kept, dict) else {}
        self._now = dict(self._before)

    def first(self, place: Place) -> Place:
        """Return where a page is to be shown that this session has not seen yet: where it was, if nothing is asked."""
        known = self._before.get(place.page)
        return Place(place.page, known) if not place.args and isinstance(known, dict) else place

    def note(self, place: Place) -> bool:
        """Remember where a page is left; return whether that is another place than before."""
        args = {key: value for key, value in place.args.items() if not (isinstance(value, list) and _too_long(value))}
        if place.page in _ALWAYS_NEW or not place.page or self._now.get(place.page) == args:
            return False
        self._now[place.page] = args
        return True

    def keep(self, _progress: Progress | None = None) -> None:
        """Store what was noted; as the work of a job it is too short to tell its progress."""
        self._places.put(_KEY, dict(self._now))


def _too_long(value: list[JsonValue]) -> bool:
    return len(value) > _LONGEST
