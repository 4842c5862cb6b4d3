"""The register of objections of the insurer and requests for a single review, with their deadlines (domain.md 5.8)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.dictionaries import dictionary
from app.domain.reading import NO_HINTS
from app.domain.value_numbers import read_money
from app.services.appeals_types import (
    AppealDraft,
    AppealFigures,
    AppealKind,
    AppealLine,
    AppealPlan,
    AppealState,
    WrittenPack,
    days_until,
)
from app.services.case_view import load_case
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage import appeals
from app.storage.appeals import NewAppeal, StoredAppeal
from app.storage.insurer import StoredReturn
from app.storage.ops import Op
from app.storage.rows import EVENT
from app.storage.transaction import Transaction

APPEAL_DAYS: Final = 10
"""Days to answer an objection unless the hospital says otherwise 〔unverified〕: regions differ."""
SPECIAL_DAYS: Final = 30
"""Days to ask for a single review unless the hospital says otherwise 〔unverified〕."""
LONGEST: Final = 2_000
MOST_DAYS: Final = 365
_SETTING: Final = "appeals"
_GONE_THROUGH: Final = frozenset(
    {CaseState.PASSED, CaseState.SUBMITTED, CaseState.UNLOCK_REQUESTED, CaseState.ARCHIVED}
)


class AppealRegister:
    """Every step is a named operation in the history of the case and can be taken back there."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def lines(self) -> tuple[AppealLine, ...]:
        """Return the register, what is due first in front."""
        with self._session.db.read() as reader:
            return self._lines(reader.appeals.all())

    @needs(*DESK)
    def of_case(self, case_id: int) -> tuple[AppealLine, ...]:
        """Return the entries of a case, latest first."""
        with self._session.db.read() as reader:
            return self._lines(reader.appeals.of_case(case_id))

    @needs(*DESK)
    def waiting(self) -> tuple[int, int]:
        """Return how many entries wait for an answer, and how many of them are late."""
        today = self._today()
        with self._session.db.read() as reader:
            due = reader.appeals.waiting()
        return len(due), sum(1 for one in due if one < today)

    @needs(*DESK)
    def packs(self, case_id: int) -> tuple[WrittenPack, ...]:
        """Return the appeal packs of a case that were written or printed, latest first."""
        with self._session.db.read() as reader:
            history = reader.case_history(case_id)
        return tuple(
            WrittenPack(str(told.get("file", "")), str(told.get("sha256", "")), one.actor_name or one.actor, one.at)
            for one, change in reversed(history)
            if (change.entity, change.field) == (EVENT, "appeal") and isinstance(told := change.after, Mapping)
        )

    @needs(*DESK)
    def plan(self) -> AppealPlan:
        """Return the hospital's usual days."""
        with self._session.db.read() as reader:
            kept = reader.setting(_SETTING)
        known = kept if isinstance(kept, Mapping) else {}
        appeal, special = known.get("appeal"), known.get("special")
        return AppealPlan(
            appeal if isinstance(appeal, int) else APPEAL_DAYS, special if isinstance(special, int) else SPECIAL_DAYS
        )

    @needs("insurance", "admin")
    def save_plan(self, appeal_days: str, special_days: str) -> Changes:
        """Store the usual days as typed. Raises :class:`UserProblem` for what is no number of days."""
        kept = {"appeal": _read_days(appeal_days), "special": _read_days(special_days)}
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(_SETTING, kept)
        return tx.changes

    @needs("insurance")
    def open(self, case_id: int, draft: AppealDraft) -> Changes:
        """Enter an objection or a request. Raises :class:`UserProblem` for what lacks, and a second open one."""
        words = _words(draft.objection, "no_objection")
        received = _day(draft.received) if draft.received.strip() else self._today()
        due = _day(draft.due) if draft.due.strip() else received + timedelta(days=self._days(draft.kind))
        if due < received:
            raise _problem("due_first")
        if draft.kind is AppealKind.SPECIAL and draft.reason is None:
            raise _problem("no_class")
        with self._session.db.read() as reader:
            state = load_case(reader, case_id).state
            versions, returned = reader.submissions.versions(case_id), reader.insurer.of_case(case_id)
            known = reader.appeals.of_case(case_id)
        if draft.kind is AppealKind.APPEAL and not versions:
            raise _problem("never_submitted")
        if draft.kind is AppealKind.SPECIAL and state not in _GONE_THROUGH:
            raise _problem("not_passed")
        for one in known:
            if one.kind == draft.kind.value and not AppealState(one.state).is_over:
                raise _problem("open_already", kind=draft.kind.label, due=one.due)
        new = NewAppeal(
            case_id,
            draft.kind.value,
            words,
            received,
            due,
            draft.reason.value if draft.reason else "",
            _evidence(draft.evidence),
            versions[0].version if versions else 0,
            returned[0].id if returned else 0,
        )
        with self._operation(Op.OPEN_APPEAL, words) as tx:
            appeals.add(tx, new)
            _tell(tx, case_id, "appeal_opened", draft.kind, words)
        return _changed(tx, case_id)

    @needs("coder", "insurance")
    def change(self, number: int, due: str, evidence: str) -> Changes:
        """Write another deadline and list of evidence into an entry that is not closed."""
        stored, day = self._standing(number), _day(due)
        if day < stored.received:
            raise _problem("due_first")
        with self._operation(Op.CHANGE_APPEAL, due) as tx:
            appeals.change(tx, number, day, _evidence(evidence))
            _tell(tx, stored.case_id, "appeal_changed", AppealKind(stored.kind), day.isoformat())
        return _changed(tx, stored.case_id)

    @needs("coder", "insurance")
    def answer(self, number: int, words: str) -> Changes:
        """Write what the insurer was answered today; it waits for the result from then on."""
        stored, said = self._standing(number), _words(words, "no_answer")
        with self._operation(Op.ANSWER_APPEAL, said) as tx:
            appeals.answer(tx, number, said, self._today())
            _tell(tx, stored.case_id, "appeal_answered", AppealKind(stored.kind), said)
        return _changed(tx, stored.case_id)

    @needs("insurance")
    def close(self, number: int, state: AppealState, words: str, amount: str = "") -> Changes:
        """Write the result by hand; ``amount`` in yuan as typed, '' when it is not told.

        Raises :class:`UserProblem` without words, for an amount that is none, and for a closed entry.
        """
        stored, said, fen = self._standing(number), _words(words, "no_result"), _amount(amount)
        with self._operation(Op.CLOSE_APPEAL, f"{state.label} {said}") as tx:
            self._close(tx, stored, state, said, "", fen)
        return _changed(tx, stored.case_id)

    @needs("insurance")
    def take_results(self) -> Changes:
        """Close every answered entry whose case the insurer has returned since, as one operation.

        Our group means accepted, the group that was objected to refused, any other one changed. Raises
        :class:`UserProblem` when there is none.
        """
        with self._session.db.read() as reader:
            answered = [one for one in reader.appeals.all() if one.state == appeals.ANSWERED]
            returns = {one.id: reader.insurer.of_case(one.case_id) for one in answered}
            files = {one.id: one.file_name for one in reader.insurer.files()}
        found = [(one, back) for one in answered if (back := _later(one, returns[one.id])) is not None]
        if not found:
            raise _problem("no_answers")
        with self._session.db.operation(Op.CLOSE_APPEAL, by=self._session.actor) as tx:
            for one, back in found:
                before = next((line for line in returns[one.id] if line.id == one.return_id), None)
                words = text("appeals.result.returned", file=files.get(back.import_id, ""), drg=back.line.drg or "—")
                self._close(tx, one, _outcome(back, before), words, back.line.drg, back.line.amount_fen)
        return replace(tx.changes, cases=frozenset(one.case_id for one, _ in found), listing=True)

    @needs(*DESK)
    def figures(self) -> AppealFigures:
        """Return what waits and how long it takes (days from when it came)."""
        with self._session.db.read() as reader:
            found = reader.appeals.all()
        waiting, late = self.waiting()
        over = [one for one in found if one.state != AppealState.WITHDRAWN]
        return AppealFigures(
            waiting,
            late,
            _mean(days_until(one.answered, one.received) for one in over if one.answered),
            _mean(days_until(one.closed, one.received) for one in over if one.closed),
        )

    def _close(
        self, tx: Transaction, stored: StoredAppeal, state: AppealState, words: str, drg: str, fen: int | None
    ) -> None:
        appeals.close(tx, stored.id, state.value, words, self._today())
        appeals.settle(tx, stored.id, drg, fen)
        _tell(tx, stored.case_id, "appeal_closed", AppealKind(stored.kind), f"{state.label} {words}")

    def _lines(self, stored: Sequence[StoredAppeal]) -> tuple[AppealLine, ...]:
        with self._session.db.read() as reader:
            rows = {row.case_id: row for row in reader.worklist_rows(sorted({one.case_id for one in stored}))}
        departments, today = dictionary("D-DEPT"), self._today()
        return tuple(
            AppealLine(
                one,
                row.record_no,
                row.patient_name,
                departments.label(row.dept) or row.dept,
                days_until(one.due, today) if one.state == appeals.OPEN else None,
            )
            for one in stored
            if (row := rows.get(one.case_id)) is not None
        )

    def _standing(self, number: int) -> StoredAppeal:
        try:
            with self._session.db.read() as reader:
                stored = reader.appeals.one(number)
        except LookupError as fault:
            raise _problem("unknown") from fault
        state = AppealState(stored.state)
        if state.is_over:
            raise _problem("closed_already", state=state.label)
        return stored

    def _days(self, kind: AppealKind) -> int:
        plan = self.plan()
        return plan.appeal_days if kind is AppealKind.APPEAL else plan.special_days

    def _today(self) -> date:
        return self._session.clock.now().date()

    def _operation(self, op: Op, words: str) -> AbstractContextManager[Transaction]:
        return self._session.db.operation(op, by=self._session.actor, note=words)


def _later(one: StoredAppeal, returns: Sequence[StoredReturn]) -> StoredReturn | None:
    """Return the latest line of the insurer that came after the entry, None when there is none."""
    return next((back for back in returns if back.id > one.return_id and back.at >= one.at), None)


def _outcome(back: StoredReturn, before: StoredReturn | None) -> AppealState:
    if not back.verdict.cause and (before is None or before.verdict.cause):
        return AppealState.ACCEPTED
    same = before is not None and (before.line.drg, before.line.amount_fen) == (back.line.drg, back.line.amount_fen)
    return AppealState.REFUSED if same else AppealState.CHANGED


def _tell(tx: Transaction, case_id: int, event: str, kind: AppealKind, words: str) -> None:
    """Put a step into the history of the case."""
    tx.record_event(event, {"kind": kind.label, "words": words}, case_id)


def _changed(tx: Transaction, case_id: int) -> Changes:
    return replace(tx.changes, cases=frozenset({case_id}), listing=True)


def _mean(days: Iterable[int]) -> float | None:
    found = list(days)
    return fmean(found) if found else None


def _words(given: str, problem: str) -> str:
    said = given.strip()
    if not said:
        raise _problem(problem)
    if len(said) > LONGEST:
        raise _problem("too_long", most=LONGEST)
    return said


def _evidence(given: str) -> tuple[str, ...]:
    return tuple(stripped for one in given.replace(";", "；").split("；") if (stripped := one.strip()))


def _day(given: str) -> date:
    try:
        return date.fromisoformat(unicodedata.normalize("NFKC", given).strip())
    except ValueError as fault:
        raise _problem("bad_day", given=given.strip()) from fault


def _amount(given: str) -> int | None:
    if not given.strip():
        return None
    fen = read_money(given.strip(), NO_HINTS).value
    if not isinstance(fen, int) or fen < 0:
        raise _problem("bad_amount", given=given.strip())
    return fen


def _read_days(given: str) -> int:
    written = unicodedata.normalize("NFKC", given).strip()
    if not written.isdecimal() or not 1 <= int(written) <= MOST_DAYS:
        raise _problem("bad_days", given=given.strip())
    return int(written)


def _problem(key: str, **args: object) -> UserProblem:
    return UserProblem(f"appeals.{key}", remedy=f"appeals.remedy.{key}", where=None, **args)
