"""What the worklist remembers for each queue: the query, the order, and where the cursor stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.ui.pages.worklist.table import Spot
from app.ui.ports import JsonValue, PlaceStore

_KEY = "worklist"
FIRST_QUEUE = "to_code"
FIRST_SORT = "discharge_time"
_NOWHERE = Spot()


@dataclass(frozen=True, slots=True)
class ListView:
    """A query with its order and the place in it. ``sort`` is a column key of the worklist."""

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
        tokens = args.get("tokens")
        return replace(
            self,
            queue=str(args.get("queue") or self.queue),
            tokens=tuple(map(str, tokens)) if isinstance(tokens, list) else self.tokens,
            text=str(args.get("text", self.text)),
            sort=str(args.get("sort", self.sort)),
            descending=bool(args.get("descending", self.descending)),
            spot=Spot(*(_int(args.get(key)) for key in ("at", "row", "above"))) if "at" in args else self.spot,
        )


def _int(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


class Memory:
    """Keeps views by queue, the chosen queue and the columns in the place store."""

    def __init__(self, places: PlaceStore) -> None:
        self._places = places
        kept = places.get(_KEY)
        state = kept if isinstance(kept, dict) else {}
        self._queue = str(state.get("queue") or FIRST_QUEUE)
        views, columns = state.get("views"), state.get("columns")
        self._views: dict[str, JsonValue] = dict(views) if isinstance(views, dict) else {}
        self.columns: dict[str, JsonValue] = dict(columns) if isinstance(columns, dict) else {}

    def last(self) -> ListView:
        """Return the view of the last session."""
        return self.view(self._queue)

    def view(self, queue: str) -> ListView:
        """Return the view of a queue as it was left."""
        kept = self._views.get(queue)
        return ListView(queue).with_args(kept if isinstance(kept, dict) else {})

    def keep(self, view: ListView, columns: Mapping[str, JsonValue]) -> None:
        """Remember a view and the columns, if anything is another than before."""
        entry = view.to_json()
        if self._views.get(view.queue) == entry and self._queue == view.queue and self.columns == columns:
            return
        self._queue, self._views[view.queue], self.columns = view.queue, entry, dict(columns)
        self._places.put(_KEY, {"queue": self._queue, "views": self._views, "columns": self.columns})
