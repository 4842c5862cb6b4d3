"""The monthly report as it is given away: every definition and what was left out stands in it; values in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.services.report_groups import MEASURES, MONEY
from app.services.report_listings import KEYLESS, LISTINGS
from app.services.report_types import (
    CoderLine,
    Dimension,
    Form,
    GroupRow,
    Indicator,
    Listing,
    MonthReport,
    ReportScope,
    written,
)

FORMS: Final = {
    "weights": Form.INDEX,
    "cmi": Form.INDEX,
    "mean_cost": Form.YUAN,
    "stay": Form.DAYS,
    "drugs": Form.SHARE,
    "material": Form.SHARE,
    "complications": Form.SHARE,
    "mortality": Form.SHARE,
    "readmitted": Form.SHARE,
    "cost": Form.YUAN,
    "standard": Form.YUAN,
    "surplus": Form.YUAN,
    "surplus_rate": Form.SHARE,
    "returned": Form.YUAN,
}
"""How the measures of a line are written."""
_SHARES: Final = (Form.SHARE, Form.INDEX)


def on_paper(report: MonthReport) -> Report:
    """Return a report as sections: the parts with indicators, trends and causes, departments, coders, definitions."""
    scope, every = report.scope, text("reports.paper.all")
    subject = text(
        "reports.paper.subject",
        period=period_words(scope),
        dept=dictionary("D-DEPT").label(scope.dept) or scope.dept or every,
        insurance=dictionary("D-PAY").label(scope.insurance) or scope.insurance or every,
        level=dictionary("D-SETLLEVEL").label(scope.level) or scope.level or every,
        cases=f"{report.cases:,}",
    )
    sections = [_part(report, part) for part in report.dimensions]
    sections.append(_groups(report, "departments", "amounts", report.departments))
    sections.append(_groups(report, "diseases", "disease_amounts", report.diseases))
    sections += [_listing(one) for one in report.listings if one.rows]
    if report.coders:
        sections.append(_coders(report))
    if report.audit_head:
        sections[-1] = replace(sections[-1], notes=(*sections[-1].notes, report.audit_head))
    footer = text("reports.paper.footer", at=report.made_at)
    return Report(text("reports.paper.title"), subject, footer, tuple(sections))


def period_words(scope: ReportScope) -> str:
    """Return the months of a scope as words: 2026-11, or 2026-09 至 2026-11."""
    first, last = f"{scope.first:%Y-%m}", f"{scope.last:%Y-%m}"
    return first if first == last else text("reports.paper.month", first=first, last=last)


def target_words(one: Indicator) -> str:
    """Return the target with its side, '' without one."""
    if one.target is None:
        return ""
    key = "up" if one.good > 0 else "down"
    return text(f"reports.paper.target_{key}", target=written(one.form, one.target))


def parts_words(one: Indicator) -> tuple[str, str]:
    """Return numerator and denominator in words, '' without a value; money in yuan, counts whole."""
    if one.why_not:
        return "", ""
    form = Form.YUAN if one.form is Form.YUAN or one.key in _MONEY_RATIOS else Form.COUNT
    top = Form.INDEX if one.form in (Form.INDEX, Form.HOURS) else form
    below = Form.COUNT if one.form is not Form.SHARE else form
    return written(top, one.numerator), "" if one.denominator is None else written(below, one.denominator)


_MONEY_RATIOS: Final = frozenset({"deviation", "surplus_rate", "drugs", "material", "exams"})


def _part(report: MonthReport, part: Dimension) -> ReportSection:
    notes = [report.amount_note] if part.key == "cost" and report.amount_note else []
    tables = [
        ReportTable(
            text("reports.paper.indicators"),
            _columns(("indicator", 22), ("value", 14), ("before", 14), ("target", 10), ("numerator", 16),
                     ("denominator", 14), ("excluded", 8)),
            tuple(_line(one) for one in part.indicators),
            frozenset(at for at, one in enumerate(part.indicators) if one.missed),
        ),
        _trend(report, part),
    ]  # fmt: skip
    if part.causes:
        rows = tuple((one.label, f"{one.count:,}", one.detail) for one in part.causes)
        tables.append(
            ReportTable(text("reports.paper.causes"), _columns(("cause", 40), ("count", 8), ("detail", 48)), rows)
        )
    told = tuple((one.title, one.definition) for one in part.indicators)
    tables.append(ReportTable(text("reports.paper.definitions"), _columns(("indicator", 22), ("definition", 80)), told))
    return ReportSection(part.key, part.title, "", tuple(tables), (), tuple(notes))


def _line(one: Indicator) -> tuple[str, ...]:
    top, below = parts_words(one)
    return (one.title, one.shown, written(one.form, one.before), target_words(one), top, below, f"{one.excluded:,}")


def _trend(report: MonthReport, part: Dimension) -> ReportTable:
    """Return months as rows: twelve columns of amounts would not fit a page. Shares and indices only."""
    shown = [one for one in part.indicators if one.form in _SHARES][:6]
    head = (ReportColumn(text("reports.paper.trend"), 12), *(ReportColumn(one.title, 14) for one in shown))
    rows = tuple(
        (month, *(written(one.form, one.trend[at]) for one in shown)) for at, month in enumerate(report.months)
    )
    return ReportTable(text("reports.paper.trend"), head, rows)


def _groups(report: MonthReport, key: str, amounts: str, rows: Sequence[GroupRow]) -> ReportSection:
    """Return departments or groups by code; amounts stand in a table of their own, for which a page has room."""
    title = text(f"reports.paper.{key}")
    tables = [_group_table(title, [name for name in MEASURES if name not in MONEY], rows)]
    if report.money:
        named = [name for name in MEASURES if name in MONEY]
        tables.append(_group_table(text(f"reports.paper.{amounts}"), named, rows))
    return ReportSection(key, title, "", tuple(tables))


def _listing(one: Listing) -> ReportSection:
    """Return the lines of a listing of which something can be said."""
    forms = {name: form for name, form in LISTINGS[one.key].items() if name in one.rows[0].measures}
    first = 1 if one.key in KEYLESS else 0
    head = (
        *_columns(("key", 12), ("name", 36), ("cases", 8)),
        *(ReportColumn(text(f"reports.column.{name}"), 14) for name in forms),
    )
    rows = tuple(
        (
            row.key if row.key != row.label else "",
            row.label,
            f"{row.cases:,}",
            *(written(form, row.measures[name]) for name, form in forms.items()),
        )
        for row in one.rows
        if any(value is not None for value in row.measures.values())
    )
    notes = (one.note,) if one.note else ()
    return ReportSection(
        one.key, one.title, "", (ReportTable(one.title, head[first:], tuple(row[first:] for row in rows)),), (), notes
    )


def _group_table(title: str, names: Sequence[str], rows: Sequence[GroupRow]) -> ReportTable:
    head = (
        *_columns(("key", 9), ("name", 20)),
        ReportColumn(text("reports.measure.cases"), 8),
        *(ReportColumn(text(f"reports.measure.{name}"), 18 if FORMS[name] is Form.YUAN else 10) for name in names),
    )
    return ReportTable(title, head, tuple(_group_line(row, names) for row in rows))


def _group_line(row: GroupRow, names: Sequence[str]) -> tuple[str, ...]:
    values = (f"{written(FORMS[name], row.measures[name])} {row.marks.get(name, '')}".strip() for name in names)
    return (row.key, row.label, f"{row.cases:,}", *values)


def _coders(report: MonthReport) -> ReportSection:
    title = text("reports.paper.coders")
    head = _columns(("name", 20), ("finished", 10), ("days", 10), ("per_day", 10), ("per_month", 10), ("minutes", 10),
                    ("corrected", 10), ("recoded", 10))  # fmt: skip
    table = ReportTable(title, head, tuple(map(_coder_line, report.coders)))
    return ReportSection("coders", title, "", (table,), (), (report.work_note,))


def _coder_line(one: CoderLine) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.finished:,}",
        f"{one.days:,}",
        written(Form.DAYS, one.per_day),
        written(Form.DAYS, one.per_month),
        written(Form.DAYS, one.minutes),
        f"{one.corrected:,}",
        f"{one.recoded:,}",
    )


def _columns(*columns: tuple[str, int]) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(text(f"reports.paper_column.{key}"), width) for key, width in columns)
