"""What the page remembers: scope, segment, group, ticks of an unfinished round, and when a scope was last run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.services.qc_batch_types import GroupKind, QcGroup, QcScope, ScopeKind, Segment
from app.ui.models.qc_lines import Pair
from app.ui.ports import JsonValue, PlaceStore

ALL: Final = "all"
_KEY: Final = "qc"
_MOST_TICKS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Round:
    """Where the user is: which cases, which segment (None: all), which group, which line."""

    scope: QcScope = QcScope()  # noqa: RUF009 - a frozen value
    segment: Segment | None = Segment.OPEN
    group: QcGroup | None = None
    line: Pair | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as arguments of a place."""
        scope, group, line = self.scope, self.group, self.line
        return {
            "scope": str(scope.kind),
            "batch": scope.batch_id,
            "queue": scope.queue,
            "words": scope.words,
            "segment": str(self.segment or ALL),
            "by": str(group.kind) if group else "",
            "key": group.key if group else "",
            "line": [line[0], line[1]] if line else [],
        }

    def with_args(self, args: Mapping[str, JsonValue]) -> Round:
        """Return it with what the arguments of a place say otherwise."""
        found = self
        if args.get("scope") in tuple(ScopeKind):
            batch = args.get("batch")
            scope = QcScope(
                ScopeKind(str(args["scope"])),
                batch if isinstance(batch, int) else 0,
                str(args.get("queue") or ""),
                str(args.get("words") or ""),
            )
            found = replace(found, scope=scope)
        segment = args.get("segment")
        if segment == ALL or segment in tuple(Segment):
            found = replace(found, segment=None if segment == ALL else Segment(str(segment)))
        if args.get("by") in tuple(GroupKind):
            found = replace(found, group=QcGroup(GroupKind(str(args["by"])), str(args.get("key", ""))))
        return replace(found, line=_pair(args.get("line")) or found.line)


def _pair(value: JsonValue) -> Pair | None:
    match value:
        case [int() as case_id, str() as rule_id]:
            return case_id, rule_id
    return None


class Memory:
    """Keeps the last round and its ticks by group in the place store. Another scope begins a round without ticks."""

    def __init__(self, places: PlaceStore) -> None:
        self._places = places
        kept = places.get(_KEY)
        state = kept if isinstance(kept, dict) else {}
        args, ticks, runs = state.get("round"), state.get("ticks"), state.get("runs")
        self.last = Round().with_args(args if isinstance(args, dict) else {})
        self._ticks: dict[str, set[Pair]] = {}
        for name, pairs in (ticks if isinstance(ticks, dict) else {}).items():
            found = {_pair(one) for one in pairs} if isinstance(pairs, list) else set()
            self._ticks[name] = {one for one in found if one is not None}
        self._runs: dict[str, JsonValue] = dict(runs) if isinstance(runs, dict) else {}

    def ticks(self, now: Round) -> set[Pair]:
        """Return what is ticked in the group of a round."""
        return self._ticks.get(_name(now), set()) if now.scope == self.last.scope else set()

    def keep(self, now: Round, ticks: set[Pair]) -> None:
        """Remember where the user is and what is ticked there."""
        if now.scope != self.last.scope:
            self._ticks.clear()
        before = self._ticks.get(_name(now), set())
        if now == self.last and ticks == before:
            return
        self.last = now
        self._ticks[_name(now)] = set(sorted(ticks)[:_MOST_TICKS])
        self._write()

    def ran(self, scope: QcScope, at: str, took: str) -> None:
        """Remember when a scope was run, and what that took, in words."""
        self._runs[_scope_name(scope)] = [at, took]
        self._write()

    def last_run(self, scope: QcScope) -> tuple[str, str]:
        """Return when a scope was run last and what that took, ('', '') when it never was."""
        match self._runs.get(_scope_name(scope)):
            case [str() as at, str() as took]:
                return at, took
        return "", ""

    def _write(self) -> None:
        ticks: dict[str, JsonValue] = {
            name: [[case_id, rule_id] for case_id, rule_id in sorted(pairs)]
            for name, pairs in self._ticks.items()
            if pairs
        }
        self._places.put(_KEY, {"round": self.last.to_json(), "ticks": ticks, "runs": dict(self._runs)})


def _name(now: Round) -> str:
    return f"{now.group.kind}:{now.group.key}" if now.group else ""


def _scope_name(scope: QcScope) -> str:
    return f"{scope.kind}:{scope.batch_id}:{scope.queue}:{scope.words}"
