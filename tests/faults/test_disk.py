"""Disks that are full, failing, read-only or busy: a plain sentence, nothing half written, nothing lost."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.storage import Actor, Database, Op, engine, lock
from app.storage.engine import header, write_engine
from app.storage.problems import problem_of

ME = Actor("wangmin", "王敏（测试）")
NOBODY = 65534

posix = pytest.mark.skipif(os.name == "nt", reason="file modes and file size limits are POSIX's")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return a closed library with one case in a folder of its own."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "库"
    folder.mkdir()
    path = folder / "library.db"
    with Database.open(path) as db, db.operation(Op.IMPORT, by=ME) as tx:
        tx.insert_case(CaseRecord(Row({"record_no": "1", "sex": "2"})), state=CaseState.CODING)
    return path


@contextmanager
def unprivileged(path: Path) -> Iterator[None]:
    """Drop root's right to ignore file modes while the block runs; the folders above ``path`` become passable."""
    if os.geteuid() != 0:
        yield
        return
    for folder in path.parents:
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o555)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@posix
@pytest.mark.slow
def test_a_disk_that_fails_at_any_write_is_refused_or_done(harness: Callable[..., dict[str, int]]) -> None:
    figures = harness("write", "--n", "4")
    assert (figures["half"], figures["corrupt"], figures["crashed"]) == (0, 0, 0)
    assert figures["refused"] > 0
    assert figures["done"] > 0


def test_a_full_disk_is_said_and_the_work_before_it_stays(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database.open(library) as db:
        assert db._writer is not None
        with db._writer.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(UserProblem, match="磁盘已满") as refusal, db.operation(Op.SET_FIELD, by=ME) as tx:
            tx.set_field(1, Group.CASE, 0, "current_address", "很长的地址" * 100_000)
        assert "清理磁盘空间" in str(refusal.value)
        with db.operation(Op.SET_FIELD, by=ME) as tx:
            tx.set_field(1, Group.CASE, 0, "sex", "1")
        with db.read() as reader:
            assert reader.load_case(1).record.value("sex") == "1"
            assert reader.check(replay=True).is_sound


@posix
@pytest.mark.parametrize("what", ["file", "folder", "both"])
def test_what_cannot_be_written_is_refused_and_can_be_read(library: Path, what: str) -> None:
    folder = library.parent
    lock.lock_path(library).chmod(0o666)
    library.chmod(0o444 if what in ("file", "both") else 0o666)
    folder.chmod(0o555 if what in ("folder", "both") else 0o777)
    try:
        with unprivileged(library):
            with pytest.raises(UserProblem, match=r"只读|无法打开"):
                Database.open(library)
            with Database.open(library, read_only=True) as db, db.read() as reader:
                assert reader.load_case(1).record.value("sex") == "2"
    finally:
        folder.chmod(0o755)
    with Database.open(library) as db, db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_a_crash_in_the_middle_of_a_rollback_journal_is_recovered(library: Path, tmp_path: Path) -> None:
    crashed = tmp_path / "crashed.db"
    with closing(sqlite3.connect(library, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        raw.execute("PRAGMA cache_size=1")
        raw.execute("BEGIN")
        raw.execute("UPDATE cases SET patient_name = 'half'")
        raw.executemany("INSERT INTO place VALUES (?, ?)", ((f"{n}", "1" * 3000) for n in range(50)))
        crashed.write_bytes(library.read_bytes())
        crashed.with_name("crashed.db-journal").write_bytes(library.with_name("library.db-journal").read_bytes())
        raw.execute("ROLLBACK")
    with pytest.raises(UserProblem, match="完成恢复"):
        Database.open(crashed, read_only=True)
    with Database.open(crashed) as db, db.read() as reader:
        assert reader.check(replay=True).is_sound


@posix
def test_a_lock_file_that_cannot_be_made_is_said(library: Path) -> None:
    lock.lock_path(library).unlink()
    library.parent.chmod(0o555)
    try:
        with unprivileged(library), pytest.raises(UserProblem, match="无法打开"):
            Database.open(library)
    finally:
        library.parent.chmod(0o755)


def test_a_file_that_another_program_holds_is_said(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.01)
    with closing(sqlite3.connect(library)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserProblem, match="被其他程序占用"):
            Database.open(library)
    Database.open(library).close()


def test_a_file_that_goes_busy_later_keeps_what_was_saved(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.01)
    with Database.open(library) as db:
        with closing(sqlite3.connect(library)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UserProblem, match="被其他程序占用"), db.operation(Op.SET_FIELD, by=ME):
                pass
            with pytest.raises(UserProblem, match="被其他程序占用"), db.caching():
                pass
        with db.operation(Op.SET_FIELD, by=ME) as tx:
            tx.set_field(1, Group.CASE, 0, "sex", "1")
        assert tx.changes.op_id == 2


@posix
@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_library_that_vanishes_takes_no_more_work(library: Path, how: str) -> None:
    elsewhere = library.with_name("elsewhere.db")
    with Database.open(library) as db:
        if how == "replaced":
            elsewhere.write_bytes(library.read_bytes())
            elsewhere.replace(library)
        elif how == "moved":
            library.rename(elsewhere)
        else:
            library.unlink()
        with pytest.raises(UserProblem, match="没有保存"), db.operation(Op.SET_FIELD, by=ME):
            pass
        with pytest.raises(UserProblem, match="没有保存"), db.caching():
            pass
        if how == "moved":
            elsewhere.rename(library)
            with db.operation(Op.SET_FIELD, by=ME) as tx:
                tx.set_field(1, Group.CASE, 0, "sex", "1")
            assert tx.changes.op_id == 2


def test_a_damaged_file_is_said(library: Path) -> None:
    data = bytearray(library.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    library.write_bytes(data)
    with pytest.raises(UserProblem, match="已损坏"):
        Database.open(library)
    with pytest.raises(UserProblem, match="已损坏"):
        Database.open(library, read_only=True)


def test_a_damaged_page_met_while_reading_is_said(library: Path) -> None:
    with closing(sqlite3.connect(library)) as raw:
        (page,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'patient'").fetchone()
    data = bytearray(library.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    library.write_bytes(data)
    with Database.open(library, read_only=True) as db, db.read() as reader, pytest.raises(UserProblem, match="已损坏"):
        reader.load_case(1)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, "storage.disk_error"),
        (sqlite3.SQLITE_FULL, "storage.disk_full"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "storage.read_only"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "storage.locked"),
        (sqlite3.SQLITE_NOTADB, "storage.not_a_library"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "storage.cannot_open"),
    ],
)
def test_codes_of_the_environment_become_sentences(code: int, key: str, tmp_path: Path) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    found = problem_of(error, tmp_path)
    assert found is not None
    assert found.key == key
    assert found.message
    assert found.advice


@pytest.mark.parametrize("error", [sqlite3.ProgrammingError("x"), OSError(errno.EIO, "x"), None])
def test_everything_else_stays_a_bug(error: BaseException | None, tmp_path: Path) -> None:
    assert problem_of(error, tmp_path) is None


def test_a_failed_statement_shows_no_patient(library: Path) -> None:
    writer = write_engine(library)
    with writer.connect() as connection, pytest.raises(Exception, match="fee_total") as failure:
        connection.exec_driver_sql("UPDATE fee SET fee_total = ?", ("周秘密（测试）",))
    writer.dispose()
    assert "秘密" not in f"{failure.value!r} {failure.value}".replace(str(failure.value.__cause__), "")
    assert header(library)[1] > 0
