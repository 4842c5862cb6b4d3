"""The left side: code books, schemes, weights and rates in one list, what works today marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.services.types import AssetLine, Shelf
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.ItemDataRole.UserRole + 1
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
TITLES = {"codebook": "编码库", "scheme": "分组方案", "weights": "权重", "rates": "费率"}


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line of a section."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """Stands in a section without entries."""

    kind: str


Entry = Heading | Nothing | AssetLine


def first_fact(line: AssetLine) -> str:
    """Return the fact that tells one asset from another, for the second line."""
    if line.builtin or line.kind == "scheme":
        return line.facts[0][1]
    return "　".join(f"{label} {value}" for label, value in line.facts[:2])


class ShelfModel(QAbstractListModel):
    """Headings and assets in one list; only assets can be chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, shelves: Sequence[Shelf]) -> None:
        """Show other shelves."""
        self.beginResetModel()
        self.entries = []
        for shelf in shelves:
            self.entries += [Heading(shelf.kind, len(shelf.lines)), *(shelf.lines or (Nothing(shelf.kind),))]
        self.endResetModel()

    def row_of(self, kind: str, asset_id: str) -> int:
        """Return the row of an asset, -1 when it is not there."""
        entries = enumerate(self.entries)
        return next(
            (at for at, one in entries if isinstance(one, AssetLine) and (one.kind, one.id) == (kind, asset_id)), -1
        )

    def active_row(self, kind: str) -> int:
        """Return the row of what works today, else of the first asset of the kind, else -1."""
        rows = [at for at, one in enumerate(self.entries) if isinstance(one, AssetLine) and one.kind == kind]
        working = [at for at in rows if getattr(self.entries[at], "active", False)]
        return (working or rows or [-1])[0]

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the entry, or its words."""
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == _LINE:
            return entry
        return _words(entry) if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only assets can be chosen."""
        if not index.isValid() or not isinstance(self.entries[index.row()], AssetLine):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _words(entry: Entry) -> str:
    match entry:
        case Heading():
            return TITLES[entry.kind]
        case Nothing():
            return "尚未导入"
    return f"{TITLES[entry.kind]}：{entry.title}{'，使用中' if entry.active else ''}，{first_fact(entry)}"


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        entry = index.data(_LINE)
        height = {Heading: 36 if index.row() else 30, Nothing: 30}.get(type(entry), 46)
        return QSize(0, theme().px(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry, box = index.data(_LINE), QRect(option.rect)
        painter.save()
        if isinstance(entry, AssetLine):
            self._draw_asset(painter, box, entry, option)
        else:
            painter.setFont(theme().font("caption", bold=isinstance(entry, Heading)))
            painter.setPen(theme().colour("fg_secondary" if isinstance(entry, Heading) else "fg_muted"))
            low = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            painter.drawText(box.adjusted(theme().px(16), 0, 0, -theme().px(6)), low, _words(entry))
        painter.restore()

    def _draw_asset(self, painter: QPainter, box: QRect, line: AssetLine, option: QStyleOptionViewItem) -> None:
        px, colour, view = theme().px, theme().colour, option.widget
        focused = isinstance(view, QListView) and view.hasFocus()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, colour("sel_bg" if focused else "sel_inactive"))
            painter.fillRect(box.left(), box.top(), 3, box.height(), colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, colour("bg_hover"))
        inner = box.adjusted(px(16), px(4), -px(12), -px(4))
        upper = QRect(inner.left(), inner.top(), inner.width(), inner.height() // 2)
        lower = QRect(inner.left(), upper.bottom(), inner.width(), inner.height() // 2)
        room = upper.width()
        if line.active:
            painter.setFont(theme().font("caption"))
            painter.setPen(colour("ok"))
            painter.drawText(upper, _RIGHT, "使用中")
            width = QFontMetrics(painter.font()).horizontalAdvance("使用中") + px(18)
            draw_icon(painter, upper.right() - width + px(2), upper, "passed", "ok", 12)
            room -= width + px(6)
        self._draw_line(painter, upper, room, line.title, "body", "fg")
        self._draw_line(painter, lower, lower.width(), first_fact(line), "caption", "fg_secondary")
        if chosen and focused:
            draw_focus_ring(painter, box)

    @staticmethod
    def _draw_line(painter: QPainter, box: QRect, room: int, words: str, kind: str, role: str) -> None:
        painter.setFont(theme().font(kind))
        painter.setPen(theme().colour(role))
        shown = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, _LEFT, shown)


class ShelfList(QListView):
    """The list of assets. ``chosen(line)`` when another one is chosen by key or mouse."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.shelves = ShelfModel(self)
        self.setModel(self.shelves)
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setProperty("ground", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("编码库与分组方案")
        self.setObjectName("shelves")
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(self._on_current)
        theme().changed.connect(self.doItemsLayout)

    @property
    def current(self) -> AssetLine | None:
        """The chosen asset."""
        entry = self.currentIndex().data(_LINE)
        return entry if isinstance(entry, AssetLine) else None

    def show_shelves(self, shelves: Sequence[Shelf]) -> None:
        """Show other shelves; nothing is chosen until :meth:`choose`."""
        was = self.selectionModel().blockSignals(True)
        self.shelves.show(shelves)
        self.selectionModel().blockSignals(was)

    def choose(self, kind: str, asset_id: str | None = None) -> None:
        """Choose an asset, or what works today of a kind, silently."""
        row = self.shelves.row_of(kind, asset_id) if asset_id is not None else -1
        was = self.selectionModel().blockSignals(True)
        self.setCurrentIndex(self.shelves.index(row if row >= 0 else self.shelves.active_row(kind)))
        self.selectionModel().blockSignals(was)
        self.viewport().update()

    def kind_at(self, point: QPoint) -> str:
        """Return the kind of the line at a point of the viewport, '' where there is none."""
        index = self.indexAt(point)
        entry = index.data(_LINE) if self.viewport().rect().contains(point) else None
        return entry.kind if isinstance(entry, Heading | Nothing | AssetLine) else ""

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here."""

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        entry = current.data(_LINE)
        if isinstance(entry, AssetLine):
            self.chosen.emit(entry)
