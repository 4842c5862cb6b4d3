"""Fixes that undo each other: one makes another rule fire whose fix makes the first fire again.

They are run on the examples that must fire; the text of a rule alone does not tell.
"""

from __future__ import annotations

from typing import Final

from app.domain.case import CaseRecord, FieldPath
from app.domain.field import Group
from app.domain.fields import field as field_of
from app.domain.findings import Finding
from app.domain.values import parse
from app.qc.context import QcContext
from app.qc.engine import RuleSet
from app.qc.examples import example_case

_LONGEST: Final = 4
"""Fixes in a row that are followed."""


def fix_loop(rules: RuleSet, rule_id: str) -> tuple[str, ...]:
    """Return the ids of rules whose fixes lead back to the rule, first and last being it; () when none do."""
    for example in rules.rule(rule_id).rule.fires:
        record, context = example_case(example, rule_id)
        for finding in rules.findings(rule_id, record, context):
            circle = _follow(rules, record, context, (finding,))
            if circle:
                return circle
    return ()


def fixed(record: CaseRecord, finding: Finding) -> CaseRecord | None:
    """Return the record after the fix of a finding; None without a fix, or for a row that does not exist."""
    fix = finding.fix
    if fix is None:
        return None
    at = FieldPath.parse(fix.path)
    if at.group is not Group.CASE and at.index >= len(record.rows(at.group)):
        return None
    return record.with_value(fix.path, parse(field_of(fix.path), fix.value).value)


def _follow(rules: RuleSet, record: CaseRecord, context: QcContext, way: tuple[Finding, ...]) -> tuple[str, ...]:
    first, last = way[0], way[-1]
    after = fixed(record, last)
    if after is None or last.fix is None or len(way) > _LONGEST:
        return ()
    for new in rules.findings_about(after, [last.fix.path], context):
        if (new.rule_id, new.paths) == (first.rule_id, first.paths):
            return tuple(finding.rule_id for finding in (*way, new))
        if new.fix is not None and all(new.rule_id != finding.rule_id for finding in way):
            circle = _follow(rules, after, context, (*way, new))
            if circle:
                return circle
    return ()
