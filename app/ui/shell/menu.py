"""The full action menu (F10), built from the action table."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets.painting import keys_text


class ActionMenu(QMenu):
    """Every action that is available here and now, by group; its key stands at the right."""

    def __init__(self, parent: QWidget, actions: ActionTable) -> None:
        super().__init__(parent)
        self._actions = actions
        self.triggered.connect(self._on_triggered)
        self.aboutToHide.connect(self.deleteLater)
        group = ""
        for action in sorted(actions.available(), key=lambda one: _rank(one.group)):
            if group and action.group != group:
                self.addSeparator()
            group = action.group
            keys = keys_text(action.keys[0]) if action.keys else ""
            entry = QAction(f"{action.label}\t{keys}", self)
            entry.setData(action.id)
            if action.icon:
                entry.setIcon(theme().icon(action.icon))
            self.addAction(entry)

    def _on_triggered(self, entry: QAction) -> None:
        self._actions.trigger(entry.data())


def _rank(group: str) -> tuple[int, str]:
    """Groups of the page first, then those of the window."""
    last = ("转到", "窗口", "外观")
    return (last.index(group) + 1 if group in last else 0, group)
