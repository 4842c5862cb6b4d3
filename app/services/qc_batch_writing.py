"""Writes of a round: suggestions, returns to the physician, passing. Each is one operation, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.common.errors import Cancelled, UserProblem
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseState, FieldPath
from app.domain.changes import Changes
from app.domain.field import Group
from app.domain.fields import field
from app.domain.findings import Finding, Fix, Severity
from app.domain.states import FOLLOWS, LEGAL, LOCKED
from app.domain.values import parse
from app.services.asking import AskingService
from app.services.cases import KINDS
from app.services.checking import CheckingService
from app.services.moves import illegal, pass_now, steps_to
from app.services.permits import DESK, needs
from app.services.qc_batch_types import Done, HitKey
from app.services.session import Session
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction
from app.storage.undo import UndoItem
from app.storage.worklist import Filter, Test, WorklistQuery, WorklistRow

_OF_A_ROUND: Final = frozenset({Op.APPLY_FIXES, Op.RETURN_CASE, Op.SET_STATE, Op.SUPPRESS})


class QcBatchWriting:
    """After each write its cases are checked anew, in the same job; that part is not cancelled."""

    def __init__(self, session: Session, checking: CheckingService, asking: AskingService) -> None:
        self._session = session
        self._asking = asking
        self._checking = checking

    @needs("coder")
    def fix(self, keys: Sequence[HitKey], progress: Progress | None = None) -> Done:
        """Write the suggestions of some lines as one operation; cancelling before its end writes nothing.

        Raises :class:`UserProblem` when a case was changed since it was checked, is locked, or nothing can be written.
        """
        progress = progress or NoProgress()
        wanted = self._fixes(keys)
        if not wanted:
            raise UserProblem("qc_batch.nothing_to_fix", remedy="qc_batch.remedy.nothing_to_fix")
        note = text("qc_batch.note", rules=text("qc_batch.join").join(dict.fromkeys(key.rule_id for key in keys)))
        with self._session.db.operation(Op.APPLY_FIXES, by=self._session.actor, note=note) as tx:
            for number, (case_id, fixes) in enumerate(wanted.items()):
                progress.step(number, 2 * len(wanted))
                self._fix(tx, tx.load_case(case_id), fixes)
        return self._checked(tx.changes, list(wanted), progress)

    @needs("coder", "qc")
    def hand_back(self, keys: Sequence[HitKey]) -> Done:
        """Return the cases of some lines to their physicians as one operation, a neutral question for each finding.

        Raises :class:`UserProblem` when a case may not be returned from where it stands; nothing is written then.
        """
        rows = self._rows(keys)
        self._must_lead_to(rows, CaseState.RETURNED)
        with self._session.db.read() as reader:
            found = reader.findings_of([key[:2] for key in keys])
        open_: dict[int, list[Finding]] = {row.case_id: [] for row in rows}
        for (case_id, _), findings in found.items():
            open_[case_id] += [one for one in findings if one.is_open]
        asked = {case_id: self._asking.questions_about(case_id, findings) for case_id, findings in open_.items()}
        return self._checked(self._asking.send_all(asked), list(open_))

    @needs("qc")
    def pass_cases(self, case_ids: Sequence[int]) -> Done:
        """Let cases pass that wait for quality control or are in it (domain.md 5.2), after a check of each.

        What they were grouped to is noted: submitting compares it. Raises :class:`UserProblem` when one has an open
        error or warning, or stands elsewhere; none passes then.
        """
        steps = {row.case_id: steps_to(self._session, row.state, CaseState.PASSED) for row in self._rows_of(case_ids)}
        self._checking.run(case_ids)
        rows = self._rows_of(case_ids)
        for column, severity in (("errors", Severity.ERROR), ("warns", Severity.WARN)):
            left = sum(getattr(row, column) for row in rows)
            if left:
                raise UserProblem(f"qc_batch.open_{severity}", remedy=f"qc_batch.remedy.open_{severity}", count=left)
        with self._session.db.operation(Op.SET_STATE, by=self._session.actor) as tx:
            for row in rows:
                pass_now(self._session, tx, tx.load_case(row.case_id), steps[row.case_id])
        return self._checked(tx.changes, case_ids)

    @needs(*DESK)
    def last_step(self) -> UndoItem | None:
        """Return the user's latest operation if it is one of a round and can be taken back, None otherwise."""
        with self._session.db.read() as reader:
            item = next(iter(reader.undoable(self._session.actor.id, limit=1)), None)
        return item if item is not None and item.op in _OF_A_ROUND else None

    @needs("coder", "qc")
    def undo(self, op_id: int, progress: Progress | None = None) -> Done:
        """Take one of these operations back. Raises :class:`UserProblem` when a later edit would be lost."""
        changes = self._session.db.undo(op_id, by=self._session.actor)
        return self._checked(changes, sorted(changes.cases), progress or NoProgress())

    def _fixes(self, keys: Sequence[HitKey]) -> Mapping[int, list[Fix]]:
        with self._session.db.read() as reader:
            chosen = WorklistQuery(filters=(Filter("id", Test.IS, tuple({key.case_id for key in keys})),))
            old = reader.outdated(chosen, self._session.engines.stamp)
            found = reader.findings_of([key[:2] for key in keys])
        if old:
            raise UserProblem("qc_batch.outdated", remedy="qc_batch.remedy.outdated", count=old)
        wanted: dict[int, list[Fix]] = {}
        for (case_id, _), findings in found.items():
            fixes = [one.fix for one in findings if one.fix and one.is_open]
            if fixes:
                wanted.setdefault(case_id, []).extend(fixes)
        return wanted

    def _fix(self, tx: Transaction, stored: StoredCase, fixes: Iterable[Fix]) -> None:
        if stored.state in LOCKED:
            raise UserProblem("cases.locked", remedy="cases.remedy.locked", state=text(f"cases.state.{stored.state}"))
        for fix in fixes:
            at, spec = FieldPath.parse(fix.path), field(fix.path)
            rows = stored.record.rows(at.group)
            if at.group is not Group.CASE and at.index >= len(rows):
                raise UserProblem("qc_batch.outdated", remedy="qc_batch.remedy.outdated", count=1)
            row_id = 0 if at.group is Group.CASE else rows[at.index].id
            parsed = parse(spec, fix.value)
            code = self._session.engines.codebook.find(fix.value) if at.group in KINDS and at.field == "code" else ""
            if code:
                tx.set_code(stored.case_id, at.group, row_id, code, self._session.engines.codebook.name_of(code))
            else:
                tx.set_field(stored.case_id, at.group, row_id, at.field, parsed.value, raw=parsed.raw, dash=parsed.dash)
        if stored.state in FOLLOWS:
            tx.set_state(stored.case_id, FOLLOWS[stored.state])

    def _rows(self, keys: Sequence[HitKey]) -> list[WorklistRow]:
        return self._rows_of(list(dict.fromkeys(key.case_id for key in keys)))

    def _rows_of(self, case_ids: Sequence[int]) -> list[WorklistRow]:
        with self._session.db.read() as reader:
            return reader.worklist_rows(case_ids)

    def _must_lead_to(self, rows: Sequence[WorklistRow], state: CaseState) -> None:
        wrong = next((row for row in rows if state not in LEGAL[row.state]), None)
        if wrong is not None:
            raise illegal(wrong.state, state)

    def _checked(self, changes: Changes, case_ids: Sequence[int], progress: Progress | None = None) -> Done:
        checked = self._checking.run(case_ids, _Second(progress or NoProgress(), len(case_ids)))
        return Done(changes | checked, len(case_ids))


class _Second:
    """The progress of the second half of a job, which goes on when the user asks to stop: the write is done."""

    def __init__(self, whole: Progress, cases: int) -> None:
        self._whole, self._cases = whole, cases

    def step(self, done: int, total: int, note: str = "") -> None:
        """Report on; what was asked too late is not heard."""
        try:
            self._whole.step(self._cases + done, self._cases + total, note)
        except Cancelled:
            return
