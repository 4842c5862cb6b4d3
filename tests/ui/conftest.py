"""The window without a display: one application, nothing left behind, pages and windows made of little."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.app import create_app, open_window
from app.ui.errors import Errors
from app.ui.main_window import MainWindow
from app.ui.page import KeyHint, Page, PageSpec, Place
from app.ui.ports import JsonValue, MemoryPlaces, UserCard
from app.ui.theme import Mode, theme
from app.ui.widgets import Cell, CellModel, Column, DataTable, column


def pytest_configure(config: pytest.Config) -> None:
    """Let pass what the offscreen platform says of itself; every other Qt message fails the test."""
    config.addinivalue_line("qt_log_ignore", "This plugin does not support")


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """Return the application with our theme; pytest-qt uses it for ``qtbot``."""
    return create_app(["bingan"])


class Bot(QtBot):
    """Looks again after one millisecond, then after two, up to ten: most of what a test waits for is there at once."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 5000) -> None:
        """Wait until the callback is true or asserts nothing. Raises ``AssertionError`` after ``timeout`` ms."""
        until, pause = time.monotonic() + timeout / 1000, 1
        while not self._holds(callback, last=time.monotonic() > until):
            self.wait(pause)
            pause = min(pause + 1, 10)

    @staticmethod
    def _holds(callback: Callable[[], bool | None], *, last: bool) -> bool:
        try:
            holds = callback() in (True, None)
        except AssertionError:
            if last:
                raise
            return False
        assert holds or not last, "what was waited for did not come"
        return holds


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Return the user of the window in the place of pytest-qt's, which looks every ten milliseconds."""
    return Bot(request)


@pytest.fixture(autouse=True)
def _plain_look(request: pytest.FixtureRequest) -> None:
    """Start each test in the light theme, 13 px, whatever the one before chose."""
    if "qapp" in request.fixturenames or "qtbot" in request.fixturenames:
        request.getfixturevalue("qapp")
        if theme().mode is not Mode.LIGHT or theme().px(100) != 100:
            theme().set_mode(Mode.LIGHT)
            theme().set_font_px(13)


@pytest.fixture(autouse=True)
def leaks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a running timer, a thread or a top-level widget behind."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("qapp")
    timers: list[QTimer] = []
    start = QTimer.start

    def watched(timer: QTimer, *args: Any) -> None:
        timers.append(timer)
        start(timer, *args)

    monkeypatch.setattr(QTimer, "start", watched)
    threads, widgets = set(threading.enumerate()), set(QApplication.topLevelWidgets())
    yield
    monkeypatch.undo()

    def left() -> list[str]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        top = [widget for widget in QApplication.topLevelWidgets() if widget not in widgets and not widget.parent()]
        running = [timer for timer in timers if shiboken6.isValid(timer) and timer.isActive()]
        alive = [thread.name for thread in threading.enumerate() if thread not in threads]
        return [*(type(thing).__name__ for thing in (*top, *running)), *alive]

    if left():
        gc.collect()  # a tenth of a second: only for what Python still holds
    assert left() == []


class ListPage(Page):
    """A page with a table of three rows and a line to type in; remembers its row."""

    made = 0

    def build(self) -> None:
        """Make the table."""
        type(self).made += 1
        columns = (Column("name", "名称", 120, stretch=True),)
        self.table = DataTable(columns)
        model = CellModel(columns)
        model.setParent(self.table)
        model.set_rows([[Cell("甲")], [Cell("乙")], [Cell("丙")]])
        self.table.setModel(model)
        self.line = QLineEdit()
        self.line.setObjectName("line")
        self.changes: list[object] = []
        self.calls: list[str] = []
        self.setLayout(column(self.table, self.line))
        self.add_region("table", self.table, (KeyHint("Return", "打开"),))
        self.add_region("line", self.line, (KeyHint("Esc", "清除"),))

    def place(self) -> Place:
        """Return the row."""
        return Place(self.key, {"case": self.spec.key, "row": self.table.current_row})

    def restore(self, place: Place) -> None:
        """Go to the row."""
        row = place.args.get("row", 0)
        self.table.go_to(row if isinstance(row, int) else 0)

    def title_detail(self) -> str:
        """Return the row as words."""
        return f"第 {self.table.current_row + 1} 行"

    def default_focus(self) -> QWidget:
        """Return the table."""
        return self.table

    def on_changes(self, changes: object) -> None:
        """Keep what was told."""
        self.changes.append(changes)

    def call(self) -> None:
        """Note that an action ran."""
        self.calls.append("called")


@pytest.fixture
def list_page() -> type[ListPage]:
    """Return the class of the simple page."""
    return ListPage


@pytest.fixture
def ime(qapp: QApplication) -> Callable[[QWidget, str], None]:
    """Return a function that enters Chinese as an input method does: composed, then committed."""

    def enter(widget: QWidget, words: str) -> None:
        QApplication.sendEvent(widget, QInputMethodEvent("pin", []))
        commit = QInputMethodEvent()
        commit.setCommitString(words)
        QApplication.sendEvent(widget, commit)

    return enter


@pytest.fixture
def places() -> MemoryPlaces:
    """Return a place store of its own."""
    return MemoryPlaces()


@pytest.fixture
def make_window(qtbot: Any, places: MemoryPlaces) -> Callable[..., MainWindow]:
    """Return a function that opens a window over pages and shows it at 1366×768."""

    def make(
        pages: Sequence[PageSpec] | None = None, user: UserCard | None = None, errors: Errors | None = None
    ) -> MainWindow:
        specs = pages or (PageSpec("worklist", "病例列表", ListPage), PageSpec("case", "病案首页", ListPage))
        window = open_window(
            None, places=places, user=user, pages=specs, errors=errors, hospital="云泽市第一人民医院（测试）"
        )
        qtbot.addWidget(window, before_close_func=_stop)
        window.resize(1366, 768)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return make


def _stop(window: MainWindow) -> None:
    window.shell.jobs.cancel_all()
    window.shell.jobs.close()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """Return a window over two simple pages, on the first of them."""
    return make_window()


@pytest.fixture
def remembered(places: MemoryPlaces) -> Callable[[str], JsonValue]:
    """Return what the window put away under a key."""
    return places.get
