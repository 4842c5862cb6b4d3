"""The DRG card, pinned under the findings."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer

from app.services.types import Grouping, Price, PriceState
from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Chip, Pane, Text, column, row

FLASH_MS: Final = 2000
NO_GROUP: Final = "—"


class DrgCard(Pane):
    """Group, weight, multiple, why, and what would change it. Shows no surplus (ui.md, five decisions)."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "t")
        self._code = Text("", "code_bold")
        self._name = Text("", "bold", wrap=True)
        self._weight = Text("", "caption_bold", "secondary")
        self._multiple = Text("", "caption", "secondary")
        self._scheme = Text("", "caption", "muted", elide=True)
        self._trial = Chip("试用", "warn")
        self._why = Text("", "caption", "secondary", wrap=True)
        self._change = Text("", "caption", "secondary", wrap=True)
        self._was = Text("", "caption_bold", "accent")
        self._was.setObjectName("drg_change")
        self.path_button = ActionButton(actions, "case.drg", kind="link", small=True, text="查看完整路径")
        title = row(self._code, gap=8)
        title.setAlignment(self._code, Qt.AlignmentFlag.AlignTop)
        title.addWidget(self._name, 1)
        numbers = row(self._weight, self._multiple, gap=12)
        numbers.addWidget(self._scheme, 1)
        numbers.addWidget(self._trial)
        foot = row(self.path_button, None, Text("每次修改即时重算", "caption", "muted"))
        foot.setContentsMargins(theme().px(-6), 0, 0, 0)
        parts = (self._was, title, numbers, self._why, self._change, foot)
        self.setLayout(column(*parts, gap=4, margins=(12, 9, 12, 7)))
        self._was.hide()
        self._last = ""
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(FLASH_MS)
        self._flash.timeout.connect(self._was.hide)

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
        self._name.setText(explanation.name if explanation else "校验不通过，未分组")
        self._weight.setText(weight_text(grouping.price))
        self._multiple.setText(multiple_text(grouping.price))
        self._multiple.setVisible(bool(self._multiple.text()))
        self._scheme.setText(grouping.scheme_title)
        self._trial.setVisible(grouping.trial)
        self._why.setText(grouping.sentence)
        self._change.setText(grouping.would_change)
        self._change.setVisible(bool(grouping.would_change))


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
