"""The middle column: search box, new rule, and the rules of a branch with severity, state and hits of the month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.common.pinyin import initials
from app.qc.layers import RuleStatus
from app.services.rule_types import RuleLine
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Cell, Column, DataTable, Pane, StateStack, column, row
from app.ui.widgets.painting import draw_focus_ring, draw_icon, severity_icon, severity_word

_Index = QModelIndex | QPersistentModelIndex
_COLUMNS: Final = (Column("rule", "规则", 200, stretch=True, least=120),)
_SEARCH_AFTER_MS: Final = 120
_ROW: Final = 52
_LEAST: Final = 168
_RULE = Qt.ItemDataRole.UserRole + 2
STATUS: Final = {
    RuleStatus.ON: "启用",
    RuleStatus.OFF: "停用",
    RuleStatus.DRAFT: "草稿",
    RuleStatus.EXPIRED: "已过期",
    RuleStatus.BROKEN: "无法运行",
}


def status_text(line: RuleLine) -> str:
    """Return what the list says at the right of a rule: ``启用 v1 · 命中 12``."""
    version = f" v{line.version}" if line.layer == "hospital" and line.version else ""
    draft = " · 有草稿" if line.has_draft and line.status is not RuleStatus.DRAFT else ""
    hits = f" · 命中 {line.hits_month:,}" if line.status is RuleStatus.ON else ""
    return f"{STATUS[line.status]}{version}{draft}{hits}"


def holds(line: RuleLine, query: str) -> bool:
    """Tell whether a rule's id, message or class has the words, as typed or by pinyin initials."""
    return holds_words(query, line.id, line.message, line.category)


def holds_words(query: str, *said: str) -> bool:
    """Tell whether one of the texts has the words, as typed or by pinyin initials."""
    words = query.strip().lower()
    if not words or any(words in one.lower() for one in said):
        return True
    return words.isascii() and any(words in initials(one) for one in said)


class _Model(RecordModel[RuleLine]):
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the rule itself for the delegate, else as any table."""
        return self.at(index.row()) if role == _RULE else super().data(index, role)


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: DataTable) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, theme().px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = index.data(_RULE)
        box, px, colour = QRect(option.rect), theme().px, theme().colour
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(box, colour("sel_bg" if self._view.hasFocus() else "sel_inactive"))
            painter.fillRect(box.left(), box.top(), 3, box.height(), colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, colour("bg_hover"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, colour("line_subtle"))
        inner = box.adjusted(px(12), px(6), -px(12), -px(6))
        top = QRect(inner.left(), inner.top(), inner.width(), px(18))
        self._draw_top(painter, top, line)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        low = QRect(inner.left(), inner.top() + px(20), inner.width(), px(20))
        painter.setFont(theme().font("body"))
        painter.setPen(colour("fg" if line.status in (RuleStatus.ON, RuleStatus.DRAFT) else "fg_muted"))
        shown = QFontMetrics(painter.font()).elidedText(line.message, Qt.TextElideMode.ElideRight, low.width())
        painter.drawText(low, middle, shown)
        if selected and self._view.hasFocus():
            draw_focus_ring(painter, box)
        painter.restore()

    def _draw_top(self, painter: QPainter, box: QRect, line: RuleLine) -> None:
        px, colour = theme().px, theme().colour
        middle = Qt.AlignmentFlag.AlignVCenter
        left = draw_icon(painter, box.left(), box, severity_icon(line.severity), str(line.severity), 12) + px(4)
        painter.setFont(theme().font("caption"))
        painter.setPen(colour(str(line.severity)))
        word = severity_word(line.severity)
        painter.drawText(box.adjusted(left - box.left(), 0, 0, 0), Qt.AlignmentFlag.AlignLeft | middle, word)
        left += QFontMetrics(painter.font()).horizontalAdvance(word) + px(6)
        said = status_text(line)
        painter.setPen(colour("fg_muted"))
        id_width = QFontMetrics(theme().font("code")).horizontalAdvance(line.id)
        room = box.adjusted(left - box.left() + id_width + px(6), 0, 0, 0)
        shown = QFontMetrics(painter.font()).elidedText(said, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, shown)
        painter.setFont(theme().font("code"))
        painter.drawText(box.adjusted(left - box.left(), 0, 0, 0), Qt.AlignmentFlag.AlignLeft | middle, line.id)


class _Lines(DataTable):
    """Rows of two lines each."""

    def fit(self) -> None:
        """Set the widths as any table, and the height of two lines."""
        super().fit()
        self.verticalHeader().setDefaultSectionSize(theme().px(_ROW))


class RuleList(Pane):
    """``chosen(id)`` when another rule is chosen, ``opened`` on Enter, ``searched`` when the words changed."""

    chosen = Signal(str)
    opened = Signal()
    searched = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "l r")
        self.setMinimumWidth(theme().px(_LEAST))
        self.query = QLineEdit()
        self.query.setObjectName("rule_query")
        self.query.setAccessibleName("查找规则")
        self.query.setProperty("boxed", "true")
        self.query.setPlaceholderText("规则号、文字、首字母")
        self.new = ActionButton(actions, "rules.new", text="新建", keys=False)
        bar = Pane("surface", "b")
        bar.setLayout(row(self.query, self.new, gap=8, margins=(12, 7, 12, 7)))
        self.table = _Lines(_COLUMNS)
        self.table.setObjectName("rule_list")
        self.table.setAccessibleName("规则")
        self.table.head.hide()
        self.table.setItemDelegate(_Delegate(self.table))
        self._model = _Model(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.stack = StateStack(self.table)
        whole = column(bar)
        whole.addWidget(self.stack, 1)
        self.setLayout(whole)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)
        self._timer.timeout.connect(self.searched)
        self.query.textChanged.connect(self._on_typed)
        self.query.returnPressed.connect(self._on_entered)

    @property
    def current(self) -> RuleLine | None:
        """The chosen rule."""
        return self._model.at(self.table.current_row)

    @property
    def lines(self) -> Sequence[RuleLine]:
        """The rules shown."""
        return self._model.values

    def show_lines(self, lines: Sequence[RuleLine], keep: str) -> None:
        """Show rules; the one with the id ``keep`` is chosen if it is there, else the first."""
        was = self.table.blockSignals(True)
        self._model.show(lines)
        ids = [line.id for line in lines]
        self.table.go_to(ids.index(keep) if keep in ids else 0)
        self.table.blockSignals(was)
        if lines:
            self.stack.show_content()

    def _on_typed(self, _text: str) -> None:
        self._timer.start()

    def _on_entered(self) -> None:
        self._timer.stop()
        self.searched.emit()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_row(self, at: int) -> None:
        line = self._model.at(at)
        if line is not None:
            self.chosen.emit(line.id)

    def _on_opened(self, _at: int) -> None:
        self.opened.emit()


def _cell(_key: str, line: RuleLine) -> Cell:
    return Cell(f"{severity_word(line.severity)} {line.id} {line.message} {status_text(line)}")
