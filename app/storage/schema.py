"""Brings a library to the current schema, one migration per transaction, after a checked copy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from app.common.clock import Clock
from app.storage.backup import back_up
from app.storage.engine import APPLICATION_ID, header, write_engine
from app.storage.problems import problem

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Migrations in order; ``user_version`` of a file is the number of those it has had."""

CURRENT: Final = len(REVISIONS)

_SCRIPTS: Final = Path(__file__).parent / "migrations"


def check_header(path: Path, *, recover: bool = False) -> int:
    """Return the schema number of an existing file, 0 for an empty one.

    Raises :class:`UserProblem` for a file of another program, a newer library, or something that is no database.
    """
    application, version, tables = header(path, recover=recover)
    if tables == 0 and version == 0:
        return 0
    if application != APPLICATION_ID:
        raise problem("not_a_library", path)
    if version > CURRENT:
        raise problem("newer", path)
    return version


def check_readable(path: Path) -> None:
    """Raise :class:`UserProblem` unless ``path`` is a library of exactly this schema."""
    if not path.exists():
        raise problem("missing", path)
    if check_header(path) != CURRENT:
        raise problem("older", path)


def upgrade(path: Path, clock: Clock) -> None:
    """Create the schema, or bring an older one up to date. A backup is made before an existing one is touched.

    Each step is one transaction: a crash leaves the file as it was before or after the step.
    """
    version = check_header(path, recover=True) if path.exists() and path.stat().st_size else 0
    if version == CURRENT:
        return
    if version:
        back_up(path, clock, "migration")
    engine = write_engine(path, foreign_keys=False)
    try:
        for number, revision in enumerate(REVISIONS[version:], start=version + 1):
            _step(engine, revision, number)
    finally:
        engine.dispose()


def _step(engine: sa.Engine, revision: str, number: int) -> None:
    # Alembic takes 0.2 s to load and a library that is up to date never needs it
    from alembic import command  # noqa: PLC0415 - slow to load, seldom needed
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise RuntimeError(f"migration {revision} broke a foreign key of {broken[0]}")
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version={number}")
