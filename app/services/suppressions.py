"""Findings that somebody suppressed with a reason, bound to the facts they were made on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.findings import Finding, Severity
from app.qc.facts import facts_digest
from app.services.case_view import load_case, refuse_locked
from app.services.checking import CheckingService
from app.services.permits import DESK, needs
from app.services.rule_types import SuppressionLine
from app.services.session import Session
from app.services.standing import place_of
from app.services.stored_context import context_of
from app.storage import decisions
from app.storage.decisions import StoredSuppression
from app.storage.ops import Op
from app.storage.reads import Reader
from app.storage.transaction import Transaction


class SuppressionService:
    """A suppressed finding is shown as such and not counted; it comes back when a value that its rule read changes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("coder", "qc")
    def suppress(self, case_id: int, finding: Finding, reason: str) -> Changes:
        """Suppress a finding of the case as it stands.

        Raises :class:`UserProblem` without a reason, for a locked case, for a finding that is gone, and for a blocking
        one: only a change or two signatures set that aside.
        """
        if not reason.strip():
            raise UserProblem("suppressions.no_reason", remedy="suppressions.remedy.no_reason")
        if finding.severity is Severity.ERROR:
            raise UserProblem("suppressions.error", remedy="suppressions.remedy.error", rule=finding.rule_id)
        with self._session.db.read() as reader:
            refuse_locked(load_case(reader, case_id))
            digest = self._digests(reader, case_id).get(_key(finding))
            known = self._of(reader, case_id, finding)
        if digest is None:
            raise UserProblem("suppressions.gone", remedy="suppressions.remedy.gone", rule=finding.rule_id)
        with self._operation(Op.SUPPRESS, finding, reason) as tx:
            for old in known:
                decisions.lift(tx, old.id, reason.strip(), self._session.actor.name)
            decisions.suppress(tx, case_id, finding.rule_id, place_of(finding), digest, reason.strip())
            tx.record_event("suppressed", {"rule": finding.rule_id, "reason": reason.strip()}, case_id)
        return self._done(tx, case_id)

    @needs("coder", "qc")
    def lift(self, case_id: int, finding: Finding, reason: str = "") -> Changes:
        """Let a suppressed finding count again. Raises :class:`UserProblem` when it is not suppressed."""
        with self._session.db.read() as reader:
            refuse_locked(load_case(reader, case_id))
            known = self._of(reader, case_id, finding)
        if not known:
            raise UserProblem("suppressions.none", remedy="suppressions.remedy.none", rule=finding.rule_id)
        with self._operation(Op.LIFT_SUPPRESSION, finding, reason) as tx:
            for old in known:
                decisions.lift(tx, old.id, reason.strip(), self._session.actor.name)
            tx.record_event("unsuppressed", {"rule": finding.rule_id, "reason": reason.strip()}, case_id)
        return self._done(tx, case_id)

    @needs(*DESK)
    def of_case(self, case_id: int) -> tuple[SuppressionLine, ...]:
        """Return the suppressions of a case, latest first, also those that no longer hold."""
        with self._session.db.read() as reader:
            stored = reader.suppressions(case_id)
            standing = [one for one in stored if not one.is_lifted]
            digests = self._digests(reader, case_id) if standing else {}  # a whole check, for what hardly a case has
        return tuple(_line(one, digests) for one in stored)

    def _digests(self, reader: Reader, case_id: int) -> dict[tuple[str, str, str], str]:
        """Return the digest of the facts of each finding of a case as it stands, by rule, place and message."""
        case = load_case(reader, case_id)
        rules = self._session.engines.rule_sets.for_record(case.record)
        context = context_of(self._session, reader, case)
        report = rules.check(case.record, context)
        return {
            _key(finding): facts_digest(rules.rule(finding.rule_id), case.record, finding, context.siblings)
            for finding in report.findings
        }

    @staticmethod
    def _of(reader: Reader, case_id: int, finding: Finding) -> list[StoredSuppression]:
        """Return the suppressions of a finding that were not lifted."""
        return [
            one
            for one in reader.suppressions(case_id)
            if not one.is_lifted and (one.rule_id, one.path) == (finding.rule_id, place_of(finding))
        ]

    def _operation(self, op: Op, finding: Finding, reason: str) -> AbstractContextManager[Transaction]:
        note = f"{finding.rule_id} {reason.strip()}".strip()
        return self._session.db.operation(op, by=self._session.actor, note=note)

    def _done(self, tx: Transaction, case_id: int) -> Changes:
        """Check the case anew, so that lists count what is open now."""
        return replace(tx.changes, cases=frozenset({case_id})) | CheckingService(self._session).run([case_id])


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule_id, place_of(finding), finding.message


def _line(stored: StoredSuppression, digests: dict[tuple[str, str, str], str]) -> SuppressionLine:
    is_true = any(
        digest == stored.digest for key, digest in digests.items() if key[:2] == (stored.rule_id, stored.path)
    )
    return SuppressionLine(
        id=stored.id,
        case_id=stored.case_id,
        rule_id=stored.rule_id,
        path=stored.path,
        reason=stored.reason,
        who=stored.who,
        at=stored.at,
        holds=is_true and not stored.is_lifted,
        lifted=stored.lifted_by if stored.is_lifted else "",
    )
