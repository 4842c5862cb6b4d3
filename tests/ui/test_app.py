"""Starting the program: the window over a library, a library that cannot be opened, Qt's own words in Chinese."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from app.common.errors import UserProblem
from app.ui.app import create_app, open_library, run_window
from app.ui.main_window import MainWindow
from app.ui.ports import MemoryPlaces
from app.ui.shell.start_problem import StartProblem
from app.ui.widgets import Button


class FakeServices(SimpleNamespace):
    """Services without a library."""

    def close(self) -> None:
        """Note it."""
        self.closed.append(self.home)


@pytest.fixture
def composition(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Replace the composition root; ``refuse`` makes it raise, ``closed`` lists closed homes."""
    fake = ModuleType("app.services.composition")
    fake.refuse, fake.closed = None, []

    def open_services(home: Path, **_given: object) -> FakeServices:
        if fake.refuse:
            raise fake.refuse
        user = SimpleNamespace(id="local", name="林若溪（测试）", roles=frozenset({"coder"}))
        people = SimpleNamespace(has_people=False, is_signed_in=True)
        hospital = SimpleNamespace(facts=lambda: SimpleNamespace(name=""))
        session = SimpleNamespace(db=SimpleNamespace(hurry=lambda: None))
        parts = {"people": people, "hospital": hospital, "session": session, "is_demo": True}
        return FakeServices(places=MemoryPlaces(), user=user, home=home, closed=fake.closed, **parts)

    fake.open_services = open_services
    monkeypatch.setitem(sys.modules, "app.services.composition", fake)
    monkeypatch.setattr("app.ui.app.registered", lambda: ())
    yield fake
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, MainWindow | StartProblem):
            widget.shell.jobs.close() if isinstance(widget, MainWindow) else None
            widget.deleteLater()


def test_check_opens_and_closes_the_window(composition: ModuleType, home: Path, qapp: QApplication) -> None:
    assert run_window(home, check=True) == 0
    assert composition.closed == [home]
    assert sys.excepthook is sys.__excepthook__
    assert (home / "logs" / "crash.log").exists()


def test_a_library_that_cannot_be_opened_is_said(composition: ModuleType, home: Path, qapp: QApplication) -> None:
    composition.refuse = UserProblem("assets.unreadable", remedy="assets.remedy.check_path")
    said: list[str] = []

    def look() -> None:
        refusal = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, StartProblem) and one.isVisible()
        )
        said.extend(button.text() for button in refusal.findChildren(Button))
        refusal.close()

    QTimer.singleShot(0, qapp, look)
    assert run_window(home) == 1
    assert said == ["复制详情", "退出"]


def test_the_library_is_closed_when_the_window_fails(composition: ModuleType, home: Path, qapp: QApplication) -> None:
    with pytest.raises(RuntimeError, match="broken"), open_library(home):
        raise RuntimeError("broken")
    assert composition.closed == [home]


def test_there_is_one_application_and_it_speaks_chinese(qapp: QApplication) -> None:
    assert create_app() is qapp
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
