"""packaging/dev.py: what it asks of a machine, when it does nothing, and that it hides no failure."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

NOEXEC = 8  # os.ST_NOEXEC, which only Unix has
REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.fixture
def dev(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script as a module whose virtual environment and output lie in a temporary folder."""
    spec = importlib.util.spec_from_file_location("dev", root / "packaging" / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(module, "OUT", tmp_path / "out")
    return module


@pytest.fixture
def calls(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record the commands that set-up would run, and run none; making the environment leaves an interpreter."""
    recorded: list[list[str]] = []

    def call(command: list[str], _environment: dict[str, str] | None = None) -> None:
        recorded.append(command)
        if "venv" in command:
            dev.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            dev.PYTHON.symlink_to(sys.executable)

    monkeypatch.setattr(dev, "_call", call)
    return recorded


@pytest.fixture
def complete(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the system lacks nothing."""
    monkeypatch.setattr(dev, "_missing_packages", list)


def _steps(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: str = "") -> list[str]:
    """Record the steps of ``run`` and ``test``; one whose words hold ``failing`` ends with 5."""
    recorded: list[str] = []

    def step(command: list[str], environment: dict[str, str], log: Path | None = None) -> int:
        words = " ".join([*command, f"platform={environment.get('QT_QPA_PLATFORM', '')}"])
        recorded.append(words)
        if log:
            log.write_text("app/x.py:1: error", encoding="utf-8")
        return 5 if failing and failing in words else 0

    monkeypatch.setattr(dev, "_step", step)
    monkeypatch.setattr(dev, "setup", lambda: None)
    return recorded


def test_it_needs_nothing_but_the_standard_library(root: Path) -> None:
    tree = ast.parse((root / "packaging" / "dev.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are a matter of Linux")
def test_without_root_it_prints_the_apt_line_and_stops(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "_loads", lambda library: library not in {"libEGL.so.1", "libgomp.so.1"})
    monkeypatch.setattr(dev, "_has_chinese_font", lambda: False)
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "argv", ["dev.py", "setup"])
    assert dev.main() == 3
    wanted = f"libgomp1 libegl1 python3.{sys.version_info.minor}-venv fontconfig fonts-noto-cjk"
    assert (
        f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {wanted}\n" in capsys.readouterr().err
    )
    assert calls == []


def test_as_root_it_installs_what_is_missing_and_looks_again(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = [["libegl1"], ["libegl1"]]
    monkeypatch.setattr(dev, "_missing_packages", lambda: lacking.pop(0))
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0, raising=False)
    updates: list[list[str]] = []
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **_: updates.append(command))
    with pytest.raises(dev.MissingError, match="libegl1"):
        dev.setup()
    assert [command[-2] for command in updates] == ["update"]
    assert [command[-1] for command in calls] == ["libegl1"]
    assert lacking == []


def test_an_old_python_is_refused(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2))
    with pytest.raises(dev.MissingError, match=r"3\.11 or newer"):
        dev.setup()


@pytest.mark.usefixtures("complete")
def test_set_up_installs_the_builder_first_and_only_once(dev: ModuleType, calls: list[list[str]]) -> None:
    dev.setup()
    assert [command[1:3] for command in calls] == [["-m", "venv"], ["-m", "pip"], ["-m", "pip"]]
    assert all("--require-hashes" in command for command in calls[1:])
    assert calls[2][-1] == str(dev.LOCK)
    dev.setup()
    assert len(calls) == 3


@pytest.mark.usefixtures("complete")
def test_a_new_lock_is_installed_into_the_same_environment(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dev.setup()
    monkeypatch.setattr(dev, "_venv_works", lambda: True)
    changed = tmp_path / "requirements.lock"
    changed.write_text("setuptools==1.0 \\\n    --hash=sha256:00\nother==2.0 \\\n    --hash=sha256:11\n")
    monkeypatch.setattr(dev, "LOCK", changed)
    dev.setup()
    assert [command[1:3] for command in calls[3:]] == [["-m", "pip"], ["-m", "pip"]]


@pytest.mark.usefixtures("complete")
def test_a_broken_environment_is_made_anew(dev: ModuleType, calls: list[list[str]]) -> None:
    dev.PYTHON.parent.mkdir(parents=True)
    dev.STAMP.write_text("of another lock")
    dev.setup()
    assert calls[0][1:3] == ["-m", "venv"]
    assert "--clear" in calls[0]


def test_a_failing_install_is_told_with_its_command(dev: ModuleType) -> None:
    with pytest.raises(dev.MissingError, match="exit code 7"):
        dev._call([sys.executable, "-c", "raise SystemExit(7)"])


def test_every_gate_runs_even_when_the_first_fails(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = _steps(dev, monkeypatch, failing="ruff check")
    assert dev.test() == 1
    words = ["ruff check", "ruff format --check", "mypy", "lint-imports", "-m not gui", "-m gui"]
    assert [sum(word in step for step in steps) for word in words] == [1] * 6
    assert capsys.readouterr().out.count("FAILED (5)") == 1


def test_types_are_checked_beside_the_other_steps_and_what_is_wrong_is_shown(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _steps(dev, monkeypatch, failing="mypy")
    assert dev.test() == 1
    said = capsys.readouterr().out
    assert said.index("app/x.py:1: error") < said.index("summary") < said.index("FAILED (5)")
    _steps(dev, monkeypatch)
    assert dev.test() == 0
    assert "error" not in capsys.readouterr().out


def test_all_gates_passing_is_success(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = _steps(dev, monkeypatch)
    assert dev.test() == 0
    assert [step.partition("platform=")[2] for step in steps if " -m pytest " in step] == ["none", "offscreen"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a folder in memory is a matter of Linux")
@pytest.mark.parametrize(("free", "flags", "found"), [(2**40, 0, True), (2**20, 0, False), (2**40, NOEXEC, False)])
def test_files_of_tests_lie_in_memory_where_there_is_room_and_nowhere_afterwards(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, flags: int, found: bool
) -> None:
    monkeypatch.setattr(dev, "MEMORY", tmp_path)
    monkeypatch.setattr(dev.os, "statvfs", lambda _: SimpleNamespace(f_bavail=free, f_frsize=1, f_flag=flags))
    with dev._room_for_tests() as room:
        assert room["PYTHONDONTWRITEBYTECODE"] is None
        assert ("TMPDIR" in room) is found
        assert len(list(tmp_path.glob("bingan-test-*"))) == found
    assert list(tmp_path.glob("bingan-test-*")) == []


def test_the_closing_line_adds_up_both_runs(dev: ModuleType, tmp_path: Path) -> None:
    first, second = tmp_path / "plain.xml", tmp_path / "gui.xml"
    first.write_text(REPORT.format(10, 1, 2, 3))
    second.write_text(REPORT.format(5, 0, 0, 0))
    assert dev._count([first, second]) == "9 passed, 3 failed, 3 skipped"


def test_with_a_display_the_window_opens_on_the_demo_library(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = _steps(dev, monkeypatch)
    monkeypatch.setattr(dev, "_has_display", lambda: True)
    assert dev.run_demo() == 0
    assert len(steps) == 1
    assert "-m app --home" in steps[0]
    assert " --demo " in steps[0]


def test_without_a_display_the_batch_is_processed_and_places_are_named(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = _steps(dev, monkeypatch)
    monkeypatch.setattr(dev, "_has_display", lambda: False)
    assert dev.run_demo() == 0
    words = ["demo create", " process ", "benchmarks.screens"]
    assert [word in step for word, step in zip(words, steps, strict=True)] == [True] * 3
    said = capsys.readouterr().out
    assert "no display" in said
    assert str(dev.OUT / "demo" / "result.xlsx") in said
    assert str(dev.OUT / "demo" / "screens") in said


def test_a_failing_batch_ends_the_run_with_its_code(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = _steps(dev, monkeypatch, failing=" process ")
    monkeypatch.setattr(dev, "_has_display", lambda: False)
    assert dev.run_demo() == 5
    assert len(steps) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="DISPLAY is a matter of Linux")
def test_no_display_is_seen_without_starting_qt(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert dev._has_display() is False


def test_help_names_the_commands(root: Path) -> None:
    command = [sys.executable, str(root / "packaging" / "dev.py"), "--help"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [word for word in ("setup", "run", "test", "lock") if word not in words] == []
