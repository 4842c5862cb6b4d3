"""The process that :mod:`benchmarks.ui` starts: the program's own window, used and timed; prints one JSON object."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.case import CaseState
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.ui.app import create_app, load_behind, open_library
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.pages.case.page import CasePage
from app.ui.pages.worklist.page import WorklistPage

_CASES = 30
_EDITS = 20
_CODES = ("I10.x00", "E87.600")
_QUERIES = ("gxb", "tnbsb", "gzmxgxx", "nxgss", "J18.9", "mxzsxfq")
_EVERYTHING = ("gxb", "wm", "K80", "daoru", "00700101")
_BAR_S = 0.1
_TICK_MS = 5
_WAIT_S = 60.0


class Watch:
    """Notices for how long the window answered nothing, by what was done."""

    def __init__(self) -> None:
        self.blocked: dict[str, float] = {}
        self._flow = ""
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    @contextmanager
    def flow(self, name: str) -> Iterator[None]:
        """Count what happens in the block, and what it leaves to do, as a flow."""
        self._flow, self._last = name, time.perf_counter()
        yield
        _settle()
        self._tick()
        self._flow = ""

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._flow:
            gap = now - self._last
            self.blocked[self._flow] = max(self.blocked.get(self._flow, 0.0), gap)
        self._last = now


def _settle() -> None:
    """Let the event loop run until it has been idle for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(20, loop.quit)
    loop.exec()


def _until(done: Callable[[], bool]) -> None:
    """Run the event loop, asleep between events like the program, until something is so."""
    if done():
        return
    loop, timer, end = QEventLoop(), QTimer(), time.perf_counter() + _WAIT_S

    def look() -> None:
        if done():
            loop.exit(0)
        elif time.perf_counter() > end:
            loop.exit(1)

    timer.timeout.connect(look)
    timer.start(_TICK_MS)
    if loop.exec():
        raise TimeoutError("the window did not get there")


def _idle(window: MainWindow) -> None:
    _until(lambda: not window.shell.jobs.running)
    _settle()


def _rows_drawn(window: MainWindow) -> bool:
    page = window.page
    return not isinstance(page, WorklistPage) or page.table.cases.rowCount() > 0


def start(window: MainWindow, begun: float) -> dict[str, object]:
    """Return the seconds since the process began until rows are there, and until a search answers."""
    window.repaint()
    _until(lambda: _rows_drawn(window))
    window.repaint()
    shown = time.monotonic() - begun
    services = window.shell.services
    _until(lambda: bool(services.is_ready))
    services.lookup.search("gxb", CodeKind.DX, 20)
    return {"start_s": time.monotonic() - begun, "shown_s": shown}


def day(window: MainWindow) -> dict[str, object]:
    """Return the figures of a day's work."""
    _until(lambda: bool(window.shell.services.is_ready))
    _idle(window)
    _until(lambda: all(page.built for page in window.pages.values()))  # made ahead, some seconds after the engines
    watch = Watch()
    figures = {
        **_open_cases(window, watch),
        **_type_queries(window, watch),
        **_edit(window, watch),
        **_type_everything(window, watch),
    }
    _list(window, watch)
    _walk(window, watch)
    slow = {name: round(seconds, 3) for name, seconds in watch.blocked.items() if seconds > _BAR_S}
    return {
        **figures,
        "blocked_s": round(max(watch.blocked.values()), 3),
        "over_100_ms": dict(sorted(slow.items(), key=lambda one: -one[1])),
        "flows": len(watch.blocked),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _case_page(window: MainWindow) -> CasePage:
    return cast("CasePage", window.pages["case"])


def _some_cases(window: MainWindow) -> list[int]:
    ids = window.shell.services.worklist.ids("to_code")
    step = max(1, len(ids) // _CASES)
    return list(ids[::step][:_CASES])


def _show(window: MainWindow, case_id: int) -> float:
    """Open a case and return the seconds until its page is drawn."""
    page = _case_page(window)
    begin = time.perf_counter()
    window.go(Place("case", {"case": case_id}))
    _until(lambda: page.view is not None and page.view.case_id == case_id)
    page.repaint()
    return time.perf_counter() - begin


def _open_cases(window: MainWindow, watch: Watch) -> dict[str, float]:
    ids = _some_cases(window)
    with watch.flow("the first case"):
        _show(window, ids[0])
    took = []
    for case_id in ids[1:]:
        with watch.flow("open a case"):
            took.append(_show(window, case_id))
    return {
        "open_case_s": round(statistics.median(took), 3),
        "open_case_p95_s": _p95(took),
        "open_case_slowest_s": round(max(took), 3),
    }


def _type_queries(window: MainWindow, watch: Watch) -> dict[str, float]:
    took: list[float] = []
    for query in _QUERIES:
        page = _case_page(window)
        page.grids[Group.DX].go_to_field(0, "code")
        with watch.flow("type in the code cell"):
            for letter in query:
                target = QApplication.focusWidget()
                took.append(_press(target, letter))
        _tap(QApplication.focusWidget(), Qt.Key.Key_Escape)
        _settle()
    return {"key_p50_s": round(statistics.median(took), 4), "key_p95_s": _p95(took)}


def _type_everything(window: MainWindow, watch: Watch) -> dict[str, float]:
    took = []
    for query in _EVERYTHING:
        with watch.flow("open the box for everything"):
            window.open_palette("")
        with watch.flow("type in the box for everything"):
            took += [_press(QApplication.focusWidget(), letter) for letter in query]
        window.close_palette()
        _settle()
    return {"palette_p95_s": _p95(took)}


def _edit(window: MainWindow, watch: Watch) -> dict[str, float]:
    page = _case_page(window)
    took = []
    for number in range(_EDITS):
        with watch.flow("edit a code"):
            begin = time.perf_counter()
            page.work.set_text("dx[1].code", _CODES[number % 2])
            page.repaint()
            took.append(time.perf_counter() - begin)
    with watch.flow("undo"):
        page.undo()
    return {"edit_p50_s": round(statistics.median(took), 3), "edit_p95_s": _p95(took)}


def _list(window: MainWindow, watch: Watch) -> None:
    """Sort, filter and scroll the list of cases."""
    with watch.flow("open the list"):
        window.go(Place("worklist", {"queue": "all"}))
    page = cast("WorklistPage", window.pages["worklist"])
    acts: dict[str, Callable[[], object]] = {
        **{f"sort by {key}": lambda key=key: page.sort_by(key) for key in ("patient_name", "age", "severity")},
        "filter": lambda: page.show_query(["科室:心血管"], ""),
        "search a name": lambda: page.show_query([], "王"),
        "a queue": lambda: page.show_queue(CaseState.TO_CODE.value),
        "refresh": page.refresh,
        "scroll": lambda: page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum() // 2),
    }
    for name, act in acts.items():
        _idle(window)
        with watch.flow(f"list: {name}"):
            act()
            _idle(window)


def _walk(window: MainWindow, watch: Watch) -> None:
    """Visit every page, twice: its first opening builds it."""
    for key in window.pages:
        for visit in ("first", "again"):
            with watch.flow(f"page {key}, {visit}"):
                window.go(Place(key))
                _idle(window)


def _press(target: QWidget | None, letter: str) -> float:
    """Press a key in a widget and return the seconds until what came of it is drawn."""
    begin = time.perf_counter()
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter))
    QApplication.processEvents()  # what the key changed is drawn here, and nothing else
    return time.perf_counter() - begin


def _tap(target: QWidget | None, key: Qt.Key) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier))


def _p95(took: list[float]) -> float:
    return round(sorted(took)[int(len(took) * 0.95)], 4)


def main(home: Path, work: str, begun: float) -> None:
    """Open the window over a home folder, do the work and print the figures."""
    create_app(["bingan"])
    with open_library(home) as window:
        window.resize(1366, 768)
        window.show()
        load_behind(window)
        print(json.dumps(start(window, begun) if work == "start" else day(window), ensure_ascii=False))
        sys.stdout.flush()
        window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
