"""The list of an audit of a million changes: who, what kind, which field, which days, which case.

``bingan bench audit --json`` or ``python -m benchmarks.audit [changes]``. Every figure is the slowest of five runs in
milliseconds: the ids of a filter, then ``first_screen``, the lines of the first forty of the slowest one; ``prepare``
is what the page reads once behind the window. The audit is written as rows, not by operations: its chain is not whole,
the lists do not ask for that. The bar is 50 ms a filter.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from app.common.progress import NoProgress
from app.domain.case import CaseState
from app.services.audit import AuditService
from app.services.audit_types import AuditQuery
from app.services.composition import open_services
from app.storage import Op
from app.storage.actor import local_actor
from benchmarks.faults import records

CHANGES: Final = 1_000_000
_CASES: Final = 2_000
_PEOPLE: Final = 24
_RUNS: Final = 5
_SCREEN: Final = 40
_FIRST: Final = datetime(2025, 11, 23, 8)
_OPS: Final = (
    *((Op.OPEN_CASE, "event", "opened"),) * 6,
    *((Op.SET_CODE, "dx", "code"),) * 5,
    *((Op.SET_FIELD, "case", "discharge_way"), (Op.SET_FIELD, "case", "abo"), (Op.SET_FIELD, "dx", "adm_cond")),
    *((Op.SET_STATE, "case", "state"),) * 2,
    *((Op.CLAIM, "case", "claimed_by"), (Op.SIGN_IN, "event", "signed_in"), (Op.EXPORT, "event", "export")),
)
_CHANGE: Final = "INSERT INTO audit_change VALUES (? + ?, ?, ?, ?, ?, ?, ?, ?)"
_OPERATION: Final = "INSERT INTO audit_operation VALUES (? + ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
QUERIES: Final = {
    "all": AuditQuery(),
    "kind": AuditQuery(kind="edit"),
    "person": AuditQuery(who="员七"),
    "field": AuditQuery(field="离院方式"),
    "person_field": AuditQuery(who="员七", field="离院方式"),
    "kind_field": AuditQuery(kind="edit", field="离院方式"),
    "kind_person_field": AuditQuery(kind="edit", who="员七", field="离院方式"),
    "common_field": AuditQuery(field="编码"),
    "person_common_field": AuditQuery(who="员七", field="编码"),
    "kind_person_days": AuditQuery(kind="edit", who="员七", first=date(2026, 3, 1), last=date(2026, 3, 31)),
    "days_field": AuditQuery(field="离院方式", first=date(2026, 3, 1), last=date(2026, 3, 31)),
    "case": AuditQuery(record_no="000001-00"),
    "nobody": AuditQuery(who="没有这个人"),
}


def _rows(changes: int) -> Iterator[tuple[tuple[object, ...], list[tuple[object, ...]]]]:
    """Yield operations with their changes: three in one, as a code brings its name."""
    chance, number, written = random.Random(1), 1, 0
    step = timedelta(days=365) / max(1, changes // 2)
    while written < changes:
        number += 1
        op, entity, field = chance.choice(_OPS)
        person, case_id = chance.randrange(_PEOPLE), chance.randint(1, _CASES)
        at = (_FIRST + step * number).isoformat(" ", "seconds")
        fields = (field, "name", "code_status") if op is Op.SET_CODE else (field,)
        lines = [(number, seq, case_id, entity, 1, one, '"1"', '"2"') for seq, one in enumerate(fields, 1)]
        written += len(lines)
        header = (
            number,
            op.value,
            f"p{person}",
            f"{_name(person)}（测试）",
            at,
            "PC",
            "",
            None,
            len(lines),
            1,
            case_id,
        )
        yield (*header, "0" * 64, f"{number:064d}"), lines


def _name(person: int) -> str:
    return f"员{'一二三四五六七八九十'[person % 10]}{'' if person < 10 else person}"


def make(home: Path, changes: int) -> None:
    """Write a library with some cases and an audit of so many changes."""
    services = open_services(home)
    with services.session.db.operation(Op.IMPORT, by=local_actor()) as tx:
        for record in records(_CASES, 1):
            tx.insert_case(record, state=CaseState.TO_CODE)
    services.close()
    with closing(sqlite3.connect(home / "library.db")) as raw:
        head = int(raw.execute("SELECT max(id) FROM audit_operation").fetchone()[0])
        for header, lines in _rows(changes):
            raw.executemany(_CHANGE, [(head, *one) for one in lines])
            raw.execute(_OPERATION, (head, *header))
        raw.commit()


def measure(audit: AuditService) -> dict[str, float]:
    """Return the slowest of five runs of each query, and of the first screen, in milliseconds."""
    start = time.perf_counter()
    audit.prepare(NoProgress())
    found, first = {"prepare": round((time.perf_counter() - start) * 1000, 1)}, {}
    for name, query in QUERIES.items():
        found[name] = _slowest(lambda query=query: audit.ids(query))
        ids = audit.ids(query)[:_SCREEN]
        first[name] = _slowest(lambda ids=ids, query=query: audit.rows(ids, query))
    return {**found, "first_screen": max(first.values())}


def _slowest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(max(times) * 1000, 1)


def bench(changes: int = CHANGES) -> dict[str, float]:
    """Return the figures of an audit of so many changes."""
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), changes)
        services = open_services(Path(name))
        figures = measure(services.audit)
        services.close()
    return figures


if __name__ == "__main__":
    print(json.dumps(bench(int(sys.argv[1]) if len(sys.argv) > 1 else CHANGES)))
