"""Some of the cases in which a tried rule fires, with the values it read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Final

from app.domain.case import CaseRecord, FieldPath
from app.domain.derived import day_of
from app.domain.field import Group
from app.domain.fields import field as field_of
from app.domain.findings import Finding
from app.domain.values import display
from app.qc.rule import CompiledRule
from app.services.rule_sets import department_of
from app.services.rule_types import Fact, Sample
from app.storage.load import StoredCase

MOST: Final = 40
"""Samples shown of a trial."""
_MOST_FACTS: Final = 12


def chosen(hits: Sequence[int], new: Set[int]) -> list[int]:
    """Return some of the hits, spread over all of them; half of them new ones where there are enough."""
    fresh = [case_id for case_id in hits if case_id in new]
    known = [case_id for case_id in hits if case_id not in new]
    few = min(len(known), MOST // 2)
    first = _spread(fresh, MOST - few)
    return first + _spread(known, MOST - len(first))


def sample_of(case: StoredCase, finding: Finding, compiled: CompiledRule, is_new: bool, judged: bool | None) -> Sample:
    """Return a case with what the rule says of it."""
    return Sample(
        case_id=case.case_id,
        record_no=case.record.text("record_no"),
        dept=department_of(case.record),
        discharged=day_of(case.record.value("discharge_time")),
        finding=finding,
        facts=tuple(facts_of(case.record, finding, compiled)),
        is_new=is_new,
        judged=judged,
    )


def facts_of(record: CaseRecord, finding: Finding, compiled: CompiledRule) -> list[Fact]:
    """Return the values behind a finding: the fields it points at, then those its rule read of the case and row."""
    paths = dict.fromkeys((*finding.paths, *_read(finding, compiled)))
    return [_fact(record, path) for path in list(paths)[:_MOST_FACTS]]


def _read(finding: Finding, compiled: CompiledRule) -> Iterator[str]:
    rows = {(at.group, at.index) for path in finding.paths if (at := FieldPath.parse(path)).group is not Group.CASE}
    for pattern in sorted(compiled.touches):
        if "[" not in pattern:
            yield pattern
        for group, index in sorted(rows):
            if pattern.startswith(f"{group}[]."):
                yield pattern.replace("[]", f"[{index}]")


def _fact(record: CaseRecord, path: str) -> Fact:
    spec, at = field_of(path), FieldPath.parse(path)
    rows = (record.head,) if at.group is Group.CASE else record.rows(at.group)
    row = rows[at.index] if at.index < len(rows) else None
    if row is None:
        return Fact(path, spec.label, "")
    dash = "-" if at.field in row.dashes else ""
    return Fact(path, spec.label, row.raw.get(at.field, "") or display(spec, row.get(at.field)) or dash)


def _spread(ids: Sequence[int], count: int) -> list[int]:
    """Return up to ``count`` of the ids, evenly."""
    if len(ids) <= count:
        return list(ids)
    return [ids[number * len(ids) // count] for number in range(count)]
