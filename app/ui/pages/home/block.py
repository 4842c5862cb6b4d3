"""One block of the desk: its numbers in a row, below them the first cases of the list that is meant."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from app.services.desk import DeskBlock
from app.services.worklist import ListLine
from app.ui.models.records import RecordModel
from app.ui.pages.home.numbers import NumberButton
from app.ui.pages.worklist.columns import Cells
from app.ui.theme import theme
from app.ui.widgets import Column, DataTable, Panel, StateStack, row

_COLUMNS = (
    Column("priority", "优先", 48, align="right"),
    Column("patient_name", "姓名", 104, least=66),
    Column("dept", "出院科室", 96, wide_only=True),
    Column("principal_text", "主要诊断（医师原文）", 120, stretch=True, least=90),
    Column("severity", "质控", 92, least=66),
    Column("deadline", "时限", 100, least=94),
)
_EMPTY = {
    "must": ("今天没有必须处理的病案。", "可查看“未认领”，或到病例列表看全部。"),
    "answers": ("没有医师答复等您查看。", "退回医师的提问答复后会列在这里。"),
    "mine": ("您名下没有未编完的病案。", "在病例列表用空格认领。"),
}


class BlockPanel(Panel):
    """``asked(number)`` for the list behind a number, ``opened(case id)`` for a case."""

    asked = Signal(object)
    opened = Signal(int)

    def __init__(self, block: DeskBlock, cells: Cells) -> None:
        super().__init__(block.title)
        self.block = block
        self._numbers = {one.key: NumberButton(one) for one in block.numbers}
        for button in self._numbers.values():
            button.asked.connect(self.asked)
        self.lines: RecordModel[ListLine] = RecordModel(_COLUMNS, cells)
        self.table = DataTable(_COLUMNS)
        self.table.setModel(self.lines)
        self.lines.setParent(self.table)
        self.table.setObjectName(f"desk.cases.{block.key}")
        self.table.setAccessibleName(f"{block.title}的病例")
        self.table.opened.connect(self._on_opened)
        self._stack = StateStack(self.table)
        self.body.addLayout(row(*self._numbers.values(), None, gap=4, margins=(4, 4, 4, 4)))
        self.body.addWidget(self._stack, 1)
        self.setMinimumHeight(theme().px(180))
        self.show_block(block)

    def show_block(self, block: DeskBlock) -> None:
        """Show other numbers and cases."""
        self.show_numbers(block)
        current = self.lines.at(self.table.current_row)
        self.lines.show(block.lines)
        if block.lines:
            self._stack.show_content()
            ids = [line.case_id for line in block.lines]
            self.table.go_to(ids.index(current.case_id) if current and current.case_id in ids else 0)
        else:
            self._stack.show_empty(*_EMPTY[block.key])

    def show_empty_library(self, bring: Callable[[], object]) -> None:
        """Say that there is nothing yet, and offer to bring it."""
        words = "还没有病例。", "从医院系统导出首页（Excel 或 CSV），在这里导入。"
        self._stack.show_empty(*words, "导入病例", bring)

    def show_numbers(self, block: DeskBlock) -> None:
        """Show other numbers; the cases stay where they are until somebody asks for them."""
        self.block = block
        for number in block.numbers:
            self._numbers[number.key].show_number(number)

    def fits(self, block: DeskBlock) -> bool:
        """True when it has the numbers of a block: another role has others."""
        return [one.key for one in block.numbers] == list(self._numbers)

    def _on_opened(self, at: int) -> None:
        line = self.lines.at(at)
        if line is not None:
            self.opened.emit(line.case_id)
