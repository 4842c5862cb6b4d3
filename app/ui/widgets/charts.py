"""The four charts: a line over months, bars of causes, bars of months, two measures in four quarters.

Bars begin at zero and every mark has its words beside it. Loaded by :mod:`app.ui.widgets.chart_place` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetrics

from app.ui.theme import theme
from app.ui.widgets.chart_base import Chart, pen, shortened
from app.ui.widgets.chart_place import Mark

_ROOM: Final = 0.1
"""Room under what is drawn, as a share of its height."""
_LINE: Final = 18
"""Room for a line of words in px."""
_BAR: Final = 0.62
"""Width of a bar where bars stand at a distance of one."""


class TrendChart(Chart):
    """Months in a line; missing ones leave a gap. The target is dashed with its words; it need not begin at zero."""

    def _first(self) -> int:
        return len(self.marks) - 1

    def _point(self, mark: Mark, number: int) -> tuple[float, float]:
        return number, self._span()[0] if mark.value is None else mark.value

    def _span(self) -> tuple[float, float]:
        """Return the least and the greatest value with room above for the words of the month and of the target."""
        known = [mark.value for mark in self.marks if mark.value is not None]
        target = self.ground.target
        known += [target] if target is not None and known else []
        low, high = min(known, default=0.0), max(known, default=1.0)
        room = (high - low or abs(high) or 1.0) * _ROOM
        low = max(0.0, low - room) if low >= 0 else low - room
        words, height = theme().px(_LINE) * (1 if target is None else 2), self._room()[1]
        return low, low + (max(high, low + room) - low) * height / max(height - words, height / 3)

    def _draw(self) -> None:
        low, high = self._span()
        last = len(self.marks) - 1
        self.setYRange(low, high, padding=0)
        widest = max(QFontMetrics(theme().font("caption")).horizontalAdvance(mark.label) for mark in self.marks)
        step = self._room()[0] / len(self.marks)
        side = max(0.5, widest / step / 2)
        each = max(1, round(widest * 1.4 / step + 0.5))
        self.setXRange(-side, last + side, padding=0)
        self.upright.say = self.ground.say
        self.across.setTicks([[(at, mark.label) for at, mark in enumerate(self.marks) if (last - at) % each == 0]])
        self.showGrid(y=True, alpha=1.0)
        values = [nan if mark.value is None else mark.value for mark in self.marks]
        self._draw_target(-side, last + side)
        self.plot(range(len(values)), values, pen=pen("chart_1", 2), connect="finite")
        shown = [(at, value) for at, value in enumerate(values) if not isnan(value)]
        sizes = [theme().px(10 if at == self.at else 6) for at, _ in shown]
        self.addItem(pg.ScatterPlotItem(pos=shown, size=sizes, pen=None, brush=theme().colour("chart_1")))
        if self.mark is not None:
            words = f"{self.mark.label}　{self.mark.words}"
            self._write(words, self.at, high, (_side(self.at, last), 0), "fg", bold=True)

    def _draw_target(self, left: float, right: float) -> None:
        if self.ground.target is not None:
            line = pg.InfiniteLine(self.ground.target, angle=0, pen=pen("chart_3", 1.5, dashed=True))
            self.addItem(line, ignoreBounds=True)
            is_late = self.at >= len(self.marks) / 2  # not where the chosen month is told
            x, side = (left, 0.0) if is_late else (right, 1.0)
            self._write(self.ground.target_words, x, self.ground.target, (side, 1), "fg_secondary")


class CauseBars(Chart):
    """Causes as bars from zero, longest names cut, the number at the end of each."""

    def _point(self, mark: Mark, number: int) -> tuple[float, float]:
        return mark.value or 0.0, number

    def _draw(self) -> None:
        values = [mark.value or 0.0 for mark in self.marks]
        count, most = len(values), max(values) or 1.0
        self.plotItem.invertY(True)
        self.across.setVisible(False)
        metrics = QFontMetrics(theme().font("caption", bold=True))
        words, width = max(metrics.horizontalAdvance(mark.words) for mark in self.marks), self._room()[0]
        self.setXRange(0, most * width / max(width - words - theme().px(12), width / 3), padding=0)
        self.setYRange(-0.5, max(count, 6) - 0.5, padding=0)
        self._name()
        for at, (mark, value) in enumerate(zip(self.marks, values, strict=True)):
            on = at == self.at
            colour = theme().colour("chart_1" if on else "chart_2")
            self.addItem(pg.BarGraphItem(x0=0, y=[at], height=_BAR, width=[value], pen=None, brush=colour))
            self._write(mark.words, value, at, (0, 0.5), "fg" if on else "fg_secondary", bold=on)

    def _name(self) -> None:
        """Write the names before the bars, cut to half of the room."""
        font = theme().font("caption")
        widest = max(QFontMetrics(font).horizontalAdvance(mark.label) for mark in self.marks)
        room = min(self.width() // 2, widest + theme().px(4))
        self.upright.setWidth(room + theme().px(10))
        ticks = [(at, shortened(mark.label, room, font)) for at, mark in enumerate(self.marks)]
        self.upright.setTicks([ticks])


class MonthBars(Chart):
    """A year in bars from zero; the chosen month is told, until then the highest."""

    def _first(self) -> int:
        values = [mark.value or 0.0 for mark in self.marks]
        return values.index(max(values)) if values else -1

    def _point(self, mark: Mark, number: int) -> tuple[float, float]:
        return number, mark.value or 0.0

    def _draw(self) -> None:
        values = [mark.value or 0.0 for mark in self.marks]
        last, most = len(values) - 1, max(values) or 1.0
        self.upright.setVisible(False)
        self.across.setTicks([[(at, self.marks[at].label) for at in (0, last)]])
        widest = max(QFontMetrics(theme().font("caption")).horizontalAdvance(self.marks[at].label) for at in (0, last))
        room = self._room()[0]
        side = max(0.8, last * widest / 2 / max(room - widest, room / 3))
        self.setXRange(-side, last + side, padding=0)
        self.setYRange(0, most * 1.5, padding=0)
        colours = [theme().colour("chart_1" if at == self.at else "chart_2") for at in range(len(values))]
        self.addItem(pg.BarGraphItem(x=range(len(values)), height=values, width=_BAR, pen=None, brushes=colours))
        if self.mark is not None:
            x, y = self._point(self.mark, self.at)
            words = f"{self.mark.label}　{self.mark.words}"
            self._write(words, x, y, (_side(self.at, last), 1), "fg", bold=True)


class Quadrant(Chart):
    """Groups by two measures; the cross stands in the middle. Names that would cover another are left to the focus."""

    def _point(self, mark: Mark, number: int) -> tuple[float, float]:
        return mark.value or 0.0, mark.y or 0.0

    def _draw(self) -> None:
        points = [self._point(mark, at) for at, mark in enumerate(self.marks)]
        across, upright = self.ground.middle
        xs, ys = [across, *(x for x, _ in points)], [upright, *(y for _, y in points)]
        self.setXRange(*_padded(min(xs), max(xs)), padding=0)
        self.setYRange(*_padded(min(ys), max(ys)), padding=0)
        self.upright.say, self.across.say = self.ground.say, self.ground.say_across
        for axis, words in zip((self.across, self.upright), self.ground.axes, strict=True):
            axis.setLabel(words, color=theme().colour("fg_secondary").name())
            axis.label.setFont(theme().font("caption"))
        for place, angle in ((across, 90), (upright, 0)):
            line = pg.InfiniteLine(place, angle=angle, pen=pen("fg_muted", dashed=True))
            self.addItem(line, ignoreBounds=True)
        sizes = [theme().px(11 if at == self.at else 8) for at in range(len(points))]
        self.addItem(pg.ScatterPlotItem(pos=points, size=sizes, pen=None, brush=theme().colour("chart_1")))
        self._name()

    def _name(self) -> None:
        """Write the chosen name with its values, then the others where there is room."""
        order = sorted(range(len(self.marks)), key=lambda at: at != self.at)
        taken: list[QRectF] = []
        for at in order:
            mark, chosen = self.marks[at], at == self.at
            font = theme().font("caption", bold=chosen)
            words = mark.words if chosen else mark.label
            metrics, where = QFontMetrics(font), self._pixel(mark, at)
            width = metrics.horizontalAdvance(words) + theme().px(14)
            is_right = where.x() + width > self.width()
            corner = where - QPointF(width if is_right else 0, metrics.height() / 2)
            box = QRectF(corner.x(), corner.y(), width, metrics.height())
            if chosen or not any(box.intersects(one) for one in taken):
                taken.append(box)
                role, anchor = "fg" if chosen else "fg_secondary", (float(is_right), 0.5)
                self._write(f"  {words}  ", *self._point(mark, at), anchor, role, bold=chosen)


def _side(at: int, last: int) -> float:
    """Return which part of its words stands over a mark: the left end for the first, the right for the last ones."""
    return 0.5 if 1 < at < last - 1 else float(at > 1)


def _padded(low: float, high: float) -> tuple[float, float]:
    room = (high - low or abs(high) or 1.0) * 0.12
    return low - room, high + room


CHARTS: Final[Mapping[str, type[Chart]]] = {
    "trend": TrendChart,
    "causes": CauseBars,
    "months": MonthBars,
    "quarters": Quadrant,
}
"""The charts by their kind."""
