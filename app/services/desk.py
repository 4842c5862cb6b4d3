"""The first page of the day: blocks of numbers, each with the list behind it, for the roles of who sits here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.common.texts import text
from app.services.backup import BackupService
from app.services.leaving import LeavingService
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.worklist import ListLine, WorklistService
from app.services.worklist_reasons import duration

_SHOWN: Final = 12
_STALE_BACKUP: Final = timedelta(days=2)
_LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "today": ("today", ""),
    "overdue": ("overdue", ""),
    "unclaimed": ("unclaimed", ""),
    "leaving": ("leaving", ""),
    "to_qc": ("to_qc", ""),
    "approval": ("approval", ""),
    "unlock": ("submitted", "unlock_requested"),
    "passed": ("passed", ""),
    "answered": ("answered", ""),
    "returned": ("returned", ""),
    "mine": ("mine", ""),
    "follow_up_due": ("follow_up", "due"),
    "follow_up": ("follow_up", ""),
    "proposals": ("proposals", "mine"),
}
"""Lists by name: the queue, and which words of the filter box narrow it."""
_APPEALS: Final = "appeals"
"""Objections that wait for an answer: they have a page of their own."""
_MUST: Final[Mapping[str, tuple[str, ...]]] = {
    "coder": ("today", "overdue", "unclaimed"),
    "qc": ("leaving", "to_qc"),
    "insurance": ("approval", "unlock", _APPEALS, "passed"),
}
_ANSWERS: Final = ("answered", "returned")
_MINE: Final = ("mine", "follow_up_due", "follow_up", "proposals")


@dataclass(frozen=True, slots=True)
class DeskNumber:
    """A number and the list it opens: a queue with words of the filter box, or a ``page`` of its own."""

    key: str
    label: str
    count: int
    queue: str
    words: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class DeskBlock:
    """Numbers that belong together and the first cases of the first of them that shows any, most urgent first."""

    key: str
    title: str
    numbers: tuple[DeskNumber, ...]
    lines: tuple[ListLine, ...]


@dataclass(frozen=True, slots=True)
class SystemLine:
    """Something about the library: what, how it stands, and whether that wants a look."""

    key: str
    label: str
    value: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class DeskView:
    """The page: cases finished today and the number they are of, the blocks, the state of the library."""

    finished: int
    wanted: int
    blocks: tuple[DeskBlock, ...]
    system: tuple[SystemLine, ...]
    leaving: str
    is_empty: bool = False
    """True for a library without any case."""


class DeskService:
    """Reads only; everything on the page is counted when it is shown."""

    def __init__(
        self, session: Session, worklist: WorklistService, leaving: LeavingService, backup: BackupService
    ) -> None:
        self._session = session
        self._worklist, self._leaving, self._backup = worklist, leaving, backup

    @needs(*DESK)
    def view(self) -> DeskView:
        """Return the page."""
        roles = self._session.actor.roles
        must = tuple(key for role, keys in _MUST.items() if role in roles for key in keys)
        blocks = {"must": must, "answers": _ANSWERS, "mine": _MINE}
        known = [key for keys in blocks.values() for key in keys if key in _LISTS]
        lists = {key: (_LISTS[key][0], self._narrowed(key)) for key in known}
        counts = self._worklist.counts(lists)
        if _APPEALS in must:
            lists, counts = {**lists, _APPEALS: ("", "")}, {**counts, _APPEALS: self._appeals()}
        finished, wanted = self.today()
        cases = self._worklist.counts({"all": ("all", "")})["all"]
        return DeskView(
            finished,
            wanted,
            tuple(self._block(key, keys, lists, counts) for key, keys in blocks.items() if keys),
            self._system(cases),
            self._first_to_leave() if "leaving" in must else "",
            is_empty=not cases,
        )

    @needs(*DESK)
    def today(self) -> tuple[int, int]:
        """Return how many cases the user has finished today, and of how many: those and what is still due."""
        with self._session.db.read() as reader:
            finished = reader.finished_on(self._session.actor.id, self._session.clock.now().date())
        return finished, finished + self._worklist.counts({"today": ("today", "")})["today"]

    def _narrowed(self, key: str) -> str:
        words = _LISTS[key][1]
        return text(f"worklist.desk.words.{words}") if words else ""

    def _block(
        self, key: str, keys: tuple[str, ...], lists: Mapping[str, tuple[str, str]], counts: Mapping[str, int]
    ) -> DeskBlock:
        numbers = tuple(
            DeskNumber(one, text(f"worklist.desk.{one}"), counts[one], *lists[one], "" if one in _LISTS else one)
            for one in keys
        )
        first = next((one for one in numbers if one.count and not one.page), None)
        ids = self._worklist.ids(first.queue, first.words, "priority")[:_SHOWN] if first else ()
        return DeskBlock(key, text(f"worklist.desk.block.{key}"), numbers, tuple(self._worklist.lines(ids)))

    def _appeals(self) -> int:
        with self._session.db.read() as reader:
            return len(reader.appeals.waiting())

    def _first_to_leave(self) -> str:
        due = self._leaving.due()
        if not due:
            return ""
        days = due[0].days_left
        return text("worklist.desk.leaves_today" if days <= 0 else "worklist.desk.leaves", days=days)

    def _system(self, cases: int) -> tuple[SystemLine, ...]:
        stale = self._worklist.stale()
        return (
            self._last_backup(),
            SystemLine("cases", text("worklist.desk.system.cases"), f"{cases:,}"),
            SystemLine("stale", text("worklist.desk.system.stale"), f"{stale:,}", stale > 0),
        )

    def _last_backup(self) -> SystemLine:
        label, made = text("worklist.desk.system.backup"), self._backup.lines()
        if not made:
            return SystemLine("backup", label, text("worklist.desk.system.no_backup"), is_wrong=True)
        age = self._session.clock.now() - made[0].at
        late = age > _STALE_BACKUP
        at, ago = f"{made[0].at:%m-%d %H:%M}", duration(max(age, timedelta()))
        return SystemLine("backup", label, text("worklist.desk.system.backup_at", at=at, age=ago), late)
