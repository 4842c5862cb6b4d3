"""A field whose values come from a dictionary: type the code, the label or its initials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.theme import theme
from app.ui.widgets.fields import FieldLook, RuledField
from app.ui.widgets.frames import FloatFrame
from app.ui.widgets.panes import column

VISIBLE_ROWS = 9

_Index = QModelIndex | QPersistentModelIndex


class Choices(Protocol):
    """A dictionary as the field needs it (``app.domain.dictionaries.Dictionary`` is one)."""

    def label(self, code: str) -> str: ...

    def find(self, text: str) -> str | None: ...

    def search(self, text: str) -> Sequence[tuple[str, str]]: ...


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, str]] = []

    def show(self, entries: Sequence[tuple[str, str]]) -> None:
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def code_width(self) -> int:
        metrics = QFontMetrics(theme().font("code"))
        return max((metrics.horizontalAdvance(code) for code, _ in self.entries), default=0)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        return " ".join(self.entries[index.row()]) if role == Qt.ItemDataRole.DisplayRole else None


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, theme().px(26))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        if not isinstance(model, _Model):
            return
        code, label = model.entries[index.row()]
        box, px = option.rect, theme().px
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme().colour("sel_bg"))
            painter.fillRect(box.left(), box.top(), 3, box.height(), theme().colour("accent"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme().font("code"))
        painter.setPen(theme().colour("fg_secondary"))
        painter.drawText(box.adjusted(px(10), 0, 0, 0), flags, code)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().colour("fg"))
        indent = px(18) + model.code_width()
        painter.drawText(box.adjusted(indent, 0, -px(8), 0), flags, label)


class ChoiceList(FloatFrame):
    """The list under a dictionary field. The field keeps the focus and hands the arrow keys on. ``taken(code)``."""

    taken = Signal(str)

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._model = _Model()
        self._view = QListView()
        self._view.setModel(self._model)
        self._view.setItemDelegate(_Rows(self._view))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setUniformItemSizes(True)
        self._view.setMouseTracking(True)
        self._view.entered.connect(self._view.setCurrentIndex)
        self._view.clicked.connect(self._on_clicked)
        self.setLayout(column(self._view, margins=(1, 4, 1, 4)))

    @property
    def current(self) -> str | None:
        """The code under the highlight, None when there is none."""
        index = self._view.currentIndex()
        return self._model.entries[index.row()][0] if self.isVisible() and index.isValid() else None

    def offer(self, entries: Sequence[tuple[str, str]], current: str = "") -> None:
        """Show the entries with ``current`` highlighted (else the first); hide when there are none."""
        self._model.show(entries)
        if not entries:
            self.hide()
            return
        codes = [code for code, _ in entries]
        self._view.setCurrentIndex(self._model.index(codes.index(current) if current in codes else 0))
        widest = max(self.fontMetrics().horizontalAdvance(label) for _, label in entries)
        width = max(self._anchor.width(), widest + self._model.code_width() + theme().px(48))
        self.place_below(width, min(len(entries), VISIBLE_ROWS) * theme().px(26) + 10)

    def step(self, by: int) -> None:
        """Move the highlight."""
        row = max(0, min(self._view.currentIndex().row() + by, self._model.rowCount() - 1))
        self._view.setCurrentIndex(self._model.index(row))

    def _on_clicked(self, index: QModelIndex) -> None:
        self.taken.emit(self._model.entries[index.row()][0])


class DictionaryField(RuledField):
    """A ruled field over a dictionary. Shows ``1 急诊``; ``committed`` carries the code.

    ``''`` means blank and ``-`` a dash; a text that the dictionary does not know is committed as typed, so that it is
    never lost. Typing opens the list; ↓ or Alt+↓ opens it unasked; Enter and Tab take the highlighted entry.
    """

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self._list: ChoiceList | None = None
        self.textEdited.connect(self._on_edited)

    def show_code(self, code: str, look: FieldLook | None = None) -> None:
        """Show a stored code with its label; a code the dictionary does not know is shown as it is."""
        self.show_value(self._display(code), look)

    def commit(self) -> None:
        """Emit the code of what was typed, if it is another one than shown."""
        if not self.look.editable or self.text() == self.shown:
            return
        typed = self.text().strip()
        code = typed if typed in {"", "-"} else self._choices.find(typed) or self._only_hit(typed) or typed
        display = self._display(code)
        self._hide_list()
        self.setText(display)
        if display != self.shown:
            self._shown = display
            self.committed.emit(code)

    @property
    def is_open(self) -> bool:
        """True while the list is shown."""
        return self._list is not None and self._list.isVisible()

    def take_highlighted(self) -> bool:
        """Take the highlighted entry of the open list; return whether there was one."""
        code = self._list.current if self._list else None
        if code is not None:
            self._take(code)
        return code is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the arrow keys to the list, take its entry by Enter or Tab, close it by Esc."""
        open_list = self._list if self._list and self._list.isVisible() else None
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and open_list:
            open_list.step(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Down and self.look.editable:
            self._open(self._choices.search(""))
        elif key == Qt.Key.Key_Escape and open_list:
            open_list.hide()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.take_highlighted():
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab takes the highlighted entry before it moves on."""
        if self.text() != self.shown:
            self.take_highlighted()
        return super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close the list with the field."""
        super().focusOutEvent(event)
        self._hide_list()

    def _on_edited(self, typed: str) -> None:
        if typed.strip() in {"", "-"}:
            self._hide_list()
        else:
            self._open(self._choices.search(typed.strip()))

    def _open(self, entries: Sequence[tuple[str, str]]) -> None:
        if self._list is None:
            self._list = ChoiceList(self)
            self._list.taken.connect(self._take)
            self.destroyed.connect(self._list.deleteLater)
        self._list.offer(entries, self.shown.partition(" ")[0])

    def _take(self, code: str) -> None:
        self.setText(code)
        self.commit()
        self._hide_list()

    def _only_hit(self, typed: str) -> str | None:
        found = self._choices.search(typed)
        return found[0][0] if len(found) == 1 else None

    def _display(self, code: str) -> str:
        label = self._choices.label(code) if code not in {"", "-"} else ""
        return f"{code} {label}" if label else code

    def _hide_list(self) -> None:
        if self._list:
            self._list.hide()
