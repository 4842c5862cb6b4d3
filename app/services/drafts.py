"""Half-typed texts: noted at every key without waiting, stored beside the window, forgotten when the field is left."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from app.common.progress import NoProgress, Progress
from app.domain.case import FieldPath
from app.domain.field import Group
from app.services.case_view import load_case
from app.services.permits import EVERYONE, needs
from app.services.session import Session


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
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turn = threading.Lock()
        self._noted: dict[tuple[str, int, str], str] = {}

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

    @property
    @needs(*EVERYONE)
    def waits(self) -> bool:
        """True when something is noted that is not stored yet."""
        return bool(self._noted) and not self._session.db.read_only

    @needs(*EVERYONE)
    def keep(self, progress: Progress | None = None) -> int:
        """Store what is noted and return how many fields that were. Raises :class:`UserProblem` for a failing disk.

        After a failure everything is noted as before, what was typed since excepted.
        """
        (progress or NoProgress()).step(0, 1)
        if not self.waits:
            return 0
        noted: dict[tuple[str, int, str], str] = {}
        try:
            with self._session.db.caching() as cache:
                with self._turn:
                    noted, self._noted = self._noted, {}
                for (whose, case_id, path), typed in noted.items():
                    cache.save_draft(case_id, path, typed, whose=whose)
        except BaseException:
            with self._turn:
                self._noted = {**noted, **self._noted}
            raise
        return len(noted)

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
