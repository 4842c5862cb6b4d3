"""The physician's side: what waits for an answer, answers begun and kept, answers handed in (domain.md 5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.returning import AnswerKind, AnswerNeed, ReturnAnswer, ReturnStatus
from app.domain.values import parse
from app.services.asking import came_from
from app.services.cases import CaseService
from app.services.permits import needs
from app.services.return_places import is_text, place_name, spec_at
from app.services.return_types import ReturnRow, Sheet, SheetDraft, SheetItem, SheetLine, StoredReturn, Submitted
from app.services.session import Session
from app.storage import returns
from app.storage.ops import Op
from app.storage.returns import ReturnFilter
from app.storage.transaction import Transaction

_DRAFT: Final = "physician.draft."
_CODE: Final = re.compile(r"\s*(?:[A-Z]\d{2}(?:[.x]\S*)?|\d{2}\.\d{1,4}\S*)(?:\s.*)?", re.ASCII | re.DOTALL)
_GAP: Final = "\u2026"
"""Ends the words of an option that the physician completes."""
_OPEN: Final = frozenset({ReturnStatus.OUTSTANDING})
_ANSWERED: Final = frozenset({ReturnStatus.ANSWERED, ReturnStatus.CLOSED})


class PhysicianService:
    """Shows a physician the questions of the own departments, never a group, a weight or an amount."""

    def __init__(self, session: Session, cases: CaseService) -> None:
        self._session = session
        self._cases = cases

    @needs("physician", "head")
    def waiting(self) -> tuple[SheetLine, ...]:
        """Return the cases with questions that wait for an answer, the one due first in front."""
        return self._lines(_OPEN)

    @needs("physician", "head")
    def answered(self) -> tuple[SheetLine, ...]:
        """Return the cases that were answered, latest first."""
        found = self._lines(_ANSWERED)
        return tuple(sorted(found, key=_latest, reverse=True))

    @needs("physician", "head")
    def of_department(self) -> tuple[SheetLine, ...]:
        """Return every case of the own departments about which something was asked."""
        return self._lines(_OPEN | _ANSWERED)

    @needs("physician", "head")
    def sheet(self, case_id: int) -> Sheet:
        """Return the questions about a case that were sent.

        Raises :class:`UserProblem` for a case of another department and for one about which nothing is asked.
        """
        rows = self._rows(_OPEN | _ANSWERED, frozenset({case_id}))
        if not rows:
            raise UserProblem("returns.gone", remedy="returns.remedy.gone")
        self._session.note_opened(case_id)
        open_ = [row for row in rows if row.item.status is ReturnStatus.OUTSTANDING] or rows
        with self._session.db.read() as reader:
            drafts = {row.item.id: _draft(reader.place(f"{_DRAFT}{row.item.uid}")) for row in open_}
        items = tuple(_sheet_item(row.item, drafts[row.item.id]) for row in open_)
        return Sheet(rows[0], open_[0].item.sent_by, min_due(row.item for row in open_), items)

    @needs("physician", "head")
    def save_draft(self, item: StoredReturn, draft: SheetDraft) -> None:
        """Keep what was chosen and typed, so that nothing is lost; a read-only library keeps nothing."""
        if not self._session.db.read_only:
            with self._session.db.caching() as cache:
                cache.save_place(f"{_DRAFT}{item.uid}", asdict(draft))

    @needs("physician")
    def submit(self, case_id: int, answers: Mapping[int, ReturnAnswer]) -> Submitted:
        """Hand in the answers to all questions of a case that wait; it returns to the state it came from.

        Raises :class:`UserProblem` when one is missing, incomplete or no longer asked; nothing is written then.
        """
        waiting = self._rows(_OPEN, frozenset({case_id}))
        missing = [row for row in waiting if row.item.id not in answers]
        if not waiting or set(answers) - {row.item.id for row in waiting}:
            raise UserProblem("returns.gone", remedy="returns.remedy.gone")
        if missing:
            raise UserProblem("returns.unanswered", remedy="returns.remedy.unanswered", count=len(missing))
        for row in waiting:
            must_be_whole(row.item, answers[row.item.id])
        given = [(row.item, answers[row.item.id]) for row in waiting]
        who = self._session.actor.name
        with self._session.db.operation(Op.ANSWER_RETURN, by=self._session.actor) as tx:
            write_answers(tx, case_id, waiting[0].state, given, who)
        with self._session.db.caching() as cache:
            for row in waiting:
                cache.save_place(f"{_DRAFT}{row.item.uid}", None)
        self._cases.reread(case_id, None)
        return Submitted(tx.changes | Changes(cases=frozenset({case_id}), listing=True), len(self.waiting()))

    def _lines(self, statuses: frozenset[ReturnStatus]) -> tuple[SheetLine, ...]:
        rows = self._rows(statuses)
        now = self._session.clock.now()
        found = []
        for _, group in groupby(sorted(rows, key=_case), key=_case):
            of_case = list(group)
            open_ = [row.item for row in of_case if row.item.status is ReturnStatus.OUTSTANDING]
            due = min_due(open_)
            is_late = due is not None and due < now
            found.append(SheetLine(of_case[0], len(open_), len(of_case) - len(open_), due, is_late))
        return tuple(sorted(found, key=_first_due))

    def _rows(self, statuses: frozenset[ReturnStatus], case_ids: frozenset[int] = frozenset()) -> list[ReturnRow]:
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(statuses=statuses, case_ids=case_ids))
        mine = [row for row in rows if self._session.actor.sees(row.dept)]
        if rows and case_ids and not mine:
            raise UserProblem("returns.not_yours", remedy="returns.remedy.not_yours")
        return mine


def write_answers(
    tx: Transaction,
    case_id: int,
    state: CaseState,
    given: Sequence[tuple[StoredReturn, ReturnAnswer]],
    who: str,
    source: str = "",
) -> None:
    """Write answers of a case; once none is left to wait for, it leaves 退回医师 for the state it came from."""
    for item, answer in given:
        returns.answer(tx, item.id, answer, who, source)
    left = {one.id for one in returns.returns_of(tx.connection, case_id) if one.status is ReturnStatus.OUTSTANDING}
    if state is CaseState.RETURNED and not left:
        tx.set_state(case_id, came_from(item for item, _ in given))
    said = text("questions.join_lines").join(answer_words(answer) for _, answer in given)
    tx.record_event("return_answered", {"who": who, "words": said}, case_id)


def must_be_whole(item: StoredReturn, answer: ReturnAnswer) -> None:
    """Raise :class:`UserProblem` for an answer that lacks something, or whose value the field cannot take."""
    option = next((one for one in item.options if one.label == answer.label), None)
    if answer.label and option is None:
        raise UserProblem("returns.not_an_option", remedy="returns.remedy.not_an_option", label=answer.label)
    need = option.needs if option is not None else AnswerNeed.NOTHING
    if answer.kind is AnswerKind.APPEAL or (option is None and answer.kind is AnswerKind.UNCHANGED):
        need = AnswerNeed.REASON
    if answer.kind is AnswerKind.CHANGED and not answer.value.strip():
        raise UserProblem("returns.needs_value", remedy="returns.remedy.needs_value")
    if need in (AnswerNeed.PLACE, AnswerNeed.REASON) and not answer.words.strip():
        raise UserProblem(f"returns.needs_{need}", remedy=f"returns.remedy.needs_{need}")
    if answer.kind is AnswerKind.CHANGED:
        _must_be_readable(item, answer.value)


def _must_be_readable(item: StoredReturn, value: str) -> None:
    spec = spec_at(item.path)
    if spec is None or is_text(item.path):
        if _CODE.fullmatch(value):
            raise UserProblem("returns.code_given", remedy="returns.remedy.code_given", value=value.strip())
        return
    parsed = parse(spec, value)
    if parsed.raw or (parsed.value is None and not parsed.dash):
        raise UserProblem("returns.unreadable", remedy="returns.remedy.unreadable", label=spec.label, value=value)


def answer_words(answer: ReturnAnswer) -> str:
    """Return an answer as one line: the option with what was written for it, else the kind with the new value."""
    if answer.label.endswith(_GAP):
        return answer.label.removesuffix(_GAP) + (answer.value or answer.words)
    said = answer.label or text("returns.said", kind=text(f"returns.answer.{answer.kind}"), value=answer.value)
    return text("returns.join").join(part for part in (said.strip(), answer.words) if part)


def min_due(items: Iterable[StoredReturn]) -> datetime | None:
    """Return the first moment that an answer is due, None without one."""
    return min((one.due for one in items if one.due is not None), default=None)


def _sheet_item(item: StoredReturn, draft: SheetDraft | None) -> SheetItem:
    spec = spec_at(item.path)
    return SheetItem(item, place_name(item.path), spec.label if spec is not None else "", draft)


def _draft(stored: object) -> SheetDraft | None:
    if not isinstance(stored, Mapping):
        return None
    option, words = stored.get("option"), stored.get("words")
    return SheetDraft(
        option if isinstance(option, int) else -1,
        stored.get("is_appeal") is True,
        words if isinstance(words, str) else "",
    )


def _case(row: ReturnRow) -> int:
    return row.item.case_id


def _first_due(line: SheetLine) -> tuple[bool, str]:
    return line.due is None, str(line.due)


def _latest(line: SheetLine) -> str:
    return str(line.row.item.answered_at)
