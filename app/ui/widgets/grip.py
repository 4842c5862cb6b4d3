"""The right edge of something that floats, by which the user makes it wider or narrower."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import theme

_WIDE: Final = 6


class WidthGrip(QWidget):
    """Lies over the right edge of its parent and draws it out. ``dragged(px)``: the user let go at this width.

    ``least`` is the smallest width, in px at the usual size of letters; the largest is what the window leaves.
    """

    dragged = Signal(int)

    def __init__(self, parent: QWidget, least: int) -> None:
        super().__init__(parent)
        self._frame, self._least = parent, least
        self._from: QPoint | None = None
        self._width = 0
        self.setObjectName("width_grip")
        self.setAccessibleName("拖动改变宽度")
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        parent.installEventFilter(self)

    def fit(self, width: int) -> int:
        """Return a width that is neither too small to read nor wider than the window."""
        return max(theme().px(self._least), min(width, self.window().width() - theme().px(16)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the edge."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            edge = theme().px(_WIDE)
            self.setGeometry(self._frame.width() - edge, 0, edge, self._frame.height())
            self.raise_()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw."""
        self._from, self._width = event.globalPosition().toPoint(), self._frame.width()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if self._from is not None:
            by = event.globalPosition().toPoint().x() - self._from.x()
            self._frame.resize(self.fit(self._width + by), self._frame.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the width."""
        if self._from is not None:
            self._from = None
            self.dragged.emit(self._frame.width())
