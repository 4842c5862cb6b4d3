"""One's own views: a queue with a query and an order under a name, kept with the window for each person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.ui.ports import JsonValue, PlaceStore

_KEY = "worklist.views"
_PREFIX = "view:"
LONGEST_NAME = 20
MOST_VIEWS = 40


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view. ``key`` tells it from queues; ``queue`` is the list it narrows."""

    key: str
    name: str
    queue: str
    tokens: tuple[str, ...]
    text: str
    sort: str
    descending: bool

    @property
    def words(self) -> str:
        """The query as the service takes it."""
        return " ".join([*self.tokens, self.text]).strip()

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as it is kept."""
        return {
            "key": self.key,
            "name": self.name,
            "queue": self.queue,
            "tokens": list(self.tokens),
            "text": self.text,
            "sort": self.sort,
            "descending": self.descending,
        }


class SavedViews:
    """The views in their order."""

    def __init__(self, places: PlaceStore) -> None:
        self._places = places
        kept = places.get(_KEY)
        found = [_read(one) for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []
        self._views = [one for one in found if one is not None]

    def all(self) -> tuple[SavedView, ...]:
        """Return them."""
        return tuple(self._views)

    def get(self, key: str) -> SavedView | None:
        """Return the view of a key, None for a queue or a view that is gone."""
        return next((one for one in self._views if one.key == key), None)

    def named(self, name: str) -> SavedView | None:
        """Return the view of a name, None when there is none."""
        return next((one for one in self._views if one.name == name), None)

    def save(self, view: SavedView) -> SavedView:
        """Keep a view; one of the same name gets the new query and keeps its place. Returns it with its key."""
        known = self.named(view.name)
        kept = replace(view, key=known.key if known else self._new_key())
        if known:
            self._views[self._views.index(known)] = kept
        else:
            self._views.append(kept)
        self._put()
        return kept

    def rename(self, key: str, name: str) -> None:
        """Give a view another name."""
        self._views = [replace(one, name=name) if one.key == key else one for one in self._views]
        self._put()

    def drop(self, key: str) -> None:
        """Forget a view."""
        self._views = [one for one in self._views if one.key != key]
        self._put()

    def bring_back(self, view: SavedView, at: int) -> None:
        """Put a view that was dropped back where it was."""
        self._views.insert(at, view)
        self._put()

    def move(self, key: str, by: int) -> bool:
        """Move a view up (-1) or down; return whether it moved."""
        at = next((at for at, one in enumerate(self._views) if one.key == key), -1)
        to = at + by
        if at < 0 or not 0 <= to < len(self._views):
            return False
        self._views.insert(to, self._views.pop(at))
        self._put()
        return True

    def _new_key(self) -> str:
        used = {one.key for one in self._views}
        return next(key for number in range(1, len(used) + 2) if (key := f"{_PREFIX}{number}") not in used)

    def _put(self) -> None:
        self._places.put(_KEY, [one.to_json() for one in self._views])


def _read(kept: Mapping[str, JsonValue]) -> SavedView | None:
    """Return a kept view, None for one that cannot be read."""
    key, name, tokens = kept.get("key"), kept.get("name"), kept.get("tokens")
    if not (isinstance(key, str) and key.startswith(_PREFIX) and isinstance(name, str) and isinstance(tokens, list)):
        return None
    return SavedView(
        key,
        name,
        str(kept.get("queue") or "all"),
        tuple(map(str, tokens)),
        str(kept.get("text") or ""),
        str(kept.get("sort") or ""),
        bool(kept.get("descending")),
    )
