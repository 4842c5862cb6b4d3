"""Objections of the insurer and requests for a single review, written and read; money in fen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from app.storage.appeal_table import appeal
from app.storage.cells import dump
from app.storage.transaction import Transaction

OPEN: Final = "open"
ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True, repr=False)
class NewAppeal:
    """What is entered. ``version`` and ``return_id``: the submission and the line of the insurer, 0 for none."""

    case_id: int
    kind: str
    objection: str
    received: date
    due: date
    reason_class: str = ""
    evidence: tuple[str, ...] = ()
    version: int = 0
    return_id: int = 0

    def __repr__(self) -> str:
        return f"NewAppeal({self.case_id}, {self.kind})"


@dataclass(frozen=True, slots=True, repr=False)
class StoredAppeal:
    """An entry of the register. ``answered`` and ``closed`` are None until then; ``amount_fen`` as far as told."""

    id: int
    case_id: int
    kind: str
    version: int
    return_id: int
    reason_class: str
    objection: str
    received: date
    due: date
    evidence: tuple[str, ...]
    answer: str
    answered: date | None
    state: str
    result: str
    drg: str
    amount_fen: int | None
    closed: date | None
    who: str
    at: datetime

    def __repr__(self) -> str:
        return f"StoredAppeal({self.id}, case={self.case_id}, {self.state})"


class AppealReads:
    """Reads of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> list[StoredAppeal]:
        """Return the register, what is due first in front."""
        return self._rows(appeal.select().order_by(appeal.c.due, appeal.c.id))

    def of_case(self, case_id: int) -> list[StoredAppeal]:
        """Return the entries of a case, latest first."""
        return self._rows(appeal.select().where(appeal.c.case_id == case_id).order_by(appeal.c.id.desc()))

    def one(self, number: int) -> StoredAppeal:
        """Return an entry. Raises ``LookupError`` when there is none."""
        found = self._rows(appeal.select().where(appeal.c.id == number))
        if not found:
            raise LookupError(number)
        return found[0]

    def waiting(self) -> list[date]:
        """Return until when the entries that nobody has answered are due."""
        query = sa.select(appeal.c.due).where(appeal.c.state == OPEN)
        return [date.fromisoformat(due) for due in self._connection.execute(query).scalars()]

    def _rows(self, query: sa.Select[tuple[object, ...]]) -> list[StoredAppeal]:
        return [_stored(row) for row in self._connection.execute(query).mappings()]


def add(tx: Transaction, new: NewAppeal) -> int:
    """Store an entry and return its id."""
    return tx.insert_signed(
        appeal.name,
        {
            "case_id": new.case_id,
            "kind": new.kind,
            "version": new.version,
            "return_id": new.return_id,
            "reason_class": new.reason_class,
            "objection": new.objection,
            "received": new.received.isoformat(),
            "due": new.due.isoformat(),
            "evidence": dump(list(new.evidence)),
            "answer": "",
            "answered": "",
            "state": OPEN,
            "result": "",
            "drg": "",
            "amount_fen": None,
            "closed": "",
        },
    )


def change(tx: Transaction, number: int, due: date, evidence: Sequence[str]) -> None:
    """Write another deadline and list of evidence. Raises ``LookupError`` for an unknown entry."""
    tx.set_column(appeal.name, number, "due", due.isoformat())
    tx.set_column(appeal.name, number, "evidence", dump(list(evidence)))


def answer(tx: Transaction, number: int, words: str, day: date) -> None:
    """Write what the insurer was answered, and when."""
    for column, value in {"answer": words, "answered": day.isoformat(), "state": ANSWERED}.items():
        tx.set_column(appeal.name, number, column, value)


def close(tx: Transaction, number: int, state: str, words: str, day: date) -> None:
    """Write how it ended."""
    for column, value in {"state": state, "result": words, "closed": day.isoformat()}.items():
        tx.set_column(appeal.name, number, column, value)


def settle(tx: Transaction, number: int, drg: str, amount_fen: int | None) -> None:
    """Write the group and, where told, the amount that the insurer settled on."""
    tx.set_column(appeal.name, number, "drg", drg)
    if amount_fen is not None:
        tx.set_column(appeal.name, number, "amount_fen", amount_fen)


def _stored(row: sa.RowMapping) -> StoredAppeal:
    return StoredAppeal(
        id=row["id"],
        case_id=row["case_id"],
        kind=row["kind"],
        version=row["version"],
        return_id=row["return_id"],
        reason_class=row["reason_class"],
        objection=row["objection"],
        received=date.fromisoformat(row["received"]),
        due=date.fromisoformat(row["due"]),
        evidence=tuple(json.loads(row["evidence"])),
        answer=row["answer"],
        answered=_day(row["answered"]),
        state=row["state"],
        result=row["result"],
        drg=row["drg"],
        amount_fen=row["amount_fen"],
        closed=_day(row["closed"]),
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
