"""The left column: queues by section with their counts. ↑↓ choose, and the list follows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.services.types import QueueCount
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.ItemDataRole.UserRole + 1


class QueueModel(QAbstractListModel):
    """Section headings and queues in one list; headings cannot be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[str | QueueCount] = []

    def show(self, queues: Sequence[QueueCount]) -> None:
        """Show other counts; the lines stay when only numbers changed."""
        lines: list[str | QueueCount] = []
        for queue in queues:
            if queue.section not in lines:
                lines.append(queue.section)
            lines.append(queue)
        if [_key(line) for line in lines] == [_key(line) for line in self.lines]:
            self.lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
        else:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()

    def row_of(self, key: str) -> int:
        """Return the line of a queue, -1 for an unknown one."""
        return next(
            (row for row, line in enumerate(self.lines) if isinstance(line, QueueCount) and line.key == key), -1
        )

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the line, or its words."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line if isinstance(line, str) else f"{line.label} {line.count:,}"
        return line if role == _LINE else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only queues can be chosen."""
        if not index.isValid() or isinstance(self.lines[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _key(line: str | QueueCount) -> str:
    return line if isinstance(line, str) else line.key


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        heading = isinstance(index.data(_LINE), str)
        return QSize(0, theme().px((26 if index.row() == 0 else 32) if heading else 28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = index.data(_LINE)
        box = QRect(option.rect)
        painter.save()
        if isinstance(line, QueueCount):
            self._draw_queue(painter, box, line, option)
        else:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().colour("fg_muted"))
            room = box.adjusted(theme().px(16), 0, 0, -theme().px(3))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, str(line))
        painter.restore()

    def _draw_queue(self, painter: QPainter, box: QRect, line: QueueCount, option: QStyleOptionViewItem) -> None:
        px, colour = theme().px, theme().colour
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        pill = box.adjusted(px(8), 0, -px(8), 0)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("sel_bg" if chosen else "bg_hover"))
            painter.drawRoundedRect(QRectF(pill), 4, 4)
        left = draw_icon(painter, pill.left() + px(8), pill, line.icon or "profile", "fg_secondary", 14) + px(8)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("fg_muted"))
        painter.drawText(pill.adjusted(0, 0, -px(8), 0), right, f"{line.count:,}")
        painter.setFont(theme().font("body", bold=chosen))
        painter.setPen(colour("fg"))
        room = QRect(left, pill.top(), pill.right() - left - px(34), pill.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line.label)
        view = option.widget
        if chosen and isinstance(view, QListView) and view.hasFocus():
            draw_focus_ring(painter, pill)


class QueueList(QListView):
    """The list of queues. ``chosen(key)`` when another one is chosen by key or mouse."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.queues = QueueModel(self)
        self.setModel(self.queues)
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setProperty("ground", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("队列")
        self.setObjectName("queues")
        self.selectionModel().currentChanged.connect(self._on_current)

    @property
    def current(self) -> str:
        """The key of the chosen queue, '' before the first counts came."""
        line = self.currentIndex().data(_LINE)
        return line.key if isinstance(line, QueueCount) else ""

    def label(self, key: str) -> str:
        """Return the words of a queue."""
        line = self.queues.index(max(0, self.queues.row_of(key))).data(_LINE)
        return line.label if isinstance(line, QueueCount) else ""

    def show_queues(self, queues: Sequence[QueueCount], current: str) -> None:
        """Show counts and mark a queue as chosen, silently."""
        was = self.selectionModel().blockSignals(True)
        self.queues.show(queues)
        self.setCurrentIndex(self.queues.index(self.queues.row_of(current)))
        self.selectionModel().blockSignals(was)
        self.viewport().update()

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = current.data(_LINE)
        if isinstance(line, QueueCount):
            self.chosen.emit(line.key)
