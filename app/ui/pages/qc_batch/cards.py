"""Cards that ask: why a finding shall not count, or be excepted; when those who leave soon are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.services.leaving import LeavingPlan
from app.services.rule_types import ExceptionReason
from app.ui.pages.ask_card import AskCard
from app.ui.widgets import SegmentedControl, Text, row

CLASSES: Final = (
    (str(ExceptionReason.CRITICAL), "危重"),
    (str(ExceptionReason.MATERIAL), "特殊耗材"),
    (str(ExceptionReason.TECHNIQUE), "新技术"),
    (str(ExceptionReason.COMPLICATION), "并发症"),
    (str(ExceptionReason.OTHER), "其他"),
)
"""Reason classes of domain.md 5.5 with their words."""


class SuppressCard(AskCard):
    """Asks why a finding shall not count any more; ``take(reason)`` may refuse with a problem."""

    def __init__(self, parent: QWidget, told: str, take: Callable[[str], object]) -> None:
        super().__init__(parent, "qc", "写明理由，不再计入", told, "写明理由")
        self._take = take
        self._reason = self._add_field("qc_reason", "理由", "例如：病程记录已说明（必填，记入审计）")
        self._end()
        self.open(self._reason)

    def _do(self) -> None:
        self._take(self._reason.text())


class ExceptionCard(AskCard):
    """Asks for reason class, reason and evidence of an exception; ``take(class, reason, evidence)``."""

    def __init__(self, parent: QWidget, told: str, take: Callable[[ExceptionReason, str, list[str]], object]) -> None:
        super().__init__(parent, "qc", "登记例外", told, "登记例外")
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


class PlanCard(AskCard):
    """Asks how many days before discharge cases are checked, and at what time of day; ``take(days, at)``."""

    def __init__(self, parent: QWidget, plan: LeavingPlan, take: Callable[[str, str], object]) -> None:
        told = (
            "程序打开时每小时在后台检查一次即将出院的病案；也可再定一个钟点。"
            "没有计划出院日期的，按入院时间加同组平均住院日估计。"
        )
        super().__init__(parent, "qc", "出院前质控的时间", told, "保存")
        self._take = take
        self._days = self._add_field("qc_days", "出院前几天开始", "3", str(plan.days))
        self._at = self._add_field("qc_at", "每天定时（可留空）", "07:30", plan.at)
        for field in (self._days, self._at):
            field.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self._end()
        self.open(self._days)

    def _do(self) -> None:
        self._take(self._days.text(), self._at.text())
