"""Trying a rule on the stored cases before it is put in force. Nothing is written."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.domain.dictionaries import dictionary
from app.qc.engine import Answer, RuleSet
from app.qc.layers import OverrideKind, RuleStatus, compile_with
from app.qc.rule import CompiledRule, Rule
from app.qc.score import Scorecard
from app.services.permits import needs
from app.services.rule_samples import chosen, sample_of
from app.services.rule_trial_cases import Needs, TrialCase, TrialCases
from app.services.rule_types import Sample, Trial, TrialScope
from app.services.session import Session
from app.services.stored_context import context_of
from app.storage.light import Which
from app.storage.reads import Reader

_STEP: Final = 500


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
    """Reads only the columns that the rule touches, and more only for a rule that asks for more than the record."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("qc", "admin")
    def run(self, rule: Rule, scope: TrialScope | None = None, progress: Progress | None = None) -> Trial:
        """Try a rule, also one that is a draft or off, on stored cases and compare with the version in force.

        Rules that read the group, the price or other stays of the patient take longer.
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
        self._whole = whole
        self._present: dict[str, RuleSet | None] = {}
        self._same: set[str] = set()

    def go(self, reader: Reader, which: Which, progress: Progress) -> None:
        """Ask the rule about every case."""
        total = len(reader.ids_of(which))
        present = self._present_of("")
        needs = Needs.of([self._alone, *([present] if present else [])])
        for done, case in enumerate(TrialCases(self._session, reader, needs).read(which)):
            if done % _STEP == 0:
                progress.step(done, total)
            self._ask(case)
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

    def _ask(self, case: TrialCase) -> None:
        count = self.count
        count.cases += 1
        count.seen[case.dept] += 1
        fires = self._fires(case)
        present = self._present_of(case.dept)
        before = present is not None and bool(present.hits(case.record, case.context))
        if fires and not before:
            count.new.append(case.case_id)
        elif before and not fires:
            count.gone.append(case.case_id)

    def _fires(self, case: TrialCase) -> bool:
        """Ask the tried rule; what fires although the rule does not apply to such a case is no hit."""
        count, record, context = self.count, case.record, case.context
        answer = self._alone.answer(self._id, record, context)
        if answer is Answer.BROKEN:
            count.broken += 1
            report = self._alone.check(record, context)
            count.why_broken = count.why_broken or "".join(one.why for one in report.broken[:1])
            return False
        if answer is Answer.FIRES and self._alone.hits(record, context):
            count.hits.append(case.case_id)
            count.hit[case.dept] += 1
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
            if there is self._whole and _asks_the_same(self._present[dept], self._compiled):
                self._same.add(dept)
        return self._present[dept]


def _alone(compiled: CompiledRule, among: RuleSet) -> RuleSet:
    """Return a set of one rule, which costs one rule's time."""
    return RuleSet([compiled], among.vocabulary, Scorecard())


def _asks_the_same(present: RuleSet | None, compiled: CompiledRule) -> bool:
    """Tell whether a version in force with the same lists and parameters asks what the tried rule asks."""
    return present is not None and _question(present.rules[0].rule) == _question(compiled.rule)


def _question(rule: Rule) -> tuple[object, ...]:
    return rule.when, rule.params, rule.profile, rule.editions, rule.inpatient


def _by_department(count: _Count) -> tuple[tuple[str, str, int, int], ...]:
    names = dictionary("D-DEPT")
    lines = [(dept, names.label(dept) or dept, hits, count.seen[dept]) for dept, hits in count.hit.items()]
    return tuple(sorted(lines, key=lambda line: (-line[2], line[0])))
