"""Holds the window and who sits at it: the card at the door, lock, switch, sign out; the rail is the role's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.login.first_run import FirstRun
from app.ui.login.idle import WARNED_S, IdleWatch
from app.ui.login.pane import LoginWindow
from app.ui.login.parts import card_of
from app.ui.login.password_card import PasswordCard
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.ports import UserCard

_BAR = "people.none"


class Gate(QObject):
    """Shows the window to those who may see it. ``make`` makes one for a user, ``behind`` begins what runs beside it.

    The window is only hidden while it is locked, so that cursor, typed text and jobs are as they were afterwards.
    """

    def __init__(
        self,
        services: Any,
        make: Callable[[UserCard], MainWindow],
        behind: Callable[[MainWindow], object],
        app: QApplication,
    ) -> None:
        super().__init__(app)
        self._services = services
        self._make, self._behind = make, behind
        self.window: MainWindow | None = None
        self.door: LoginWindow | None = None
        self._sitting = ""
        self.idle = IdleWatch(app, self)
        self.idle.warned.connect(self._on_warned)
        self.idle.idle.connect(self.lock)

    def start(self) -> QWidget:
        """Show the window, or the card at the door where people have to sign in; return what is shown."""
        if self._services.people.is_signed_in:
            return self._open()
        return self._ask()

    def lock(self) -> None:
        """Take the window off the screen until its user, or another person, signs in."""
        if self.window is not None and self.door is None and self.window.shell.user.is_person:
            self._services.people.lock()
            self._ask("窗口已锁定。", self._services.people.my_login())

    def switch(self) -> None:
        """Let another person sit down; what is half typed is stored first."""
        if self.window is not None and self._is_free():
            self.window.put_away()
            self._ask("请另一位登录；原来的病案会保持打开。", may_return=True)

    def sign_out(self) -> None:
        """Close the window of whoever sits here and show the card at the door."""
        if self.window is not None and self._is_free():
            self.window.put_away()
            self._services.people.sign_out()
            self._sitting = ""
            self._ask()
            self._drop_window()

    def finish(self) -> None:
        """Put everything away at the end of the program."""
        self.idle.stop()
        if self.window is not None:
            self._drop_window()
        if self.door is not None:
            self.door.deleteLater()
            self.door = None

    def _ask(self, told: str = "", login: str = "", *, may_return: bool = False) -> LoginWindow:
        self.idle.stop()
        door = LoginWindow(self._services, told=told, login=login, may_return=may_return)
        door.signed_in.connect(self._on_signed_in)
        door.turned_away.connect(self._on_turned_away)
        door.closing.connect(self._on_door_closing)
        self.door = door
        if self.window is not None:
            door.setGeometry(self.window.geometry())
            door.setWindowState(self.window.windowState())
        door.show()
        self._hide_all_but(door)
        return door

    def _open(self, place: Place | None = None) -> MainWindow:
        services = self._services
        actor, is_person = services.user, services.people.has_people
        window = self._make(card_of(actor.name, actor.roles, is_person=is_person))
        window.user_wish.connect(self._on_wish)
        self.window, self._sitting = window, actor.id
        window.show()
        if place is not None and place.page in window.pages:
            window.go(place)
        if is_person:
            self.idle.start(services.people.lock_minutes)
        elif not services.is_demo:
            told = "尚未设置用户：打开程序的人都可以使用全部功能。"
            window.shell.notices.bar(_BAR, told, severity="hint", action=("设置", self.set_up))
        self._behind(window)
        return window

    def set_up(self) -> None:
        """Open the steps for hospital, first administrator, code book and backup."""
        if self.window is not None:
            card = FirstRun(self.window, self.window.shell)
            card.signed_in.connect(self._on_set_up)

    def _on_wish(self, wish: str) -> None:
        match wish:
            case "user.lock":
                self.lock()
            case "user.switch":
                self.switch()
            case "user.sign_out":
                self.sign_out()
            case "user.set_up":
                self.set_up()
            case "user.password" if self.window is not None:
                PasswordCard(self.window, self.window.shell)

    def _on_set_up(self) -> None:
        if self.window is not None:
            self.window.put_away()
            self._change_window()

    def _on_signed_in(self) -> None:
        window = self.window
        if window is not None and self._services.user.id == self._sitting:
            self._show_again(window)
        elif window is not None and not self._is_free():  # the jobs that run belong to whoever was here
            self._say_at_door()
            return
        else:
            self._change_window()
        self._leave_door()

    def _change_window(self) -> None:
        """Show the window of whoever signed in, at the case that is open if she may see it."""
        old = self.window
        place = old.page.place() if old is not None and old.page is not None else None
        self._open(place)
        if old is not None:
            _drop(old)

    def _show_again(self, window: MainWindow) -> None:
        window.show()
        window.activateWindow()
        self.idle.start(self._services.people.lock_minutes)

    def _on_turned_away(self) -> None:
        if self.window is not None:
            self._show_again(self.window)
            self._leave_door()

    def _on_door_closing(self) -> None:
        if self.window is not None and self.door is not None:
            self._drop_window()

    def _leave_door(self) -> None:
        door, self.door = self.door, None
        if door is not None:
            door.close()
            door.deleteLater()

    def _is_free(self) -> bool:
        """Tell whether no long job runs; say what to do when one does."""
        running = "、".join(job.label for job in self.window.shell.jobs.running if job.label) if self.window else ""
        if running and self.window is not None:
            told = f"{running}正在进行，请等它完成或在任务列表中取消，再换人。"
            self.window.shell.notices.toast(told, severity="warn")
        return not running

    def _say_at_door(self) -> None:
        self._services.people.sign_out()
        if self.door is not None:
            self.door.said.setText("有任务正在进行，请由锁定窗口的人登录，等任务完成再换人。")
            self.door.said.show()

    def _drop_window(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            _drop(window)

    def _on_warned(self) -> None:
        if self.window is not None:
            self.window.shell.notices.toast(f"{WARNED_S} 秒后窗口将锁定，按任意键继续。", severity="hint")

    def _hide_all_but(self, door: QWidget) -> None:
        for other in QApplication.topLevelWidgets():
            if other is not door and other.isVisible():
                other.hide() if other is self.window else other.close()


def _drop(window: MainWindow) -> None:
    window.shell.jobs.close()
    window.hide()
    window.deleteLater()
