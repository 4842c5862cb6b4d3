"""Groups that the insurer returned, written and read; money in fen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.field import Group
from app.storage.cells import dump
from app.storage.desk_tables import insurer_import, insurer_return
from app.storage.tables import HEAD_TABLES, cases, spec_of
from app.storage.transaction import Transaction

_PER_QUERY: Final = 400


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A file of the insurer that was taken over."""

    id: int
    file_name: str
    sha256: str
    mapping: Mapping[str, str]
    scheme: str
    lines: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """What the insurer says of a case. ``drg`` '' means no group; ``rw`` and ``amount_fen`` as far as told.

    ``level`` is mcc, cc or ''; ``status`` and ``scheme`` are its words.
    """

    case_id: int
    drg: str
    drg_name: str = ""
    rw: str = ""
    amount_fen: int | None = None
    status: str = ""
    level: str = ""
    scheme: str = ""
    settlement_no: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Our group beside theirs, the cause of the difference ('' for none) and what says so."""

    ours: str
    cause: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class StoredReturn:
    """A stored line with its verdict; ``version`` is the submitted version it answers, 0 when none is known."""

    id: int
    import_id: int
    version: int
    line: ReturnLine
    verdict: Verdict
    who: str
    at: datetime


class InsurerReads:
    """Reads of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def files(self) -> list[ReturnFile]:
        """Return the files that were taken over, latest first."""
        rows = self._connection.execute(insurer_import.select().order_by(insurer_import.c.id.desc())).mappings()
        return [_file(row) for row in rows]

    def lines(self, import_id: int) -> list[StoredReturn]:
        """Return the lines of a file in its order."""
        query = insurer_return.select().where(insurer_return.c.import_id == import_id).order_by(insurer_return.c.id)
        return [_stored(row) for row in self._connection.execute(query).mappings()]

    def stays(self, record_nos: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
        """Return for record numbers their stays: case and number of the admission; cancelled ones are left out."""
        found: dict[str, list[tuple[int, int]]] = {}
        column = cases.c
        query = sa.select(column.record_no, column.id, column.admission_count)
        query = query.where(column.state != CaseState.CANCELLED.value).order_by(column.id)
        for start in range(0, len(record_nos), _PER_QUERY):
            part = query.where(column.record_no.in_(record_nos[start : start + _PER_QUERY]))
            for number, case_id, count in self._connection.execute(part):
                found.setdefault(str(number), []).append((int(case_id), int(count)))
        return found

    def by_settlement(self, numbers: Sequence[str]) -> dict[str, int]:
        """Return for numbers of settlement lists their cases."""
        found: dict[str, int] = {}
        column = HEAD_TABLES[spec_of(Group.CASE, "setl_list_no").table].c
        query = sa.select(column.setl_list_no, column.case_id)
        for start in range(0, len(numbers), _PER_QUERY):
            part = query.where(column.setl_list_no.in_(numbers[start : start + _PER_QUERY]))
            found |= {str(number): int(case_id) for number, case_id in self._connection.execute(part)}
        return found

    def knows(self, sha256: str) -> bool:
        """Tell whether a file of this content was taken over."""
        query = sa.select(insurer_import.c.id).where(insurer_import.c.sha256 == sha256)
        return self._connection.execute(query).first() is not None

    def of_case(self, case_id: int) -> list[StoredReturn]:
        """Return what was returned for a case, latest first."""
        query = insurer_return.select().where(insurer_return.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(insurer_return.c.id.desc())).mappings()
        return [_stored(row) for row in rows]


def add_import(
    tx: Transaction, file_name: str, sha256: str, mapping: Mapping[str, str], scheme: str, lines: int
) -> int:
    """Store a file and return its id."""
    facts = {"file_name": file_name, "sha256": sha256, "mapping": dump(dict(mapping)), "scheme": scheme, "lines": lines}
    return tx.insert_signed(insurer_import.name, facts)


def add_lines(tx: Transaction, import_id: int, lines: Sequence[tuple[ReturnLine, Verdict, int]]) -> None:
    """Store lines with their verdicts and the versions that they answer."""
    for line, verdict, version in lines:
        tx.insert_signed(
            insurer_return.name,
            {
                "import_id": import_id,
                "case_id": line.case_id,
                "version": version,
                "settlement_no": line.settlement_no,
                "drg": line.drg,
                "drg_name": line.drg_name,
                "rw": line.rw,
                "amount_fen": line.amount_fen,
                "status": line.status,
                "level": line.level,
                "scheme": line.scheme,
                "ours": verdict.ours,
                "cause": verdict.cause,
                "details": dump(dict(verdict.details)),
            },
        )


def _file(row: sa.RowMapping) -> ReturnFile:
    return ReturnFile(
        id=row["id"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        mapping=json.loads(row["mapping"]),
        scheme=row["scheme"],
        lines=row["lines"],
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
    )


def _stored(row: sa.RowMapping) -> StoredReturn:
    names = ("case_id", "drg", "drg_name", "rw", "amount_fen", "status", "level", "scheme", "settlement_no")
    return StoredReturn(
        id=row["id"],
        import_id=row["import_id"],
        version=row["version"],
        line=ReturnLine(*(row[name] for name in names)),
        verdict=Verdict(row["ours"], row["cause"], json.loads(row["details"])),
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
    )
