"""The multiple on a scale with the thresholds where they are for this weight."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.types import Price, PriceState
from app.ui.theme import theme

_LEAST_END: Final = Decimal(2)
_BEYOND_HIGH: Final = Decimal(4) / 3
"""The scale goes on by a third behind the high threshold, so that a high case still shows how far."""
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter


class MultipleBar(QWidget):
    """A bar from 0 to beyond the high threshold, with marks at low, 1.00 and high; the words stand over its end.

    One number on a ruler of 46 px, no chart: a chart widget would cost more to make than the whole card around it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._price = Price(PriceState.NO_WEIGHTS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def show_price(self, price: Price) -> None:
        """Show another multiple."""
        self._price = price
        marks = "，".join(f"{name} {value:.2f}" for name, value in self._marks() if name)
        self.setAccessibleName(f"倍率 {self._words()}，{marks}" if price.multiple is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Return three lines of height."""
        return QSize(theme().px(180), theme().px(46))

    def marks_at(self) -> list[tuple[str, int]]:
        """Return the words of each mark and where it stands, in px from the left."""
        return [(f"{name} {value:.2f}".strip(), self._left(value)) for name, value in self._marks()]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw words, bar and marks."""
        if self._price.multiple is None:
            return
        px, colour = theme().px, theme().colour
        painter = QPainter(self)
        bar = QRect(0, px(19), self.width(), px(8))
        painter.fillRect(bar, colour("line_subtle"))
        painter.fillRect(QRect(0, bar.top(), self._left(self._price.multiple), bar.height()), colour("fg_secondary"))
        painter.setFont(theme().font("caption"))
        for words, left in self.marks_at():
            painter.fillRect(min(left, self.width() - 1), bar.top() - px(3), 1, bar.height() + px(6), colour("fg"))
            self._draw_words(painter, words, left, px(29), "fg_muted")
        painter.setFont(theme().font("caption", bold=True))
        self._draw_words(painter, self._words(), self._left(self._price.multiple), 0, "fg")

    def _words(self) -> str:
        multiple = self._price.multiple or Decimal(0)
        return " · ".join(part for part in (f"{multiple:.2f} {self._price.regime}", self._price.warning) if part)

    def _marks(self) -> list[tuple[str, Decimal]]:
        low, high = self._price.low, self._price.high
        found = [("低", low), ("", Decimal(1)), ("高", high)]
        return [(name, value) for name, value in found if value is not None]

    def _left(self, value: Decimal) -> int:
        end = max(_LEAST_END, (self._price.high or Decimal(0)) * _BEYOND_HIGH)
        return int(self.width() * min(Decimal(1), value / end))

    def _draw_words(self, painter: QPainter, words: str, middle: int, top: int, role: str) -> None:
        painter.setPen(theme().colour(role))
        width = QFontMetrics(painter.font()).horizontalAdvance(words) + 2
        left = max(0, min(self.width() - width, middle - width // 2))
        painter.drawText(QRect(left, top, width, theme().px(17)), _CENTRE, words)
