"""The gate before submission and submitting, over a month of passed cases of a library of invented ones.

``bingan bench submission --json`` or ``python -m benchmarks.submission [cases]``; seconds of the wall and of the
processor, and milliseconds of the wall a case: the first gate after other rules, the usual one, submitting.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.domain.case import CaseState
from app.services.composition import Services, open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from app.services.submission_types import GateLine, GateReport, Group, Scope
from app.services.worklist import WorklistRow
from app.storage import Op

CASES = 1_000
_T = TypeVar("_T")


def main(cases: int = CASES) -> None:
    """Print the figures."""
    print(json.dumps(bench(cases), ensure_ascii=False, indent=1))


def bench(cases: int = CASES) -> dict[str, object]:
    """Return the figures for a library in which every case has passed."""
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(Path(folder) / "library")
        try:
            return _measured(services, cases)
        finally:
            services.close()


def _measured(services: Services, cases: int) -> dict[str, object]:
    fill(services, invent(cases, today=services.session.clock.now().date()))
    ids = services.worklist.ids("all")
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        for case_id in ids:
            tx.set_state(case_id, CaseState.PASSED)
    figures: dict[str, object] = {"cases": len(ids)}
    first, figures["first_gate"] = _timed(lambda: services.submissions.gate(Scope()), len(ids))
    report, figures["gate"] = _timed(lambda: services.submissions.gate(Scope()), len(ids))
    figures["ready"], figures["refused"] = len(report.ready), len(report.refused)
    if first != report:
        raise RuntimeError("two looks at the same cases differ")
    whole = GateReport(Scope(), tuple(_line(row) for row in services.worklist.rows(ids)), ())
    _, figures["submit"] = _timed(lambda: services.submissions.submit(whole, "bench"), len(ids))
    return figures


def _line(row: WorklistRow) -> GateLine:
    """Return a case as if the gate had let it through: submitting looks only at state and version."""
    group = Group(row.drg, "", row.group_status)
    return GateLine(row.case_id, row.version, row.record_no, row.patient_name, row.dept, group, 0)


def _timed(work: Callable[[], _T], cases: int) -> tuple[_T, dict[str, float]]:
    wall, used = time.perf_counter(), time.process_time()
    result = work()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    return result, {"wall_s": round(wall, 2), "processor_s": round(used, 2), "ms_a_case": round(wall / cases * 1000, 2)}


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
