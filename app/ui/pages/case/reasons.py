"""A card that asks for words before something is written: a common reason by its digit, or words of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import theme
from app.ui.widgets import Button, Card, KeyCap, RuledField, Text, column, row

CONFIRM: Final = (
    "已核对病历，内容属实",
    "病历另有记载，见病程记录",
    "已与医师核实",
    "病情特殊，符合实际",
    "按专科规定或诊疗常规",
    "外院资料，本院无法补充",
    "患者或家属提供，已核实",
    "源系统没有此项数据",
    "规则不适用于本例",
)
PLACES: Final = (
    "入院记录",
    "病程记录",
    "手术或操作记录",
    "检验报告",
    "影像报告",
    "病理报告",
    "护理记录",
    "医嘱单",
    "出院小结",
)
_WIDTH: Final = 460


@dataclass(frozen=True, slots=True)
class Asking:
    """What a card asks: title, lines below it, the common words by digit, hint of the line, word on the button.

    ``given`` stands in the line at first; ``begins``: a digit begins the line with its words, else it answers at once.
    """

    title: str
    lines: Sequence[str]
    choices: Sequence[str]
    hint: str
    verb: str
    given: str = ""
    begins: bool = False


class Choice(QWidget):
    """A common reason with its digit."""

    picked = Signal(int)

    def __init__(self, number: int, words: str) -> None:
        super().__init__()
        self._number = number
        self.setLayout(row(KeyCap(str(number)), Text(words), None, gap=8, margins=(0, 2, 0, 2)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{number} {words}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click picks it."""
        event.accept()
        self.picked.emit(self._number)


class WordsCard(Card):
    """Asks for words. Plain digits pick while the line is empty; Enter takes the line; Esc leaves without answer."""

    def __init__(self, window: QWidget, asking: Asking, take: Callable[[str], object]) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("words_card")
        self._asking, self._take = asking, take
        self.box.addWidget(Text(asking.title, "title", wrap=True))
        for said in asking.lines:
            self.box.addWidget(Text(said, tone="secondary", wrap=True))
        self.box.addLayout(column(*(self._choice(number) for number in range(len(asking.choices))), gap=0))
        self.line = RuledField()
        self.line.setObjectName("words")
        self.line.setPlaceholderText(asking.hint)
        self.line.setAccessibleName(asking.hint)
        self.line.setText(asking.given)
        self.line.installEventFilter(self)
        self.box.addWidget(self.line)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.hide()
        self.box.addWidget(self._problem)
        self.box.addSpacing(theme().px(4))
        cancel, self.done = Button("取消", keys="Esc"), Button(asking.verb, kind="primary", keys="Enter")
        cancel.clicked.connect(self.close_card)
        self.done.clicked.connect(self._on_done)
        self.box.addLayout(row(None, cancel, self.done))

    def open_card(self) -> None:
        """Show with the cursor in the line."""
        self.open(self.line)
        self.line.setCursorPosition(len(self.line.text()))
        self.line.deselect()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A digit picks while nothing is typed; Enter takes the words."""
        if watched is self.line and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        digit = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._on_done()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
            return True
        if not self.line.text() and digit.isdecimal() and 1 <= int(digit) <= len(self._asking.choices):
            self._on_picked(int(digit))
            return True
        return False

    def _choice(self, number: int) -> Choice:
        made = Choice(number + 1, self._asking.choices[number])
        made.picked.connect(self._on_picked)
        return made

    def _on_picked(self, number: int) -> None:
        words = self._asking.choices[number - 1]
        if self._asking.begins:
            self.line.setText(f"{words} ")
            self.line.setFocus()
        else:
            self._answer(words)

    def _on_done(self) -> None:
        words = self.line.text().strip()
        if words:
            self._answer(words)
        else:
            self._problem.setText(f"{self._asking.hint}。")
            self._problem.show()
            self.line.setFocus()

    def _answer(self, words: str) -> None:
        self.close_card()
        self._take(words)


def ask_words(parent: QWidget, asking: Asking, take: Callable[[str], object]) -> WordsCard:
    """Ask for words over the window; ``take(words)`` is called with them, nothing happens on Esc."""
    card = WordsCard(parent.window(), asking, take)
    card.open_card()
    return card
