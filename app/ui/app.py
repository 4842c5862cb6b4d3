"""Starts the window: application, theme, error net, pages."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from app.common.errors import UserProblem
from app.common.paths import config_dir
from app.common.progress import Progress
from app.common.texts import text
from app.ui.auditing import AuditWatch
from app.ui.backing_up import BackupWatch
from app.ui.building import Builder
from app.ui.errors import Copy, Errors, crash_left_behind
from app.ui.leaving import LeavingWatch
from app.ui.login.gate import Gate
from app.ui.main_window import PRODUCT, MainWindow
from app.ui.page import PageSpec
from app.ui.pages import registered
from app.ui.ports import MemoryPlaces, PlaceStore, UserCard
from app.ui.rechecking import Rechecking
from app.ui.shell.files import OpenFolder
from app.ui.shell.pinyin import spell
from app.ui.shell.start_problem import StartProblem
from app.ui.shell.whereabouts import Whereabouts
from app.ui.theme import install_theme
from app.ui.training import NightWatch

_TURN_S: Final = 0.001
"""How long a thread that computes keeps the interpreter: the window waits so long for each of its turns (else 5 ms)."""


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


def run_window(home: Path, *, check: bool = False) -> int:
    """Open the library in ``home``, show the window and work until it is closed. Returns the exit code.

    ``check`` opens the window and closes it again, for the self-test. A library that cannot be opened is said in a
    window of its own; the exit code is then 1.
    """
    app = create_app()
    errors = Errors(app)
    guard(errors)
    try:
        return _rounds(app, home, errors, check=check)
    finally:
        errors.uninstall()


def _rounds(app: QApplication, home: Path, errors: Errors, *, check: bool) -> int:
    """Work until no restore was asked for in the window that has been closed, and none got a broken library going."""
    while True:
        try:
            code = _work(app, home, errors, check=check)
        except UserProblem as problem:
            if not _brought_back(app, problem, home):
                return 1
        else:
            if not _wants_restore(home):
                return code


def _work(app: QApplication, home: Path, errors: Errors, *, check: bool) -> int:
    with _library(home, errors) as services:
        make = partial(_window_for, services, errors)
        gate = Gate(services, make, _nothing if check else load_behind, app)
        shown = gate.start()
        if check:
            QTimer.singleShot(0, shown.close)
        code = app.exec()
        gate.finish()
        gate.deleteLater()
    return code


def _window_for(services: Any, errors: Errors | None, user: UserCard) -> MainWindow:
    name = services.hospital.facts().name
    window = open_window(services, places=services.places, user=user, hospital=name, errors=errors)
    Whereabouts(window, services.places)
    return window


def _nothing(_window: MainWindow) -> None:
    """Run nothing behind a window that is closed at once."""


def _wants_restore(home: Path) -> bool:
    from app.services.backup import restore_waits  # noqa: PLC0415  # services load only when a window is wanted

    return restore_waits(home)


def load_behind(window: MainWindow) -> None:
    """Load the engines in the background, then check the cases whose summary is older than their content.

    Such cases are left by a program that ended between an import and its check. From then on the training that the
    hospital wants at night is begun when it is due, cases that leave soon are checked from time to time, and all cases
    once rules have changed.
    """
    sys.setswitchinterval(_TURN_S)
    job = window.shell.jobs.run(window.shell.services.warm_up, label="载入编码库与分组方案", parent=window)
    for ended in (job.failed, job.cancelled):
        ended.connect(_collect_again)
    job.done.connect(partial(_build_pages, window))
    job.done.connect(partial(_check_stale, Rechecking(window.shell, window), window))
    job.done.connect(partial(_watch_night, window))
    job.done.connect(partial(_watch_leaving, window))
    job.done.connect(partial(_watch_backups, window))
    AuditWatch(window.shell, window).start()
    job.done.connect(partial(_offer_tour, window))
    job.done.connect(partial(_spell_actions, window))


def _build_pages(window: MainWindow, _loaded: object) -> None:
    build_ahead(window)


def build_ahead(window: MainWindow) -> Builder:
    """Begin to build the pages, step by step; return what does."""
    builder = Builder(window)
    builder.done.connect(_collect_again)
    builder.start()
    return builder


def _collect_again(_why: object = None) -> None:
    """Leave what was loaded out of the search for garbage, which else stops the window for a quarter of a second."""
    gc.freeze()
    gc.enable()


def _check_stale(rechecking: Rechecking, window: MainWindow, _loaded: object) -> None:
    window.rules_changed.connect(rechecking.start)
    rechecking.start()


def _watch_night(window: MainWindow, _loaded: object) -> None:
    NightWatch(window.shell, window).start()


def _spell_actions(window: MainWindow, _loaded: object) -> None:
    labels, services = [action.label for action in window.shell.actions], window.shell.services
    names: dict[str, Callable[[], Iterable[str]]] = {
        "browser": lambda: (name for _, name in services.browser.groups_in_use()),
        "rules": lambda: (
            one.rule.message for one in services.session.engines.rule_sets.for_department("").rules.rules
        ),
        "questions": lambda: (f"{line.entry.id} {line.entry.ask}" for line in services.questions.table.lines()),
    }
    found = [names[key] for key in names if key in window.pages]  # the others are not for whoever works here

    def work(_progress: Progress) -> None:
        spell(labels)
        for said in found:
            spell(said())

    window.shell.jobs.run(work, parent=window)


def _offer_tour(window: MainWindow, _loaded: object) -> None:
    window.offer_tour()


def _watch_backups(window: MainWindow, _loaded: object) -> None:
    BackupWatch(window.shell, window).start()


def _watch_leaving(window: MainWindow, _loaded: object) -> None:
    LeavingWatch(window.shell, window).start()


@contextmanager
def open_library(home: Path, errors: Errors | None = None) -> Iterator[MainWindow]:
    """Yield the window over the library in ``home``; close the library afterwards.

    Raises :class:`UserProblem` when the library cannot be opened.
    """
    with _library(home, errors) as services:
        yield _window_for(services, errors, UserCard(services.user.name, roles=services.user.roles))


@contextmanager
def _library(home: Path, errors: Errors | None) -> Iterator[Any]:
    from app.services.audit_head import head_store  # noqa: PLC0415  # with the library, as below
    from app.services.backup import NotRestored  # noqa: PLC0415  # the same
    from app.services.composition import open_services  # noqa: PLC0415  # engines load only when a window is wanted

    open_it = partial(open_services, home, config=head_store(config_dir()))
    try:
        services = open_it()
    except NotRestored as problem:
        if errors is not None:
            words = text("ui.start.not_restored", why=str(problem))
            errors.tell_later("restore", words, (text("ui.start.copy"), Copy(repr(problem))))
        services = open_it()
    services.session.db.hurry()
    try:
        yield services
    finally:
        services.close()


def _brought_back(app: QApplication, problem: UserProblem, home: Path) -> bool:
    """Say why the library cannot be opened; return whether a backup has taken its place then."""
    from app.services.audit_head import head_store  # noqa: PLC0415  # not before it is needed
    from app.services.rescue import Rescue  # noqa: PLC0415  # the same

    refusal = StartProblem(problem, Rescue(home / "library.db", heads=head_store(config_dir())))
    refusal.show()
    app.exec()
    return refusal.is_brought_back


def guard(errors: Errors) -> None:
    """Install the error net before the first window; tell about a crash of an earlier run once a window is there."""
    left = crash_left_behind()
    errors.install()
    if left is not None:
        errors.tell_later("crash", text("ui.crash.found"), (text("ui.crash.show"), OpenFolder(left.parent)))
