"""Reads cases whole, as the domain knows them, with the identity and the state of what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby, islice
from typing import Any, Final

import sqlalchemy as sa

from app.domain.case import CaseKey, CaseRecord, CaseState, Row, Value
from app.domain.coding import Proposal
from app.domain.field import Group
from app.domain.fields import fields_of
from app.storage.cells import proposal_of, row_of
from app.storage.tables import CODED_GROUPS, GROUP_TABLES, HEAD_TABLES, PROPOSAL_COLUMNS, cases, column_set

RowId = tuple[Group, int]
Stored = dict[str, Any]
"""A row of a table as the driver gives it; made typed here and nowhere else."""

_CHUNK: Final = 400
_HEAD_SPECS: Final = {name: tuple(spec for spec in fields_of(Group.CASE) if spec.table == name) for name in HEAD_TABLES}


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case with what storage knows about it. Rows of ``record`` carry their ids.

    ``proposals`` and ``accepted`` are keyed by group and row id. ``source_row`` is the row of the batch's file.
    ``checked_version`` is the version that the stored summary was made from, -1 without one.
    """

    case_id: int
    record: CaseRecord
    state: CaseState
    version: int
    proposals: Mapping[RowId, Proposal]
    accepted: frozenset[RowId]
    batch_id: int | None
    source_row: int
    claimed_by: str
    created: datetime
    updated: datetime
    checked_version: int

    @property
    def key(self) -> CaseKey:
        """The identity of the stay."""
        return self.record.key


def load_case(connection: sa.Connection, case_id: int) -> StoredCase:
    """Return one case. Raises ``LookupError`` when it does not exist."""
    return next(load_cases(connection, [case_id]))


def load_cases(connection: sa.Connection, case_ids: Iterable[int]) -> Iterator[StoredCase]:
    """Yield cases in the order of ``case_ids``, some hundred per query. Raises ``LookupError`` for a missing one."""
    ids = iter(case_ids)
    columns: dict[int, frozenset[str]] = {}
    while chunk := list(islice(ids, _CHUNK)):
        found = {row["id"]: row for row in _select(connection, cases, chunk)}
        heads = _heads(connection, chunk)
        groups = {group: _groups(connection, group, chunk) for group in GROUP_TABLES}
        for case_id in chunk:
            if case_id not in found:
                raise LookupError(case_id)
            case = found[case_id]
            rows = {group: by_case[case_id] for group, by_case in groups.items() if case_id in by_case}
            yield _stored(case, heads[case_id], rows, _columns(connection, case["columns_id"], columns))


def _select(connection: sa.Connection, table: sa.Table, ids: Sequence[int]) -> list[Stored]:
    return [dict(row) for row in connection.execute(_query(table), {"ids": ids}).mappings()]


@cache
def _query(table: sa.Table) -> sa.Select[tuple[object, ...]]:
    """Select the rows of some cases; built once, because building costs more than running."""
    column = table.c.id if table is cases else table.c.case_id
    query = table.select().where(column.in_(sa.bindparam("ids", expanding=True)))
    return query.order_by(table.c.case_id, table.c.position) if "position" in table.c else query


def _heads(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Row]:
    values: dict[int, dict[str, Value]] = {case_id: {} for case_id in ids}
    raw: dict[int, dict[str, str]] = {case_id: {} for case_id in ids}
    dashes: dict[int, frozenset[str]] = dict.fromkeys(ids, frozenset())
    for name, table in HEAD_TABLES.items():
        for stored in _select(connection, table, ids):
            row = row_of(_HEAD_SPECS[name], stored)
            case_id = stored["case_id"]
            values[case_id] |= row.values
            raw[case_id] |= row.raw
            dashes[case_id] |= row.dashes
    return {case_id: Row(values[case_id], raw[case_id], dashes[case_id]) for case_id in ids}


def _groups(connection: sa.Connection, group: Group, ids: Sequence[int]) -> dict[int, list[Stored]]:
    table = GROUP_TABLES[group]
    rows = _select(connection, table, ids)
    return {case_id: list(mine) for case_id, mine in groupby(rows, key=lambda row: int(row["case_id"]))}


def _columns(connection: sa.Connection, set_id: int | None, known: dict[int, frozenset[str]]) -> frozenset[str] | None:
    if set_id is None:
        return None
    if set_id not in known:
        query = sa.select(column_set.c.paths).where(column_set.c.id == set_id)
        known[set_id] = frozenset(json.loads(connection.execute(query).scalar_one()))
    return known[set_id]


def _stored(
    case: Stored, head: Row, stored: Mapping[Group, list[Stored]], columns: frozenset[str] | None
) -> StoredCase:
    groups = {group: tuple(row_of(fields_of(group), row, row["id"]) for row in rows) for group, rows in stored.items()}
    proposals: dict[RowId, Proposal] = {}
    accepted: set[RowId] = set()
    for group in CODED_GROUPS:
        for row in stored.get(group, ()):
            proposal = proposal_of(*(row[name] for name in PROPOSAL_COLUMNS))
            if proposal:
                proposals[group, row["id"]] = proposal
            if row["code_status"]:
                accepted.add((group, row["id"]))
    return StoredCase(
        case_id=case["id"],
        record=CaseRecord(head, groups, columns),
        state=CaseState(case["state"]),
        version=case["version"],
        proposals=proposals,
        accepted=frozenset(accepted),
        batch_id=case["batch_id"],
        source_row=case["source_row"],
        claimed_by=case["claimed_by"],
        created=datetime.fromisoformat(case["created"]),
        updated=datetime.fromisoformat(case["updated"]),
        checked_version=case["checked_version"],
    )


def same_patient(connection: sa.Connection, case_id: int) -> tuple[CaseRecord, ...]:
    """Return the other stays with the record number or the document number of a case, oldest entry first."""
    others = sorted(set(connection.execute(_same_patient(), {"case": case_id}).scalars()) - {case_id})
    return tuple(stored.record for stored in load_cases(connection, others)) if others else ()


@cache
def _same_patient() -> sa.CompoundSelect[int]:
    """Select the stays with the numbers of a case, itself too; built once, because building costs more than running."""
    case: sa.BindParameter[int] = sa.bindparam("case")
    number = sa.select(cases.c.record_no).where(cases.c.id == case, cases.c.record_no != "").scalar_subquery()
    patient = HEAD_TABLES["patient"]
    document = sa.select(patient.c.id_no).where(patient.c.case_id == case).scalar_subquery()
    return sa.union(
        sa.select(cases.c.id).where(cases.c.record_no == number),
        sa.select(patient.c.case_id).where(patient.c.id_no == document),
    )


def with_other_stays(connection: sa.Connection, case_ids: Sequence[int]) -> set[int]:
    """Return those of some hundred cases whose record number or document number another case has too."""
    patient = HEAD_TABLES["patient"]
    other, twin = cases.alias(), patient.alias()
    again = sa.exists().where(other.c.record_no == cases.c.record_no, other.c.id != cases.c.id)
    same = sa.exists().where(twin.c.id_no == patient.c.id_no, twin.c.case_id != patient.c.case_id)
    query = sa.union(
        sa.select(cases.c.id).where(cases.c.id.in_(case_ids), cases.c.record_no != "", again),
        sa.select(patient.c.case_id).where(patient.c.case_id.in_(case_ids), patient.c.id_no != "", same),
    )
    return set(connection.execute(query).scalars())


def find_by_keys(connection: sa.Connection, keys: Iterable[CaseKey]) -> dict[CaseKey, int]:
    """Return the ids of stored stays by key; unknown keys are left out."""
    query = sa.select(cases.c.id).where(
        cases.c.org_code == sa.bindparam("org"),
        cases.c.record_no == sa.bindparam("number"),
        cases.c.admission_count == sa.bindparam("count"),
    )
    found = {}
    for key in keys:
        values = {"org": key.org_code, "number": key.record_no, "count": key.admission_count}
        case_id = connection.execute(query, values).scalar()
        if case_id is not None:
            found[key] = int(case_id)
    return found
