"""Cards that ask: why a finding shall not count, or be excepted; when those who leave soon are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.services.leaving import LeavingPlan
from app.services.rule_types import ExceptionReason
from app.ui.widgets import Button, Card, SegmentedControl, Text, row

CLASSES: Final = (
    (str(ExceptionReason.CRITICAL), "危重"),
    (str(ExceptionReason.MATERIAL), "特殊耗材"),
    (str(ExceptionReason.TECHNIQUE), "新技术"),
    (str(ExceptionReason.COMPLICATION), "并发症"),
    (str(ExceptionReason.OTHER), "其他"),
)
"""Reason classes of domain.md 5.5 with their words."""


class _AskCard(Card):
    """Fields, a place for what is wrong with them, and two buttons; Enter in a field goes on."""

    def __init__(self, parent: QWidget, title: str, told: str, verb: str) -> None:
        super().__init__(parent.window(), 460)
        self.setObjectName("qc_card")
        self.box.addWidget(Text(title, "title", wrap=True))
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("qc_card_problem")
        self._yes, no = Button(verb, kind="primary", keys="Enter"), Button("取消", keys="Esc")
        self._yes.setObjectName("qc_card_yes")
        self._yes.clicked.connect(self._on_yes)
        no.clicked.connect(self.close_card)
        self._buttons = row(None, no, self._yes)

    def _add_field(self, name: str, label: str, hint: str, value: str = "") -> QLineEdit:
        field = QLineEdit(value)
        field.setObjectName(name)
        field.setAccessibleName(label)
        field.setProperty("boxed", "true")
        field.setPlaceholderText(hint)
        field.returnPressed.connect(self._on_yes)
        self.box.addWidget(Text(label, "caption", "muted"))
        self.box.addWidget(field)
        return field

    def _end(self) -> None:
        self.box.addWidget(self._problem)
        self.box.addLayout(self._buttons)

    def _on_yes(self) -> None:
        """Try; a problem is said in the card and nothing typed is lost."""
        try:
            self._do()
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        self.close_card()

    def _do(self) -> None:
        raise NotImplementedError


class SuppressCard(_AskCard):
    """Asks why a finding shall not count any more; ``take(reason)`` may refuse with a problem."""

    def __init__(self, parent: QWidget, told: str, take: Callable[[str], object]) -> None:
        super().__init__(parent, "写明理由，不再计入", told, "写明理由")
        self._take = take
        self._reason = self._add_field("qc_reason", "理由", "例如：病程记录已说明（必填，记入审计）")
        self._end()
        self.open(self._reason)

    def _do(self) -> None:
        self._take(self._reason.text())


class ExceptionCard(_AskCard):
    """Asks for reason class, reason and evidence of an exception; ``take(class, reason, evidence)``."""

    def __init__(self, parent: QWidget, told: str, take: Callable[[ExceptionReason, str, list[str]], object]) -> None:
        super().__init__(parent, "登记例外", told, "登记例外")
        self._take = take
        self._class = SegmentedControl(CLASSES)
        self._class.setAccessibleName("理由类别")
        self.box.addWidget(Text("理由类别", "caption", "muted"))
        self.box.addLayout(row(self._class, None))
        self._reason = self._add_field("qc_reason", "理由", "为什么这一例可以例外（必填）")
        self._evidence = self._add_field("qc_evidence", "证据", "病历中的记载位置，几处之间用“；”隔开（必填）")
        self._end()
        self.open(self._reason)

    def _do(self) -> None:
        evidence = self._evidence.text().replace(";", "；").split("；")
        self._take(ExceptionReason(self._class.current), self._reason.text(), evidence)


class PlanCard(_AskCard):
    """Asks how many days before discharge cases are checked, and at what time of day; ``take(days, at)``."""

    def __init__(self, parent: QWidget, plan: LeavingPlan, take: Callable[[str, str], object]) -> None:
        told = (
            "程序打开时每小时在后台检查一次即将出院的病案；也可再定一个钟点。"
            "没有计划出院日期的，按入院时间加同组平均住院日估计。"
        )
        super().__init__(parent, "出院前质控的时间", told, "保存")
        self._take = take
        self._days = self._add_field("qc_days", "出院前几天开始", "3", str(plan.days))
        self._at = self._add_field("qc_at", "每天定时（可留空）", "07:30", plan.at)
        for field in (self._days, self._at):
            field.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self._end()
        self.open(self._days)

    def _do(self) -> None:
        self._take(self._days.text(), self._at.text())
