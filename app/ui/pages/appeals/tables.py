"""The three lists of the register: what waits for an answer, what waits for a result, what is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.services.appeals_types import AppealLine, AppealState
from app.ui.masking import masking
from app.ui.pages.appeals.tabs import TABS
from app.ui.pages.tabbed_lists import TabbedLists
from app.ui.widgets import Cell, Column

SOON: Final = 3
"""Days before the deadline from which it is drawn as a warning."""
_CASE: Final = (
    Column("kind", "种类", 74, least=62, spare=1),
    Column("record_no", "病案号", 88, least=76),
    Column("name", "姓名", 108, least=66),
)
_TOLD: Final = (
    Column("dept", "科室", 100, wide_only=True, least=70),
    Column("objection", "异议或理由", 200, stretch=True, least=90),
)
_OPEN: Final = (Column("left", "剩余", 92, least=80), Column("due", "截止", 92, least=86, spare=2), *_CASE, *_TOLD)
_ANSWERED: Final = (
    *_CASE,
    Column("answered", "答复日", 92, least=84),
    Column("answer", "答复", 200, stretch=True, least=90),
)
_OVER: Final = (
    *_CASE,
    Column("closed", "办结日", 92, least=84),
    Column("state", "结果", 84, least=58),
    Column("result", "说明", 200, stretch=True, least=90),
)
_COLUMNS: Final = {"open": _OPEN, "answered": _ANSWERED, "over": _OVER}
_CELLS: Mapping[str, Callable[[AppealLine], Cell]] = {
    "kind": lambda one: Cell(one.kind.label, "fg_secondary"),
    "record_no": lambda one: Cell(one.record_no, code=True),
    "name": lambda one: Cell(masking().name(one.name)),
    "dept": lambda one: Cell(one.dept, "fg_secondary"),
    "objection": lambda one: Cell(f"{one.reason}：{one.stored.objection}" if one.reason else one.stored.objection),
    "due": lambda one: Cell(f"{one.stored.due:%Y-%m-%d}", "fg_secondary"),
    "answered": lambda one: Cell(f"{one.stored.answered:%Y-%m-%d}" if one.stored.answered else "", "fg_secondary"),
    "answer": lambda one: Cell(one.stored.answer),
    "closed": lambda one: Cell(f"{one.stored.closed:%Y-%m-%d}" if one.stored.closed else "", "fg_secondary"),
    "state": lambda one: Cell(one.state.label, bold=one.state is AppealState.ACCEPTED),
    "result": lambda one: Cell(one.stored.result),
}


def list_of(one: AppealLine) -> str:
    """Return the list that an entry stands in."""
    return "over" if one.state.is_over else one.state.value


def left_words(days: int | None) -> str:
    """Return the days left in words, '' once it was answered."""
    if days is None:
        return ""
    if days < 0:
        return f"已逾期 {-days} 天"
    return "今天截止" if days == 0 else f"还有 {days} 天"


def _cell(key: str, one: AppealLine) -> Cell:
    if key == "left":
        days = one.days_left if one.days_left is not None else SOON + 1
        tone = "error" if days < 0 else "warn" if days <= SOON else "fg_secondary"
        return Cell(left_words(one.days_left), tone, bold=days < 0)
    return _CELLS[key](one)


class AppealLists(TabbedLists):
    """Tabs over the three tables."""

    def __init__(self) -> None:
        super().__init__("appeals", TABS, _COLUMNS, dict.fromkeys(_COLUMNS, _cell))
