"""The left side: causes as bars, the departments below. Choosing one filters the cases, again ends that.

A list, no chart: its lines are walked, ticked and read out one by one, and a delegate draws the share under the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.theme import theme
from app.ui.widgets.painting import draw_bar, draw_focus_ring

_Index = QModelIndex | QPersistentModelIndex
BAR = Qt.ItemDataRole.UserRole + 1
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_HEIGHTS = {"head": 36, "cause": 36, "change": 36, "dept": 30}
_DRAWN = ("cause", "change")


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: ``kind`` head, cause, change or dept; ``share`` of the longest bar, 0-1."""

    kind: str
    key: str
    label: str
    count: int = 0
    share: float = 0.0


class BarModel(QAbstractListModel):
    """The lines; headings cannot be chosen."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self.chosen: frozenset[tuple[str, str]] = frozenset()

    def show(self, bars: Sequence[Bar]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.bars = tuple(bars)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.bars)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the line, or its words."""
        if not index.isValid():
            return None
        bar = self.bars[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            on = "，已筛选" if (bar.kind, bar.key) in self.chosen else ""
            return bar.label if bar.kind == "head" else f"{bar.label} {bar.count:,}{on}"
        return bar if role == BAR else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings are only read."""
        if not index.isValid() or self.bars[index.row()].kind == "head":
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        bar = index.data(BAR)
        return QSize(0, theme().px(_HEIGHTS[bar.kind] if isinstance(bar, Bar) else 30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        bar, view = index.data(BAR), self.parent()
        if not isinstance(bar, Bar) or not isinstance(view, BarList):
            return
        px, box = theme().px, QRect(option.rect)
        painter.save()
        on = (bar.kind, bar.key) in view.lines.chosen
        current = bool(option.state & QStyle.StateFlag.State_Selected) and view.hasFocus()
        if on:
            painter.fillRect(box, theme().colour("sel_bg"))
            painter.fillRect(box.left(), box.top(), 3, box.height(), theme().colour("accent"))
        inner = box.adjusted(px(16), 0, -px(14), -px(10) if bar.kind in _DRAWN else 0)
        painter.setFont(theme().font("body", bold=on or bar.kind == "head"))
        painter.setPen(theme().colour("fg"))
        count = "" if bar.kind == "head" else f"{bar.count:,}"
        room = inner.width() - QFontMetrics(painter.font()).horizontalAdvance(count) - px(8)
        label = QFontMetrics(painter.font()).elidedText(bar.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, _LEFT, label)
        painter.setPen(theme().colour("fg_secondary"))
        painter.drawText(inner, _RIGHT, count)
        if bar.kind in _DRAWN:
            line = QRect(inner.left(), box.bottom() - px(9), inner.width(), px(4))
            draw_bar(painter, line, bar.share, "chart_2")
        if current:
            draw_focus_ring(painter, box)
        painter.restore()


class BarList(QListView):
    """``toggled(kind, key)``: a line was clicked or Enter or Space pressed on it."""

    toggled = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.lines = BarModel(self)
        self.setModel(self.lines)
        self.setItemDelegate(_Rows(self))
        self.setProperty("ground", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setObjectName("causes")
        self.setAccessibleName("换组原因与科室")
        self.clicked.connect(self._on_clicked)
        theme().changed.connect(self.doItemsLayout)

    def show_bars(self, bars: Sequence[Bar], chosen: frozenset[tuple[str, str]]) -> None:
        """Show lines, those that filter marked; the current line stays where it is."""
        row = self.currentIndex().row()
        self.lines.chosen = chosen
        if bars != list(self.lines.bars):
            self.lines.show(bars)
            if len(bars) > 1:
                self.setCurrentIndex(self.lines.index(row if 0 < row < len(bars) else 1))
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines; without a chosen one the focus is shown round the whole."""
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():
            draw_focus_ring(QPainter(self.viewport()), self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space filter by the current line."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._on_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: digits are actions here."""

    def _on_clicked(self, index: QModelIndex) -> None:
        bar = index.data(BAR)
        if isinstance(bar, Bar) and bar.kind != "head":
            self.toggled.emit(bar.kind, bar.key)
