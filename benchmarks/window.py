"""The worklist page over 100,000 invented cases: how long the user waits until the rows of a screen are drawn.

``bingan bench window --json`` or ``python -m benchmarks.window [cases]``. Seconds, the slowest of five runs each; the
engines are loaded before, nothing else runs. ``open`` is from the click on the page to its rows, in a fresh window.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.worklist import CASES, build

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.pages.worklist.page import WorklistPage

_RUNS = 5
_PATIENCE_MS = 60_000


def measure(home: Path) -> dict[str, float]:
    """Return the figures over the library of a home folder."""
    os.environ["BINGAN_HOME"] = str(home)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui.app import create_app, open_library  # noqa: PLC0415  # Qt only after the platform is chosen
    from app.ui.page import Place  # noqa: PLC0415  # as above

    create_app(["bingan"])
    figures: dict[str, float] = {}
    with open_library(home) as window:
        window.resize(1920, 1080)
        window.show()
        _idle(window)
        page = window.pages["worklist"]
        page.ensure_built()
        figures["open"] = _until_rows(page, lambda: window.go(Place("worklist", {"queue": "all"})))
        for name, act in _acts(page).items():
            figures[name] = max(_once(window, page, act) for _ in range(_RUNS))
        figures["scroll_page"] = max(_scroll(page) for _ in range(_RUNS))
        window.close()
    return {name: round(seconds, 3) for name, seconds in figures.items()}


def _acts(page: WorklistPage) -> Mapping[str, Callable[[], object]]:
    return {
        "sort_name": lambda: page.sort_by("patient_name"),
        "sort_discharge": lambda: page.sort_by("discharge_time"),
        "sort_deadline": lambda: page.sort_by("deadline"),
        "sort_severity": lambda: page.sort_by("severity"),
        "sort_age": lambda: page.sort_by("age"),
        "filter_errors": lambda: page.show_query(["强制>0", "逾期"], ""),
        "filter_department": lambda: page.show_query(["科室:心血管"], ""),
        "search_name": lambda: page.show_query([], "王"),
        "queue": lambda: page.show_queue("to_code"),
        "refresh": page.refresh,
    }


def _once(window: MainWindow, page: WorklistPage, act: Callable[[], object]) -> float:
    page.show_queue("all")
    page.show_query([], "")
    _idle(window)
    return _until_rows(page, act)


def _until_rows(page: WorklistPage, act: Callable[[], object]) -> float:
    """Return the seconds from the act until the rows it brings have been drawn."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415  # as above

    loop = QEventLoop()
    page.table.cases.modelReset.connect(loop.quit)
    QTimer.singleShot(_PATIENCE_MS, loop, loop.quit)
    begin = time.perf_counter()
    act()
    loop.exec()
    page.table.viewport().repaint()
    page.table.cases.modelReset.disconnect(loop.quit)
    return time.perf_counter() - begin


def _scroll(page: WorklistPage) -> float:
    """Return the seconds that a screen takes whose rows were never read before."""
    bar = page.table.verticalScrollBar()
    begin = time.perf_counter()
    bar.setValue((bar.value() + bar.maximum() // 7) % bar.maximum())
    page.table.viewport().repaint()
    return time.perf_counter() - begin


def _idle(window: MainWindow) -> None:
    """Wait until no job runs."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415  # as above

    while True:
        loop = QEventLoop()
        QTimer.singleShot(50, loop.quit)
        loop.exec()
        if not window.shell.jobs.running:
            return


def bench(count: int = CASES) -> dict[str, object]:
    """Build a library in a temporary folder and return its figures in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "library.db", count)
        return {"cases": count, **measure(Path(folder))}


if __name__ == "__main__":
    print(json.dumps(bench(int(sys.argv[1]) if len(sys.argv) > 1 else CASES), ensure_ascii=False, indent=1))
