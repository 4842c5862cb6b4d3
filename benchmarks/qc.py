"""How fast cases are checked: full checks a second on one core, one edit, one rule over many cases.

The pages are invented and coded at random from the shipped book, as the program would check them: every rule, the
code book, group and price. ``python -m benchmarks.qc`` or ``bingan bench qc --json``.
"""

from __future__ import annotations

import gc
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from app.codebook.book import Codebook
from app.common.clock import SystemClock
from app.domain.case import CaseRecord, CaseState
from app.domain.findings import QcReport
from app.services.assets import Assets
from app.services.engines import Engines
from app.services.rules import shipped_rules
from benchmarks.pages import coded

CASES = 10_000
EDITS = 300


def _seconds(work: Callable[[], object]) -> float:
    """Return processor seconds, which other programs on the machine do not lengthen."""
    start = time.process_time()
    work()
    return time.process_time() - start


def bench(cases: int = CASES) -> dict[str, object]:
    """Return the figures: ``cases_per_s`` on one core and ``edit_ms``, mean and worst."""
    load_s = _seconds(shipped_rules)
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Assets(Path(folder), SystemClock()), SystemClock())
        return {"rules": _running(), "load_s": round(load_s, 2), **_checked(engines, cases)}


def _running() -> int:
    return sum(not compiled.off for compiled in shipped_rules().rules)


def _checked(engines: Engines, cases: int) -> dict[str, object]:
    book: Codebook = engines.codebook
    records = [coded(number, book) for number in range(cases)]
    engines.check(records[0], CaseState.CODING)
    gc.collect()
    gc.freeze()  # the pages themselves, which a batch reads a few at a time
    told: Counter[str] = Counter()
    spent = _seconds(lambda: [told.update(_counted(engines.check(each, CaseState.CODING))) for each in records])
    gc.unfreeze()
    edits = [_edit_seconds(engines, record) for record in records[:EDITS]]
    return {
        "cases": cases,
        "cases_per_s": round(cases / spent),
        "findings_per_case": round(told["findings"] / cases, 1),
        "broken_per_case": round(told["broken"] / cases, 2),
        "edit_ms": round(1000 * sum(edits) / len(edits), 2),
        "edit_worst_ms": round(1000 * max(edits), 2),
    }


def _counted(report: QcReport) -> dict[str, int]:
    return {"findings": len(report.findings), "broken": len(report.broken)}


def _edit_seconds(engines: Engines, before: CaseRecord) -> float:
    """Return the seconds until the report of a page is there again after its main diagnosis was changed."""
    rules = engines.rule_sets.for_record(before)
    report = rules.check(before, engines.context(before, CaseState.CODING))
    after = before.with_value("dx[0].code", "K35.800")
    context = engines.context(after, CaseState.CODING)
    return _seconds(lambda: rules.check_fields(after, report, ["dx[0].code"], context))


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False))
