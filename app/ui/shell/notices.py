"""What the program tells: toasts that pass, bars that last, and the bell list that keeps both for 30 days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal

from app.common.clock import Clock, SystemClock
from app.common.errors import UserProblem
from app.ui.ports import JsonValue, PlaceStore

KEPT_DAYS = 30
KEPT_MOST = 200
_STORE_KEY = "bell"
_PROBLEM = "problem"
"""The one bar of the latest problem: another one takes its place."""

Run = Callable[[], object]
Offer = tuple[str, Run]
"""A verb and what it does."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. ``severity`` is '' or error, warn, hint, ok; ``undo`` offers 撤销; ``offer`` another verb."""

    text: str
    severity: str = ""
    undo: Run | None = None
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class BellEntry:
    """A message as the bell list keeps it."""

    at: datetime
    text: str
    severity: str
    seen: bool


class Notices(QObject):
    """Takes messages from pages and jobs; the shell shows them.

    ``toasted(Notice)``; ``bars_changed`` and ``bell_changed`` when those lists are others now.
    """

    toasted = Signal(object)
    bars_changed = Signal()
    bell_changed = Signal()

    def __init__(self, places: PlaceStore, clock: Clock | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._clock = clock or SystemClock()
        self._bars: dict[str, Notice] = {}
        self._bell = self._read()

    @property
    def bars(self) -> dict[str, Notice]:
        """Conditions that last, by key, oldest first."""
        return dict(self._bars)

    @property
    def bell(self) -> list[BellEntry]:
        """What was told in the last 30 days, newest first."""
        return list(self._bell)

    @property
    def unseen(self) -> int:
        """How many entries of the bell list were not looked at."""
        return sum(1 for entry in self._bell if not entry.seen)

    def toast(self, text: str, *, severity: str = "", undo: Run | None = None, action: Offer | None = None) -> None:
        """Tell something that passes (8 s, with ``undo`` 12 s). Name the thing: 已删除第 3 诊断 急性胆管炎.

        What has been done (``ok``) takes the bar of the latest problem away: it was tried again.
        """
        if severity == "ok":
            self.forget_problem()
        self._keep(text, severity)
        self.toasted.emit(Notice(text, severity, undo, action))

    def bar(self, key: str, text: str, *, severity: str = "warn", action: Offer | None = None) -> None:
        """Tell a condition that lasts until :meth:`clear_bar`; the same key replaces it."""
        if key not in self._bars or self._bars[key].text != text:
            self._keep(text, severity)
        self._bars[key] = Notice(text, severity, offer=action)
        self.bars_changed.emit()

    def clear_bar(self, key: str) -> None:
        """Take a bar away."""
        if self._bars.pop(key, None):
            self.bars_changed.emit()

    def problem(self, problem: UserProblem, copy: Run) -> None:
        """Tell a problem: as a bar when it has a place in a file, else as a toast; ``copy`` copies the details."""
        if problem.where:
            self.bar(_PROBLEM, str(problem), severity="error", action=("复制详情", copy))
        else:
            self.toast(str(problem), severity="error", action=("复制详情", copy))

    def forget_problem(self) -> None:
        """Take the bar of the latest problem away; the bell keeps it.

        Whoever goes elsewhere has read it, and whoever has chosen the right file needs it no more.
        """
        self.clear_bar(_PROBLEM)

    def mark_seen(self) -> None:
        """Remember that the bell list was looked at."""
        self._bell = [BellEntry(entry.at, entry.text, entry.severity, True) for entry in self._bell]
        self._write()
        self.bell_changed.emit()

    def _keep(self, text: str, severity: str) -> None:
        now = self._clock.now()
        first = now - timedelta(days=KEPT_DAYS)
        self._bell = [BellEntry(now, text, severity, False), *(old for old in self._bell if old.at >= first)][
            :KEPT_MOST
        ]
        self._write()
        self.bell_changed.emit()

    def _write(self) -> None:
        entries: list[JsonValue] = [
            [entry.at.isoformat(), entry.text, entry.severity, entry.seen] for entry in self._bell
        ]
        self._places.put(_STORE_KEY, entries)

    def _read(self) -> list[BellEntry]:
        kept = self._places.get(_STORE_KEY)
        rows = [row for row in kept if isinstance(row, list) and len(row) == 4] if isinstance(kept, list) else []
        return [
            BellEntry(datetime.fromisoformat(str(at)), str(text), str(kind), bool(seen))
            for at, text, kind, seen in rows
        ]
