"""What happens behind a window that has just opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.common.progress import NoProgress
from app.services.composition import open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from app.storage.ops import Op
from app.ui import app as start
from app.ui.app import create_app, load_behind, open_library
from app.ui.main_window import MainWindow


def test_cases_left_unchecked_are_checked_once_the_engines_are_there(qtbot: QtBot, tmp_path: Path) -> None:
    create_app(["bingan"])
    services = open_services(tmp_path)
    fill(services, invent(6, today=services.session.clock.now().date()))
    assert len(services.checking.stale()) == 6
    services.close()
    with open_library(tmp_path) as window:
        qtbot.addWidget(window)
        load_behind(window)
        qtbot.waitUntil(lambda: window.shell.services.is_ready, timeout=60_000)
        qtbot.waitUntil(lambda: window.shell.services.checking.stale() == [], timeout=60_000)
        qtbot.waitUntil(lambda: not window.shell.jobs.running, timeout=60_000)  # else closing asks whether to stop them
        window.close()


def test_changed_rules_are_followed_by_a_check_of_all_cases(qtbot: QtBot, tmp_path: Path) -> None:
    create_app(["bingan"])
    services = open_services(tmp_path)
    fill(services, invent(6, today=services.session.clock.now().date()))
    services.checking.run(services.checking.stale())
    services.close()
    with open_library(tmp_path) as window:
        qtbot.addWidget(window)
        load_behind(window)
        rules, checking = window.shell.services.rules, window.shell.services.checking
        qtbot.waitUntil(lambda: window.shell.services.is_ready, timeout=60_000)
        qtbot.waitUntil(lambda: checking.stale() == [], timeout=60_000)
        changes = rules.switch("LJ-037", False, "本院规定（测试）")
        assert len(checking.stale()) == 6
        window.shell.publish(changes)
        qtbot.waitUntil(lambda: checking.stale() == [] and not window.shell.jobs.running, timeout=60_000)
        window.close()


def test_a_restore_that_was_asked_for_is_done_and_the_window_opens_again(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []

    def stored(window: MainWindow) -> object:
        with window.shell.services.session.db.read() as reader:
            return reader.setting("worth")

    def set_to(window: MainWindow, value: int) -> None:
        services = window.shell.services
        with services.session.db.operation(Op.SET_SETTING, by=services.user) as tx:
            tx.set_setting("worth", value)

    def behind(window: MainWindow) -> None:
        QTimer.singleShot(0, window.close)  # also when something below fails: the loop would never end
        services = window.shell.services
        found.append(stored(window))
        if len(found) == 1:
            set_to(window, 1)
            path = services.backup.back_up(NoProgress())
            set_to(window, 2)
            services.backup.ask_restore(path.name)

    monkeypatch.setattr(start, "load_behind", behind)
    assert start.run_window(tmp_path) == 0
    assert found == [None, 1]
