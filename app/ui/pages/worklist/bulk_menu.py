"""What can be done to many cases at once: a floating list under the button 批量, each line with its key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyleOptionViewItem, QWidget

from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import FloatFrame, Text, column
from app.ui.widgets.painting import draw_key_cap, key_cap_size, keys_text
from app.ui.widgets.roomy import RoomyRows

_ID = Qt.ItemDataRole.UserRole
_KEYS = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_OFFERED = (
    *("claim", "release", "assign", "follow_up", "settle", "return"),
    *("auto_code", "check", "quality", "submit", "export"),
)


class BulkMenu(FloatFrame):
    """↑↓ choose, Enter does it: ``do(action id)``."""

    def __init__(self, anchor: QWidget, actions: ActionTable, do: Callable[[str], object]) -> None:
        super().__init__(anchor)
        self._actions, self._do = actions, do
        self._title = Text("", "caption", "muted")
        self._title.setContentsMargins(theme().px(10), theme().px(6), theme().px(10), theme().px(4))
        self.list = _List(self)
        self.list.setAccessibleName("批量操作")
        self.list.setObjectName("bulk_list")
        self.list.setSpacing(theme().px(2))
        self.list.setItemDelegate(_KeyDelegate(self.list))
        self.list.itemActivated.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_chosen)
        self.setLayout(column(self._title, self.list, margins=(1, 1, 1, 4)))

    def open(self, told: str) -> None:
        """Show the list and take the keys; ``told`` says what it is done to."""
        self._title.setText(told)
        self.list.clear()
        for name in _OFFERED:
            action = self._actions.get(f"worklist.{name}")
            if self._actions.is_enabled(action.id):
                item = QListWidgetItem(action.label)
                item.setData(_ID, action.id)
                item.setData(_KEYS, keys_text(action.keys[0]) if action.keys else "")
                item.setData(Qt.ItemDataRole.AccessibleTextRole, "　".join((action.label, *action.keys[:1])))
                self.list.addItem(item)
        self.place_below(
            theme().px(220), theme().px(44) + self.list.count() * (self.list.sizeHintForRow(0) + theme().px(4))
        )
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_chosen(self, item: QListWidgetItem) -> None:
        self.hide()
        self._do(str(item.data(_ID)))


class _KeyDelegate(RoomyRows):
    """Draws the key of a line at its right end."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the line, then the cap."""
        super().paint(painter, option, index)
        keys = str(index.data(_KEYS) or "")
        if keys:
            cap, line = key_cap_size(keys), QRect(option.rect)
            left = line.right() - theme().px(8) - cap.width()
            top = line.center().y() - cap.height() // 2 + 1
            draw_key_cap(painter, QRect(left, top, cap.width(), cap.height()), keys)


class _List(QListWidget):
    def __init__(self, menu: BulkMenu) -> None:
        super().__init__()
        self._menu = menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does the current line; other keys move."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem())
        else:
            super().keyPressEvent(event)
