"""Moving rows of a grid with the mouse: a handle at the number of a row, a line in accent where it would go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.theme import theme
from app.ui.widgets.painting import draw_icon

if TYPE_CHECKING:
    from app.ui.pages.case.grid import RowGrid

_NUMBER: Final = "seq"


class DropLine(QWidget):
    """The 2 px line between two rows."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill it."""
        QPainter(self).fillRect(self.rect(), QColor(theme().colour("accent")))


class Handle(QWidget):
    """Six dots over the number of the row under the mouse."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them."""
        draw_icon(QPainter(self), 0, self.rect(), "ph.dots-six-vertical", "fg_muted", 14)


class RowDrag(QObject):
    """Watches the mouse over a grid and tells it when a row was dropped elsewhere."""

    def __init__(self, grid: RowGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._from: int = -1
        self._pressed = QPoint()
        self._is_dragging = False
        self._line, self._handle = DropLine(grid.viewport()), Handle(grid.viewport())
        for part in (self._line, self._handle):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.hide()
        grid.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin at the number of a row, follow the mouse, end where the button is let go."""
        if event.type() is QEvent.Type.Leave:
            self._handle.hide()
        if not isinstance(event, QMouseEvent) or not self._grid.can_move:
            return super().eventFilter(watched, event)
        spot = event.position().toPoint()
        if event.type() is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self._from, self._pressed = self._row_at(spot), spot
        elif event.type() is QEvent.Type.MouseMove:
            return self._on_move(spot)
        elif event.type() is QEvent.Type.MouseButtonRelease:
            return self._on_release(spot)
        return False

    def _on_move(self, spot: QPoint) -> bool:
        if self._from < 0:
            self._show_handle(spot)
            return False
        far = (spot - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        self._is_dragging = self._is_dragging or far
        if self._is_dragging:
            self._handle.hide()
            edge = self._edge(self._target(spot))
            self._line.setGeometry(0, edge - 1, self._grid.viewport().width(), theme().px(2))
            self._line.show()
            self._line.raise_()
        return self._is_dragging

    def _on_release(self, spot: QPoint) -> bool:
        dragging, start = self._is_dragging, self._from
        self._from, self._is_dragging = -1, False
        self._line.hide()
        if dragging:
            gap = self._target(spot)
            self._grid.dropped.emit(start, gap - 1 if gap > start else gap)
        return dragging

    def _row_at(self, spot: QPoint) -> int:
        """Return the stored row whose number is under the mouse, -1 for none."""
        at = self._grid.indexAt(spot)
        line = self._grid.lines.line(at.row())
        is_number = at.isValid() and self._grid.columns[at.column()].key == _NUMBER
        return line.index if is_number and line is not None and line.is_row and not line.blank else -1

    def _target(self, spot: QPoint) -> int:
        """Return the gap nearest to the mouse: 0 above the first row."""
        count = sum(1 for line in self._grid.lines.lines if line.is_row and not line.blank)
        edges = [abs(self._edge(gap) - spot.y()) for gap in range(count + 1)]
        return edges.index(min(edges))

    def _edge(self, gap: int) -> int:
        """Return the height of a gap; candidates unfolded under a row belong to it."""
        row = self._grid.lines.row_of(gap)
        return self._grid.rowViewportPosition(row) if row >= 0 else self._grid.viewport().height()

    def _show_handle(self, spot: QPoint) -> None:
        index = self._row_at(spot)
        self._handle.setVisible(index >= 0)
        if index >= 0:
            row = self._grid.lines.row_of(index)
            box = self._grid.visualRect(self._grid.lines.index(row, 0))
            self._handle.setGeometry(box.left(), box.top(), theme().px(14), box.height())
