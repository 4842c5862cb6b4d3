"""One cell as a value, and the delegate that draws it: every table of the program looks alike through this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.domain.findings import Severity
from app.ui.theme import theme
from app.ui.widgets.painting import (
    draw_bar,
    draw_focus_ring,
    draw_icon,
    draw_key_cap,
    draw_note_corner,
    draw_spans,
    severity_icon,
)

CELL = Qt.ItemDataRole.UserRole + 100
"""Item role of a :class:`Cell`. ``DisplayRole`` of the same index is the plain text."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows. Only ``text`` is needed.

    ``tone`` is a colour role of the text (``fg`` by default; ``fg_secondary``, ``fg_muted``, ``accent``, ``error`` …).
    ``icon`` stands before the text in ``icon_tone`` (the tone if empty). ``note`` is muted text behind it.
    ``proposed``: violet, codes with a dashed line. ``severity``: tint, 2 px line. ``changed``: blue bar at the left.
    ``spans`` are matched characters. ``counts`` draws severity marks with numbers. ``fill`` 0-1 draws a thin bar with
    the text at its right, in ``fill_role``. ``checked`` draws a tick box. ``cap`` draws the text as a key cap.
    ``ground`` is a colour role behind the cell. ``was`` is an old value, struck out behind the text; ``noted`` draws
    the folded corner of a sticky note.
    """

    text: str = ""
    tone: str = "fg"
    icon: str = ""
    icon_tone: str = ""
    bold: bool = False
    code: bool = False
    small: bool = False
    note: str = ""
    right: bool = False
    centre: bool = False
    proposed: bool = False
    severity: Severity | None = None
    changed: bool = False
    spans: tuple[tuple[int, int], ...] = ()
    counts: Mapping[Severity, int] = field(default_factory=dict)
    fill: float | None = None
    fill_role: str = "proposed"
    checked: bool | None = None
    enabled: bool = True
    cap: bool = False
    drop: bool = False
    ground: str = ""
    was: str = ""
    noted: bool = False

    def font(self) -> QFont:
        """Return the font of the text."""
        return theme().font("code" if self.code else "caption" if self.small else "body", self.bold)


EMPTY = Cell()


class CellDelegate(QStyledItemDelegate):
    """Draws :class:`Cell` values, the selection with its bar, hairlines between rows and the focus ring.

    ``ring`` draws the ring on the current cell (grids); without it the row is the unit (lists).
    """

    def __init__(self, view: QTableView, *, ring: bool = False, pad: int = 8) -> None:
        super().__init__(view)
        self._view = view
        self._ring = ring
        self._pad = pad

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one cell."""
        cell = index.data(CELL) or EMPTY
        box = QRect(option.rect)
        painter.save()
        painter.setClipRect(box)
        self._draw_ground(painter, box, cell, option, index)
        inner = box.adjusted(theme().px(self._pad), 0, -theme().px(self._pad), -1)
        self._draw_content(painter, inner, cell)
        if self._has_ring(option, index):
            draw_focus_ring(painter, box)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the row height; widths are fixed by the columns."""
        return QSize(theme().px(40), theme().size("row"))

    def _draw_ground(
        self, painter: QPainter, box: QRect, cell: Cell, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(box, theme().colour("sel_bg" if self._active() else "sel_inactive"))
        elif cell.ground:
            painter.fillRect(box, theme().colour(cell.ground))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme().colour("bg_hover"))
        if cell.severity and not selected:
            painter.fillRect(box, theme().colour(f"{cell.severity}_bg"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, theme().colour("line_subtle"))
        if cell.severity:
            painter.fillRect(box.left(), box.bottom() - 1, box.width(), 2, theme().colour(str(cell.severity)))
        if cell.changed:
            bar = theme().tokens_size("changed_bar")
            painter.fillRect(box.left(), box.top() + 3, bar, box.height() - 7, theme().colour("changed"))
        elif selected and self._is_first(index):
            painter.fillRect(box.left(), box.top(), 3, box.height(), theme().colour("accent"))
        if self._has_ring(option, index):
            painter.fillRect(box, theme().colour("bg_surface"))

    def _draw_content(self, painter: QPainter, box: QRect, cell: Cell) -> None:
        if cell.checked is not None:
            _draw_check(painter, box, cell)
        elif cell.counts:
            _draw_counts(painter, box, cell.counts)
        elif cell.cap:
            _draw_cap(painter, box, cell.text)
        elif cell.fill is not None:
            _draw_fill(painter, box, cell)
        else:
            _draw_text(painter, box, cell)

    def _active(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and (focus is self._view or self._view.isAncestorOf(focus))

    def _is_first(self, index: _Index) -> bool:
        return self._view.horizontalHeader().visualIndex(index.column()) == 0

    def _has_ring(self, option: QStyleOptionViewItem, index: _Index) -> bool:
        return self._ring and self._view.hasFocus() and _spot(self._view.currentIndex()) == _spot(index)


def _spot(index: _Index) -> tuple[int, int]:
    return index.row(), index.column()


def _draw_text(painter: QPainter, box: QRect, cell: Cell) -> None:
    ink_role = "fg_disabled" if not cell.enabled else "proposed" if cell.proposed else cell.tone
    font, metrics = cell.font(), QFontMetrics(cell.font())
    width = metrics.horizontalAdvance(cell.text)
    left = box.left()
    if cell.centre:
        left += max(0, (box.width() - width - (theme().px(18) if cell.icon else 0)) // 2)
    elif cell.right:
        left = max(left, box.right() - width + 1)
    if cell.icon:
        left = draw_icon(painter, left, box, cell.icon, cell.icon_tone or ink_role, 14) + (
            theme().px(4) if cell.text else 0
        )
    room = QRect(left, box.top(), max(0, box.right() - left + 2), box.height())
    if cell.spans:
        draw_spans(painter, room, cell.text, cell.spans, font, theme().colour(ink_role))
    else:
        painter.setFont(font)
        painter.setPen(theme().colour(ink_role))
        mode = Qt.TextElideMode.ElideNone if cell.code else Qt.TextElideMode.ElideRight
        painter.drawText(room, _LEFT, metrics.elidedText(cell.text, mode, room.width()))
    if cell.proposed and cell.code and cell.text:
        painter.setPen(QPen(theme().colour("proposed"), 1, Qt.PenStyle.DashLine))
        low = room.center().y() + metrics.height() // 2 + 1
        painter.drawLine(left, low, min(left + width, box.right()), low)
    _draw_behind(painter, box, left + width, cell)


def _draw_behind(painter: QPainter, box: QRect, left: int, cell: Cell) -> None:
    for said in filter(None, (cell.was, cell.note)):
        font = QFont(theme().font("caption"))
        font.setStrikeOut(said == cell.was)
        painter.setFont(font)
        painter.setPen(theme().colour("fg_muted"))
        room = box.adjusted(left - box.left() + theme().px(8), 0, 0, 0)
        text = QFontMetrics(font).elidedText(said, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, text)
        left += theme().px(8) + QFontMetrics(font).horizontalAdvance(text)
    if cell.noted:
        draw_note_corner(painter, box)
    if cell.drop:
        draw_icon(painter, min(left + theme().px(4), box.right() - theme().px(12)), box, "expand", "fg_secondary", 12)


def _draw_counts(painter: QPainter, box: QRect, counts: Mapping[Severity, int]) -> None:
    left = box.left()
    painter.setFont(theme().font("caption"))
    for severity in Severity:
        number = counts.get(severity, 0)
        if number:
            left = draw_icon(painter, left, box, severity_icon(severity), str(severity), 14) + theme().px(3)
            painter.setPen(theme().colour(str(severity)))
            painter.drawText(box.adjusted(left - box.left(), 0, 0, 0), _LEFT, str(number))
            left += QFontMetrics(painter.font()).horizontalAdvance(str(number)) + theme().px(8)


def _draw_cap(painter: QPainter, box: QRect, text: str) -> None:
    edge = theme().px(18)
    draw_key_cap(painter, QRect(box.left(), box.center().y() - edge // 2 + 1, edge, edge), text)


def _draw_fill(painter: QPainter, box: QRect, cell: Cell) -> None:
    text_width = QFontMetrics(cell.font()).horizontalAdvance("100%") + theme().px(4)
    bar = QRect(box.left(), box.center().y() - 1, max(0, box.width() - text_width - theme().px(4)), theme().px(4))
    draw_bar(painter, bar, cell.fill or 0.0, cell.fill_role)
    painter.setFont(cell.font())
    painter.setPen(theme().colour(cell.tone))
    painter.drawText(box, _RIGHT, cell.text)


def _draw_check(painter: QPainter, box: QRect, cell: Cell) -> None:
    edge = theme().px(14)
    square = QRect(box.left(), box.center().y() - edge // 2 + 1, edge, edge)
    on = bool(cell.checked) and cell.enabled
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().colour("accent" if on else "line_strong" if cell.enabled else "line"), 1))
    painter.setBrush(theme().colour("accent" if on else "bg_surface"))
    painter.drawRoundedRect(square, 2, 2)
    if on:
        draw_icon(painter, square.left() + 1, square.adjusted(0, -1, 0, -1), "passed", "accent_fg", 12)


def plain(cell: Cell) -> str:
    """Return the text of a cell for screen readers and the clipboard."""
    if cell.counts:
        words = theme().tokens.severity
        return " ".join(f"{words[str(severity)].label}{n}" for severity, n in cell.counts.items() if n)
    was = f"（原为{cell.was}）" if cell.was else ""
    return " ".join(part for part in (cell.text, was, cell.note, "有便签" if cell.noted else "") if part)
