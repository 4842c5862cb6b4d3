"""The DRG card, pinned under the findings: what a physician takes in at a glance."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer

from app.domain.grouping import GroupStatus
from app.drg.sentence import sentence
from app.services.pricing import why_text
from app.services.types import Grouping, Price, PriceState
from app.ui.actions import ActionTable
from app.ui.pages.case.short_text import ShortText
from app.ui.pages.wording import yuan
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Chip, Pane, Text, column, row

FLASH_MS: Final = 2000
NO_GROUP: Final = "—"
_REGIMES: Final = {"normal": ("ok", "passed"), "low": ("warn", "ph.warning"), "high": ("warn", "ph.warning")}
"""Tone and icon of the multiple, beside its word."""
_LEVELS: Final = {1: ("hint", "ph.info"), 2: ("warn", "ph.warning"), 3: ("error", "ph.warning-octagon")}


class DrgCard(Pane):
    """Group, weight, standard, multiple, why, and what would change it. Shows no surplus (ui.md, five decisions)."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "t")
        self._code = Text("", "code_bold")
        self._name = ShortText("bold", "fg", lines=2)
        self._weight = Text("", "caption_bold", "secondary")
        self._amount = Text("", "caption", "secondary")
        self._no_amount = Text("", "caption", "muted", elide=True)
        self._multiple, self._level = Chip("", "ok", "passed"), Chip("", "hint", "ph.info")
        self._scheme = Text("", "caption", "muted", elide=True)
        self._trial = Chip("试用", "warn")
        self._why = ShortText("caption", "secondary", lines=3)
        self._change = ShortText("caption", "secondary", lines=2)
        self._was = Text("", "caption_bold", "accent")
        self._was.setObjectName("drg_change")
        self.path_button = ActionButton(actions, "case.drg", kind="link", small=True, text="查看完整路径")
        self._lay_out()
        self._was.hide()
        self._last = ""
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(FLASH_MS)
        self._flash.timeout.connect(self._was.hide)

    def _lay_out(self) -> None:
        title = row(self._code, gap=8)
        title.setAlignment(self._code, Qt.AlignmentFlag.AlignTop)
        title.addWidget(self._name, 1)
        numbers = row(self._weight, self._amount, gap=12)
        numbers.addWidget(self._no_amount, 1)
        numbers.addStretch(0)
        marks = row(self._multiple, self._level, gap=6)
        marks.addWidget(self._scheme, 1)
        marks.addWidget(self._trial)
        foot = row(self.path_button, None, Text("每次修改即时重算", "caption", "muted"))
        foot.setContentsMargins(theme().px(-6), 0, 0, 0)
        parts = (self._was, title, numbers, marks, self._why, self._change, foot)
        self.setLayout(column(*parts, gap=4, margins=(12, 9, 12, 7)))

    @property
    def group(self) -> str:
        """The group as shown."""
        return self._last

    def show_grouping(self, grouping: Grouping, *, same_case: bool) -> None:
        """Show a grouping; on the same case a changed group shows old → new for two seconds."""
        explanation = grouping.explanation
        code = explanation.result.drg if explanation else NO_GROUP
        if same_case and self._last and self._last != code:
            self._was.setText(f"分组 {self._last} → {code}")
            self._was.show()
            self._flash.start()
        elif not same_case:
            self._was.hide()
        self._last = code
        self._code.setText(code)
        self._code.setVisible(explanation is not None)
        self._name.setText(explanation.name or "未进入正常分组" if explanation else "校验不通过，未分组")
        self._show_price(grouping.price)
        self._scheme.setText(grouping.scheme_title)
        self._trial.setVisible(grouping.trial)
        self._why.setText(short_why(grouping))
        self._change.setText(grouping.would_change)
        self._change.setVisible(bool(grouping.would_change))

    def _show_price(self, price: Price) -> None:
        quoted = price.state is PriceState.QUOTED
        self._weight.setText(weight_text(price))
        self._amount.setText(f"支付标准 {yuan(price.standard_fen)} 元" if quoted else "")
        self._amount.setVisible(quoted)
        self._no_amount.setText("" if quoted else price.settled_formula.partition("：")[0] or why_text(price))
        self._no_amount.setVisible(bool(self._no_amount.full_text()))
        tone, icon = _REGIMES.get(price.regime_key, ("neutral", ""))
        self._multiple.set_text(multiple_text(price), tone, icon)
        self._multiple.setVisible(bool(multiple_text(price)))
        tone, icon = _LEVELS.get(price.level, ("neutral", ""))
        self._level.set_text(f"费用预警 {price.warning}", tone, icon)
        self._level.setVisible(quoted and bool(price.warning))


def short_why(grouping: Grouping) -> str:
    """Return one sentence: what led into the group; for a case without one, cause and remedy."""
    explanation = grouping.explanation
    if explanation is None or explanation.result.status is not GroupStatus.GROUPED:
        return grouping.sentence
    entered = tuple(clause for clause in explanation.because if clause.entered)
    told = sentence(replace(explanation, because=entered))
    return told + (f"{grouping.unconfirmed} 项编码尚未确认。" if grouping.unconfirmed else "")


def weight_text(price: Price) -> str:
    """Return ``RW 3.6542``, or a dash when there is none."""
    if price.weight is None:
        return "RW —"
    return f"RW {price.weight:.4f}" + ("（示例）" if price.invented else "")


def multiple_text(price: Price) -> str:
    """Return ``倍率 0.90 正常``, '' without an amount."""
    if price.state is not PriceState.QUOTED or price.multiple is None:
        return ""
    return f"倍率 {price.multiple:.2f} {price.regime}"
