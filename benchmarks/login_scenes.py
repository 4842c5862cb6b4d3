"""What the pictures of the door, the first run and the users show; nothing of it is written into the library."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QWidget

from app.services.people import Person
from app.ui.login.first_run import FirstRun
from app.ui.login.pane import LoginWindow
from app.ui.login.person_card import PersonCard
from app.ui.main_window import MainWindow
from app.ui.pages.settings.page import SettingsPage

_SEEN = datetime(2026, 11, 22, 17, 40)
_PEOPLE = (
    Person(1, "chen", "陈管（演示）", frozenset({"admin"}), frozenset(), True, _SEEN),
    Person(2, "linrx", "林若溪（演示）", frozenset({"coder", "qc"}), frozenset(), True, _SEEN),
    Person(3, "wangmin", "王敏（演示）", frozenset({"coder"}), frozenset(), True, None),
    Person(4, "sunzr", "孙主任（演示）", frozenset({"physician", "head"}), frozenset({"03.04", "04.01"}), True, _SEEN),
    Person(5, "zhaoyb", "赵医保（演示）", frozenset({"insurance"}), frozenset(), True, _SEEN),
    Person(6, "qian", "钱某（演示）", frozenset({"coder"}), frozenset(), False, _SEEN),
)


def show_door(window: MainWindow) -> None:
    """Put the card at the door over the window, after a wrong password."""
    door = LoginWindow(window.shell.services, told="用户名或密码不对，还可再试 4 次。", login="linrx")
    door.said.set_tone("error")
    door.secret.setText("········")
    door.setParent(window)
    door.setGeometry(window.rect())
    door.show()
    door.raise_()


def show_first_run(window: MainWindow) -> None:
    """Open the steps at the administrator."""
    card = FirstRun(window, window.shell)
    card.go_to(1)
    for name, words in {"name": "陈管（演示）", "login": "chen", "secret": "Hong-Ye 2026"}.items():
        getattr(card.step, name).setText(words)


def show_first_run_assets(window: MainWindow) -> None:
    """Open the steps at code book and scheme."""
    FirstRun(window, window.shell).go_to(2)


def show_users(window: MainWindow) -> None:
    """Fill the list of users with invented people."""
    page = window.page
    assert isinstance(page, SettingsPage)  # noqa: S101 - the scene goes there first
    page.users.show_people(_PEOPLE)


def show_person(window: MainWindow) -> None:
    """Open the card for one of them."""
    show_users(window)
    PersonCard(window, window.shell, _PEOPLE[3], lambda: None)


def leave(window: MainWindow) -> None:
    """Take door and cards away."""
    for kind in (LoginWindow, FirstRun, PersonCard):
        for one in window.findChildren(kind):
            assert isinstance(one, QWidget)  # noqa: S101 - all three are
            one.hide()
            one.deleteLater()
