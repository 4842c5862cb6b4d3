"""The command palette: one box for cases, codes, rules, commands and places."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHideEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.common.errors import UserProblem
from app.ui.page import KeyHint
from app.ui.shell.palette_model import (
    ITEM,
    GroupLine,
    PaletteGroup,
    PaletteItem,
    PaletteModel,
    PaletteProvider,
)
from app.ui.shell.status_bar import HintRow
from app.ui.theme import theme
from app.ui.widgets.badges import Chip
from app.ui.widgets.frames import Scrim, float_shadow, give_focus_back
from app.ui.widgets.painting import draw_icon, draw_key_cap, draw_spans, key_cap_size
from app.ui.widgets.panes import Pane, column, row
from app.ui.widgets.text import IconLabel, Text
from app.ui.widgets.whole_rows import WholeRowList

PATIENTS = "@"
"""The prefix of patients."""
PER_GROUP = 5
ALONE = 40
"""How many items a group shows among others, and alone."""

_Index = QModelIndex | QPersistentModelIndex
_HINTS = (KeyHint("↑↓", "选择"), KeyHint("Enter", "打开"), KeyHint("Tab", "限定类别"), KeyHint("Esc", "关闭"))
_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PaletteRows(QStyledItemDelegate):
    """Draws group lines and items."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return 28 px for a group line, 32 for an item."""
        return QSize(0, theme().px(28 if isinstance(index.data(ITEM), GroupLine) else 32))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one line."""
        line, px = index.data(ITEM), theme().px
        box = QRect(option.rect)
        painter.save()
        if isinstance(line, GroupLine):
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().colour("fg_muted"))
            inner = box.adjusted(px(14), px(4), -px(14), 0)
            painter.drawText(inner, _FLAGS, line.label)
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, line.count)
        elif isinstance(line, PaletteItem):
            _draw_item(painter, box, line, bool(option.state & QStyle.StateFlag.State_Selected))
        painter.restore()


def _draw_item(painter: QPainter, box: QRect, item: PaletteItem, on: bool) -> None:
    px = theme().px
    if on:
        painter.fillRect(box, theme().colour("sel_bg"))
        painter.fillRect(box.left(), box.top(), 3, box.height(), theme().colour("accent"))
    draw_icon(painter, px(14), box, item.icon, "fg_secondary", 14)
    left, right = px(40), box.right() - px(14)
    keys = item.keys or ("Enter" if on else "")
    if keys:
        size = key_cap_size(keys)
        right -= size.width()
        draw_key_cap(painter, QRect(right, box.center().y() - size.height() // 2, size.width(), size.height()), keys)
        right -= px(8)
    if item.code:
        painter.setFont(theme().font("code"))
        painter.setPen(theme().colour("fg"))
        painter.drawText(QRect(left, box.top(), right - left, box.height()), _FLAGS, item.code)
        left += QFontMetrics(theme().font("code")).horizontalAdvance(item.code) + px(6)
    room = QRect(left, box.top(), max(0, right - left), box.height())
    draw_spans(painter, room, item.title, item.spans, theme().font("body"), theme().colour("fg"))
    left += QFontMetrics(theme().font("body")).horizontalAdvance(item.title) + px(10)
    if item.note and left < right:
        metrics = QFontMetrics(theme().font("caption"))
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("fg_muted"))
        room = QRect(left, box.top(), right - left, box.height())
        painter.drawText(room, _FLAGS, metrics.elidedText(item.note, Qt.TextElideMode.ElideRight, room.width()))


def _asked(provider: PaletteProvider, query: str, limit: int) -> PaletteGroup:
    """Return what a provider finds; nothing from one that refuses whoever works here."""
    try:
        return provider.search(query, limit)
    except UserProblem:
        return PaletteGroup((), 0)


class _Box(QLineEdit):
    stepped = Signal(int)
    narrowed = Signal()
    widened = Signal()
    chosen = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
        key = Qt.Key(event.key())
        if key in steps:
            self.stepped.emit(steps[key])
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Backspace and not self.text():
            self.widened.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        self.narrowed.emit()
        return True


class _Rows(WholeRowList):
    def ends_well(self, index: QModelIndex) -> bool:
        return not isinstance(index.data(ITEM), GroupLine)


class Palette(Scrim):
    """The palette over the dimmed window. Esc closes it and gives the focus back to the very cell it came from."""

    def __init__(self, window: QWidget, providers: Callable[[], Sequence[PaletteProvider]]) -> None:
        super().__init__(window)
        self._make_providers = providers
        self._scope = ""
        self._before: QWidget | None = None
        self._model = PaletteModel()
        self._make()
        self.clicked.connect(self.hide)
        self.hide()

    @cached_property
    def _providers(self) -> Sequence[PaletteProvider]:
        return self._make_providers()

    def warm(self) -> Iterator[None]:
        """Ask everything but patients, whose searches are audited, for some letters, one after the other."""
        for provider in self._providers:
            if provider.prefix != PATIENTS:
                _asked(provider, "gx", PER_GROUP)
            yield

    def open(self, text: str = "") -> None:
        """Show, with ``text`` in the box (for example ``#``)."""
        self._before = QApplication.focusWidget()
        self._narrow("")
        self._box.setText(text)
        self._search()
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()
        self._box.setFocus(Qt.FocusReason.PopupFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the focus back."""
        super().hideEvent(event)
        give_focus_back(self._before)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the frame in the upper middle."""
        px = theme().px
        width = min(px(640), self.width() - px(40))
        height = min(px(444), self.height() - px(100))
        self._frame.setGeometry((self.width() - width) // 2, px(46), width, height)

    def _make(self) -> None:
        self._frame = QFrame(self)
        self._frame.setProperty("surface", "float")
        float_shadow(self._frame)
        self._box = _Box()
        self._box.setProperty("bare", "true")
        self._box.setProperty("large", "true")
        self._box.setPlaceholderText("搜索病例、编码、规则、命令")
        self._box.setAccessibleName("搜索")
        self._chip = Chip("", "accent")
        self._chip.hide()
        top = Pane("none", "b")
        prefixes = Text("> 命令　# 编码　@ 病例　! 规则", "caption", "muted")
        top.setLayout(row(IconLabel("search"), self._chip, self._box, prefixes, gap=8, margins=(14, 0, 14, 0)))
        top.setFixedHeight(theme().px(44))
        self._view = _Rows()
        self._view.setModel(self._model)
        self._view.setItemDelegate(PaletteRows(self._view))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.clicked.connect(self._on_clicked)
        self._nothing = Text("没有找到。可试：少输几个字 · 拼音首字母 · 编码前三位", tone="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setFixedHeight(theme().px(80))
        foot = Pane("alt", "t")
        hints = HintRow()
        hints.show_hints(_HINTS)
        self._count = Text("", "caption", "muted")
        foot.setLayout(row(hints, self._count, gap=8, margins=(14, 0, 14, 0)))
        foot.setFixedHeight(theme().px(30))
        self._frame.setLayout(column(top, self._nothing, self._view, foot, margins=(1, 1, 1, 1)))
        self._box.textEdited.connect(self._search)
        self._box.stepped.connect(self._step)
        self._box.chosen.connect(self._choose)
        self._box.left.connect(self.hide)
        self._box.narrowed.connect(self._on_narrow)
        self._box.widened.connect(self._on_widen)

    def _search(self) -> None:
        started = time.perf_counter()
        query = self._box.text().strip()
        asked = [one for one in self._providers if one.prefix and query.startswith(one.prefix)]
        if asked:
            query = query[1:].strip()
        elif self._scope:
            asked = [one for one in self._providers if one.label == self._scope]
        providers = asked or self._providers
        limit = ALONE if len(providers) == 1 else PER_GROUP
        groups = [(one.label, _asked(one, query, limit)) for one in providers]
        filled = [one for one, (_, group) in zip(providers, groups, strict=True) if group.items]
        if len(filled) == 1 and limit < ALONE:
            groups = [(filled[0].label, _asked(filled[0], query, ALONE))]
        self._model.show(groups)
        total = sum(group.total for _, group in groups)
        spent = (time.perf_counter() - started) * 1000
        more = "+" if any(group.capped for _, group in groups) else ""
        self._count.setText(f"{total:,}{more} 条 · {spent:.0f} ms")
        self._nothing.setVisible(total == 0 and bool(query))
        self._select(self._model.next_item(-1, 1))

    def _select(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            self._view.setCurrentIndex(self._model.index(row))

    def _step(self, by: int) -> None:
        row = self._view.currentIndex().row()
        for _ in range(abs(by)):
            row = self._model.next_item(row, 1 if by > 0 else -1)
        self._select(row)

    def _choose(self) -> None:
        index = self._view.currentIndex()
        line = index.data(ITEM) if index.isValid() else None
        if isinstance(line, PaletteItem):
            self.hide()
            line.run()

    def _narrow(self, label: str) -> None:
        self._scope = label
        self._chip.set_text(label)
        self._chip.setVisible(bool(label))

    def _on_narrow(self) -> None:
        self._narrow(self._model.group_of(self._view.currentIndex().row()))
        self._search()

    def _on_widen(self) -> None:
        self._narrow("")
        self._search()

    def _on_clicked(self, index: QModelIndex) -> None:
        self._select(index.row())
        self._choose()
