"""An answer to a follow-up question: which of its codes, and where the record says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.coding import Candidate
from app.ui.pages.case.reasons import PLACES, Choice
from app.ui.theme import theme
from app.ui.widgets import Button, Card, RuledField, Text, column, row

_WIDTH: Final = 520


@dataclass(frozen=True, slots=True)
class Answering:
    """What the card shows: the question, the answer that was chosen, its codes, where evidence is to be looked for."""

    question: str
    answer: str
    codes: Sequence[Candidate]
    evidence: str
    told: str


class AnswerCard(Card):
    """First the code by its digit, then the evidence: a digit puts in a place, the rest is typed. Enter proposes."""

    def __init__(self, window: QWidget, answering: Answering, take: Callable[[str, str], object]) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("answer_card")
        self._answering, self._take, self._code = answering, take, ""
        self.box.addWidget(Text(answering.question, "title", wrap=True))
        self.box.addWidget(Text(f"回答：{answering.answer}", tone="secondary", wrap=True))
        self._codes = QWidget()
        made = [Choice(number, f"{one.code}  {one.name}") for number, one in enumerate(answering.codes, 1)]
        for choice in made:
            choice.picked.connect(self._on_code)
        self._codes.setLayout(column(*made, gap=0))
        self._chosen = Text("", "code", "proposed", wrap=True)
        self.box.addWidget(self._codes)
        self.box.addWidget(self._chosen)
        self.box.addWidget(Text(f"病历依据（必填）：{answering.evidence}", "caption", "muted", wrap=True))
        self._places = Text(
            "　".join(f"{number} {place}" for number, place in enumerate(PLACES, 1)), "caption", "secondary", wrap=True
        )
        self.box.addWidget(self._places)
        self.line = RuledField()
        self.line.setObjectName("evidence")
        self.line.setPlaceholderText("何处有记载，例如“11-20 病程记录”")
        self.line.setAccessibleName("病历依据")
        self.line.installEventFilter(self)
        self.box.addWidget(self.line)
        self._problem = Text("", "caption", "error", wrap=True)
        self.box.addWidget(self._problem)
        cancel, self.done = Button("取消", keys="Esc"), Button("提议此编码", kind="primary", keys="Enter")
        cancel.clicked.connect(self.close_card)
        self.done.clicked.connect(self._on_done)
        self.box.addSpacing(theme().px(4))
        self.box.addLayout(row(None, cancel, self.done))
        if len(answering.codes) == 1:
            self._on_code(1)
        else:
            self._chosen.hide()
        self._problem.hide()
        if answering.told:
            self.line.setText(f"原文「{answering.told}」 ")

    def open_card(self) -> None:
        """Show with the cursor in the line."""
        self.open(self.line)
        self.line.setCursorPosition(len(self.line.text()))
        self.line.deselect()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Digits choose the code, then a place of the record; Enter proposes."""
        if watched is self.line and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._on_done()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
            return True
        digit = int(event.text()) if event.text().isdecimal() else 0
        if not self._code and 1 <= digit <= len(self._answering.codes):
            self._on_code(digit)
            return True
        if self._code and not self.line.text() and 1 <= digit <= len(PLACES):
            self.line.setText(f"{PLACES[digit - 1]} ")
            return True
        return False

    def _on_code(self, number: int) -> None:
        chosen = self._answering.codes[number - 1]
        self._code = chosen.code
        self._chosen.setText(f"{chosen.code} {chosen.name}")
        self._chosen.show()
        self._codes.hide()
        self._problem.hide()
        self.line.setFocus()

    def _on_done(self) -> None:
        missing = (
            "请先选编码。" if not self._code else "请写明病历中何处有记载。" if not self.line.text().strip() else ""
        )
        if missing:
            self._problem.setText(missing)
            self._problem.show()
            self.line.setFocus()
            return
        code, evidence = self._code, self.line.text().strip()
        self.close_card()
        self._take(code, evidence)
