"""A role that may little opens the program and walks through its pages without asking for what it may not have."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.services.composition import Services
from app.storage.actor import Actor
from app.ui.app import load_behind, open_window
from app.ui.login.parts import card_of
from app.ui.page import Place


def _refused(services: Services) -> list[str]:
    with closing(sqlite3.connect(services.session.db.path)) as file:
        query = "SELECT c.after FROM audit_change c JOIN audit_operation o ON o.id = c.op_id WHERE o.op = 'refuse'"
        return [row[0] for row in file.execute(query)]


@pytest.mark.parametrize("role", ["qc", "physician", "head"])
def test_a_role_walks_through_its_pages_without_a_refusal(services: Services, qtbot: Any, role: str) -> None:
    actor = Actor("p7", "试（测试）", frozenset({role}), frozenset({"03.04"}))
    services.session.seat.take(actor)
    user = card_of(actor.name, actor.roles, is_person=True)
    window = open_window(services, places=services.places, user=user)
    qtbot.addWidget(window, before_close_func=lambda one: one.shell.jobs.close())
    window.show()
    load_behind(window)

    def rest() -> None:
        qtbot.waitUntil(lambda: not window.shell.jobs.running, timeout=30_000)
        QApplication.processEvents()

    for page in window.pages:
        rest()
        window.go(Place(page))
    rest()
    rest()
    assert _refused(services) == []
    assert "help" in window.pages
