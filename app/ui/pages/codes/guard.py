"""The stop before a code is written that means two things in the two editions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from app.services.lookup import Guard
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Text, column, row


def ask_meaning(parent: QWidget, guard: Guard, take: Callable[[str], object]) -> Card:
    """Ask which of both is meant; ``take(code)`` is called with the answer, nothing happens on Esc.

    Returns at once. The focus stands on 取消, so that Enter alone decides nothing.
    """
    card = Card(parent.window(), width=520)
    card.setObjectName("meaning_guard")
    card.box.addWidget(Text(guard.title, "title", wrap=True))
    for line in guard.lines:
        card.box.addWidget(Text(line, tone="secondary", wrap=True))
    card.box.addSpacing(theme().px(8))
    cancel = Button("取消", keys="Esc")
    cancel.clicked.connect(card.close_card)
    answers = [(guard.keep, guard.code), (guard.change, guard.other)]
    buttons = [_answer(card, words, partial(take, code)) for words, code in answers if words]
    card.box.addLayout(column(*buttons, gap=6))
    card.box.addLayout(row(None, cancel))
    card.open(cancel)
    return card


def _answer(card: Card, words: str, then: Callable[[], object]) -> Button:
    button = Button(words)
    button.clicked.connect(card.close_card)
    button.clicked.connect(then)
    return button
