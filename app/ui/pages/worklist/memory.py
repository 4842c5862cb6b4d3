"""What the worklist remembers for each queue and view: query, order, columns, and where the cursor stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.ui.pages.worklist.columns import COLUMNS
from app.ui.pages.worklist.table import Spot
from app.ui.pages.worklist.views import SavedViews
from app.ui.ports import JsonValue, PlaceStore

_KEY = "worklist"
FIRST_QUEUE = "today"
FIRST_SORT = "priority"
_NOWHERE = Spot()
_SORTS = frozenset(column.key for column in COLUMNS if column.sort)


@dataclass(frozen=True, slots=True)
class ListView:
    """A query with its order and the place in it. ``key`` is a queue or a view of one's own, ``queue`` what it narrows.

    ``sort`` is a column key of the worklist.
    """

    key: str = FIRST_QUEUE
    queue: str = FIRST_QUEUE
    tokens: tuple[str, ...] = ()
    text: str = ""
    sort: str = FIRST_SORT
    descending: bool = False
    spot: Spot = _NOWHERE

    @property
    def words(self) -> str:
        """The query as the service takes it."""
        return " ".join([*self.tokens, self.text]).strip()

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as arguments of a place."""
        return {
            "view": self.key,
            "queue": self.queue,
            "tokens": list(self.tokens),
            "text": self.text,
            "sort": self.sort,
            "descending": self.descending,
            "at": self.spot.case_id,
            "row": self.spot.row,
            "above": self.spot.above,
        }

    def with_args(self, args: Mapping[str, JsonValue]) -> ListView:
        """Return it with what the arguments of a place say otherwise."""
        tokens, sort = args.get("tokens"), args.get("sort")
        return replace(
            self,
            tokens=tuple(map(str, tokens)) if isinstance(tokens, list) else self.tokens,
            text=str(args.get("text", self.text)),
            sort=str(sort) if sort in _SORTS else self.sort,  # another version may have had other columns
            descending=bool(args.get("descending", self.descending)),
            spot=Spot(*(_int(args.get(key)) for key in ("at", "row", "above"))) if "at" in args else self.spot,
        )


def _int(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


class Memory:
    """Keeps queues and views as they were left, which of them was shown, and the columns of each, in the places."""

    def __init__(self, places: PlaceStore, views: SavedViews) -> None:
        self._places, self._views_of_mine = places, views
        kept = places.get(_KEY)
        state = kept if isinstance(kept, dict) else {}
        self._key = str(state.get("queue") or FIRST_QUEUE)
        lists, columns = state.get("views"), state.get("columns")
        self._views: dict[str, JsonValue] = dict(lists) if isinstance(lists, dict) else {}
        self._columns: dict[str, JsonValue] = dict(columns) if isinstance(columns, dict) else {}

    def last(self) -> ListView:
        """Return the list of the last session."""
        return self.view(self._key)

    def view(self, key: str) -> ListView:
        """Return a queue or view as it was left; a view of one's own always begins with the query that was saved."""
        kept = self._views.get(key)
        left = ListView(key, key).with_args(kept if isinstance(kept, dict) else {})
        saved = self._views_of_mine.get(key)
        if saved is None:
            return left if not key.startswith("view:") else ListView()
        sort = left.sort if isinstance(kept, dict) else saved.sort
        turned = left.descending if isinstance(kept, dict) else saved.descending
        return replace(
            left, queue=saved.queue, tokens=saved.tokens, text=saved.text, sort=sort or FIRST_SORT, descending=turned
        )

    def columns(self, key: str) -> Mapping[str, JsonValue]:
        """Return the columns of a queue or view, {} for the program's own choice."""
        kept = self._columns.get(key)
        return kept if isinstance(kept, dict) else {}

    def forget(self, key: str) -> None:
        """Forget where the user was in a view that is gone."""
        self._views.pop(key, None)
        self._columns.pop(key, None)

    def keep(self, view: ListView, columns: Mapping[str, JsonValue]) -> None:
        """Remember a list and its columns, if anything is another than before."""
        entry, shown = view.to_json(), dict(columns)
        if self._views.get(view.key) == entry and self._key == view.key and self.columns(view.key) == shown:
            return
        self._key, self._views[view.key], self._columns[view.key] = view.key, entry, shown
        self._places.put(_KEY, {"queue": self._key, "views": self._views, "columns": self._columns})
