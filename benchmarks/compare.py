"""Two schemes over a library of 100,000 invented, coded cases: the comparison page's work, and the browser's answers.

``bingan bench compare --json`` or ``python -m benchmarks.compare [cases]``. ``peak_mb`` is the memory of the process
above what it held before the comparison began; ``find_ms`` the slowest search with every place of its first hit.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from app.common.clock import FixedClock
from app.common.files import write_atomic
from app.common.paths import data
from app.domain.case import CaseRecord, CaseState
from app.domain.field import Group
from app.drg.scheme import Scheme
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.demo_cases import invent
from app.services.engines import Engines
from app.storage import Database, Op, local_actor

CASES = 100_000
NOW = datetime(2026, 11, 23, 9, 0)
_PER_OPERATION = 2_000
_QUERIES = ("K80", "I10.x00", "肺炎", "38.1", "J96", "胆", "5", "E11.9")


def build(home: Path, count: int) -> Engines:
    """Fill a home with coded cases of the last year and a second scheme; return engines over it."""
    assets = Assets(home, FixedClock(NOW))
    scheme = assets.starter_scheme()
    records = _records(scheme, count)
    with Database.open(home / "library.db") as db:
        for start in range(0, count, _PER_OPERATION):
            with db.operation(Op.IMPORT, by=local_actor()) as tx:
                for row in range(start, min(count, start + _PER_OPERATION)):
                    tx.insert_case(next(records), state=CaseState.SUBMITTED, source_row=row + 1)
    return Engines(assets, FixedClock(NOW))


def _records(scheme: Scheme, count: int) -> Iterator[CaseRecord]:
    """Yield templates with codes that the scheme's lists name: a diagnosis of an MDC, severe ones, procedures."""
    chance = random.Random(7)
    main = [code for key, one in scheme.sets.items() if key.endswith("/mdc_dx") for code in one.rows]
    severe = [*scheme.mcc.tables, *scheme.cc.tables]
    surgery = list(scheme.sets["valid_px"].rows)
    templates = [case.record for case in invent(400, today=NOW.date())]
    for number in range(count):
        record = templates[number % len(templates)]
        day = NOW.date() - timedelta(days=chance.randint(0, 330))
        record = record.with_value("record_no", f"{700_000 + number:08d}")
        record = record.with_value("discharge_time", datetime(day.year, day.month, day.day, 10))
        dx = record.rows(Group.DX)
        codes = [chance.choice(main), *(chance.choice(severe) for _ in dx[1:])]
        record = record.with_rows(
            Group.DX, tuple(row.with_value("code", code) for row, code in zip(dx, codes, strict=True))
        )
        px = tuple(row.with_value("code", chance.choice(surgery)) for row in record.rows(Group.OP))
        yield record.with_rows(Group.OP, px)


def second_scheme(assets: Assets, folder: Path) -> str:
    """Import the shipped scheme without half of its CC, from next year on; return its id."""
    shutil.copytree(data("codebooks") / "schemes" / "starter", folder)
    described = (folder / "scheme.toml").read_text("utf-8").replace('id = "starter"', 'id = "second"')
    lines = (folder / "cc.csv").read_text("utf-8").splitlines(keepends=True)
    for name, words in (("scheme.toml", described), ("cc.csv", "".join([lines[0], *lines[1::2]]))):
        with write_atomic(folder / name) as out:
            out.write(words.encode())
    return assets.import_scheme(folder, valid_from="2027-01-01").asset_id


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(services: Services, second: str) -> dict[str, object]:
    """Return the figures of a comparison over the whole library and of the browser."""
    first, last = date(2025, 12, 1), date(2026, 11, 30)
    services.compare.run("", second, date(2026, 11, 23), last)  # schemes and columns are laid out once
    before, start = _peak_mb(), time.perf_counter()
    found = services.compare.run("", second, first, last)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    services.compare.case(found, found.moved[len(found.moved) // 2])
    one_case = time.perf_counter() - start
    start = time.perf_counter()
    browsed = services.browser.open("")
    opened = time.perf_counter() - start
    slowest = 0.0
    for query in _QUERIES:
        start = time.perf_counter()
        for hit in browsed.find(query)[:1]:
            browsed.occurrences(hit.code)
        slowest = max(slowest, time.perf_counter() - start)
    return {
        "cases": found.cases,
        "moved": len(found.moved),
        "compare_s": round(seconds, 1),
        "cases_per_s": round(found.cases / seconds),
        "peak_mb": round(_peak_mb() - before),
        "one_case_ms": round(one_case * 1000, 1),
        "browser_open_s": round(opened, 2),
        "find_ms": round(slowest * 1000, 1),
    }


def bench(count: int = CASES) -> dict[str, object]:
    """Build a library in a temporary folder and return the figures."""
    with tempfile.TemporaryDirectory(prefix="bingan-compare-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        engines = build(home, count)
        second = second_scheme(engines.assets, Path(folder) / "second")
        services = open_services(home, clock=FixedClock(NOW), engines=engines)
        try:
            return measure(services, second)
        finally:
            services.close()


if __name__ == "__main__":
    print(json.dumps(bench(int(sys.argv[1]) if len(sys.argv) > 1 else CASES), ensure_ascii=False, indent=1))
