"""What the sheet shows of a value: its text, its state, the findings on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.field import FieldSpec, FieldType, Group, Section
from app.domain.fields import field
from app.domain.findings import Severity
from app.domain.values import display
from app.services.types import CaseView
from app.ui.pages.case.places import section_of
from app.ui.widgets import FieldLook

Marks = Mapping[str, tuple[Severity, str]]
"""For each flagged path the worst severity and what the rules say."""

_CODES: Final = (FieldType.DX_CODE, FieldType.PX_CODE, FieldType.MORPHOLOGY_CODE)


def _not_dead(record: CaseRecord) -> bool:
    return record.text("discharge_way") not in ("", "5")


def _not_transferred(record: CaseRecord) -> bool:
    return record.text("discharge_way") not in ("", "2", "3")


def _not_planned(record: CaseRecord) -> bool:
    return record.text("readmit31_plan") == "1"


def _not_allergic(record: CaseRecord) -> bool:
    return record.text("allergy_flag") == "1"


def _past_first_year(record: CaseRecord) -> bool:
    return record.text("age_years") not in ("", "0")


_NOT_APPLICABLE: Final[Mapping[str, tuple[Callable[[CaseRecord], bool], str]]] = {
    "autopsy": (_not_dead, "仅在离院方式为“5 死亡”时填写"),
    "transfer_org": (_not_transferred, "仅在离院方式为“2 医嘱转院”或“3 医嘱转社区”时填写"),
    "readmit31_purpose": (_not_planned, "无 31 天内再住院计划"),
    "allergy_drugs": (_not_allergic, "无药物过敏"),
    "age_days": (_past_first_year, "已满 1 周岁"),
    "age_months_text": (_past_first_year, "已满 1 周岁"),
}
"""Fields that another answer rules out (domain.md LJ-007, LJ-013, LJ-014, LJ-016, LJ-017), and why."""


_DERIVED: Final[Mapping[str, str]] = {
    "age_years": "由出生日期与入院时间计算",
    "age_days": "由出生日期与入院时间计算，不足 1 周岁时为天数",
    "los_days": "由入院时间与出院时间计算：出院日减入院日，同日为 1 天",
}
"""How the program works out what is not typed."""


def marks_of(view: CaseView) -> dict[str, tuple[Severity, str]]:
    """Return for each flagged path the worst severity and the messages; what was decided marks nothing."""
    order = list(Severity)
    marks: dict[str, tuple[Severity, str]] = {}
    for finding in view.report.standing:
        for path in finding.paths:
            key = str(FieldPath.parse(path))
            old = marks.get(key)
            said = f"{finding.rule_id} {finding.message}{'，' if finding.remedy else ''}{finding.remedy}"
            worst = finding.severity if not old else min(old[0], finding.severity, key=order.index)
            marks[key] = (worst, f"{old[1]}；{said}" if old else said)
    return marks


def row_at(record: CaseRecord, at: FieldPath) -> Row | None:
    """Return the row that a path lies in, None when it is not stored."""
    rows = (record.head,) if at.group is Group.CASE else record.rows(at.group)
    return rows[at.index] if at.index < len(rows) else None


def field_text(record: CaseRecord, path: str) -> str:
    """Return what the sheet shows for a path: the value in display form with its unit, unread text, or a dash."""
    at = FieldPath.parse(path)
    row = row_at(record, at)
    if row is None:
        return ""
    if at.field in row.raw:
        return row.raw[at.field]
    if at.field in row.dashes:
        return "-"
    value, spec = row.get(at.field), field(path)
    return "" if value is None else display(spec, value) + _unit(spec)


def _unit(spec: FieldSpec) -> str:
    return f" {spec.unit}" if spec.unit and spec.type is not FieldType.MONEY else ""


def look_of(view: CaseView, path: str, marks: Marks) -> FieldLook:
    """Return the state of a field."""
    severity, why = marks.get(path, (None, ""))
    spec = field(path)
    row = row_at(view.record, FieldPath.parse(path))
    unread = row is not None and spec.id in row.raw
    absent = _why_absent(view.record, path)
    derived = _DERIVED.get(spec.id, "") if spec.computed and not absent else ""
    said = (why, derived, "未能识别，按原文保留" if unread else "", absent, view.sealed)
    return FieldLook(
        changed=path in view.changed,
        severity=severity or (Severity.WARN if unread else None),
        computed=spec.computed and severity is None,
        locked=bool(view.sealed),
        not_applicable=bool(absent),
        noted=path in view.noted,
        code=spec.type in _CODES or spec.id == "record_no",
        why="；".join(part for part in said if part),
    )


def _why_absent(record: CaseRecord, path: str) -> str:
    rules_out, why = _NOT_APPLICABLE.get(path, (None, ""))
    blank = record.head.get(path) is None and path not in record.head.dashes and path not in record.head.raw
    return why if rules_out and blank and rules_out(record) else ""


def counts_by_section(view: CaseView) -> dict[Section, dict[Severity, int]]:
    """Return open findings per section and severity."""
    counts: dict[Section, dict[Severity, int]] = {}
    for finding in view.report.standing:
        if finding.paths:
            part = counts.setdefault(section_of(finding.paths[0]), {})
            part[finding.severity] = part.get(finding.severity, 0) + 1
    return counts
