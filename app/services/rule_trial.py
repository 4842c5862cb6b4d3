"""Trying a rule on the stored cases before it is put in force. Nothing is written."""

from __future__ import annotations

from app.common.progress import Progress
from app.qc.rule import Rule
from app.services.rule_types import Trial, TrialScope
from app.services.session import Session


class RuleTrialService:
    """Reads only the columns that the rule touches."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, rule: Rule, scope: TrialScope | None = None, progress: Progress | None = None) -> Trial:
        """Try a rule, also one that is a draft or off, on stored cases and compare with the version in force.

        Raises :class:`RuleFault` when it cannot be compiled, :class:`UserProblem` when it uses an empty list,
        ``Cancelled``.
        """
        raise NotImplementedError
