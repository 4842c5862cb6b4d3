"""The import contracts hold, and bite; the command line starts without Qt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Lint = Callable[[], tuple[int, str]]


@pytest.fixture
def copied(root: Path, tmp_path: Path) -> Path:
    """Return a copy of the package and its configuration to plant mistakes in."""
    shutil.copytree(root / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def lint(copied: Path) -> Lint:
    """Return a call that lints the copy and gives exit code and words."""

    def run() -> tuple[int, str]:
        command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
        environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"}
        done = subprocess.run(command, cwd=copied, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_contracts_hold(lint: Lint) -> None:
    code, words = lint()
    assert code == 0, words


@pytest.mark.parametrize(
    ("module", "line", "named"),
    [
        ("app/qc/planted.py", "import sqlalchemy\n", "app.qc.planted -> sqlalchemy"),
        ("app/matching/planted.py", "import app.drg\n", "app.matching.planted -> app.drg"),
        ("app/domain/planted.py", "from app.services import __doc__\n", "app.domain.planted -> app.services"),
        ("app/cli/planted.py", "import PySide6.QtCore\n", "app.cli.planted -> PySide6"),
        ("app/ui/planted.py", "import app.storage\n", "app.ui.planted -> app.storage"),
        ("app/stray/__init__.py", "", "app.stray"),
    ],
)
def test_a_planted_violation_is_caught_and_named(copied: Path, lint: Lint, module: str, line: str, named: str) -> None:
    (copied / module).parent.mkdir(exist_ok=True)
    (copied / module).write_text(line)
    code, words = lint()
    assert code == 1
    assert named in " ".join(words.split())


@pytest.mark.parametrize("entry", ["app.cli.main", "app.__main__"])
def test_the_command_line_starts_without_qt_and_jieba(root: Path, entry: str) -> None:
    probe = (
        f"import sys, {entry}; "
        "print([m for m in sys.modules if m.partition('.')[0] in {'PySide6', 'shiboken6', 'qtawesome', 'jieba'}])"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
