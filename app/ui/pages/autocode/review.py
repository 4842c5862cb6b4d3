"""What the review reads and writes, as jobs: texts of a scope, taking codes, taking back. And what it remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.common.progress import Progress
from app.domain.changes import Changes
from app.domain.coding import Band
from app.services.bands import Limits, Measured
from app.services.composition import Services
from app.services.review import Pick
from app.services.types import TextGroup
from app.ui.pages.autocode.texts import ORDERS, TextLine
from app.ui.ports import JsonValue, PlaceStore

_KEY = "autocode"
_SCOPE = ("batch", "cases", "queue", "words")
_MOST_ASIDE = 2000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose texts: ``args`` name a batch, cases, or a queue with words; empty: everything that waits for coding."""

    args: Mapping[str, JsonValue] = field(default_factory=dict)

    @classmethod
    def of(cls, args: Mapping[str, JsonValue]) -> Scope | None:
        """Return the scope that the arguments of a place name, None when they name none."""
        named = {key: args[key] for key in _SCOPE if args.get(key)}
        return cls(named) if named else None

    def case_ids(self, services: Services) -> Sequence[int]:
        """Return the cases."""
        args, ids = self.args, services.worklist.ids
        cases = args.get("cases")
        if isinstance(cases, list):
            return [one for one in cases if isinstance(one, int)]
        if "batch" in args:
            return ids("all", f"批次:#{args['batch']}")
        if "queue" in args:
            return ids(str(args["queue"]), str(args.get("words", "")))
        return [*ids("to_code"), *ids("coding")]

    def title(self, services: Services, count: int) -> str:
        """Return the scope in words."""
        if "batch" in self.args:
            titles = [one.file_name for one in services.imports.batches() if one.id == self.args["batch"]]
            return titles[0] if titles else "已撤销的批次"
        if "cases" in self.args:
            return f"所选 {count:,} 份"
        if "queue" in self.args:
            label = next((one.label for one in services.worklist.queues() if one.key == self.args["queue"]), "")
            return f"{label} {count:,} 份"
        return f"待编码与编码中 {count:,} 份"


@dataclass(frozen=True, slots=True)
class Review:
    """The texts of a scope."""

    scope: Scope
    title: str
    cases: int
    groups: tuple[TextGroup, ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class ReadReview:
    """Reads a scope; a job."""

    services: Services
    scope: Scope

    def __call__(self, progress: Progress) -> Review:
        """Return the review."""
        ids = self.scope.case_ids(self.services)
        groups = self.services.review.texts(ids, progress)
        return Review(
            self.scope, self.scope.title(self.services, len(ids)), len(ids), groups, self.services.review.limits()
        )


@dataclass(slots=True)
class Taking:
    """Writes codes for texts, as one operation; a job. ``changes`` tells afterwards what to take back."""

    services: Services
    picks: Sequence[Pick]
    changes: Changes = field(default_factory=Changes)

    def __call__(self, progress: Progress) -> Changes:
        """Write."""
        self.changes = self.services.review.take_all(self.picks, progress)
        return self.changes


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Takes back what a :class:`Taking` wrote; it ends first, because one thread writes."""

    taking: Taking

    def __call__(self, _progress: Progress) -> Changes:
        """Take back."""
        return self.taking.services.review.undo(self.taking.changes)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the coder is: band, order, text."""

    band: Band = Band.CONFIRM
    order: str = ORDERS[0][0]
    key: tuple[str, str] = ("", "")

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as arguments of a place."""
        return {"band": str(self.band), "order": self.order, "kind": self.key[0], "text": self.key[1]}

    def with_args(self, args: Mapping[str, JsonValue]) -> Spot:
        """Return it with what the arguments of a place say otherwise."""
        band, order = args.get("band"), args.get("order")
        return Spot(
            Band(str(band)) if band in {str(one) for one in Band} else self.band,
            str(order) if order in dict(ORDERS) else self.order,
            (str(args["kind"]), str(args["text"])) if args.get("text") else self.key,
        )


class Tally:
    """How many texts of each band were answered one by one, and how many of them as the program offered first."""

    def __init__(self, kept: JsonValue) -> None:
        self._counts = {str(band): (0, 0) for band in Band}
        for band, pair in kept.items() if isinstance(kept, dict) else ():
            if band in self._counts and isinstance(pair, list) and len(pair) == 2:
                self._counts[band] = (int(str(pair[0])), int(str(pair[1])))

    def count(self, line: TextLine) -> None:
        """Count an answer; one that was counted before is taken off again."""
        step = -1 if line.is_counted else 1
        line.is_counted = not line.is_counted
        texts, right = self._counts[line.band]
        self._counts[line.band] = (max(0, texts + step), max(0, right + step * line.is_as_offered))

    def of(self, band: Band) -> Measured:
        """Return the counts of a band."""
        return Measured(*self._counts[band])

    def to_json(self) -> dict[str, JsonValue]:
        """Return it for the place store."""
        return {band: list(pair) for band, pair in self._counts.items()}


class Memory:
    """Keeps scope, spot, the texts put aside and what was answered in the place store."""

    def __init__(self, places: PlaceStore) -> None:
        self._places = places
        kept = places.get(_KEY)
        self._state: dict[str, JsonValue] = dict(kept) if isinstance(kept, dict) else {}
        aside = self._state.get("aside")
        pairs = [pair for pair in aside if isinstance(pair, list) and len(pair) == 2] if isinstance(aside, list) else []
        self.aside = {(str(kind), str(words)): None for kind, words in pairs}
        self.tally = Tally(self._state.get("tally"))

    def scope(self) -> Scope:
        """Return the scope of the last session."""
        args = self._state.get("scope")
        return Scope.of(args if isinstance(args, dict) else {}) or Scope()

    def spot(self) -> Spot:
        """Return where the coder was last."""
        return Spot().with_args(self._state)

    def keep(self, scope: Scope, spot: Spot) -> None:
        """Remember, if anything is another than before."""
        aside: list[JsonValue] = [[kind, words] for kind, words in list(self.aside)[-_MOST_ASIDE:]]
        state: dict[str, JsonValue] = {
            "scope": dict(scope.args),
            **spot.to_json(),
            "aside": aside,
            "tally": self.tally.to_json(),
        }
        if state != self._state:
            self._state = state
            self._places.put(_KEY, state)
