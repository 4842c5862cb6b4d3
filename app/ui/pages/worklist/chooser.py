"""Choosing columns: a floating list of tick boxes under the button 列."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.ui.pages.worklist.columns import COLUMNS
from app.ui.pages.worklist.table import WorklistTable
from app.ui.theme import theme
from app.ui.widgets import FloatFrame, Text, column

_KEY = Qt.ItemDataRole.UserRole


class ColumnChooser(FloatFrame):
    """Ticks show and hide at once; Space ticks, Esc (of the page) closes. The stretch column always stays."""

    def __init__(self, anchor: QWidget, table: WorklistTable) -> None:
        super().__init__(anchor)
        self._table = table
        self.list = QListWidget()
        self.list.setAccessibleName("显示的列")
        self.list.setObjectName("column_list")
        for one in COLUMNS:
            if not one.stretch:
                item = QListWidgetItem(one.title)
                item.setData(_KEY, one.key)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                )
                self.list.addItem(item)
        self.list.itemChanged.connect(self._on_changed)
        hint = Text("勾选即显示；权重与金额只供查看，不能排序。", "caption", "muted", wrap=True)
        hint.setContentsMargins(theme().px(10), theme().px(4), theme().px(10), theme().px(4))
        self.setLayout(column(self.list, hint, margins=(1, 4, 1, 1)))

    def open(self) -> None:
        """Show the list under the button and take the keys."""
        was = self.list.blockSignals(True)
        for index, one in enumerate(one for one in COLUMNS if not one.stretch):
            self.list.item(index).setCheckState(
                Qt.CheckState.Checked if self._table.shows(one) else Qt.CheckState.Unchecked
            )
        self.list.blockSignals(was)
        self.place_below(theme().px(210), theme().px(46) + self.list.count() * self.list.sizeHintForRow(0) + 8)
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_changed(self, item: QListWidgetItem) -> None:
        self._table.choose_column(item.data(_KEY), item.checkState() is Qt.CheckState.Checked)
