"""What the dock shows of a case beside its report: decisions of people with their reasons, follow-up questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.findings import BrokenRule, Finding, Standing
from app.services.asking import Note
from app.services.composition import Services
from app.services.questions import CaseQuestions
from app.services.rule_types import ExceptionLine, ExceptionState, SuppressionLine
from app.services.types import CaseView

Key = tuple[str, str]
"""What tells the decisions about findings apart: rule and first path."""


def key_of(finding: Finding) -> Key:
    """Return the key of a finding."""
    return finding.rule_id, finding.paths[0] if finding.paths else ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A finding that no longer counts: in words what was decided, why, by whom."""

    finding: Finding
    words: str


@dataclass(frozen=True, slots=True)
class DockFacts:
    """The lists of the dock. ``notes`` are words on open findings: a reason whose facts changed, a pending request.

    ``asked`` are the questions to the physician that wait for the case to be returned; ``excepting`` the blocking rules
    that two signatures may set aside.
    """

    standing: tuple[Finding, ...] = ()
    decided: tuple[Decided, ...] = ()
    notes: Mapping[Key, str] = field(default_factory=dict)
    questions: CaseQuestions = field(default_factory=CaseQuestions)
    asked: tuple[Note, ...] = ()
    broken: tuple[BrokenRule, ...] = ()
    excepting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided about the findings of a case, as last read."""

    suppressed: tuple[SuppressionLine, ...] = ()
    excepted: tuple[ExceptionLine, ...] = ()

    @classmethod
    def read(cls, services: Services, case_id: int) -> Decisions:
        """Read the decisions about a case: when it is opened, and after every one that is made."""
        suppressed = tuple(one for one in services.suppressions.of_case(case_id) if not one.lifted)
        return cls(suppressed, services.exceptions.of_case(case_id))


def facts_of(services: Services, view: CaseView, decisions: Decisions) -> DockFacts:
    """Return what the dock shows of a case."""
    questions = services.questions.of_case(view)
    findings = view.report.findings
    reasons = {(line.rule_id, line.path): line for line in reversed(decisions.suppressed)}
    broken = (*view.report.broken, *questions.broken)
    return DockFacts(
        standing=view.report.standing,
        decided=tuple(
            Decided(finding, _decided_words(finding, reasons, decisions.excepted))
            for finding in findings
            if not finding.is_open
        ),
        notes=dict(_notes(findings, reasons, decisions.excepted)),
        questions=questions,
        asked=services.asking.of_case(view.case_id),
        broken=tuple(broken),
        excepting=frozenset(one.rule_id for one in view.report.standing if services.exceptions.may_except(one)),
    )


def _decided_words(finding: Finding, reasons: Mapping[Key, SuppressionLine], excepted: Iterable[ExceptionLine]) -> str:
    if finding.standing is Standing.EXCEPTED:
        line = next((one for one in excepted if one.rule_id == finding.rule_id), None)
        if line is None:
            return "已批准例外"
        names = "、".join(one.name for one in line.signatures)
        until = f"，至 {line.valid_to:%Y-%m-%d}" if line.valid_to else ""
        return f"例外：{line.reason}（{names} 签批{until}）"
    known = reasons.get(key_of(finding))
    return f"{known.reason}（{known.who} {known.at:%m-%d %H:%M}）" if known else "已确认"


def _notes(
    findings: Iterable[Finding], reasons: Mapping[Key, SuppressionLine], excepted: Iterable[ExceptionLine]
) -> Iterable[tuple[Key, str]]:
    waiting = {one.rule_id: one for one in excepted if one.state is ExceptionState.OPEN}
    for finding in findings:
        known = reasons.get(key_of(finding))
        if finding.is_open and known is not None:
            yield key_of(finding), f"依据已变，请重新确认。原来的理由：{known.reason}"
        elif finding.is_open and finding.rule_id in waiting:
            signed = len(waiting[finding.rule_id].signatures)
            yield key_of(finding), f"已申请例外，{signed} / 2 人签批。"
