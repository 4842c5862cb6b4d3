"""Rules as the hospital keeps them: drafts, versions, switches, thresholds, lists; every change has a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.changes import Changes
from app.domain.findings import Severity
from app.qc.rule import Rule
from app.services.rule_types import (
    ListLine,
    OverrideLine,
    ParameterLine,
    RuleDetail,
    RuleLine,
    RuleStep,
    RuleVersion,
)
from app.services.session import Session


class RuleAdminService:
    """Every write is a named operation; the engines check with the new rules as soon as it is stored.

    All writes raise :class:`UserProblem` without a reason, for an unknown rule and for what cannot be compiled;
    nothing is stored then.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self) -> tuple[RuleLine, ...]:
        """Return all rules, the base in the order of its files, then the hospital's."""
        raise NotImplementedError

    def rule(self, rule_id: str) -> RuleDetail:
        """Return a rule with draft and overrides. Raises :class:`UserProblem` for an unknown id."""
        raise NotImplementedError

    def versions(self, rule_id: str) -> tuple[RuleVersion, ...]:
        """Return the stored versions of a hospital rule, newest first; () for a rule of the base."""
        raise NotImplementedError

    def new_id(self) -> str:
        """Return the next free id of a hospital rule: YN-001, YN-002 …"""
        raise NotImplementedError

    def save_draft(self, rule: Rule, note: str = "") -> Changes:
        """Keep a rule as draft, whatever its state; it runs nowhere. Raises :class:`UserProblem` for a base id."""
        raise NotImplementedError

    def drop_draft(self, rule_id: str) -> Changes:
        """Forget a draft; versions stay."""
        raise NotImplementedError

    def enable(
        self, rule_id: str, reason: str, valid_from: date | None = None, valid_to: date | None = None
    ) -> Changes:
        """Make the draft the version in force from ``valid_from`` (None: at once) to ``valid_to`` (None: for good)."""
        raise NotImplementedError

    def switch(
        self,
        rule_id: str,
        on: bool,
        reason: str,
        department: str = "",
        *,
        valid_from: date | None = None,
        valid_to: date | None = None,
    ) -> Changes:
        """Switch any rule on or off, for all or for a department, between two days."""
        raise NotImplementedError

    def set_severity(self, rule_id: str, severity: Severity, reason: str, department: str = "") -> Changes:
        """Give a rule another severity, for all or for a department."""
        raise NotImplementedError

    def set_parameter(self, name: str, value: float | None, reason: str, department: str = "") -> Changes:
        """Set a parameter of the hospital (``split_days``) or of a rule (``LJ-037.days``); None: as shipped."""
        raise NotImplementedError

    def exempt(self, rule_id: str, unless: str, reason: str, department: str = "") -> Changes:
        """Let a rule be silent where an expression is true (a group, a drug class); '' ends the exemption."""
        raise NotImplementedError

    def drop_override(self, override_id: int, reason: str) -> Changes:
        """End an override today; what held before it holds again."""
        raise NotImplementedError

    def roll_back(self, rule_id: str, version: int, reason: str) -> Changes:
        """Put an earlier version in force again, as a new version."""
        raise NotImplementedError

    def judge(self, rule_id: str, case_id: int, true_alarm: bool, note: str = "") -> Changes:
        """Note whether a rule was right about a case; a second word replaces the first."""
        raise NotImplementedError

    def parameters(self) -> tuple[ParameterLine, ...]:
        """Return the parameters of the hospital, then those of rules."""
        raise NotImplementedError

    def lists(self) -> tuple[ListLine, ...]:
        """Return the lookup lists."""
        raise NotImplementedError

    def set_list(self, name: str, items: Sequence[str], reason: str) -> Changes:
        """Replace the entries of a list; an empty one switches the rules off that use it."""
        raise NotImplementedError

    def overrides(self, target: str = "") -> tuple[OverrideLine, ...]:
        """Return the words of the hospital on a rule, parameter or list ('' all), newest first."""
        raise NotImplementedError

    def history(self, rule_id: str = "") -> tuple[RuleStep, ...]:
        """Return the changes of the rules, or of one rule, latest first."""
        raise NotImplementedError

    def undo(self, op_id: int) -> Changes:
        """Take a change back. Raises :class:`UserProblem` when it was changed since."""
        raise NotImplementedError
