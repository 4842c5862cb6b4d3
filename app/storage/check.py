"""Examines a library: SQLite's own checks, schema, audit chain, and the tables against the audit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import sqlalchemy as sa

from app.storage.audit import AuditCheck, verify
from app.storage.ddl import normalised, schema_of, statements
from app.storage.replay import replayed
from app.storage.tables import (
    CACHE_COLUMNS,
    FLAT_TABLES,
    GROUP_TABLES,
    HEAD_TABLES,
    cases,
    coding_evidence,
    coding_past,
)

FACT_TABLES: Final = (
    cases,
    *HEAD_TABLES.values(),
    *GROUP_TABLES.values(),
    *FLAT_TABLES.values(),
    coding_evidence,
    coding_past,
)
"""Tables that the audit can rebuild."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Outcome of an examination. ``rebuilt`` is None when the replay was not asked for.

    ``integrity`` holds SQLite's complaints, ``foreign_keys`` the tables with rows that point nowhere, ``differing`` the
    tables that the replay of the audit did not reproduce.
    """

    integrity: tuple[str, ...]
    foreign_keys: tuple[str, ...]
    is_schema_known: bool
    audit: AuditCheck
    rebuilt: bool | None = None
    differing: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """True when nothing was found."""
        clean = not (self.integrity or self.foreign_keys or self.audit.broken_op)
        return clean and self.is_schema_known and self.rebuilt is not False


def check(connection: sa.Connection, *, with_replay: bool = False) -> CheckReport:
    """Examine the file behind ``connection``; it is not changed."""
    complaints = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").scalars().all()
    differing = _differing(connection) if with_replay else ()
    return CheckReport(
        integrity=tuple(str(line) for line in complaints if line != "ok"),
        foreign_keys=tuple(sorted({str(table) for table in orphans})),
        is_schema_known=schema_of(connection) == normalised(statements()),
        audit=verify(connection),
        rebuilt=not differing if with_replay else None,
        differing=differing,
    )


def _differing(connection: sa.Connection) -> tuple[str, ...]:
    with replayed(connection) as rebuilt:
        ours, theirs = fact_hashes(connection), fact_hashes(rebuilt)
    return tuple(name for name in ours if ours[name] != theirs[name])


def fact_hashes(connection: sa.Connection) -> dict[str, str]:
    """Return a SHA-256 per audited table over its rows in order, without the cached columns."""
    hashes = {}
    for table in FACT_TABLES:
        hashes[table.name] = _hash(connection.exec_driver_sql(_facts_of(table)))
    return hashes


@cache
def _facts_of(table: sa.Table) -> str:
    columns = [column for column in table.c if not (table is cases and column.name in CACHE_COLUMNS)]
    return str(sa.select(*columns).order_by(*table.primary_key.columns))


def table_hashes(connection: sa.Connection) -> dict[str, str]:
    """Return a SHA-256 per table of the file over all its rows: the judge of "nothing changed"."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    names = connection.exec_driver_sql(query).scalars().all()
    return {name: _hash(sorted(map(repr, connection.execute(_all_of(name))))) for name in names}


def _all_of(name: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(sa.literal_column("*")).select_from(sa.table(name))


def _hash(rows: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row!r}\n".encode())
    return digest.hexdigest()
