"""The one entry point: ``bingan`` and ``python -m app``. Joins the command line and the window."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Sequence

from app.cli.main import Launch, run
from app.common.freeing import share_one_heap


def _window(launch: Launch) -> int:
    """Open the window. Qt is imported only here, so that commands start without it.

    What is imported and loaded at the start lasts: garbage is collected from when all is there, see ``load_behind``.
    """
    share_one_heap()
    gc.disable()
    from app.ui.app import run_window  # noqa: PLC0415 - Qt only where a window is wanted

    return run_window(launch.home, check=launch.check)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or the window when none is given. Returns the exit code."""
    return run(sys.argv[1:] if argv is None else argv, _window)


if __name__ == "__main__":
    multiprocessing.freeze_support()  # the installed program is its own interpreter for the processes it starts
    sys.exit(main())
