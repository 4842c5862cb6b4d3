"""The first run in four steps: hospital, administrator, code book and scheme, backup. Each can be done later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.ui.login.first_run_steps import AdminStep, AssetStep, BackupStep, HospitalStep, Step
from app.ui.page import Shell
from app.ui.theme import theme
from app.ui.widgets import Button, Card, StepBar, Text, row

_TITLES: Final = ("医院", "管理员", "编码库与方案", "备份位置")
_WIDTH: Final = 620
_HEIGHT: Final = 290


class FirstRun(Card):
    """Enter goes on, 稍后 leaves a step for the settings. ``signed_in`` once there is an administrator, at the end."""

    signed_in = Signal()

    def __init__(self, window: QWidget, shell: Shell) -> None:
        super().__init__(window, _WIDTH)
        self.setObjectName("first_run")
        self._shell = shell
        self._at = 0
        self._bar = StepBar(_TITLES)
        self.steps: list[Step] = [make(shell) for make in (HospitalStep, AdminStep, AssetStep, BackupStep)]
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(theme().px(_HEIGHT))
        for step in self.steps:
            self._stack.addWidget(step)
        self._told = Text("", tone="secondary", wrap=True)
        self.problem = Text("", "caption", "error", wrap=True)
        self.problem.setObjectName("card_problem")
        self.later, self.go = Button("稍后", keys="Esc"), Button("下一步", kind="primary", keys="Enter")
        self.later.setObjectName("first_later")
        self.go.setObjectName("first_next")
        self.later.clicked.connect(self._on_later)
        self.go.clicked.connect(self._on_next)
        self.box.addWidget(Text("开始使用", "title"))
        self.box.addWidget(self._bar)
        for part in (self._told, self._stack, self.problem):
            self.box.addWidget(part)
        self.box.addSpacing(theme().px(4))
        self.box.addLayout(row(None, self.later, self.go))
        self.go_to(0)
        self.open(self.steps[0].findChild(QWidget, "hospital_name"))
        self.closed.connect(self._on_closed)

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.steps[self._at]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on; Esc leaves the step for later."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_next()
        elif event.key() == Qt.Key.Key_Escape:
            self._on_later()
        event.accept()

    def go_to(self, at: int) -> None:
        """Show a step."""
        self._at = at
        self._bar.set_current(at)
        self._stack.setCurrentIndex(at)
        self._told.setText(self.step.told)
        self.problem.setText("")
        is_last = at == len(self.steps) - 1
        self.go.set_text("完成" if is_last else "下一步")
        self.step.setFocus()
        self.focusNextPrevChild(True)

    def _on_later(self) -> None:
        if isinstance(self.step, AdminStep):  # without an administrator the rest is done in the settings
            self.close_card()
        else:
            self._forward()

    def _on_next(self) -> None:
        try:
            work = self.step.work()
        except UserProblem as problem:
            self._say(problem)
            return
        if work is None:
            self._forward()
        elif self.go.isEnabled():
            self._begin(work)

    def _begin(self, work: Callable[[], object]) -> None:
        self.go.setEnabled(False)
        job = self._shell.jobs.run(lambda _control: work(), writes=True, parent=self)
        job.done.connect(self._on_done)
        job.failed.connect(self._say)

    def _on_done(self, _result: object) -> None:
        self.go.setEnabled(True)
        self._forward()

    def _forward(self) -> None:
        if self._at + 1 < len(self.steps):
            self.go_to(self._at + 1)
        else:
            self.close_card()

    def _say(self, problem: object) -> None:
        self.go.setEnabled(True)
        words = f"{problem.message}{problem.advice}" if isinstance(problem, UserProblem) else "程序出错，没有保存。"
        self.problem.setText(words)

    def _on_closed(self) -> None:
        if self._shell.services.people.has_people:
            self.signed_in.emit()
