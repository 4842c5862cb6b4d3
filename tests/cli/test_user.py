"""Commands in a library with people: who works is asked, and a role that may not is refused as in the window."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.cli.main import run
from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.services.composition import open_services
from app.services.passwords import Passwords
from app.services.people import Entry
from app.storage.actor import ALL_ROLES
from app.storage.check import table_hashes
from app.storage.engine import read_engine

MAPLE, CLOUD = "Hong-Ye 2026 Feng", "Lan-Tian 2026 Yun"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
SIGNED = {"audit_operation", "audit_change", "sqlite_sequence", "credential", "sign_in_attempt"}
COMMANDS: dict[str, tuple[list[str], frozenset[str]]] = {
    "rules list": ([], frozenset({"coder", "qc", "insurance", "admin"})),
    "rules export": (["{out}/own.pack"], frozenset({"qc", "admin"})),
    "rules import": (["{out}/missing.pack", "--reason", "试"], frozenset({"qc", "admin"})),
    "rules try": (["{out}/rule.toml"], frozenset({"qc", "admin"})),
    "learn": (["--report"], frozenset({"coder", "qc", "insurance", "admin"})),
    "appeal": (["00000000", "--out", "{out}/appeal.xlsx"], frozenset({"coder", "qc", "insurance", "admin"})),
    "codebook import": (["{out}/missing.csv"], frozenset({"insurance", "admin"})),
    "rates import": (["{out}/missing.csv", "--city", "试", "--level", "三级"], frozenset({"insurance", "admin"})),
}
RULE = """
[[rule]]
id = "BY-901"
category = "费用"
severity = "hint"
message = "试"
when = "fee_total > 1"
fires = []
silent = []
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a library with a person for each role, called as the role is."""
    home = tmp_path_factory.mktemp("people")
    services = open_services(home, clock=FixedClock(datetime(2026, 11, 23, 9)), passwords=CHEAP)
    services.people.set_up(Entry("admin", "陈管（测试）", frozenset({"admin"})), CLOUD, "KEY")
    for role in sorted(ALL_ROLES - {"admin"}):
        entry = Entry(role, f"{role}（测试）", frozenset({role}), frozenset({"03.04"}))
        services.people.add(entry, MAPLE)
        services.people.sign_in(role, MAPLE)
        services.people.change_password(MAPLE, CLOUD)
        services.people.sign_in("admin", CLOUD)
    services.people.sign_out()
    services.close()
    return home


@pytest.fixture
def people(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home of its own with those people."""
    home = Path(shutil.copytree(template, tmp_path / "home", dirs_exist_ok=True))
    monkeypatch.setenv("BINGAN_HOME", str(home))
    monkeypatch.setattr("app.services.people.Passwords", lambda: CHEAP)
    (tmp_path / "rule.toml").write_text(RULE, encoding="utf-8")
    return home


def _run(line: list[str], secret: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    return run(line, lambda _launch: 0)


def _hashes(home: Path) -> dict[str, str]:
    engine = read_engine(home / "library.db")
    with engine.connect() as connection:
        found = table_hashes(connection)
    engine.dispose()
    return {name: digest for name, digest in found.items() if name not in SIGNED}


def _ops(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "library.db")) as file:
        return [row[0] for row in file.execute("SELECT op FROM audit_operation ORDER BY id")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_asks_for_the_role_that_the_window_asks_for(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    arguments, allowed = COMMANDS[command]
    line = [*command.split(), *(one.format(out=tmp_path) for one in arguments)]
    for role in (*sorted(ALL_ROLES - allowed), min(allowed)):
        before, ops = _hashes(people), len(_ops(people))
        code = _run([*line, "--user", role], CLOUD, monkeypatch)
        told = capsys.readouterr()
        refused = "您的角色不能做这一项" in told.out + told.err
        assert refused == (role not in allowed), (role, told)
        if refused:
            assert code == 1
            assert _hashes(people) == before
            assert _ops(people)[ops:] == ["sign_in", "refuse"]


def test_without_a_user_and_with_a_wrong_password_nothing_is_done(
    people: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _hashes(people)
    assert _run(["rules", "list"], CLOUD, monkeypatch) == 1
    assert "--user" in capsys.readouterr().err
    assert _run(["rules", "list", "--user", "coder"], "wrong one", monkeypatch) == 1
    assert "用户名或密码不对" in capsys.readouterr().err
    assert _hashes(people) == before
    assert _ops(people)[-1] == "sign_in_failed"


def test_a_first_password_has_to_be_changed_in_the_window(
    people: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services = open_services(people, passwords=CHEAP)
    services.people.sign_in("admin", CLOUD)
    services.people.add(Entry("new", "新人（测试）", frozenset({"qc"})), MAPLE)
    services.close()
    assert _run(["rules", "list", "--user", "new"], MAPLE, monkeypatch) == 1
    assert "修改口令" in capsys.readouterr().err


def test_at_a_terminal_the_password_is_not_shown(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def hidden(prompt: str) -> str:
        asked.append(prompt)
        return CLOUD

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("app.cli.library.getpass.getpass", hidden)
    assert run(["rules", "list", "--user", "qc"], lambda _launch: 0) == 0
    assert asked == ["qc 的口令："]
    assert _ops(people)[-2:] == ["sign_in", "sign_out"]


def test_commands_on_files_ask_nobody(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask: Callable[[str], str] = lambda _login: pytest.fail("asked")  # noqa: E731 - a stand-in
    monkeypatch.setattr("app.cli.library._ask", ask)
    assert run(["scheme", "list"], lambda _launch: 0) == 0
    assert _ops(people)[-1] == "sign_out"


@pytest.mark.parametrize("line", [["rules", "list"], ["learn", "--report"], ["audit", "export", "{out}/audit.csv"]])
def test_what_only_reads_works_beside_an_open_window_and_is_written_down(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: list[str]
) -> None:
    window = open_services(people, passwords=CHEAP)
    window.people.sign_in("coder", CLOUD)
    before = len(_ops(people))
    given = [one.format(out=tmp_path) for one in line]
    assert _run([*given, "--user", "qc"], CLOUD, monkeypatch) == 0
    assert _run([*given, "--user", "qc"], "wrong one", monkeypatch) == 1
    window.shelf.star("J18.900", shared=False)
    assert _ops(people)[before:] == [
        "sign_in",
        *(["export"] if line[0] == "audit" else []),
        "sign_out",
        "sign_in_failed",
        "mark_code",
    ]
    with window.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
    assert _run(["learn", "--user", "coder"], CLOUD, monkeypatch) == 3
    assert capsys.readouterr().err
    window.close()


def test_beside_a_window_a_command_changes_no_fact(people: Path) -> None:
    window = open_services(people, passwords=CHEAP)
    guest = open_services(people, read_only=True, notes=True, passwords=CHEAP)
    guest.people.sign_in("admin", CLOUD)
    with pytest.raises(UserProblem, match="只读"):
        guest.people.set_lock_minutes("5")
    guest.close()
    window.close()
