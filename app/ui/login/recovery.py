"""The recovery key: shown once and typed back, or used to give an administrator a new password."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.services.passwords import new_recovery_key
from app.ui.jobs import JobRunner
from app.ui.login.parts import StrengthText, line, secret_line
from app.ui.widgets import Button, Card, Text, column, row


class KeyPane(QWidget):
    """A fresh recovery key and the line for its last four characters."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = new_recovery_key()
        told = "恢复密钥只显示这一次。请抄在纸上锁好：忘记管理员口令时，只有它能重设。"
        self.shown = Text(self.key, "code_display")
        self.shown.setObjectName("recovery_key")
        self.last = line("recovery_last", "恢复密钥末 4 位", hint="抄好后填入末 4 位")
        self.last.textChanged.connect(self.changed)
        self.setLayout(column(Text(told, tone="secondary", wrap=True), self.shown, self.last, gap=8))

    @property
    def is_copied(self) -> bool:
        """True once the last four characters were typed back."""
        return self.last.text().strip().upper() == self.key[-4:]


class RecoveryCard(Card):
    """Old key, new password, new key. ``recovered`` when the administrator sits down."""

    recovered = Signal()

    def __init__(self, parent: QWidget, services: Any, login: str) -> None:
        super().__init__(parent.window(), 460)
        self.setObjectName("recovery_card")
        self._services = services
        self._jobs = JobRunner(self)
        self.login = line("recover_login", "管理员用户名", login)
        self.old = line("recover_key", "恢复密钥", hint="抄下的恢复密钥，如 7KQM-…")
        self.secret, self.again = secret_line("recover_secret", "新口令"), secret_line("recover_again", "再输入一次")
        self.new = KeyPane()
        self.problem = Text("", "caption", "error", wrap=True)
        self.problem.setObjectName("card_problem")
        self.box.addWidget(Text("用恢复密钥重设管理员口令", "title"))
        for part in (self.login, self.old, self.secret, self.again, StrengthText(self.secret, self.login), self.new):
            self.box.addWidget(part)
        self.box.addWidget(self.problem)
        go = Button("重设并登录", kind="primary", keys="Enter")
        go.setObjectName("card_yes")
        no = Button("取消", keys="Esc")
        go.clicked.connect(self._on_yes)
        self.new.last.returnPressed.connect(self._on_yes)
        no.clicked.connect(self.close_card)
        self.box.addLayout(row(None, no, go))
        self.open(self.old if login else self.login)

    def _on_yes(self) -> None:
        if self.secret.text() != self.again.text():
            self.problem.setText("两次输入的口令不同。")
        elif not self.new.is_copied:
            self.problem.setText("新的恢复密钥末 4 位不对，请抄好后填入。")
        elif not self._jobs.running:
            people = self._services.people
            typed = (self.login.text(), self.old.text(), self.secret.text(), self.new.key)
            work = partial(people.recover, *typed)
            job = self._jobs.run(lambda _control: work(), writes=True, parent=self)
            job.done.connect(self._on_done)
            job.failed.connect(self._on_failed)

    def _on_done(self, _result: object) -> None:
        self.close_card()
        self.recovered.emit()

    def _on_failed(self, problem: object) -> None:
        words = f"{problem.message}{problem.advice}" if isinstance(problem, UserProblem) else "程序出错，没有重设。"
        self.problem.setText(words)
