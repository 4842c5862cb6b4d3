"""The right side: one case by both schemes, why it changes, where they part first, and why there is no amount."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.grouping import Explanation
from app.services.compare import CaseComparison, Comparison, MovedCase
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.wording import age_text, joined, sex_text
from app.ui.widgets import (
    ActionButton,
    Cell,
    CellModel,
    Column,
    DataTable,
    IconLabel,
    Panel,
    Rule,
    ScrollPane,
    StateStack,
    Text,
    column,
    row,
)

_STEPS = (
    Column("step", "步骤", 84, least=64),
    Column("old", "旧", 92, least=66),
    Column("new", "新", 92, stretch=True, least=66),
)


class _Box(Panel):
    """One result: scheme, code, name."""

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Text("", "caption", "secondary", elide=True)
        self.code = Text("", "code_bold")
        self.name = Text("", "body", "secondary", wrap=True)
        self.body.addLayout(column(self.scheme, self.code, self.name, None, gap=2, margins=(10, 8, 10, 8)))

    def show_result(self, scheme: str, explanation: Explanation) -> None:
        """Show a result."""
        self.scheme.setText(scheme)
        self.code.setText(explanation.result.drg)
        self.name.setText(explanation.name or str(explanation.result.status))


class Detail(QWidget):
    """Shows the chosen case; the reason why there is no amount stands below in any case."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._name, self._who = Text("", "title"), Text("", "body", "secondary", elide=True)
        self.old, self.new = _Box(), _Box()
        self.why = Text("", "body", "secondary", wrap=True)
        self._steps = CellModel(_STEPS)
        self.steps = DataTable(_STEPS)
        self.steps.setObjectName("steps")
        self.steps.setAccessibleName("第一处不同")
        self._steps.setParent(self.steps)
        self.steps.setModel(self._steps)
        self.amount = Text("", "body", "secondary", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        pane = ScrollPane("surface", (14, 12, 14, 12), 8)
        head = row(self._name, gap=10)
        head.addWidget(self._who, 1)
        pane.box.addLayout(head)
        both = row(gap=8)
        both.addWidget(self.old, 1)
        both.addWidget(self.new, 1)
        pane.box.addLayout(both)
        pane.box.addWidget(Text("为什么变", "bold"))
        pane.box.addWidget(self.why)
        pane.box.addWidget(Text("第一处不同", "bold"))
        pane.box.addWidget(self.steps)
        pane.box.addWidget(ActionButton(self._shell.actions, "compare.paths", small=True))
        pane.box.addStretch(1)
        self._stack = StateStack(pane)
        foot = QWidget()
        title = row(IconLabel("ph.warning", "warn", 16), Text("为何不显示金额", "bold", "warn"), None, gap=6)
        button = ActionButton(self._shell.actions, "compare.weights", small=True)
        foot.setLayout(column(title, self.amount, button, gap=6, margins=(14, 10, 14, 12)))
        self._foot = foot
        whole = column()
        whole.addWidget(self._stack, 1)
        whole.addWidget(Rule())
        whole.addWidget(foot)
        self.setLayout(whole)

    def show_comparison(self, found: Comparison) -> None:
        """Show why there is no amount, nothing when there is one."""
        self._foot.setVisible(found.old.amount_fen is None)
        self.amount.setText(found.amount_note)
        self.show_nothing("选中一份换组的病例。", "↑↓ 选择，Enter 看两条路径。")

    def show_nothing(self, words: str, hint: str) -> None:
        """Show no case."""
        self._stack.show_empty(words, hint)

    def show_case(self, found: Comparison, one: MovedCase, told: CaseComparison, who: tuple[str, int | None]) -> None:
        """Show a case; ``who`` is sex and age in years."""
        sex, years = who
        self._name.setText(masking().name(one.name))
        self._who.setText(joined(f"{sex_text(sex)} {age_text(years, None)}".strip(), one.dept))
        self.old.show_result(found.old_title, told.old)
        self.new.show_result(found.new_title, told.new)
        self.why.setText(told.why)
        parted = next((at for at, pair in enumerate(told.pairs) if pair.parts), -1)
        self._steps.set_rows(
            [
                [
                    Cell(pair.label, code=at > 1, bold=at == parted),
                    Cell(pair.old, "fg_secondary", small=True),
                    Cell(pair.new, "fg" if pair.parts else "fg_secondary", small=True, bold=at == parted),
                ]
                for at, pair in enumerate(told.pairs)
            ]
        )
        rows = min(len(told.pairs), 8)
        height = self.steps.head.height() + rows * self.steps.verticalHeader().defaultSectionSize() + 2
        self.steps.setFixedHeight(height)
        self.steps.go_to(max(parted, 0))
        self._stack.show_content()
