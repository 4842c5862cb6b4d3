"""Reads of the hospital's rules: versions, overrides, judgements, hits, and how they changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.sql.operators import custom_op

from app.domain.findings import Standing
from app.storage.audit import Operation, change_of, operation_of
from app.storage.rows import Change
from app.storage.tables import (
    audit_change,
    audit_operation,
    cases,
    finding_line,
    rule_judgement,
    rule_override,
    rule_version,
)

_NO_INDEX: Final[custom_op[object]] = custom_op("+")
"""SQLite's unary plus: walking the index of rules and looking every case up takes a hundred times longer."""
RULE_TABLES: Final = (rule_version.name, rule_override.name)


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A version of a hospital rule. ``data`` is the rule as in a rule file; ``is_draft`` while never put in force."""

    id: int
    rule_id: str
    version: int
    is_draft: bool
    data: Mapping[str, object]
    valid_from: date | None
    valid_to: date | None
    note: str
    origin: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredOverride:
    """A word of the hospital on a rule, a parameter or a list; ``value`` None takes earlier ones back."""

    id: int
    kind: str
    target: str
    department: str
    value: object
    reason: str
    valid_from: date | None
    valid_to: date | None
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """How many cases of a rule were called a true or a false alarm."""

    true: int = 0
    false: int = 0


def stored_rules(connection: sa.Connection) -> list[StoredRule]:
    """Return every version of every hospital rule, by id and version."""
    query = rule_version.select().order_by(rule_version.c.rule_id, rule_version.c.version)
    return [_rule(row) for row in connection.execute(query).mappings()]


def stored_overrides(connection: sa.Connection) -> list[StoredOverride]:
    """Return every override, oldest first."""
    query = rule_override.select().order_by(rule_override.c.id)
    return [_override(row) for row in connection.execute(query).mappings()]


def hits_since(connection: sa.Connection, first: date, rule_id: str = "") -> dict[str, int]:
    """Return how many cases discharged since a day have an open finding of each rule, or of one."""
    query = (
        sa.select(finding_line.c.rule_id, sa.func.count(finding_line.c.case_id.distinct()))
        .join(cases, cases.c.id == finding_line.c.case_id)
        .where(cases.c.discharge_time >= first.isoformat(), finding_line.c.standing == Standing.OPEN.value)
        .group_by(sa.UnaryExpression(finding_line.c.rule_id, operator=_NO_INDEX))
    )
    if rule_id:
        query = query.where(finding_line.c.rule_id == rule_id)
    return {rule_id: int(count) for rule_id, count in connection.execute(query)}


def judged(connection: sa.Connection) -> dict[str, Judged]:
    """Return the judgements of each rule, counted."""
    verdict = rule_judgement.c.verdict
    true, false = (sa.func.count(sa.case((verdict == word, 1))) for word in ("true", "false"))
    query = sa.select(rule_judgement.c.rule_id, true, false).group_by(rule_judgement.c.rule_id)
    return {rule_id: Judged(int(right), int(wrong)) for rule_id, right, wrong in connection.execute(query)}


def judgements(connection: sa.Connection, rule_id: str) -> dict[int, bool]:
    """Return for each judged case of a rule whether the alarm was true."""
    query = sa.select(rule_judgement.c.case_id, rule_judgement.c.verdict).where(rule_judgement.c.rule_id == rule_id)
    return {int(case_id): verdict == "true" for case_id, verdict in connection.execute(query)}


def rule_changes(connection: sa.Connection) -> list[tuple[Operation, Change]]:
    """Return every change of versions and overrides with its operation, latest first."""
    query = (
        sa.select(audit_operation, audit_change)
        .join(audit_change, audit_change.c.op_id == audit_operation.c.id)
        .where(audit_change.c.entity.in_(RULE_TABLES))
        .order_by(audit_change.c.op_id.desc(), audit_change.c.seq)
    )
    return [(operation_of(row), change_of(row)) for row in connection.execute(query)]


def _rule(row: sa.RowMapping) -> StoredRule:
    return StoredRule(
        id=row["id"],
        rule_id=row["rule_id"],
        version=row["version"],
        is_draft=row["status"] == "draft",
        data=json.loads(row["rule"]),
        valid_from=day_of(row["valid_from"]),
        valid_to=day_of(row["valid_to"]),
        note=row["note"],
        origin=row["origin"],
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
    )


def _override(row: sa.RowMapping) -> StoredOverride:
    return StoredOverride(
        id=row["id"],
        kind=row["kind"],
        target=row["target"],
        department=row["department"],
        value=json.loads(row["value"]),
        reason=row["reason"],
        valid_from=day_of(row["valid_from"]),
        valid_to=day_of(row["valid_to"]),
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
    )


def day_of(stored: str) -> date | None:
    """Return a stored day, None for ''."""
    return date.fromisoformat(stored) if stored else None
