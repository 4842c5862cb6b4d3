"""The answers of a question as pills in rows: a ring, the words, the digit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import theme
from app.ui.widgets import column, row
from app.ui.widgets.painting import draw_key_cap, key_cap_size

_PAD = 12
_RING = 14
_GAP = 8


class OptionPill(QWidget):
    """One answer. A click picks it; the digit is shown while the question is in focus."""

    picked = Signal(int)

    def __init__(self, number: int, label: str) -> None:
        super().__init__()
        self._number, self._label, self._on, self._keyed = number, label, False, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._say()

    def show_state(self, *, on: bool, keyed: bool) -> None:
        """Show whether it is chosen, and its digit."""
        if (on, keyed) != (self._on, self._keyed):
            self._on, self._keyed = on, keyed
            self._say()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of ring, words and digit with their gaps; the digit always has its room."""
        px = theme().px
        words = QFontMetrics(theme().font("body")).horizontalAdvance(self._label)
        cap = key_cap_size(str(self._number)).width()
        return QSize(px(2 * _PAD + _RING + 2 * _GAP) + words + cap + 2, theme().size("control") + px(2))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick it."""
        event.accept()
        self.picked.emit(self._number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, ring, words and digit."""
        px, painter = theme().px, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("accent" if self._on else "line"), 2 if self._on else 1))
        painter.setBrush(theme().colour("accent_soft" if self._on else "bg_surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        edge = px(_RING)
        ring = QRectF(px(_PAD), (self.height() - edge) / 2, edge, edge)
        painter.setPen(QPen(theme().colour("accent" if self._on else "line_strong"), px(4) if self._on else 1))
        painter.setBrush(theme().colour("bg_surface"))
        inset = px(2) if self._on else 0
        painter.drawEllipse(ring.adjusted(inset, inset, -inset, -inset))
        left = px(_PAD + _RING + _GAP)
        painter.setPen(theme().colour("fg"))
        painter.setFont(theme().font("body"))
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._label)
        if self._keyed:
            size = key_cap_size(str(self._number))
            box = self.rect().adjusted(self.width() - px(_PAD) - size.width(), 0, 0, 0)
            box.setSize(size)
            box.moveTop((self.height() - size.height()) // 2)
            draw_key_cap(painter, box, str(self._number))

    def _say(self) -> None:
        self.setAccessibleName(f"{self._number} {self._label}{'，已选' if self._on else ''}")


class OptionRows(QWidget):
    """The pills in as many rows as they need. ``picked(number)`` counts from 1."""

    picked = Signal(int)

    def __init__(self, labels: Sequence[str], width: int) -> None:
        super().__init__()
        self._pills = [OptionPill(number, label) for number, label in enumerate(labels, 1)]
        for pill in self._pills:
            pill.picked.connect(self.picked)
        self._width = 0
        self._box = column(gap=6)
        self.setLayout(self._box)
        self.fit_width(width)

    def fit_width(self, width: int) -> None:
        """Break the pills into rows of at most this width, px."""
        if width == self._width:
            return
        self._width = width
        while (old := self._box.takeAt(0)) is not None:
            line = old.layout()
            while line is not None and line.takeAt(0) is not None:
                pass
        for pills in self._packed(width):
            self._box.addLayout(row(*pills, None, gap=_GAP))
        self.updateGeometry()

    def show_state(self, chosen: int, *, keyed: bool) -> None:
        """Mark the chosen option (from 0, -1 none); ``keyed`` shows the digits."""
        for number, pill in enumerate(self._pills):
            pill.show_state(on=number == chosen, keyed=keyed)

    def _packed(self, width: int) -> list[list[OptionPill]]:
        rows: list[list[OptionPill]] = [[]]
        used = 0
        for pill in self._pills:
            need = pill.sizeHint().width() + theme().px(_GAP)
            if rows[-1] and used + need > width:
                rows.append([])
                used = 0
            rows[-1].append(pill)
            used += need
        return rows
