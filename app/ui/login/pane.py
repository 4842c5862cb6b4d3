"""The card at the door: user name, password, 登录. Also after a lock, and for another person to sit down."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.common.errors import UserProblem
from app.ui.jobs import JobRunner
from app.ui.login.parts import StrengthText, line, secret_line
from app.ui.theme import theme
from app.ui.widgets import Button, Pane, Text, column, row

PRODUCT: Final = "Bingan 病案编码质控工作站"
_WIDTH: Final = 380


class Seal(QWidget):
    """The red seal of the rail, alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(theme().px(32), theme().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and character."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("brand_seal"))
        painter.drawRoundedRect(self.rect(), 4, 4)
        painter.setPen(theme().colour("brand_seal_fg"))
        painter.setFont(theme().seal())
        painter.drawText(QRect(self.rect()), Qt.AlignmentFlag.AlignCenter, "案")


class LoginWindow(Pane):
    """A grey window with the card. ``signed_in`` when somebody may sit down, ``turned_away`` when Esc says never mind.

    ``told`` says why the card is here (locked, another person); ``may_return`` offers 返回 to whoever sits here.
    """

    signed_in = Signal()
    turned_away = Signal()
    closing = Signal()

    def __init__(self, services: Any, *, told: str = "", login: str = "", may_return: bool = False) -> None:
        super().__init__("canvas")
        self.setObjectName("login")
        self.setWindowTitle(PRODUCT)
        self._services = services
        self._may_return = may_return
        self._jobs = JobRunner(self)
        known, at = services.people.last_sign_in()
        self.user = line("login_user", "用户名", login or ("" if may_return else known))
        self.secret = secret_line("login_secret", "密码")
        self.button = Button("登录", kind="primary", keys="Enter")
        self.button.setObjectName("login_button")
        self.said = Text(told, "caption", "secondary", wrap=True)
        self.said.setObjectName("login_said")
        self.said.setVisible(bool(told))
        for field in (self.user, self.secret):
            field.returnPressed.connect(self.sign_in)
        self.button.clicked.connect(self.sign_in)
        self._card = QFrame()
        self._card.setProperty("surface", "float")
        self._card.setFixedWidth(theme().px(_WIDTH))
        self._box = column(gap=8, margins=(28, 24, 28, 20))
        self._fill(at)
        self._card.setLayout(self._box)
        self.setLayout(column(None, row(None, self._card, None), None, None))
        self.resize(1366, 768)

    def _fill(self, at: datetime | None) -> None:
        self._box.addLayout(row(Seal(), Text(PRODUCT, "title"), None, gap=10))
        self._box.addSpacing(theme().px(8))
        for part in (self.said, self.user):
            self._box.addWidget(part)
        bottom = row(gap=8)
        bottom.addWidget(self.secret, 1)
        bottom.addWidget(self.button)
        self._box.addLayout(bottom)
        self.facts = Text(_facts(self._services, at), "caption", "muted", wrap=True)
        self.facts.setObjectName("login_facts")
        self._box.addSpacing(theme().px(4))
        self._box.addWidget(self.facts)
        self._box.addWidget(Text("忘记密码请联系管理员（设置 › 用户与角色）。", "caption", "muted", wrap=True))
        recover = Button("管理员用恢复密钥重设…", kind="link", small=True)
        recover.setObjectName("login_recover")
        recover.clicked.connect(self._on_recover)
        back = Button("返回", kind="link", small=True, keys="Esc")
        back.setObjectName("login_return")
        back.clicked.connect(self.turned_away)
        back.setVisible(self._may_return)
        self._box.addLayout(row(recover, None, back))

    def sign_in(self) -> None:
        """Try name and password beside the window."""
        self._begin(partial(self._services.people.sign_in, self.user.text(), self.secret.text()))

    def change_first(self) -> None:
        """Ask for a password of her own: the one she came with was given by somebody else."""
        old = self.secret.text()
        mine, again = secret_line("new_secret", "新口令"), secret_line("new_again", "再输入一次")
        go = Button("更改并登录", kind="primary", keys="Enter")
        go.setObjectName("new_button")
        for part in (self.user, self.secret, self.button, self.facts):
            part.hide()
        self._tell("这是管理员给的口令，请先改成自己的。", "secondary")
        at = self._box.indexOf(self.said) + 1
        for part in (go, again, StrengthText(mine), mine):
            self._box.insertWidget(at, part)

        def change() -> None:
            if mine.text() != again.text():
                self._tell("两次输入的口令不同。", "error")
            else:
                self._begin(partial(self._services.people.change_password, old, mine.text()))

        go.clicked.connect(change)
        again.returnPressed.connect(change)
        mine.returnPressed.connect(again.setFocus)
        mine.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the password, then gives way to whoever sat here."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.secret.text():
            self.secret.clear()
        elif self._may_return:
            self.turned_away.emit()

    def showEvent(self, event: Any) -> None:
        """Stand where typing begins."""
        super().showEvent(event)
        (self.secret if self.user.text() else self.user).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the door ends the program."""
        self._jobs.close()
        self.closing.emit()
        super().closeEvent(event)

    def _begin(self, work: Any) -> None:
        if not self._jobs.running:
            self.button.setEnabled(False)
            job = self._jobs.run(lambda _control: work(), writes=True, parent=self)
            job.done.connect(self._on_done)
            job.failed.connect(self._on_failed)

    def _on_done(self, _result: object) -> None:
        self.button.setEnabled(True)
        if self._services.people.must_change():
            self.change_first()
        else:
            self.secret.clear()
            self.signed_in.emit()

    def _on_failed(self, problem: object) -> None:
        self.button.setEnabled(True)
        if not isinstance(problem, UserProblem):
            self._tell("程序出错，未能登录。", "error")
            return
        self._tell(f"{problem.message}{problem.advice}", "error")
        self.secret.setFocus()
        self.secret.selectAll()

    def _on_recover(self) -> None:
        from app.ui.login.recovery import RecoveryCard  # noqa: PLC0415 - seldom wanted

        card = RecoveryCard(self, self._services, self.user.text())
        card.recovered.connect(self.signed_in)

    def _tell(self, words: str, tone: str) -> None:
        self.said.setText(words)
        self.said.set_tone(tone)
        self.said.show()


def _facts(services: Any, at: datetime | None) -> str:
    """Return when somebody signed in last, how the library is, and when it was backed up."""
    last = f"上次登录 {at:%m-%d %H:%M}" if at else "尚未登录过"
    state = "只读" if services.session.db.read_only else "正常"
    made = services.backup.newest()
    today = services.session.clock.now().date()
    backup = "尚无" if made is None else f"今天 {made:%H:%M}" if made.date() == today else f"{made:%m-%d %H:%M}"
    return f"{last} · 数据库 {state} · 备份 {backup}"
