"""A file of the insurer before it is taken over: what was understood, and each row that belongs to no case."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from app.common.texts import text
from app.services.insurer_types import InsurerPreview, cause_word
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Button, Cell, Column, DataTable, Panel, StateStack, Text, column, row

if TYPE_CHECKING:
    from app.ui.actions import ActionTable

_COLUMNS: Final = (Column("message", "没有用上的行", 300, stretch=True),)


class InsurerPreviewPanel(Panel):
    """``given_up`` when the user does not want the file."""

    given_up = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("导入医保返回的分组")
        self._told = Text("", "body", wrap=True)
        self._told.setObjectName("insurer_told")
        self._causes, self._columns = Text("", "body", wrap=True), Text("", "caption", "secondary", wrap=True)
        self.take = ActionButton(actions, "insurer.take", kind="primary")
        leave = Button("放弃", keys="Esc")
        leave.clicked.connect(self.given_up)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("insurer_problems")
        self.table.setAccessibleName("没有用上的行")
        self._model: RecordModel[str] = RecordModel(_COLUMNS, lambda _key, words: Cell(words))
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self._stack = StateStack(self.table)
        head = column(self._told, self._causes, self._columns, gap=6, margins=(14, 10, 14, 8))
        head.addLayout(row(self.take, ActionButton(actions, "insurer.columns"), leave, None, gap=8))
        self.body.addLayout(head)
        self.body.addWidget(self._stack, 1)

    def show_preview(self, preview: InsurerPreview) -> None:
        """Show what was read."""
        good, bad = len(preview.lines), len(preview.problems)
        self.set_note(preview.path.name)
        rest = f"；{bad:,} 行没有用上，见下表" if bad else ""
        self._told.setText(f"读到 {preview.rows:,} 行，{good:,} 行对上了本院的病案{rest}。现在还没有写入。")
        counts = Counter(one.verdict.cause for one in preview.lines)
        words = [f"{cause_word(cause)} {count:,}" for cause, count in counts.most_common()]
        self._causes.setText("　".join(words))
        named = (f"{text(f'insurer.role.{role}')}＝“{heading}”列" for role, heading in preview.columns.items())
        self._columns.setText("，".join(named) + "。")
        self.take.set_text(f"导入 {good:,} 行")
        self._model.show(preview.problems)
        if bad:
            self._stack.show_content()
            self.table.go_to(0)
        else:
            self._stack.show_empty("每一行都对上了。", "按 Ctrl+Enter 导入；导入后可以整个文件撤回。")
