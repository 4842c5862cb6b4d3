"""The left list: rules by hits, departments, coders. ↑↓ choose, and the middle follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.services.qc_batch_types import GroupKind, GroupLine, QcGroup
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon, severity_icon, severity_word

_Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.ItemDataRole.UserRole + 1
FIRST: Final = 10
"""Rules shown before 全部 is asked for."""
_SECTIONS: Final = {GroupKind.RULE: "按规则（命中数）", GroupKind.DEPT: "按科室", GroupKind.CODER: "按编码员"}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class More:
    """The line that shows the rules which are folded away."""

    rules: int


_Line = str | GroupLine | More


class GroupModel(QAbstractListModel):
    """Headings, groups and the line that unfolds; headings cannot be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[_Line] = []

    def show(self, groups: Sequence[GroupLine], *, unfolded: bool, keep: QcGroup | None) -> None:
        """Show other groups; the rules after the first are folded away unless ``keep`` is one of them."""
        lines: list[_Line] = []
        for kind in GroupKind:
            mine = [one for one in groups if one.group.kind is kind]
            if not mine:
                continue
            first = mine if unfolded or kind is not GroupKind.RULE else mine[:FIRST]
            kept = [one for one in mine[len(first) :] if one.group == keep]
            lines += [_SECTIONS[kind], *first, *kept]
            if len(first) + len(kept) < len(mine):
                lines.append(More(len(mine)))
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def row_of(self, group: QcGroup | None) -> int:
        """Return the line of a group, -1 for one that is not there."""
        return next(
            (row for row, line in enumerate(self.lines) if isinstance(line, GroupLine) and line.group == group), -1
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
            return _spoken(line)
        return line if role == _LINE else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if not index.isValid() or isinstance(self.lines[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _spoken(line: _Line) -> str:
    if isinstance(line, str):
        return line
    if isinstance(line, More):
        return f"全部 {line.rules:,} 条规则"
    rule = line.group.key if line.group.kind is GroupKind.RULE else ""
    severity = severity_word(line.severity) if line.severity else ""
    return " ".join(part for part in (severity, rule, line.title, line.note, f"{line.count:,}") if part)


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        heading = isinstance(index.data(_LINE), str)
        return QSize(0, theme().px((26 if index.row() == 0 else 30) if heading else 27))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line, box = index.data(_LINE), QRect(option.rect)
        painter.save()
        if isinstance(line, str):
            painter.setFont(theme().font("caption", bold=True))
            painter.setPen(theme().colour("fg_secondary"))
            room = box.adjusted(theme().px(16), 0, 0, -theme().px(3))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, line)
        else:
            self._draw_line(painter, box, line, option)
        painter.restore()

    def _draw_line(self, painter: QPainter, box: QRect, line: GroupLine | More, option: QStyleOptionViewItem) -> None:
        px, colour = theme().px, theme().colour
        pill = box.adjusted(px(8), 0, -px(8), 0)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("sel_bg" if chosen else "bg_hover"))
            painter.drawRoundedRect(QRectF(pill), 4, 4)
        room = pill.adjusted(px(8), 0, -px(8), 0)
        if isinstance(line, More):
            painter.setFont(theme().font("body"))
            painter.setPen(colour("accent"))
            painter.drawText(room, _LEFT, _spoken(line))
        else:
            self._draw_group(painter, room, line, bold=chosen)
        view = option.widget
        if chosen and isinstance(view, QListView) and view.hasFocus():
            draw_focus_ring(painter, pill)

    def _draw_group(self, painter: QPainter, room: QRect, line: GroupLine, *, bold: bool) -> None:
        px, colour = theme().px, theme().colour
        painter.setFont(theme().font("body"))
        painter.setPen(colour("fg"))
        count = f"{line.count:,}"
        painter.drawText(room, _RIGHT, count)
        end = room.right() - painter.fontMetrics().horizontalAdvance(count) - px(8)
        if line.note:
            painter.setFont(theme().font("caption"))
            painter.setPen(colour("fg_muted"))
            painter.drawText(QRect(room.left(), room.top(), end - room.left(), room.height()), _RIGHT, line.note)
            end -= painter.fontMetrics().horizontalAdvance(line.note) + px(8)
        left = room.left()
        if line.severity:
            left = draw_icon(painter, left, room, severity_icon(line.severity), str(line.severity), 13) + px(6)
            painter.setFont(theme().font("code"))
            painter.setPen(colour("fg_secondary"))
            painter.drawText(room.adjusted(left - room.left(), 0, 0, 0), _LEFT, line.group.key)
            left += px(58)
        font = theme().font("body", bold=bold)
        painter.setFont(font)
        painter.setPen(colour("fg"))
        space = QRect(left, room.top(), max(0, end - left), room.height())
        shown = painter.fontMetrics().elidedText(line.title, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, _LEFT, shown)


class GroupList(QListView):
    """The list of groups. ``chosen(group)`` when another one is chosen; ``unfolded`` when all rules are wanted."""

    chosen = Signal(object)
    unfolded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.groups = GroupModel(self)
        self.setModel(self.groups)
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setProperty("ground", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("规则、科室与编码员")
        self.setObjectName("qc_groups")
        self.selectionModel().currentChanged.connect(self._on_current)

    @property
    def current(self) -> QcGroup | None:
        """The chosen group."""
        line = self.currentIndex().data(_LINE)
        return line.group if isinstance(line, GroupLine) else None

    def line_of(self, group: QcGroup) -> GroupLine | None:
        """Return the entry of a group, None for one that is not shown."""
        row = self.groups.row_of(group)
        line = self.groups.lines[row] if row >= 0 else None
        return line if isinstance(line, GroupLine) else None

    def show_groups(self, groups: Sequence[GroupLine], current: QcGroup | None, *, unfolded: bool) -> QcGroup | None:
        """Show groups, silently, and return the one that is chosen then: ``current``, else the first."""
        was = self.selectionModel().blockSignals(True)
        self.groups.show(groups, unfolded=unfolded, keep=current)
        row = self.groups.row_of(current)
        if row < 0:
            row = next((at for at, line in enumerate(self.groups.lines) if isinstance(line, GroupLine)), -1)
        self.setCurrentIndex(self.groups.index(row))
        self.selectionModel().blockSignals(was)
        self.viewport().update()
        return self.current

    def step(self, by: int) -> None:
        """Choose the next group of the list, or the one before; the ends meet."""
        rows = [at for at, line in enumerate(self.groups.lines) if isinstance(line, GroupLine)]
        if rows:
            now = self.currentIndex().row()
            at = rows.index(now) if now in rows else -1
            self.setCurrentIndex(self.groups.index(rows[(at + by) % len(rows)]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on the last line unfolds the rules."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        if is_enter and isinstance(self.currentIndex().data(_LINE), More):
            self.unfolded.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the last line unfolds the rules."""
        super().mouseReleaseEvent(event)
        if isinstance(self.indexAt(event.position().toPoint()).data(_LINE), More):
            self.unfolded.emit()

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here."""

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = current.data(_LINE)
        if isinstance(line, GroupLine):
            self.chosen.emit(line.group)
