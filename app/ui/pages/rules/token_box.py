"""The box that opens under a token: a line to type in and what the token can become. Enter takes, Esc gives up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from app.qc.forms import Choice
from app.ui.shell.pinyin import found_at
from app.ui.theme import theme
from app.ui.widgets import FloatFrame, Text, column
from app.ui.widgets.roomy import RoomyRows

_ROWS: Final = 10
_SHOWN: Final = 300


class TokenBox(FloatFrame):
    """``taken(value)``: the value of a choice, or what was typed. ``left`` when it closes, either way."""

    taken = Signal(str)
    left = Signal()

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._choices: tuple[Choice, ...] = ()
        self._shown: list[Choice] = []
        self._closed_set = False
        self.line = QLineEdit()
        self.line.setObjectName("token_line")
        self.line.setProperty("boxed", "true")
        self.line.installEventFilter(self)
        self.line.textEdited.connect(self._on_typed)
        self._model = QStringListModel(self)
        self.view = QListView()
        self.view.setObjectName("token_choices")
        self.view.setAccessibleName("可选的内容")
        self.view.setModel(self._model)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setUniformItemSizes(True)
        self.view.setItemDelegate(RoomyRows(self.view))
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.clicked.connect(self._on_clicked)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("token_problem")
        self.setLayout(column(self.line, self.view, self._problem, gap=4, margins=(6, 6, 6, 6)))
        self.dismissed.connect(self.left)

    def open_at(self, rect: QRect, words: str, choices: Sequence[Choice], *, name: str, only: bool = False) -> None:
        """Open under a rectangle of the anchor; ``only`` when nothing but a choice will do."""
        self._choices, self._closed_set = tuple(choices), only
        self.line.setAccessibleName(name)
        self.line.setText("" if only else words)
        self.line.setPlaceholderText("输入以筛选" if only else "输入，或从下面选")
        self._problem.hide()
        self._filter("")
        values = [choice.value for choice in self._shown]
        self._highlight(values.index(words) if words in values else 0 if only else -1)
        self.view.setVisible(bool(self._shown))
        height = 46 + min(len(self._shown), _ROWS) * 24 + (10 if self._shown else 0)
        self.place_below(theme().px(360), theme().px(height), rect)
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)
        self.line.selectAll()

    def show_problem(self, said: str) -> None:
        """Say what is wrong with what was typed; the box stays open."""
        self._problem.setText(said)
        self._problem.show()
        self.resize(self.width(), self.height() + self._problem.heightForWidth(self.width() - 12))
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the keys of the line to the list; Esc closes, Enter takes."""
        if watched is self.line and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key, pressed = event.key(), event.type() is QEvent.Type.KeyPress
        mine = {Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
        if key not in mine:
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if pressed and key == Qt.Key.Key_Escape:
            self.dismiss()
        elif pressed and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._highlight(max(0, min(self.view.currentIndex().row() + step, len(self._shown) - 1)))
        elif pressed:
            self._take()
        return True

    def _take(self) -> None:
        at = self.view.currentIndex().row()
        if 0 <= at < len(self._shown):
            self.taken.emit(self._shown[at].value)
        elif not self._closed_set:
            self.taken.emit(self.line.text().strip())

    def _on_typed(self, typed: str) -> None:
        self._filter(typed.strip())
        exact = next((at for at, one in enumerate(self._shown) if typed.strip() in (one.value, one.label)), -1)
        self._highlight(exact if exact >= 0 else 0 if self._shown and self._is_search(typed.strip()) else -1)

    def _is_search(self, typed: str) -> bool:
        """Tell whether what was typed looks for a choice rather than being a value of its own."""
        return self._closed_set or (bool(typed) and not typed.replace(".", "", 1).isdigit() and "(" not in typed)

    def _filter(self, typed: str) -> None:
        found = [one for one in self._choices if not typed or _has(one, typed)]
        found.sort(key=lambda one: (not one.label.startswith(typed), not one.value.startswith(typed)) if typed else ())
        self._shown = found[:_SHOWN]
        self._model.setStringList(
            [f"{one.label}　{one.value}" if one.label != one.value else one.label for one in self._shown]
        )

    def _highlight(self, at: int) -> None:
        if at < 0:
            self.view.clearSelection()
            self.view.setCurrentIndex(self._model.index(-1))
        else:
            self.view.setCurrentIndex(self._model.index(at))

    def _on_clicked(self) -> None:
        self._take()


def _has(choice: Choice, typed: str) -> bool:
    return typed.lower() in choice.value.lower() or found_at(typed, choice.label) is not None
