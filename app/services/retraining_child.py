"""The process that trains: takes a task from a pipe, tells how far it is, sends the model back."""

from __future__ import annotations

import json
import os
import sys
from multiprocessing.connection import Connection
from time import monotonic
from typing import Final

_EVERY_S: Final = 0.2
_NICE: Final = 10
_BELOW_NORMAL: Final = 0x4000
"""BELOW_NORMAL_PRIORITY_CLASS of Windows' SetPriorityClass."""


class Report:
    """Progress told through the pipe; ends the process when nobody listens any more."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._told = 0.0

    def step(self, done: int, total: int, note: str = "") -> None:
        """Tell, at most five times a second."""
        if monotonic() - self._told >= _EVERY_S:
            self._told = monotonic()
            try:
                self._pipe.send_bytes(json.dumps({"step": [done, total, note]}).encode())
            except OSError:
                sys.exit(1)


def work(pipe: Connection) -> None:
    """Do the one task of this process, on one core at low priority, so that the window has the others to itself.

    One thread also makes that the same past leads to the same model on every computer.
    """
    _step_back()
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    from app.services.retraining_process import answer  # noqa: PLC0415 - NumPy asks for the threads when it is loaded

    answer(pipe, Report(pipe))


def _step_back() -> None:
    """Let everything else go first."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(_NICE)
