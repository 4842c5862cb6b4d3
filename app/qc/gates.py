"""Which rules can fire for a record at all, told from its codes, rows and words; the others need not be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from app.domain.field import Group
from app.qc.codesets import CodeSet, RangeIndex
from app.qc.memo import Memo
from app.qc.quick import Coded, Empty, Rowed, Worded
from app.qc.rule import CompiledRule
from app.qc.scope import Scope

_CODES: Final = 20_000
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class _Codes:
    """The rules that a code of a group can make fire: as its first code, and as one of the others."""

    group: Group
    first: Memo[str, frozenset[int]]
    other: Memo[str, frozenset[int]]


class Gates:
    """Rules by what a record must have for them to fire. Made once, asked for every record."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        needs = [(trigger, place) for place, rule in enumerate(rules) for trigger in rule.term.gate or ()]
        self._codes = _by_codes([(trigger, place) for trigger, place in needs if isinstance(trigger, Coded)])
        self._rows = _grouped((trigger, place) for trigger, place in needs if isinstance(trigger, Rowed))
        self._empty = _grouped((trigger.field, place) for trigger, place in needs if isinstance(trigger, Empty))
        self._words = tuple((trigger, place) for trigger, place in needs if isinstance(trigger, Worded))

    def open(self, scope: Scope) -> set[int]:
        """Return the places of the rules with a gate that can fire for a record or fail on it."""
        found: set[int] = set()
        for entry in self._codes:
            codes = scope.written(entry.group)
            if codes:
                found |= entry.first[codes[0]]
                for code in codes[1:]:
                    found |= entry.other[code]
        for trigger, places in self._rows:
            if trigger.holds(scope):
                found |= places
        get = scope.head.get
        for name, blank in self._empty:
            if not get(name):
                found |= blank
        for words, place in self._words:
            if place not in found and words.holds(scope):
                found.add(place)
        return found


def _by_codes(needs: Sequence[tuple[Coded, int]]) -> tuple[_Codes, ...]:
    entries = []
    for group in {trigger.group: None for trigger, _ in needs}:
        own = [(trigger, place) for trigger, place in needs if trigger.group is group]
        first = [(trigger, place) for trigger, place in own if trigger.start == 0]
        other = [(trigger, place) for trigger, place in own if trigger.start or not trigger.single]
        entries.append(_Codes(group, Memo(_finder(first), _CODES), Memo(_finder(other), _CODES)))
    return tuple(entries)


def _finder(needs: Sequence[tuple[Coded, int]]) -> Callable[[str], frozenset[int]]:
    # not through the memory of each set: every set would then keep every code
    ranged = [(trigger.codes.ranges, place) for trigger, place in needs if isinstance(trigger.codes, CodeSet)]
    others = [(trigger.codes, place) for trigger, place in needs if not isinstance(trigger.codes, CodeSet)]
    index = RangeIndex([ranges for ranges, _ in ranged])

    def find(code: str) -> frozenset[int]:
        held = [ranged[at][1] for at in index.holding(code)]
        return frozenset(held + [place for codes, place in others if code in codes])

    return find


def _grouped(needs: Iterable[tuple[_Key, int]]) -> tuple[tuple[_Key, frozenset[int]], ...]:
    found: dict[_Key, set[int]] = {}
    for key, place in needs:
        found.setdefault(key, set()).add(place)
    return tuple((key, frozenset(places)) for key, places in found.items())
