"""The rule engine: a set of compiled rules that checks records, whole or after one edit."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from app.common.texts import text
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import FieldSpec, Group
from app.domain.fields import FIELDS
from app.domain.findings import BrokenRule, Finding, QcReport
from app.qc.context import QcContext
from app.qc.faults import RuleFault, Unanswerable
from app.qc.gates import Gates
from app.qc.memo import Memo
from app.qc.quick import is_open
from app.qc.reporting import display_key, findings_of, pattern_of
from app.qc.rule import CompiledRule, Profile, Rule, compile_rule
from app.qc.scope import MAX_STEPS, Scope
from app.qc.score import Scorecard
from app.qc.terms import IMPORTED
from app.qc.vocabulary import Vocabulary

_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_KEPT: Final = 256
_NOTHING: Final[frozenset[str]] = frozenset()


class Answer(StrEnum):
    """What a rule says about a record (domain.md 3.1)."""

    FIRES = "fires"
    PASSES = "passes"
    NOT_APPLICABLE = "not_applicable"
    BROKEN = "broken"


class _Shape(NamedTuple):
    """What decides which rules run: the paths that are missing, and parts of the context."""

    missing: frozenset[str]
    inpatient: bool
    profile: str
    edition: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rules to run for records of one shape, and the paths that their file lacks.

    ``always`` are those without a gate, ``gated`` the places of the others in the rule set.
    """

    rules: tuple[CompiledRule, ...]
    not_imported: frozenset[str]
    always: tuple[CompiledRule, ...]
    gated: frozenset[int]
    reading: Memo[frozenset[str], tuple[CompiledRule, ...]]


class RuleSet:
    """Compiled rules in file order. Checks are independent of each other and change nothing."""

    def __init__(self, rules: Sequence[CompiledRule], vocabulary: Vocabulary, scorecard: Scorecard) -> None:
        self.rules = tuple(rules)
        self.vocabulary = vocabulary
        self.scorecard = scorecard
        self._by_id = {compiled.rule.id: compiled for compiled in rules}
        self._scored = {compiled.rule.id: compiled.rule.score for compiled in rules if compiled.rule.score}
        self._absent = _Absences(self.rules, scorecard)
        self._gates = Gates(self.rules)
        self._plans = Memo(self._make_plan, _KEPT)
        self._touched = Memo(self._ids_reading, _KEPT)

    @classmethod
    def load(
        cls,
        rules: Iterable[Mapping[str, object]],
        lists: Mapping[str, Mapping[str, object]],
        *,
        parameters: Mapping[str, float] | None = None,
        names: Mapping[str, str] | None = None,
        score: Mapping[str, object] | None = None,
    ) -> RuleSet:
        """Compile rules as they stand in rule files.

        ``lists`` are the tables of lists.toml, ``parameters`` hospital parameters with defaults, ``names`` derived
        values as expressions, ``score`` the tables of score.toml. Raises :class:`RuleFault` at the first fault.
        """
        vocabulary = Vocabulary.load(lists, parameters, names)
        read = [Rule.read(data) for data in rules]
        twice = {rule.id for rule in read if sum(other.id == rule.id for other in read) > 1}
        if twice:
            raise RuleFault("same_id", rule_id=min(twice))
        scorecard = Scorecard.load(score or {}, vocabulary)
        compiled = [compile_rule(rule, vocabulary, order) for order, rule in enumerate(read)]
        _check_score_items(compiled, scorecard)
        return cls(compiled, vocabulary, scorecard)

    def rule(self, rule_id: str) -> CompiledRule:
        """Return a rule. Raises ``KeyError`` for an unknown id."""
        return self._by_id[rule_id]

    def check(self, record: CaseRecord, context: QcContext) -> QcReport:
        """Run every rule that applies to records of this shape and score the record."""
        scope, plan = self._begin(record, context)
        return self._report(scope, plan, self._asked(scope, plan), [], [])

    def check_fields(
        self, record: CaseRecord, previous: QcReport, changed: Iterable[str], context: QcContext
    ) -> QcReport:
        """Return what :meth:`check` would, running only rules that read a changed path.

        ``previous`` is the report of the record before the change in the same context; ``changed`` holds paths
        (``dx[2].code``) or groups whose rows came, went or moved (``dx``).
        """
        scope, plan = self._begin(record, context)
        patterns = frozenset(map(pattern_of, changed))
        rerun, touched = plan.reading[patterns], self._touched[patterns]
        findings = [finding for finding in previous.findings if finding.rule_id not in touched]
        broken = [rule for rule in previous.broken if rule.rule_id not in touched]
        return self._report(scope, plan, rerun, findings, broken)

    def findings_about(self, record: CaseRecord, changed: Iterable[str], context: QcContext) -> list[Finding]:
        """Return what the rules that read a changed path say, without score and without order; for trying things."""
        scope, plan = self._begin(record, context)
        findings: list[Finding] = []
        self._run(scope, plan.reading[frozenset(map(pattern_of, changed))], findings, [])
        return findings

    def hits(self, record: CaseRecord, context: QcContext) -> frozenset[str]:
        """Return the ids of the rules that find something, without findings and score; for counting over many cases."""
        scope, plan = self._begin(record, context)
        return frozenset(compiled.rule.id for compiled in self._asked(scope, plan) if _answers(compiled, scope))

    def answer(self, rule_id: str, record: CaseRecord, context: QcContext) -> Answer:
        """Return what one rule says, also when it is off, suspended or lacks columns."""
        compiled = self._by_id[rule_id]
        scope = Scope(record, context, self._absent.of(record), self.vocabulary.parameters)
        try:
            value = compiled.term.read(scope)
        except (*_ERRORS, Unanswerable):
            return _decided(compiled, scope)
        if value is None:
            return Answer.NOT_APPLICABLE
        return Answer.FIRES if value else Answer.PASSES

    def findings(self, rule_id: str, record: CaseRecord, context: QcContext) -> list[Finding]:
        """Return the findings of one rule, also when it is off, suspended or lacks columns."""
        compiled = self._by_id[rule_id]
        scope = Scope(record, context, self._absent.of(record), self.vocabulary.parameters)
        try:
            return findings_of(compiled, scope) if _can_fire(compiled, scope) and compiled.fires(scope) else []
        except (*_ERRORS, Unanswerable):
            return []

    def not_evaluated(self, columns: frozenset[str]) -> dict[str, frozenset[str]]:
        """Return for a file with these columns the rules that lack some, with the paths they lack."""
        missing = self._absent.of(CaseRecord(Row(), columns=columns))
        found = {compiled.rule.id: _lacking(compiled, missing) for compiled in self.rules if not compiled.off}
        return {rule_id: paths for rule_id, paths in found.items() if paths}

    def _begin(self, record: CaseRecord, context: QcContext) -> tuple[Scope, _Plan]:
        missing = self._absent.of(record)
        edition = context.codebook.edition if context.codebook else ""
        shape = _Shape(missing, context.state is CaseState.INPATIENT, context.profile, edition)
        return Scope(record, context, missing, self.vocabulary.parameters), self._plans[shape]

    def _ids_reading(self, patterns: frozenset[str]) -> frozenset[str]:
        return frozenset(compiled.rule.id for compiled in self.rules if _touches(compiled, patterns))

    def _make_plan(self, shape: _Shape) -> _Plan:
        wanted = [compiled for compiled in self.rules if _wanted(compiled, shape)]
        lacking = [_lacking(compiled, shape.missing) for compiled in wanted]
        runnable = tuple(compiled for compiled in wanted if compiled.term.possible(shape.missing))
        ids = {compiled.rule.id for compiled in runnable}
        gated = frozenset(
            place for place, entry in enumerate(self.rules) if entry.rule.id in ids and entry.term.gate is not None
        )
        always = tuple(compiled for compiled in runnable if compiled.term.gate is None)
        return _Plan(runnable, _NOTHING.union(*lacking), always, gated, _reading(runnable))

    def _asked(self, scope: Scope, plan: _Plan) -> list[CompiledRule]:
        """Return the rules that can fire for a record or fail on it, in no order that matters."""
        places = self._gates.open(scope) & plan.gated
        return [*plan.always, *[self.rules[place] for place in places]]

    def _report(
        self,
        scope: Scope,
        plan: _Plan,
        rules: Sequence[CompiledRule],
        findings: list[Finding],
        broken: list[BrokenRule],
    ) -> QcReport:
        self._run(scope, rules, findings, broken)
        findings.sort(key=self._place)
        broken.sort(key=lambda rule: self._by_id[rule.rule_id].order)
        scope.left = sys.maxsize  # the score is not a rule: it has to be told, of whatever record
        result = self.scorecard.deduct(scope, findings, self._scored)
        return QcReport(
            tuple(findings), tuple(broken), plan.not_imported, result.score, result.grade, result.deductions
        )

    def _run(
        self, scope: Scope, rules: Sequence[CompiledRule], findings: list[Finding], broken: list[BrokenRule]
    ) -> None:
        """Add what rules find, and which cannot be evaluated."""
        for compiled in rules:
            scope.left = MAX_STEPS
            try:
                if compiled.fires(scope):
                    findings.extend(findings_of(compiled, scope))
            except Unanswerable as reason:
                broken.append(BrokenRule(compiled.rule.id, text(reason.key)))
            except _ERRORS as error:
                # only the kind of error: its text may quote the record
                broken.append(BrokenRule(compiled.rule.id, text("qc.broken.error", kind=type(error).__name__)))

    def _place(self, finding: Finding) -> tuple[int, ...]:
        return (*display_key(finding), self._by_id[finding.rule_id].order)


class _Absences:
    """Works out which paths the source file of a record lacks and nobody has filled since."""

    def __init__(self, rules: Sequence[CompiledRule], scorecard: Scorecard) -> None:
        touched = _NOTHING.union(*(compiled.touches for compiled in rules))
        needs = _NOTHING.union(*(compiled.term.needs for compiled in rules))
        for item in scorecard.items:
            touched |= item.missing.touches | (item.applies.touches if item.applies else _NOTHING)
        self._fields = [spec for spec in FIELDS if spec.path in touched and _is_importable(spec)]
        self._marks = {need for need in needs if need.endswith(IMPORTED)}
        self._known = Memo(self._lacking, _KEPT)

    def of(self, record: CaseRecord) -> frozenset[str]:
        """Return the paths; ``path#`` for a column that some rule wants of the file itself."""
        if record.columns is None:
            return _NOTHING
        known = self._known[record.columns]
        filled = [path for path in known.case if _in_row(record.head, path)]
        for group, name, path in known.rows:
            if any(_in_row(row, name) for row in record.groups.get(group, ())):
                filled.append(path)
        return known.whole.difference(filled) if filled else known.whole

    def _lacking(self, columns: frozenset[str]) -> _Lacking:
        specs = [spec for spec in self._fields if spec.path not in columns]
        marks = frozenset(mark for mark in self._marks if mark.removesuffix(IMPORTED) not in columns)
        return _Lacking(
            tuple(spec.path for spec in specs if spec.group is Group.CASE),
            tuple((spec.group, spec.id, spec.path) for spec in specs if spec.group is not Group.CASE),
            marks | {spec.path for spec in specs},
        )


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What a file with certain columns lacks: fields of the case, (group, field, path) of rows, and all of it."""

    case: tuple[str, ...]
    rows: tuple[tuple[Group, str, str], ...]
    whole: frozenset[str]


def _answers(compiled: CompiledRule, scope: Scope) -> bool:
    """Tell whether a rule fires; one that is broken does not."""
    scope.left = MAX_STEPS
    try:
        return bool(compiled.fires(scope))
    except (*_ERRORS, Unanswerable):
        return False


def _can_fire(compiled: CompiledRule, scope: Scope) -> bool:
    gate = compiled.term.gate
    return gate is None or is_open(gate, scope)


def _decided(compiled: CompiledRule, scope: Scope) -> Answer:
    """Return what a rule says of which a part cannot be evaluated: it is broken only where that part decides."""
    scope.left = MAX_STEPS
    try:
        return Answer.FIRES if compiled.fires(scope) else Answer.NOT_APPLICABLE
    except (*_ERRORS, Unanswerable):
        return Answer.BROKEN


def _in_row(row: Row, name: str) -> bool:
    return (name in row.values and row.values[name] not in (None, "")) or name in row.raw


def _is_importable(spec: FieldSpec) -> bool:
    """Tell whether a file may have a column for a field; the others are filled by the program itself."""
    return not spec.computed or bool(spec.csv or spec.p or spec.jx or spec.headings or spec.parts)


def _lacking(compiled: CompiledRule, missing: frozenset[str]) -> frozenset[str]:
    return frozenset(path.removesuffix(IMPORTED) for path in compiled.term.needs & missing)


def _wanted(compiled: CompiledRule, shape: _Shape) -> bool:
    rule = compiled.rule
    return (
        not compiled.off
        and (shape.profile == Profile.BOTH or rule.profile in (Profile.BOTH, shape.profile))
        and not (compiled.suspended_before_discharge and shape.inpatient)
        and (not rule.editions or shape.edition in rule.editions)
    )


def _reading(rules: Sequence[CompiledRule]) -> Memo[frozenset[str], tuple[CompiledRule, ...]]:
    """Return the rules that read one of some changed paths (``dx[].code``, or ``dx[]`` for rows that moved)."""
    return Memo(lambda patterns: tuple(compiled for compiled in rules if _touches(compiled, patterns)), _KEPT)


def _touches(compiled: CompiledRule, patterns: frozenset[str]) -> bool:
    if not compiled.touches.isdisjoint(patterns):
        return True
    groups = tuple(pattern for pattern in patterns if pattern.endswith("[]"))
    return bool(groups) and any(path.startswith(groups) for path in compiled.touches)


def _check_score_items(compiled: Sequence[CompiledRule], scorecard: Scorecard) -> None:
    known = {item.id for item in scorecard.items}
    for entry in compiled:
        unknown = set(entry.rule.score) - known
        if unknown:
            raise RuleFault("unknown_item", rule_id=entry.rule.id, args={"names": ", ".join(sorted(unknown))})
