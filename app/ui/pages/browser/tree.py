"""The groups of a scheme as a tree: MDC, ADRG, DRG, each with its cases of this library at the right."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from app.services.scheme_browser import BrowsedScheme, Found, GroupNode
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
NODE = Qt.ItemDataRole.UserRole + 1
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_INDENT, _CARET = 16, 18
_OPEN_BELOW = 400
"""So many groups left by the filter are all unfolded."""


class GroupModel(QAbstractItemModel):
    """The nodes of a scheme, or those that the filter leaves with what is above them."""

    def __init__(self, parent: QTreeView) -> None:
        super().__init__(parent)
        self._scheme: BrowsedScheme | None = None
        self._children: dict[str, tuple[str, ...]] = {"": ()}
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self.counts: Mapping[str, int] = {}

    def show(self, scheme: BrowsedScheme | None, counts: Mapping[str, int], wanted: str = "") -> None:
        """Show a scheme, only groups whose code or name holds ``wanted``; ``counts`` are cases by node id."""
        self.beginResetModel()
        self._scheme, self.counts = scheme, counts
        self._children = _left(scheme, wanted.strip().upper()) if scheme else {"": ()}
        self._rows = {child: row for children in self._children.values() for row, child in enumerate(children)}
        self._ids = list(self._rows)
        self._numbers = {node: number for number, node in enumerate(self._ids)}
        self.endResetModel()

    @property
    def size(self) -> int:
        """How many nodes are left."""
        return len(self._ids)

    def first(self) -> str:
        """Return the first node that has nothing below it among those that are left, '' without any."""
        node = ""
        while self._children.get(node):
            node = self._children[node][0]
        return node

    def index_of(self, node_id: str) -> QModelIndex:
        """Return the index of a node, an invalid one when the filter hides it."""
        if node_id not in self._rows:
            return QModelIndex()
        return self.createIndex(self._rows[node_id], 0, self._numbers[node_id])

    def node_at(self, index: _Index) -> GroupNode | None:
        """Return the node of an index."""
        if not index.isValid() or self._scheme is None:
            return None
        return self._scheme.nodes[self._ids[index.internalId()]]

    def index(self, row: int, column: int, parent: _Index | None = None) -> QModelIndex:
        """Return the index of a child."""
        children = self._children.get(self._id(parent), ())
        return self.index_of(children[row]) if 0 <= row < len(children) and column == 0 else QModelIndex()

    def parent(self, index: _Index | None = None) -> QModelIndex:  # type: ignore[override]  # Qt has two of this name
        """Return the index of the node above."""
        node = self.node_at(index) if index is not None else None
        return self.index_of(node.parent) if node is not None and node.parent else QModelIndex()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of children that are left."""
        return len(self._children.get(self._id(parent), ()))

    def columnCount(self, _parent: _Index | None = None) -> int:
        """Return one column."""
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the node, or its words."""
        node = self.node_at(index)
        if node is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            count = self.counts.get(node.id, 0)
            return f"{node.code} {node.name}" + (f"，本院病例 {count:,}" if count else "")
        return node if role == NODE else None

    def _id(self, index: _Index | None) -> str:
        return self._ids[index.internalId()] if index is not None and index.isValid() else ""


def _left(scheme: BrowsedScheme, wanted: str) -> dict[str, tuple[str, ...]]:
    """Return the children of each node that is left; '' are the roots."""
    if not wanted:
        return {"": scheme.roots} | {node.id: node.children for node in scheme.nodes.values() if node.children}
    hits = [node for node in scheme.nodes.values() if wanted in node.code.upper() or wanted in node.name.upper()]
    kept = set()
    for node in hits:
        at: GroupNode | None = node
        while at is not None and at.id not in kept:
            kept.add(at.id)
            at = scheme.nodes.get(at.parent)
    below = {node.id: tuple(one for one in node.children if one in kept) for node in scheme.nodes.values()}
    return {"": tuple(one for one in scheme.roots if one in kept)} | {key: some for key, some in below.items() if some}


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, theme().px(26))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        node, view = index.data(NODE), self.parent()
        if not isinstance(node, GroupNode) or not isinstance(view, GroupTree):
            return
        px, box = theme().px, QRect(0, option.rect.top(), view.viewport().width(), option.rect.height())
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, theme().colour("sel_bg" if view.hasFocus() else "sel_inactive"))
            painter.fillRect(box.left(), box.top(), 3, box.height(), theme().colour("accent"))
        left = box.left() + px(8) + node.id.count("/") * px(_INDENT)
        if view.groups.rowCount(index):
            draw_icon(painter, left, box, "expand" if view.isExpanded(index) else "open_child", "fg_muted", 12)
        room = self._draw_count(painter, box, view.groups.counts.get(node.id, 0))
        left += px(_CARET)
        strong = node.level is not Found.DRG
        painter.setPen(theme().colour("fg"))
        painter.setFont(theme().font("code", bold=strong))
        painter.drawText(box.adjusted(left - box.left(), 0, 0, 0), _LEFT, node.code)
        left += QFontMetrics(painter.font()).horizontalAdvance(node.code) + px(8)
        painter.setFont(theme().font("caption", bold=node.level is Found.MDC))
        painter.setPen(theme().colour("fg" if strong else "fg_secondary"))
        space = QRect(left, box.top(), room - left, box.height())
        name = QFontMetrics(painter.font()).elidedText(node.name, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, _LEFT, name)
        if chosen and view.hasFocus():
            draw_focus_ring(painter, box)
        painter.restore()

    @staticmethod
    def _draw_count(painter: QPainter, box: QRect, count: int) -> int:
        """Draw the number of cases; return where the room for the name ends."""
        end = box.right() - theme().px(10)
        if not count:
            return end
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("fg_muted"))
        words = f"{count:,}"
        painter.drawText(box.adjusted(0, 0, -theme().px(10), 0), _RIGHT, words)
        return end - QFontMetrics(painter.font()).horizontalAdvance(words) - theme().px(6)


class GroupTree(QTreeView):
    """The tree. ``chosen(node)`` when another node is current; ``typed(text)``: a letter was typed to find a group.

    ``entered`` on Enter.
    """

    chosen = Signal(object)
    entered = Signal()
    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.groups = GroupModel(self)
        self.setModel(self.groups)
        self.setItemDelegate(_Rows(self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setObjectName("groups")
        self.setAccessibleName("MDC、ADRG、DRG")
        self.selectionModel().currentChanged.connect(self._on_current)
        theme().changed.connect(self.doItemsLayout)

    @property
    def current(self) -> GroupNode | None:
        """The chosen node."""
        return self.groups.node_at(self.currentIndex())

    def show_scheme(self, scheme: BrowsedScheme | None, counts: Mapping[str, int], wanted: str = "") -> None:
        """Show a scheme, only what the filter leaves; few groups are all unfolded. The chosen node stays chosen."""
        was = self.current
        self.groups.show(scheme, counts, wanted)
        if wanted and self.groups.size <= _OPEN_BELOW:
            self.expandAll()
        if was is not None:
            self.go_to(was.id)

    def go_to(self, node_id: str) -> bool:
        """Choose a node and bring it into sight; return whether it is there."""
        index = self.groups.index_of(node_id)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index, QTreeView.ScrollHint.EnsureVisible)
        return index.isValid()

    def keyboardSearch(self, search: str) -> None:
        """Hand a typed letter to the filter."""
        if search.strip():
            self.typed.emit(search)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on to the codes; arrow keys walk and unfold."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold by a click on the caret."""
        super().mousePressEvent(event)
        point: QPoint = event.position().toPoint()
        index = self.indexAt(point)
        node = self.groups.node_at(index)
        if node is not None and event.button() is Qt.MouseButton.LeftButton:
            left = theme().px(8) + node.id.count("/") * theme().px(_INDENT)
            if left - theme().px(4) <= point.x() <= left + theme().px(_CARET):
                self.setExpanded(index, not self.isExpanded(index))

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        node = self.groups.node_at(current)
        if node is not None:
            self.chosen.emit(node)
