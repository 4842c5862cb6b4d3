"""Columns and cells of the tables: indicators, months, lines of groups, coders, the cases behind a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.services.report_groups import MEASURES, MONEY
from app.services.report_paper import FORMS, parts_words, target_words
from app.services.report_types import Cause, CoderLine, Form, GroupRow, Indicator, written
from app.services.worklist import WorklistRow
from app.ui.masking import masking
from app.ui.widgets import Cell, Column

INDICATORS: Final = (
    Column("title", "指标", 150, stretch=True, least=110),
    Column("value", "本期", 112, align="right", least=84),
    Column("before", "上期", 112, align="right", least=84),
    Column("target", "目标", 132, align="right", least=96),
    Column("numerator", "分子", 124, align="right", least=84),
    Column("denominator", "分母", 124, align="right", least=84),
    Column("excluded", "未计入", 64, align="right"),
)
MONTHS: Final = (Column("month", "月份", 110, stretch=True), Column("value", "数值", 130, align="right"))
CAUSES: Final = (
    Column("label", "原因", 170, stretch=True),
    Column("count", "例数", 64, align="right"),
    Column("detail", "说明", 120, stretch=True),
)
CODERS: Final = (
    Column("name", "编码员", 120, stretch=True),
    Column("finished", "完成（份）", 96, align="right"),
    Column("days", "工作天数", 96, align="right"),
    Column("per_day", "每天（份）", 96, align="right"),
    Column("per_month", "每月（份）", 96, align="right"),
    Column("minutes", "平均用时（分）", 108, align="right"),
    Column("corrected", "退回更正（份）", 112, align="right"),
    Column("recoded", "质控后改（份）", 112, align="right"),
)
CASES: Final = (
    Column("record_no", "病案号", 92),
    Column("name", "姓名", 96),
    Column("dept", "科室", 130),
    Column("left", "出院", 92),
    Column("main", "主要诊断", 200, stretch=True),
    Column("drg", "DRG", 64),
    Column("state", "状态", 80),
)


def group_columns(*, money: bool, by_amount: bool) -> tuple[Column, ...]:
    """Return the columns of the lines of groups; ``money`` False leaves amounts out, ``by_amount`` lets them sort."""
    names = [name for name in MEASURES if money or name not in MONEY]
    return (
        Column("key", "编号", 78, sort=True),
        Column("label", "名称", 130, stretch=True, least=90),
        Column("cases", text("reports.measure.cases"), 58, "right", sort=True),
        *(_group_column(name, sort=by_amount or name not in MONEY) for name in names),
    )


def _group_column(name: str, *, sort: bool) -> Column:
    title = text(f"reports.measure.{name}")
    width = _width(name)
    return Column(name, title, width, "right", wide_only=name in _WIDE, sort=sort, least=round(width * _NARROWED))


_WIDE: Final = frozenset({"readmitted", "cost", "complications", "surplus_rate", "returned", "mortality"})
_NARROWED: Final = 0.8
"""The least share of its width in which a measure can be read."""
_WIDTHS: Final = {Form.YUAN: 116, Form.SHARE: 66, Form.INDEX: 72, Form.DAYS: 82}


def _width(name: str) -> int:
    return 112 if name == "drugs" else 104 if name in _WIDE and FORMS[name] is Form.SHARE else _WIDTHS[FORMS[name]]


def indicator_cell(key: str, one: Indicator) -> Cell:
    """Return a cell of an indicator; one on the wrong side of its target says so in words."""
    top, below = parts_words(one)
    if key == "title":
        return Cell(one.title)
    if key == "value":
        return Cell(one.shown, bold=True, right=True)
    if key == "target" and one.missed:
        return Cell(f"{target_words(one)} 未达到", "warn", right=True)
    words = {
        "before": written(one.form, one.before),
        "target": target_words(one),
        "numerator": top,
        "denominator": below,
        "excluded": f"{one.excluded:,}" if one.excluded else "",
    }
    return Cell(words[key], "fg_secondary", right=True)


def month_cell(key: str, one: tuple[str, str]) -> Cell:
    """Return a cell of a month of a trend: the month, the value in words."""
    return Cell(one[0]) if key == "month" else Cell(one[1], right=True)


def cause_cell(key: str, one: Cause) -> Cell:
    """Return a cell of a cause."""
    match key:
        case "label":
            return Cell(one.label)
        case "count":
            return Cell(f"{one.count:,}", right=True)
        case _:
            return Cell(one.detail, "fg_secondary")


def coder_cell(key: str, one: CoderLine) -> Cell:
    """Return a cell of what a coder did."""
    values = {
        "finished": f"{one.finished:,}",
        "days": f"{one.days:,}",
        "per_day": written(Form.DAYS, one.per_day),
        "per_month": written(Form.DAYS, one.per_month),
        "minutes": written(Form.DAYS, one.minutes),
        "recoded": f"{one.recoded:,}",
        "corrected": f"{one.corrected:,}",
    }
    return Cell(one.name) if key == "name" else Cell(values[key], right=True)


def group_cell(key: str, one: GroupRow) -> Cell:
    """Return a cell of a line of a group; measures of fewer than ten cases are not there."""
    match key:
        case "key":
            return Cell(one.key if one.key != one.label else "", code=True)
        case "label":
            return Cell(one.label)
        case "cases":
            return Cell(f"{one.cases:,}", right=True)
        case _:
            value, mark = one.measures.get(key), one.marks.get(key, "")
            role = "warn" if mark else "fg" if value is not None else "fg_muted"
            return Cell(f"{mark} {written(FORMS[key], value)}".strip(), role, right=True)


_CASE: Final[dict[str, Callable[[WorklistRow], Cell]]] = {
    "record_no": lambda row: Cell(row.record_no, code=True),
    "name": lambda row: Cell(masking().name(row.patient_name)),
    "dept": lambda row: Cell(dictionary("D-DEPT").label(row.dept) or row.dept),
    "left": lambda row: Cell(f"{row.discharge_time:%Y-%m-%d}" if row.discharge_time else "", "fg_secondary"),
    "main": lambda row: Cell(row.principal_name or row.principal_text, note=row.principal_code),
    "drg": lambda row: Cell(row.drg, code=True),
    "state": lambda row: Cell(text(f"cases.state.{row.state}"), "fg_secondary"),
}


def case_cell(key: str, row: WorklistRow) -> Cell:
    """Return a cell of a case behind a number."""
    return _CASE[key](row)
