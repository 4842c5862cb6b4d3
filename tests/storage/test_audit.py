"""The chain: every kind of tampering is found, and named by the first operation that does not fit."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.storage import Actor, AuditCheck, AuditHead, Database, Op

OPERATIONS = 12


@pytest.fixture(scope="module")
def worked_file(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AuditHead]:
    """Return a closed library with twelve operations and its head; copy it."""
    path = Path(shutil.copy(template, tmp_path_factory.mktemp("worked") / "library.db"))
    me = Actor("wangmin", "王敏（测试）")
    with Database.open(path, clock=FixedClock(datetime(2026, 11, 23, 9))) as db:
        with db.operation(Op.IMPORT, by=me) as tx:
            rows = (Row({"name": "甲"}), Row({"name": "乙"}))
            case_id = tx.insert_case(CaseRecord(Row({}), {Group.DX: rows}), state=CaseState.TO_CODE)
        for number in range(OPERATIONS - 1):
            with db.operation(Op.SET_FIELD, by=me) as tx:
                tx.set_field(case_id, Group.CASE, 0, "admit_ward", f"{number}区")
                tx.set_field(case_id, Group.CASE, 0, "discharge_ward", f"{number}区")
        with db.read() as reader:
            return path, reader.audit_head()


@pytest.fixture
def worked(worked_file: tuple[Path, AuditHead], tmp_path: Path) -> tuple[Path, AuditHead]:
    """Return a copy of the worked library, and its head."""
    return Path(shutil.copy(worked_file[0], tmp_path / "library.db")), worked_file[1]


def tamper(path: Path, *statements: str, **values: int) -> None:
    """Change the file as somebody with the file in hand would: triggers out of the way first."""
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement, values)
        raw.commit()


def check(path: Path, expected: AuditHead | None = None) -> AuditCheck:
    with Database.open(path, read_only=True) as db, db.read() as reader:
        return reader.verify_audit(expected)


def test_an_untouched_audit_is_intact(worked: tuple[Path, AuditHead]) -> None:
    path, head = worked
    assert check(path) == check(path, head) == AuditCheck(OPERATIONS, 3 + 2 * (OPERATIONS - 1), 0, head)


def test_an_older_head_is_contained_in_a_longer_audit(worked: tuple[Path, AuditHead], me: Actor) -> None:
    path, head = worked
    with Database.open(path) as db, db.operation(Op.SET_SETTING, by=me) as tx:
        tx.set_setting("a", 1)
    assert check(path, head).broken_op == 0


TAMPERINGS = {
    "edit a value": "UPDATE audit_change SET after = '\"9区\"' WHERE op_id = :at AND seq = 1",
    "edit the actor": "UPDATE audit_operation SET actor = 'someone' WHERE id = :at",
    "edit the time": "UPDATE audit_operation SET at = '2020-01-01 00:00:00' WHERE id = :at",
    "edit a count": "UPDATE audit_operation SET changes = changes + 1 WHERE id = :at",
    "edit the case": "UPDATE audit_operation SET case_id = 77 WHERE id = :at",
    "edit the note": "UPDATE audit_operation SET note = 'x' WHERE id = :at",
    "drop a change": "DELETE FROM audit_change WHERE op_id = :at AND seq = 2",
    "drop an operation": "DELETE FROM audit_operation WHERE id = :at",
    "move a change": "UPDATE audit_change SET op_id = :at + 1, seq = 3 WHERE op_id = :at AND seq = 2",
    "add a change": "INSERT INTO audit_change (op_id, seq, entity, after) VALUES (:at, 3, 'event', '1')",
}


@pytest.mark.parametrize("kind", TAMPERINGS)
@pytest.mark.parametrize("seed", range(3))
def test_tampering_is_found_at_its_place(worked: tuple[Path, AuditHead], kind: str, seed: int) -> None:
    path, _ = worked
    at = random.Random(f"{kind}{seed}").randint(2, OPERATIONS - 1)  # noqa: S311 - any place will do
    tamper(path, TAMPERINGS[kind], at=at)
    assert check(path).broken_op == at


def test_swapped_operations_are_found(worked: tuple[Path, AuditHead]) -> None:
    path, _ = worked
    swap = "UPDATE audit_change SET op_id = CASE op_id WHEN 104 THEN 5 WHEN 105 THEN 4 END WHERE op_id > 100"
    tamper(path, "UPDATE audit_change SET op_id = op_id + 100 WHERE op_id IN (4, 5)", swap)
    assert check(path).broken_op == 4


def test_an_operation_forged_at_the_end_is_found(worked: tuple[Path, AuditHead]) -> None:
    path, _ = worked
    tamper(
        path,
        "INSERT INTO audit_operation (op, actor, at, changes, cases, previous, hash)"
        " SELECT op, actor, at, 1, 1, hash, hash FROM audit_operation ORDER BY id DESC LIMIT 1",
    )
    assert check(path).broken_op == OPERATIONS + 1


def test_changes_without_an_operation_are_found(worked: tuple[Path, AuditHead]) -> None:
    path, _ = worked
    tamper(path, "INSERT INTO audit_change (op_id, seq, entity, after) VALUES (99, 1, 'event', '1')")
    assert check(path).broken_op == OPERATIONS + 1


CUT = ("DELETE FROM audit_change WHERE op_id > 8", "DELETE FROM audit_operation WHERE id > 8")


def test_a_cut_tail_shows_in_the_sequence(worked: tuple[Path, AuditHead]) -> None:
    path, head = worked
    tamper(path, *CUT)
    assert check(path).broken_op == check(path, head).broken_op == 9


def test_a_carefully_cut_tail_needs_the_head_kept_elsewhere(worked: tuple[Path, AuditHead]) -> None:
    path, head = worked
    tamper(path, *CUT, "UPDATE sqlite_sequence SET seq = 8 WHERE name = 'audit_operation'")
    assert check(path).broken_op == 0  # the honest limit: nothing inside the file shows it
    assert check(path, head).broken_op == 9


def test_another_history_of_the_same_length_is_found_by_the_head(worked: tuple[Path, AuditHead]) -> None:
    path, head = worked
    other = AuditHead(7, "0" * 64)
    assert check(path, other).broken_op == 7
    assert check(path, head).broken_op == 0
