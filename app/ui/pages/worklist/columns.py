"""Columns of the worklist and what their cells say. Amounts are never shown unless asked for, and never sort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.domain.findings import Severity
from app.domain.grouping import GroupStatus
from app.services.qc_batch_types import Leaving
from app.services.worklist import WorklistRow
from app.ui.pages.wording import age_text, days_left, sex_text, short_date, yuan
from app.ui.theme import theme
from app.ui.widgets import Cell, Column

COLUMNS: Final = (
    Column("state", "状态", 88, sort=True),
    Column("record_no", "病案号", 80, sort=True),
    Column("patient_name", "姓名", 108, sort=True),
    Column("age", "性别年龄", 76, sort=True),
    Column("dept", "出院科室", 106, sort=True),
    Column("discharge_time", "出院", 60, sort=True),
    Column("planned", "计划出院", 90),
    Column("principal_text", "主要诊断（医师原文）", 150, stretch=True, sort=True),
    Column("severity", "质控", 106, sort=True),
    Column("coded", "已编", 60),
    Column("drg", "DRG", 64, wide_only=True, sort=True),
    Column("claimed_by", "认领", 92, wide_only=True, sort=True),
    Column("batch_id", "批次", 130, wide_only=True, sort=True),
    Column("principal_code", "主要诊断编码", 104, sort=True),
    Column("rw", "权重", 72, align="right"),
    Column("amount_fen", "总费用（元）", 100, align="right"),
)
"""Keys are the sort names of the worklist service."""

HIDDEN_AT_FIRST: Final = frozenset({"planned", "principal_code", "rw", "amount_fen"})
INSTEAD: Final[Mapping[str, Mapping[str, str]]] = {"leaving": {"discharge_time": "planned"}}
"""Columns that a queue shows in the place of others."""
_SEVERITIES: Final = (Severity.ERROR, Severity.WARN, Severity.HINT)


@dataclass
class Cells:
    """Makes the cells of a row. ``year`` is the current one, ``people`` and ``batches`` give names for ids.

    ``leaving`` are the cases that leave soon, by id.
    """

    year: int
    people: Mapping[str, str] = field(default_factory=dict)
    batches: Mapping[int, str] = field(default_factory=dict)
    leaving: Mapping[int, Leaving] = field(default_factory=dict)

    def __call__(self, key: str, row: WorklistRow) -> Cell:
        """Return the cell of a column."""
        return _CELLS[key](self, row)

    def person(self, user_id: str) -> str:
        """Return the name of a user, a dash for nobody."""
        return self.people.get(user_id, user_id) or "—"


def _state(_cells: Cells, row: WorklistRow) -> Cell:
    mark = theme().tokens.state[str(row.state)]
    return Cell(mark.label, icon=mark.icon)


def _record_no(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(row.record_no, code=True)


def _name(_cells: Cells, row: WorklistRow) -> Cell:
    return Cell(row.patient_name)


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
