"""Questions to the physician about a case: noted one by one, each bound to a place, sent when the case is returned."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState
from app.domain.changes import Changes
from app.domain.findings import Finding
from app.domain.returning import ReturnQuestion, ReturnStatus, Verdict
from app.domain.states import LEGAL, back_from_return
from app.services.cases import CaseService
from app.services.leading import Leading, leading, neutral_or_blank
from app.services.permits import DESK, free, needs
from app.services.return_places import row_id_of, value_text
from app.services.return_templates import ReturnTemplate, ReturnTemplates, filled
from app.services.session import Session
from app.services.types import CaseView
from app.storage import returns
from app.storage.actor import local_actor
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.returns import StoredReturn
from app.storage.transaction import Transaction

_OLD: Final = "physician."
"""How the settings begin in which questions stood before they had a table."""
HOURS: Final = "returns.hours"
INPATIENT_HOURS: Final = "returns.hours_inpatient"
_HOURS: Final = {HOURS: 24, INPATIENT_HOURS: 4}
"""When a physician is to have answered (domain.md 5.4)."""
_MOST_HOURS: Final = 24 * 90


@dataclass(frozen=True, slots=True)
class Note:
    """A question that is noted and not sent: rule, field path, words, who and when, its number."""

    rule_id: str
    path: str
    words: str
    who: str
    at: str
    id: int

    def __repr__(self) -> str:
        return f"Note({self.rule_id}, {self.path})"


class AskingService:
    """Keeps the questions in the library until the case goes back; each step is audited and can be undone."""

    def __init__(self, session: Session, cases: CaseService, templates: ReturnTemplates) -> None:
        self._session = session
        self._cases = cases
        self._templates = templates

    @needs(*DESK)
    def of_case(self, case_id: int) -> tuple[Note, ...]:
        """Return the questions that are noted on a case and not sent, oldest first."""
        with self._session.db.read() as reader:
            stored = reader.returns_of(case_id)
        return tuple(_note(one) for one in stored if one.status is ReturnStatus.NOTED)

    @needs("coder", "qc")
    def draft(self, case_id: int, path: str, finding: Finding | None = None) -> tuple[ReturnTemplate, ReturnQuestion]:
        """Return the template for a place and its question about the case, neutral and ready to be changed."""
        with self._session.db.read() as reader:
            record = reader.load_case(case_id).record
        return self._question(record, path, finding)

    @needs("coder", "qc")
    def draft_from(self, case_id: int, template: ReturnTemplate, path: str, rule_id: str) -> ReturnQuestion:
        """Return the question of another template about the same place."""
        with self._session.db.read() as reader:
            record = reader.load_case(case_id).record
        return filled(template, record, rule_id, path)

    @needs(*DESK)
    def faults(self, asked: ReturnQuestion) -> tuple[Leading, ...]:
        """Return what makes a question leading; it is not stored while there is anything."""
        return leading(asked)

    @needs(*DESK)
    def due(self, state: CaseState) -> datetime:
        """Return until when an answer is wanted when a case is returned now from a state."""
        return self._session.clock.now() + timedelta(hours=self.hours()[state is CaseState.INPATIENT])

    @needs(*DESK)
    def hours(self) -> tuple[int, int]:
        """Return the hours that physicians have to answer: after discharge, before it."""
        with self._session.db.read() as reader:
            stored = reader.settings(HOURS)
        after, before = (stored.get(key) for key in (HOURS, INPATIENT_HOURS))
        return (
            after if isinstance(after, int) else _HOURS[HOURS],
            before if isinstance(before, int) else _HOURS[INPATIENT_HOURS],
        )

    @needs("qc", "admin")
    def set_hours(self, after: int, before: int) -> Changes:
        """Store them. Raises :class:`UserProblem` for less than one hour or more than 90 days."""
        for hours in (after, before):
            if not 1 <= hours <= _MOST_HOURS:
                raise UserProblem("returns.hours_range", remedy="returns.remedy.hours_range", most=_MOST_HOURS)
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(HOURS, after)
            tx.set_setting(INPATIENT_HOURS, before)
        return tx.changes

    @needs("coder", "qc")
    def ask(self, case_id: int, asked: ReturnQuestion) -> CaseView:
        """Note a question. Raises :class:`UserProblem` without words, for leading ones, and for a locked case."""
        self._must_be_neutral(asked)
        stored = self._cases.unlocked(case_id)
        with self._session.db.operation(Op.ASK_PHYSICIAN, by=self._session.actor, note=asked.words) as tx:
            _write(tx, stored, asked)
            tx.record_event("asked", {"words": asked.words}, case_id)
        return self._cases.reread(case_id, ())

    @needs("coder", "qc")
    def drop(self, case_id: int, note: Note) -> CaseView:
        """Take a question that was not sent off the list."""
        with self._session.db.operation(Op.ASK_PHYSICIAN, by=self._session.actor) as tx:
            returns.drop(tx, note.id)
            tx.record_event("asked_no_more", {"words": note.words}, case_id)
        return self._cases.reread(case_id, ())

    @needs("coder", "qc")
    def send(self, case_id: int, message: str = "") -> CaseView:
        """Return the case to the physician with the questions that were noted; a message is a further question.

        Raises :class:`UserProblem` where there is neither, in a state that does not lead there, for leading words.
        """
        stored = self._cases.unlocked(case_id)
        more: tuple[ReturnQuestion, ...] = ()
        if message.strip():
            more = (replace(self._question(stored.record, "", None)[1], words=message.strip()),)
        self._send({case_id: more})
        return self._cases.reread(case_id, None)

    @needs("coder", "qc")
    def send_all(self, questions: Mapping[int, Sequence[ReturnQuestion]]) -> Changes:
        """Return several cases in one operation, each with its own questions and those noted on it.

        Raises :class:`UserProblem` as :meth:`send` does; nothing is written then.
        """
        return self._send(questions)

    @needs("coder", "qc")
    def questions_about(self, case_id: int, findings: Iterable[Finding]) -> tuple[ReturnQuestion, ...]:
        """Return a neutral question for each finding, equal ones once."""
        with self._session.db.read() as reader:
            record = reader.load_case(case_id).record
        found = (self._question(record, one.paths[0] if one.paths else "", one)[1] for one in findings)
        return tuple({(asked.path, asked.words): asked for asked in found}.values())

    @needs("coder", "qc")
    def withdraw(self, case_id: int, reason: str) -> CaseView:
        """Take back what lies with the physician; the case returns to the state it came from.

        Raises :class:`UserProblem` without a reason, and when nothing is outstanding.
        """
        if not reason.strip():
            raise UserProblem("questions.no_reason", remedy="returns.remedy.why_withdrawn")
        with self._session.db.read() as reader:
            stored = reader.load_case(case_id)
            open_ = [one for one in reader.returns_of(case_id) if one.status is ReturnStatus.OUTSTANDING]
        if not open_:
            raise UserProblem("returns.nothing_open", remedy="returns.remedy.nothing_open")
        with self._session.db.operation(Op.WITHDRAW_RETURN, by=self._session.actor, note=reason.strip()) as tx:
            for one in open_:
                returns.settle(tx, one.id, Verdict.WITHDRAWN, reason.strip(), self._session.actor.name)
            tx.record_event("return_withdrawn", {"reason": reason.strip()}, case_id)
            if stored.state is CaseState.RETURNED:
                tx.set_state(case_id, came_from(open_))
        return self._cases.reread(case_id, None)

    @free
    def adopt_old(self) -> None:
        """Read the questions that were noted before they had a table into it; once, when a library is opened."""
        if self._session.db.read_only:
            return
        with self._session.db.read() as reader:
            old = {key: notes for key, notes in reader.settings(_OLD).items() if isinstance(notes, list) and notes}
            found: dict[str, StoredCase] = {}
            for key in old:
                with suppress(LookupError, ValueError):  # the case went with its batch
                    found[key] = reader.load_case(int(key.removeprefix(_OLD)))
        if not old:
            return
        with self._session.db.operation(Op.ASK_PHYSICIAN, by=local_actor(), note=text("returns.adopted")) as tx:
            for key, notes in old.items():
                if key in found:
                    self._adopt(tx, found[key], [one for one in notes if isinstance(one, Mapping)])
                tx.set_setting(key, [])

    def _adopt(self, tx: Transaction, stored: StoredCase, notes: Iterable[Mapping[str, object]]) -> None:
        """Note old questions; those of a case that lies with its physician were sent."""
        for one in notes:
            rule_id, path, words = (str(one.get(name, "")) for name in ("rule_id", "path", "words"))
            template = self._templates.template_for(rule_id, path)
            item_id = _write(tx, stored, ReturnQuestion(rule_id, path, words, template.options))
            if stored.state is CaseState.RETURNED:
                returns.send(tx, item_id, CaseState.CODING, self.due(stored.state), str(one.get("who", "")))

    def _send(self, questions: Mapping[int, Sequence[ReturnQuestion]]) -> Changes:
        with self._session.db.read() as reader:
            stored = {case_id: reader.load_case(case_id) for case_id in questions}
            noted = {
                case_id: [one for one in reader.returns_of(case_id) if one.status is ReturnStatus.NOTED]
                for case_id in questions
            }
        for case_id, asked in questions.items():
            if not (asked or noted[case_id]):
                raise UserProblem("questions.nothing_asked", remedy="questions.remedy.nothing_asked")
            _must_lead_there(stored[case_id])
            for one in asked:
                self._must_be_neutral(one)
        words = [one.words for asked in questions.values() for one in asked]
        words += [one.question for items in noted.values() for one in items]
        note = "\n".join(dict.fromkeys(words))
        with self._session.db.operation(Op.RETURN_CASE, by=self._session.actor, note=note) as tx:
            for case_id, asked in questions.items():
                self._send_one(tx, stored[case_id], noted[case_id], asked)
        return tx.changes

    def _send_one(
        self, tx: Transaction, stored: StoredCase, noted: Iterable[StoredReturn], asked: Iterable[ReturnQuestion]
    ) -> None:
        sent = [(one.id, one.due, f"{one.rule_id} {one.question}") for one in noted]
        sent += [(_write(tx, stored, one), one.due, f"{one.rule_id} {one.words}") for one in asked]
        usual, who, told = self.due(stored.state), self._session.actor.name, []
        for item_id, due, words in sent:
            until = due or usual
            returns.send(tx, item_id, stored.state, until, who)
            told.append(text("returns.told", words=words.strip(), due=f"{until:%m-%d %H:%M}"))
        tx.set_state(stored.case_id, CaseState.RETURNED)
        said = text("questions.join_lines").join(told)
        tx.record_event("returned", {"words": said}, stored.case_id)

    def _question(
        self, record: CaseRecord, path: str, finding: Finding | None
    ) -> tuple[ReturnTemplate, ReturnQuestion]:
        if finding is None:
            return self._templates.question(record, "", path)
        template, asked = self._templates.question(record, finding.rule_id, path)
        suggestion = neutral_or_blank(finding.remedy)
        return template, replace(asked, severity=str(finding.severity), suggestion=suggestion)

    def _must_be_neutral(self, asked: ReturnQuestion) -> None:
        if not asked.words.strip():
            raise UserProblem("questions.nothing_asked", remedy="questions.remedy.nothing_asked")
        faults = leading(asked)
        if faults:
            raise UserProblem("returns.is_leading", remedy="returns.remedy.is_leading", why=faults[0].message)


def came_from(items: Iterable[StoredReturn]) -> CaseState:
    """Return the state a returned case goes back to."""
    return back_from_return(next((one.was for one in items if one.was is not None), None))


def _must_lead_there(stored: StoredCase) -> None:
    if CaseState.RETURNED not in LEGAL[stored.state]:
        was, to = (text(f"cases.state.{state}") for state in (stored.state, CaseState.RETURNED))
        raise UserProblem("cases.illegal_move", remedy="cases.remedy.illegal_move", was=was, to=to)


def _write(tx: Transaction, stored: StoredCase, asked: ReturnQuestion) -> int:
    row_id = row_id_of(stored.record, asked.path) if asked.path else 0
    old_value = value_text(stored.record, asked.path, row_id)
    clean = replace(asked, words=asked.words.strip())
    return returns.note(tx, stored.case_id, row_id, uuid.uuid4().hex, old_value, clean)


def _note(stored: StoredReturn) -> Note:
    at = stored.at.isoformat(" ", "seconds")
    return Note(stored.rule_id, stored.path, stored.question, stored.who, at, stored.id)
