"""The appeal pack of one case with a long history: history, pack, PDF, workbook.

``bingan bench appeal --json`` or ``python -m benchmarks.appeal``. Every figure is the slowest of five runs in
milliseconds. The case is invented and has been moved about ``STEPS`` times.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.domain.field import Group
from app.services.composition import Services, open_services
from app.services.demo import fill
from app.services.demo_cases import invent

STEPS = 300
_RUNS = 5
_CODES = ("I63.900", "J96.000", "I10.x00")


def bench(scheme: str = "") -> dict[str, float | int]:
    """Return the figures, with the shipped scheme or another one."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui.app import create_app  # noqa: PLC0415 - Qt only after the platform is chosen
    from app.ui.printing import pdf_of  # noqa: PLC0415 - as above

    create_app(["bingan"])
    with tempfile.TemporaryDirectory(prefix="bingan-appeal-") as folder:
        services = open_services(Path(folder))
        try:
            if scheme:
                services.assets.import_scheme(Path(scheme))
            case_id = _busy_case(services)
            report = services.appeal.pack(case_id).report
            content = pdf_of(report)
            return {
                "operations": len(services.history.timeline(case_id)),
                "pages": content.count(b"/Type /Page\n"),
                "pdf_bytes": len(content),
                "timeline_ms": _slowest(lambda: services.history.timeline(case_id)),
                "pack_ms": _slowest(lambda: services.appeal.pack(case_id)),
                "pdf_ms": _slowest(lambda: pdf_of(report)),
                "workbook_ms": _slowest(
                    lambda: services.appeal.save_workbook(services.appeal.pack(case_id), Path(folder) / "a.xlsx")
                ),
            }
        finally:
            services.close()


def _busy_case(services: Services) -> int:
    """Return a coded case that has a long history."""
    fill(services, invent(12, today=services.session.clock.now().date()))
    case_id = max(services.worklist.ids("to_code"), key=lambda one: len(_diagnoses(services, one)))
    for index, code in enumerate(_CODES):
        services.cases.accept(case_id, Group.DX, index, code)
    for number in range(STEPS):
        if number % 3:
            services.cases.undo(case_id) if number % 3 == 2 else services.cases.move_row(case_id, Group.DX, 1, 0)
        else:
            services.cases.set_text(case_id, "abo", str(number % 4 + 1))
    return case_id


def _diagnoses(services: Services, case_id: int) -> tuple[object, ...]:
    return services.cases.view(case_id).record.rows(Group.DX)


def _slowest(run: Callable[[], object]) -> float:
    took = []
    for _ in range(_RUNS):
        begin = time.perf_counter()
        run()
        took.append((time.perf_counter() - begin) * 1000)
    return round(max(took), 1)


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False))
