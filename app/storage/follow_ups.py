"""Why cases wait and when somebody looks at them again, read and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.storage.desk_tables import follow_up
from app.storage.transaction import Transaction

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Why a case waits, until which day (None: no day), with a note and who wrote it."""

    id: int
    case_id: int
    due: date | None
    reason: str
    note: str
    who: str


def follow_ups(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, FollowUp]:
    """Return what those of some cases wait for that do, by case."""
    found: dict[int, FollowUp] = {}
    for start in range(0, len(case_ids), _AT_A_TIME):
        some = list(case_ids[start : start + _AT_A_TIME])
        rows = connection.execute(follow_up.select().where(follow_up.c.case_id.in_(some))).mappings()
        found |= {row["case_id"]: _read(row) for row in rows}
    return found


def _read(row: sa.RowMapping) -> FollowUp:
    due = date.fromisoformat(row["due"]) if row["due"] else None
    who = row["actor_name"] or row["actor"]
    return FollowUp(row["id"], row["case_id"], due, row["reason"], row["note"], who)


def set_follow_up(tx: Transaction, case_id: int, due: date | None, reason: str, note: str) -> None:
    """Note why a case waits; what was noted before is replaced. The case goes into lists anew."""
    _drop(tx, case_id)
    tx.record_event("follow_up", {"reason": reason, "due": due.isoformat() if due else ""}, case_id)
    tx.insert_signed(
        follow_up.name,
        {"case_id": case_id, "due": due.isoformat() if due else "", "reason": reason, "note": note},
    )


def settle(tx: Transaction, case_id: int) -> None:
    """Note that a case waits no longer; nothing happens to one that did not."""
    if _drop(tx, case_id):
        tx.record_event("follow_up_done", {}, case_id)


def _drop(tx: Transaction, case_id: int) -> bool:
    """Delete what a case waits for; return whether it waited."""
    known = follow_ups(tx.connection, [case_id]).get(case_id)
    if known is not None:
        tx.delete_from(follow_up.name, known.id)
    return known is not None
