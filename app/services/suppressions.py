"""Findings that somebody suppressed with a reason, bound to the facts they were made on."""

from __future__ import annotations

from app.domain.changes import Changes
from app.domain.findings import Finding
from app.services.rule_types import SuppressionLine
from app.services.session import Session


class SuppressionService:
    """A suppressed finding is shown as such and not counted; it comes back when a value that its rule read changes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def suppress(self, case_id: int, finding: Finding, reason: str) -> Changes:
        """Suppress a finding. Raises :class:`UserProblem` without a reason, and for a finding that is gone."""
        raise NotImplementedError

    def lift(self, case_id: int, finding: Finding, reason: str = "") -> Changes:
        """Let a suppressed finding count again. Raises :class:`UserProblem` when it is not suppressed."""
        raise NotImplementedError

    def of_case(self, case_id: int) -> tuple[SuppressionLine, ...]:
        """Return the suppressions of a case, latest first, also those that no longer hold."""
        raise NotImplementedError
