"""One remembered coding: its codes, each use of it, why it was revoked, and the line in which a reason is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from app.common.errors import UserProblem
from app.services.coding_memory import MemoryRow, MemoryUse
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Button, Cell, Column, DataTable, Panel, StateStack, Text, column, row

_USES: Final = (
    Column("at", "时间", 132),
    Column("by", "经手人", 80),
    Column("where", "病案号 / 文件", 100, stretch=True),
    Column("times", "次数", 48, "right"),
)
_MINUTE: Final = 16


class DetailPanel(Panel):
    """``reasoned(text)`` when a reason was given; ``case_wanted(id)`` when a use on a case was opened."""

    reasoned = Signal(str)
    case_wanted = Signal(int)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("选中的一条")
        self._title = Text("", "bold", wrap=True)
        self._codes = Text("", "body", "secondary", wrap=True)
        self._told = Text("", "caption", "muted", wrap=True)
        self._told.setObjectName("told")
        self._revoke = ActionButton(actions, "memory.revoke", small=True)
        self._restore = ActionButton(actions, "memory.restore", small=True)
        self.reason = QLineEdit()
        self.reason.setObjectName("reason")
        self.reason.setAccessibleName("撤销的原因")
        self.reason.setProperty("boxed", "true")
        self.reason.setPlaceholderText("为什么撤销（必填，记入审计）")
        self.reason.returnPressed.connect(self._on_reason)
        self._confirm = Button("撤销", small=True, keys="Enter")
        self._confirm.clicked.connect(self._on_reason)
        self._problem = Text("", "caption", "error", wrap=True)
        self.table = DataTable(_USES)
        self.table.setObjectName("uses")
        self.table.setAccessibleName("每一次使用")
        self._model: RecordModel[MemoryUse] = RecordModel(_USES, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self._stack = StateStack(self.table)
        head = column(self._title, self._codes, self._told, gap=4, margins=(14, 8, 14, 6))
        head.addLayout(row(self._revoke, self._restore, None, gap=8))
        head.addLayout(row(self.reason, self._confirm, gap=6))
        head.addWidget(self._problem)
        self.body.addLayout(head)
        self.body.addWidget(self._stack, 1)
        self.end_reason()

    def show_row(self, chosen: MemoryRow | None, uses: Sequence[MemoryUse]) -> None:
        """Show a coding with its uses; nothing is chosen without one."""
        self.end_reason()
        self._model.show(uses)
        if chosen is None:
            self._title.setText("")
            self._codes.setText("")
            self._told.setText("")
            self._stack.show_empty("没有选中。", "在左侧选一条，这里列出它的每一次使用。")
            return
        self._title.setText(chosen.line.text)
        self._codes.setText(f"{chosen.codes} {chosen.name}".strip())
        self._told.setText(_told(chosen))
        self._stack.show_content()
        self.table.go_to(0)

    @property
    def chosen_case(self) -> int:
        """The case of the chosen use, 0 for a line of a file."""
        use = self._model.at(self.table.current_row)
        return use.case_id if use else 0

    def ask_reason(self) -> None:
        """Open the line for the reason."""
        self.reason.clear()
        self._problem.hide()
        self.reason.show()
        self._confirm.show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def end_reason(self) -> None:
        """Close the line for the reason."""
        self.reason.hide()
        self._confirm.hide()
        self._problem.hide()

    @property
    def asks_reason(self) -> bool:
        """True while the line for the reason is open."""
        return not self.reason.isHidden()

    def show_problem(self, problem: UserProblem) -> None:
        """Say below the reason what is wrong."""
        self._problem.setText(f"{problem.message}{problem.advice}")
        self._problem.show()

    def _on_reason(self) -> None:
        self.reasoned.emit(self.reason.text())

    def _on_opened(self, _row: int) -> None:
        if self.chosen_case:
            self.case_wanted.emit(self.chosen_case)


def _told(chosen: MemoryRow) -> str:
    """Return in words how often, from where, and what became of it."""
    line = chosen.line
    parts = [f"共 {line.times:,} 次（病案 {line.on_cases:,}，导入 {line.in_files:,}）"]
    if line.revoked is not None:
        parts.append(f"{line.revoked.at:%Y-%m-%d %H:%M} 由 {line.revoked.who} 撤销：{line.revoked.why}")
    elif not chosen.is_offered:
        parts.append("编码不在使用中的码表里：记住但不提供")
    return "；".join(parts) + "。"


def _cell(key: str, use: MemoryUse) -> Cell:
    match key:
        case "at":
            return Cell(use.at[:_MINUTE] or "—", "fg_secondary", code=True)
        case "by":
            return Cell(use.by or "—", "fg_secondary")
        case "where":
            if use.case_id:
                return Cell(use.record_no or f"第 {use.case_id} 份", "accent", code=True)
            return Cell(use.file_name, "fg_secondary", "import")
        case _:
            return Cell(f"{use.times:,}", right=True)
