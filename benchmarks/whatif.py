"""``bingan bench whatif``: everything the what-if says of a case with 20 diagnoses and 6 procedures, rules included.

A library is made in a temporary folder; each time the case is read from it and every list of the DRG page worked out.
``python -m benchmarks.whatif`` prints the figures in milliseconds.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

from app.common.clock import FixedClock
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.grouping import GroupInput, GroupStatus
from app.drg.engine import group
from app.drg.scheme import Scheme
from app.services.composition import Services, open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from benchmarks.group import REFERENCE

NOW = datetime(2026, 11, 23, 9, 0)
DIAGNOSES, PROCEDURES, CASES = 20, 6, 8
BOOKS = ("icd10_medins.csv", "icd9cm3_medins.csv")
SCHEMES = ("yunnan_2023", "chs_drg_11")
PARTS = ("secondaries", "carrying", "principals", "operations", "neighbours")


def bench() -> dict[str, object]:
    """Return the median and the worst time of all lists together, in ms, for each scheme, and of each list."""
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="bingan-bench-") as folder:
        services = open_services(Path(folder), clock=FixedClock(NOW))
        fill(services, invent(CASES, today=NOW.date()))
        figures |= _timed(services, "starter")
        if REFERENCE.is_dir():
            services.assets.import_codebook([REFERENCE / "codebooks" / name for name in BOOKS])
            for name in SCHEMES:
                services.assets.import_scheme(REFERENCE / "schemes" / name, valid_from="")
                services.assets_changed()
                figures |= _timed(services, name)
        services.close()
    return figures


def _timed(services: Services, name: str) -> dict[str, object]:
    scheme = services.assets.scheme(NOW.date())
    dice = random.Random(2026)
    ids = list(services.worklist.ids("all"))[:CASES]
    for case_id in ids:
        _write(services, case_id, *_drawn(scheme, dice))
    each: dict[str, list[float]] = {part: [] for part in PARTS}
    for case_id in ids:
        for part in PARTS:
            each[part].append(_milliseconds(getattr(services.whatif, part), case_id))
    totals = [sum(times) for times in zip(*each.values(), strict=True)]
    found = {f"{name}_ms": statistics.median(totals), f"{name}_worst_ms": max(totals)}
    found |= {f"{name}_{part}_ms": statistics.median(times) for part, times in each.items()}
    return {key: round(value, 1) for key, value in found.items()}


def _milliseconds(work: Callable[[int], object], case_id: int) -> float:
    begin = perf_counter()
    work(case_id)
    return 1000 * (perf_counter() - begin)


def _drawn(scheme: Scheme, dice: random.Random) -> tuple[list[str], list[str]]:
    """Return diagnoses and procedures of the scheme's own lists that lead to a group."""
    kinds = {kind: sorted({c for s in scheme.sets.values() if s.kind is kind for c in s.rows}) for kind in CodeKind}
    others = sorted(scheme.mcc.tables) + sorted(scheme.cc.tables)
    while True:
        dx = [dice.choice(kinds[CodeKind.DX]), *dice.sample(others, DIAGNOSES - 1)]
        px = dice.sample(kinds[CodeKind.PX], PROCEDURES)
        if group(scheme, GroupInput(tuple(dx), tuple(px), "male", 60)).status is GroupStatus.GROUPED:
            return dx, px


def _write(services: Services, case_id: int, dx: list[str], px: list[str]) -> None:
    for path, typed in (("sex", "1"), ("age_years", "60")):
        services.cases.set_text(case_id, path, typed)
    for kind, codes in ((Group.DX, dx), (Group.OP, px)):
        for index, code in enumerate(codes):
            services.cases.set_text(case_id, f"{kind}[{index}].code", code)


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False))
