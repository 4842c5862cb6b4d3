"""Trying a rule on the stored cases before it is put in force. Nothing is written."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.domain.case import CaseRecord, CaseState
from app.domain.dictionaries import dictionary
from app.qc.context import QcContext
from app.qc.engine import Answer, RuleSet
from app.qc.layers import OverrideKind, RuleStatus, compile_with, words_of
from app.qc.outsidefunctions import READS_GROUP
from app.qc.rule import CompiledRule, Profile, Rule
from app.qc.score import Scorecard
from app.services.documents import MARKS, profile_of
from app.services.rule_samples import chosen, sample_of
from app.services.rule_sets import department_of
from app.services.rule_types import Sample, Trial, TrialScope
from app.services.session import Session
from app.services.stored_context import context_of
from app.storage.light import Which
from app.storage.reads import Reader

_OUTSIDE: Final = frozenset({"fact", "siblings"})
"""Names behind everything that a rule reads beyond the fields of the case itself."""
_CHUNK: Final = 100


@dataclass(slots=True)
class _Count:
    """What came out so far."""

    cases: int = 0
    hits: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    broken: int = 0
    why_broken: str = ""
    not_applicable: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)


class RuleTrialService:
    """Reads only the columns that the rule touches; whole cases where it asks for more than the record."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, rule: Rule, scope: TrialScope | None = None, progress: Progress | None = None) -> Trial:
        """Try a rule, also one that is a draft or off, on stored cases and compare with the version in force.

        Rules that read the group, the price or other stays of the patient take longer, because whole cases are read.
        Raises :class:`RuleFault` when it cannot be compiled, :class:`UserProblem` when it uses an empty list,
        ``Cancelled``.
        """
        begun = time.perf_counter()
        asked = scope or TrialScope()
        which = Which(asked.first, asked.last, asked.departments)
        trial = _Trial(self._session, rule)
        with self._session.db.read() as reader:
            trial.go(reader, which, progress or NoProgress())
            count = trial.count
            hits = set(count.hits)
            verdicts = {case_id: true for case_id, true in reader.judgements(rule.id).items() if case_id in hits}
            samples = trial.samples(reader, verdicts)
        return Trial(
            rule_id=rule.id,
            cases=count.cases,
            hits=tuple(count.hits),
            new=tuple(count.new),
            gone=tuple(count.gone),
            by_department=_by_department(count),
            samples=samples,
            broken=count.broken,
            why_broken=count.why_broken,
            not_applicable=count.not_applicable,
            judged=len(verdicts),
            false_alarms=sum(1 for true in verdicts.values() if not true),
            seconds=time.perf_counter() - begun,
            compared=trial.is_compared,
        )


class _Trial:
    """One rule beside the version in force of each department."""

    def __init__(self, session: Session, rule: Rule) -> None:
        self.count = _Count()
        self.is_compared = False
        self._session = session
        self._id = rule.id
        whole = session.engines.rule_sets.for_department("")
        exempt = whole.held.get((OverrideKind.UNLESS, rule.id))
        unless = str(exempt.value) if exempt else ""
        vocabulary = whole.rules.vocabulary
        compiled = compile_with(replace(rule, enabled=True, why_off=""), vocabulary, unless)
        if compiled.off:
            raise UserProblem("rules.empty_list", remedy="rules.remedy.empty_list", id=rule.id, names=compiled.off)
        self._compiled = compiled
        self._alone = _alone(compiled, whole.rules)
        self._present: dict[str, RuleSet | None] = {}
        self._contexts: dict[tuple[CaseState, Profile], QcContext] = {}

    def go(self, reader: Reader, which: Which, progress: Progress) -> None:
        """Ask the rule about every case."""
        total = len(reader.ids_of(which))
        for done, (case_id, dept, record, context) in enumerate(self._cases(reader, which)):
            if done % 1000 == 0 or (self._is_heavy and done % _CHUNK == 0):
                progress.step(done, total)
            self._ask(case_id, dept, record, context)
        progress.step(total, total)

    def samples(self, reader: Reader, verdicts: dict[int, bool]) -> tuple[Sample, ...]:
        """Return some of the hits with what fired, new ones first."""
        new = set(self.count.new)
        found = []
        for case in reader.load_cases(chosen(self.count.hits, new)):
            report = self._alone.check(case.record, context_of(self._session, reader, case))
            if report.findings:
                verdict = verdicts.get(case.case_id)
                found.append(sample_of(case, report.findings[0], self._compiled, case.case_id in new, verdict))
        return tuple(found)

    @cached_property
    def _is_heavy(self) -> bool:
        """True when the rule, or its version in force, reads more than the fields of the case."""
        present = self._present_of("")
        return any(map(_reads_more, (self._alone, *([present] if present else []))))

    def _cases(self, reader: Reader, which: Which) -> Iterator[tuple[int, str, CaseRecord, QcContext]]:
        """Yield id, department, record and context of each case, the record with no more than is needed."""
        if self._is_heavy:
            for case in reader.load_cases(reader.ids_of(which)):
                yield case.case_id, department_of(case.record), case.record, context_of(self._session, reader, case)
            return
        paths = self._compiled.touches | _touched(self._present_of("")) | frozenset(MARKS)
        for chunk in reader.light_cases(paths, which):
            for light in chunk:
                yield light.case_id, light.dept, light.record, self._context(light.record, light.state)

    def _context(self, record: CaseRecord, state: CaseState) -> QcContext:
        """Return the context of a case for a rule that reads nothing but the record: the same for many."""
        key = (state, profile_of(record))
        if key not in self._contexts:
            self._contexts[key] = replace(self._session.engines.context(record, state), grouping=None)
        return self._contexts[key]

    def _ask(self, case_id: int, dept: str, record: CaseRecord, context: QcContext) -> None:
        count = self.count
        count.cases += 1
        count.seen[dept] += 1
        fires = self._fires(case_id, dept, record, context)
        present = self._present_of(dept)
        before = present is not None and bool(present.check(record, context).findings)
        if fires and not before:
            count.new.append(case_id)
        elif before and not fires:
            count.gone.append(case_id)

    def _fires(self, case_id: int, dept: str, record: CaseRecord, context: QcContext) -> bool:
        """Ask the tried rule; what fires although the rule does not apply to such a case is no hit."""
        count, answer = self.count, self._alone.answer(self._id, record, context)
        if answer is Answer.BROKEN:
            count.broken += 1
            report = self._alone.check(record, context)
            count.why_broken = count.why_broken or "".join(one.why for one in report.broken[:1])
            return False
        if answer is Answer.FIRES and self._alone.check(record, context).findings:
            count.hits.append(case_id)
            count.hit[dept] += 1
            return True
        if answer is not Answer.PASSES:
            count.not_applicable += 1
        return False

    def _present_of(self, dept: str) -> RuleSet | None:
        """Return the version in force for a department by itself, None where the rule does not run."""
        if dept not in self._present:
            there = self._session.engines.rule_sets.for_department(dept)
            self._present[dept] = (
                _alone(there.rules.rule(self._id), there.rules) if there.status(self._id) is RuleStatus.ON else None
            )
            self.is_compared = self.is_compared or self._present[dept] is not None
        return self._present[dept]


def _alone(compiled: CompiledRule, among: RuleSet) -> RuleSet:
    """Return a set of one rule, which costs one rule's time."""
    return RuleSet([compiled], among.vocabulary, Scorecard())


def _reads_more(alone: RuleSet) -> bool:
    (compiled,) = alone.rules
    return bool(_OUTSIDE & words_of(compiled.rule, alone.vocabulary)) or compiled.touches >= READS_GROUP


def _touched(present: RuleSet | None) -> frozenset[str]:
    return present.rules[0].touches if present else frozenset()


def _by_department(count: _Count) -> tuple[tuple[str, str, int, int], ...]:
    names = dictionary("D-DEPT")
    lines = [(dept, names.label(dept) or dept, hits, count.seen[dept]) for dept, hits in count.hit.items()]
    return tuple(sorted(lines, key=lambda line: (-line[2], line[0])))
