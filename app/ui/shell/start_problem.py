"""What is shown instead of the window when the library cannot be opened."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.ui.errors import Copy
from app.ui.shell.files import OpenFolder
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.panes import Pane, column, row
from app.ui.widgets.text import Text

_BROKEN: Final = ("storage.damaged", "storage.not_a_library")


class StartProblem(Pane):
    """A small window: what is wrong, where, what to do. Closing it ends the program.

    For a library that is damaged or none, how a backup takes its place by hand, with its folder one click away.
    """

    def __init__(self, problem: UserProblem, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self.setWindowTitle(text("ui.start.failed"))
        quit_button = Button(text("ui.start.quit"), kind="primary")
        copy = Button(text("ui.start.copy"))
        quit_button.clicked.connect(self.close)
        copy.clicked.connect(Copy(repr(problem)))
        box = column(gap=8, margins=(24, 20, 24, 16))
        box.addWidget(Text(text("ui.start.failed"), "title"))
        if problem.where:
            box.addWidget(Text(str(problem.where), "code", "secondary", wrap=True))
        box.addWidget(Text(problem.message, wrap=True))
        box.addWidget(Text(problem.advice, tone="secondary", wrap=True))
        folder = Path(problem.where.file).parent if problem.where and problem.key in _BROKEN else None
        if folder is not None:
            box.addWidget(Text(text("ui.start.restore"), tone="secondary", wrap=True))
        box.addStretch(1)
        box.addLayout(row(None, *([self._opener(folder)] if folder else []), copy, quit_button))
        self.setLayout(box)
        self.resize(theme().px(460), theme().px(300 if folder else 220))

    def _opener(self, folder: Path) -> Button:
        button = Button(text("ui.start.folder"))
        self._open = OpenFolder(folder)
        button.clicked.connect(self._open)
        return button
