"""What lies outside the record in an example, written as tables.

``"@grouping" = {rw = 1.5, carrier = "J96.000", as_main = {"I10.x00" = 0.8}, unknown = ["X99.900"]}``
``"@outside" = {day_cost = [200, 3000], drg_cases = 0, charges = ["..."], matched = {"..." = "I10.x00"}}``

``day_cost`` is in yuan, ``pay_standard`` too; figures of the library are those of the example's own department and
group, whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from app.domain.case import CaseKey
from app.qc.context import GroupingFacts, GroupingSource, GroupState, OutsideFacts, Statistics
from app.qc.faults import RuleFault
from app.qc.operators import FEN_PER_YUAN

_NUMBERS: Final = ("rw", "multiple", "low_threshold", "high_threshold", "los_mean")
_GROUPING: Final = frozenset(
    {*_NUMBERS, "status", "reason", "drg", "pay_standard", "warning_level", "regime", "excluded", "carrier"}
    | {"as_main", "unknown"}
)
_OUTSIDE: Final = frozenset(
    {"day_cost", "drg_cases", "dept_los", "charges", "listed_dx", "first_main", "first_rw", "matched"}
)
_K = TypeVar("_K")
_V = TypeVar("_V")


class _Whatever(Mapping[_K, _V]):
    """Answers the same to every key."""

    def __init__(self, value: _V) -> None:
        self._value = value

    def __getitem__(self, key: _K) -> _V:
        return self._value

    def __iter__(self) -> Iterator[_K]:
        return iter(())

    def __len__(self) -> int:
        return 1


def grouping_of(given: object, owner: str = "") -> GroupingSource | None:
    """Return the group facts of an example, None without. Raises :class:`RuleFault` for an entry there is none of."""
    if given is None:
        return None
    table = _table(given, "@grouping", _GROUPING, owner)
    as_main = _mapping(table.get("as_main"))
    unknown = _texts(table.get("unknown")) or ()
    numbers = {name: _decimal(table.get(name)) for name in _NUMBERS}
    standard = _decimal(table.get("pay_standard"))
    level = table.get("warning_level")
    excluded = table.get("excluded")
    facts = GroupingFacts(
        status=GroupState(str(table.get("status", GroupState.GROUPED))),
        reason=str(table.get("reason", "")),
        drg=str(table.get("drg", "")),
        rw=numbers["rw"],
        multiple=numbers["multiple"],
        low_threshold=numbers["low_threshold"],
        high_threshold=numbers["high_threshold"],
        los_mean=numbers["los_mean"],
        pay_standard=None if standard is None else int(standard * FEN_PER_YUAN),
        warning_level=level if isinstance(level, int) else None,
        regime=str(table.get("regime", "")),
        excluded=excluded if isinstance(excluded, bool) else None,
        carrier=lambda: str(table.get("carrier", "")),
        rw_as_main=lambda code: _decimal(as_main.get(code)),
        knows=lambda code: code not in unknown,
    )
    return lambda: facts


def outside_of(given: object, owner: str = "") -> OutsideFacts | None:
    """Return the outside facts of an example, None without. Raises :class:`RuleFault` as above."""
    if given is None:
        return None
    table = _table(given, "@outside", _OUTSIDE, owner)
    matched = _mapping(table.get("matched"))
    return OutsideFacts(
        statistics=_statistics(table),
        charges=_texts(table.get("charges")),
        listed_dx=_texts(table.get("listed_dx")),
        first_main=str(table.get("first_main", "")),
        first_rw=_decimal(table.get("first_rw")),
        matched=lambda words: str(matched.get(words, "")),
    )


def _statistics(table: Mapping[str, object]) -> Statistics:
    span, cases, stay = table.get("day_cost"), table.get("drg_cases"), _decimal(table.get("dept_los"))
    bounds = [Decimal(str(side)) * FEN_PER_YUAN for side in span] if isinstance(span, list) else []
    return Statistics(
        day_cost=_Whatever((bounds[0], bounds[1])) if bounds else {},
        drg_cases=_Whatever(_others(cases)) if isinstance(cases, int) else {},
        dept_los=_Whatever(stay) if stay is not None else {},
    )


def _others(count: int) -> frozenset[CaseKey]:
    return frozenset(CaseKey("", f"other {number}", 1) for number in range(count))


def _table(given: object, name: str, known: frozenset[str], owner: str) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise RuleFault("entry_kind", rule_id=owner, args={"name": name})
    unknown = sorted(set(given) - known)
    if unknown:
        raise RuleFault("unknown_entry", rule_id=owner, args={"names": ", ".join(unknown)})
    return given


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> tuple[str, ...] | None:
    return tuple(map(str, value)) if isinstance(value, list) else None


def _decimal(value: object) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) else None
