"""What happens behind a window that has just opened."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.services.composition import open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from app.ui.app import create_app, load_behind, open_library


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
