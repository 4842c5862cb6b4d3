"""The tabular list around a code: chapter, headings above, the codes beside it; walked by keys through its levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.services.types import ContextNode
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
NODE: Final = Qt.ItemDataRole.UserRole + 1
_FILL: Final = re.compile(r"(\.x00|(?<=\.\d)00|(?<=\.\d\d)00|(?<=\.\d)x00)$")
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def shown_code(node: ContextNode) -> str:
    """Return the code as printed: a heading without the zeros that only fill it up (``K80``, ``K80.3``)."""
    return node.code if node.is_leaf else _FILL.sub("", node.code)


class NodeModel(QAbstractListModel):
    """The lines of the list."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self.nodes: tuple[ContextNode, ...] = ()

    def show(self, nodes: Sequence[ContextNode]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.nodes = tuple(nodes)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.nodes)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the words of a line, or the node."""
        if not index.isValid():
            return None
        node = self.nodes[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{shown_code(node)} {node.name}"
        return node if role == NODE else None


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, theme().px(22))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        node, view = index.data(NODE), self.parent()
        if not isinstance(node, ContextNode) or not isinstance(view, TabularList):
            return
        px, box = theme().px, QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, theme().colour("sel_bg"))
        left = box.left() + px(6) + node.depth * px(12)
        if not node.is_leaf:
            draw_icon(painter, left, box, "expand" if index.row() < view.depth_of_codes() else "ph.caret-right",
                      "fg_muted", 12)  # fmt: skip
        bold = node.is_current or (not node.is_leaf and node.depth > 0)
        left += px(16)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(theme().colour("fg" if node.depth else "fg_secondary"))
        painter.setFont(theme().font("code", bold))
        painter.drawText(box.adjusted(left - box.left(), 0, 0, 0), flags, shown_code(node))
        left += QFontMetrics(painter.font()).horizontalAdvance(shown_code(node)) + px(10)
        painter.setFont(theme().font("caption", bold))
        room = box.adjusted(left - box.left(), 0, -px(6), 0)
        name = QFontMetrics(painter.font()).elidedText(node.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, flags, name)
        if chosen and (view.active or view.hasFocus()):
            draw_focus_ring(painter, box)


class TabularList(QListView):
    """Shows nodes and walks them. In the popup the keys come by :meth:`handle_key` while it is :attr:`active`.

    ``chosen(code)``: a code was taken. ``around(code)`` and ``inside(code)``: another level is wanted.
    """

    chosen = Signal(str)
    around = Signal(str)
    inside = Signal(str)

    def __init__(self, *, focusable: bool) -> None:
        super().__init__()
        self.active = False
        self._nodes = NodeModel(self)
        self.setModel(self._nodes)
        self.setItemDelegate(_Rows(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if focusable else Qt.FocusPolicy.NoFocus)
        self.setObjectName("tabular_list")
        self.setAccessibleName("类目表")
        self.doubleClicked.connect(self._on_double_click)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines; without a chosen one the focus is shown round the whole."""
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():
            draw_focus_ring(QPainter(self.viewport()), self.viewport().rect())

    def show_nodes(self, nodes: Sequence[ContextNode]) -> None:
        """Show other lines, the current code chosen and in sight."""
        self._nodes.show(nodes)
        at = next((row for row, node in enumerate(nodes) if node.is_current), len(nodes) - 1)
        self._choose(at)

    def depth_of_codes(self) -> int:
        """Return how many lines at the top are headings above the codes."""
        return next((row for row, node in enumerate(self._nodes.nodes) if node.is_leaf), len(self._nodes.nodes))

    def current(self) -> ContextNode | None:
        """Return the chosen line."""
        row = self.currentIndex().row()
        return self._nodes.nodes[row] if 0 <= row < len(self._nodes.nodes) else None

    def enter(self) -> None:
        """Take the keys."""
        self.active = self.current() is not None
        self.viewport().update()

    def leave(self) -> None:
        """Give the keys back."""
        self.active = False
        self.viewport().update()

    def handle_key(self, event: QKeyEvent) -> bool:
        """Walk, change the level, take a code; return whether the key was used."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        node = self.current()
        if event.key() in steps:
            self._choose(self.currentIndex().row() + steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Left:
            self._go_up()
        elif event.key() == Qt.Key.Key_Right and node and not node.is_leaf and node.depth:
            self.inside.emit(node.code)
        elif event.key() in _ENTER and node:
            self._take(node)
        else:
            return event.key() == Qt.Key.Key_Right
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk by keys where the list can have the focus."""
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def _go_up(self) -> None:
        """Go to the heading above the chosen line, or show the list around it."""
        node, row = self.current(), self.currentIndex().row()
        if node is None:
            return
        above = [at for at in range(row) if self._nodes.nodes[at].depth < node.depth and self._nodes.nodes[at].depth]
        if above:
            self._choose(above[-1])
        elif node.depth:
            self.around.emit(node.code)

    def _take(self, node: ContextNode) -> None:
        if node.is_leaf:
            self.chosen.emit(node.code)
        elif node.depth:
            self.inside.emit(node.code)

    def _choose(self, row: int) -> None:
        last = len(self._nodes.nodes) - 1
        if last >= 0:
            index = self._nodes.index(max(0, min(row, last)))
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _on_double_click(self, index: QModelIndex) -> None:
        self._take(self._nodes.nodes[index.row()])
