"""Starts the window: application, theme, error net, pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.common.texts import text
from app.ui.errors import Errors, crash_left_behind
from app.ui.main_window import PRODUCT, MainWindow
from app.ui.page import PageSpec
from app.ui.pages import registered
from app.ui.ports import MemoryPlaces, PlaceStore, UserCard
from app.ui.shell.files import OpenFolder
from app.ui.theme import install_theme


def create_app(argv: Sequence[str] = ()) -> QApplication:
    """Return the application (the running one, if there is one) with its name, style, theme and Chinese Qt texts."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(list(argv) or sys.argv[:1])
    app.setApplicationName("Bingan")
    app.setApplicationDisplayName(PRODUCT)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    install_theme(app)
    if app.findChild(QTranslator) is None:
        translator = QTranslator(app)
        if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(translator)
    return app


def open_window(
    services: Any,
    *,
    places: PlaceStore | None = None,
    user: UserCard | None = None,
    hospital: str = "",
    pages: Sequence[PageSpec] | None = None,
    errors: Errors | None = None,
) -> MainWindow:
    """Make the window over composed services, go to the last place, and return it unshown.

    ``pages`` are all registered ones by default; ``places`` forgets at the end when none is given.
    """
    window = MainWindow(
        services,
        pages=registered() if pages is None else pages,
        places=places or MemoryPlaces(),
        user=user or UserCard("本机用户"),
        errors=errors or Errors(),
        hospital=hospital,
    )
    window.start()
    return window


def guard(errors: Errors) -> None:
    """Install the error net before the first window; tell about a crash of an earlier run once a window is there."""
    left = crash_left_behind()
    errors.install()
    if left is not None:
        errors.tell_later("crash", text("ui.crash.found"), (text("ui.crash.show"), OpenFolder(left.parent)))
