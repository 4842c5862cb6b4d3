"""What the database itself refuses, whatever the program does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.coding import Proposal
from app.domain.field import Group
from app.storage import Actor, Database, NewBatch, Op
from app.storage.engine import write_engine


@pytest.fixture
def raw(db: Database, add: Callable[..., int], me: Actor) -> Iterator[sqlite3.Connection]:
    """Return a bare connection to a library with one case, a batch and settings as the writer has them."""
    add(1, ("肺炎",), ("阑尾切除",))
    with db.operation(Op.IMPORT, by=me) as tx:
        tx.save_batch(NewBatch("a.csv", "0" * 64, "L1a", b"source"))
    path = db.path
    db.close()
    engine = write_engine(Path(path))
    connection = engine.raw_connection()
    yield connection.driver_connection  # type: ignore[misc]
    connection.close()
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE diagnosis SET source_text = 'x'",
        "UPDATE diagnosis SET source_text = NULL",
        "UPDATE operation SET source_text = 'x'",
        "UPDATE operation SET source_text = NULL",
    ],
)
def test_the_physicians_text_cannot_be_overwritten(raw: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="source text is immutable"):
        raw.execute(statement)
    raw.execute(statement.replace("source_text", "name"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_operation SET hash = hash",
        "DELETE FROM audit_operation",
        "INSERT OR REPLACE INTO audit_operation SELECT * FROM audit_operation",
        "UPDATE audit_change SET after = after",
        "DELETE FROM audit_change",
        "INSERT OR REPLACE INTO audit_change SELECT * FROM audit_change",
        "UPDATE batch_source SET data = data",
        "DELETE FROM batch_source",
        "INSERT OR REPLACE INTO batch_source SELECT * FROM batch_source",
    ],
)
def test_what_happened_cannot_be_changed(raw: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|operation is closed"):
        raw.execute(statement)


def test_replace_is_stopped_by_the_delete_trigger(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA recursive_triggers=OFF")
    raw.execute("INSERT OR REPLACE INTO audit_operation SELECT * FROM audit_operation")  # the control: it slips through
    raw.execute("PRAGMA recursive_triggers=ON")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("INSERT OR REPLACE INTO audit_operation SELECT * FROM audit_operation")


def test_nothing_can_be_added_to_a_finished_operation(raw: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="operation is closed"):
        raw.execute("INSERT INTO audit_change (op_id, seq, entity, after) VALUES (1, 999, 'event', '1')")


def test_a_change_needs_its_operation(raw: sqlite3.Connection) -> None:
    raw.execute("BEGIN")
    raw.execute("INSERT INTO audit_change (op_id, seq, entity, after) VALUES (99, 1, 'event', '1')")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        raw.execute("COMMIT")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases SET state = 'lost'",
        "UPDATE cases SET state = NULL",
        "UPDATE cases SET created = 'yesterday'",
        "UPDATE cases SET batch_id = 99",
        "UPDATE fee SET fee_total = 10.5",
        "UPDATE fee SET fee_total = '12.00 yuan'",
        "UPDATE patient SET birth_date = '1956-02-30'",
        "UPDATE patient SET birth_date = '1956/3/8'",
        "UPDATE stay SET admit_time = '2026-11-08'",
        "UPDATE stay SET transfer_depts = '03.04'",
        "UPDATE stay SET raw = 'x'",
        "UPDATE diagnosis SET position = -1",
        "UPDATE diagnosis SET code_status = 'maybe'",
        "UPDATE diagnosis SET prop_code = 'J18.900'",
        "INSERT INTO diagnosis (case_id, position) VALUES (1, 0)",
        "INSERT INTO diagnosis (case_id, position) VALUES (99, 0)",
        "INSERT INTO cases (state, record_no, org_code, admission_count, created, updated)"
        " SELECT state, record_no, org_code, admission_count, created, updated FROM cases",
    ],
)
def test_the_schema_refuses_what_cannot_be(raw: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)


def test_ids_of_deleted_rows_are_never_given_again(
    db: Database, add: Callable[..., int], me: Actor, proposal: Proposal
) -> None:
    case_id = add(1, ("肺炎", "高血压"))
    with db.operation(Op.DELETE_ROW, by=me) as tx:
        last = tx.load_case(case_id).record.rows(Group.DX)[-1].id
        tx.delete_row(case_id, Group.DX, last)
        assert tx.insert_row(case_id, Group.DX, 1, {"name": "糖尿病"}) > last
