"""Somebody stored a field while it was half typed here: mine and theirs side by side, nothing chosen, Enter on each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from app.ui.masking import masking
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Text, column, row

_WIDTH: Final = 560


@dataclass(frozen=True, slots=True)
class Clash:
    """A field with both texts; ``who`` says who stored the other one and when, '' when that is not known."""

    path: str
    label: str
    mine: str
    theirs: str
    who: str = ""


class ConflictCard(Card):
    """One field after the other; Esc leaves the rest as it is stored, with one's own text still a draft."""

    def __init__(self, window: QWidget, clashes: Sequence[Clash], take: Callable[[Clash, bool], object]) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("conflict_card")
        self._left, self._take = list(clashes), take
        self._title = Text("", "title", wrap=True)
        self._told = Text("", tone="secondary", wrap=True)
        self.mine, self.theirs = Button(""), Button("")
        self.mine.clicked.connect(partial(self._on_chosen, True))
        self.theirs.clicked.connect(partial(self._on_chosen, False))
        later = Button("稍后再定", keys="Esc")
        later.clicked.connect(self.close_card)
        for part in (self._title, self._told):
            self.box.addWidget(part)
        self.box.addSpacing(theme().px(6))
        self.box.addLayout(column(self.mine, self.theirs, gap=6))
        self.box.addLayout(row(Text("Tab 切换，Enter 选定", "caption", "muted"), None, later))
        self._show_next()

    def _show_next(self) -> None:
        clash = self._left[0]
        more = f"（还有 {len(self._left)} 项）" if len(self._left) > 1 else ""
        self._title.setText(f"“{clash.label}”已被改动{more}")
        self._told.setText(f"{clash.who or '这里正在输入时'}存入了另一个内容。请选定保留哪一个，其余字段不受影响。")
        self.mine.set_text(f"用我的：{masking().value(clash.path, clash.mine) or '空'}")
        self.theirs.set_text(f"用已存的：{masking().value(clash.path, clash.theirs) or '空'}")
        self.setFocus()

    def _on_chosen(self, mine: bool, _checked: bool = False) -> None:
        clash = self._left.pop(0)
        if self._left:
            self._show_next()
        else:
            self.close_card()
        self._take(clash, mine)


def ask_clashes(parent: QWidget, clashes: Sequence[Clash], take: Callable[[Clash, bool], object]) -> ConflictCard:
    """Ask field by field over the window; ``take(clash, mine)`` is called for each answer. No button has the focus."""
    card = ConflictCard(parent.window(), clashes, take)
    card.open()
    return card
