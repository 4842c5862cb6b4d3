"""How fast cases are checked: full checks a second on one core, one edit, one rule tried on 100,000 stored cases.

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
from datetime import date
from pathlib import Path

from app.codebook.book import Codebook
from app.common.clock import SystemClock
from app.domain.case import CaseRecord, CaseState
from app.domain.findings import QcReport
from app.domain.identity import make_id
from app.services.assets import Assets
from app.services.composition import open_services
from app.services.engines import Engines
from app.services.rules import shipped_rules
from app.storage import Database, Op, local_actor
from benchmarks.pages import coded

CASES = 10_000
EDITS = 300
STORED = 100_000
PAGES = 2_000
"""Different pages in the library that rules are tried on."""
PER_OPERATION = 2_000
TRIED = ("LJ-004", "BM-005", "XS-025")
"""A rule on the case, one on every two diagnoses, one on codes; the slowest counts."""


def _seconds(work: Callable[[], object]) -> float:
    """Return processor seconds, which other programs on the machine do not lengthen."""
    start = time.process_time()
    work()
    return time.process_time() - start


def bench(count: int = CASES, stored: int = STORED) -> dict[str, object]:
    """Return the figures: ``cases_per_s`` on one core, ``edit_ms`` (mean and worst), ``simulate_100k_s``."""
    load_s = _seconds(shipped_rules)
    with tempfile.TemporaryDirectory() as folder:
        engines = Engines(Assets(Path(folder), SystemClock()), SystemClock())
        figures = {"rules": _running(), "load_s": round(load_s, 2), **_checked(engines, count)}
        return {**figures, **_tried(Path(folder), engines.codebook, stored)}


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


def _tried(home: Path, book: Codebook, stored: int) -> dict[str, object]:
    """Return the seconds that trying a rule on a library takes, by rule and of the slowest, as for 100,000 cases."""
    spent = {}
    services = open_services(home)
    try:
        _fill(services.session.db, book, stored)
        for rule_id in TRIED:
            trial = services.rule_trial.run(shipped_rules().rule(rule_id).rule)
            spent[rule_id] = round(trial.seconds * STORED / trial.cases, 1)
    finally:
        services.close()
    return {"stored": stored, "simulate_100k_s": max(spent.values()), "simulated": spent}


def _fill(db: Database, book: Codebook, stored: int) -> None:
    pages = [coded(number, book) for number in range(PAGES)]
    for start in range(0, stored, PER_OPERATION):
        with db.operation(Op.IMPORT, by=local_actor()) as tx:
            for number in range(start, min(stored, start + PER_OPERATION)):
                tx.insert_case(
                    _other_person(pages[number % PAGES], number), state=CaseState.CODING, source_row=number + 1
                )


def _other_person(page: CaseRecord, number: int) -> CaseRecord:
    record = page.with_value("record_no", f"{number:08d}")
    born, sex = page.value("birth_date"), page.text("sex")
    if not isinstance(born, date) or not sex.isdigit():
        return record
    return record.with_value("id_no", make_id(f"33{number // 100:04d}", born, int(sex), number % 100))


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False))
