"""The worklist of a library of 100,000 invented cases: open, filter, sort, search, count, read lines.

``bingan bench worklist --json`` or ``python -m benchmarks.worklist [cases]``. Every figure is the slowest of five runs,
in seconds; the bars are those of style.md and issue "The coder's desk": open 1 s, filter and sort 0.15 s.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from app.domain.case import CaseRecord, CaseState
from app.domain.field import Group
from app.domain.grouping import GroupStatus
from app.services.demo_cases import invent
from app.storage import Database, Filter, Op, Summary, Test, WorklistQuery, local_actor

CASES = 100_000
TODAY = date(2026, 11, 23)
TEMPLATES = 1_000
_PER_OPERATION = 2_000
_RUNS = 5

QUERIES = {
    "all_by_entry": WorklistQuery(),
    "sort_discharge": WorklistQuery(sort="discharge_time", descending=True),
    "sort_name": WorklistQuery(sort="patient_name"),
    "sort_state": WorklistQuery(sort="state"),
    "sort_severity": WorklistQuery(sort="severity", descending=True),
    "sort_age": WorklistQuery(sort="age"),
    "sort_text": WorklistQuery(sort="principal_text"),
    "filter_dept": WorklistQuery(filters=(Filter("dept", Test.IS, ("03.04", "03")),), sort="discharge_time"),
    "filter_state_sort_name": WorklistQuery(
        filters=(Filter("state", Test.IS_NOT, (CaseState.SUBMITTED.value,)),), sort="patient_name"
    ),
    "filter_errors_sort_date": WorklistQuery(filters=(Filter("errors", Test.FROM, (1,)),), sort="discharge_time"),
    "filter_week": WorklistQuery(
        filters=(
            Filter("discharge_time", Test.FROM, (TODAY - timedelta(days=7),)),
            Filter("discharge_time", Test.TO, (TODAY,)),
        ),
        sort="severity",
        descending=True,
    ),
    "search_name": WorklistQuery("王"),
    "search_text_sort_date": WorklistQuery("肺炎 急性", sort="discharge_time"),
    "search_number": WorklistQuery("00750123"),
    "search_nothing": WorklistQuery("没有这样的病案"),
}

QUEUES = {
    "to_code": WorklistQuery(filters=(Filter("state", Test.IS, (CaseState.TO_CODE.value,)),)),
    "errors": WorklistQuery(filters=(Filter("errors", Test.FROM, (1,)),)),
    "unclaimed": WorklistQuery(filters=(Filter("claimed_by", Test.IS, ("",)),)),
    "proposals": WorklistQuery(filters=(Filter("proposals", Test.FROM, (1,)),)),
    "ungrouped": WorklistQuery(filters=(Filter("group_status", Test.IS_NOT, (GroupStatus.GROUPED.value, "")),)),
}


def build(path: Path, count: int) -> None:
    """Fill a new library with ``count`` invented cases, imported through the operations that imports use."""
    chance = random.Random(7)
    records = _records(count, chance)
    states = [CaseState.TO_CODE] * 3 + [CaseState.CODING, CaseState.QC, *[CaseState.SUBMITTED] * 5]
    with Database.open(path) as db:
        for start in range(0, count, _PER_OPERATION):
            with db.operation(Op.IMPORT, by=local_actor()) as tx:
                for row in range(start, min(count, start + _PER_OPERATION)):
                    case_id = tx.insert_case(next(records), state=chance.choice(states), source_row=row + 1)
                    tx.save_summary(case_id, 1, _summary(chance))


def _records(count: int, chance: random.Random) -> Iterator[CaseRecord]:
    templates = [case.record for case in invent(TEMPLATES, today=TODAY)]
    for number in range(count):
        record = templates[number % len(templates)]
        day = TODAY - timedelta(days=chance.randint(0, 700))
        person = f"{record.text('id_no')[:14]}{number // len(templates):04d}"  # else everybody has a hundred stays
        yield (
            record.with_value("record_no", f"{700_000 + number:08d}")
            .with_value("id_no", person)
            .with_value("discharge_time", datetime(day.year, day.month, day.day, 10))
        )


def _summary(chance: random.Random) -> Summary:
    grouped = chance.random() < 0.9
    return Summary(
        errors=chance.choice((0, 0, 0, 1, 2)),
        warns=chance.randint(0, 4),
        hints=chance.randint(0, 2),
        score=chance.randint(600, 1000) / 10,
        drg=f"ES{chance.randint(10, 39)}" if grouped else "0000",
        drg_name="肺炎",
        rw=chance.randint(30, 900) / 100 if grouped else None,
        group_status=str(GroupStatus.GROUPED if grouped else GroupStatus.UNGROUPED),
        initials=chance.choice(("wm", "zhl", "lrx")),
    )


def _slowest(run: Callable[[], object]) -> float:
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return round(max(times), 4)


def _open(path: Path) -> None:
    with Database.open(path) as db, db.read() as reader:
        reader.worklist_rows(db.listing.ids(QUERIES["sort_discharge"])[:60])
        db.listing.counts(QUEUES)


def measure(path: Path) -> dict[str, object]:
    """Return the figures of an existing library."""
    figures: dict[str, object] = {"open_list_counts_s": _slowest(lambda: _open(path))}
    with Database.open(path) as db:
        for name, query in QUERIES.items():
            figures[f"{name}_s"] = _slowest(lambda query=query: db.listing.ids(query))
            figures[f"{name}_hits"] = len(db.listing.ids(query))
        with db.read() as reader:
            ids = db.listing.ids(QUERIES["sort_name"])
            figures["rows_60_s"] = _slowest(lambda: reader.worklist_rows(ids[50_000:50_060]))
            figures["counts_s"] = _slowest(lambda: db.listing.counts(QUEUES))
            figures["load_case_s"] = _slowest(lambda: reader.load_case(ids[len(ids) // 2]))
            figures["undoable_s"] = _slowest(lambda: reader.undoable("local", ids[0], 1))
        figures["edit_s"] = _slowest(lambda: _edit(db, ids[len(ids) // 2]))
    return figures


def _edit(db: Database, case_id: int) -> None:
    with db.operation(Op.SET_FIELD, by=local_actor()) as tx:
        stored = tx.load_case(case_id)
        sex = "1" if stored.record.value("sex") == "2" else "2"
        tx.set_field(case_id, Group.CASE, 0, "sex", sex)


def bench(count: int = CASES) -> dict[str, object]:
    """Build a library in a temporary folder and return its figures: seconds, number of hits, file size in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        start = time.perf_counter()
        build(path, count)
        built = round(time.perf_counter() - start, 1)
        size = round(path.stat().st_size / 1e6, 1)
        return {"cases": count, "build_s": built, "file_mb": size, **measure(path)}


if __name__ == "__main__":
    print(json.dumps(bench(int(sys.argv[1]) if len(sys.argv) > 1 else CASES), ensure_ascii=False, indent=1))
