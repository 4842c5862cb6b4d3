"""The filter line: words and conditions as tokens, with completions under it while one is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from app.ui.theme import theme
from app.ui.widgets import FilterBox, FloatFrame, column
from app.ui.widgets.roomy import RoomyRows

_MOST = 10


class Completions(FloatFrame):
    """What a half-typed word may become. The line keeps the focus and hands arrow keys on."""

    taken = Signal(str)

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._words = QStringListModel(self)
        self.view = QListView()
        self.view.setModel(self._words)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setUniformItemSizes(True)
        self.view.setSpacing(2)
        self.view.setItemDelegate(RoomyRows(self.view))
        self.view.setMouseTracking(True)
        self.view.clicked.connect(self._on_clicked)
        self.setLayout(column(self.view, margins=(6, 4, 6, 4)))

    @property
    def current(self) -> str:
        """The highlighted words, '' when nothing is."""
        index = self.view.currentIndex()
        return str(index.data()) if self.isVisible() and index.isValid() else ""

    def offer(self, words: Sequence[str]) -> None:
        """Show words with none highlighted; hide when there are none."""
        self._words.setStringList(list(words))
        if not words:
            self.hide()
            return
        height = self.view.sizeHintForRow(0) + 4
        self.place_below(theme().px(260), min(len(words), _MOST) * height + 12)

    def step(self, by: int) -> None:
        """Move the highlight."""
        row = self.view.currentIndex().row() + by
        self.view.setCurrentIndex(self._words.index(max(0, min(row, self._words.rowCount() - 1))))

    def _on_clicked(self, index: QModelIndex) -> None:
        self.taken.emit(str(index.data()))


class WorklistFilter(QWidget):
    """Tokens and free text. ``changed`` when the query is another one; ``left`` when Enter goes on to the table.

    ``complete`` gives the completions of the last word, ``understood`` tells whether a word is a condition, ``label``
    how a token shows it.
    """

    changed = Signal()
    left = Signal()

    def __init__(
        self,
        complete: Callable[[str], Sequence[str]],
        understood: Callable[[str], bool],
        label: Callable[[str], str],
    ) -> None:
        super().__init__()
        self._complete, self._understood, self._label = complete, understood, label
        self.box = FilterBox("继续输入：科室:、出院:、级别:、姓名、诊断、拼音首字母…")
        self.box.setObjectName("filter")
        self.box.changed.connect(self.changed)
        self.box.line.textEdited.connect(self._on_edited)
        self.box.line.installEventFilter(self)
        layout: QVBoxLayout = column(self.box)
        self.setLayout(layout)
        self.setFocusProxy(self.box)
        self._list: Completions | None = None

    @property
    def tokens(self) -> list[str]:
        """The conditions that stand as tokens, as they are typed."""
        return [key for key, _ in self.box.tokens]

    @property
    def words(self) -> str:
        """The whole query as the service takes it."""
        return " ".join([*self.tokens, *([self.box.text] if self.box.text else [])])

    def set_query(self, tokens: Sequence[str], text: str) -> None:
        """Show a query; emits ``changed`` once."""
        self.box.set_tokens([(token, self._label(token)) for token in tokens], text)

    def relabel(self) -> None:
        """Show the tokens in the words that are known now."""
        labels = [(token, self._label(token)) for token in self.tokens]
        if labels != list(self.box.tokens):
            self.box.set_tokens(labels)

    def close_list(self) -> bool:
        """Close the completions; return whether they were open."""
        was = self._list is not None and self._list.isVisible()
        if self._list:
            self._list.hide()
        return was

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand arrow keys, Enter and Tab to the completions; Enter without them makes tokens and goes on."""
        if event.type() is QEvent.Type.FocusOut:
            self.close_list()
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        shown = self._list is not None and self._list.isVisible()
        highlighted = self._list.current if self._list else ""
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up if shown and self._list:
                self._list.step(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Down:
                self.left.emit()
            case Qt.Key.Key_Tab | Qt.Key.Key_Return | Qt.Key.Key_Enter if highlighted:
                self._take(highlighted)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._finish()
            case _:
                return False
        return True

    def _finish(self) -> None:
        """Make tokens of the conditions that were typed and go on to the table."""
        self.close_list()
        words = self.box.text.split()
        told = [word for word in words if self._understood(word)]
        if told:
            rest = " ".join(word for word in words if word not in told)
            self.set_query(list(dict.fromkeys([*self.tokens, *told])), rest)
        self.left.emit()

    def _take(self, words: str) -> None:
        """Use a completion: a whole condition becomes a token, a field name waits for its value."""
        rest = self.box.line.text().split(" ")[:-1]
        if self._understood(words):
            self.set_query(list(dict.fromkeys([*self.tokens, words])), " ".join(rest))
            self.close_list()
        else:
            self.box.line.setText(" ".join([*rest, words]))
            self._on_edited(self.box.line.text())

    def _on_edited(self, typed: str) -> None:
        last = typed.rsplit(" ", maxsplit=1)[-1]
        found = [word for word in self._complete(last) if word != last] if last else []
        if self._list is None:
            self._list = Completions(self.box)
            self._list.taken.connect(self._take)
        self._list.offer(found)


def token_label(token: str, batches: Mapping[int, str]) -> str:
    """Return a condition as its token shows it: ``科室 骨科``; the number of a batch becomes its title."""
    field, _, value = token.replace("：", ":").partition(":")
    number = int(value[1:]) if value.startswith("#") and value[1:].isdecimal() else 0
    return f"{field} {batches.get(number, value)}"
