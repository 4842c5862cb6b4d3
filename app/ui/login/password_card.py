"""A card for one's own new password."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.ui.login.parts import StrengthText, secret_line
from app.ui.page import Shell
from app.ui.widgets import Button, Card, Text, row


class PasswordCard(Card):
    """Old password, new one twice. What is wrong is said in the card."""

    def __init__(self, window: QWidget, shell: Shell) -> None:
        super().__init__(window, 380)
        self.setObjectName("password_card")
        self._shell = shell
        self.old = secret_line("password_old", "现在的口令")
        self.new, self.again = secret_line("password_new", "新口令"), secret_line("password_again", "再输入一次")
        self.problem = Text("", "caption", "error", wrap=True)
        self.problem.setObjectName("card_problem")
        self.box.addWidget(Text("修改口令", "title"))
        for part in (self.old, self.new, StrengthText(self.new), self.again, self.problem):
            self.box.addWidget(part)
        yes, no = Button("修改", kind="primary", keys="Enter"), Button("取消", keys="Esc")
        yes.setObjectName("card_yes")
        yes.clicked.connect(self._on_yes)
        self.again.returnPressed.connect(self._on_yes)
        no.clicked.connect(self.close_card)
        self.box.addLayout(row(None, no, yes))
        self.open(self.old)

    def _on_yes(self) -> None:
        if self.new.text() != self.again.text():
            self.problem.setText("两次输入的口令不同。")
            return
        people = self._shell.services.people
        change = partial(people.change_password, self.old.text(), self.new.text())
        job = self._shell.jobs.run(lambda _control: change(), writes=True, parent=self)
        job.done.connect(self._on_done)
        job.failed.connect(self._on_failed)

    def _on_done(self, _result: object) -> None:
        self._shell.notices.toast("口令已修改。", severity="ok")
        self.close_card()

    def _on_failed(self, problem: object) -> None:
        words = f"{problem.message}{problem.advice}" if isinstance(problem, UserProblem) else "程序出错，没有修改。"
        self.problem.setText(words)
