"""Questions to the physician about a case: noted one by one, each bound to a place, sent when the case is returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.services.cases import LEGAL, CaseService
from app.services.session import Session
from app.services.types import CaseView
from app.storage.ops import Op

_PREFIX: Final = "physician."


@dataclass(frozen=True, slots=True)
class Note:
    """A question to the physician: rule or follow-up question it comes from, field path, words, who and when."""

    rule_id: str
    path: str
    words: str
    who: str
    at: str

    def __repr__(self) -> str:
        return f"Note({self.rule_id}, {self.path})"


class AskingService:
    """Keeps the questions in the library until the case goes back; each step is audited and can be undone."""

    def __init__(self, session: Session, cases: CaseService) -> None:
        self._session = session
        self._cases = cases

    def of_case(self, case_id: int) -> tuple[Note, ...]:
        """Return the questions that were noted on a case, oldest first."""
        key = f"{_PREFIX}{case_id}"
        with self._session.db.read() as reader:
            stored = reader.settings(key).get(key)
        return tuple(_note(one) for one in stored if isinstance(one, Mapping)) if isinstance(stored, list) else ()

    def ask(self, case_id: int, rule_id: str, path: str, words: str) -> CaseView:
        """Note a question. Raises :class:`UserProblem` without words and for a locked case."""
        if not words.strip():
            raise UserProblem("questions.nothing_asked", remedy="questions.remedy.nothing_asked")
        self._cases.unlocked(case_id)
        actor, now = self._session.actor, self._session.clock.now()
        note = Note(rule_id, path, words.strip(), actor.name or actor.id, now.isoformat(" ", "seconds"))
        kept = [asdict(one) for one in (*self.of_case(case_id), note)]
        with self._session.db.operation(Op.ASK_PHYSICIAN, by=actor, note=note.words) as tx:
            tx.set_setting(f"{_PREFIX}{case_id}", kept)
            tx.record_event("asked", {"words": note.words}, case_id)
        return self._cases.reread(case_id, ())

    def drop(self, case_id: int, note: Note) -> CaseView:
        """Take a question off the list."""
        kept = [asdict(one) for one in self.of_case(case_id) if one != note]
        with self._session.db.operation(Op.ASK_PHYSICIAN, by=self._session.actor) as tx:
            tx.set_setting(f"{_PREFIX}{case_id}", kept)
            tx.record_event("asked_no_more", {"words": note.words}, case_id)
        return self._cases.reread(case_id, ())

    def send(self, case_id: int, message: str = "") -> CaseView:
        """Return the case to the physician with the questions that were noted, and a message.

        Raises :class:`UserProblem` where there is neither, and in a state that does not lead there.
        """
        notes = self.of_case(case_id)
        said = [*(note.words for note in notes), *([message.strip()] if message.strip() else [])]
        if not said:
            raise UserProblem("questions.nothing_asked", remedy="questions.remedy.nothing_asked")
        stored = self._cases.unlocked(case_id)
        if CaseState.RETURNED not in LEGAL[stored.state]:
            was, to = (text(f"cases.state.{state}") for state in (stored.state, CaseState.RETURNED))
            raise UserProblem("cases.illegal_move", remedy="cases.remedy.illegal_move", was=was, to=to)
        with self._session.db.operation(Op.RETURN_CASE, by=self._session.actor, note="\n".join(said)) as tx:
            tx.set_state(case_id, CaseState.RETURNED)
            tx.record_event("returned", {"words": text("questions.join_lines").join(said)}, case_id)
        return self._cases.reread(case_id, None)


def _note(stored: Mapping[str, object]) -> Note:
    return Note(*(str(stored.get(name, "")) for name in ("rule_id", "path", "words", "who", "at")))
