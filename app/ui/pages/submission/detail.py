"""The right side: what a submission held, in which files it went, and what a later version of a case changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.services.snapshots import SnapshotChange
from app.services.submission_types import Receipt, ReceiptKind, StoredSubmission, SubmittedCase
from app.ui.models.records import RecordModel
from app.ui.pages.wording import joined
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Cell, Column, DataTable, Rule, ScrollPane, StateStack, Text, column, row

if TYPE_CHECKING:
    from app.ui.actions import ActionTable

_CASES: Final = (
    Column("record_no", "病案号", 88),
    Column("version", "版本", 56),
    Column("drg", "DRG", 60),
    Column("sha", "内容指纹", 90, stretch=True),
)
_MOST: Final = 40
_CHANGES: Final = 150


class SubmissionDetail(QWidget):
    """``opened(case_id)``: Enter or double click on a case; ``chosen(SubmittedCase)`` when another one is chosen."""

    opened = Signal(int)
    chosen = Signal(object)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__()
        self._title, self._about = Text("", "title", elide=True), Text("", "body", "secondary", wrap=True)
        self._files = Text("", "body", "secondary", wrap=True)
        self._model: RecordModel[SubmittedCase] = RecordModel(_CASES, _cell)
        self.table = DataTable(_CASES)
        self.table.setObjectName("submission_cases")
        self.table.setAccessibleName("这次提交的病案")
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.table.row_changed.connect(self._on_row)
        self.changes = Text("", "body", "secondary", wrap=True)
        self.changes.setObjectName("submission_changes")
        content = QWidget()
        head = column(self._title, self._about, self._files, gap=4, margins=(14, 12, 14, 10))
        steps = (ActionButton(actions, f"submission.{name}", small=True) for name in ("receipt", "hand_over"))
        head.addLayout(row(*steps, None, gap=8))
        box = column()
        box.addLayout(head)
        box.addWidget(self.table, 1)
        box.addWidget(Rule())
        pane = ScrollPane("surface", (14, 10, 14, 12), 4)
        pane.box.addWidget(Text("与上一版相比", "bold"))
        pane.box.addWidget(self.changes)
        pane.box.addStretch(1)
        pane.setFixedHeight(theme().px(_CHANGES))
        box.addWidget(pane)
        content.setLayout(box)
        self._stack = StateStack(content)
        self.setLayout(column(self._stack))
        self.show_nothing("选中一次提交或一份病案。", "这里列出内容、文件和各版的不同。")

    @property
    def case(self) -> SubmittedCase | None:
        """The chosen case of the submission."""
        return self._model.at(self.table.current_row)

    def show_nothing(self, words: str, hint: str) -> None:
        """Show no submission."""
        self._stack.show_empty(words, hint)

    def show_submission(
        self, one: StoredSubmission, cases: Sequence[SubmittedCase], receipts: Sequence[Receipt], case_id: int
    ) -> None:
        """Show a submission with its cases and files; ``case_id`` is chosen if it is among them."""
        self._title.setText(f"第 {one.id} 次提交　{one.cases:,} 份")
        self._about.setText(joined(f"{one.at:%Y-%m-%d %H:%M} {one.who}", one.note, one.scheme_title))
        files = [
            joined(
                f"{_kind(file.kind)} {file.file_name}",
                f"{file.cases:,} 份 {file.sha256[:12]} {file.at:%m-%d %H:%M} {file.who}",
                file.note,
            )
            for file in receipts
        ]
        self._files.setText("\n".join(files) or "还没有登记上传文件或回执。按 R 登记回执。")
        self._model.show(cases)
        self._stack.show_content()
        at = next((at for at, case in enumerate(cases) if case.case_id == case_id), 0)
        self.table.go_to(at)

    def show_changes(self, version: int, changes: Sequence[SnapshotChange]) -> None:
        """Show what a version of the chosen case changed against the one before."""
        if version <= 1:
            self.changes.setText("这是第 1 版。")
            return
        lines = [f"{one.label}：{one.old or '空'} → {one.new or '空'}" for one in changes[:_MOST]]
        more = [f"还有 {len(changes) - _MOST} 处"] if len(changes) > _MOST else []
        self.changes.setText("\n".join([*lines, *more]) or "内容没有改动。")

    def _on_opened(self, _at: int) -> None:
        if self.case is not None:
            self.opened.emit(self.case.case_id)

    def _on_row(self, _at: int) -> None:
        if self.case is not None:
            self.chosen.emit(self.case)


def _kind(kind: str) -> str:
    found = ReceiptKind(kind)
    return f"回执·{found.label}" if found.came_back else found.label


def _cell(key: str, one: SubmittedCase) -> Cell:
    match key:
        case "record_no":
            return Cell(one.record_no, code=True)
        case "version":
            return Cell(f"第 {one.version} 版", "fg" if one.version > 1 else "fg_secondary")
        case "drg":
            return Cell(one.group.drg or "—", code=True)
        case _:
            return Cell(one.sha256[:16], "fg_muted", code=True, small=True)
