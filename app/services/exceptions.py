"""Exceptions from blocking rules: requested with evidence, signed by two persons, for a time (domain.md 5.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.changes import Changes
from app.domain.findings import Finding
from app.services.rule_types import ExceptionLine, ExceptionReason, SignRole
from app.services.session import Session


class ExceptionService:
    """An approved exception lets a case pass although a rule blocks it, until its last day."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def may_except(self, finding: Finding) -> bool:
        """Tell whether an exception from the rule of a finding may be asked for at all."""
        raise NotImplementedError

    def request(
        self,
        case_id: int,
        finding: Finding,
        reason_class: ExceptionReason,
        reason: str,
        evidence: Sequence[str],
        valid_to: date | None = None,
    ) -> Changes:
        """Ask for an exception; amount and ratio are the case's own. ``valid_to`` None: 30 days.

        Raises :class:`UserProblem` for a rule without exceptions, without reason or evidence, and when one is open.
        """
        raise NotImplementedError

    def sign(self, exception_id: int, role: SignRole, name: str) -> Changes:
        """Sign; the second signature approves.

        Raises :class:`UserProblem` when the role has signed, the same person signs twice, or it is not open.
        """
        raise NotImplementedError

    def reject(self, exception_id: int, role: SignRole, name: str, reason: str) -> Changes:
        """Refuse; a case in 待审批 goes back to coding. Raises :class:`UserProblem` without a reason."""
        raise NotImplementedError

    def withdraw(self, exception_id: int, reason: str) -> Changes:
        """Take a request or an approval back."""
        raise NotImplementedError

    def of_case(self, case_id: int) -> tuple[ExceptionLine, ...]:
        """Return the exceptions of a case, latest first."""
        raise NotImplementedError

    def waiting(self) -> tuple[ExceptionLine, ...]:
        """Return the requests that wait for a signature, oldest first."""
        raise NotImplementedError
