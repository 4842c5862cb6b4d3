"""Rebuilds the tables from the audit alone: the proof that every change of every operation is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from app.storage.audit import changes_of, operations
from app.storage.confirmed import fill_evidence
from app.storage.ddl import statements
from app.storage.derived import refresh
from app.storage.engine import memory_engine
from app.storage.past import copy_source
from app.storage.rows import EVENT, RowWriter
from app.storage.tables import coding_import


@contextmanager
def replayed(connection: sa.Connection) -> Iterator[sa.Connection]:
    """Yield a database in memory whose tables were rebuilt from the audit of ``connection``."""
    engine = memory_engine()
    try:
        with engine.begin() as target:
            for statement in statements():
                target.exec_driver_sql(statement)
            for operation in operations(connection):
                _replay(connection, target, operation.id, operation.at.isoformat(sep=" "))
            fill_evidence(connection, target)
            yield target
    finally:
        engine.dispose()


def _replay(source: sa.Connection, target: sa.Connection, op_id: int, at: str) -> None:
    writer = RowWriter(target, at)
    touched = set()
    for change in changes_of(source, op_id):
        if change.entity == coding_import.name and isinstance(change.after, Mapping):
            copy_source(source, target, change.after)
        writer.apply(change)
        if change.case_id is not None and change.entity != EVENT:
            touched.add(change.case_id)
    refresh(target, touched, at)
