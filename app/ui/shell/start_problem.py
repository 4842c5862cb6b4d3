"""What is shown instead of the window when the library cannot be opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QStackedLayout, QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.ui.errors import Copy
from app.ui.shell.files import OpenFolder
from app.ui.shell.rescue import RescuePane
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.panes import Pane, column, row
from app.ui.widgets.text import Text

if TYPE_CHECKING:
    from app.services.rescue import Rescue

_BROKEN: Final = ("storage.damaged", "storage.not_a_library")


class StartProblem(Pane):
    """A small window: what is wrong, where, what to do. Closing it ends the program.

    For a library that is damaged or none, ``rescue`` lets a backup take its place; how to do that by hand stands there
    too, with the folder one click away. ``is_brought_back`` is True once one has.
    """

    def __init__(self, problem: UserProblem, rescue: Rescue | None = None, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self.setWindowTitle(text("ui.start.failed"))
        self.is_brought_back = False
        self._pane: RescuePane | None = None
        self._rescue = rescue if problem.key in _BROKEN else None
        self._folder = Path(problem.where.file).parent if problem.where and problem.key in _BROKEN else None
        told = Pane("surface", parent=self)
        told.setLayout(self._told(problem))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(told)
        self.resize(theme().px(520), theme().px(330 if self._folder else 220))

    def _told(self, problem: UserProblem) -> QBoxLayout:
        box = column(gap=8, margins=(24, 20, 24, 16))
        box.addWidget(Text(text("ui.start.failed"), "title"))
        if problem.where:
            box.addWidget(Text(str(problem.where), "code", "secondary", wrap=True))
        box.addWidget(Text(problem.message, wrap=True))
        advice = problem.advice if self._folder is None else text("ui.start.restore")
        box.addWidget(Text(advice, tone="secondary", wrap=True))
        box.addStretch(1)
        box.addLayout(row(None, *self._buttons(problem)))
        return box

    def _buttons(self, problem: UserProblem) -> list[Button]:
        found = []
        if self._folder is not None:
            opener = Button(text("ui.start.folder"))
            self._open = OpenFolder(self._folder)
            opener.clicked.connect(self._open)
            found.append(opener)
        copy = Button(text("ui.start.copy"))
        copy.clicked.connect(Copy(repr(problem)))
        leave = Button(text("ui.start.quit"), kind="normal" if self._rescue else "primary")
        leave.clicked.connect(self.close)
        found += [copy, leave]
        if self._rescue is not None:
            self._first = Button(text("ui.start.rescue"), kind="primary")
            self._first.clicked.connect(self._on_rescue)
            found.append(self._first)
        else:
            self._first = leave
        return found

    def showEvent(self, event: QShowEvent) -> None:
        """Stand on what is most likely wanted."""
        super().showEvent(event)
        self._first.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let a restore that runs be taken back first."""
        if self._pane is not None and not self._pane.may_close():
            event.ignore()
            return
        super().closeEvent(event)

    def _on_rescue(self) -> None:
        if self._rescue is None:
            return
        if self._pane is None:
            self._pane = RescuePane(self._rescue, self)
            self._pane.left.connect(self._on_left)
            self._pane.restored.connect(self._on_restored)
            self._stack.addWidget(self._pane)
            self.resize(max(self.width(), theme().px(640)), max(self.height(), theme().px(460)))
        self._stack.setCurrentWidget(self._pane)
        self._pane.read()

    def _on_left(self) -> None:
        self._stack.setCurrentIndex(0)
        self._first.setFocus()

    def _on_restored(self) -> None:
        self.is_brought_back = True
        self.close()
