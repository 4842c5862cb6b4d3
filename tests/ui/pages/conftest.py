"""Pages over real services: a small library made once and copied, engines loaded once, a window around the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from app.common.clock import FixedClock
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.demo import fill, write_demo_batch
from app.services.demo_cases import invent
from app.services.engines import Engines
from app.ui.app import open_window
from app.ui.main_window import MainWindow
from app.ui.page import Page, PageSpec, Place
from app.ui.pages import registered
from app.ui.widgets import column

NOW = datetime(2026, 11, 23, 9, 0)
CASES = 24


@pytest.fixture(autouse=True)
def warmed(warm: None) -> None:
    """Start no test with an empty cache: reading code books and indexing them is tried in tests of its own."""


@pytest.fixture(scope="session")
def page_template(tmp_path_factory: pytest.TempPathFactory, page_engines: Engines) -> Path:
    """Return a home with invented cases, imported and checked."""
    home = tmp_path_factory.mktemp("pages")
    services = open_services(home, clock=FixedClock(NOW), engines=page_engines)
    fill(services, invent(CASES, today=NOW.date()))
    services.checking.run(services.worklist.ids("all"))
    services.close()
    return home


@pytest.fixture(scope="session")
def page_engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """Return engines that live as long as the session, because they take a second to load."""
    clock = FixedClock(NOW)
    return Engines(Assets(tmp_path_factory.mktemp("engines"), clock), clock)


@pytest.fixture
def services(page_template: Path, tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over a copy of the template; the loaded engines are shared."""
    home = tmp_path / "library"
    shutil.copytree(page_template, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=page_engines)
    yield opened
    opened.close()


class StandIn(Page):
    """Stands for another page: remembers the place it was sent to."""

    def build(self) -> None:
        """Make one thing that takes the focus."""
        self.sent = Place(self.key)
        self.line = QLineEdit()
        self.setLayout(column(self.line))
        self.add_region("line", self.line)

    def restore(self, place: Place) -> None:
        """Keep the place."""
        self.sent = place

    def place(self) -> Place:
        """Return it."""
        return self.sent


class Desk:
    """A window over real services, handled as a user does: go, press, wait, read."""

    def __init__(self, window: MainWindow, services: Services, bot: Any) -> None:
        self.window, self.services, self._bot = window, services, bot

    def go(self, page: str, **args: Any) -> Any:
        """Go to a page and wait until it has come to rest."""
        self.window.go(Place(page, args))
        self.rest()
        return self.window.page

    def rest(self) -> None:
        """Wait until no job runs and what it brought is shown."""
        self._bot.waitUntil(lambda: not self.window.shell.jobs.running, timeout=20_000)
        QApplication.processEvents()
        self._bot.waitUntil(lambda: not self.window.shell.jobs.running, timeout=20_000)
        QApplication.processEvents()

    def press(self, *keys: str, on: QWidget | None = None) -> None:
        """Press keys (``Ctrl+A``) or type text (``"text`` with a leading quote) where the focus is, or on a widget."""
        for key in keys:
            target = on or QApplication.focusWidget() or self.window
            if key.startswith('"'):
                self._type(target, key[1:])
            else:
                *modifiers, last = key.split("+")
                held = Qt.KeyboardModifier.NoModifier
                for name in modifiers:
                    held |= {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Alt": Qt.KeyboardModifier.AltModifier}.get(
                        name, Qt.KeyboardModifier.ShiftModifier
                    )
                self._bot.keyClick(target, getattr(Qt.Key, f"Key_{last}"), held)
            QApplication.processEvents()

    def _type(self, target: QWidget, words: str) -> None:
        """Type letters by keys and Chinese as an input method commits it."""
        if words.isascii():
            self._bot.keyClicks(target, words)
        else:
            commit = QInputMethodEvent()
            commit.setCommitString(words)
            QApplication.sendEvent(target, commit)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something is true."""
        self._bot.waitUntil(condition, timeout=20_000)

    def find(self, kind: type[Any], name: str) -> Any:
        """Return the visible widget with an object name."""
        return next(one for one in self.window.findChildren(kind, name) if one.isVisible())

    def click(self, widget: QWidget) -> None:
        """Click a widget."""
        self._bot.mouseClick(widget, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def answer_file(self, path: Path) -> None:
        """Choose a file in the dialog that is open."""
        dialog = self.window.findChild(QFileDialog, "file_dialog")
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        with self._bot.waitActive(self.window):
            self.window.activateWindow()


@pytest.fixture
def stand_in() -> Callable[[str], PageSpec]:
    """Return a function that gives a page of a key which only remembers where it was sent."""
    return lambda key: PageSpec(key, key, StandIn)


@pytest.fixture
def open_desk(services: Services, places: Any, qtbot: Any) -> Callable[..., Desk]:
    """Return a function that opens a window over the services, with all pages or those given."""

    def open_it(pages: tuple[PageSpec, ...] | None = None) -> Desk:
        window = open_window(services, places=places, pages=registered() if pages is None else pages)
        qtbot.addWidget(window, before_close_func=_stop)
        window.resize(1366, 768)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        desk = Desk(window, services, qtbot)
        desk.rest()
        return desk

    return open_it


def _stop(window: MainWindow) -> None:
    window.shell.jobs.cancel_all()
    window.shell.jobs.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Return a window over the library."""
    return open_desk()


@pytest.fixture
def demo_file(tmp_path: Path) -> Path:
    """Return a file of twelve invented, uncoded stays as a hospital exports them; two of them are in the library."""
    path = tmp_path / "十一月出院.csv"
    write_demo_batch(path, 12, FixedClock(NOW))
    lines = path.read_bytes().split(b"\n")
    renamed = [line.replace(b"007001", b"009001") for line in lines[3:]]
    path.write_bytes(b"\n".join([*lines[:3], *renamed]))
    return path


@pytest.fixture
def a_batch(services: Services, demo_file: Path) -> int:
    """Return the id of an imported batch."""
    outcome = services.imports.commit(services.imports.preview(demo_file))
    services.checking.run(outcome.case_ids)
    return outcome.batch_id
