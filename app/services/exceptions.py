"""Exceptions from blocking rules: requested with evidence, signed by two persons, for a time (domain.md 5.5)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.findings import Finding, Severity
from app.domain.states import move_between, way
from app.services.case_view import load_case, refuse_locked
from app.services.checking import CheckingService
from app.services.moves import pass_now
from app.services.permits import DESK, needs
from app.services.rule_types import ExceptionLine, ExceptionReason, ExceptionState, Signature, SignRole
from app.services.session import Session
from app.services.standing import may_except
from app.storage import decisions
from app.storage.actor import local_actor
from app.storage.decisions import StoredException, Wish
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

DAYS: Final = 30
"""How long an exception holds when nobody says otherwise."""
_PLACES: Final = Decimal("0.0001")


class ExceptionService:
    """An approved exception lets a case pass although a rule blocks it, until its last day."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK, "head")
    def may_except(self, finding: Finding) -> bool:
        """Tell whether an exception from the rule of a finding may be asked for at all."""
        return may_except(finding, self._session.engines.rule_sets.for_department("").rules)

    @needs("coder", "qc")
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

        A case in 质控中 waits in 待审批 from then on. Raises :class:`UserProblem` for a rule without exceptions,
        without reason or evidence, and when one is open or approved.
        """
        today = self._today()
        proofs = [stripped for one in evidence if (stripped := one.strip())]
        if not self.may_except(finding):
            raise _problem("not_allowed", rule=finding.rule_id)
        if not reason.strip() or not proofs:
            raise _problem("no_evidence" if reason.strip() else "no_reason")
        if valid_to is not None and valid_to < today:
            raise _problem("past", day=valid_to)
        with self._session.db.read() as reader:
            case = load_case(reader, case_id)
            refuse_locked(case)
            self._must_be_alone(reader.exceptions(case_id), finding.rule_id, today)
        amount, ratio = self._amount(case)
        last = valid_to or today + timedelta(days=DAYS)
        wish = Wish(amount, ratio, reason_class.value, reason.strip(), proofs, last)
        with self._operation(Op.REQUEST_EXCEPTION, finding.rule_id, reason) as tx:
            decisions.request(tx, case_id, finding.rule_id, wish)
            _tell(tx, case_id, "requested", finding.rule_id, self._session.actor.name)
            if move_between(case.state, CaseState.APPROVAL) is not None:
                tx.set_state(case_id, CaseState.APPROVAL)
        return self._done(tx, case_id)

    @needs("head", "insurance")
    def sign(self, exception_id: int, role: SignRole, name: str = "") -> Changes:
        """Sign as whoever works here; the second signature approves. ``name`` counts in a library without people.

        Raises :class:`UserProblem` when the role has signed or is not hers, the same person signs twice, a head signs
        for another department, or it is not open.
        """
        stored = self._open(exception_id)
        signer = self._signer(stored, role, name)
        own, other = (stored.head, stored.insurance) if role is SignRole.HEAD else (stored.insurance, stored.head)
        if own[0]:
            raise _problem("signed_already", role=text(f"exceptions.role.{role}"), name=own[0])
        if other[0] and self._has_signed(stored, role, signer, other[0]):
            raise _problem("same_person", name=signer)
        if other[0] and _folded(other[0]) == _folded(signer):
            signer = f"{signer} {self._session.actor.id}"
        with self._operation(Op.SIGN_EXCEPTION, stored.rule_id, signer) as tx:
            decisions.sign(tx, exception_id, role.value, signer)
            _tell(tx, stored.case_id, f"signed_{role}", stored.rule_id, signer)
            if other[0]:
                decisions.close(tx, exception_id, ExceptionState.APPROVED.value, "")
        changes = self._done(tx, stored.case_id)
        return changes | self._pass(stored) if other[0] else changes

    @needs("head", "insurance")
    def reject(self, exception_id: int, role: SignRole, name: str, reason: str) -> Changes:
        """Refuse; a case in 待审批 goes back to coding. Raises as :meth:`sign`, and without a reason."""
        if not reason.strip():
            raise _problem("no_reason")
        stored = self._open(exception_id)
        signer = self._signer(stored, role, name)
        note = f"{text(f'exceptions.role.{role}')} {signer} {reason.strip()}"
        return self._close(Op.REJECT_EXCEPTION, stored, ExceptionState.REJECTED, note)

    @needs("coder", "qc")
    def withdraw(self, exception_id: int, reason: str) -> Changes:
        """Take a request or an approval back; a case in 待审批 goes back to coding."""
        if not reason.strip():
            raise _problem("no_reason")
        stored = self._find(exception_id)
        if stored.state not in (decisions.OPEN, decisions.APPROVED):
            raise _problem("closed", state=text(f"exceptions.state.{stored.state}"))
        return self._close(Op.WITHDRAW_EXCEPTION, stored, ExceptionState.WITHDRAWN, reason.strip())

    @needs(*DESK, "head")
    def of_case(self, case_id: int) -> tuple[ExceptionLine, ...]:
        """Return the exceptions of a case, latest first."""
        with self._session.db.read() as reader:
            return tuple(self._line(one) for one in reader.exceptions(case_id))

    @needs(*DESK, "head")
    def waiting(self) -> tuple[ExceptionLine, ...]:
        """Return the requests that wait for a signature, oldest first; to a head those of her departments."""
        sees = self._session.actor.sees
        with self._session.db.read() as reader:
            waiting = reader.waiting_exceptions()
            return tuple(self._line(one) for one in waiting if sees(_department(load_case(reader, one.case_id))))

    @needs(*DESK, "head")
    def record_numbers(self, lines: Sequence[ExceptionLine]) -> dict[int, str]:
        """Return the record numbers of the cases of some requests."""
        with self._session.db.read() as reader:
            return {one.case_id: load_case(reader, one.case_id).record.text("record_no") for one in lines}

    @needs(*DESK, "head")
    def sign_roles(self) -> tuple[SignRole, ...]:
        """Return the roles that whoever works here may sign in."""
        return tuple(role for role in SignRole if self._session.actor.may(role.value))

    @property
    @needs(*DESK, "head")
    def asks_name(self) -> bool:
        """True in a library without people, where a signature is a typed name."""
        return self._session.actor == local_actor()

    def _signer(self, stored: StoredException, role: SignRole, name: str) -> str:
        """Return the name under a signature. Raises :class:`UserProblem` when it is not this person's to give."""
        actor = self._session.actor
        if actor == local_actor():
            return _name(name)
        if not actor.may(role.value):
            raise _problem("not_your_role", role=text(f"exceptions.role.{role}"))
        if role is SignRole.HEAD:
            with self._session.db.read() as reader:
                department = _department(load_case(reader, stored.case_id))
            if department not in actor.departments:
                raise _problem("other_department")
        return actor.name

    def _has_signed(self, stored: StoredException, role: SignRole, signer: str, other: str) -> bool:
        """Tell whether this person gave the other signature: by her id, without people by the name."""
        if self._session.actor == local_actor():
            return _folded(other) == _folded(signer)
        theirs = SignRole.INSURANCE if role is SignRole.HEAD else SignRole.HEAD
        with self._session.db.read() as reader:
            return reader.signer_of(stored.id, theirs.value) == self._session.actor.id

    def _close(self, op: Op, stored: StoredException, state: ExceptionState, note: str) -> Changes:
        with self._session.db.read() as reader:
            case = load_case(reader, stored.case_id)
        refuse_locked(case)
        with self._operation(op, stored.rule_id, note) as tx:
            decisions.close(tx, stored.id, state.value, note)
            _tell(tx, stored.case_id, state.value, stored.rule_id, note)
            if case.state is CaseState.APPROVAL:
                tx.set_state(stored.case_id, CaseState.CODING)
        return self._done(tx, stored.case_id)

    def _pass(self, stored: StoredException) -> Changes:
        """Let a case in 待审批 pass when nothing else blocks it."""
        with self._session.db.read() as reader:
            case, cached = load_case(reader, stored.case_id), reader.findings(stored.case_id)
        left = 1 if cached is None else cached.value.count(Severity.ERROR) + cached.value.count(Severity.WARN)
        if case.state is not CaseState.APPROVAL or left:
            return Changes()
        with self._session.db.operation(Op.SET_STATE, by=self._session.actor) as tx:
            pass_now(self._session, tx, case, way(case.state, CaseState.PASSED))
        return self._done(tx, stored.case_id)

    def _amount(self, case: StoredCase) -> tuple[int | None, str]:
        price = self._session.engines.preview(case.record, case.proposals).price
        fee = case.record.value("fee_total")
        cost = price.cost_fen if price.cost_fen is not None else fee if isinstance(fee, int) else None
        if cost is None or not price.standard_fen:
            return cost, ""
        return cost, str((Decimal(cost) / price.standard_fen).quantize(_PLACES))

    def _must_be_alone(self, known: Sequence[StoredException], rule_id: str, today: date) -> None:
        for one in known:
            if one.rule_id == rule_id and one.state == decisions.OPEN:
                raise _problem("open_already", rule=rule_id)
            if one.rule_id == rule_id and one.covers(today):
                raise _problem("approved_already", rule=rule_id, day=one.valid_to)

    def _find(self, exception_id: int) -> StoredException:
        try:
            with self._session.db.read() as reader:
                return reader.exception(exception_id)
        except LookupError as error:
            raise _problem("unknown") from error

    def _open(self, exception_id: int) -> StoredException:
        stored = self._find(exception_id)
        if stored.state != decisions.OPEN:
            raise _problem("closed", state=text(f"exceptions.state.{stored.state}"))
        return stored

    def _line(self, stored: StoredException) -> ExceptionLine:
        state = ExceptionState(stored.state)
        if state is ExceptionState.APPROVED and not stored.covers(self._today()):
            state = ExceptionState.EXPIRED
        signed = ((SignRole.HEAD, stored.head), (SignRole.INSURANCE, stored.insurance))
        return ExceptionLine(
            id=stored.id,
            case_id=stored.case_id,
            rule_id=stored.rule_id,
            amount_fen=stored.amount_fen,
            ratio=Decimal(stored.ratio) if stored.ratio else None,
            reason_class=ExceptionReason(stored.reason_class),
            reason=stored.reason,
            evidence=stored.evidence,
            requester=stored.who,
            requested_at=stored.at,
            signatures=tuple(Signature(role, name, at) for role, (name, at) in signed if at is not None),
            state=state,
            valid_to=stored.valid_to,
            note=stored.note,
        )

    def _today(self) -> date:
        return self._session.clock.now().date()

    def _operation(self, op: Op, rule_id: str, why: str) -> AbstractContextManager[Transaction]:
        return self._session.db.operation(op, by=self._session.actor, note=f"{rule_id} {why.strip()}")

    def _done(self, tx: Transaction, case_id: int) -> Changes:
        """Check the case anew, so that lists count what is open now."""
        return replace(tx.changes, cases=frozenset({case_id})) | CheckingService(self._session).run([case_id])


def _tell(tx: Transaction, case_id: int, what: str, rule_id: str, who: str) -> None:
    """Put a step into the history of the case."""
    tx.record_event("exception", {"what": what, "rule": rule_id, "who": who}, case_id)


def _department(case: StoredCase) -> str:
    return case.record.text("discharge_dept") or case.record.text("admit_dept")


def _name(given: str) -> str:
    if not given.strip():
        raise _problem("no_name")
    return given.strip()


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _problem(key: str, **args: object) -> UserProblem:
    return UserProblem(f"exceptions.{key}", remedy=f"exceptions.remedy.{key}", where=None, **args)
