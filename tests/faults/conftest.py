"""Tools of the fault tests: the harnesses of ``benchmarks/faults.py``, run as their commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

Harness = Callable[..., dict[str, int]]


@pytest.fixture
def harness() -> Harness:
    """Return a function that runs ``python -m benchmarks.faults …`` and returns its figures."""

    def harness(*arguments: str) -> dict[str, int]:
        command = [sys.executable, "-m", "benchmarks.faults", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        figures: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
        assert done.returncode == (1 if figures["failures"] else 0), done.stderr
        return figures

    return harness
