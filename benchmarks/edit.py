"""One edit of a code until the new group is shown: ``bingan bench edit --json`` or ``python -m benchmarks.edit``.

A case with twenty diagnoses of the demo library, the second diagnosis changed back and forth. ``regroup_ms`` is the
reasoning alone (path, facts, sentence, price, what carries the group), ``stored_ms`` from the edit to the whole new
view of the case, written durably (record, audit, findings, summary), ``window_ms`` from the key to the redrawn card
of the case page. Median of some edits and the slowest one.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.services.composition import Services
    from app.ui.main_window import MainWindow

_EDITS = 40
_DIAGNOSES = 20
_CODES = ("I10.x00", "E87.600")
_PATH = "dx[1].code"


def bench() -> dict[str, object]:
    """Return the figures in milliseconds, over a demo library in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="bingan-edit-") as folder:
        os.environ["BINGAN_HOME"] = folder
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from app.services.demo import create_demo  # noqa: PLC0415  # after the home is chosen
        from app.ui.app import create_app, load_behind, open_library  # noqa: PLC0415  # Qt only after the platform is chosen
        from app.ui.page import Place  # noqa: PLC0415  # as above

        home = Path(folder)
        create_demo(home)
        create_app(["bingan"])
        with open_library(home) as window:
            window.resize(1366, 768)
            window.show()
            load_behind(window)
            _idle(window)
            services = window.shell.services
            case_id = _long_case(services)
            window.go(Place("case", {"case": case_id}))
            _idle(window)
            figures = _figures(services, window, case_id)
            window.close()
    return {"diagnoses": _DIAGNOSES, **figures}


def _figures(services: Services, window: MainWindow, case_id: int) -> dict[str, float]:
    page = window.pages["case"]
    view = services.cases.view(case_id)

    def regroup() -> None:
        services.session.engines.preview(view.record, view.proposals)

    def in_window(code: str) -> None:
        page.work.set_text(_PATH, code)
        page.drg.repaint()

    return {
        **_told(
            "regroup",
            [_ms(lambda: services.session.engines.preview(view.record, view.proposals)) for _ in range(_EDITS)],
        ),
        **_told("stored", [_ms(lambda code=code: services.cases.set_text(case_id, _PATH, code)) for code in _edits()]),
        **_told("window", [_ms(lambda code=code: in_window(code)) for code in _edits()]),
    }


def _edits() -> list[str]:
    return [_CODES[number % 2] for number in range(_EDITS)]


def _told(name: str, values: Sequence[float]) -> dict[str, float]:
    return {f"{name}_ms": round(statistics.median(values), 1), f"{name}_slowest_ms": round(max(values), 1)}


def _ms(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def _long_case(services: Services) -> int:
    """Return a grouped case that waits for coding, with diagnoses added up to the number."""
    from app.domain.field import Group  # noqa: PLC0415  # as above

    views = (services.cases.view(case_id) for case_id in services.worklist.ids("to_code"))
    view = next(one for one in views if one.grouping.price.weight is not None)
    case_id = view.case_id
    codes = iter(entry.code for entry in services.session.engines.codebook if entry.code[0] in "EJKN" and entry.is_leaf)
    for index in range(len(view.record.rows(Group.DX)), _DIAGNOSES):
        services.cases.set_text(case_id, f"dx[{index}].code", next(codes))
    return case_id


def _idle(window: MainWindow) -> None:
    """Wait until no job runs."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415  # as above

    while True:
        loop = QEventLoop()
        QTimer.singleShot(50, loop.quit)
        loop.exec()
        if not window.shell.jobs.running:
            return


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False))
