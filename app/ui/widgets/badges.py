"""Small marks: severity badge, case state, chip, progress line, count."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.findings import Severity
from app.ui.theme import theme
from app.ui.widgets.painting import draw_bar, draw_icon, severity_icon, severity_word

_CHIP_ROLES = {
    "neutral": ("fg_secondary", "bg_alt", "line"),
    "accent": ("accent", "accent_soft", "accent_soft"),
    "error": ("error", "error_bg", "error_line"),
    "warn": ("warn", "warn_bg", "warn_line"),
    "hint": ("hint", "hint_bg", "hint_line"),
    "ok": ("ok", "ok_bg", "ok_line"),
    "proposed": ("proposed", "proposed_bg", "proposed_line"),
}


class Chip(QWidget):
    """A short word on a tinted ground. ``tone``: neutral accent error warn hint ok proposed. ``closable`` adds a ✕."""

    closed = Signal()

    def __init__(
        self,
        text: str,
        tone: str = "neutral",
        icon: str = "",
        *,
        closable: bool = False,
        bold: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._tone, self._icon, self._closable, self._bold = text, tone, icon, closable, bold
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        theme().changed.connect(self.updateGeometry)

    def set_text(self, text: str, tone: str | None = None, icon: str | None = None) -> None:
        """Change the word, and tone or icon if given."""
        self._text = text
        self._tone = tone or self._tone
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of icon, word and cross with their gaps."""
        px = theme().px
        width = px(12) + QFontMetrics(self._font()).horizontalAdvance(self._text)
        width += px(16) if self._icon else 0
        width += px(16) if self._closable else 0
        return QSize(width, px(20))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the cross closes the chip."""
        if self._closable and event.position().x() > self.width() - theme().px(20):
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, word, cross."""
        px = theme().px
        ink, ground, line = _CHIP_ROLES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour(line), 1))
        painter.setBrush(theme().colour(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        left = px(5)
        if self._icon:
            left = draw_icon(painter, left, self.rect(), self._icon, ink, 13) + px(3)
        painter.setPen(theme().colour(ink))
        painter.setFont(self._font())
        box = self.rect().adjusted(left, 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._text)
        if self._closable:
            draw_icon(painter, self.width() - px(17), self.rect(), "failed", ink, 12)

    def _font(self) -> QFont:
        return theme().font("caption", bold=self._bold)


class SeverityBadge(Chip):
    """Octagon 强制, triangle 警告, circle 提示 or tick 通过, with its word or another text behind the icon."""

    def __init__(self, severity: Severity | str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text or severity_word(severity), str(severity), severity_icon(severity), parent=parent)

    def set_severity(self, severity: Severity | str, text: str = "") -> None:
        """Show another severity."""
        self.set_text(text or severity_word(severity), str(severity), severity_icon(severity))


class StatePill(QWidget):
    """Icon and word of a case state (keys of tokens ``[state]``), in text colour."""

    def __init__(self, state: str, *, bold: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._bold = state, bold
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_state(state)

    def set_state(self, state: str) -> None:
        """Show another state."""
        self._state = state
        self.setAccessibleName(theme().tokens.state[state].label)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of icon and word."""
        word = theme().tokens.state[self._state].label
        width = QFontMetrics(theme().font("body", self._bold)).horizontalAdvance(word)
        return QSize(width + theme().px(19), theme().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw icon and word."""
        mark = theme().tokens.state[self._state]
        painter = QPainter(self)
        left = draw_icon(painter, 0, self.rect(), mark.icon, "fg", 14) + theme().px(4)
        painter.setPen(theme().colour("fg"))
        painter.setFont(theme().font("body", self._bold))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), flags, mark.label)


class ProgressLine(QWidget):
    """A 4 px bar; the number belongs in words beside it. ``tone`` is a colour role."""

    def __init__(self, tone: str = "accent", width: int = 60, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone, self._width, self._value = tone, width, 0.0
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)

    def set_value(self, value: float, tone: str | None = None) -> None:
        """Show a share of 0 to 1, in another role if given."""
        self._value, self._tone = value, tone or self._tone
        self.setAccessibleName(f"{value:.0%}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the preferred width at 4 px height."""
        return QSize(theme().px(self._width), theme().px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        draw_bar(QPainter(self), self.rect(), self._value, self._tone)
