"""The last net: problems in plain Chinese, bugs once each, crashes offered at the next start.

Only this module and the job runner may catch ``Exception``. A report never holds the text of an exception of ours or
of a library: it can carry values of a record. It holds types, files, lines and versions.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app import __version__
from app.common.errors import Cancelled, UserProblem
from app.common.paths import home
from app.common.texts import text
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.frames import Card
from app.ui.widgets.panes import row
from app.ui.widgets.text import Text

if TYPE_CHECKING:
    from app.ui.shell.notices import Notices

_log = logging.getLogger("app.ui.errors")
CRASH_FILE = "crash.log"


def signature(problem: BaseException) -> str:
    """Return type and places of an exception and its causes: equal for the same bug, whatever the values."""
    lines: list[str] = []
    current: BaseException | None = problem
    while current is not None:
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        for frame in traceback.extract_tb(current.__traceback__):
            lines.append(f"  {_short(frame.filename)}:{frame.lineno} {frame.name}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def report(problem: BaseException, at: datetime) -> str:
    """Return the report of a bug as it may be sent: versions, then :func:`signature`. No message, no value."""
    versions = f"bingan {__version__} · Python {platform.python_version()} · Qt {PySide6.__version__}"
    return f"{at:%Y-%m-%d %H:%M:%S}\n{versions} · {platform.system()} {platform.release()}\n\n{signature(problem)}\n"


def _short(filename: str) -> str:
    parts = Path(filename).parts
    for anchor in ("app", "site-packages"):
        if anchor in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(anchor) - 1 :])
    return parts[-1] if parts else filename


class Errors(QObject):
    """Shows problems and bugs. ``window`` and ``notices`` are given once they exist.

    ``bug_found(report)`` for each distinct bug, when it is first seen.
    """

    bug_found = Signal(str)
    _crossed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()
        self._window: QWidget | None = None
        self._notices: Notices | None = None
        self._crossed.connect(self.show, Qt.ConnectionType.QueuedConnection)
        self._fault_file: int | None = None
        self._waiting: dict[str, tuple[str, tuple[str, Callable[[], object]]]] = {}

    def install(self) -> None:
        """Catch what nobody caught, in every thread, and native crashes into ``logs/crash.log``."""
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_thread
        folder = home() / "logs"
        folder.mkdir(exist_ok=True)
        self._fault_file = os.open(folder / CRASH_FILE, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        faulthandler.enable(self._fault_file)

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        if self._fault_file is not None:
            faulthandler.disable()
            os.close(self._fault_file)
            self._fault_file = None

    def attach(self, window: QWidget, notices: Notices) -> None:
        """Use a window for cards and its notices for problems, and tell what waited for it."""
        self._window, self._notices = window, notices
        for key, (words, offer) in self._waiting.items():
            notices.bar(key, words, action=offer)
        self._waiting = {}

    def tell_later(self, key: str, words: str, offer: tuple[str, Callable[[], object]]) -> None:
        """Keep a condition until there is a window that can show it as a bar."""
        self._waiting[key] = (words, offer)

    def show(self, problem: object) -> None:
        """Show a :class:`UserProblem` in words, a bug in the bug card; a cancelled job needs no words."""
        match problem:
            case Cancelled() | KeyboardInterrupt():
                return
            case UserProblem():
                self._show_problem(problem)
            case BaseException():
                self._show_bug(problem)

    def _on_uncaught(self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if threading.current_thread() is threading.main_thread():
            self.show(problem)
        else:
            self._crossed.emit(problem)

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        self._crossed.emit(args.exc_value)

    def _show_problem(self, problem: UserProblem) -> None:
        _log.warning("problem %s", problem.key)
        if self._notices:
            self._notices.problem(problem, Copy(repr(problem)))

    def _show_bug(self, problem: BaseException) -> None:
        told = signature(problem)
        if told in self._seen:
            return
        self._seen.add(told)
        full = report(problem, datetime.now())
        _log.error("bug\n%s", full)
        self.bug_found.emit(full)
        if self._window:
            show_bug(self._window, full)


class Copy:
    """Copies a text to the clipboard when called."""

    def __init__(self, details: str) -> None:
        self._details = details

    def __call__(self) -> None:
        """Copy."""
        QGuiApplication.clipboard().setText(self._details)


def show_bug(window: QWidget, full: str) -> Card:
    """Show the bug card: what happened, that the work is saved, the report in full before anyone sends it."""
    card = Card(window.window(), width=560)
    details = QPlainTextEdit(full)
    details.setReadOnly(True)
    details.setFont(theme().font("code"))
    details.setFixedHeight(theme().px(180))
    details.setAccessibleName(text("ui.bug.report"))
    go_on = Button(text("ui.bug.go_on"), kind="primary", keys="Esc")
    copy = Button(text("ui.bug.copy"))
    go_on.clicked.connect(card.close_card)
    copy.clicked.connect(Copy(full))
    card.box.addWidget(Text(text("ui.bug.title"), "title"))
    card.box.addWidget(Text(text("ui.bug.body"), tone="secondary", wrap=True))
    card.box.addWidget(details)
    card.box.addLayout(row(None, copy, go_on))
    card.open(go_on)
    return card


def crash_left_behind(now: Callable[[], datetime] = datetime.now) -> Path | None:
    """Return the crash file of an earlier run, put aside under the time of day; None when it ended well.

    Call before :meth:`Errors.install`.
    """
    left = home() / "logs" / CRASH_FILE
    if not left.is_file():
        return None
    if left.stat().st_size == 0:
        left.unlink()
        return None
    return left.replace(left.with_name(f"crash-{now():%Y%m%d-%H%M%S}.log"))
