"""Half-typed texts: noted at every key without waiting, stored beside the window, forgotten when the field is left."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.common.progress import NoProgress, Progress
from app.domain.case import FieldPath
from app.domain.field import Group
from app.services.case_view import load_case
from app.services.permits import EVERYONE, free, needs
from app.services.session import Session
from app.storage.draft_aside import Key, left_aside, put_aside
from app.storage.problems import LibraryWriting, problem

_PATIENCE_S: Final = 0.3
"""How long drafts wait for the library before they are put beside it."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A draft whose field was stored by somebody after it was typed: who, when, and what stands there now as text."""

    path: str
    mine: str
    theirs: str
    who: str
    at: datetime


class DraftService:
    """Keeps the last half-typed text of each field and person. Noting never waits; :meth:`keep` stores, for any thread.

    What is forgotten before it was stored is never stored: the texts are taken out only inside the transaction.
    While a long write holds the library (an import) they stand in a file beside it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turn = threading.Lock()
        self._noted: dict[Key, str] = {}
        self._aside: dict[Key, str] = {}

    @needs(*EVERYONE)
    def note(self, case_id: int, path: str, typed: str) -> None:
        """Note what stands in a field now; '' says that its draft is to go."""
        with self._turn:
            self._noted[self._session.actor.mark, case_id, path] = typed

    @needs(*EVERYONE)
    def forget(self, case_id: int, path: str) -> None:
        """Drop what was noted and is not stored yet: the field is being stored itself."""
        with self._turn:
            self._noted.pop((self._session.actor.mark, case_id, path), None)

    @needs(*EVERYONE)
    def noted(self, case_id: int) -> dict[str, str]:
        """Return by field path what is noted of a case and is not stored yet."""
        with self._turn:
            mark = self._session.actor.mark
            return {
                path: typed for (whose, case, path), typed in self._noted.items() if (whose, case) == (mark, case_id)
            }

    @property
    @needs(*EVERYONE)
    def waits(self) -> bool:
        """True when something is noted that is not stored yet, or stands beside the library."""
        return bool(self._noted or self._aside) and not self._session.db.read_only

    @needs(*EVERYONE)
    def keep(self, progress: Progress | None = None) -> int:
        """Store what is noted and return how many fields that were. Raises :class:`UserProblem` for a failing disk.

        After a failure everything is noted as before, what was typed since excepted. While another thread writes for
        long, 0 is returned: the drafts then stand beside the library, and keep being noted.
        """
        (progress or NoProgress()).step(0, 1)
        return self._keep() if self.waits else 0

    @free
    def take_back(self) -> int:
        """Store what an earlier run left beside the library, and return how many fields that were."""
        self._aside = left_aside(self._session.db.path)
        with self._turn:
            self._noted = {**self._aside, **self._noted}
        return self._keep()

    def _keep(self) -> int:
        try:
            kept = self._store()
        except LibraryWriting:
            self._set_aside()
            return 0
        self._clear_aside()
        return kept

    def _store(self) -> int:
        noted: dict[Key, str] = {}
        try:
            with self._session.db.caching(patience_s=_PATIENCE_S) as cache:
                with self._turn:
                    noted, self._noted = self._noted, {}
                for (whose, case_id, path), typed in noted.items():
                    cache.save_draft(case_id, path, typed, whose=whose)
        except BaseException:
            with self._turn:
                self._noted = {**noted, **self._noted}
            raise
        return len(noted)

    def _set_aside(self) -> None:
        with self._turn:
            noted = dict(self._noted)
        if noted != self._aside:
            try:
                put_aside(self._session.db.path, noted)
            except OSError as error:
                raise problem("disk_error", self._session.db.path) from error
            self._aside = noted

    def _clear_aside(self) -> None:
        if self._aside:
            with suppress(OSError):  # the library has them; a file that stays is only read once more
                put_aside(self._session.db.path, {})
            self._aside = {}

    @needs(*EVERYONE)
    def overtaken(self, case_id: int) -> tuple[Overtaken, ...]:
        """Return the stored drafts of a case whose field somebody has stored since they were typed."""
        with self._session.db.read() as reader:
            drafts = reader.draft_times(case_id, self._session.actor.mark)
            if not drafts:
                return ()
            record = load_case(reader, case_id).record
            found = []
            for path, (typed, at) in drafts.items():
                place = FieldPath.parse(path)
                rows = record.rows(place.group) if place.group is not Group.CASE else ()
                if place.group is not Group.CASE and place.index >= len(rows):
                    continue
                row_id = rows[place.index].id if rows else 0
                steps = reader.field_history(case_id, place.group, row_id, place.field)
                if steps and steps[0].operation.at > at:
                    last = steps[0].operation
                    found.append(Overtaken(path, typed, record.text(path), last.actor_name, last.at))
        return tuple(found)
