"""Search results as a list of 44 px rows: number, code, name with marked characters, reason line, badge, effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.theme import theme
from app.ui.widgets.painting import draw_icon, draw_spans
from app.ui.widgets.whole_rows import WholeRowList

_Index = QModelIndex | QPersistentModelIndex
HIT = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Hit:
    """One result as painted. ``effect`` is 分组不变, → HC15 or 当前; ``conflict`` what the text says otherwise.

    ``more`` tells of nearly identical names folded into this row, or that they are unfolded; ``inside`` is True for one
    of those below the first.
    """

    code: str
    name: str
    reason: str = ""
    conflict: str = ""
    effect: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    more: str = ""
    inside: bool = False

    def words(self) -> str:
        """Return the row as a screen reader says it."""
        parts = (f"{self.code} {self.name}", self.more, self.reason, self.conflict, self.effect)
        return "，".join(part for part in parts if part)


def fitting(conflict: str, metrics: QFontMetrics, room: int) -> str:
    """Return what the text says otherwise as far as there is room: whole parts and how many there are, cut only then.

    ``room`` is in px.
    """
    parts = conflict.split("；")
    shorter = ("；".join(parts[:count]) + f" 等 {len(parts)} 处" for count in range(len(parts) - 1, 0, -1))
    whole = (words for words in (conflict, *shorter) if metrics.horizontalAdvance(words) <= room)
    return next(whole, metrics.elidedText(conflict, Qt.TextElideMode.ElideRight, room))


class HitModel(QAbstractListModel):
    """The results; replaced as a whole, so that nothing flickers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hits: list[Hit] = []

    def show(self, hits: Sequence[Hit]) -> None:
        """Show other results."""
        self.beginResetModel()
        self.hits = list(hits)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of results."""
        return 0 if parent is not None and parent.isValid() else len(self.hits)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the words of a row, or the :class:`Hit`."""
        if not index.isValid() or index.row() >= len(self.hits):
            return None
        hit = self.hits[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return hit.words()
        return hit if role == HIT else None


class HitDelegate(QStyledItemDelegate):
    """Paints a result."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return a row of 44 px."""
        return QSize(0, theme().px(44))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw number, code, name, reason, badge and effect."""
        hit = index.data(HIT)
        if not isinstance(hit, Hit):
            return
        px, colour = theme().px, theme().colour
        box = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, colour("sel_bg"))
            painter.fillRect(box.left(), box.top(), px(3), box.height(), colour("accent"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, colour("line_subtle"))
        self._draw_number(painter, box, index.row() + 1)
        code_box = box.adjusted(px(48 if hit.inside else 34), 0, 0, 0)
        painter.setFont(theme().font("code", bold=True))
        painter.setPen(colour("fg"))
        painter.drawText(code_box, Qt.AlignmentFlag.AlignVCenter, hit.code)
        code_width = max(px(92), QFontMetrics(theme().font("code", bold=True)).horizontalAdvance(hit.code) + px(12))
        self._draw_words(painter, box, code_box.left() + code_width, hit)

    def _draw_words(self, painter: QPainter, box: QRect, left: int, hit: Hit) -> None:
        px, colour = theme().px, theme().colour
        caption, body = QFontMetrics(theme().font("caption")), QFontMetrics(theme().font("body"))
        right = box.right() - px(10)
        more = caption.horizontalAdvance(hit.more) + px(8) if hit.more else 0
        beside_name = right - left - body.horizontalAdvance(hit.name) - more - px(16)
        most = max((right - left) * 2 // 5, beside_name)
        conflict = fitting(hit.conflict, caption, most - px(18))
        effect = caption.horizontalAdvance(hit.effect)
        room = caption.horizontalAdvance(conflict) + px(18) if conflict else effect
        name = QRect(left, box.top() + px(2), right - left - room - px(10) - more, px(20))
        draw_spans(painter, name, hit.name, hit.spans, theme().font("body"), colour("fg"))
        painter.setFont(theme().font("caption"))
        if hit.more:
            drawn = min(body.horizontalAdvance(hit.name), name.width())
            painter.setPen(colour("accent"))
            beside = QRect(left + drawn + px(8), name.top(), more, name.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, hit.more)
        painter.setPen(colour("fg_muted"))
        reason = QRect(left, box.top() + px(22), right - left - effect - px(10), px(18))
        shown = caption.elidedText(hit.reason, Qt.TextElideMode.ElideRight, reason.width())
        painter.drawText(reason, Qt.AlignmentFlag.AlignVCenter, shown)
        upper = QRect(right - room, box.top() + px(3), room, px(18))
        lower = QRect(right - effect, box.top() + px(22), effect, px(18))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if conflict:
            painter.setPen(colour("warn"))
            painter.drawText(upper, flags, conflict)
            width = caption.horizontalAdvance(conflict)
            draw_icon(painter, right - width - px(17), upper, "ph.warning", "warn", 13)
        painter.setPen(colour("fg_muted"))
        painter.drawText(lower if hit.conflict else box.adjusted(0, 0, -px(10), 0), flags, hit.effect)

    def _draw_number(self, painter: QPainter, box: QRect, number: int) -> None:
        px = theme().px
        cap = QRect(box.left() + px(10), box.center().y() - px(8), px(18), px(18))
        painter.setPen(theme().colour("line_strong"))
        painter.setBrush(theme().colour("bg_surface"))
        painter.drawRoundedRect(cap, 3, 3)
        painter.setFont(theme().font("key_hint"))
        painter.setPen(theme().colour("fg_secondary"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, str(number))


class HitList(WholeRowList):
    """The list view of results; ``focusable`` for the full page, where it is walked by Tab.

    ``turned(open)``: the nearly identical names of the current row are to be unfolded or folded.
    """

    turned = Signal(bool)

    def __init__(self, *, focusable: bool) -> None:
        super().__init__()
        self.hits = HitModel(self)
        self.setModel(self.hits)
        self.setItemDelegate(HitDelegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if focusable else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("检索结果")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold and unfold by the arrows sideways, where the list has the focus."""
        if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left) and not event.modifiers():
            self.turned.emit(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def current(self) -> Hit | None:
        """Return the chosen result."""
        row = self.currentIndex().row()
        return self.hits.hits[row] if 0 <= row < len(self.hits.hits) else None

    def choose(self, row: int) -> None:
        """Choose a result; kept within the list."""
        last = len(self.hits.hits) - 1
        if last >= 0:
            index = self.hits.index(max(0, min(row, last)))
            self.setCurrentIndex(index)
            self.scrollTo(index)
