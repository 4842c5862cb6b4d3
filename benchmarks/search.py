"""What coders type, and how long the answer takes: ``python -m benchmarks.search [--book builtin] [--misses]``.

The queries are ``tests/matching/searches.csv``, written by us, each with a class (initials, slips of sound, …) and the
code of the bundled book that is right (alternatives as ``K35.900|K35.800``). A query counts as found when its
subcategory is among the first three. Times are of one search in milliseconds of processor time, the best of three, over
the insurance edition where the reference data lie beside the checkout, else over the bundled book. The last line is one
JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.codebook.book import Codebook
from app.codebook.codes import category4
from app.common.clock import SystemClock
from app.common.paths import home
from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher
from app.services.assets import Assets
from app.services.matching import build_matcher

ROOT = Path(__file__).resolve().parent.parent
QUERIES = ROOT / "tests" / "matching" / "searches.csv"
REFERENCE = ROOT.parent / "shared" / "reference" / "codebooks"
FIRST = 3
TRIES = 3


@dataclass(frozen=True)
class Typed:
    """A query: its class, the code set, what is typed, the right codes of the bundled book."""

    group: str
    kind: CodeKind
    query: str
    right: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What came of a query: whether it was found, the first codes, milliseconds."""

    typed: Typed
    found: bool
    codes: tuple[str, ...]
    took_ms: float


def queries() -> list[Typed]:
    """Return the queries of the table."""
    with QUERIES.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [Typed(row["class"], CodeKind(row["kind"]), row["typed"], tuple(row["code"].split("|"))) for row in rows]


def book_of(name: str) -> Codebook:
    """Return the insurance edition of the reference data (``reference``), else the bundled book."""
    assets = Assets(home(), SystemClock())
    files = [REFERENCE / "icd10_medins.csv", REFERENCE / "icd9cm3_medins.csv"]
    if name == "reference" and all(file.is_file() for file in files):
        return assets.load_codebook(files)
    return assets.builtin_codebook()


def ask(matcher: FirstMatcher, typed: Typed) -> Answer:
    """Search once to see what is found and a few times more for the time."""
    took = []
    for _ in range(TRIES):
        begin = time.process_time()
        found = matcher.search(typed.query, typed.kind)
        took.append((time.process_time() - begin) * 1000)
    codes = tuple(candidate.code for candidate in found[:FIRST])
    is_found = bool(set(map(category4, typed.right)) & set(map(category4, codes)))
    return Answer(typed, is_found, codes, min(took))


def main(argv: Sequence[str] | None = None) -> int:
    """Print found and asked by class, the misses when wanted, and the times."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--book", choices=("reference", "builtin"), default="reference")
    parser.add_argument("--misses", action="store_true", help="print what was not found")
    args = parser.parse_args(argv)
    book = book_of(args.book)
    matcher = build_matcher(book)
    for kind in CodeKind:
        matcher.warm(kind)
        matcher.warm_search(kind)
    answers = [ask(matcher, typed) for typed in queries()]
    asked = Counter(answer.typed.group for answer in answers)
    found = Counter(answer.typed.group for answer in answers if answer.found)
    for group, count in asked.items():
        print(f"{group:14} {found[group]:3} of {count}")
    for answer in answers if args.misses else ():
        if not answer.found:
            print(f"  {answer.typed.query} {answer.typed.right[0]}: {' '.join(answer.codes)}")
    times = np.array([answer.took_ms for answer in answers])
    figures = {
        "names": len(book.leaves(CodeKind.DX)),
        "asked": len(answers),
        "found": sum(found.values()),
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "max_ms": round(float(times.max()), 1),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
