"""The examination finds what is wrong and is silent about what is right."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState
from app.storage import Actor, CheckReport, Database, Op


@pytest.fixture
def filled(library: Path, clock: FixedClock, me: Actor, stay: Callable[..., CaseRecord]) -> Path:
    """Return a closed library with two cases."""
    with Database.open(library, clock=clock) as db, db.operation(Op.IMPORT, by=me) as tx:
        for number in (1, 2):
            tx.insert_case(stay(number, ("甲", "乙")), state=CaseState.TO_CODE)
    return library


def examine(path: Path) -> CheckReport:
    with Database.open(path, read_only=True) as db, db.read() as reader:
        return reader.check(replay=True)


def spoil(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute(statement)
        raw.commit()


def test_a_sound_library_passes(filled: Path) -> None:
    report = examine(filled)
    assert report.is_sound
    assert (report.rebuilt, report.differing) == (True, ())


def test_the_replay_is_left_out_unless_asked_for(filled: Path) -> None:
    with Database.open(filled, read_only=True) as db, db.read() as reader:
        assert reader.check().rebuilt is None
        assert reader.check().is_sound


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE patient SET sex = '1' WHERE case_id = 1", "patient"),
        ("UPDATE cases SET state = 'archived' WHERE id = 2", "cases"),
        ("UPDATE diagnosis SET code = 'J18.900' WHERE id = 1", "diagnosis"),
        ("DELETE FROM diagnosis WHERE id = 4", "diagnosis"),
        ("UPDATE cases SET patient_name = 'x' WHERE id = 2", "cases"),
        ("UPDATE cases SET version = 7 WHERE id = 2", "cases"),
        ("INSERT INTO setting (key, value) VALUES ('a', '1')", "setting"),
    ],
)
def test_a_change_that_went_round_the_audit_is_found(filled: Path, statement: str, table: str) -> None:
    spoil(filled, statement)
    report = examine(filled)
    assert (report.is_sound, report.rebuilt, report.differing) == (False, False, (table,))


def test_a_row_that_points_nowhere_is_found(filled: Path) -> None:
    spoil(filled, "INSERT INTO finding (case_id) VALUES (99)")
    report = examine(filled)
    assert (report.is_sound, report.foreign_keys) == (False, ("finding",))


def test_an_index_that_disagrees_with_its_table_is_found(filled: Path) -> None:
    swap = "UPDATE sqlite_schema SET sql = replace(sql, '(dept)', '(sex)') WHERE name = 'ix_cases_dept'"
    spoil(filled, swap)
    assert any("ix_cases_dept" in line for line in examine(filled).integrity)


def test_a_schema_that_was_changed_is_found(filled: Path) -> None:
    spoil(filled, "DROP TRIGGER audit_change_no_delete")
    report = examine(filled)
    assert (report.is_sound, report.is_schema_known) == (False, False)
