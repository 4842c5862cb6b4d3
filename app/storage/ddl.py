"""The schema as SQL statements: what a file of this version must contain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from app.storage.columns import metadata
from app.storage.tables import triggers

_DIALECT: Final = sqlite.dialect()
_BLANKS: Final = re.compile(r"\s+")


@cache
def statements() -> tuple[str, ...]:
    """Return the CREATE statements of tables, indexes and triggers, in an order that can be run."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        found.append(str(CreateTable(table).compile(dialect=_DIALECT)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [str(CreateIndex(index).compile(dialect=_DIALECT)) for index in indexes]
    return tuple(statement.strip() for statement in (*found, *triggers()))


def normalised(sql: Iterable[str]) -> frozenset[str]:
    """Return statements without regard to order and blanks, for comparing."""
    return frozenset(_BLANKS.sub("", statement) for statement in sql)


def schema_of(connection: sa.Connection) -> frozenset[str]:
    """Return the normalised schema of an open file, without the tables of SQLite and Alembic."""
    query = (
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
    )
    return normalised(connection.exec_driver_sql(query).scalars())
