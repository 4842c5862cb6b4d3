"""A table with its states as a part of a page: the row that is chosen, the row that is opened, the focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, Signal
from PySide6.QtWidgets import QWidget

from app.ui.widgets import Column, DataTable, StateStack, column


class ListedTable(QWidget):
    """``chosen()`` when another row is current, ``opened()`` on Enter; :attr:`stack` says what an empty list means."""

    chosen = Signal()
    opened = Signal()

    def __init__(
        self,
        columns: Sequence[Column],
        model: QAbstractItemModel,
        name: str,
        title: str,
        kind: type[DataTable] = DataTable,
    ) -> None:
        super().__init__()
        self.table = kind(columns)
        self.table.setObjectName(name)
        self.table.setAccessibleName(title)
        model.setParent(self.table)
        self.table.setModel(model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.stack = StateStack(self.table)
        self.stack.share_focus()
        self.setLayout(column(self.stack))
        self.setFocusProxy(self.table)

    def _on_row(self, _row: int) -> None:
        self.chosen.emit()

    def _on_opened(self, _row: int) -> None:
        self.opened.emit()
