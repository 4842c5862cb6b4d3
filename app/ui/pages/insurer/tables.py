"""The list of the insurer's answers: our group, theirs, why they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.common.texts import text
from app.services.insurer_types import ReturnedCase, cause_word, causes_of
from app.ui.masking import masking
from app.ui.pages.compare.bars import Bar
from app.ui.widgets import Cell, Column

COLUMNS: Final = (
    Column("record_no", "病案号", 88, sort=True, least=76),
    Column("name", "姓名", 108, least=60),
    Column("dept", "科室", 104, sort=True, wide_only=True, least=70),
    Column("ours", "本院", 58, sort=True, least=52),
    Column("arrow", "", 30, least=22),
    Column("theirs", "医保", 58, sort=True, least=52),
    Column("rw", "医保权重", 74, align="right", wide_only=True, least=62),
    Column("cause", "原因", 112, sort=True, least=68),
    Column("detail", "具体差异", 170, stretch=True, least=90, spare=1),
    Column("state", "状态", 72, least=52, spare=2),
)
_SAME: Final = "same"

_CELLS: Mapping[str, Callable[[ReturnedCase], Cell]] = {
    "record_no": lambda one: Cell(one.record_no, code=True),
    "name": lambda one: Cell(masking().name(one.name)),
    "dept": lambda one: Cell(one.dept, "fg_secondary"),
    "ours": lambda one: Cell(one.stored.verdict.ours or "—", "fg_secondary", code=True),
    "arrow": lambda one: Cell("≠" if one.cause else "＝", "fg_muted"),
    "theirs": lambda one: Cell(one.stored.line.drg or "未入组", code=True, bold=bool(one.cause)),
    "rw": lambda one: Cell(one.stored.line.rw or "—", "fg_secondary", right=True),
    "cause": lambda one: Cell(cause_word(one.cause), "fg" if one.cause else "fg_muted"),
    "detail": lambda one: Cell(one.detail, "fg_secondary"),
    "state": lambda one: Cell(text(f"cases.state.{one.state}"), "fg_secondary"),
}
_SORTS: Mapping[str, Callable[[ReturnedCase], str]] = {
    "record_no": lambda one: one.record_no,
    "dept": lambda one: one.dept,
    "ours": lambda one: one.stored.verdict.ours,
    "theirs": lambda one: one.stored.line.drg,
    "cause": lambda one: one.cause,
}


def cell(key: str, one: ReturnedCase) -> Cell:
    """Return the cell of a column."""
    return _CELLS[key](one)


def sorted_by(lines: Sequence[ReturnedCase], key: str) -> list[ReturnedCase]:
    """Return lines in the order of a column, equal ones by record number; there is no order by money."""
    return sorted(lines, key=lambda one: (_SORTS[key](one), one.record_no))


def bars_of(lines: Sequence[ReturnedCase]) -> list[Bar]:
    """Return the causes with their cases, then the equal ones, then the departments that have differences."""
    causes = causes_of(lines)
    same = sum(1 for one in lines if not one.cause)
    longest = max([count for _, count in causes] + [1])
    bars = [Bar("head", "", "差异原因")]
    bars += [Bar("cause", str(one), cause_word(one), count, count / longest) for one, count in causes]
    bars += [Bar("dept", _SAME, cause_word(""), same)] if same else []
    found = sorted({one.dept for one in lines if one.cause})
    counts = [(dept, sum(1 for one in lines if one.cause and one.dept == dept)) for dept in found]
    bars += [Bar("head", "", "科室")] if found else []
    return [*bars, *(Bar("change", dept, dept, count, count / longest) for dept, count in counts)]


def left_by(lines: Sequence[ReturnedCase], chosen: frozenset[tuple[str, str]]) -> list[ReturnedCase]:
    """Return the lines that the chosen bars leave."""
    causes = {key for kind, key in chosen if kind == "cause"}
    same = ("dept", _SAME) in chosen
    departments = {key for kind, key in chosen if kind == "change"}
    return [
        one
        for one in lines
        if (not (causes or same) or one.cause in causes or (same and not one.cause))
        and (not departments or (one.dept in departments and bool(one.cause)))
    ]
