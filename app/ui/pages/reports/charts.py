"""The three drawings of the reports: a line over twelve months, bars of causes, departments in four quarters.

Bars begin at zero; every mark has its words beside it. Each takes the focus: arrow keys move the mark whose value is
told, Enter opens its cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
_BACK = {Qt.Key.Key_Left, Qt.Key.Key_Up}
_ON = {Qt.Key.Key_Right, Qt.Key.Key_Down}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True, slots=True)
class Mark:
    """A point or bar: its words, its value for the place, the value in words. ``y`` is for quarters only."""

    label: str
    value: float | None
    words: str
    key: str = ""
    y: float | None = None


class _Chart(QWidget):
    """Marks with one chosen; ``opened(mark)`` on Enter or a double click."""

    opened = Signal(object)

    def __init__(self, spoken: str, name: str) -> None:
        super().__init__()
        self.marks: tuple[Mark, ...] = ()
        self.at = -1
        self._spoken = spoken
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(spoken)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show other marks, the last one chosen in a line, the first elsewhere."""
        self.marks = tuple(marks)
        self._choose(self._first())

    @property
    def mark(self) -> Mark | None:
        """The chosen mark."""
        return self.marks[self.at] if 0 <= self.at < len(self.marks) else None

    def sizeHint(self) -> QSize:
        """Return a size that shows ten bars."""
        return QSize(theme().px(320), theme().px(220))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice, open it."""
        key = event.key()
        if key in _BACK | _ON and not event.modifiers() and self.marks:
            self._choose(min(len(self.marks) - 1, max(0, self.at + (1 if key in _ON else -1))))
        elif key in _ENTER and self.mark is not None:
            self.opened.emit(self.mark)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the mark nearest to the pointer."""
        if self.marks:
            where = event.position()
            places = [self._place(number) for number in range(len(self.marks))]
            self._choose(min(range(len(places)), key=lambda one: (places[one] - where).manhattanLength()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the mark."""
        self.mousePressEvent(event)
        if self.mark is not None:
            self.opened.emit(self.mark)

    def _first(self) -> int:
        return 0 if self.marks else -1

    def _place(self, number: int) -> QPointF:
        """Return where a mark is drawn."""
        raise NotImplementedError

    def _choose(self, at: int) -> None:
        self.at = at
        told = f"{self.mark.label} {self.mark.words}" if self.mark else "没有数据"
        self.setAccessibleName(f"{self._spoken}：{told}")
        self.update()

    def _begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().font("caption"))
        if self.hasFocus():
            draw_focus_ring(painter, self.rect())
        if not self.marks:
            painter.setPen(theme().colour("fg_muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "没有数据")
        return painter


class TrendChart(_Chart):
    """Twelve months in a line; missing ones leave a gap. ``target`` is dashed with its word beside it."""

    def __init__(self) -> None:
        super().__init__("12 个月趋势", "reports_trend")
        self.target: float | None = None
        self.target_words = ""

    def _first(self) -> int:
        return len(self.marks) - 1

    def _span(self) -> tuple[float, float]:
        """Return the least and the greatest value with some room; the line does not have to begin at zero."""
        known = [mark.value for mark in self.marks if mark.value is not None]
        known += [self.target] if self.target is not None and known else []
        low, high = min(known, default=0.0), max(known, default=1.0)
        room = (high - low or abs(high) or 1.0) * 0.15
        return (max(0.0, low - room) if low >= 0 else low - room), high + room

    def _field(self) -> QRectF:
        px = theme().px
        return QRectF(px(14), px(26), max(1, self.width() - px(28)), max(1, self.height() - px(50)))

    def _y(self, value: float) -> float:
        low, high = self._span()
        field = self._field()
        return field.bottom() - (value - low) / (high - low) * field.height()

    def _place(self, number: int) -> QPointF:
        field, mark = self._field(), self.marks[number]
        x = field.left() + field.width() * (number + 0.5) / len(self.marks)
        return QPointF(x, field.bottom() if mark.value is None else self._y(mark.value))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw grid, target, line, the chosen point with its value, first and last month."""
        painter = self._begin()
        if not self.marks:
            return
        self._draw_ground(painter)
        painter.setPen(QPen(theme().colour("chart_1"), 2))
        known = [(number, self._place(number)) for number, mark in enumerate(self.marks) if mark.value is not None]
        for (before, start), (number, end) in pairwise(known):
            if number == before + 1:
                painter.drawLine(start, end)
        painter.setBrush(theme().colour("chart_1"))
        for number, point in known:
            size = 4.5 if number == self.at else 2.5
            painter.drawEllipse(point, size, size)
        self._draw_chosen(painter)

    def _draw_ground(self, painter: QPainter) -> None:
        field, px = self._field(), theme().px
        painter.setPen(QPen(theme().colour("chart_grid"), 1))
        for share in (0.0, 0.5, 1.0):
            y = field.top() + field.height() * share
            painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
        painter.setPen(theme().colour("fg_muted"))
        below = QRectF(field.left(), field.bottom() + px(4), field.width(), px(18))
        painter.drawText(below, _LEFT, self.marks[0].label)
        painter.drawText(below, _RIGHT, self.marks[-1].label)
        if self.target is not None:
            y = self._y(self.target)
            painter.setPen(QPen(theme().colour("chart_3"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
            painter.setPen(theme().colour("fg_secondary"))
            painter.drawText(QRectF(field.left(), y - px(17), field.width(), px(16)), _LEFT, self.target_words)

    def _draw_chosen(self, painter: QPainter) -> None:
        mark = self.mark
        if mark is None:
            return
        px, point = theme().px, self._place(self.at)
        painter.setFont(theme().font("caption", bold=True))
        painter.setPen(theme().colour("fg"))
        words = f"{mark.label}　{mark.words}"
        width = painter.fontMetrics().horizontalAdvance(words)
        left = min(max(px(8), point.x() - width / 2), max(px(8), self.width() - width - px(8)))
        painter.drawText(QRectF(left, px(4), width + px(4), px(18)), _LEFT, words)


class CauseBars(_Chart):
    """Causes as bars from zero, the number at the end of each."""

    def __init__(self) -> None:
        super().__init__("原因前 10", "reports_causes")

    def _row(self) -> float:
        return min(float(theme().px(34)), (self.height() - theme().px(8)) / max(1, len(self.marks)))

    def _place(self, number: int) -> QPointF:
        return QPointF(self.width() / 2, theme().px(4) + self._row() * (number + 0.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words above each bar."""
        painter, px, step = self._begin(), theme().px, self._row()
        most = max((mark.value or 0 for mark in self.marks), default=0) or 1
        for number, mark in enumerate(self.marks):
            box = QRectF(px(12), px(4) + step * number, self.width() - px(24), step)
            if number == self.at:
                painter.fillRect(
                    box.adjusted(-px(6), 0, px(6), 0), theme().colour("sel_bg" if self.hasFocus() else "bg_alt")
                )
            bar = px(5)
            words = QRect(round(box.left()), round(box.top()), round(box.width()), round(step - bar - px(2)))
            painter.setPen(theme().colour("fg_secondary"))
            painter.drawText(words, _RIGHT, mark.words)
            room = words.width() - painter.fontMetrics().horizontalAdvance(mark.words) - px(10)
            painter.setPen(theme().colour("fg"))
            shown = painter.fontMetrics().elidedText(mark.label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(words, _LEFT, shown)
            length = box.width() * (mark.value or 0) / most
            painter.fillRect(QRectF(box.left(), box.bottom() - bar - px(1), length, bar), theme().colour("chart_2"))


class Quadrant(_Chart):
    """Departments by two measures; the cross stands at ``middle``, the words of both axes at their ends."""

    def __init__(self) -> None:
        super().__init__("科室四象限", "reports_quadrant")
        self.axes = ("CMI", "")
        self.middle = (0.0, 0.0)

    def _spans(self) -> tuple[tuple[float, float], tuple[float, float]]:
        xs = [*(mark.value for mark in self.marks if mark.value is not None), self.middle[0]]
        ys = [*(mark.y for mark in self.marks if mark.y is not None), self.middle[1]]
        return _padded(min(xs), max(xs)), _padded(min(ys), max(ys))

    def _field(self) -> QRectF:
        px = theme().px
        return QRectF(px(16), px(26), max(1, self.width() - px(90)), max(1, self.height() - px(52)))

    def _at(self, x: float, y: float) -> QPointF:
        (left, right), (low, high) = self._spans()
        field = self._field()
        return QPointF(
            field.left() + (x - left) / (right - left) * field.width(),
            field.bottom() - (y - low) / (high - low) * field.height(),
        )

    def _place(self, number: int) -> QPointF:
        mark = self.marks[number]
        return self._at(mark.value or 0.0, mark.y or 0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cross, the points with their names, the chosen one with its values."""
        painter = self._begin()
        if not self.marks:
            return
        px, field, middle = theme().px, self._field(), self._at(*self.middle)
        painter.setPen(QPen(theme().colour("chart_grid"), 1))
        painter.drawRect(field)
        painter.setPen(QPen(theme().colour("fg_muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(middle.x(), field.top()), QPointF(middle.x(), field.bottom()))
        painter.drawLine(QPointF(field.left(), middle.y()), QPointF(field.right(), middle.y()))
        painter.setPen(theme().colour("fg_muted"))
        painter.drawText(
            QRectF(field.left(), field.bottom() + px(4), field.width(), px(18)), _RIGHT, f"{self.axes[0]} →"
        )
        painter.drawText(QRectF(field.left(), px(4), field.width(), px(18)), _LEFT, f"↑ {self.axes[1]}")
        for number, mark in enumerate(self.marks):
            point, on = self._place(number), number == self.at
            painter.setPen(QPen(theme().colour("fg" if on else "chart_1"), 1.5))
            painter.setBrush(theme().colour("chart_1"))
            painter.drawEllipse(point, 5.0 if on else 3.5, 5.0 if on else 3.5)
            painter.setPen(theme().colour("fg" if on else "fg_secondary"))
            painter.setFont(theme().font("caption", bold=on))
            painter.drawText(QRectF(point.x() + px(8), point.y() - px(9), px(150), px(18)), _LEFT, mark.label)
        if self.mark is not None:
            painter.setFont(theme().font("caption", bold=True))
            painter.setPen(theme().colour("fg"))
            painter.drawText(QRectF(field.left(), px(4), field.width(), px(18)), _RIGHT, self.mark.words)


def _padded(low: float, high: float) -> tuple[float, float]:
    room = (high - low or abs(high) or 1.0) * 0.12
    return low - room, high + room
