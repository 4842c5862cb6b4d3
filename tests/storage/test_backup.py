"""Copies are whole, checked, and do not pile up; a bad one never counts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.field import Group
from app.storage import Actor, Database, Op, backup
from app.storage.backup import KEEP_NEWEST, back_up, backup_folder, checked_copy, kept


def test_a_copy_is_one_file_that_opens_and_agrees(
    db: Database, me: Actor, add: Callable[..., int], clock: FixedClock
) -> None:
    case_id = add(1)
    path = back_up(db.path, clock, "manual")
    assert [entry.name for entry in backup_folder(db.path).iterdir()] == ["library-20261123-090000-manual.db"]
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "sex", "1")
    with Database.open(path, read_only=True) as copy, copy.read() as reader:
        assert reader.load_case(case_id).record.value("sex") == "2"
        assert reader.check(replay=True).is_sound


def test_copies_taken_while_somebody_writes_are_whole(
    db: Database, me: Actor, add: Callable[..., int], tmp_path: Path
) -> None:
    case_id = add(1, ("甲", "乙", "丙"))
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with db.operation(Op.SET_FIELD, by=me) as tx:
                tx.set_field(case_id, Group.CASE, 0, "admit_ward", f"{number}")
                tx.move_row(case_id, Group.DX, tx.load_case(case_id).record.rows(Group.DX)[-1].id, 0)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for number in range(10):
            checked_copy(db.path, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    for number in range(10):
        with Database.open(tmp_path / f"{number}.db", read_only=True) as copy, copy.read() as reader:
            assert reader.check(replay=True).is_sound


def test_the_newest_twenty_stay(library: Path, clock: FixedClock) -> None:
    for day in range(KEEP_NEWEST + 3):
        clock.at = datetime(2026, 11, 1) + timedelta(days=day)
        back_up(library, clock, "daily")
    names = sorted(entry.name for entry in backup_folder(library).iterdir())
    assert len(names) == KEEP_NEWEST + 1  # and the last of the week before, which is the first
    assert names[:2] == ["library-20261101-000000-daily.db", "library-20261104-000000-daily.db"]


def test_of_older_ones_the_last_of_days_weeks_and_months_stay() -> None:
    start = datetime(2024, 1, 1, 12)
    stay = sorted(kept(start + timedelta(hours=12 * step) for step in range(2 * 1000)), reverse=True)
    assert stay[:KEEP_NEWEST] == [stay[0] - timedelta(hours=12 * step) for step in range(KEEP_NEWEST)]
    days = [at for at in stay if stay[0] - at < timedelta(days=14)]
    assert len({at.date() for at in days}) >= 14
    assert len(stay) <= KEEP_NEWEST + 14 + 8 + 24
    months = {(at.year, at.month) for at in stay}
    assert len(months) == 24
    assert all((at + timedelta(hours=12)).month != at.month for at in stay if stay[0] - at > timedelta(weeks=9))


def test_a_damaged_library_makes_no_backup(library: Path, clock: FixedClock) -> None:
    good = back_up(library, clock, "daily")
    data = bytearray(library.read_bytes())
    for page in range(3, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    library.write_bytes(data)
    clock.at = datetime(2026, 11, 24)
    with pytest.raises(UserProblem):
        back_up(library, clock, "daily")
    assert list(backup_folder(library).iterdir()) == [good]


def test_a_copy_with_broken_keys_does_not_count(library: Path, clock: FixedClock) -> None:
    with closing(sqlite3.connect(library)) as raw:
        raw.execute("INSERT INTO finding (case_id) VALUES (99)")
        raw.commit()
    with pytest.raises(UserProblem, match="备份"):
        back_up(library, clock, "daily")
    assert list(backup_folder(library).iterdir()) == []


def test_a_disk_that_fails_is_said_in_words(library: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "move_into_place", refuse)
    with pytest.raises(UserProblem, match="备份"):
        back_up(library, clock, "daily")
    assert list(backup_folder(library).iterdir()) == []
