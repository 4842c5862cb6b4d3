"""``bingan audit``: what is printed and how it ends for an intact, a broken and a missing library."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.cli.main import Launch, run
from app.storage import Database, Op, local_actor

Bingan = Callable[..., int]
ROWS = 6


@pytest.fixture
def bingan() -> Bingan:
    """Return a call of a command line."""

    def call(*argv: str) -> int:
        def no_window(_: Launch) -> int:
            raise AssertionError("a window was asked for")

        return run(argv, no_window)

    return call


@pytest.fixture
def library(home: Path) -> Path:
    """Return a closed library with a few operations."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "library.db"
    with Database.open(path) as db:
        for number in range(ROWS):
            with db.operation(Op.SET_SETTING, by=local_actor()) as tx:
                tx.set_setting("hospital.name", f"测试医院{number}")
    return path


def tamper(path: Path, statement: str) -> None:
    """Change the file with the triggers out of the way."""
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement)
        raw.commit()


def test_an_intact_library(bingan: Bingan, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("audit", "verify") == 0
    said = capsys.readouterr().out
    assert f"链完整：{ROWS} 条" in said
    assert f"核对了 {ROWS} 条操作、{ROWS} 处改动" in said


def test_a_library_that_is_being_written(bingan: Bingan, library: Path) -> None:
    with Database.open(library) as db, db.operation(Op.SET_SETTING, by=local_actor()) as tx:
        tx.set_setting("hospital.name", "另一家（测试）")
        assert bingan("audit", "verify") == 0


def test_the_first_bad_row_is_named(bingan: Bingan, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(library, "UPDATE audit_operation SET actor_name = '别人' WHERE id = 4")
    assert bingan("audit", "verify") == 1
    said = capsys.readouterr().out
    assert "链断在第 4 条" in said
    assert "别人 修改设置" in said


def test_no_library(bingan: Bingan, tmp_path: Path) -> None:
    assert bingan("audit", "verify") == 2
    other = tmp_path / "other.db"
    other.write_bytes(b"not a database" * 100)
    assert bingan("audit", "verify", "--library", str(other)) == 2


def test_a_head_elsewhere_shows_a_tail_that_was_cut_with_care(
    bingan: Bingan, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = tmp_path / "head.json"
    assert bingan("audit", "head", "--out", str(head)) == 0
    for statement in (
        "DELETE FROM audit_change WHERE op_id > 4",
        "DELETE FROM audit_operation WHERE id > 4",
        "UPDATE sqlite_sequence SET seq = 4 WHERE name = 'audit_operation'",
    ):
        tamper(library, statement)
    assert bingan("audit", "verify") == 0
    assert bingan("audit", "verify", "--head", str(head)) == 1
    assert "链断在第 5 条：文件中没有这一条" in capsys.readouterr().out


def test_a_head_that_was_written_by_hand_is_refused(
    bingan: Bingan, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = tmp_path / "head.json"
    bingan("audit", "head", "--out", str(head))
    head.write_text(head.read_text("utf-8").replace(f'"sequence": {ROWS}', '"sequence": 2'), "utf-8")
    assert bingan("audit", "verify", "--head", str(head)) == 1
    assert "签名不符" in capsys.readouterr().err
    head.write_text("{}", "utf-8")
    assert bingan("audit", "verify", "--head", str(head)) == 1
    assert "无法读取" in capsys.readouterr().err


def test_an_extract_by_conditions(bingan: Bingan, library: Path, tmp_path: Path) -> None:
    out = tmp_path / "审计.csv"
    assert bingan("audit", "export", str(out), "--kind", "rule", "--who", "本机") == 0
    said = out.read_text("utf-8-sig")
    assert said.count("修改设置") == ROWS
    assert "链头：第 6 条" in said
    assert bingan("audit", "export", str(tmp_path / "none" / "x.csv")) == 1
