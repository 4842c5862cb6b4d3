"""The list at the left of a page: headings and lines that choose what stands beside. ↑↓ choose, Enter goes there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
LINE = Qt.ItemDataRole.UserRole + 1
"""Item role of a line: a ``str`` for a heading, else what the list was given."""
_LEAST = 132
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class SideLine:
    """A line: key, words, icon ('' for none), number at the right (None for none)."""

    key: str
    label: str
    icon: str = ""
    count: int | None = None

    def __str__(self) -> str:
        return self.label if self.count is None else f"{self.label} {self.count:,}"


class SideModel(QAbstractListModel):
    """Headings and lines in one list; headings cannot be chosen. ``str()`` of a line is what is spoken."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self.lines: tuple[object, ...] = ()

    def show(self, lines: Sequence[object]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the line, or its words."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return str(line)
        return line if role == LINE else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if not index.isValid() or isinstance(self.lines[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class SideDelegate(QStyledItemDelegate):
    """Draws headings and the pill of a line; :meth:`draw` may be overridden for what stands in the pill."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the height of a heading or line; the first heading stands closer to the edge."""
        heading = isinstance(index.data(LINE), str)
        return QSize(0, theme().px((26 if index.row() == 0 else 32) if heading else 28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one line."""
        line, box = index.data(LINE), QRect(option.rect)
        painter.save()
        if isinstance(line, str):
            painter.setFont(theme().font("caption", bold=True))
            painter.setPen(theme().colour("fg_muted"))
            room = box.adjusted(theme().px(16), 0, 0, -theme().px(3))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, line)
        else:
            self._draw_line(painter, box, line, option)
        painter.restore()

    def _draw_line(self, painter: QPainter, box: QRect, line: object, option: QStyleOptionViewItem) -> None:
        px, colour = theme().px, theme().colour
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        pill = box.adjusted(px(8), 0, -px(8), 0)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("sel_bg" if chosen else "bg_hover"))
            painter.drawRoundedRect(QRectF(pill), 4, 4)
        self.draw(painter, pill.adjusted(px(8), 0, -px(8), 0), line, chosen=chosen)
        view = option.widget
        if chosen and isinstance(view, QListView) and view.hasFocus():
            draw_focus_ring(painter, pill)

    def draw(self, painter: QPainter, room: QRect, line: object, *, chosen: bool) -> None:
        """Draw icon, words and number of a :class:`SideLine` inside its pill."""
        if not isinstance(line, SideLine):
            return
        px, colour, left, right = theme().px, theme().colour, room.left(), room.right()
        if line.icon:
            left = draw_icon(painter, left, room, line.icon, "fg_secondary", 14) + px(8)
        if line.count is not None:
            painter.setFont(theme().font("caption"))
            painter.setPen(colour("fg_muted"))
            painter.drawText(room, _RIGHT, f"{line.count:,}")
            right -= painter.fontMetrics().horizontalAdvance(f"{line.count:,}") + px(8)
        painter.setFont(theme().font("body", bold=chosen))
        painter.setPen(colour("fg"))
        space = QRect(left, room.top(), max(0, right - left), room.height())
        shown = painter.fontMetrics().elidedText(line.label, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, _LEFT, shown)


class SideList(QListView):
    """The list. ``stepped(line)`` when another line is chosen by key or mouse; ``entered`` on Enter.

    Letters are actions of the page, not a search in the list.
    """

    stepped = Signal(object)
    entered = Signal()

    def __init__(self, spoken: str, name: str, delegate: Callable[[QListView], SideDelegate] = SideDelegate) -> None:
        super().__init__()
        self.side = SideModel(self)
        self.setModel(self.side)
        self.setItemDelegate(delegate(self))
        self.setMouseTracking(True)
        self.setProperty("ground", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(spoken)
        self.setObjectName(name)
        self.selectionModel().currentChanged.connect(self._on_current)

    @property
    def line(self) -> object:
        """The chosen line, None before there are any."""
        return self.currentIndex().data(LINE)

    def choose_silently(self, row: int) -> None:
        """Choose a row without telling; -1 for none."""
        was = self.selectionModel().blockSignals(True)
        self.setCurrentIndex(self.side.index(row))
        self.selectionModel().blockSignals(was)
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        """Return the width below which no line could be read."""
        return QSize(theme().px(_LEAST), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines; without a chosen one the focus is shown round the whole."""
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():
            draw_focus_ring(QPainter(self.viewport()), self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on to what stands beside."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here."""

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = current.data(LINE)
        if line is not None and not isinstance(line, str):
            self.stepped.emit(line)
