"""What the diagnosis and operation grids show: columns, cells of a row, the candidate rows under an uncoded one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from app.domain.case import Row
from app.domain.coding import Candidate, Proposal
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import field
from app.domain.findings import Severity
from app.domain.grouping import SecondaryNote
from app.domain.values import display
from app.services.types import CaseView
from app.ui.widgets import Cell, CellModel, Column
from app.ui.widgets.painting import severity_icon, severity_word

_Index = QModelIndex | QPersistentModelIndex
Marks = Mapping[str, tuple[Severity, str]]
_READ_ONLY = ("seq", "source_text", "cc", "status")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid: a stored row, the blank one at the end, or candidate ``choice`` of row ``index``."""

    index: int
    choice: int = -1
    blank: bool = False

    @property
    def is_row(self) -> bool:
        """True for a row of the record or the blank one."""
        return self.choice < 0


DX_COLUMNS = (
    Column("seq", "序", 40),
    Column("source_text", "医师诊断（原文）", 204),
    Column("code", "编码", 112),
    Column("name", "编码名称", 150, stretch=True),
    Column("adm_cond", "入院病情", 68),
    Column("cc", "并发症", 80),
    Column("outcome", "出院情况", 80, wide_only=True),
    Column("status", "状态", 104),
)
OP_COLUMNS = (
    Column("seq", "序", 40),
    Column("source_text", "医师手术（原文）", 176),
    Column("code", "编码", 100),
    Column("name", "编码名称", 150, stretch=True),
    Column("date", "日期", 92),
    Column("level", "级别", 62),
    Column("surgeon", "术者", 96),
    Column("assist1", "Ⅰ助", 90, wide_only=True),
    Column("assist2", "Ⅱ助", 90, wide_only=True),
    Column("incision", "切口", 58, wide_only=True),
    Column("healing", "愈合", 58, wide_only=True),
    Column("anes_method", "麻醉方式", 110, wide_only=True),
    Column("anes_doctor", "麻醉医师", 96, wide_only=True),
    Column("status", "状态", 104),
)


class GridModel(CellModel):
    """Cells of the grid with the line each stands for; only field columns of rows can be edited."""

    def __init__(self, group: Group, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self.group = group
        self.lines: list[Line] = []
        self.locked = False

    def show(self, lines: list[Line], cells: list[Sequence[Cell]], *, locked: bool) -> None:
        """Show other lines."""
        self.lines, self.locked = lines, locked
        self.set_rows(cells)

    def line(self, row: int) -> Line | None:
        """Return the line at a table row."""
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def row_of(self, index: int) -> int:
        """Return the table row of a record row, -1 when it is not shown."""
        return next((at for at, line in enumerate(self.lines) if line.is_row and line.index == index), -1)

    def path(self, index: _Index) -> str:
        """Return the field path of a cell, '' for one that holds no field."""
        line, key = self.line(index.row()), self.columns[index.column()].key
        if line is None or not line.is_row or key in _READ_ONLY:
            return ""
        return f"{self.group}[{line.index}].{key}"

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Candidates are not walked through; field cells can be edited unless the case is locked."""
        line = self.line(index.row())
        if line is None or not line.is_row:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        editable = not self.locked and bool(self.path(index)) and self.columns[index.column()].key != "name"
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags


def row_cells(view: CaseView, group: Group, index: int, marks: Marks, offered: int) -> list[Cell]:
    """Return the cells of a record row."""
    row = view.record.rows(group)[index]
    proposal = view.proposal(group, index) if not row.text("code") else None
    facts = _RowFacts(view, group, index, row, proposal, marks, offered)
    return [_cell(facts, column.key) for column in columns_of(group)]


def blank_cells(group: Group, *, alone: bool) -> list[Cell]:
    """Return the cells of the blank line at the end."""
    hint = "直接输入编码或名称，或按 Insert 增加一行" if alone else ""
    return [Cell(hint, "fg_muted", small=True) if column.key == "name" else Cell() for column in columns_of(group)]


def candidate_cells(group: Group, number: int, candidate: Candidate, effect: str) -> list[Cell]:
    """Return the cells of an inline candidate: number, code, name, what it does to the group."""
    ground = "proposed_bg"
    filled = {
        "source_text": Cell(str(number), cap=True, ground=ground),
        "code": Cell(candidate.code, code=True, proposed=True, ground=ground),
        "name": Cell(candidate.name, bold=number == 1, ground=ground),
        "cc": Cell(effect, "fg_muted", small=True, ground=ground),
        "level": Cell(effect, "fg_muted", small=True, ground=ground),
    }
    return [filled.get(column.key, Cell(ground=ground)) for column in columns_of(group)]


def columns_of(group: Group) -> tuple[Column, ...]:
    """Return the columns of a grid."""
    return DX_COLUMNS if group is Group.DX else OP_COLUMNS


@dataclass(frozen=True, slots=True)
class _RowFacts:
    """What the cells of one row are made from."""

    view: CaseView
    group: Group
    index: int
    row: Row
    proposal: Proposal | None
    marks: Marks
    offered: int

    def severity(self, key: str) -> Severity | None:
        """Return the worst finding on a field of the row."""
        mark = self.marks.get(f"{self.group}[{self.index}].{key}")
        return mark[0] if mark else None

    def worst(self) -> Severity | None:
        """Return the worst finding on any field of the row."""
        prefix = f"{self.group}[{self.index}]."
        found = [mark[0] for path, mark in self.marks.items() if path.startswith(prefix)]
        return min(found, key=list(Severity).index, default=None)


def _cell(facts: _RowFacts, key: str) -> Cell:
    makers: Mapping[str, Callable[[_RowFacts], Cell]] = {
        "seq": _number_cell,
        "source_text": _text_cell,
        "code": _code_cell,
        "name": _name_cell,
        "cc": _cc_cell,
        "status": _status_cell,
    }
    if key in makers:
        return makers[key](facts)
    return Cell(_value_text(facts.row, facts.group, key), severity=facts.severity(key))


def _number_cell(facts: _RowFacts) -> Cell:
    prefix = f"{facts.group}[{facts.index}]."
    changed = any(path.startswith(prefix) for path in facts.view.changed)
    first = facts.index == 0
    return Cell("主" if first else str(facts.index + 1), bold=first, centre=True, changed=changed)


def _text_cell(facts: _RowFacts) -> Cell:
    return Cell(" ".join(facts.row.text("source_text").split()), "fg_secondary")


def _code_cell(facts: _RowFacts) -> Cell:
    proposal = facts.proposal
    shown = facts.row.text("code") or (proposal.code if proposal else facts.row.raw.get("code", ""))
    return Cell(shown, code=True, proposed=proposal is not None, severity=facts.severity("code"))


def _name_cell(facts: _RowFacts) -> Cell:
    if facts.proposal:
        return Cell(facts.proposal.name, proposed=True)
    severity = facts.severity("name")
    if facts.row.text("code"):
        return Cell(facts.row.text("name"), bold=facts.index == 0, severity=severity)
    hint = f"Ctrl+1–{facts.offered} 采用，或直接输入检索" if facts.offered else ""
    return Cell(hint, "fg_muted", small=True, severity=severity)


def _cc_cell(facts: _RowFacts) -> Cell:
    note = secondary_note(facts.view, facts.index) if facts.group is Group.DX else None
    if note is None or not note.level:
        return Cell("—", "fg_muted")
    word = note.level.upper()
    if note.excluded_by:
        return Cell(f"{word} 已排除", "fg_secondary")
    return Cell(word, bold=note.level == "mcc")


def _status_cell(facts: _RowFacts) -> Cell:
    worst = facts.worst()
    if facts.proposal:
        return Cell(f"提议 {facts.proposal.score:.0%}", "proposed", "proposed")
    if facts.offered:
        return Cell(f"候选 {facts.offered}", "proposed", "proposed")
    if worst:
        return Cell(severity_word(worst), str(worst), severity_icon(worst))
    if facts.view.row_key(facts.group, facts.index) in facts.view.accepted:
        return Cell("已确认", "fg_secondary", "passed")
    return Cell("已编码", "fg_secondary") if facts.row.text("code") else Cell("待编码", "fg_muted")


def _value_text(row: Row, group: Group, key: str) -> str:
    if key in row.raw:
        return row.raw[key]
    if key in row.dashes:
        return "-"
    value = row.get(key)
    spec = field(f"{group}[].{key}")
    if value is None:
        return ""
    if spec.dictionary:
        return dictionary(spec.dictionary).label(str(value)) or str(value)
    shown = display(spec, value)
    return shown[:10] if key == "date" else shown


def secondary_note(view: CaseView, index: int) -> SecondaryNote | None:
    """Return how a secondary diagnosis counted, None for the principal one or an uncoded row."""
    explanation = view.grouping.explanation
    rows = view.record.rows(Group.DX)
    if explanation is None or index == 0 or index >= len(rows):
        return None
    proposal = view.proposal(Group.DX, index)
    code = rows[index].text("code") or (proposal.code if proposal else "")
    return next((note for note in explanation.secondaries if note.code == code), None) if code else None
