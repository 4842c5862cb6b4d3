"""The frozen schema, the live tables and the field list agree; upgrades keep everything or change nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.field import Group
from app.domain.fields import FIELDS
from app.storage import Database, schema
from app.storage.backup import backup_folder
from app.storage.check import table_hashes
from app.storage.ddl import normalised, schema_of, statements
from app.storage.engine import header, read_engine
from app.storage.migrations import versions
from app.storage.rows import CODE_STATUS, POSITION, PROPOSAL
from app.storage.tables import GROUP_TABLES, HEAD_TABLES, PROPOSAL_COLUMNS, WORKFLOW_COLUMNS


def hashes(path: Path) -> dict[str, str]:
    engine = read_engine(path)
    try:
        with engine.connect() as connection:
            return table_hashes(connection)
    finally:
        engine.dispose()


def test_the_migrations_make_what_the_tables_describe(library: Path) -> None:
    engine = read_engine(library)
    with engine.connect() as connection:
        found = schema_of(connection)
    engine.dispose()
    assert found ^ normalised(statements()) == frozenset()


def test_there_is_one_script_per_revision() -> None:
    folder = Path(str(versions.__file__)).parent
    assert [path.name[1:5] for path in sorted(folder.glob("r*.py"))] == list(schema.REVISIONS)


@pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: spec.path)
def test_every_field_has_its_column(spec: object) -> None:
    table = HEAD_TABLES[spec.table] if spec.group is Group.CASE else GROUP_TABLES[spec.group]  # type: ignore[attr-defined]
    assert spec.id in table.c  # type: ignore[attr-defined]


def test_no_field_has_a_name_that_the_tables_use_themselves() -> None:
    own = {"id", "case_id", "raw", "dashes", POSITION, PROPOSAL, CODE_STATUS, *PROPOSAL_COLUMNS}
    assert not own & {spec.id for spec in FIELDS}
    assert not {*WORKFLOW_COLUMNS, "head"} & {spec.id for spec in FIELDS if spec.group is Group.CASE}


def test_all_tables_but_alembics_are_strict(library: Path) -> None:
    with closing(sqlite3.connect(library)) as raw:
        loose = raw.execute("SELECT name FROM pragma_table_list WHERE schema='main' AND strict=0").fetchall()
    assert {name for (name,) in loose} == {"alembic_version", "sqlite_schema", "sqlite_sequence"}


@pytest.fixture
def further_revision(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that pretends one more migration exists and does what an SQL statement says."""

    def pretend(statement: str) -> None:
        real, released = schema._step, schema.REVISIONS

        def step(engine: sa.Engine, revision: str, number: int) -> None:
            if revision in released:
                real(engine, revision, number)
                return
            with engine.begin() as connection:
                connection.exec_driver_sql("CREATE TABLE later (id INTEGER)")
                connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"PRAGMA user_version={number}")

        monkeypatch.setattr(schema, "REVISIONS", (*released, "9999"))
        monkeypatch.setattr(schema, "CURRENT", len(released) + 1)
        monkeypatch.setattr(schema, "_step", step)

    return pretend


def test_an_upgrade_makes_a_checked_copy_first(
    library: Path, clock: FixedClock, further_revision: Callable[[str], None]
) -> None:
    before = hashes(library)
    further_revision("SELECT 1")
    Database.open(library, clock=clock).close()
    (copy,) = backup_folder(library).iterdir()
    assert copy.name == "library-20261123-090000-migration.db"
    assert hashes(copy) == before
    assert header(library)[1] == schema.CURRENT
    assert header(copy)[1] == schema.CURRENT - 1


def test_a_failed_upgrade_leaves_the_file_as_it_was(
    library: Path, clock: FixedClock, further_revision: Callable[[str], None]
) -> None:
    before = hashes(library)
    further_revision("INSERT INTO nowhere VALUES (1)")
    with pytest.raises(sa.exc.OperationalError):
        Database.open(library, clock=clock)
    assert hashes(library) == before
    assert header(library)[1] == schema.CURRENT - 1


def test_an_old_library_is_not_read_before_it_is_upgraded(
    library: Path, further_revision: Callable[[str], None]
) -> None:
    further_revision("SELECT 1")
    with pytest.raises(UserProblem, match="须先升级"):
        Database.open(library, read_only=True)
    assert not backup_folder(library).exists()


def test_a_migration_that_breaks_a_key_is_rolled_back(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = schema.write_engine(library, foreign_keys=False)
    monkeypatch.setattr("alembic.command.upgrade", _orphan)
    try:
        with pytest.raises(RuntimeError, match="foreign key of finding"):
            schema._step(engine, "9999", schema.CURRENT + 1)
    finally:
        engine.dispose()
    assert header(library)[1] == schema.CURRENT


def _orphan(config: object, _: str) -> None:
    config.attributes["connection"].exec_driver_sql("INSERT INTO finding (case_id) VALUES (99)")  # type: ignore[attr-defined]
