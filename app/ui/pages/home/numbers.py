"""A number with its words, as a button: Enter, Space or a click opens the list that it counts."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from app.services.desk import DeskNumber
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring

_LATE = frozenset({"overdue", "follow_up_due"})


class NumberButton(QAbstractButton):
    """``asked(number)`` when the list is wanted. What is late is drawn as an error, beside its words."""

    asked = Signal(object)

    def __init__(self, number: DeskNumber) -> None:
        super().__init__()
        self.number = number
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setObjectName(f"desk.{number.key}")
        self.clicked.connect(self._on_clicked)
        self.show_number(number)

    def show_number(self, number: DeskNumber) -> None:
        """Show another count."""
        self.number = number
        self.setAccessibleName(f"{number.label} {number.count:,} 份")
        self.setToolTip(f"打开“{number.label}”")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for the number over its words."""
        px = theme().px
        words = QFontMetrics(theme().font("caption")).horizontalAdvance(self.number.label)
        digits = QFontMetrics(theme().font("figure", bold=True)).horizontalAdvance(f"{self.number.count:,}")
        return QSize(max(words, digits) + px(20), px(48))

    def minimumSizeHint(self) -> QSize:
        """Return the same: words are never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what Space does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw number and words."""
        px, colour = theme().px, theme().colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("bg_hover"))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        count = self.number.count
        late = self.number.key in _LATE and count > 0
        painter.setFont(theme().font("figure", bold=True))
        painter.setPen(colour("error" if late else "fg" if count else "fg_muted"))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(px(10), px(4), self.width() - px(20), px(24)), left, f"{count:,}")
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("fg_secondary"))
        painter.drawText(QRect(px(10), px(28), self.width() - px(20), px(16)), left, self.number.label)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect())

    def _on_clicked(self) -> None:
        self.asked.emit(self.number)
