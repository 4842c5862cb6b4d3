"""Columns and tables as every part of the library declares them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData()
"""All tables of a library."""


def text_column(name: str, default: str | None = "", check: str = "") -> sa.Column[str]:
    """Return a NOT NULL text column; ``default`` None means that a value must be given."""
    return sa.Column(
        name,
        sa.Text(),
        *([sa.CheckConstraint(check)] if check else []),
        nullable=False,
        server_default=None if default is None else sa.text(f"'{default}'"),
    )


def number_column(name: str, default: int | None = 0) -> sa.Column[int]:
    """Return a NOT NULL integer column; ``default`` None means that a value must be given."""
    return sa.Column(
        name, sa.Integer(), nullable=False, server_default=None if default is None else sa.text(str(default))
    )


def time_column(name: str) -> sa.Column[str]:
    """Return a column for a moment as SQLite's datetime() writes it."""
    return text_column(name, None, f"{name} IS datetime({name})")


def json_column(name: str, kind: str) -> sa.Column[str]:
    """Return a JSON column. SQLite's JSON functions are refused in a CHECK under ``trusted_schema=OFF``."""
    is_object = kind == "object"
    return text_column(
        name, "{}" if is_object else "[]", f"{name} GLOB '{{*}}'" if is_object else f"{name} GLOB '[[]*]'"
    )


def table(name: str, *parts: sa.schema.SchemaItem, rowid: bool = True) -> sa.Table:
    """Return a STRICT table of the library; one with an ``id`` column never gives a number twice."""
    has_sequence = any(isinstance(part, sa.Column) and part.name == "id" for part in parts)
    return sa.Table(
        name,
        metadata,
        *parts,
        sqlite_strict=True,
        sqlite_autoincrement=has_sequence,
        sqlite_with_rowid=rowid,
    )


def id_column() -> sa.Column[int]:
    """Return the number of a row, given by SQLite."""
    return sa.Column("id", sa.Integer(), primary_key=True)


def by_columns() -> tuple[sa.Column[str], sa.Column[str], sa.Column[str]]:
    """Return the columns for who wrote a row and when."""
    return text_column("actor", None), text_column("actor_name"), time_column("at")


def case_number() -> sa.Column[int]:
    """Return the column for a case that a row of the hospital's rules is about; it stays when the case goes."""
    return number_column("case_id", None)
