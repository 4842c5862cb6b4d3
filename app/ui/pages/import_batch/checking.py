"""Step 3, 核对与修复: lines that need an eye, questions about whole columns, differences to stored cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from app.ui.masking import masking
from app.ui.models.records import RecordModel
from app.ui.pages.import_batch.fields import field_label
from app.ui.pages.import_batch.lines import LINE_COLUMNS, Line, LineKind, line_cell, lines_of
from app.ui.widgets import ActionButton, Button, Cell, Column, DataTable, Panel, SegmentedControl, Text, row

if TYPE_CHECKING:
    from app.services.imports import ImportPreview, Question
    from app.services.types import DiffLine
    from app.ui.actions import ActionTable

_LINE_WORDS: Final = {
    LineKind.REJECT: "不能导入",
    LineKind.BLANK: "留空待补",
    LineKind.REPAIR: "已修复",
    LineKind.SPELLING: "统一写法",
}
_OPTIONS: Final = {"day": "日/月/年", "month": "月/日/年", "yuan": "元", "fen": "分（换算为元）"}
_ASKED: Final = {
    "date_order": "列“{heading}”的日期有两种读法，例如 03/04/2026。请选择：",
    "fee_unit": "列“{heading}”约为各分项之和的 100 倍，像是以分为单位。请选择：",
}
_DIFFS: Final = (
    Column("record_no", "病案号", 92),
    Column("label", "字段", 150, least=100),
    Column("ours", "我的", 160, stretch=True, least=110),
    Column("theirs", "文件中的", 160, stretch=True, least=110),
    Column("choice", "导入后", 150, least=92),
)
_LONGEST: Final = 80


class LinesPanel(Panel):
    """行问题: rejected rows, unread cells, repairs. The marked copy of the file is offered beside them."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("行问题", "")
        self._lines: Sequence[Line] = ()
        words = ((str(kind), word) for kind, word in _LINE_WORDS.items())
        self.scope = SegmentedControl((("all", "全部"), *words), narrow=True)
        self.scope.changed.connect(self._on_scope)
        self.header.addWidget(self.scope)
        self.header.addWidget(ActionButton(actions, "import.marked", small=True))
        self.model: RecordModel[Line] = RecordModel(LINE_COLUMNS, line_cell)
        self.table = DataTable(LINE_COLUMNS)
        self.table.setObjectName("lines")
        self.table.setAccessibleName("行问题")
        self.model.setParent(self.table)
        self.table.setModel(self.model)
        self.body.addWidget(self.table)

    def show_preview(self, preview: ImportPreview) -> None:
        """Show the lines of a preview."""
        self._lines = lines_of(preview)
        counts = Counter(line.kind for line in self._lines)
        self.set_note("" if self._lines else "没有需要处理的行。")
        self.scope.set_count("all", len(self._lines))
        for kind in LineKind:
            self.scope.set_count(str(kind), counts[kind])
        self._on_scope(self.scope.current)

    def _on_scope(self, key: str) -> None:
        self.model.show([line for line in self._lines if key in ("all", line.kind)])


class QuestionsPanel(Panel):
    """Questions about whole columns, each answered once. ``answered(question id, option)``."""

    answered = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("请确认", "每列只问一次，答案会随这种文件记住")
        self._rows: list[QWidget] = []

    @property
    def is_empty(self) -> bool:
        """True when nothing is asked."""
        return not self._rows

    def show_preview(self, preview: ImportPreview) -> None:
        """Show the questions of a preview."""
        for old in self._rows:
            self.body.removeWidget(old)
            old.deleteLater()
        self._rows = [self._make(question) for question in preview.batch.questions]
        for made in self._rows:
            self.body.addWidget(made)
        self.setVisible(bool(self._rows))

    def _make(self, question: Question) -> QWidget:
        words = Text(_ASKED[str(question.kind)].format(heading=question.heading), wrap=True)
        line = row(gap=12, margins=(12, 6, 12, 6))
        line.addWidget(words, 1)
        holder = QWidget()
        group = QButtonGroup(holder)
        for option in question.options:
            button = QRadioButton(_OPTIONS[option])
            button.setObjectName(f"{question.id}={option}")
            button.setChecked(option == question.answer)
            button.clicked.connect(self._on_clicked)
            group.addButton(button)
            line.addWidget(button)
        holder.setLayout(line)
        return holder

    def _on_clicked(self) -> None:
        question, _, option = self.sender().objectName().rpartition("=")
        self.answered.emit(question, option)


class DiffsPanel(Panel):
    """差异: stored cases that the file wants to change, field by field. Ours is kept unless the user says otherwise.

    ``changed``: something else is taken from the file now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("与已有病例的差异", "默认保留我的")
        self._take: set[tuple[int, str]] = set()
        keep, take = Button("全部保留我的", small=True), Button("全部用新的", small=True)
        take.setToolTip("人工改过的值除外，它们要逐项选择")
        keep.clicked.connect(self.keep_all)
        take.clicked.connect(self.take_all)
        self.header.addWidget(keep)
        self.header.addWidget(take)
        self.model: RecordModel[DiffLine] = RecordModel(_DIFFS, self._cell)
        self.table = DataTable(_DIFFS)
        self.table.setObjectName("diffs")
        self.table.setAccessibleName("差异")
        self.model.setParent(self.table)
        self.table.setModel(self.model)
        self.table.opened.connect(self._on_opened)
        self.body.addWidget(self.table)

    @property
    def taken(self) -> frozenset[tuple[int, str]]:
        """What is taken from the file: (case id, path)."""
        return frozenset(self._take)

    def show_preview(self, preview: ImportPreview) -> None:
        """Show the differences of a preview; decisions on those that are still there stay."""
        there = {(line.case_id, line.path) for line in preview.diffs}
        self._take &= there
        self.model.show(preview.diffs)
        self.table.go_to(0)
        self._tell()

    def toggle(self) -> None:
        """Space: take the file's value for the line under the cursor, or keep ours; go on to the next."""
        line = self.model.at(self.table.current_row)
        if line:
            self._take ^= {(line.case_id, line.path)}
            self.model.refresh(self.table.current_row)
            self.table.go_to(self.table.current_row + 1)
            self._tell()

    def keep_all(self) -> None:
        """Keep every value of ours."""
        self._take.clear()
        self._tell()
        self.model.refresh()

    def take_all(self) -> None:
        """Take every value of the file, except where a person edited ours."""
        self._take = {(line.case_id, line.path) for line in self.model.values if not line.edited}
        self._tell()
        self.model.refresh()

    def _tell(self) -> None:
        total, cases = self.model.rowCount(), len({line.case_id for line in self.model.values})
        self.set_note(f"{cases:,} 份 {total:,} 处；默认保留我的，用新的 {len(self._take):,} 处")
        self.changed.emit()

    def _on_opened(self, _row: int) -> None:
        self.toggle()

    def _cell(self, key: str, line: DiffLine) -> Cell:
        taken = (line.case_id, line.path) in self._take
        match key:
            case "record_no":
                return Cell(line.record_no, code=True)
            case "label":
                return Cell(field_label(line.path))
            case "ours":
                note = "人工改过" if line.edited else ""
                ours = masking().value(line.path, line.ours[:_LONGEST])
                return Cell(ours or "（空）", "fg_muted" if taken else "fg", note=note, changed=line.edited)
            case "theirs":
                theirs = masking().value(line.path, line.theirs[:_LONGEST])
                return Cell(theirs or "（空）", "fg" if taken else "fg_muted")
            case _:
                return Cell("用新的", "accent") if taken else Cell("保留我的", "fg_secondary")
