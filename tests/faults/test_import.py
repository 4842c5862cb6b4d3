"""An import is all or nothing: cancelled or broken at any row, every table stays byte for byte as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.common.errors import Cancelled
from app.common.progress import CancelAt, NoProgress, Progress
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.storage import Actor, Database, NewBatch, Op, Transaction
from app.storage.check import table_hashes
from app.storage.engine import read_engine

POINTS = 20
ME = Actor("wangmin", "王敏（测试）")


class BreakAt:
    """Fails like a program with a bug when ``done`` reaches a number."""

    def __init__(self, at: int) -> None:
        self.at = at

    def step(self, done: int, total: int, note: str = "") -> None:
        """Raise from the given step on."""
        if done >= self.at:
            raise ZeroDivisionError


def stays(count: int) -> list[CaseRecord]:
    rows = (Row({"source_text": "肺炎", "name": "肺炎"}), Row({"source_text": "高血压", "name": "高血压"}))
    return [
        CaseRecord(Row({"record_no": f"{number:08d}", "fee_total": number}), {Group.DX: rows}, frozenset({"sex"}))
        for number in range(1, count + 1)
    ]


def bring_in(tx: Transaction, progress: Progress) -> None:
    batch_id = tx.save_batch(NewBatch("ward.csv", "0" * 64, "L1a", b"source", {"read": POINTS}))
    tx.save_profile("sig", {"XM": "patient_name"})
    for row, record in enumerate(stays(POINTS), 1):
        tx.insert_case(record, state=CaseState.TO_CODE, batch_id=batch_id, source_row=row)
        progress.step(row, POINTS)


def hashes(path: Path) -> dict[str, str]:
    engine = read_engine(path)
    with engine.connect() as connection:
        found = table_hashes(connection)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return an open library with work in it; the tests must not change it."""
    with Database.open(tmp_path_factory.mktemp("import") / "library.db") as database:
        with database.operation(Op.IMPORT, by=ME) as tx:
            tx.insert_case(CaseRecord(Row({"record_no": "1"})), state=CaseState.CODING)
        yield database


def attempt(db: Database, progress: Progress) -> None:
    with db.operation(Op.IMPORT, by=ME) as tx:
        bring_in(tx, progress)


@pytest.mark.parametrize("make", [CancelAt, BreakAt])
@pytest.mark.parametrize("at", range(1, POINTS + 1))
def test_stopped_at_any_row_it_leaves_no_trace(db: Database, make: Callable[[int], Progress], at: int) -> None:
    before = hashes(db.path)
    with pytest.raises((Cancelled, ZeroDivisionError)):
        attempt(db, make(at))
    assert hashes(db.path) == before


def test_not_stopped_it_changes_the_tables(tmp_path: Path) -> None:
    with Database.open(tmp_path / "library.db") as db:
        before = hashes(db.path)
        attempt(db, NoProgress())
        changed = {name for name, value in hashes(db.path).items() if before[name] != value}
    assert changed >= {"cases", "patient", "diagnosis", "batch", "batch_source", "audit_operation", "audit_change"}
