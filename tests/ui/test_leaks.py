"""The watch for leaks bites: a test that leaves a timer, a thread or a window behind fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PLANTED = """
import threading
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

kept = []

def test_timer(qapp):
    kept.append(QTimer()); kept[-1].start(60_000)

def test_window(qapp):
    kept.append(QWidget()); kept[-1].show()

def test_thread(qapp):
    stop = threading.Event()
    threading.Thread(target=stop.wait, args=(5,), name="forgotten", daemon=True).start()

def test_nothing(qapp):
    QWidget().show()
"""


@pytest.mark.gui
def test_what_is_left_behind_is_found(tmp_path: Path) -> None:
    root = HERE.parents[1]
    shutil.copy(HERE / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_planted.py").write_text(PLANTED, "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        tmp_path,
    ]
    done = subprocess.run([*command, tmp_path], cwd=root, capture_output=True, text=True, check=False)
    assert "4 passed, 3 errors" in done.stdout
    assert all(word in done.stdout for word in ("['QTimer']", "['QWidget']", "['forgotten']"))
