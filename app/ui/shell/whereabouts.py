"""Keeps the place of the window in the library while the user works, so that a killed program comes back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.common.progress import Progress
from app.ui.ports import JsonValue, PlaceStore

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.page import Page

PLACE: Final = "window.place"
SOON_MS: Final = 700
"""How long a move may wait before it is stored."""
LATER_MS: Final = 10_000
"""How long it waits after a store that failed."""


class Whereabouts(QObject):
    """Stores the place soon after the focus, the cursor or the page changed, beside the window, one store at a time."""

    def __init__(self, window: MainWindow, places: PlaceStore) -> None:
        super().__init__(window)
        self._window, self._places = window, places
        self._next: JsonValue = None
        self._stored: JsonValue = None
        self._is_storing = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._look)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_moved)
        window.page_made.connect(self._follow)
        for page in window.pages.made:
            self._follow(page)

    def _follow(self, page: Page) -> None:
        page.moved.connect(self._on_moved)
        page.place_changed.connect(self._on_moved)

    def _on_moved(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        """Begin to store the place, unless it is stored already. A window that closes stores its place itself."""
        page = self._window.page
        if page is None or not self._window.isVisible() or self._window.shell.jobs.is_closed:
            return
        place = page.place()
        self._next = {"page": place.page, "args": dict(place.args)}
        if self._next != self._stored and not self._is_storing:
            self._is_storing = True
            job = self._window.shell.jobs.run(self._store, parent=self)
            job.done.connect(self._on_stored)
            job.failed.connect(self._on_failed)
            job.ended.connect(self._on_ended)

    def _store(self, progress: Progress) -> JsonValue:
        progress.step(0, 1)
        place = self._next
        self._places.put(PLACE, place)
        return place

    def _on_stored(self, place: JsonValue) -> None:
        self._stored = place
        self._soon.setInterval(SOON_MS)

    def _on_failed(self) -> None:
        self._soon.setInterval(LATER_MS)

    def _on_ended(self) -> None:
        self._is_storing = False
        if self._next != self._stored:
            self._on_moved()
