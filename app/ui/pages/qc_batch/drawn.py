"""A small drawing of the right side: a field before or after."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import theme

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class DiffLine(QWidget):
    """``−`` with the value as it is, struck out, or ``+`` with the value as it would be on a green ground."""

    def __init__(self, sign: str, label: str, value: str) -> None:
        super().__init__()
        self._sign, self._label, self._value = sign, label, value
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        word = {"−": "修改前", "+": "修改后"}.get(sign, "当前")
        self.setAccessibleName(f"{word} {label} {value}")

    def sizeHint(self) -> QSize:
        """Return the height of a line; the width is the panel's."""
        return QSize(theme().px(120), theme().px(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, sign, label and value."""
        painter, px, added = QPainter(self), theme().px, self._sign == "+"
        if added:
            painter.fillRect(self.rect(), theme().colour("ok_bg"))
        box = self.rect().adjusted(px(10), 0, -px(8), 0)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().colour("fg_secondary"))
        painter.drawText(box, _LEFT, self._sign)
        label = QRect(box.left() + px(16), box.top(), px(96), box.height())
        shown = QFontMetrics(painter.font()).elidedText(self._label, Qt.TextElideMode.ElideRight, label.width())
        painter.drawText(label, _LEFT, shown)
        painter.setFont(self._font(added))
        painter.setPen(theme().colour("fg" if self._sign != "−" else "fg_muted"))
        room = box.adjusted(px(118), 0, 0, 0)
        value = QFontMetrics(painter.font()).elidedText(self._value, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, value)

    def _font(self, added: bool) -> QFont:
        font = QFont(theme().font("body", bold=added))
        font.setStrikeOut(self._sign == "−")
        return font
