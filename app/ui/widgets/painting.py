"""Drawing shared by widgets and delegates: key caps, severity marks, highlighted text, margin bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QPolygon,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from app.domain.findings import Severity
from app.ui.theme import theme

_SYMBOLS = {"Return": "↵", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "Space": "Space", "Del": "Delete"}


def keys_text(keys: str) -> str:
    """Return a key sequence as the caps show it: ``Ctrl+Return`` becomes ``Ctrl ↵``, a lone Return ``Enter``."""
    if keys in {"Return", "Enter"}:
        return "Enter"
    parts = [keys] if len(keys) < 2 or keys.endswith("++") else keys.split("+")
    return " ".join(_SYMBOLS.get(part, "↵" if part == "Enter" else part) for part in parts)


def key_cap_size(shown: str) -> QSize:
    """Return the size of a key cap for a text that :func:`keys_text` gave."""
    metrics = QFontMetrics(theme().font("key_hint"))
    return QSize(metrics.horizontalAdvance(shown) + theme().px(10), theme().px(17))


def draw_key_cap(painter: QPainter, rect: QRect, shown: str, ink: QColor | None = None) -> None:
    """Draw a key cap. ``ink`` is for caps on a coloured button: then no ground and borders in that colour."""
    box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink or theme().colour("line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if ink else theme().colour("bg_surface"))
    painter.drawRoundedRect(box, 3, 3)
    painter.drawLine(QPointF(box.left() + 2, box.bottom() - 1), QPointF(box.right() - 2, box.bottom() - 1))
    painter.setPen(ink or theme().colour("fg_secondary"))
    painter.setFont(theme().font("key_hint"))
    painter.drawText(box.adjusted(0, 0, 0, -1), Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


def draw_icon(painter: QPainter, left: int, rect: QRect, name: str, role: str, px: int = 14) -> int:
    """Draw an icon at ``left``, centred in the height of ``rect``; return the x after it."""
    edge = theme().px(px)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(left, rect.center().y() - edge // 2 + 1, theme().pixmap(name, role, px, ratio))
    return left + edge


def severity_icon(severity: Severity | str) -> str:
    """Return the icon of a severity (or of ``ok``)."""
    return theme().tokens.severity[str(severity)].icon


def severity_word(severity: Severity | str) -> str:
    """Return the word of a severity: 强制, 警告, 提示 (通过 for ``ok``)."""
    return theme().tokens.severity[str(severity)].label


def draw_spans(
    painter: QPainter, rect: QRect, text: str, spans: Sequence[tuple[int, int]], font: QFont, ink: QColor
) -> None:
    """Draw one line of text, left and vertically centred, with the characters in ``spans`` on the match ground."""
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    layout = QTextLayout(shown, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    layout.setFormats([_match_format(start, end) for start, end in spans if start < len(shown)])
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(rect.width())
    layout.endLayout()
    painter.setPen(ink)
    layout.draw(painter, QPointF(rect.left(), rect.center().y() + 0.5 - line.height() / 2))


def _match_format(start: int, end: int) -> QTextLayout.FormatRange:
    mark = QTextLayout.FormatRange()
    mark.start, mark.length = start, end - start
    ground = QTextCharFormat()
    ground.setBackground(theme().colour("match_bg"))
    ground.setForeground(theme().colour("fg"))
    mark.format = ground
    return mark


def draw_focus_ring(painter: QPainter, rect: QRect) -> None:
    """Draw the 2 px ring inside ``rect``."""
    painter.setPen(QPen(theme().colour("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(rect).adjusted(1, 1, -1, -1))


def draw_note_corner(painter: QPainter, rect: QRect) -> None:
    """Draw the folded corner of something that a sticky note is on, at the upper right."""
    size = theme().px(6)
    corner = QPolygon([rect.topRight() + QPoint(1 - size, 0), rect.topRight() + QPoint(1, 0),
                       rect.topRight() + QPoint(1, size)])  # fmt: skip
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour("warn"))
    painter.drawPolygon(corner)
    painter.restore()


def draw_bar(painter: QPainter, rect: QRect, value: float, role: str) -> None:
    """Draw a thin filled bar: ``value`` 0 to 1 of the width of ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = rect.height() / 2
    painter.setBrush(theme().colour("line_subtle"))
    painter.drawRoundedRect(rect, radius, radius)
    filled = QRectF(rect)
    filled.setWidth(max(rect.height(), rect.width() * min(1.0, max(0.0, value))))
    if value > 0:
        painter.setBrush(theme().colour(role))
        painter.drawRoundedRect(filled, radius, radius)
    painter.restore()
