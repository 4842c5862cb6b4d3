"""What all charts have: marks of which one is chosen by keys or mouse and told, colours of the theme, plain axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent

from app.ui.theme import theme
from app.ui.widgets.chart_place import Ground, Mark
from app.ui.widgets.painting import draw_focus_ring

_BACK = {Qt.Key.Key_Left, Qt.Key.Key_Up}
_ON = {Qt.Key.Key_Right, Qt.Key.Key_Down}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Scale(pg.AxisItem):
    """An axis in the colours of the theme whose values are written by ``say``."""

    def __init__(self, side: str) -> None:
        super().__init__(side, showValues=True)
        self.say: Callable[[float], str] = str
        self.enableAutoSIPrefix(False)
        self.setTickDensity(0.8)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the words of values; called by the library."""
        return [self.say(value) for value in values]

    def colour(self) -> None:
        """Take the colours and the small font of the theme."""
        self.setPen(pen("chart_grid"))
        self.setTextPen(theme().colour("fg_muted"))
        self.setStyle(tickFont=theme().font("caption"), tickLength=0, maxTickLevel=0, hideOverlappingLabels=False)


class Chart(pg.PlotWidget):
    """Marks with one chosen; ``opened(mark)`` on Enter or a double click. Nothing can be moved or zoomed."""

    opened = Signal(object)

    def __init__(self, spoken: str, name: str) -> None:
        self.across, self.upright = Scale("bottom"), Scale("left")
        super().__init__(axisItems={"bottom": self.across, "left": self.upright})
        self.marks: tuple[Mark, ...] = ()
        self.ground = Ground()
        self.at = -1
        self._spoken = spoken
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)  # else Qt takes the chart itself for covered
        self.setAntialiasing(True)
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.hideButtons()
        menu = self.plotItem.ctrlMenu  # the library gives it no owner: it would outlive the chart
        menu.setParent(self, menu.windowFlags())
        self.plotItem.vb.sigResized.connect(self._on_resized)
        theme().changed.connect(self._draw_again)

    def show_marks(self, marks: Sequence[Mark], ground: Ground) -> None:
        """Show other marks, the last one chosen in a line, the first elsewhere."""
        self.marks, self.ground = tuple(marks), ground
        self.setAccessibleDescription("，".join(f"{mark.label} {mark.words}" for mark in marks))
        self._choose(self._first())

    @property
    def mark(self) -> Mark | None:
        """The chosen mark."""
        return self.marks[self.at] if 0 <= self.at < len(self.marks) else None

    @property
    def texts(self) -> list[str]:
        """The words that stand in the chart itself."""
        return [one.toPlainText() for one in self.plotItem.items if isinstance(one, pg.TextItem) and one.isVisible()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice, open it."""
        key = event.key()
        if key in _BACK | _ON and not event.modifiers() and self.marks:
            self._choose(min(len(self.marks) - 1, max(0, self.at + (1 if key in _ON else -1))))
        elif key in _ENTER and self.mark is not None:
            self.opened.emit(self.mark)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the mark nearest to the pointer."""
        if self.marks:
            where = event.position()
            places = [self._pixel(mark, number) for number, mark in enumerate(self.marks)]
            self._choose(min(range(len(places)), key=lambda one: (places[one] - where).manhattanLength()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the mark."""
        self.mousePressEvent(event)
        if self.mark is not None:
            self.opened.emit(self.mark)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do nothing: the press has chosen."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what the chart stands in."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chart, and the focus round it."""
        super().paintEvent(event)
        if self.hasFocus():
            draw_focus_ring(QPainter(self.viewport()), self.viewport().rect())

    def _first(self) -> int:
        return 0 if self.marks else -1

    def _point(self, mark: Mark, number: int) -> tuple[float, float]:
        """Return where a mark stands, in its values."""
        raise NotImplementedError

    def _draw(self) -> None:
        """Add what there is to an empty chart."""
        raise NotImplementedError

    def _room(self) -> tuple[float, float]:
        """Return width and height in px of what lies between the axes, never so little that nothing could be shown."""
        box = self.plotItem.vb.rect()
        return max(box.width(), theme().px(120)), max(box.height(), theme().px(60))

    def _on_resized(self) -> None:
        """Fit words to another size."""
        if self.marks:
            self._draw_again()

    def _pixel(self, mark: Mark, number: int) -> QPointF:
        found: QPointF = self.plotItem.vb.mapViewToScene(QPointF(*self._point(mark, number)))
        return found

    def _choose(self, at: int) -> None:
        self.at = at
        told = f"{self.mark.label} {self.mark.words}" if self.mark else "没有数据"
        self.setAccessibleName(f"{self._spoken}：{told}")
        self._draw_again()

    def _draw_again(self) -> None:
        self.setBackground(theme().colour("bg_surface"))
        self.plotItem.clear()
        for axis in (self.across, self.upright):
            axis.colour()
            axis.setVisible(bool(self.marks))
        if self.marks:
            self._draw()
        else:
            self.setXRange(-1, 1, padding=0)
            self.setYRange(-1, 1, padding=0)
            self._write("没有数据", 0, 0, (0.5, 0.5), "fg_muted")

    def _write(
        self, words: str, x: float, y: float, anchor: tuple[float, float], role: str, *, bold: bool = False
    ) -> pg.TextItem:
        """Write words at a place of the chart; ``anchor`` is the corner of the words that stands there."""
        item = pg.TextItem(words, color=theme().colour(role), anchor=anchor)
        item.setFont(theme().font("caption", bold=bold))
        self.addItem(item, ignoreBounds=True)
        item.setPos(x, y)
        return item


def pen(role: str, width: float = 1.0, *, dashed: bool = False) -> QPen:
    """Return a pen in a colour of the theme that keeps its width in px."""
    made = QPen(theme().colour(role), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    made.setCosmetic(True)
    return made


def shortened(words: str, room: int, font: QFont) -> str:
    """Return words that fit a room in px, with an ellipsis where they had to be cut."""
    return QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
