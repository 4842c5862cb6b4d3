"""Writes of the hospital's rules inside an operation: versions, overrides, judgements. Audited like every fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from app.storage.cells import dump
from app.storage.rules import StoredRule
from app.storage.tables import rule_judgement, rule_override, rule_version
from app.storage.transaction import Transaction

Days = tuple[date | None, date | None]
"""First and last day on which something holds, None for no bound."""
NO_BOUNDS: Days = (None, None)


def add_version(
    tx: Transaction,
    data: Mapping[str, object],
    version: int,
    *,
    draft: bool,
    days: Days = NO_BOUNDS,
    note: str = "",
    origin: str = "",
) -> int:
    """Store a version of a rule as it stands in a rule file and return the id of the row."""
    return tx.insert_signed(
        rule_version.name,
        {
            "rule_id": str(data["id"]),
            "version": version,
            "status": "draft" if draft else "on",
            "rule": dump(data),
            "valid_from": _text(days[0]),
            "valid_to": _text(days[1]),
            "note": note,
            "origin": origin,
        },
    )


def take_version(
    tx: Transaction,
    versions: Sequence[StoredRule],
    rule_data: Mapping[str, object],
    note: str,
    origin: str,
    *,
    draft: bool,
) -> None:
    """Store a rule that a pack brought: in the place of a draft there is, else above all ``versions``."""
    waiting = next((one for one in versions if one.is_draft), None)
    if draft and waiting is not None:
        change_draft(tx, waiting.id, rule_data, note)
        tx.set_column(rule_version.name, waiting.id, "origin", origin)
        return
    number = max((one.version for one in versions), default=0) + 1
    add_version(tx, rule_data, number, draft=draft, note=note, origin=origin)


def change_draft(tx: Transaction, row_id: int, data: Mapping[str, object], note: str) -> None:
    """Replace the content of a draft. Raises ``LookupError`` when it is gone."""
    tx.set_column(rule_version.name, row_id, "rule", dump(data))
    tx.set_column(rule_version.name, row_id, "note", note)


def drop_draft(tx: Transaction, row_id: int) -> None:
    """Delete a draft. Raises ``LookupError`` when it is gone."""
    tx.delete_from(rule_version.name, row_id)


def put_in_force(tx: Transaction, row_id: int, version: int, note: str, days: Days) -> None:
    """Make a draft the version ``version``, in force between two days. Raises ``LookupError`` when it is gone."""
    tx.set_column(rule_version.name, row_id, "version", version)
    for column, value in {
        "status": "on",
        "note": note,
        "valid_from": _text(days[0]),
        "valid_to": _text(days[1]),
    }.items():
        tx.set_column(rule_version.name, row_id, column, value)


def add_override(
    tx: Transaction, kind: str, target: str, value: object, reason: str, department: str = "", days: Days = NO_BOUNDS
) -> int:
    """Store a word of the hospital and return the id of the row; ``value`` None takes earlier ones back."""
    return tx.insert_signed(
        rule_override.name,
        {
            "kind": kind,
            "target": target,
            "department": department,
            "value": dump(value),
            "reason": reason,
            "valid_from": _text(days[0]),
            "valid_to": _text(days[1]),
        },
    )


def drop_override(tx: Transaction, row_id: int) -> None:
    """Delete a word of the hospital; the audit keeps it. Raises ``LookupError`` when it is gone."""
    tx.delete_from(rule_override.name, row_id)


def judge(tx: Transaction, rule_id: str, case_id: int, true_alarm: bool, note: str) -> None:
    """Note whether a rule was right about a case; an earlier word of anybody is replaced."""
    here = sa.and_(rule_judgement.c.rule_id == rule_id, rule_judgement.c.case_id == case_id)
    known = tx.connection.execute(sa.select(rule_judgement.c.id, rule_judgement.c.verdict).where(here)).first()
    verdict = "true" if true_alarm else "false"
    if known is not None:
        if known.verdict == verdict:
            return
        tx.delete_from(rule_judgement.name, known.id)
    tx.insert_signed(rule_judgement.name, {"rule_id": rule_id, "case_id": case_id, "verdict": verdict, "note": note})


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
