"""``bingan bench group``: how fast a scheme is loaded, cases are grouped and explained. One core.

    bingan bench group --scheme SCHEME --cases CSV --json
    python -m benchmarks.group [--growth] [--scheme SCHEME] [--cases CSV]

Without arguments it is the scheme that ships with invented cases, and beside the reference data also yunnan_2023.
Cases are parsed before the clock starts. Every figure of the plain path is taken with a scheme that has never
grouped anything, so nothing can be remembered of a case or of a pair of principal diagnosis and procedure.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import perf_counter

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.common.clock import SystemClock
from app.common.paths import data, home
from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.domain.tables import RawRow, RawTable
from app.drg.batch import group_many, grouper
from app.drg.explaining import explain
from app.drg.freezing import freeze, thaw
from app.drg.package import load_package
from app.drg.scheme import Scheme
from app.drg.sentence import sentence
from app.exchange.readers import read_scheme_tables, read_tables
from app.services.asset_store import SCHEME, AssetStore
from app.services.group_file import group_file, read_cases
from app.services.scheme_files import load_scheme, parse_scheme

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
STARTER = data("codebooks") / "schemes" / "starter"
INVENTED = 20_000
AGAIN = 100_000
EXPLAINED = 2_000
ROUNDS = 5
GROWN = 10
_MB = 1024 if sys.platform != "darwin" else 1024 * 1024


def bench(scheme: str = "", cases: str = "") -> dict[str, object]:
    """Return the figures of :func:`run` for a scheme (path or id) and a file of cases.

    Without both, those of the starter scheme and, beside the reference data, of yunnan_2023.
    """
    if scheme or cases:
        return run(_path(scheme) if scheme else STARTER, Path(cases) if cases else None)
    figures = run(STARTER, None)
    if REFERENCE.is_dir():
        found = run(REFERENCE / "schemes" / "yunnan_2023", REFERENCE / "cases" / "yunnan_2023.csv")
        figures |= {f"yunnan_2023_{name}": value for name, value in found.items()}
    return figures


def run(path: Path, cases_path: Path | None) -> dict[str, object]:
    """Return load times in seconds (from the file, from the cache, and of the columns that a batch works with, made
    once in a process), and cases a second.

    ``plain_first``: every pair of principal diagnosis and procedures met for the first time. ``plain_again``: the
    pairs once more with other secondary diagnoses. ``explained``: path with every fact, secondary diagnoses and the
    sentence; ``worded``: and each fact put into words, as a page does with those it shows.
    """
    book = _book()
    with _own_cache():
        load_s = _best(lambda: parse_scheme(path, book))
        scheme = load_scheme(path, book)
        cached_load_s = _best(lambda: load_scheme(path, book))
        frozen = freeze(scheme)
        columns_s = min(_columns_s(frozen) for _ in range(ROUNDS))
    cases = [case for _, case in read_cases(cases_path)] if cases_path else _invented(scheme)
    again = list(islice(_again(cases), AGAIN))
    return {
        "load_s": round(load_s, 3),
        "cached_load_s": round(cached_load_s, 3),
        "columns_s": round(columns_s, 3),
        "cases": len(cases),
        "plain_first_per_s": _grouped_per_s(scheme, cases),
        "plain_again_per_s": _grouped_per_s(scheme, again),
        "explained_per_s": _explained_per_s(scheme, cases[:EXPLAINED], words=False),
        "explained_worded_per_s": _explained_per_s(scheme, cases[:EXPLAINED], words=True),
        "peak_mb": _peak_mb(),
    }


@contextmanager
def _own_cache() -> Iterator[None]:
    """Keep schemes in a folder of our own, so that the user's cache stays as it is."""
    before = os.environ.get("BINGAN_HOME")
    with tempfile.TemporaryDirectory(prefix="bingan-bench-") as folder:
        os.environ["BINGAN_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["BINGAN_HOME"]
            else:
                os.environ["BINGAN_HOME"] = before


def _peak_mb() -> int | None:
    """Return the most memory this process has held, None where the system does not tell."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB) if resource else None


def growth() -> dict[str, object]:
    """Return the cost of a case in microseconds as the batch and as the lists grow, and a million rows of CSV.

    With the reference data only: ten thousand to a million cases of yunnan_2023, then the same cases with every list
    of the scheme ten times as long.
    """
    path, source = REFERENCE / "schemes" / "yunnan_2023", REFERENCE / "cases" / "yunnan_2023.csv"
    labelled = [case for _, case in read_cases(source)]
    scheme = load_scheme(path, _book())
    figures: dict[str, object] = {}
    many = list(islice(_again(labelled), 1_000_000))
    for count in (10_000, 100_000, 1_000_000):
        figures[f"us_per_case_{count}"] = _microseconds(scheme, many[:count])
    figures["us_per_case_lists_x10"] = _microseconds(_grown(path), many[:100_000])
    del many
    return figures | _million_rows(scheme, source)


def _million_rows(scheme: Scheme, source: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        cases, out = Path(folder) / "cases.csv", Path(folder) / "groups.csv"
        with source.open(encoding="utf-8", newline="") as given, cases.open("w", encoding="utf-8", newline="") as to:
            header, *rows = csv.reader(given)
            writer = csv.writer(to)
            writer.writerow(header)
            writer.writerows((f"M{number}", *rows[number % len(rows)][1:]) for number in range(1_000_000))
        begin = perf_counter()
        count = group_file(scheme, cases, out)
        return {"csv_rows": count, "csv_s": round(perf_counter() - begin, 1)}


def _grown(path: Path) -> Scheme:
    """Return a package with every list ten times as long."""
    tables, meta = read_scheme_tables(path)
    lists = [name for name in tables if name.endswith(("_dx", "_px"))]
    return load_package(tables | {name: _longer(tables[name]) for name in lists}, meta)[0]


def _longer(table: RawTable) -> RawTable:
    copies = (
        RawRow(row.number, (*row.cells[:-1], f"{row.cells[-1]}{mark}"))
        for mark in ("", *(f"~{number}" for number in range(1, GROWN)))
        for row in table.rows
    )
    return replace(table, rows=list(copies))


def _microseconds(scheme: Scheme, cases: Sequence[GroupInput]) -> float:
    return round(1e6 / _grouped_per_s(scheme, cases), 2)


def _grouped_per_s(scheme: Scheme, cases: Sequence[GroupInput]) -> int:
    """Return cases a second of the fastest of some rounds, each with a scheme that has never grouped a case."""
    frozen = freeze(scheme)
    best = float("inf")
    for _ in range(ROUNDS):
        fresh = thaw(frozen)
        assert fresh is not None  # noqa: S101 - just frozen
        grouper(fresh)
        best = min(best, _seconds(lambda fresh=fresh: group_many(fresh, cases)))
    return round(len(cases) / best)


def _explained_per_s(scheme: Scheme, cases: Sequence[GroupInput], *, words: bool) -> int:
    def explained() -> None:
        for case in cases:
            found = explain(scheme, case)
            sentence(found)
            for step in found.steps if words else ():
                step.facts  # noqa: B018 - makes the words

    return round(len(cases) / _best(explained))


def _columns_s(frozen: bytes) -> float:
    fresh = thaw(frozen)
    assert fresh is not None  # noqa: S101 - just frozen
    return _seconds(lambda: grouper(fresh))


def _best(work: Callable[[], object]) -> float:
    return min(_seconds(work) for _ in range(ROUNDS))


def _seconds(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def _again(cases: Sequence[GroupInput]) -> Iterator[GroupInput]:
    """Yield the pairs of the cases without end, each time with the secondary diagnoses of another case."""
    shift = 0
    while True:
        for number, case in enumerate(cases):
            others = cases[(number + shift) % len(cases)].dx[1:]
            yield replace(case, dx=(*case.dx[:1], *others))
        shift += 1


def _path(scheme: str) -> Path:
    """Return where a scheme lies that is given as a path or as the id of an imported one."""
    store = AssetStore(home(), SystemClock())
    for asset in store.all(SCHEME):
        if scheme in (asset.id, asset.facts.get("scheme_id")):
            names = [name for _, name, _ in asset.files]
            return store.folder(asset) / names[0] if len(names) == 1 else store.folder(asset)
    return Path(scheme)


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
        for _ in range(INVENTED)
    ]


def main(arguments: Iterable[str] | None = None) -> None:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.group")
    parser.add_argument("--scheme", default="")
    parser.add_argument("--cases", default="")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args(None if arguments is None else list(arguments))
    print(json.dumps(growth() if options.growth else bench(options.scheme, options.cases)))


if __name__ == "__main__":
    main()
