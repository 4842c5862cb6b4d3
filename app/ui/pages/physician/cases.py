"""The physician's lists of cases: who, until when, how many questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from app.domain.dictionaries import dictionary
from app.domain.returning import ReturnStatus
from app.ui.masking import masking
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Cell, Column, DataTable, Pane, SegmentedControl, StateStack, column, row

if TYPE_CHECKING:
    from app.services.return_types import SheetLine
    from app.ui.actions import ActionTable

_PARTS: Final = (("waiting", "待我答复"), ("answered", "已答复"), ("department", "我的科室"))
_COLUMNS: Final = (
    Column("patient", "患者", 128, least=80),
    Column("record", "病案号", 104, least=84),
    Column("dept", "科室", 132, least=80),
    Column("stay", "住院", 128, least=96),
    Column("asked", "问题", 160, stretch=True, least=96),
    Column("waiting", "待答", 56, "right", least=44),
    Column("answered", "已答", 56, "right", least=44),
    Column("due", "期限", 132, least=90),
    Column("by", "提问人", 88, least=60),
)


class CaseList(Pane):
    """``opened(case id)`` on Enter; ``list_changed(key)`` when another list is chosen."""

    opened = Signal(int)
    list_changed = Signal(str)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface")
        self.parts = SegmentedControl(_PARTS)
        self.parts.setAccessibleName("列表")
        self.parts.changed.connect(self.list_changed)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("physician_cases")
        self.table.setAccessibleName("待答复的病案")
        self._model: RecordModel[SheetLine] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.stack = StateStack(self.table)
        bar = Pane("surface", "b")
        pack, opens = ActionButton(actions, "physician.pack"), ActionButton(actions, "physician.open")
        bar.setLayout(row(self.parts, None, opens, pack, margins=(12, 8, 12, 8)))
        whole = column(bar)
        whole.addWidget(self.stack, 1)
        self.setLayout(whole)

    def show_lines(self, lines: Sequence[SheetLine], wanted: str, case_id: int) -> None:
        """Show a list and stay on a case."""
        self.parts.set_current(wanted)
        self.parts.set_count(wanted, len(lines))
        self._model.show(lines)
        self.stack.show_content()
        at = next((n for n, line in enumerate(lines) if line.row.item.case_id == case_id), 0)
        self.table.go_to(at)

    def _on_opened(self, at: int) -> None:
        line = self._model.at(at)
        if line is not None:
            self.opened.emit(line.row.item.case_id)


def _cell(key: str, line: SheetLine) -> Cell:
    row_ = line.row
    if key == "due":
        return _due(line)
    if key in ("waiting", "answered"):
        count = line.outstanding if key == "waiting" else line.answered
        return Cell(str(count) if count else "", "fg" if key == "waiting" else "fg_muted", right=True)
    stay = " 至 ".join(f"{at:%m-%d}" for at in (row_.admit_time, row_.discharge_time) if at)
    words = {
        "patient": masking().name(row_.patient_name),
        "record": row_.record_no,
        "dept": dictionary("D-DEPT").label(row_.dept) or row_.dept,
        "stay": stay,
        "asked": row_.item.question,
        "by": row_.item.sent_by,
    }[key]
    return Cell(
        words, "fg" if key in ("patient", "record") else "fg_secondary", bold=key == "patient", code=key == "record"
    )


def _due(line: SheetLine) -> Cell:
    if line.row.item.status is ReturnStatus.CLOSED:
        return Cell("病案科已处理", "fg_muted")
    if line.due is None:
        return Cell("已交回", "fg_muted")
    words = f"{line.due:%m-%d %H:%M}"
    return Cell(f"{words} 已逾期", "warn", "overdue") if line.is_overdue else Cell(words, "fg_secondary", "due")
