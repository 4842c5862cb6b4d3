"""The fourth block: the last backup, how many cases there are, how many wait for a check."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout

from app.services.desk import SystemLine
from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, IconLabel, Panel, Text, row
from app.ui.widgets.painting import severity_icon


class SystemPanel(Panel):
    """Lines of label and value; what wants a look has an icon and words in the colour of a warning."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("备份与系统")
        self.setObjectName("desk.system")
        self._lines: list[tuple[IconLabel, Text, Text]] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(*(theme().px(edge) for edge in (14, 10, 14, 6)))
        self._grid.setHorizontalSpacing(theme().px(12))
        self._grid.setVerticalSpacing(theme().px(6))
        self._grid.setColumnStretch(2, 1)
        self.backups = Button("备份与恢复…", kind="link", small=True)
        self.backups.setObjectName("desk.backups")
        check = ActionButton(actions, "desk.check", kind="link", small=True, keys=False, text="重新检查")
        self.body.addLayout(self._grid)
        self.body.addLayout(row(self.backups, check, None, gap=8, margins=(8, 0, 8, 8)))
        self.body.addStretch(1)

    def show_lines(self, lines: Sequence[SystemLine]) -> None:
        """Show how things stand; the lines are always the same ones."""
        for at, line in enumerate(lines):
            if at == len(self._lines):
                self._lines.append((IconLabel("passed", "ok", 14), Text("", tone="secondary"), Text("")))
                for place, widget in enumerate(self._lines[at]):
                    self._grid.addWidget(widget, at, place)
            mark, label, value = self._lines[at]
            mark.set_icon(severity_icon("warn") if line.is_wrong else "passed", "warn" if line.is_wrong else "ok")
            label.setText(line.label)
            value.setText(line.value)
            value.set_tone("warn" if line.is_wrong else "fg")
