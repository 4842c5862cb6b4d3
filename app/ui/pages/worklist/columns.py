"""Columns of the worklist and what their cells say. Amounts are never shown unless asked for, and never sort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.domain.findings import Severity
from app.domain.grouping import GroupStatus
from app.services.qc_batch_types import Leaving
from app.services.worklist import ListLine, WorklistRow
from app.ui.masking import masking
from app.ui.pages.wording import age_text, days_left, joined, sex_text, short_date, yuan
from app.ui.pages.worklist.times import time_left
from app.ui.theme import theme
from app.ui.widgets import Cell, Column

COLUMNS: Final = (
    Column("priority", "优先", 50, sort=True),
    Column("state", "状态", 88, sort=True),
    Column("record_no", "病案号", 80, sort=True),
    Column("patient_name", "姓名", 70, sort=True),
    Column("age", "性别年龄", 72, sort=True),
    Column("dept", "出院科室", 88, sort=True),
    Column("discharge_time", "出院", 56, sort=True),
    Column("planned", "计划出院", 90),
    Column("principal_text", "主要诊断（医师原文）", 120, stretch=True, sort=True),
    Column("severity", "质控", 106, sort=True),
    Column("deadline", "时限", 104, sort=True),
    Column("follow_up", "跟进", 140, sort=True),
    Column("coded", "已编", 60, wide_only=True),
    Column("drg", "DRG", 64, wide_only=True, sort=True),
    Column("claimed_by", "认领", 92, wide_only=True, sort=True),
    Column("batch_id", "批次", 130, wide_only=True, sort=True),
    Column("principal_code", "主要诊断编码", 104, sort=True),
    Column("rw", "权重", 72, align="right"),
    Column("amount_fen", "总费用（元）", 100, align="right"),
)
"""Keys are the sort names of the worklist service."""

FALLS: Final = "priority"
"""The column that begins with its highest number where the others begin with their lowest."""
WIDER: Final[Mapping[str, int]] = {"patient_name": 110, "dept": 120}
"""Widths of columns in the wide layout, where there is room for long names."""
HIDDEN_AT_FIRST: Final = frozenset({"planned", "follow_up", "batch_id", "principal_code", "rw", "amount_fen"})
INSTEAD: Final[Mapping[str, Mapping[str, str]]] = {
    "leaving": {"discharge_time": "planned"},
    "follow_up": {"deadline": "follow_up"},
}
"""Columns that a queue shows in the place of others."""
GIVES_WAY: Final = ("batch_id", "coded", "age", "discharge_time", "claimed_by", "dept", "record_no", "state")
"""Columns that nobody chose go in this order while there is no room: the list never scrolls sideways by itself."""
_TAKEN: Final = (CaseState.TO_CODE, CaseState.CODING, CaseState.RETURNED)
_SEVERITIES: Final = (Severity.ERROR, Severity.WARN, Severity.HINT)


@dataclass
class Cells:
    """Makes the cells of a line. ``now`` is the time, ``me`` who looks, ``people`` and ``batches`` give names for ids.

    ``leaving`` are the cases that leave soon, by id.
    """

    now: Callable[[], datetime]
    me: str
    people: Mapping[str, str] = field(default_factory=dict)
    batches: Mapping[int, str] = field(default_factory=dict)
    leaving: Mapping[int, Leaving] = field(default_factory=dict)

    def __call__(self, key: str, line: ListLine) -> Cell:
        """Return the cell of a column."""
        if key in _OF_LINE:
            return _OF_LINE[key](self, line)
        return _CELLS[key](self, line.row)

    def person(self, user_id: str) -> str:
        """Return the name of a user, a dash for nobody."""
        return self.people.get(user_id, user_id) or "—"

    @property
    def year(self) -> int:
        """The current year: its dates are shown without it."""
        return self.now().year


def _priority(_cells: Cells, line: ListLine) -> Cell:
    return Cell(str(line.points) if line.points else "—", "fg_secondary" if line.points else "fg_muted", right=True)


def _deadline(cells: Cells, line: ListLine) -> Cell:
    if line.answers:
        return Cell("医师已答复", "accent", icon="ph.chat-text")
    if line.deadline is None:
        return Cell("—", "fg_muted")
    left = line.deadline - cells.now()
    tone = "error" if left <= timedelta() else "warn" if left < timedelta(days=1) else "fg_secondary"
    return Cell(time_left(left), tone, icon="ph.clock" if left <= timedelta() else "")


def _follow_up(cells: Cells, line: ListLine) -> Cell:
    waiting = line.follow_up
    if waiting is None:
        return Cell("—", "fg_muted")
    is_due = waiting.due is not None and waiting.due <= cells.now().date()
    return Cell(
        joined(short_date(waiting.due, cells.year), waiting.reason, sign=" "), "warn" if is_due else "fg_secondary"
    )


def _state(cells: Cells, row: WorklistRow) -> Cell:
    if row.claimed_by not in ("", cells.me) and row.state in _TAKEN:
        return Cell(f"{cells.person(row.claimed_by)} 在编", "fg_secondary", icon="ph.lock-simple")
    mark = theme().tokens.state[str(row.state)]
    return Cell(mark.label, icon=mark.icon)


def _record_no(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(row.record_no, code=True)


def _name(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(masking().name(row.patient_name))


def _age(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(f"{sex_text(row.sex)} {age_text(row.age_years, row.age_days)}".strip(), "fg_secondary")


def _dept(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(dictionary("D-DEPT").label(row.dept) or row.dept)


def _discharge(cells: Cells, row: WorklistRow) -> Cell:
    left = None if row.state is CaseState.INPATIENT else row.discharge_time  # a date in hospital is a plan
    return Cell(short_date(left, cells.year) or "在院", "fg_secondary")


def _planned(cells: Cells, row: WorklistRow) -> Cell:
    leaving = cells.leaving.get(row.case_id)
    if leaving is None:
        return Cell("—", "fg_muted")
    left = days_left(leaving.days_left)
    note = f"约{left}" if leaving.estimated else left
    return Cell(short_date(leaving.planned, cells.year), "warn" if leaving.days_left < 1 else "fg_secondary", note=note)


def _principal_text(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(row.principal_text or "（未填写）", "fg" if row.principal_text else "fg_muted")


def _severity(_cells: Cells, row: WorklistRow) -> Cell:
    if row.is_stale:
        return Cell("待检查", "fg_muted", small=True)
    counts = dict(zip(_SEVERITIES, (row.errors, row.warns, row.hints), strict=True))
    return Cell(counts=counts) if any(counts.values()) else Cell(icon="passed", icon_tone="ok")


def _coded(_cells: Cells, row: WorklistRow) -> Cell:
    tone = "fg_secondary" if row.coded < row.total else "fg_muted"
    return Cell(f"{row.coded}/{row.total}", tone, icon="proposed" if row.proposals else "", icon_tone="proposed")


def _drg(_cells: Cells, row: WorklistRow) -> Cell:
    odd = row.group_status in (str(GroupStatus.AMBIGUOUS), str(GroupStatus.UNGROUPED))
    return Cell(row.drg or "—", "warn" if odd else "fg" if row.drg else "fg_muted", code=bool(row.drg))


def _claimed(cells: Cells, row: WorklistRow) -> Cell:
    return Cell(cells.person(row.claimed_by), "fg_secondary")


def _batch(cells: Cells, row: WorklistRow) -> Cell:
    return Cell(cells.batches.get(row.batch_id or 0, "—"), "fg_secondary")


def _principal_code(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(row.principal_code or "—", "fg" if row.principal_code else "fg_muted", code=bool(row.principal_code))


def _rw(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell("—" if row.rw is None else f"{row.rw:.4f}", "fg_secondary", right=True)


def _amount(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(yuan(row.amount_fen), "fg_secondary", right=True)


_OF_LINE: Final[Mapping[str, Callable[[Cells, ListLine], Cell]]] = {
    "priority": _priority,
    "deadline": _deadline,
    "follow_up": _follow_up,
}
_CELLS: Final[Mapping[str, Callable[[Cells, WorklistRow], Cell]]] = {
    "state": _state,
    "record_no": _record_no,
    "patient_name": _name,
    "age": _age,
    "dept": _dept,
    "discharge_time": _discharge,
    "planned": _planned,
    "principal_text": _principal_text,
    "severity": _severity,
    "coded": _coded,
    "drg": _drg,
    "claimed_by": _claimed,
    "batch_id": _batch,
    "principal_code": _principal_code,
    "rw": _rw,
    "amount_fen": _amount,
}
