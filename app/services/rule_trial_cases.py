"""The stored cases as one rule needs them: few columns, and of the world around only what it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import Final

from app.domain.case import CaseRecord, CaseState
from app.domain.coding import Proposal
from app.domain.derived import day_of
from app.qc.context import GroupingSource, QcContext, Sibling
from app.qc.engine import RuleSet
from app.qc.layers import words_of
from app.qc.outsidefunctions import READS_GROUP
from app.qc.rule import Profile
from app.services.documents import MARKS, profile_of
from app.services.first_group import FirstGroup, first_groups
from app.services.group_facts import GroupWorld, facts_source
from app.services.session import Session
from app.services.types import RowKey
from app.storage.light import LightCase, Which
from app.storage.load import StoredCase
from app.storage.reads import Reader

_IDENTITY: Final = frozenset({"org_code", "record_no", "admission_count", "id_no"})
_FIRST: Final = frozenset({"first_main", "first_rw"})


@dataclass(frozen=True, slots=True)
class Needs:
    """What rules read: path patterns, and whether the group, other stays and the first grouping as well."""

    paths: frozenset[str]
    group: bool
    stays: bool
    first: bool

    @classmethod
    def of(cls, alone: Sequence[RuleSet]) -> Needs:
        """Return what some sets of one rule read together."""
        compiled = [entry for rules in alone for entry in rules.rules]
        words = frozenset[str]().union(
            *(words_of(entry.rule, rules.vocabulary) for rules in alone for entry in rules.rules)
        )
        paths = frozenset[str]().union(*(entry.touches for entry in compiled))
        stays, group = "siblings" in words, paths >= READS_GROUP
        if stays:
            paths |= _IDENTITY
        if any(entry.rule.profile is Profile.SETTLEMENT for entry in compiled):
            paths |= frozenset(MARKS)
        return cls(paths, group, stays, bool(words & _FIRST))


@dataclass(frozen=True, slots=True)
class TrialCase:
    """A case to ask a rule about."""

    case_id: int
    dept: str
    record: CaseRecord
    context: QcContext


class TrialCases:
    """Reads cases in chunks; without the group, other stays and the first grouping many share one context."""

    def __init__(self, session: Session, reader: Reader, needs: Needs) -> None:
        self._engines = session.engines
        self._reader = reader
        self._needs = needs
        self._shared: dict[tuple[CaseState, Profile], QcContext] = {}
        self._worlds: dict[date | None, GroupWorld] = {}

    def read(self, which: Which) -> Iterator[TrialCase]:
        """Yield the cases by id."""
        needs = self._needs
        for chunk in self._reader.light_cases(needs.paths, which):
            siblings = self._siblings(chunk) if needs.stays else {}
            first = self._first(chunk) if needs.first else {}
            proposed = self._proposed(chunk) if needs.group else {}
            for one in chunk:
                whole = proposed.get(one.case_id)
                context = self._context(one, whole, siblings.get(one.case_id, ()), first.get(one.case_id))
                yield TrialCase(one.case_id, one.dept, one.record, context)

    def _context(
        self, one: LightCase, whole: StoredCase | None, siblings: tuple[Sibling, ...], first: FirstGroup | None
    ) -> QcContext:
        key = (one.state, profile_of(one.record))
        if key not in self._shared:
            self._shared[key] = replace(self._engines.context(one.record, one.state), grouping=None)
        shared = self._shared[key]
        grouping = self._grouping(whole.record, whole.proposals) if whole else self._grouping(one.record, {})
        if grouping is None and not siblings and first is None:
            return shared
        outside = shared.outside
        if outside is not None and first is not None:
            outside = replace(outside, first_main=first.main, first_rw=first.rw)
        return replace(shared, siblings=siblings, grouping=grouping, outside=outside)

    def _grouping(self, record: CaseRecord, proposals: Mapping[RowKey, Proposal]) -> GroupingSource | None:
        """Return how a rule gets the group facts; the version in force asks again and hears the same."""
        if not self._needs.group:
            return None
        return cache(facts_source(partial(self._world, record), record, proposals))

    def _world(self, record: CaseRecord) -> GroupWorld:
        """Return what a record is grouped and priced with, which hangs on the day of its discharge."""
        day = day_of(record.value("discharge_time"))
        if day not in self._worlds:
            self._worlds[day] = self._engines.world(record)
        return self._worlds[day]

    def _first(self, chunk: Sequence[LightCase]) -> dict[int, FirstGroup]:
        return first_groups(self._reader, [one.case_id for one in chunk], self._engines.world)

    def _proposed(self, chunk: Sequence[LightCase]) -> dict[int, StoredCase]:
        """Return the cases with open proposals whole: they take part in grouping."""
        ids = [one.case_id for one in chunk if one.proposals]
        return {case.case_id: case for case in self._reader.load_cases(ids)}

    def _siblings(self, chunk: Sequence[LightCase]) -> dict[int, tuple[Sibling, ...]]:
        stays = self._reader.other_stays(chunk[0].case_id, chunk[-1].case_id)
        wanted = sorted({other for others in stays.values() for other in others})
        records = {case.case_id: case.record for case in self._reader.load_cases(wanted)}
        return {
            one.case_id: tuple(Sibling.of(records[other], one.record) for other in stays[one.case_id])
            for one in chunk
            if one.case_id in stays
        }
