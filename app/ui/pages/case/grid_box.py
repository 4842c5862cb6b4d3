"""A grid with what stands under it: the bar for columns out of sight, and the word on a new principal diagnosis."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from app.ui.pages.case.grid import RowGrid
from app.ui.theme import theme
from app.ui.widgets import Button, IconLabel, Pane, Text, column, row


class PrincipalBar(Pane):
    """Says that the first row is another one now, what that does to the group, and offers to take it back."""

    def __init__(self, undo: Callable[[], object]) -> None:
        super().__init__("warn", "t b")
        self._words = Text("", "body", wrap=True)
        button = Button("撤销", kind="link", small=True, keys="Ctrl+Z")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(undo)
        line = row(IconLabel("ph.warning", "warn"), gap=8, margins=(12, 4, 8, 4))
        line.addWidget(self._words, 1)
        line.addWidget(button)
        self.setLayout(line)
        self.setObjectName("principal_bar")
        self.hide()

    def tell(self, words: str) -> None:
        """Show the words; '' hides the bar."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))


class GridBox(QWidget):
    """A grid, its sideways bar and its principal bar."""

    def __init__(self, grid: RowGrid, undo: Callable[[], object]) -> None:
        super().__init__()
        self.grid = grid
        self._sideways = QScrollBar(Qt.Orientation.Horizontal)
        self._sideways.setPageStep(1)
        self._sideways.setAccessibleName("左右移动列")
        self._sideways.valueChanged.connect(grid.scroll_columns)
        self._sideways.hide()
        self.principal = PrincipalBar(undo)
        self.setLayout(column(grid, self._sideways, self.principal))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(grid)
        grid.window_changed.connect(self._on_window)
        theme().changed.connect(self.updateGeometry)

    def _on_window(self, first: int, last_first: int) -> None:
        self._sideways.setVisible(last_first > 0)
        self._sideways.blockSignals(True)
        self._sideways.setRange(0, last_first)
        self._sideways.setValue(first)
        self._sideways.blockSignals(False)
