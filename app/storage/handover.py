"""The register of files that were given away: written and read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.storage.handover_table import handover_file
from app.storage.tables import cases
from app.storage.transaction import Transaction

Runs = tuple[tuple[int, int], ...]
"""Ids as runs from a first to a last one: a hundred thousand cases of a batch are one run."""


@dataclass(frozen=True, slots=True)
class HandoverFile:
    """What is to be noted of a file. ``codes`` counts diagnosis and operation codes, ``cells`` what was compared."""

    kind: str
    scope: str
    path: Path
    sha256: str
    case_ids: tuple[int, ...]
    codes: int
    cells: int
    masked: bool = False
    submission_id: int = 0


@dataclass(frozen=True, slots=True)
class StoredHandover:
    """A file in the register: what was noted, by whom and when."""

    id: int
    kind: str
    scope: str
    file_name: str
    folder: str
    sha256: str
    cases: int
    codes: int
    cells: int
    masked: bool
    submission_id: int
    runs: Runs
    who: str
    at: datetime

    @property
    def path(self) -> Path:
        """Where it was put."""
        return Path(self.folder) / self.file_name

    def holds(self, case_ids: Iterable[int]) -> bool:
        """Tell whether one of some cases is in the file."""
        return any(first <= case_id <= last for case_id in case_ids for first, last in self.runs)


def runs_of(case_ids: Iterable[int]) -> Runs:
    """Return ids as runs, in order."""
    found: list[list[int]] = []
    for case_id in sorted(set(case_ids)):
        if found and found[-1][1] == case_id - 1:
            found[-1][1] = case_id
        else:
            found.append([case_id, case_id])
    return tuple((first, last) for first, last in found)


def add_file(tx: Transaction, one: HandoverFile) -> int:
    """Put a file into the register and return its number."""
    return tx.insert_signed(
        handover_file.name,
        {
            "kind": one.kind,
            "scope": one.scope,
            "file_name": one.path.name,
            "folder": str(one.path.parent),
            "sha256": one.sha256,
            "cases": len(one.case_ids),
            "codes": one.codes,
            "cells": one.cells,
            "masked": int(one.masked),
            "submission_id": one.submission_id,
            "case_ids": json.dumps(runs_of(one.case_ids)),
        },
    )


class HandoverReads:
    """Reads of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> list[StoredHandover]:
        """Return the register, latest first."""
        rows = self._connection.execute(handover_file.select().order_by(handover_file.c.id.desc())).mappings()
        return [_stored(row) for row in rows]

    def by_hash(self, sha256: str) -> list[StoredHandover]:
        """Return the entries of a file, latest first."""
        query = handover_file.select().where(handover_file.c.sha256 == sha256).order_by(handover_file.c.id.desc())
        return [_stored(row) for row in self._connection.execute(query).mappings()]

    def months(self, states: Sequence[str]) -> list[tuple[str, int]]:
        """Return the months of discharge of cases in some states with their number, latest first."""
        month = sa.func.substr(cases.c.discharge_time, 1, 7).label("month")
        query = sa.select(month, sa.func.count()).where(cases.c.state.in_(states))
        found = self._connection.execute(query.group_by(month).order_by(month.desc()))
        return [(str(name), int(count)) for name, count in found if name]

    def cases_numbered(self, record_no: str) -> list[int]:
        """Return the cases with a record number."""
        return list(self._connection.execute(sa.select(cases.c.id).where(cases.c.record_no == record_no)).scalars())

    def one(self, number: int) -> StoredHandover:
        """Return an entry. Raises ``LookupError`` when there is none."""
        row = self._connection.execute(handover_file.select().where(handover_file.c.id == number)).mappings().first()
        if row is None:
            raise LookupError(number)
        return _stored(row)


def _stored(row: sa.RowMapping) -> StoredHandover:
    runs: Sequence[Sequence[int]] = json.loads(row["case_ids"])
    return StoredHandover(
        id=row["id"],
        kind=row["kind"],
        scope=row["scope"],
        file_name=row["file_name"],
        folder=row["folder"],
        sha256=row["sha256"],
        cases=row["cases"],
        codes=row["codes"],
        cells=row["cells"],
        masked=bool(row["masked"]),
        submission_id=row["submission_id"],
        runs=tuple((int(first), int(last)) for first, last in runs),
        who=str(row["actor_name"] or row["actor"]),
        at=datetime.fromisoformat(row["at"]),
    )
