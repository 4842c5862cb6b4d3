"""What people decided about findings, laid over a report: suppressed while its facts stand, excepted until its day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.domain.case import CaseRecord
from app.domain.findings import Finding, QcReport, Severity, Standing
from app.qc.context import Sibling
from app.qc.engine import RuleSet
from app.qc.facts import facts_digest
from app.storage.decisions import StoredException, StoredSuppression
from app.storage.reads import Reader


@dataclass(frozen=True, slots=True)
class Decisions:
    """The suppressions that were not lifted and the exceptions of a case."""

    suppressed: tuple[StoredSuppression, ...] = ()
    exceptions: tuple[StoredException, ...] = ()


NEVER: Final = frozenset({"LJ-040", "BM-001", "FY-001"})
"""Rules that no signature sets aside (domain.md 5.5)."""


def read_decisions(reader: Reader, case_id: int) -> Decisions:
    """Return what was decided about the findings of a case."""
    suppressed = tuple(one for one in reader.suppressions(case_id) if not one.is_lifted)
    return Decisions(suppressed, tuple(reader.exceptions(case_id)))


def with_standing(
    report: QcReport,
    record: CaseRecord,
    rules: RuleSet,
    decisions: Decisions,
    today: date,
    siblings: Sequence[Sibling] = (),
) -> QcReport:
    """Return a report whose findings say where they stand. Score and order stay."""
    if not decisions.suppressed and not decisions.exceptions:
        return report
    findings = [
        replace(finding, standing=_standing(finding, record, rules, decisions, today, siblings))
        for finding in report.findings
    ]
    return replace(report, findings=tuple(findings))


def place_of(finding: Finding) -> str:
    """Return the path that tells a finding of a rule from others, '' for one about the case."""
    return finding.paths[0] if finding.paths else ""


def may_except(finding: Finding, rules: RuleSet) -> bool:
    """Tell whether two signatures may set a finding aside at all."""
    is_blocking = finding.severity is Severity.ERROR and finding.rule_id not in NEVER
    return is_blocking and rules.rule(finding.rule_id).rule.allow_exception


def covered(finding: Finding, rules: RuleSet, exceptions: Iterable[StoredException], today: date) -> bool:
    """Tell whether an approved exception lets a blocking finding pass today."""
    approved = any(one.rule_id == finding.rule_id and one.covers(today) for one in exceptions)
    return approved and may_except(finding, rules)


def _standing(
    finding: Finding,
    record: CaseRecord,
    rules: RuleSet,
    decisions: Decisions,
    today: date,
    siblings: Sequence[Sibling],
) -> Standing:
    if covered(finding, rules, decisions.exceptions, today):
        return Standing.EXCEPTED
    mine = [one for one in decisions.suppressed if one.rule_id == finding.rule_id]
    if mine and finding.severity is not Severity.ERROR:
        digest = facts_digest(rules.rule(finding.rule_id), record, finding, siblings)
        if any((one.path, one.digest) == (place_of(finding), digest) for one in mine):
            return Standing.SUPPRESSED
    return Standing.OPEN
