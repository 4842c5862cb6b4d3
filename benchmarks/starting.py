"""How benchmarks start a process with the window: as ``app.__main__`` does, so that they time what users wait for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_CODE: Final = """
import gc, runpy, sys
from app.common.freeing import share_one_heap
share_one_heap()
gc.disable()
import app.services.composition
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of the benchmarks in a process like the program's."""
    return [sys.executable, "-c", _CODE, module, *arguments]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of such a process: its own home, no screen, modules compiled as in an installation."""
    found = {**os.environ, "BINGAN_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found
