"""Columns and cells of the what-if tables: the order of the page or of the scheme, no weight and no amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.domain.field import Group
from app.domain.findings import Finding
from app.domain.grouping import GroupStatus
from app.services.case_history import HistoryStep
from app.services.whatif_values import (
    Carrying,
    Change,
    Effect,
    NeighbourLine,
    OperationLine,
    PrincipalLine,
    SecondaryLine,
    WhatIf,
)
from app.ui.widgets import Cell, CellModel, Column, DataTable
from app.ui.widgets.painting import severity_icon

SECONDARIES: Final = (
    Column("index", "序", 34),
    Column("code", "编码", 98),
    Column("name", "名称", 72, stretch=True),
    Column("level", "级别", 48),
    Column("excluded", "排除表", 96),
    Column("counts", "计入", 46),
    Column("without", "若去掉这一条", 142),
)
PRINCIPALS: Final = (
    Column("code", "编码", 98),
    Column("name", "名称", 90, stretch=True, least=64),
    Column("group", "结果", 124, least=90),
    Column("rules", "规则", 180, stretch=True, least=96),
)
NEIGHBOURS: Final = (
    Column("code", "相邻组", 72),
    Column("wanted", "需要满足", 180, stretch=True, least=110),
    Column("now", "现在的情况", 160, stretch=True, least=100),
)
OPERATIONS: Final = (
    Column("index", "序", 34),
    Column("code", "编码", 116),
    Column("name", "名称", 120, stretch=True, least=64),
    Column("change", "改动", 104, least=72),
    Column("group", "结果", 132, least=90),
)
HISTORY: Final = (
    Column("at", "时间", 92),
    Column("who", "人员", 76, least=54),
    Column("what", "操作", 84, least=64),
    Column("changes", "内容", 160, stretch=True, least=96),
    Column("group", "分组", 112, least=90),
)
_SPARE: Final = ("counts", "excluded", "who")
"""Columns that give way, in this order, before the last column would be cut."""
ALL_ROWS: Final = "全部"
REMOVE_ALL: Final = WhatIf(Change.REMOVE_ALL, Group.DX)


class LineTable(DataTable):
    """A table with its own cells. ``keys`` name the rows, so that a place can be found again."""

    def __init__(self, columns: Sequence[Column], name: str) -> None:
        super().__init__(columns)
        self.cells = CellModel(columns)
        self.cells.setParent(self)
        self.setModel(self.cells)
        self.setAccessibleName(name)
        self.keys: list[str] = []

    @property
    def current_key(self) -> str:
        """The name of the current row, '' without one."""
        return self.keys[self.current_row] if 0 <= self.current_row < len(self.keys) else ""

    def show_lines(self, keys: Sequence[str], rows: Sequence[Sequence[Cell]], start: int = 0) -> None:
        """Show other rows; the current one stays when it is still there, else ``start`` is chosen."""
        kept = self.current_key
        self.keys = list(keys)
        self.cells.set_rows(rows)
        self.go_to(self.keys.index(kept) if kept in self.keys else start)

    def go_to_key(self, key: str) -> None:
        """Make the row of a name current, if there is one."""
        if key in self.keys:
            self.go_to(self.keys.index(key))

    def fit(self) -> None:
        """Set the widths; where there is not enough room, the columns that matter least are left out."""
        super().fit()
        if self.model() is None:
            return
        room = self.viewport().width() - sum(self.columnWidth(at) for at in self._shown())
        for key in _SPARE:
            at = next((at for at in self._shown() if self.columns[at].key == key), -1)
            if room < 0 <= at:
                room += self.columnWidth(at)
                self.setColumnHidden(at, True)
        if room > 0:
            name = next(at for at in self._shown() if self.columns[at].stretch)
            self.setColumnWidth(name, self.columnWidth(name) + room)

    def _shown(self) -> list[int]:
        return [at for at in range(len(self.columns)) if not self.isColumnHidden(at)]

    def full_height(self) -> int:
        """Return the height in px at which no row has to scroll."""
        return self.head.height() + self.cells.rowCount() * self.verticalHeader().defaultSectionSize() + 1

    def line_text(self) -> str:
        """Return the current row, cells separated by tabs."""
        row = self.current_row
        if row < 0:
            return ""
        return "\t".join(str(self.cells.index(row, at).data() or "") for at in range(self.cells.columnCount()))


def secondary_cells(line: SecondaryLine) -> list[Cell]:
    """Return a secondary diagnosis: how it counts and what leaving it out does."""
    note = line.note
    carries = bool(line.without)
    return [
        Cell(str(line.index + 1), "fg_secondary"),
        Cell(line.code, code=True, proposed=line.proposed),
        Cell(line.name, bold=carries, proposed=line.proposed),
        Cell(note.level.upper() or "—", "fg" if note.level else "fg_muted", bold=note.level == "mcc"),
        Cell(f"表{note.excluded_by} 含主诊" if note.excluded_by else "不含主诊" if note.level else "—", "fg_secondary"),
        Cell("计入" if note.counts else "不计", "fg" if note.counts else "fg_muted", bold=carries),
        _without(line),
    ]


def _without(line: SecondaryLine) -> Cell:
    if line.without:
        return Cell(f"落入 {line.without}", icon="falls_to", bold=True)
    if line.note.excluded_by:
        return Cell("已被排除，组不变", "fg_muted", "excluded")
    return Cell("组不变", "fg_muted")


def all_cells(carrying: Carrying, count: int) -> list[Cell]:
    """Return the last row: all secondary diagnoses left out at once."""
    blank = Cell("—", "fg_muted")
    effect = carrying.without_all
    result = effect_cell(effect, falls=True) if effect else blank
    told = Cell(f"{count} 条其他诊断都去掉", "fg_secondary")
    return [Cell(), Cell(ALL_ROWS, "fg_secondary"), told, blank, blank, blank, result]


def effect_cell(effect: Effect, *, falls: bool = False) -> Cell:
    """Return where a change leads."""
    if not effect.changed:
        return Cell("组不变", "fg_muted")
    said = group_words(effect)
    return Cell(f"落入 {said}" if falls else said, icon="falls_to", bold=True)


def group_words(effect: Effect) -> str:
    """Return a group as a table names it: its code, or why it is no normal group."""
    match effect.result.status:
        case GroupStatus.AMBIGUOUS:
            return f"歧义组 {effect.result.drg}"
        case GroupStatus.UNGROUPED:
            return "无法入组"
        case _:
            return effect.result.drg


def principal_cells(line: PrincipalLine) -> list[Cell]:
    """Return a diagnosis as the principal one with the rule that objects first."""
    return [
        Cell(line.code, code=True, proposed=line.proposed),
        Cell(line.name, proposed=line.proposed),
        effect_cell(line.effect),
        finding_cell(line.findings),
    ]


def finding_cell(findings: Sequence[Finding]) -> Cell:
    """Return the gravest of new findings, and how many more there are."""
    if not findings:
        return Cell("没有新增问题", "fg_muted")
    first = findings[0]
    more = f"（共 {len(findings)} 项）" if len(findings) > 1 else ""
    tone = str(first.severity)
    return Cell(f"{first.rule_id} {first.message}{more}", tone, severity_icon(first.severity))


def operation_cells(line: OperationLine) -> list[Cell]:
    """Return a procedure with a change to it."""
    return [
        Cell(str(line.index + 1), "fg_secondary"),
        Cell(line.code, code=True, proposed=line.proposed),
        Cell(line.name, proposed=line.proposed),
        Cell("去掉" if line.what.change is Change.REMOVE else "作主要手术", "fg_secondary"),
        effect_cell(line.effect),
    ]


def neighbour_cells(line: NeighbourLine) -> list[Cell]:
    """Return a neighbouring group with what it would need."""
    return [Cell(line.code, code=True), Cell("；".join(line.wanted)), Cell("；".join(line.now), "fg_secondary")]


def history_cells(step: HistoryStep) -> list[Cell]:
    """Return one operation on the case with the group before and after it."""
    before, after = step.group_before or "—", step.group_after or "—"
    moved = before != after
    group = Cell(f"{before} → {after}", bold=True) if moved else Cell(after, "fg_muted")
    return [
        Cell(f"{step.at:%m-%d %H:%M}", "fg_secondary"),
        Cell(step.who, "fg_secondary"),
        Cell(step.what),
        Cell("；".join(step.changes), "fg_secondary"),
        group,
    ]
