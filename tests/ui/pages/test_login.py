"""The door: signing in, locking, switching, the rail of a role, the first run, the users."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QWidget

from app.common.clock import FixedClock
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.passwords import Passwords
from app.services.people import Entry
from app.storage.ops import Op
from app.ui.app import open_window, run_window
from app.ui.login.gate import Gate
from app.ui.login.idle import IdleWatch
from app.ui.login.pane import LoginWindow
from app.ui.login.users import UsersPanel
from app.ui.main_window import MainWindow
from app.ui.page import Page, PageSpec, Place
from app.ui.pages import registered
from app.ui.ports import UserCard
from app.ui.widgets import column

NOW = datetime(2026, 11, 23, 9, 0)
MAPLE, CLOUD = "Hong-Ye 2026 Feng", "Lan-Tian 2026 Yun"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def library(page_template: Path, tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over a library without people."""
    home = Path(shutil.copytree(page_template, tmp_path / "library"))
    opened = open_services(home, clock=FixedClock(NOW), engines=page_engines, passwords=CHEAP)
    with opened.session.db.operation(Op.SET_SETTING, by=opened.user) as tx:
        tx.set_setting("demo", False)
    yield opened
    opened.close()


class Sheet(Page):
    """Stands for a page: shows a patient, has a line to type in, comes back to its case."""

    def build(self) -> None:
        """Make the line."""
        self.sent = Place(self.key)
        self.line = QLineEdit()
        self.setLayout(column(QLabel(PATIENT), self.line))
        self.add_region("line", self.line)

    def restore(self, place: Place) -> None:
        """Keep the place."""
        self.sent = place

    def place(self) -> Place:
        """Return it."""
        return self.sent

    def default_focus(self) -> QWidget:
        """Return the line."""
        return self.line


PATIENT = "周慧兰（测试）"
PAGES = (
    PageSpec("worklist", "病例列表", Sheet),
    PageSpec("case", "病案首页", Sheet),
    PageSpec("rules", "质控规则", Sheet, needs="qc admin"),
    PageSpec("answers", "待我答复", Sheet, needs="physician head"),
)


class Door:
    """A gate handled as a user does."""

    def __init__(self, services: Services, bot: Any) -> None:
        self.services, self.bot = services, bot
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.gate = Gate(services, self._make, lambda _window: None, app)

    def _make(self, user: UserCard) -> MainWindow:
        return open_window(self.services, places=self.services.places, user=user, pages=PAGES)

    def start(self) -> QWidget:
        return self.gate.start()

    @property
    def window(self) -> MainWindow:
        assert self.gate.window is not None
        return self.gate.window

    def said(self) -> str:
        assert self.gate.door is not None
        return self.gate.door.said.text()

    def sign_in(self, login: str, secret: str) -> None:
        door = self.gate.door
        assert door is not None
        door.user.setText(login)
        door.secret.setText(secret)
        self.bot.keyClick(door.secret, Qt.Key.Key_Return)
        self.bot.waitUntil(lambda: self.gate.door is not door or door.button.isEnabled(), timeout=10_000)
        QApplication.processEvents()

    def rest(self) -> None:
        self.bot.waitUntil(lambda: not self.window.shell.jobs.running, timeout=20_000)
        QApplication.processEvents()

    def find(self, kind: Any, name: str, within: QWidget | None = None) -> Any:
        return (within or self.window).findChild(kind, name)


@pytest.fixture
def door(library: Services, qtbot: Any) -> Iterator[Door]:
    """Return the door of a library without people; windows are put away afterwards."""
    opened = Door(library, qtbot)
    yield opened
    if opened.gate.window is not None:
        opened.rest()
    opened.gate.finish()
    opened.gate.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def people(library: Services) -> Services:
    """Return the services with an administrator, a coder and a physician, and nobody at the window."""
    library.people.set_up(Entry("chen", "陈管（测试）", frozenset({"admin"})), MAPLE, "ABCD")
    for login, name, roles, departments in (
        ("lin", "林若溪（测试）", {"coder"}, set()),
        ("zhou", "周大夫（测试）", {"physician"}, {"03.04"}),
    ):
        library.people.add(Entry(login, name, frozenset(roles), frozenset(departments)), MAPLE)
        library.people.sign_in(login, MAPLE)
        library.people.change_password(MAPLE, CLOUD)
        library.people.sign_in("chen", MAPLE)
    library.people.sign_out()
    return library


def test_without_people_the_window_opens_and_a_quiet_bar_offers_to_set_them_up(door: Door) -> None:
    assert door.start() is door.window
    bar = door.window.shell.notices.bars["people.none"]
    assert "尚未设置用户" in bar.text
    assert bar.offer is not None
    assert bar.offer[0] == "设置"


def test_the_card_says_when_and_how_it_stands(people: Services, door: Door) -> None:
    door.start()
    assert door.gate.window is None
    shown = door.gate.door
    assert shown is not None
    assert shown.facts.text() == "上次登录 11-23 09:00 · 数据库 正常 · 备份 尚无"
    assert QApplication.focusWidget() is shown.secret or not shown.isActiveWindow()
    assert shown.user.text() in {"chen", "lin", "zhou"}


def test_a_wrong_password_is_selected_and_nobody_is_blamed(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", "wrong one")
    assert door.said() == "用户名或密码不对，还可再试 4 次。"
    assert door.gate.door is not None
    assert door.gate.door.secret.selectedText()
    door.sign_in("lin", CLOUD)
    assert "1 秒后" in door.said()
    door.services.session.clock.at = datetime(2026, 11, 23, 9, 0, 2)  # type: ignore[attr-defined]
    door.sign_in("lin", CLOUD)
    assert door.window.shell.user.title == "编码员"
    assert door.gate.door is None


def test_each_role_has_its_own_rail(people: Services, door: Door) -> None:
    door.start()
    for login, secret, pages in (
        ("lin", CLOUD, {"worklist", "case"}),
        ("chen", MAPLE, {"worklist", "case", "rules"}),
        ("zhou", CLOUD, {"answers"}),
    ):
        door.sign_in(login, secret)
        assert set(door.window.pages) == pages
        door.gate.sign_out()


def test_a_page_of_another_role_is_refused_in_words(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    told: list[str] = []
    door.window.shell.notices.toasted.connect(lambda notice: told.append(notice.text))
    door.window.go(Place("rules"))
    assert told == ["您的角色没有“质控规则”页。请联系管理员（设置 › 用户与角色）。"]
    assert door.window.page is not None
    assert door.window.page.key == "worklist"


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        ("coder", {"worklist", "case", "codes", "qc", "drg", "help"}, {"rules", "schemes", "browser", "compare"}),
        ("qc", {"worklist", "case", "codes", "qc", "drg", "help", "rules"}, {"schemes", "browser", "import"}),
        ("insurance", {"worklist", "case", "qc", "drg", "schemes", "browser", "compare", "help"}, {"rules"}),
        ("physician", {"help"}, {"worklist", "case", "codes", "qc", "drg", "rules", "schemes", "settings"}),
        ("admin", {"worklist", "case", "codes", "qc", "drg", "rules", "schemes", "help"}, set()),
    ],
)
def test_the_pages_of_the_program_are_those_of_the_design(role: str, seen: set[str], unseen: set[str]) -> None:
    user = UserCard("试（测试）", roles=frozenset({role}), is_person=True)
    shown = {spec.key for spec in registered() if user.sees(spec.needs)}
    assert seen <= shown
    assert not unseen & shown


def test_a_lock_takes_the_window_off_the_screen_and_gives_it_back_as_it_was(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    door.window.go(Place("case", {"case": 7}))
    before, focus = door.window, QApplication.focusWidget()
    assert isinstance(focus, QLineEdit)
    door.bot.keyClicks(focus, "half")
    door.gate.lock()
    assert not before.isVisible()
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    assert shown == [door.gate.door]
    texts = [label.text() for label in door.gate.door.findChildren(QLabel)]  # type: ignore[union-attr]
    assert not any(PATIENT in words for words in texts)
    door.sign_in("lin", CLOUD)
    assert door.window is before
    assert before.isVisible()
    assert QApplication.focusWidget() is focus
    assert focus.text() == "half"


def test_another_person_finds_the_case_open_and_her_own_rail(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    door.window.go(Place("case", {"case": 7}))
    before = door.window
    door.gate.switch()
    assert door.gate.door is not None
    assert door.gate.door.user.text() == ""
    door.bot.keyClick(door.gate.door, Qt.Key.Key_Escape)
    assert door.window is before
    assert before.isVisible()
    door.gate.switch()
    door.sign_in("chen", MAPLE)
    door.rest()
    assert door.window is not before
    assert door.window.shell.user.name == "陈管（测试）"
    assert door.window.page is not None
    assert door.window.page.place() == Place("case", {"case": 7})
    assert people.user.id == "p1"


def test_the_menu_locks_and_signs_out(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    assert door.find(QWidget, "user").text() == "林若溪（测试） · 编码员"
    door.window.shell.actions.trigger("user.lock")
    assert door.gate.door is not None
    door.sign_in("lin", CLOUD)
    door.rest()
    door.window.shell.actions.trigger("user.sign_out")
    assert door.gate.window is None
    assert not people.people.is_signed_in


def test_a_first_password_is_changed_before_the_window_opens(people: Services, door: Door) -> None:
    people.people.sign_in("chen", MAPLE)
    people.people.reset_password(2, MAPLE)
    people.people.sign_out()
    door.start()
    door.sign_in("lin", MAPLE)
    assert door.gate.window is None
    assert "先改成自己的" in door.said()
    shown = door.gate.door
    mine, again = door.find(QLineEdit, "new_secret", shown), door.find(QLineEdit, "new_again", shown)
    mine.setText(CLOUD + "x")
    again.setText(CLOUD)
    door.bot.keyClick(again, Qt.Key.Key_Return)
    assert "不同" in door.said()
    again.setText(CLOUD + "x")
    door.bot.keyClick(again, Qt.Key.Key_Return)
    door.bot.waitUntil(lambda: door.gate.window is not None, timeout=10_000)
    assert door.window.shell.user.name == "林若溪（测试）"


def test_the_first_run_sets_hospital_administrator_and_backup(door: Door, tmp_path: Path) -> None:
    door.start()
    door.window.shell.actions.trigger("user.set_up")
    card = door.gate.window.findChild(QWidget, "first_run")  # type: ignore[union-attr]
    door.find(QLineEdit, "hospital_name").setText("测试医院")
    door.find(QWidget, "first_next").click()
    door.bot.waitUntil(lambda: card._at == 1, timeout=10_000)
    for name, words in {"name": "陈管（测试）", "login": "chen", "secret": MAPLE, "again": MAPLE}.items():
        door.find(QLineEdit, f"admin_{name}").setText(words)
    door.find(QCheckBox, "also_coder").setChecked(True)
    door.find(QWidget, "first_next").click()
    assert "末 4 位" in door.find(QLabel, "card_problem").text()
    key = door.find(QLabel, "recovery_key").text()
    door.find(QLineEdit, "recovery_last").setText(key[-4:].lower())
    door.find(QWidget, "first_next").click()
    door.bot.waitUntil(lambda: card._at == 2, timeout=10_000)
    door.find(QWidget, "first_later").click()
    door.find(QLineEdit, "backup_folder").setText(str(tmp_path))
    assert "试写成功" in door.find(QLabel, "backup_room").text()
    before = door.window
    door.find(QWidget, "first_next").click()
    door.bot.waitUntil(lambda: door.window is not before, timeout=10_000)
    door.rest()
    services = door.services
    assert services.hospital.facts().name == "测试医院"
    assert services.user.roles == {"admin", "coder"}
    assert services.backup.plan.folder == str(tmp_path)
    assert door.window.shell.user.title == "编码员、管理员"
    services.people.recover("chen", key, CLOUD, "NEWKEY")


def test_users_are_entered_and_put_out_of_use(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("chen", MAPLE)
    panel = UsersPanel(door.window.shell, door.window)
    panel.read()
    door.rest()
    assert panel._model.rowCount() == 3
    panel.add()
    card = door.find(QWidget, "person_card")
    for name, words in {"login": "wang", "name": "王敏（测试）", "departments": "03.04", "secret": MAPLE}.items():
        door.find(QLineEdit, f"person_{name}", card).setText(words)
    door.find(QWidget, "card_yes", card).click()
    door.rest()
    assert "角色" in door.find(QLabel, "card_problem", card).text()
    door.find(QCheckBox, "role_head", card).setChecked(True)
    door.find(QWidget, "card_yes", card).click()
    door.rest()
    door.rest()
    assert {one.login for one in people.people.everybody()} == {"chen", "lin", "zhou", "wang"}
    row = next(at for at, one in enumerate(panel._model.values) if one.login == "wang")
    panel.table.go_to(row)
    panel.switch_person()
    ask = [one for one in door.window.findChildren(QWidget) if getattr(one, "text", lambda: "")() == "停用"]
    next(one for one in ask if one.objectName() != "users_switch").click()
    door.rest()
    assert not next(one for one in people.people.everybody() if one.login == "wang").active


def test_nobody_at_the_keys_locks_the_window_after_a_warning(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    assert door.gate.idle.runs
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    watch = IdleWatch(app, door.gate)
    watch.start(0)
    assert not watch.runs
    told: list[str] = []
    door.window.shell.notices.toasted.connect(lambda notice: told.append(notice.text))
    door.gate.idle._first.timeout.emit()
    assert told == ["60 秒后窗口将锁定，按任意键继续。"]
    door.bot.keyClick(door.window, Qt.Key.Key_Shift)
    assert not door.gate.idle._last.isActive()
    door.gate.idle.idle.emit()
    assert door.gate.door is not None
    assert not door.gate.idle.runs


def test_the_program_shows_the_card_first_and_ends_with_it(
    people: Services, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = people.session.db.path.parent
    people.close()
    shown: list[str] = []
    show = LoginWindow.showEvent

    def noted(door: LoginWindow, event: object) -> None:
        shown.append(door.objectName())
        show(door, event)

    monkeypatch.setattr(LoginWindow, "showEvent", noted)
    assert run_window(home, check=True) == 0
    assert shown == ["login"]


def test_the_recovery_key_lets_the_administrator_in(people: Services, door: Door) -> None:
    door.start()
    assert door.gate.door is not None
    door.find(QWidget, "login_recover", door.gate.door).click()
    card = door.find(QWidget, "recovery_card", door.gate.door)
    typed = {"login": "chen", "key": "ab cd", "secret": CLOUD, "again": CLOUD}
    for name, words in typed.items():
        door.find(QLineEdit, f"recover_{name}", card).setText(words)
    door.find(QWidget, "card_yes", card).click()
    assert "末 4 位" in door.find(QLabel, "card_problem", card).text()
    door.find(QLineEdit, "recovery_last", card).setText(door.find(QLabel, "recovery_key", card).text()[-4:])
    door.find(QWidget, "card_yes", card).click()
    door.bot.waitUntil(lambda: door.gate.window is not None, timeout=10_000)
    assert people.user.id == "p1"
    people.people.sign_in("chen", CLOUD)


def test_ones_own_password_is_changed_in_a_card(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    door.window.shell.actions.trigger("user.password")
    card = door.find(QWidget, "password_card")
    for name, words in {"old": "wrong one", "new": MAPLE, "again": MAPLE + "x"}.items():
        door.find(QLineEdit, f"password_{name}", card).setText(words)
    door.find(QWidget, "card_yes", card).click()
    assert "不同" in door.find(QLabel, "card_problem", card).text()
    door.find(QLineEdit, "password_again", card).setText(MAPLE)
    door.find(QWidget, "card_yes", card).click()
    door.rest()
    assert "还可再试" in door.find(QLabel, "card_problem", card).text()
    door.services.session.clock.at = datetime(2026, 11, 23, 9, 1)  # type: ignore[attr-defined]
    door.find(QLineEdit, "password_old", card).setText(CLOUD)
    door.find(QWidget, "card_yes", card).click()
    door.rest()
    door.rest()
    people.people.sign_in("lin", MAPLE)


def test_who_may_not_sees_no_users(people: Services, door: Door) -> None:
    door.start()
    door.sign_in("lin", CLOUD)
    panel = UsersPanel(door.window.shell, door.window)
    panel.read()
    assert panel._model.rowCount() == 0
    assert not panel.new.isEnabled()
