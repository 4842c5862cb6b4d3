"""A file of past codings before it is imported: what was understood, and each row that cannot be used."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal

from app.services.coding_memory import PastPreview, PastProblem
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Button, Cell, Column, DataTable, Panel, StateStack, Text, column, row

_COLUMNS: Final = (
    Column("row", "行", 64, "right"),
    Column("column", "列", 120),
    Column("message", "问题", 240, stretch=True),
    Column("sheet", "工作表", 120, wide_only=True),
)
_ROLES: Final = (
    ("text", "原文"),
    ("code", "编码"),
    ("name", "标准名称"),
    ("times", "次数"),
    ("last", "日期"),
    ("by", "经手人"),
)


class PreviewPanel(Panel):
    """``given_up`` when the user does not want the file."""

    given_up = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("导入过去的编码")
        self._told = Text("", "body", wrap=True)
        self._told.setObjectName("preview_told")
        self._columns = Text("", "caption", "secondary", wrap=True)
        self.take = ActionButton(actions, "memory.take", kind="primary")
        leave = Button("放弃", keys="Esc")
        leave.clicked.connect(self.given_up)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("past_problems")
        self.table.setAccessibleName("不能用的行")
        self._model: RecordModel[PastProblem] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self._stack = StateStack(self.table)
        head = column(self._told, self._columns, gap=6, margins=(14, 10, 14, 8))
        head.addLayout(row(self.take, leave, None, gap=8))
        self.body.addLayout(head)
        self.body.addWidget(self._stack, 1)

    def show_preview(self, preview: PastPreview) -> None:
        """Show what was read."""
        good, bad = len(preview.lines), len(preview.problems)
        self.set_note(preview.path.name)
        parts = [f"读到 {preview.rows:,} 行，可以导入 {good:,} 行"]
        if preview.converted:
            parts.append(f"{preview.converted:,} 行的临床版编码已换成医保版")
        if preview.named:
            parts.append(f"{preview.named:,} 行由标准名称查到编码")
        if bad:
            parts.append(f"{bad:,} 行不能用，见下表")
        self._told.setText("；".join(parts) + "。现在还没有写入。")
        named = (f"{words}＝“{preview.columns[role]}”列" for role, words in _ROLES if role in preview.columns)
        self._columns.setText("，".join(named) + "。")
        self.take.set_text(f"跳过不能用的，导入 {good:,} 行" if bad else f"导入 {good:,} 行")
        self._model.show(preview.problems)
        if bad:
            self._stack.show_content()
            self.table.go_to(0)
        else:
            self._stack.show_empty("每一行都可以用。", "按 Ctrl+Enter 导入；导入后可以整个文件撤销。")


def _cell(key: str, one: PastProblem) -> Cell:
    match key:
        case "row":
            return Cell(str(one.where.row or ""), right=True, code=True)
        case "column":
            return Cell(one.where.column, "fg_secondary")
        case "message":
            return Cell(one.message)
        case _:
            return Cell(one.where.sheet, "fg_secondary")
