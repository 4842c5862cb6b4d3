"""The lowest line: what is still to do before a rule can be put in force, and the two buttons."""

from __future__ import annotations

from collections.abc import Sequence

from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import ActionButton, IconLabel, Pane, Text, row


class FootBar(Pane):
    """Words at the left; draft and enable for own rules, a copy for rules of the base."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "t")
        self._icon = IconLabel("note", "fg_muted", 14)
        self._gate = Text("", "caption", "secondary", elide=True)
        self._gate.setObjectName("gate")
        self._own = [
            ActionButton(actions, "rules.save", text="存草稿"),
            ActionButton(actions, "rules.enable", kind="primary", text="送签启用", keys=False),
        ]
        self._base = [ActionButton(actions, "rules.copy", text="复制为本院规则")]
        line = row(self._icon, gap=8, margins=(16, 0, 12, 0))
        line.addWidget(self._gate, 1)
        for button in (*self._own, *self._base):
            line.addWidget(button)
        self.setLayout(line)
        self.setFixedHeight(theme().px(46))

    def show_gate(self, points: Sequence[str], *, own: bool) -> None:
        """Show what is still to do; () when the rule can be put in force."""
        for button in self._own:
            button.setVisible(own)
        for button in self._base:
            button.setVisible(not own)
        ready = own and not points
        self._icon.set_icon("passed" if ready else "note", "ok" if ready else "fg_muted")
        if not own:
            self._gate.setText("国家与行业基础规则不能改写，可在“设置”里停用、改级别和参数。")
        else:
            self._gate.setText(
                f"启用前还需：{'；'.join(one.rstrip('。') for one in points)}" if points else "可以送签启用。"
            )
