"""``bingan bench group``: how fast cases are grouped and explained. One core, nothing remembered per case."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.common.paths import data
from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.drg.explaining import explain
from app.drg.package import load_package
from app.drg.scheme import Scheme
from app.drg.whatif import would_change
from app.exchange.readers import read_scheme_tables, read_tables

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
CASES = 20_000
EXPLAINED = 2_000


def bench() -> dict[str, object]:
    """Return the figures of :func:`run` for the starter scheme and, beside the reference data, for yunnan_2023."""
    figures: dict[str, object] = dict(run())
    if REFERENCE.is_dir():
        found = run(REFERENCE / "schemes" / "yunnan_2023", REFERENCE / "cases" / "yunnan_2023.csv")
        figures |= {f"yunnan_2023_{name}": value for name, value in found.items()}
    return figures


def run(scheme_path: Path | None = None, cases_path: Path | None = None) -> dict[str, float]:
    """Return load time in seconds, cases grouped, explained and tried without each diagnosis per second.

    Without paths it is the starter scheme with invented cases drawn from its own lists. Reading files is not timed.
    """
    path = scheme_path or data("codebooks") / "schemes" / "starter"
    tables, meta = read_scheme_tables(path)
    book = _book() if meta.get("code_match") == "prefix" else None
    begin = perf_counter()
    scheme, _ = load_package(tables, meta, expand=book.expand_prefixes if book else None)
    load_s = perf_counter() - begin
    cases = _invented(scheme) if cases_path is None else _read(cases_path)
    few = cases[:EXPLAINED]
    return {
        "load_s": round(load_s, 3),
        "cases": len(cases),
        "plain_per_s": _per_second(lambda case: group(scheme, case), cases),
        "explained_per_s": _per_second(lambda case: explain(scheme, case), few),
        "would_change_per_s": _per_second(lambda case: would_change(scheme, case), few),
    }


def _per_second(work: Callable[[GroupInput], object], cases: Sequence[GroupInput]) -> int:
    begin = perf_counter()
    for case in cases:
        work(case)
    return round(len(cases) / (perf_counter() - begin))


def _book() -> Codebook:
    folder = data("codebooks") / "builtin"
    return build([read_tables(folder / name)[0] for name in ("icd10.csv", "icd9cm3.csv")], edition="", title="")[0]


def _invented(scheme: Scheme) -> list[GroupInput]:
    draw = random.Random(2026)
    kinds = {kind: sorted({c for s in scheme.sets.values() if s.kind is kind for c in s.rows}) for kind in CodeKind}
    secondary = sorted(scheme.mcc.tables) + sorted(scheme.cc.tables)
    return [
        GroupInput(
            (draw.choice(kinds[CodeKind.DX]), *draw.choices(secondary, k=draw.randrange(8))),
            tuple(draw.choices(kinds[CodeKind.PX], k=draw.randrange(4))),
            draw.choice(("male", "female")),
            draw.randrange(95),
        )
        for _ in range(CASES)
    ]


def _read(path: Path) -> list[GroupInput]:
    def number(text: str) -> int | None:
        return int(text) if text else None

    with path.open(encoding="utf-8", newline="") as handle:
        return [
            GroupInput(
                tuple(row["dx"].split("|")),
                tuple(row["px"].split("|")) if row["px"] else (),
                row["sex"],
                number(row["age_years"]),
                number(row["age_days"]),
                number(row["birth_weight_g"]),
                number(row["los_days"]),
                number(row["discharge"]),
                row["dept"],
            )
            for row in csv.DictReader(handle)
        ]
