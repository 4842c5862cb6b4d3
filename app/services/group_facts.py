"""What rules read of a case's group and price, worked out when the first rule asks.

Grouping takes some ten microseconds; what needs further groupings (the carrier of the weight, another main diagnosis)
is worked out only where a rule asks for it. Nothing is invented: weights of the trial scheme give no weight here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from app.codebook.book import Codebook
from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.coding import Proposal
from app.domain.derived import day_of, los_days
from app.domain.field import Group
from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.drg.engine import group
from app.drg.explaining import secondary_notes
from app.drg.quotes import Quote
from app.drg.scheme import Scheme
from app.drg.tariffs import WeightTable, weights_on
from app.drg.whatif import Edit, EditKind, applied
from app.qc.context import Book, GroupingFacts, GroupingSource, GroupState
from app.services.group_input import group_input, invalid, with_proposals
from app.services.pricing import PriceTables, quote_of
from app.services.types import RowKey

_STATES: Final = {
    GroupStatus.GROUPED: GroupState.GROUPED,
    GroupStatus.AMBIGUOUS: GroupState.AMBIGUOUS,
    GroupStatus.UNGROUPED: GroupState.UNGROUPED,
}
_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "sex": frozenset({"sex"}),
    "age": frozenset({"birth_date", "age_years"}),
    "age_days": frozenset({"birth_date", "age_days"}),
    "weight": frozenset({"nb_weight[].weight", "nb_admit_weight"}),
    "principal": frozenset({"dx[].code"}),
}
"""What a file must have so that a refusal (domain.md 4.1) is the record's fault: some of these columns."""


@dataclass(frozen=True, slots=True)
class GroupWorld:
    """What cases are grouped and priced with. ``conversion`` gives the codes that are grouped as others.

    ``book`` is ``codebook`` as rules see it.
    """

    scheme: Scheme
    prices: PriceTables
    conversion: Mapping[str, str]
    codebook: Codebook
    book: Book


def facts_source(
    world: Callable[[], GroupWorld], record: CaseRecord, proposals: Mapping[RowKey, Proposal] | None = None
) -> GroupingSource:
    """Return how a check gets the facts of a record with its open proposals, as the case page groups it."""

    def facts() -> GroupingFacts | None:
        effective, _ = with_proposals(record, proposals or {})
        return group_facts(world(), effective)

    return facts


def group_facts(world: GroupWorld, record: CaseRecord) -> GroupingFacts | None:
    """Return the facts of a record, None where it cannot be grouped for want of columns, or is still to be coded."""
    problems = invalid(record, world.conversion)
    if any(_lacks(record, problem) for problem in problems) or ("principal" in problems and _is_to_code(record)):
        return None
    if problems:
        why = text("grouping.join").join(text(f"grouping.problem.{key}") for key in problems)
        return GroupingFacts(status=GroupState.INVALID, reason=why, knows=_Codes(world).knows)
    return _Grouped(world, record).facts()


def _lacks(record: CaseRecord, problem: str) -> bool:
    """Tell whether the file has none of the columns that a problem is about."""
    wanted = _COLUMNS.get(problem)
    return wanted is not None and record.columns is not None and not wanted & record.columns


def _is_to_code(record: CaseRecord) -> bool:
    """Tell whether the main diagnosis is there in words: that its code is missing is what WZ-034 says."""
    rows = record.rows(Group.DX)
    return bool(rows) and any(rows[0].text(name) for name in ("source_text", "name"))


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes that the edition of the grouper has."""

    world: GroupWorld

    def knows(self, code: str) -> bool:
        """Tell whether a code can be grouped: known to the book and, where it is another edition's, convertible."""
        return self.world.conversion.get(code) != "" and self.world.book.get(code) is not None


class _Grouped:
    """One record that the grouper takes."""

    def __init__(self, world: GroupWorld, record: CaseRecord) -> None:
        self._world = world
        self._record = record
        self._case: GroupInput = group_input(record, world.conversion)
        self._result = group(world.scheme, self._case)

    def facts(self) -> GroupingFacts:
        """Return the facts; those that cost more are asked for through them."""
        world, result = self._world, self._result
        priced = self._priced
        days = los_days(self._record)
        return GroupingFacts(
            status=_STATES[result.status],
            drg=result.drg if result.status is GroupStatus.GROUPED else "",
            rw=self._weight(result),
            pay_standard=priced.standard_fen if priced else None,
            multiple=priced.multiple if priced else None,
            low_threshold=priced.low if priced else None,
            high_threshold=priced.high if priced else None,
            warning_level=priced.level if priced and priced.standard_fen is not None else None,
            regime=str(priced.regime) if priced else "",
            excluded=None if days is None else world.prices.rules.excludes(days),
            los_mean=self._table.stays.get(result.drg) if self._table else None,
            carrier=self._carrier,
            rw_as_main=self._as_main,
            knows=_Codes(world).knows,
        )

    @cached_property
    def _priced(self) -> Quote | None:
        world = self._world
        if world.prices.invented:
            return None
        answer = quote_of(world.scheme, self._result, self._record, world.prices)
        return answer if isinstance(answer, Quote) else None

    @cached_property
    def _table(self) -> WeightTable | None:
        """The weights that hold for the case, None where there are none of the scheme."""
        if self._priced and self._priced.basis:
            return self._priced.basis.table
        prices = self._world.prices
        table = weights_on(prices.weights, day_of(self._record.value("discharge_time")) or prices.today)
        return table if table is not None and not prices.invented and table.fits(self._world.scheme) else None

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        """The diagnosis codes of the record beside those that were grouped."""
        return tuple(row.text("code") for row in self._record.rows(Group.DX) if row.get("code"))

    def _weight(self, result: GroupResult) -> Decimal | None:
        return self._table.weights.get(result.drg) if self._table else None

    def _carrier(self) -> str:
        """Return the only secondary diagnosis without which the group would be a lighter one, '' without one."""
        if self._result.status is not GroupStatus.GROUPED:
            return ""
        notes = enumerate(secondary_notes(self._world.scheme, self._case), 1)
        counted = [at for at, note in notes if note.counts]
        if not counted or not self._is_lighter(self._without(counted)):
            return ""
        found = [at for at in counted if self._is_lighter(self._without([at]))]
        return self._codes[found[0]] if len(found) == 1 else ""

    def _without(self, places: Sequence[int]) -> GroupResult:
        kept = tuple(code for at, code in enumerate(self._case.dx) if at not in places)
        return group(self._world.scheme, replace(self._case, dx=kept))

    def _is_lighter(self, other: GroupResult) -> bool:
        """Compare weights; where there are none, another group of the same kind of case is the lighter one."""
        if other == self._result:
            return False
        now, then = self._weight(self._result), self._weight(other)
        return other.adrg == self._result.adrg if now is None or then is None else then < now

    def _as_main(self, code: str) -> Decimal | None:
        at = next((at for at, other in enumerate(self._codes) if at and other == code), None)
        if at is None:
            return None
        return self._weight(group(self._world.scheme, applied(self._case, Edit(EditKind.PRINCIPAL, at))))
