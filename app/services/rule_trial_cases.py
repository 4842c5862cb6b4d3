"""The stored cases as one rule needs them: few columns, and of the world around only what it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from app.domain.case import CaseRecord, CaseState
from app.qc.context import QcContext, Sibling
from app.qc.engine import RuleSet
from app.qc.layers import words_of
from app.qc.outsidefunctions import READS_GROUP
from app.qc.rule import Profile
from app.services.documents import MARKS, profile_of
from app.services.first_group import FirstGroup, first_groups
from app.services.session import Session
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

    def read(self, which: Which) -> Iterator[TrialCase]:
        """Yield the cases by id."""
        needs = self._needs
        for chunk in self._reader.light_cases(needs.paths, which):
            siblings = self._siblings(chunk) if needs.stays else {}
            first = (
                first_groups(self._reader, [one.case_id for one in chunk], self._engines.world) if needs.first else {}
            )
            proposed = self._proposed(chunk) if needs.group else {}
            for one in chunk:
                whole = proposed.get(one.case_id)
                context = self._context(one, whole, siblings.get(one.case_id, ()), first.get(one.case_id))
                yield TrialCase(one.case_id, one.dept, one.record, context)

    def _context(
        self, one: LightCase, whole: StoredCase | None, siblings: tuple[Sibling, ...], first: FirstGroup | None
    ) -> QcContext:
        if whole is not None or self._needs.group or siblings or first is not None:
            record, proposals = (whole.record, whole.proposals) if whole else (one.record, None)
            found = self._engines.context(record, one.state, siblings, proposals, first)
            # the rule and its version in force ask in turn; grouping twice would say the same
            return replace(found, grouping=cache(found.grouping)) if found.grouping else found
        key = (one.state, profile_of(one.record))
        if key not in self._shared:
            self._shared[key] = replace(self._engines.context(one.record, one.state), grouping=None)
        return self._shared[key]

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
