"""The line below the list: how many cases, what they come to, what is new, how far the day is, what to do with all."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.services.types import ListTotals
from app.ui.actions import ActionTable
from app.ui.pages.wording import yuan
from app.ui.widgets import ActionButton, Button, Pane, Text, row


class ListFoot(Pane):
    """``asked`` when new cases are to be shown."""

    asked = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "t")
        self._counts = Text("", "caption", "secondary", elide=True)
        self._today = Text("", "caption", "muted")
        self._news = Button("", kind="link", small=True, keys="F5")
        self._news.hide()
        self._news.clicked.connect(self.asked)
        self.bulk = ActionButton(actions, "worklist.bulk", kind="link", small=True)
        line = row(gap=8, margins=(12, 2, 8, 2))
        line.addWidget(self._counts, 1)
        for widget in (self._news, self._today, self.bulk):
            line.addWidget(widget)
        self.setLayout(line)

    def show_news(self, came: int) -> None:
        """Tell how many cases came that the list does not show yet; 0 for none."""
        self._news.setVisible(came > 0)
        self._news.set_text(f"有 {came:,} 份新到 · 刷新")

    def show_counts(self, shown: int, selected: int, totals: ListTotals) -> None:
        """Show what the list comes to; the amount is there for those who answer for it."""
        parts = [f"共 {shown:,} 份" + (f"，已选 {selected:,} 份" if selected else "")]
        parts += [f"强制错误 {totals.errors:,} 份"] if totals.errors else []
        parts += [f"逾期 {totals.overdue:,} 份"] if totals.overdue else []
        parts += [f"提议待确认 {totals.proposals:,} 份"] if totals.proposals else []
        parts += [f"暂不能结算 {yuan(totals.at_risk_fen)} 元"] if totals.at_risk_fen else []
        self._counts.setText("　".join(parts))

    def show_day(self, finished: int, wanted: int) -> None:
        """Show how many of today's cases are done."""
        self._today.setText(f"今日已完成 {finished:,} / {wanted:,}" if wanted else "")
