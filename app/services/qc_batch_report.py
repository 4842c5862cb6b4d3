"""A round on paper: what it comes to, by rule, by department, and line by line. Record numbers stand for patients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.common.texts import text
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.services.qc_batch_types import GroupKind, GroupLine, Overview, Quality

_Row = tuple[str, ...]
_RULES: Final = (("rule", 10), ("message", 44), ("severity", 8), ("count", 8))
_DEPTS: Final = (("dept", 28), ("cases", 10), ("checked", 10), ("clean", 10), ("good", 10), ("score", 10))
_LINES: Final = (("record_no", 14), ("dept", 18), ("rule", 10), ("current", 26), ("suggestion", 26), ("status", 10))


def round_report(overview: Overview, about: Sequence[tuple[str, str]], lines: Sequence[_Row], at: datetime) -> Report:
    """Return the report of a round; ``lines`` have the cells of record number, department, rule, value, advice, status.

    ``about`` is what the round comes to, as (item, value).
    """
    rules = tuple(_rule(one) for one in overview.lines if one.group.kind is GroupKind.RULE)
    departments = tuple(department_cells(one) for one in overview.departments)
    summary = _table("summary", (("item", 24), ("value", 40)), tuple(about))
    sections = (
        _section("summary", "", summary),
        _section("rules", text("qc_batch.rules_count", count=len(rules)), _table("rules", _RULES, rules)),
        _section("departments", "", _table("departments", _DEPTS, departments)),
        _section("lines", text("qc_batch.lines_count", count=len(lines)), _table("lines", _LINES, tuple(lines))),
    )
    footer = text("qc_batch.footer", at=f"{at:%Y-%m-%d %H:%M}")
    return Report(text("qc_batch.report"), overview.title, footer, sections)


def department_cells(one: Quality) -> _Row:
    """Return the cells of a department: name, cases, checked, shares, mean score; blank while nothing was checked."""
    return one.title, str(one.cases), str(one.checked), share(one.clean), share(one.good), score(one)


def share(value: float | None) -> str:
    """Return a share in percent with one decimal, '' for None."""
    return "" if value is None else f"{value:.1%}"


def score(one: Quality) -> str:
    """Return the mean score with one decimal, '' while nothing was checked."""
    return "" if one.mean_score is None else f"{one.mean_score:.1f}"


def _rule(line: GroupLine) -> _Row:
    severity = text(f"bulk.severity.{line.severity}") if line.severity else ""
    return line.group.key, line.title, severity, str(line.count)


def _section(key: str, size: str, table: ReportTable) -> ReportSection:
    return ReportSection(key, text(f"qc_batch.sheet.{key}"), size, (table,) if table.rows else ())


def _table(key: str, columns: Sequence[tuple[str, int]], rows: tuple[_Row, ...]) -> ReportTable:
    heads = tuple(ReportColumn(text(f"qc_batch.column.{name}"), width, code=name == "rule") for name, width in columns)
    return ReportTable("", heads, rows)
