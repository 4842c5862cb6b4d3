"""Shared fixtures: reference data, a home of its own for every test, a fixed clock."""

from __future__ import annotations

import gc
import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings

from app.common.clock import FixedClock

# No window is ever shown. The test command sets a platform that does not exist for the tests that need no Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Each worker of the tests counts on one thread: two that wait for each other by turning take three times as long.
os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

# No test reads or writes the key store of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# No deadline: machines are loaded. In CI the same examples every time; elsewhere new ones, to learn what they find.
settings.register_profile("bingan", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("bingan")

# Garbage is looked for a tenth as often: a worker holds code books and modules that are walked through every time.
gc.set_threshold(7_000, 10, 10)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of third-party reference data; skip where it does not lie beside the checkout."""
    folder = ROOT.parent / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip("reference data (../shared/reference) do not lie beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test its own BINGAN_HOME, and a folder for what must not lie in it."""
    folder = tmp_path / "home"
    monkeypatch.setenv("BINGAN_HOME", str(folder))
    monkeypatch.setenv("BINGAN_CONFIG", str(tmp_path / "config"))
    return folder


@pytest.fixture(scope="session")
def worked_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cache of a machine on which the program has run before; it fills by and by, for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "worked-out"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def warm(home: Path, worked_out: Path) -> None:
    """Let the test find in its home what others worked out: books, indexes and dictionaries take seconds."""
    home.mkdir(exist_ok=True)
    (home / "cache").symlink_to(worked_out, target_is_directory=True)


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands at a working morning."""
    return FixedClock(datetime(2026, 11, 23, 9, 0, 0))


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later look for garbage."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test ``gui`` when it uses a Qt fixture, so that ``-m "not gui"`` is honest."""
    for item in items:
        if {"qtbot", "qapp", "qtmodeltester"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)
