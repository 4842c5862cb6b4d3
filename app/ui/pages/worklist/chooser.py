"""Choosing columns and their order: a floating list of tick boxes under the button 列."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.ui.pages.worklist.columns import COLUMNS
from app.ui.pages.worklist.table import WorklistTable
from app.ui.theme import theme
from app.ui.widgets import FloatFrame, Text, column
from app.ui.widgets.roomy import RoomyRows

_KEY = Qt.ItemDataRole.UserRole
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ColumnChooser(FloatFrame):
    """Ticks show and hide at once; Space ticks, Alt+↑/↓ moves, Esc (of the page) closes. One column always stays."""

    def __init__(self, anchor: QWidget, table: WorklistTable) -> None:
        super().__init__(anchor)
        self._table = table
        self.list = _List(self)
        self.list.setAccessibleName("显示的列")
        self.list.setObjectName("column_list")
        self.list.setItemDelegate(RoomyRows(self.list))
        self.list.itemChanged.connect(self._on_changed)
        hint = Text("空格勾选，Alt+↑/↓ 移动；权重与总费用只供查看，不能排序。", "caption", "muted", wrap=True)
        hint.setContentsMargins(theme().px(10), theme().px(4), theme().px(10), theme().px(4))
        self.setLayout(column(self.list, hint, margins=(1, 4, 1, 1)))

    def open(self) -> None:
        """Show the list under the button and take the keys."""
        self._fill()
        self.place_below(theme().px(230), theme().px(58) + self.list.count() * (self.list.sizeHintForRow(0)) + 8)
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def move_current(self, by: int) -> None:
        """Move the current column."""
        item = self.list.currentItem()
        if item is not None and self._table.move_column(item.data(_KEY), by):
            row = self.list.currentRow() + by
            self._fill()
            self.list.setCurrentRow(row)

    def _fill(self) -> None:
        by_key = {one.key: one for one in COLUMNS}
        was = self.list.blockSignals(True)
        self.list.clear()
        for key in self._table.order():
            one = by_key[key]
            item = QListWidgetItem(one.title)
            item.setData(_KEY, key)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags if one.stretch else flags | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if self._table.shows(one) else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(was)

    def _on_changed(self, item: QListWidgetItem) -> None:
        self._table.choose_column(item.data(_KEY), item.checkState() is Qt.CheckState.Checked)


class _List(QListWidget):
    def __init__(self, chooser: ColumnChooser) -> None:
        super().__init__()
        self._chooser = chooser

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+↑/↓ moves the column; other keys are the list's."""
        step = _STEPS.get(Qt.Key(event.key())) if event.modifiers() & Qt.KeyboardModifier.AltModifier else None
        if step is None:
            super().keyPressEvent(event)
        else:
            self._chooser.move_current(step)
