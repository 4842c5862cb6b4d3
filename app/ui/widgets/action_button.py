"""A button that stands for an action of the table: same words, same key, same condition."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.actions import ActionTable
from app.ui.widgets.buttons import Button


class ActionButton(Button):
    """Shows label and key of an action and is enabled when the action is. ``text`` replaces the label."""

    def __init__(
        self,
        actions: ActionTable,
        action_id: str,
        *,
        kind: str = "normal",
        small: bool = False,
        text: str = "",
        keys: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        action = actions.get(action_id)
        shown = action.keys[0] if keys and action.keys else ""
        super().__init__(text or action.label, kind=kind, small=small, icon=action.icon, keys=shown, parent=parent)
        self._actions, self._id, self._shows_keys = actions, action_id, keys
        self.setObjectName(action_id)
        self.setToolTip(action.help)
        self.clicked.connect(self._on_clicked)
        actions.changed.connect(self._refresh)
        actions.rebound.connect(self._show_key)
        self._refresh()

    def _on_clicked(self) -> None:
        self._actions.trigger(self._id)

    def _show_key(self) -> None:
        keys = self._actions.get(self._id).keys
        self.set_text(self.text(), (keys[0] if keys else "") if self._shows_keys else None)

    def _refresh(self) -> None:
        self.setEnabled(self._actions.is_enabled(self._id))
