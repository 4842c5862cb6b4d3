"""What is done to whole lists: claimed, given away, followed up. Each is one operation that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.services.permits import free, needs
from app.services.session import Session
from app.storage.follow_ups import set_follow_up, settle
from app.storage.ops import Op
from app.storage.transaction import Transaction
from app.storage.undo import UndoItem

_STEP: Final = 50
_LONGEST_REASON: Final = 60
_LONGEST_NOTE: Final = 200
_REASONS: Final = ("pathology", "report", "operation", "discharge", "physician", "fees", "head", "papers")
_OF_A_LIST: Final = frozenset({Op.CLAIM, Op.RELEASE, Op.ASSIGN, Op.SET_FOLLOW_UP, Op.SETTLE_FOLLOW_UP})
Write = Callable[[Transaction, int], None]


class ListWorkService:
    """Cancelling before the end writes nothing: an operation is whole or not there."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @free
    def reasons(self) -> tuple[str, ...]:
        """Return common reasons why cases wait; any other words do as well."""
        return tuple(text(f"worklist.pending.{key}") for key in _REASONS)

    @needs("coder", "qc")
    def claim(self, case_ids: Sequence[int], progress: Progress | None = None) -> Changes:
        """Note that the user works on these cases, whoever did before."""
        return self._write(Op.CLAIM, case_ids, Transaction.claim, progress)

    @needs("coder", "qc")
    def release(self, case_ids: Sequence[int], progress: Progress | None = None) -> Changes:
        """Note that nobody works on these cases."""
        return self._write(Op.RELEASE, case_ids, Transaction.release, progress)

    @needs("coder", "qc", "admin")
    def assign(self, case_ids: Sequence[int], person: str, progress: Progress | None = None) -> Changes:
        """Give these cases to somebody, by id."""
        return self._write(Op.ASSIGN, case_ids, lambda tx, case_id: tx.assign(case_id, person), progress)

    @needs("coder", "qc", "admin")
    def follow_up(
        self, case_ids: Sequence[int], due: str, reason: str, note: str = "", progress: Progress | None = None
    ) -> Changes:
        """Note why these cases wait and on which day (ISO text as typed, '' for none) somebody looks at them again.

        Raises :class:`UserProblem` for no reason, one too long, or a day that is none or over.
        """
        self.check_follow_up(due, reason, note)
        day, why, words = self._day(due), reason.strip(), note.strip()
        put: Write = lambda tx, case_id: set_follow_up(tx, case_id, day, why, words)  # noqa: E731 - a write of one case
        return self._write(Op.SET_FOLLOW_UP, case_ids, put, progress)

    @free
    def check_follow_up(self, due: str, reason: str, note: str) -> None:
        """Raise :class:`UserProblem` for what :meth:`follow_up` refuses: no reason, a long one, a day that is over."""
        self._day(due)
        if not reason.strip():
            raise UserProblem("worklist.no_reason", remedy="worklist.remedy.no_reason")
        if len(reason.strip()) > _LONGEST_REASON or len(note.strip()) > _LONGEST_NOTE:
            raise UserProblem("worklist.long_reason", remedy="worklist.remedy.long_reason", most=_LONGEST_REASON)

    @needs("coder", "qc", "admin")
    def settle(self, case_ids: Sequence[int], progress: Progress | None = None) -> Changes:
        """Note that these cases wait no longer."""
        return self._write(Op.SETTLE_FOLLOW_UP, case_ids, settle, progress)

    @needs("coder", "qc", "admin")
    def last_step(self) -> UndoItem | None:
        """Return the user's latest operation if it was one on a list and can be taken back, None otherwise."""
        with self._session.db.read() as reader:
            item = next(iter(reader.undoable(self._session.actor.id, limit=1)), None)
        return item if item is not None and item.op in _OF_A_LIST else None

    @needs("coder", "qc", "admin")
    def undo(self, op_id: int) -> Changes:
        """Take one of these operations back. Raises :class:`UserProblem` when a later change would be lost."""
        return replace(self._session.db.undo(op_id, by=self._session.actor), listing=True)

    def _day(self, typed: str) -> date | None:
        if not typed.strip():
            return None
        try:
            day = date.fromisoformat(typed.strip())
        except ValueError as fault:
            raise UserProblem("worklist.bad_day", remedy="worklist.remedy.bad_day", given=typed.strip()) from fault
        if day < self._session.clock.now().date():
            raise UserProblem("worklist.past_day", remedy="worklist.remedy.bad_day", given=typed.strip())
        return day

    def _write(self, op: Op, case_ids: Sequence[int], write: Write, progress: Progress | None) -> Changes:
        progress = progress or NoProgress()
        with self._session.db.operation(op, by=self._session.actor) as tx:
            for number, case_id in enumerate(case_ids):
                if number % _STEP == 0:
                    progress.step(number, len(case_ids))
                write(tx, case_id)
        return replace(tx.changes, cases=frozenset(case_ids), listing=True)
