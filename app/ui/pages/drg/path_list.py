"""The list view of the path: a mark, code and name, and below it the facts that decided, wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.domain.grouping import StepOutcome
from app.ui.pages.drg.path_rows import PathRow, RowKind
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_Index = QModelIndex | QPersistentModelIndex
PATH_ROW: Final = Qt.ItemDataRole.UserRole + 1
_MARKS: Final = {
    StepOutcome.HIT: ("passed", "ok"),
    StepOutcome.MISS: ("failed", "fg_muted"),
    StepOutcome.NOT_TESTED: ("skipped", "fg_muted"),
}
_WRAP: Final = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
_LINES: Final = 3
"""Lines of facts shown of a step; the row unfolds its rule in full."""
_TALL: Final = 10_000
_PAD: Final = (5, 8, 6)
"""Room above, at the right, below, in px."""


class PathModel(QAbstractListModel):
    """Rows of the path."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[PathRow] = []

    def show(self, rows: Sequence[PathRow]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def replace(self, at: int, count: int, rows: Sequence[PathRow]) -> None:
        """Put rows in the place of ``count`` others."""
        if count:
            self.beginRemoveRows(QModelIndex(), at, at + count - 1)
            del self.rows[at : at + count]
            self.endRemoveRows()
        if rows:
            self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
            self.rows[at:at] = rows
            self.endInsertRows()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the row, or its words."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        found = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return found.text()
        return found if role == PATH_ROW else None


class PathDelegate(QStyledItemDelegate):
    """Paints a row; its height follows the wrapped text."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the height that title and lines need at the width of the view."""
        found = index.data(PATH_ROW)
        if not isinstance(found, PathRow):
            return QSize()
        px = theme().px
        left = _left(found)
        width = self._width(left)
        upper = _height(_title_font(found), found.title, width)
        lower = _height(theme().font("code"), found.lower, width)
        if found.kind is RowKind.STEP:
            lower = min(lower, _height(theme().font("code"), "\n".join(["组"] * _LINES), width))
        return QSize(0, px(_PAD[0]) + upper + lower + px(_PAD[2]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw ground, mark, title and lines, indented by level."""
        found = index.data(PATH_ROW)
        if not isinstance(found, PathRow):
            return
        px, box = theme().px, QRect(option.rect)
        self._ground(painter, box, found, bool(option.state & QStyle.StateFlag.State_Selected))
        font = _title_font(found)
        left = box.left() + _left(found)
        width = self._width(left - box.left())
        upper = QRect(left, box.top() + px(_PAD[0]), width, _height(font, found.title, width))
        if found.kind in (RowKind.STEP, RowKind.FOLD):
            icon, role = _MARKS[found.step.outcome]
            line = QRect(left - px(21), upper.top(), px(14), QFontMetrics(font).lineSpacing())
            draw_icon(painter, line.left(), line, icon, role, 13)
        strong = found.on_path or found.kind in (RowKind.RULE, RowKind.LIST)
        self._text(painter, upper, found.title, font, "fg" if strong else "fg_secondary")
        lower = QRect(left, upper.bottom() + 1, width, box.bottom() - upper.bottom() - px(_PAD[2]))
        self._text(painter, lower, found.lower, theme().font("code"), "fg_secondary" if strong else "fg_muted")

    def _width(self, left: int) -> int:
        """Return the width of the text: the same with and without a scroll bar, so that heights stay true."""
        bar = self._view.verticalScrollBar().sizeHint().width()
        return max(theme().px(60), self._view.width() - bar - left - theme().px(_PAD[1]))

    def _ground(self, painter: QPainter, box: QRect, found: PathRow, selected: bool) -> None:
        colour = theme().colour
        if found.kind in (RowKind.RULE, RowKind.LIST):
            painter.fillRect(box, colour("bg_alt"))
        elif found.on_path:
            painter.fillRect(box, colour("accent_soft"))
        if selected:
            painter.fillRect(box, colour("sel_bg" if self._view.hasFocus() else "sel_inactive"))
            painter.fillRect(box.left(), box.top(), theme().px(3), box.height(), colour("accent"))

    @staticmethod
    def _text(painter: QPainter, box: QRect, words: str, font: QFont, role: str) -> None:
        painter.save()
        painter.setClipRect(box)
        painter.setFont(font)
        painter.setPen(theme().colour(role))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | _WRAP, words)
        painter.restore()


def _left(found: PathRow) -> int:
    unfolded = found.kind in (RowKind.RULE, RowKind.LIST)
    return theme().px(12 + 16 * found.depth + (29 if unfolded else 21))


def _title_font(found: PathRow) -> QFont:
    if found.kind is RowKind.RULE:
        return theme().font("code")
    return theme().font("body", bold=found.on_path or found.kind is RowKind.LIST)


def _height(font: QFont, words: str, width: int) -> int:
    return QFontMetrics(font).boundingRect(QRect(0, 0, width, _TALL), _WRAP, words).height() if words else 0


class PathList(QListView):
    """The list view."""

    def __init__(self) -> None:
        super().__init__()
        self.path = PathModel(self)
        self.setModel(self.path)
        self.setItemDelegate(PathDelegate(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("分组路径")
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def current(self) -> PathRow | None:
        """Return the chosen row."""
        at = self.currentIndex().row()
        return self.path.rows[at] if 0 <= at < len(self.path.rows) else None

    def go_to(self, at: int) -> None:
        """Choose a row and bring it into sight."""
        if 0 <= at < len(self.path.rows):
            self.setCurrentIndex(self.path.index(at))
            self.scrollTo(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the lines anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows; without a chosen row the focus is shown round the whole."""
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():
            draw_focus_ring(QPainter(self.viewport()), self.viewport().rect())

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here."""
