"""The facts behind a finding, as a digest: what a suppression is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.domain.findings import Finding
from app.qc.context import Sibling
from app.qc.rule import CompiledRule

_GROUPS = frozenset(group for group in Group if group is not Group.CASE)


def facts_digest(compiled: CompiledRule, record: CaseRecord, finding: Finding, siblings: Sequence[Sibling] = ()) -> str:
    """Return a SHA-256 (hex) of a rule's condition, what it said, and every value of the record that it reads.

    Another value, row or order of rows it reads gives another digest, and so does another condition or threshold;
    fields that the rule does not read change nothing.
    """
    rule = compiled.rule
    facts: list[object] = [rule.id, rule.when, sorted(rule.params.items()), finding.message, list(finding.paths)]
    facts += _values(record, compiled.touches)
    if "siblings" in rule.when:
        facts += [sorted((name, str(value)) for name, value in other.row.values.items()) for other in siblings]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, default=str).encode()).hexdigest()


def _values(record: CaseRecord, touches: frozenset[str]) -> Iterator[object]:
    """Yield what stands at each path pattern; patterns that are no fields of the record stand for nothing."""
    for pattern in sorted(touches):
        head, bracket, rest = pattern.partition("[")
        if not bracket:
            yield pattern, _cell(record.head, pattern)
        elif head in _GROUPS:
            name = rest.partition("]")[2].lstrip(".") or "weight"
            yield pattern, [_cell(row, name) for row in record.rows(Group(head))]


def _cell(row: Row, name: str) -> list[object]:
    value = row.get(name)
    return ["" if value is None else str(value), row.raw.get(name, ""), name in row.dashes]
