"""The chase list: a line for each question, and beside it what it comes to by department and physician."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.domain.returning import ReturnStatus
from app.services.return_answers import answer_words
from app.ui.masking import masking
from app.ui.models.records import RecordModel
from app.ui.pages.listed import ListedTable
from app.ui.widgets import Cell, Column, DataTable, Panel
from app.ui.widgets.painting import severity_icon

if TYPE_CHECKING:
    from app.services.return_types import ChaseFigures, ChaseLine

_COLUMNS: Final = (
    Column("patient", "患者", 94, least=60),
    Column("record", "病案号", 84, least=76, spare=2),
    Column("dept", "科室", 96, least=66, spare=1),
    Column("physician", "主治医师", 84, wide_only=True, least=62),
    Column("field", "字段", 122, least=76, spare=3),
    Column("question", "问题", 110, stretch=True, least=70),
    Column("answer", "答复", 84, stretch=True, least=48),
    Column("state", "状态", 124, least=98),
    Column("sent", "退回", 92, wide_only=True, least=72),
)
_GROUPS: Final = (
    Column("name", "", 76, stretch=True, least=64),
    Column("count", "问题", 42, "right", least=40),
    Column("late", "逾期", 42, "right", least=40),
    Column("hours", "小时", 46, "right", least=40),
)


class _Chased(DataTable):
    answered = True

    def shows(self, column: Column) -> bool:
        return super().shows(column) and (self.answered or column.key != "answer")


class ChaseTable(ListedTable):
    """The questions with their answers."""

    def __init__(self) -> None:
        self._model: RecordModel[ChaseLine] = RecordModel(_COLUMNS, _cell)
        super().__init__(_COLUMNS, self._model, "returns_list", "问医师的问题", _Chased)

    @property
    def current(self) -> ChaseLine | None:
        """The chosen line."""
        return self._model.at(self.table.current_row)

    def show_lines(self, lines: Sequence[ChaseLine], keep: int) -> None:
        """Show lines; ``keep`` is the question to stay on, else the row number stays."""
        row = max(0, self.table.current_row)
        self._model.show(lines)
        if isinstance(self.table, _Chased):  # a column without a word leaves its room to the questions
            self.table.answered = any(line.row.item.answer for line in lines)
            self.table.fit()
        self.stack.show_content()
        at = next((n for n, line in enumerate(lines) if line.id == keep), min(row, len(lines) - 1))
        self.table.go_to(at)
        self.chosen.emit()


class GroupPanel(Panel):
    """Departments and physicians with questions, overdue ones and median hours. ``picked(name)``, '' for all."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__("科室与医师", "近 90 天，小时为中位")
        self.table = DataTable(_GROUPS)
        self.table.setObjectName("returns_groups")
        self.table.setAccessibleName("科室与医师")
        self._model: RecordModel[tuple[str, str, str, str, bool]] = RecordModel(_GROUPS, _group_cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.body.addWidget(self.table, 1)

    def show_figures(self, figures: ChaseFigures) -> None:
        """Show departments, then physicians."""
        rows = [("全部", *_total(figures), False)]
        rows += [(name, *_counted(one), False) for name, one in figures.by_dept.items()]
        rows += [(name, *_counted(one), True) for name, one in figures.by_physician.items()]
        self._model.show(rows)

    def _on_opened(self, at: int) -> None:
        line = self._model.at(at)
        if line is not None:
            self.picked.emit("" if at == 0 else line[0])


def _total(figures: ChaseFigures) -> tuple[str, str, str]:
    count = sum(one[0] for one in figures.by_dept.values())
    late = sum(one[1] for one in figures.by_dept.values())
    return _counted((count, late, figures.hours))


def _counted(one: tuple[int, int, float | None]) -> tuple[str, str, str]:
    return str(one[0]), str(one[1]) if one[1] else "", "" if one[2] is None else f"{one[2]:.1f}"


def _group_cell(key: str, line: tuple[str, str, str, str, bool]) -> Cell:
    name, count, late, hours, is_person = line
    if key == "name":
        return Cell(name, "fg_secondary" if is_person else "fg", "ph.user" if is_person else "")
    tones: Mapping[str, tuple[str, str]] = {"count": (count, "fg"), "late": (late, "warn"), "hours": (hours, "fg")}
    words, tone = tones[key]
    return Cell(words, tone, right=True)


def _cell(key: str, line: ChaseLine) -> Cell:
    item = line.row.item
    if key == "state":
        return state_cell(line)
    if key == "question":
        return Cell(item.question, icon=severity_icon(item.severity) if item.severity else "", icon_tone=item.severity)
    return Cell(dict(_words(line)).get(key, ""), "fg" if key == "patient" else "fg_secondary", code=key == "record")


def _words(line: ChaseLine) -> Iterator[tuple[str, str]]:
    row, item = line.row, line.row.item
    yield "patient", masking().name(row.patient_name)
    yield "record", row.record_no
    yield "dept", dictionary("D-DEPT").label(row.dept) or row.dept
    yield "physician", row.attending
    yield "field", line.place
    yield "answer", answer_words(item.answer) if item.answer else ""
    yield "sent", f"{item.sent_at:%m-%d %H:%M}" if item.sent_at else ""


def state_cell(line: ChaseLine) -> Cell:
    """Return where a question stands: due or overdue, answered, what was made of the answer."""
    item = line.row.item
    if item.status is ReturnStatus.OUTSTANDING and line.overdue_hours:
        told = "，已上报" if item.escalated_at else ""
        return Cell(f"逾期 {line.overdue_hours:.0f} 小时{told}", "warn", "overdue")
    if item.status is ReturnStatus.OUTSTANDING:
        return Cell(f"{item.due:%m-%d %H:%M} 前" if item.due else "待答复", "fg_secondary", "due")
    if item.verdict is not None:
        return Cell(text(f"returns.verdict.{item.verdict}"), "fg_secondary")
    return Cell("待处理", "accent")
