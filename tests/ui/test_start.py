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
