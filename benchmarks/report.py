"""The reports of a library of 100,000 invented cases: ``bingan bench report --json``.

Also ``python -m benchmarks.report [cases]``, or ``python -m benchmarks.report HOME`` for a library that
:func:`benchmarks.ui.prepare` made. Seconds with engines loaded, on the clock and (``_cpu_s``) of the processor; the bar
of the first report of a month is 5 s:

- ``month_s``: a month with the trend of a year, nothing read before; ``again_s``: another scope of the same months;
- ``year_s``: a year with the year before;
- ``drill_s``: from the hospital to the operations of the largest department, all four levels;
- ``xlsx_s``, ``docx_s``: the report of the month as a file, opened again and compared.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from app.common.clock import FixedClock
from app.common.progress import NoProgress
from app.services.composition import Services, open_services
from app.services.report_types import ReportScope
from benchmarks.ui import prepare
from benchmarks.worklist import CASES, TODAY

_MONTH = ReportScope(date(TODAY.year, TODAY.month, 1), TODAY)
_YEAR = ReportScope(date(TODAY.year, 1, 1), TODAY)


def measure(home: Path) -> dict[str, object]:
    """Return the figures of an existing library."""
    services = open_services(home, clock=FixedClock(datetime(TODAY.year, TODAY.month, TODAY.day, 9)))
    figures: dict[str, object] = {}
    try:
        services.warm_up(NoProgress())
        _take(figures, "month", lambda: services.reports.run(_MONTH))
        _take(figures, "again", lambda: services.reports.run(ReportScope(_MONTH.first, _MONTH.last, insurance="1")))
        _take(figures, "drill", lambda: _drill(services))
        report = services.reports.run(_MONTH)
        with tempfile.TemporaryDirectory() as folder:
            book, document = Path(folder) / "report.xlsx", Path(folder) / "report.docx"
            _take(figures, "xlsx", lambda: services.report_papers.save_workbook(report, book))
            _take(figures, "docx", lambda: services.report_papers.save_document(report, document))
        _take(figures, "year", lambda: services.reports.run(_YEAR))
    finally:
        services.close()
    return figures


def _take(figures: dict[str, object], name: str, work: Callable[[], object]) -> None:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    figures[f"{name}_s"] = round(time.perf_counter() - clock, 3)
    figures[f"{name}_cpu_s"] = round(time.process_time() - processor, 3)


def _drill(services: Services) -> None:
    path: list[str] = []
    for _ in range(4):
        rows = services.reports.drill(_MONTH, path).rows
        path.append(max(rows, key=lambda one: one.cases).key)


def bench(count: int = CASES) -> dict[str, object]:
    """Build a library in a temporary folder and return its figures."""
    with tempfile.TemporaryDirectory(prefix="bingan-report-") as folder:
        prepare(Path(folder), count)
        return {"count": count, **measure(Path(folder))}


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else str(CASES)
    print(json.dumps(bench(int(given)) if given.isdigit() else measure(Path(given)), ensure_ascii=False, indent=1))
