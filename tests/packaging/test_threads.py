"""NumPy counts on one thread in everything that this program starts."""

from __future__ import annotations

import os
import subprocess
import sys


def test_numpy_counts_on_one_thread_unless_told_otherwise() -> None:
    told = "import app, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    bare = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    for wanted, environment in (("1", bare), ("2", {**bare, "OPENBLAS_NUM_THREADS": "2"})):
        done = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == wanted
