"""What people decided about findings of a case: suppressions and exceptions, read and written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from app.storage.cells import dump
from app.storage.ops import Op
from app.storage.tables import audit_change, audit_operation, qc_exception, suppression
from app.storage.transaction import Transaction

OPEN: Final = "open"
APPROVED: Final = "approved"


@dataclass(frozen=True, slots=True)
class StoredSuppression:
    """A suppressed finding; ``lifted`` is the reason why it ended, ``is_lifted`` whether it did."""

    id: int
    case_id: int
    rule_id: str
    path: str
    digest: str
    reason: str
    who: str
    at: datetime
    is_lifted: bool
    lifted: str
    lifted_by: str


@dataclass(frozen=True, slots=True)
class StoredException:
    """An exception as stored; signatures are (name, time), ('', None) while missing. Money in fen."""

    id: int
    case_id: int
    rule_id: str
    amount_fen: int | None
    ratio: str
    reason_class: str
    reason: str
    evidence: tuple[str, ...]
    valid_to: date
    who: str
    at: datetime
    head: tuple[str, datetime | None]
    insurance: tuple[str, datetime | None]
    state: str
    note: str

    def covers(self, day: date) -> bool:
        """Tell whether it is approved and holds on a day."""
        return self.state == APPROVED and day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: money in fen, ``ratio`` cost ÷ payment standard as text, the last day."""

    amount_fen: int | None
    ratio: str
    reason_class: str
    reason: str
    evidence: Sequence[str]
    valid_to: date


def suppressions_of(connection: sa.Connection, case_id: int) -> list[StoredSuppression]:
    """Return the suppressions of a case, latest first."""
    query = suppression.select().where(suppression.c.case_id == case_id).order_by(suppression.c.id.desc())
    return [_suppression(row) for row in connection.execute(query).mappings()]


def decided_cases(connection: sa.Connection, case_ids: Iterable[int]) -> set[int]:
    """Return those of some cases that have a suppression or an exception: the others need no look."""
    ids = list(case_ids)
    found: set[int] = set()
    for table in (suppression, qc_exception):
        found |= set(connection.execute(sa.select(table.c.case_id).where(table.c.case_id.in_(ids))).scalars())
    return found


def excepted_cases(connection: sa.Connection, case_ids: Iterable[int]) -> set[int]:
    """Return those of some cases for which an exception was ever asked: what they may depends on the day."""
    wanted = qc_exception.c.case_id.in_(list(case_ids))
    return set(connection.execute(sa.select(qc_exception.c.case_id).where(wanted)).scalars())


def exceptions_of(connection: sa.Connection, case_id: int) -> list[StoredException]:
    """Return the exceptions of a case, latest first."""
    query = qc_exception.select().where(qc_exception.c.case_id == case_id).order_by(qc_exception.c.id.desc())
    return [_exception(row) for row in connection.execute(query).mappings()]


def waiting_exceptions(connection: sa.Connection) -> list[StoredException]:
    """Return the exceptions that lack a signature, oldest first."""
    query = qc_exception.select().where(qc_exception.c.state == OPEN).order_by(qc_exception.c.id)
    return [_exception(row) for row in connection.execute(query).mappings()]


def exception(connection: sa.Connection, exception_id: int) -> StoredException:
    """Return one exception. Raises ``LookupError`` for an unknown id."""
    row = connection.execute(qc_exception.select().where(qc_exception.c.id == exception_id)).mappings().first()
    if row is None:
        raise LookupError(exception_id)
    return _exception(row)


def signer_of(connection: sa.Connection, exception_id: int, role: str) -> str:
    """Return the id of whoever signed an exception in a role, as the audit has it; '' while nobody did.

    A person may be called otherwise later: two signatures are of two persons when their ids differ.
    """
    changed = audit_change.c.op_id == audit_operation.c.id
    query = (
        sa.select(audit_operation.c.actor)
        .join(audit_change, changed)
        .where(audit_operation.c.op == Op.SIGN_EXCEPTION.value)
        .where(audit_change.c.entity == qc_exception.name, audit_change.c.row_id == exception_id)
        .where(audit_change.c.field == f"{role}_name")
        .order_by(audit_operation.c.id.desc())
        .limit(1)
    )
    return str(connection.execute(query).scalar() or "")


def suppress(tx: Transaction, case_id: int, rule_id: str, path: str, digest: str, reason: str) -> int:
    """Store a suppression and return its id."""
    facts = {"case_id": case_id, "rule_id": rule_id, "path": path, "digest": digest, "reason": reason}
    return tx.insert_signed(suppression.name, {**facts, "lifted": "", "lifted_by": "", "lifted_at": ""})


def lift(tx: Transaction, suppression_id: int, reason: str, who: str) -> None:
    """End a suppression. Raises ``LookupError`` for an unknown id."""
    for column, value in {"lifted": reason, "lifted_by": who, "lifted_at": tx.at}.items():
        tx.set_column(suppression.name, suppression_id, column, value)


def request(tx: Transaction, case_id: int, rule_id: str, wish: Wish) -> int:
    """Store a request for an exception and return its id."""
    return tx.insert_signed(
        qc_exception.name,
        {
            "case_id": case_id,
            "rule_id": rule_id,
            "amount_fen": wish.amount_fen,
            "ratio": wish.ratio,
            "reason_class": wish.reason_class,
            "reason": wish.reason,
            "evidence": dump(list(wish.evidence)),
            "valid_to": wish.valid_to.isoformat(),
            "head_name": "",
            "head_at": "",
            "insurance_name": "",
            "insurance_at": "",
            "state": OPEN,
            "note": "",
        },
    )


def sign(tx: Transaction, exception_id: int, role: str, name: str) -> None:
    """Put a name under an exception in a role (head, insurance)."""
    tx.set_column(qc_exception.name, exception_id, f"{role}_name", name)
    tx.set_column(qc_exception.name, exception_id, f"{role}_at", tx.at)


def close(tx: Transaction, exception_id: int, state: str, note: str) -> None:
    """Write the outcome of an exception with a note."""
    tx.set_column(qc_exception.name, exception_id, "state", state)
    tx.set_column(qc_exception.name, exception_id, "note", note)


def _suppression(row: sa.RowMapping) -> StoredSuppression:
    return StoredSuppression(
        id=row["id"],
        case_id=row["case_id"],
        rule_id=row["rule_id"],
        path=row["path"],
        digest=row["digest"],
        reason=row["reason"],
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
        is_lifted=bool(row["lifted_at"]),
        lifted=row["lifted"],
        lifted_by=row["lifted_by"],
    )


def _exception(row: sa.RowMapping) -> StoredException:
    return StoredException(
        id=row["id"],
        case_id=row["case_id"],
        rule_id=row["rule_id"],
        amount_fen=row["amount_fen"],
        ratio=row["ratio"],
        reason_class=row["reason_class"],
        reason=row["reason"],
        evidence=tuple(json.loads(row["evidence"])),
        valid_to=date.fromisoformat(row["valid_to"]),
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
        head=_signature(row["head_name"], row["head_at"]),
        insurance=_signature(row["insurance_name"], row["insurance_at"]),
        state=row["state"],
        note=row["note"],
    )


def _signature(name: str, at: str) -> tuple[str, datetime | None]:
    return name, datetime.fromisoformat(at) if at else None
