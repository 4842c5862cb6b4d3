"""Somebody with the file in hand changes its audit: each of seven ways must be found at its first bad row.

``python -m benchmarks.faults audit --n 20`` does each way so many times, every time at another place.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.common.clock import FixedClock
from app.common.progress import NoProgress
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.services.audit_file import verify_file
from app.storage import Actor, Database, Op
from app.storage.heads import HeadStore

OPERATIONS: Final = 24
_ME: Final = Actor("wangmin", "王敏（测试）")
_START: Final = datetime(2026, 11, 23, 9)
Way = Callable[[sqlite3.Connection, random.Random], int]
"""Changes an audit and returns the first bad row."""


def _place(chance: random.Random) -> int:
    return chance.randint(2, OPERATIONS - 2)


def _edit(raw: sqlite3.Connection, chance: random.Random) -> int:
    at = _place(chance)
    raw.execute("UPDATE audit_change SET after = '\"改过\"' WHERE op_id = ? AND seq = 1", (at,))
    return at


def _delete(raw: sqlite3.Connection, chance: random.Random) -> int:
    at = _place(chance)
    raw.execute("DELETE FROM audit_change WHERE op_id = ?", (at,))
    raw.execute("DELETE FROM audit_operation WHERE id = ?", (at,))
    return at


def _cut(raw: sqlite3.Connection, chance: random.Random) -> int:
    at = _place(chance)
    raw.execute("DELETE FROM audit_change WHERE op_id >= ?", (at,))
    raw.execute("DELETE FROM audit_operation WHERE id >= ?", (at,))
    raw.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit_operation'", (at - 1,))
    return at


def _swap(raw: sqlite3.Connection, chance: random.Random) -> int:
    at = _place(chance)
    for old, new in ((at, 10_000), (at + 1, at), (10_000, at + 1)):
        raw.execute("UPDATE audit_change SET op_id = ? WHERE op_id = ?", (new, old))
        raw.execute("UPDATE audit_operation SET id = ? WHERE id = ?", (new, old))
    return at


def _insert(raw: sqlite3.Connection, chance: random.Random) -> int:
    at = _place(chance)
    raw.execute("UPDATE audit_change SET op_id = -(op_id + 1) WHERE op_id >= ?", (at,))
    raw.execute("UPDATE audit_operation SET id = -(id + 1) WHERE id >= ?", (at,))
    raw.execute("UPDATE audit_change SET op_id = -op_id WHERE op_id < 0")
    raw.execute("UPDATE audit_operation SET id = -id WHERE id < 0")
    raw.execute(
        "INSERT INTO audit_operation (id, op, actor, at, changes, cases, previous, hash)"
        " SELECT ?, op, actor, at, changes, cases, hash, hash FROM audit_operation WHERE id = ?",
        (at, at - 1),
    )
    return at


WAYS: Final[dict[str, Way]] = {"edit": _edit, "delete": _delete, "cut": _cut, "swap": _swap, "insert": _insert}
"""What is done to the file; an older file and a clock set back are made otherwise."""


class Bench:
    """One library with its head kept elsewhere, copied for every try."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = HeadStore(folder / "config")
        self._older: dict[int, Path] = {}
        self._path = folder / "made.db"
        self._make()

    def tries(self, way: str, chance: random.Random) -> bool:
        """Tell whether a change of some kind was found at its place, and the untouched copy was intact before."""
        path = self._folder / "tried.db"
        shutil.copy(self._path, path)
        if self._found(path) != 0:
            return False
        if way == "older file":
            at = _place(chance)
            shutil.copy(self._older[at], path)
            return self._found(path) == at + 1
        if way == "clock":
            return self._clock_is_found(path, chance)
        with closing(sqlite3.connect(path)) as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            at = WAYS[way](raw, chance)
            raw.commit()
        return self._found(path) == at

    def _found(self, path: Path) -> int:
        return verify_file(path, self._head, self._store, NoProgress()).check.broken_op

    def _clock_is_found(self, path: Path, chance: random.Random) -> bool:
        back = timedelta(minutes=chance.randint(5, 50_000))
        with Database.open(path, clock=FixedClock(_START - back)) as db:
            _work(db, 999)
        check = verify_file(path, self._head, self._store, NoProgress()).check
        return (check.broken_op, check.early_op) == (0, OPERATIONS + 1)

    def _make(self) -> None:
        clock = FixedClock(_START)
        with Database.open(self._path, clock=clock) as db:
            for number in range(1, OPERATIONS + 1):
                clock.at = _START + timedelta(minutes=number)
                _work(db, number)
                if 1 < number < OPERATIONS:
                    self._older[number] = self._folder / f"older{number}.db"
                    with (
                        closing(sqlite3.connect(self._path)) as raw,
                        closing(sqlite3.connect(self._older[number])) as copy,
                    ):
                        raw.backup(copy)
            with db.read() as reader:
                self._store.keep(self._path, reader.audit_head(), clock.now())
        self._head = self._store.path_of(self._path)


def _work(db: Database, number: int) -> None:
    rows = (Row({"name": "甲"}), Row({"name": "乙"}))
    record = CaseRecord(Row({"org_code": "45608783X", "record_no": f"{number:08d}"}), {Group.DX: rows})
    with db.operation(Op.IMPORT, by=_ME) as tx:
        tx.insert_case(record, state=CaseState.TO_CODE)


def run(points: int, seed: int) -> dict[str, object]:
    """Do every way ``points`` times; ``failures`` counts what was not found, or not at its place."""
    start, chance = time.perf_counter(), random.Random(seed)
    ways = (*WAYS, "older file", "clock")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        missed = {way: sum(not bench.tries(way, chance) for _ in range(points)) for way in ways}
    return {
        "n": points * len(ways),
        "failures": sum(missed.values()),
        **{way.replace(" ", "_"): count for way, count in missed.items()},
        "seconds": round(time.perf_counter() - start, 1),
    }
