"""待维护: queries that found nothing, noted for whoever keeps the code book; Enter writes what became of one."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.services.code_shelf import Wish
from app.ui.page import Shell
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, CellModel, Column, DataTable, Text, row

_KINDS: Final = {"dx": "诊断", "px": "手术"}
_COLUMNS: Final = (
    Column("kind", "编码", 60),
    Column("query", "没有找到的", 200, stretch=True),
    Column("line", "记下", 190),
    Column("answer", "处理", 210),
)
_WIDTH: Final = 760


class WishList(Card):
    """The list over the window. Enter on an open line asks what became of it."""

    def __init__(self, window: QWidget, shell: Shell) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("wishes")
        self._shell, self._owner = shell, window
        self._wishes: list[Wish] = []
        self.box.addWidget(Text("待维护的编码", "title"))
        told = "检索时没有找到、记下来的词。处理后写明编入何处或为何不编。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.table = DataTable(_COLUMNS)
        self._lines = CellModel(_COLUMNS)
        self._lines.setParent(self)
        self.table.setModel(self._lines)
        self.table.setAccessibleName("待维护的编码")
        self.table.setFixedHeight(theme().px(300))
        self.table.opened.connect(self._on_opened)
        self.box.addWidget(self.table)
        close = Button("关闭", keys="Esc")
        close.clicked.connect(self.close_card)
        self.box.addLayout(row(Text("Enter 写明处理结果", "caption", "muted"), None, close))
        self._read()

    def open_card(self) -> None:
        """Show with the cursor in the list."""
        self.open(self.table)
        self.table.go_to(0)

    def _read(self) -> None:
        self._wishes = list(self._shell.services.shelf.wishes())
        self._lines.set_rows([_cells(wish) for wish in self._wishes])

    def _on_opened(self, at: int) -> None:
        wish = self._wishes[at]
        if wish.answer:
            return
        asking = Asking(f"处理“{wish.query}”", (wish.line,), (), "编入何处，或为何不编", "写入")
        self.close_card()
        ask_words(self._owner, asking, partial(_settled, self._owner, self._shell, wish))


def show_wishes(parent: QWidget, shell: Shell) -> WishList:
    """Open the list over the window."""
    card = WishList(parent.window(), shell)
    card.open_card()
    return card


def _settled(window: QWidget, shell: Shell, wish: Wish, words: str) -> None:
    try:
        shell.publish(shell.services.shelf.settle_wish(wish, words))
    except UserProblem as problem:
        shell.errors.show(problem)
        return
    show_wishes(window, shell)


def _cells(wish: Wish) -> tuple[Cell, ...]:
    state = Cell(wish.answer, "fg_secondary", "passed") if wish.answer else Cell("待处理", "warn", "due")
    return Cell(_KINDS[wish.kind], "fg_secondary"), Cell(wish.query, bold=not wish.answer), Cell(wish.line), state
