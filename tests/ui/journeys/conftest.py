"""Whole days at the real window: all pages, real services, a library copied from the template of the page tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from app.services.composition import Services
from tests.ui.pages.conftest import demo_file, desk, open_desk, page_engines, page_template, services, warmed

__all__ = ["demo_file", "desk", "open_desk", "page_engines", "page_template", "services", "warmed"]

_MOUSE = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
}


class MouseWatch(QObject):
    """Notes every event of a mouse that any widget gets."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note it and let it through."""
        if event.type() in _MOUSE:
            self.seen.append(f"{type(watched).__name__} {event.type().name}")
        return False


@pytest.fixture
def no_mouse(qapp: QApplication) -> Iterator[None]:
    """Fail a test in which anything was done with a mouse."""
    watch = MouseWatch(qapp)
    qapp.installEventFilter(watch)
    yield
    qapp.removeEventFilter(watch)
    watch.deleteLater()
    assert watch.seen == []


@pytest.fixture
def library(services: Services) -> Path:
    """Return the file of the library that the window works on."""
    return services.session.db.path
