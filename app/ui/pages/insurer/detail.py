"""The right side: one case by us and by the insurer, which piece exchanged gives their group, where both part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from app.services.insurer_types import ReturnDetail, ReturnedCase, cause_word
from app.ui.masking import masking
from app.ui.pages.wording import joined, yuan
from app.ui.widgets import (
    ActionButton,
    Cell,
    CellModel,
    Column,
    DataTable,
    Panel,
    ScrollPane,
    StateStack,
    Text,
    column,
    row,
)

if TYPE_CHECKING:
    from app.domain.grouping import Explanation
    from app.ui.page import Shell

_STEPS: Final = (
    Column("step", "步骤", 84, least=72),
    Column("old", "本院", 96, least=72),
    Column("new", "医保", 96, stretch=True, least=72),
)
_MOST: Final = 8


class _Box(Panel):
    """One side: whose, code, name."""

    def __init__(self, whose: str) -> None:
        super().__init__()
        self.code, self.name = Text("", "code_bold"), Text("", "body", "secondary", wrap=True)
        parts = (Text(whose, "caption", "secondary"), self.code, self.name, None)
        self.body.addLayout(column(*parts, gap=2, margins=(10, 8, 10, 8)))

    def show_group(self, code: str, name: str) -> None:
        """Show a group."""
        self.code.setText(code or "未入组")
        self.name.setText(name)


class InsurerDetail(QWidget):
    """Shows the chosen answer."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._name, self._who = Text("", "title"), Text("", "body", "secondary", elide=True)
        self.ours, self.theirs = _Box("本院"), _Box("医保")
        self.cause, self.why = Text("", "bold"), Text("", "body", "secondary", wrap=True)
        self.exchange = Text("", "body", "secondary", wrap=True)
        self.exchange.setObjectName("insurer_exchange")
        self.told = Text("", "caption", "secondary", wrap=True)
        self._steps = CellModel(_STEPS)
        self.steps = DataTable(_STEPS)
        self.steps.setObjectName("insurer_steps")
        self.steps.setAccessibleName("第一处不同")
        self._steps.setParent(self.steps)
        self.steps.setModel(self._steps)
        pane = ScrollPane("surface", (14, 12, 14, 12), 8)
        head = row(self._name, gap=10)
        head.addWidget(self._who, 1)
        both = row(gap=8)
        both.addWidget(self.ours, 1)
        both.addWidget(self.theirs, 1)
        pane.box.addLayout(head)
        pane.box.addLayout(both)
        for widget in (self.told, self.cause, self.why, Text("逐项替换", "bold"), self.exchange):
            pane.box.addWidget(widget)
        pane.box.addWidget(Text("第一处不同", "bold"))
        pane.box.addWidget(self.steps)
        steps = (ActionButton(shell.actions, f"insurer.{name}", small=True) for name in ("drg", "appeal"))
        pane.box.addLayout(row(*steps, None, gap=8))
        pane.box.addStretch(1)
        self._stack = StateStack(pane)
        self.setLayout(column(self._stack))
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show no case."""
        self._stack.show_empty("选中一份病案。", "这里说明为什么与医保分组不同。")

    def show_case(self, one: ReturnedCase, told: ReturnDetail) -> None:
        """Show an answer with both paths."""
        line = one.stored.line
        self._name.setText(masking().name(one.name))
        self._who.setText(joined(one.record_no, one.dept, f"第 {one.stored.version} 版" if one.stored.version else ""))
        self.ours.show_group(one.stored.verdict.ours, _group_name(told.ours))
        self.theirs.show_group(line.drg, line.drg_name or (_group_name(told.theirs) if told.theirs else ""))
        money = f"金额 {yuan(line.amount_fen)} 元" if line.amount_fen is not None else ""
        weight = f"权重 {line.rw}" if line.rw else ""
        self.told.setText(joined(line.status, line.level, weight, money, line.scheme))
        self.cause.setText(cause_word(one.cause))
        self.why.setText(one.detail)
        self.exchange.setText(_exchange_words(one, told))
        parted = next((at for at, pair in enumerate(told.pairs) if pair.parts), -1)
        self._steps.set_rows(
            [
                [
                    Cell(pair.label, code=at > 1, bold=at == parted),
                    Cell(pair.old, "fg_secondary", small=True),
                    Cell(pair.new if told.theirs or not one.cause else "—", "fg_secondary", small=True),
                ]
                for at, pair in enumerate(told.pairs)
            ]
        )
        rows = min(len(told.pairs), _MOST)
        self.steps.setFixedHeight(
            self.steps.head.height() + rows * self.steps.verticalHeader().defaultSectionSize() + 2
        )
        self.steps.go_to(max(parted, 0))
        self._stack.show_content()


def _exchange_words(one: ReturnedCase, told: ReturnDetail) -> str:
    if not one.cause:
        return "两边分组相同，不需要替换。"
    return f"{told.exchange}，分到 {one.stored.line.drg or '未入组'}。" if told.theirs else told.exchange


def _group_name(explanation: Explanation) -> str:
    return explanation.name or str(explanation.result.status)
