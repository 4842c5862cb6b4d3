"""The shadow under what floats. A widget of its own: with a graphics effect all would be blurred anew at every key."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QGradient, QLinearGradient, QPainter, QPaintEvent, QRadialGradient
from PySide6.QtWidgets import QWidget

from app.ui.theme import theme

_MOVES: Final = frozenset(
    (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.ZOrderChange, QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
)
_FALL: Final = ((0.0, 0.55), (0.25, 0.31), (0.5, 0.14), (0.75, 0.03), (1.0, 0.0))
"""How dark at which share of the way out from the edge: a blurred edge."""


class FloatShadow(QWidget):
    """Lies below a floating child of the same parent, and goes where it goes."""

    def __init__(self, frame: QWidget) -> None:
        super().__init__(frame.parentWidget())
        self._frame = frame
        self.setObjectName("float_shadow")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setVisible(False)
        frame.installEventFilter(self)
        frame.destroyed.connect(self.deleteLater)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay below what floats."""
        if watched is self._frame and event.type() in _MOVES:
            self._follow()
        return False

    def _follow(self) -> None:
        token = theme().tokens.float_shadow
        blur, down = int(token["blur"]), int(token["y"])
        self.setGeometry(self._frame.geometry().adjusted(-blur, down - blur, blur, down + blur))
        self.setVisible(not self._frame.isHidden())
        self.stackUnder(self._frame)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the fall from the edge outwards."""
        blur = float(theme().tokens.float_shadow["blur"])
        box = QRectF(self.rect()).adjusted(blur, blur, -blur, -blur)
        painter = QPainter(self)
        painter.fillRect(box, self._ink(_FALL[0][1]))
        for corner, out in (
            (box.topLeft(), QPointF(-blur, -blur)),
            (box.topRight(), QPointF(blur, -blur)),
            (box.bottomLeft(), QPointF(-blur, blur)),
            (box.bottomRight(), QPointF(blur, blur)),
        ):
            painter.fillRect(QRectF(corner, corner + out).normalized(), self._fall(QRadialGradient(corner, blur)))
        for begin, end, out in (
            (box.topLeft(), box.topRight(), QPointF(0, -blur)),
            (box.bottomLeft(), box.bottomRight(), QPointF(0, blur)),
            (box.topLeft(), box.bottomLeft(), QPointF(-blur, 0)),
            (box.topRight(), box.bottomRight(), QPointF(blur, 0)),
        ):
            painter.fillRect(QRectF(begin, end + out).normalized(), self._fall(QLinearGradient(begin, begin + out)))

    def _fall(self, gradient: QGradient) -> QBrush:
        for share, dark in _FALL:
            gradient.setColorAt(share, self._ink(dark))
        return QBrush(gradient)

    def _ink(self, dark: float) -> QColor:
        colour = theme().shadow()
        colour.setAlphaF(colour.alphaF() * dark)
        return colour
