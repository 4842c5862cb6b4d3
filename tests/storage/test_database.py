"""Opening a library: what it sets, what it refuses, who may hold it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.storage import Actor, Database, LibraryBusy, Op
from app.storage.engine import APPLICATION_ID, header, read_engine, write_engine
from app.storage.lock import lock_path
from app.storage.schema import CURRENT

ROOT = Path(__file__).resolve().parent.parent.parent


def pragma(engine: sa.Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("foreign_keys", 1),
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
        ("temp_store", 2),
        ("busy_timeout", 5000),
    ],
)
def test_the_writer_runs_with_the_durable_settings(library: Path, name: str, wanted: object) -> None:
    engine = write_engine(library)
    try:
        assert pragma(engine, name) == wanted
    finally:
        engine.dispose()


def test_the_reader_can_only_read(db: Database) -> None:
    engine = read_engine(db.path)
    try:
        assert pragma(engine, "query_only") == 1
        with engine.connect() as connection, pytest.raises(UserProblem, match="只读"):
            connection.exec_driver_sql("DELETE FROM place")
    finally:
        engine.dispose()


def test_a_new_file_names_its_program_and_schema(library: Path) -> None:
    application, version, _ = header(library)
    assert (application, version) == (APPLICATION_ID, CURRENT)


def test_a_failed_write_leaves_no_table_behind(library: Path) -> None:
    engine = write_engine(library)
    connection = engine.connect()
    connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
    with pytest.raises(sa.exc.OperationalError):
        connection.exec_driver_sql("no sql")
    connection.rollback()
    assert not sa.inspect(connection).has_table("half")
    connection.close()
    engine.dispose()


def test_a_second_window_is_told_who_holds_the_library(db: Database) -> None:
    with pytest.raises(LibraryBusy) as refusal:
        Database.open(db.path)
    assert refusal.value.key == "storage.busy"
    assert refusal.value.since == "2026-11-23 09:00:00"
    assert str(refusal.value.pid) in str(refusal.value)


def test_another_process_is_refused_too(db: Database) -> None:
    script = (
        "import sys; from pathlib import Path; from app.storage import Database, LibraryBusy\n"
        "try: Database.open(Path(sys.argv[1]))\n"
        "except LibraryBusy: print('busy')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(db.path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "busy\n"


def test_a_lock_file_left_by_a_crash_is_taken_over(library: Path, clock: FixedClock) -> None:
    lock_path(library).write_text('{"pid": 4194300, "host": "gone", "since": "2020-01-01 00:00:00"}')
    Database.open(library, clock=clock).close()


def test_an_unreadable_lock_file_still_refuses(db: Database) -> None:
    lock_path(db.path).write_bytes(b"\xff{")
    with pytest.raises(LibraryBusy) as refusal:
        Database.open(db.path)
    assert (refusal.value.pid, refusal.value.host) == (0, "")


def test_of_many_starts_at_once_one_wins(library: Path, clock: FixedClock) -> None:
    def start(_: int) -> Database | None:
        try:
            return Database.open(library, clock=clock)
        except LibraryBusy:
            return None

    with ThreadPoolExecutor(8) as pool:
        opened = [database for database in pool.map(start, range(24)) if database]
    assert len(opened) == 1
    opened[0].close()


def test_closing_gives_the_library_free(library: Path, clock: FixedClock) -> None:
    first = Database.open(library, clock=clock)
    first.close()
    first.close()
    Database.open(library, clock=clock).close()


def test_reading_works_beside_the_window(db: Database, add: Callable[..., int]) -> None:
    case_id = add()
    with Database.open(db.path, read_only=True) as other, other.read() as reader:
        assert reader.load_case(case_id).record.text("record_no") == "00000001"
        assert other.read_only
        assert not other.encrypted


def test_a_read_only_library_refuses_to_write(library: Path, me: Actor) -> None:
    with Database.open(library, read_only=True) as db:
        with pytest.raises(UserProblem, match="只读方式"), db.operation(Op.SET_FIELD, by=me):
            pass
        with pytest.raises(UserProblem, match="只读方式"), db.caching():
            pass


def test_a_closed_library_refuses_to_write(library: Path, me: Actor, clock: FixedClock) -> None:
    db = Database.open(library, clock=clock)
    db.close()
    with pytest.raises(UserProblem), db.operation(Op.SET_FIELD, by=me):
        pass


def test_reading_what_is_not_there_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="还没有病案库"):
        Database.open(tmp_path / "none.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="文件夹不存在"):
        Database.open(tmp_path / "gone" / "library.db")


def test_a_file_of_a_newer_program_is_refused_unchanged(library: Path) -> None:
    with sqlite3.connect(library) as raw:
        raw.execute(f"PRAGMA user_version={CURRENT + 1}")
    raw.close()
    before = library.read_bytes()
    for read_only in (False, True):
        with pytest.raises(UserProblem, match="更新版本"):
            Database.open(library, read_only=read_only)
    assert library.read_bytes() == before


def test_a_file_of_another_program_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE notes (text)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(UserProblem, match="不是病案库"):
        Database.open(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.write_bytes("病案号,姓名\n".encode("gb18030") * 500)
    with pytest.raises(UserProblem, match="不是病案库"):
        Database.open(path)
    assert path.read_bytes() == "病案号,姓名\n".encode("gb18030") * 500


def test_an_empty_file_becomes_a_library(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "library.db"
    path.touch()
    with pytest.raises(UserProblem, match="须先升级"):
        Database.open(path, read_only=True)
    Database.open(path, clock=clock).close()
    assert header(path)[1] == CURRENT


@pytest.mark.parametrize(
    "name", ["病案 库", "a b%20c", "库?x=1#y", "长" * 60], ids=["blank", "percent", "query", "long"]
)
def test_any_path_a_user_may_choose_works(
    template: Path, tmp_path: Path, name: str, clock: FixedClock, me: Actor, stay: Callable[..., object]
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    path = folder / "病案库 1.db"
    path.write_bytes(template.read_bytes())
    with Database.open(path, clock=clock) as db:
        with db.operation(Op.IMPORT, by=me) as tx:
            tx.insert_case(stay(), state=CaseState.TO_CODE)  # type: ignore[arg-type]
        with db.read() as reader:
            assert len(reader.case_ids()) == 1
    assert {entry.name for entry in folder.iterdir()} == {path.name, f"{path.name}.lock"}


def test_a_write_inside_a_write_is_a_bug(db: Database, me: Actor) -> None:
    with db.caching(), pytest.raises(RuntimeError, match="inside a write"), db.operation(Op.SET_FIELD, by=me):
        pass


def test_the_thread_of_the_window_never_waits_for_a_long_write(
    db: Database, me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.database._PATIENCE_S", 0.01)
    holds, ends = threading.Event(), threading.Event()

    def write() -> None:
        with db.caching():
            holds.set()
            ends.wait(5)

    writer = threading.Thread(target=write)
    writer.start()
    holds.wait(5)
    db.hurry()
    assert not db.is_free()
    with pytest.raises(UserProblem, match="正在写入"), db.operation(Op.SET_FIELD, by=me):
        pass
    ends.set()
    writer.join()
    assert db.is_free()


def test_readers_see_whole_states_while_a_writer_works(
    db: Database, me: Actor, add: Callable[..., int], stay: Callable[..., object]
) -> None:
    case_id = add()
    with db.read() as before:
        assert before.load_case(case_id).record.value("sex") == "2"
        with db.operation(Op.SET_FIELD, by=me) as tx:
            tx.set_field(case_id, Group.CASE, 0, "sex", "1")
            with db.read() as during:
                assert during.load_case(case_id).record.value("sex") == "2"
        assert before.load_case(case_id).record.value("sex") == "2"
    with db.read() as after:
        assert after.load_case(case_id).record.value("sex") == "1"


def test_threads_take_turns_and_readers_never_see_half(db: Database, me: Actor, add: Callable[..., int]) -> None:
    case_id = add()

    def write(number: int) -> None:
        with db.operation(Op.SET_FIELD, by=me) as tx:
            tx.set_field(case_id, Group.CASE, 0, "admit_ward", f"{number}")
            tx.set_field(case_id, Group.CASE, 0, "discharge_ward", f"{number}")

    def look(_: int) -> bool:
        with db.read() as reader:
            record = reader.load_case(case_id).record
        return record.value("admit_ward") == record.value("discharge_ward")

    with ThreadPoolExecutor(4) as pool:
        writes = pool.map(write, range(20))
        assert all(pool.map(look, range(60)))
        list(writes)
    with db.read() as reader:
        assert reader.load_case(case_id).version == 21
