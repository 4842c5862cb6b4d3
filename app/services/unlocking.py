"""Unlocking a submitted case: asked for with a reason, granted by the insurance office, counted (domain.md 5.6)."""

from __future__ import annotations

from typing import Final

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.services.case_view import load_case
from app.services.checking import CheckingService
from app.services.moves import steps_to, take_steps
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage import submissions
from app.storage.ops import Op
from app.storage.submissions import APPROVED, REFUSED, UnlockRequest

_S = CaseState
_SIGNERS: Final = {_S.SUBMITTED: ("insurance",), _S.ARCHIVED: ("insurance", "admin")}
"""Whose words an unlocking needs, by where the case was."""


class UnlockService:
    """A granted wish lets the case be coded again; every version that was submitted stays."""

    def __init__(self, session: Session, checking: CheckingService) -> None:
        self._session = session
        self._checking = checking

    @needs("coder", "insurance")
    def request(self, case_id: int, reason: str) -> Changes:
        """Ask to change a submitted or archived case. Raises :class:`UserProblem` without a reason or elsewhere."""
        if not reason.strip():
            raise UserProblem("submission.no_reason", remedy="submission.remedy.no_reason")
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
            versions = reader.submissions.versions(case_id)
        steps = steps_to(self._session, stored.state, _S.UNLOCK_REQUESTED)
        last = versions[0].version if versions else 0
        with self._session.db.operation(Op.REQUEST_UNLOCK, by=self._session.actor, note=reason.strip()) as tx:
            submissions.add_unlock(tx, case_id, last, stored.state, reason.strip())
            take_steps(tx, case_id, steps)
        return tx.changes | self._checking.run([case_id])

    @needs("insurance", "admin")
    def agree(self, request_id: int) -> Changes:
        """Agree in every role that is asked for and that one has; with the last word the case goes to coding.

        Raises :class:`UserProblem` when the wish is decided, or when this person has nothing to say to it.
        """
        wish = self._open(request_id)
        lacking = [role for role in _SIGNERS[wish.was] if not _signed(wish, role)]
        mine = [role for role in lacking if self._session.actor.may(role)]
        if not mine:
            raise UserProblem("submission.not_yours", remedy="submission.remedy.not_yours")
        with self._session.db.operation(Op.DECIDE_UNLOCK, by=self._session.actor, note=wish.reason) as tx:
            for role in mine:
                submissions.agree(tx, request_id, role, self._session.actor.name or self._session.actor.id)
            if mine == lacking:
                submissions.close_unlock(tx, request_id, APPROVED, "")
                tx.set_state(wish.case_id, _S.CODING)
            else:
                tx.record_event("unlock_agreed", {"words": wish.reason}, wish.case_id)
        return tx.changes | self._checking.run([wish.case_id])

    @needs("insurance", "admin")
    def refuse(self, request_id: int, reason: str) -> Changes:
        """Refuse a wish; the case stays as it was submitted, an archived one archived."""
        if not reason.strip():
            raise UserProblem("submission.no_reason", remedy="submission.remedy.no_reason")
        wish = self._open(request_id)
        with self._session.db.operation(Op.DECIDE_UNLOCK, by=self._session.actor, note=reason.strip()) as tx:
            submissions.close_unlock(tx, request_id, REFUSED, reason.strip())
            tx.set_state(wish.case_id, _S.SUBMITTED)
            if wish.was is _S.ARCHIVED:
                tx.set_state(wish.case_id, _S.ARCHIVED)
        return tx.changes | self._checking.run([wish.case_id])

    @needs(*DESK)
    def waiting(self) -> tuple[UnlockRequest, ...]:
        """Return the wishes that wait for a word, oldest first."""
        with self._session.db.read() as reader:
            return tuple(reader.submissions.open_unlocks())

    @needs(*DESK)
    def of_case(self, case_id: int) -> tuple[UnlockRequest, ...]:
        """Return the wishes for a case, latest first."""
        with self._session.db.read() as reader:
            return tuple(reader.submissions.unlocks(case_id))

    @needs(*DESK)
    def counts(self) -> dict[str, int]:
        """Return how many wishes there were, by outcome (open, approved, refused)."""
        with self._session.db.read() as reader:
            return reader.submissions.unlock_counts()

    def _open(self, request_id: int) -> UnlockRequest:
        wish = next((one for one in self.waiting() if one.id == request_id), None)
        if wish is None:
            raise UserProblem("submission.decided", remedy="submission.remedy.decided")
        return wish


def _signed(wish: UnlockRequest, role: str) -> bool:
    return bool((wish.insurance if role == "insurance" else wish.admin)[0])
