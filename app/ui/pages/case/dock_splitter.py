"""Sheet and dock side by side; where there is no room for both (150 % on 1366 × 768) the dock lies over the sheet."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.ports import PlaceStore
from app.ui.theme import theme
from app.ui.widgets import Splitter

_DOCK: Final = 1
_LEAST: Final = 1000
"""Width in px at 100 % below which the dock lies over the sheet."""


class DockSplitter(Splitter):
    """A splitter of two whose second part may float over the first; ``fold`` hides and shows it in either place."""

    def __init__(self, name: str, places: PlaceStore, sheet: QWidget, dock: QWidget) -> None:
        self._dock = dock
        self._floats = self._was_folded = False
        super().__init__(name, places, (sheet, dock), (0, theme().tokens_size("dock_right")))

    def default_sizes(self) -> tuple[int, ...]:
        """Return the sizes of the layout as it is: the dock has the width of the tokens."""
        return (0, theme().tokens_size("dock_right"))

    @property
    def floats(self) -> bool:
        """True while the dock lies over the sheet."""
        return self._floats

    def fold(self, index: int, folded: bool) -> None:
        """Hide or show a part; over the sheet this is for the moment and not remembered."""
        if self._floats and index == _DOCK:
            self._dock.setVisible(not folded)
            self._dock.raise_()
        else:
            super().fold(index, folded)

    def is_folded(self, index: int) -> bool:
        """True when the part is hidden."""
        return self._dock.isHidden() if self._floats and index == _DOCK else super().is_folded(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the dock float where there is no room beside the sheet, and put it back where there is."""
        super().resizeEvent(event)
        floats = self.width() < theme().px(_LEAST)
        if floats is not self._floats and self.parentWidget() is not None:
            (self._float if floats else self._land)()
        if self._floats:
            self._place()

    def _float(self) -> None:
        self._floats = True
        self._was_folded = self._dock.isHidden()
        self._dock.setParent(self.parentWidget())
        self._dock.hide()

    def _land(self) -> None:
        self._floats = False
        self.insertWidget(_DOCK, self._dock)
        self.setStretchFactor(_DOCK, 0)
        self.setSizes([100_000, theme().size("dock_right")])
        self._dock.setVisible(not self._was_folded)

    def _place(self) -> None:
        width = min(theme().size("dock_right"), self.width())
        box = QRect(self.geometry())
        box.setLeft(box.right() + 1 - width)
        self._dock.setGeometry(box)
