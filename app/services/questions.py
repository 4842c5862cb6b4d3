"""Follow-up questions on a case: which stand open, which codes an answer leads to, and what a coder answered.

An answer never codes by itself: a code is proposed, with the place in the record that says so, and waits to be
confirmed. A question that was settled without a code comes back when the row that raised it changes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState, FieldPath, Row
from app.domain.coding import Candidate, CodeKind, MatchKind, Proposal
from app.domain.field import Group
from app.domain.findings import BrokenRule
from app.domain.states import FOLLOWS
from app.qc.context import QcContext
from app.qc.questions import CODED, Asked, Option, QuestionKind
from app.qc.reporting import pattern_of
from app.services.cases import CaseService
from app.services.group_input import with_proposals
from app.services.permits import DESK, needs
from app.services.question_table import QuestionTable
from app.services.rules import book_for_rules
from app.services.session import Session
from app.services.types import CaseView
from app.storage.decisions import lift, suppress
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

_OFFERED: Final = 9
_LOOKED_AT: Final = 60
_KIND: Final = {Group.DX: CodeKind.DX, Group.OP: CodeKind.PX}


@dataclass(frozen=True, slots=True)
class Settled:
    """A question that somebody settled without a code: who, how, when the words were written."""

    asked: Asked
    id: int
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class CaseQuestions:
    """The questions of a case: open ones in display order, settled ones, and those that cannot be evaluated."""

    asked: tuple[Asked, ...] = ()
    settled: tuple[Settled, ...] = ()
    broken: tuple[BrokenRule, ...] = ()


class QuestionService:
    """Every answer is one named operation with its evidence; the answer is the case as it now stands."""

    def __init__(self, session: Session, cases: CaseService) -> None:
        self._session = session
        self._cases = cases
        self.table = QuestionTable(session)

    @needs(*DESK)
    def of_case(self, view: CaseView) -> CaseQuestions:
        """Return the questions that a case raises as it stands, open proposals taken as if they were codes."""
        record, _ = with_proposals(view.record, view.proposals)
        report = self.table.questions().open(record, self._context(view.state))
        broken = (*report.broken, *self.table.faults)
        if not report.asked:
            return CaseQuestions(broken=broken)
        with self._session.db.read() as reader:
            words = [one for one in reader.suppressions(view.case_id) if not one.is_lifted]
        known = {(one.rule_id, one.digest): one for one in words}
        asked, settled = [], []
        for one in report.asked:
            word = known.get((one.question.id, _digest(record, one)))
            if word is None:
                asked.append(one)
            else:
                settled.append(Settled(one, word.id, word.reason, word.who))
        return CaseQuestions(tuple(asked), tuple(settled), broken)

    @needs(*DESK)
    def candidates(self, view: CaseView, asked: Asked, option: Option) -> tuple[Candidate, ...]:
        """Return the codes of the active book that an answer leads to, those first that its words fit; at most nine."""
        if not option.codes:
            return ()
        engines, kind = self._session.engines, _KIND[option.to]
        fitting = [entry for entry in engines.codebook.leaves(kind) if option.holds(entry.code)]
        codes = {entry.code for entry in fitting}
        row = _row_meant(view.record, asked, option)
        words = option.label + ((row.text("source_text") or row.text("name")) if row else "")
        ranked = [one for one in engines.matcher.match(words, kind, _LOOKED_AT).candidates if one.code in codes]
        named = {one.code for one in ranked}
        rest = [Candidate(e.code, e.name, 0.0, MatchKind.CODE) for e in fitting if e.code not in named]
        return tuple([*ranked, *rest][:_OFFERED])

    @needs("coder")
    def answer(self, view: CaseView, asked: Asked, option: Option, code: str = "", evidence: str = "") -> CaseView:
        """Take an answer: propose its code with the evidence for it, or settle the question without one.

        Raises :class:`UserProblem` for a code without evidence or outside the answer's range, for a locked case, and
        when the question no longer stands.
        """
        stored = self._standing(view.case_id, asked)
        row = _row_meant(_effective(stored), asked, option)
        changes_code = bool(code) and code != (row.text("code") if row else "")
        if changes_code and not option.holds(code):
            raise UserProblem("questions.not_an_answer", remedy="questions.remedy.not_an_answer", code=code)
        if changes_code and not evidence.strip():
            raise UserProblem("questions.no_evidence", remedy="questions.remedy.no_evidence")
        said = _said(option, code, evidence.strip())
        with self._session.db.operation(Op.ANSWER_QUESTION, by=self._session.actor, note=said) as tx:
            if changes_code:
                self._propose(tx, stored, option, row.id if row else 0, code, evidence.strip())
            else:
                path = asked.finding.paths[0] if asked.finding.paths else ""
                suppress(tx, view.case_id, asked.question.id, path, _digest(_effective(stored), asked), said)
            details = {"question": asked.finding.message, "answer": said}
            tx.record_event("question", details, view.case_id)
            if changes_code and stored.state in FOLLOWS:
                tx.set_state(view.case_id, FOLLOWS[stored.state])
        return self._cases.reread(view.case_id, {str(option.to)} if changes_code else set())

    @needs("coder")
    def reopen(self, view: CaseView, settled: Settled) -> CaseView:
        """Ask a settled question again."""
        with self._session.db.operation(Op.REOPEN_QUESTION, by=self._session.actor) as tx:
            lift(tx, settled.id, "", self._session.actor.name or self._session.actor.id)
            tx.record_event("question_again", {"question": settled.asked.finding.message}, view.case_id)
        return self._cases.reread(view.case_id, set())

    def _propose(
        self, tx: Transaction, stored: StoredCase, option: Option, row_id: int, code: str, evidence: str
    ) -> None:
        """Write a code as proposed: into its row, where one stood already in its place, or into a new row."""
        case_id, group, name = stored.case_id, option.to, self._session.engines.codebook.name_of(code)
        if not row_id:
            rows = stored.record.rows(group)
            row_id = tx.insert_row(case_id, group, len(rows), {"name": name})
        elif any(row.id == row_id and row.get("code") for row in stored.record.rows(group)):
            tx.set_code(case_id, group, row_id, code, name)
        reason = text("questions.proposed", label=option.label, evidence=evidence)
        tx.set_proposal(case_id, group, row_id, Proposal(code, name, 1.0, MatchKind.CODE, reason))

    def _standing(self, case_id: int, asked: Asked) -> StoredCase:
        """Return the stored case when the question still stands on the same facts."""
        stored = self._cases.unlocked(case_id)
        record = _effective(stored)
        report = self.table.questions().open(record, self._context(stored.state))
        if not any(one.question.id == asked.question.id and one.at == asked.at for one in report.asked):
            raise UserProblem("questions.gone", remedy="questions.remedy.gone")
        return stored

    def _context(self, state: CaseState) -> QcContext:
        book = book_for_rules(self._session.engines.codebook)
        return QcContext(today=self._session.clock.now().date(), codebook=book, state=state)


def _row_meant(record: CaseRecord, asked: Asked, option: Option) -> Row | None:
    """Return the row whose code an answer replaces, None when it makes a row of its own."""
    if asked.at is None or option.adds or asked.question.kind is QuestionKind.MISSING:
        return None
    return record.rows(asked.at.group)[asked.at.index] if asked.at.group is option.to else None


def _said(option: Option, code: str, evidence: str) -> str:
    label = f"{option.label} {code}".strip()
    key = "questions.settled_with" if evidence else "questions.settled"
    return text(key, label=label, evidence=evidence)


def _effective(stored: StoredCase) -> CaseRecord:
    return with_proposals(stored.record, stored.proposals)[0]


def _digest(record: CaseRecord, asked: Asked) -> str:
    """Return a mark of the facts that raised a question: code and name of its row, and the values it points at."""
    facts = []
    for path in asked.finding.paths:
        at = FieldPath.parse(path)
        names = ("code", "name") if at.group in CODED else (at.field,)
        rows = record.rows(at.group) if at.group is not Group.CASE else (record.head,)
        values = [rows[at.index].text(name) if at.index < len(rows) else "" for name in names]
        facts.append([pattern_of(path), *values])
    return hashlib.sha256(json.dumps(sorted(facts), ensure_ascii=False).encode()).hexdigest()
