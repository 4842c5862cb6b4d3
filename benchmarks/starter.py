"""How far the shipped trial scheme agrees with CHS-DRG 1.1 on the labelled cases, at MDC, ADRG and DRG level.

The trial scheme knows subcategories only, so the codes of the cases are cut to them first (``K80.501`` to ``K80.5``,
``51.8801`` to ``51.88``); what is no code of the insurance edition stays as it is and belongs to nothing. The cases are
synthetic and drawn so that every rule is visited: the figures say how alike the rules are, not how a hospital's cases
would agree. Confusions are counts of labels, never a case. Needs ``../shared``; ``bingan bench starter --json`` or
``python -m benchmarks.starter``.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.common.paths import data
from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput, GroupResult
from app.drg.engine import group
from app.drg.package import load_package
from app.drg.scheme import Scheme
from app.exchange.readers import read_scheme_tables

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
CASES = REFERENCE / "cases" / "chs_drg_11.csv"
BOOKS = {CodeKind.DX: "icd10_medins.csv", CodeKind.PX: "icd9cm3_medins.csv"}
SUBCATEGORY = 5  # characters of K80.5 and of 51.88
MOST = 40

Known = Mapping[CodeKind, Mapping[str, str]]  # code of the insurance edition -> its subcategory


@dataclass(frozen=True, slots=True)
class Labelled:
    """A case with its codes cut, and the group that CHS-DRG 1.1 gives."""

    case: GroupInput
    mdc: str
    adrg: str
    drg: str


@dataclass(frozen=True, slots=True)
class Pair:
    """What CHS-DRG 1.1 says of a case and what the trial scheme says."""

    expected: Labelled
    found: GroupResult


def bench() -> dict[str, object]:
    """Return agreement in percent at each level, for each MDC, and the commonest confusions with their counts."""
    if not REFERENCE.is_dir():
        return {"skipped": f"{REFERENCE} is absent"}
    known = {kind: edition(REFERENCE / "codebooks" / name) for kind, name in BOOKS.items()}
    scheme = starter(known)
    return figures([Pair(one, group(scheme, one.case)) for one in labelled(CASES, known)])


def edition(path: Path) -> dict[str, str]:
    """Return the subcategory of each code of a code book."""
    with path.open(encoding="utf-8", newline="") as handle:
        return {row["code"]: row["code"][:SUBCATEGORY] for row in csv.DictReader(handle)}


def labelled(path: Path, known: Known) -> list[Labelled]:
    """Return the cases of a labelled file with known codes cut to the subcategory."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [_labelled(row, known) for row in csv.DictReader(handle)]


def _labelled(row: dict[str, str], known: Known) -> Labelled:
    def number(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    case = GroupInput(
        cut(row["dx"], known[CodeKind.DX]),
        cut(row["px"], known[CodeKind.PX]),
        row["sex"],
        number("age_years"),
        number("age_days"),
        number("birth_weight_g"),
        number("los_days"),
        number("discharge"),
        row["dept"],
    )
    return Labelled(case, row["mdc"], row["adrg"], row["drg"])


def cut(codes: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes of a cell (separated by ``|``), known ones cut to the subcategory."""
    return tuple(known.get(code, code) for code in codes.split("|")) if codes else ()


def starter(known: Known) -> Scheme:
    """Return the trial scheme with its prefixes expanded to the subcategories of the edition."""
    codes = {kind: sorted(set(cuts.values())) for kind, cuts in known.items()}

    def expand(prefixes: Collection[str], kind: CodeKind) -> Collection[str]:
        starts = tuple(prefixes)
        return [code for code in codes[kind] if code.startswith(starts)]

    tables, meta = read_scheme_tables(data("codebooks") / "schemes" / "starter")
    return load_package(tables, meta, expand=expand)[0]


def figures(pairs: Sequence[Pair]) -> dict[str, object]:
    """Return the figures of :func:`bench`; ADRG and DRG are confused only within what agrees one level above."""
    return {
        "cases": len(pairs),
        "mdc_percent": _percent(pair.expected.mdc == pair.found.mdc for pair in pairs),
        "adrg_percent": _percent(pair.expected.adrg == pair.found.adrg for pair in pairs),
        "drg_percent": _percent(pair.expected.drg == pair.found.drg for pair in pairs),
        "by_mdc": _by_mdc(pairs),
        "mdc_confused": _confused((pair.expected.mdc, pair.found.mdc) for pair in pairs),
        "adrg_confused": _confused(_adrgs(pairs)),
        "drg_confused": _confused(_severities(pairs)),
    }


def _percent(agreed: Iterable[bool]) -> float:
    marks = list(agreed)
    return round(100 * sum(marks) / len(marks), 2) if marks else 0.0


def _by_mdc(pairs: Sequence[Pair]) -> dict[str, str]:
    lines = {}
    for mdc in sorted({pair.expected.mdc for pair in pairs}):
        own = [pair for pair in pairs if pair.expected.mdc == mdc]
        right = [pair for pair in own if pair.found.mdc == mdc]
        adrg = sum(pair.found.adrg == pair.expected.adrg for pair in right)
        lines[mdc] = f"cases {len(own)}, MDC {len(right)}, ADRG {adrg}"
    return lines


def _adrgs(pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    return ((pair.expected.adrg, pair.found.adrg) for pair in pairs if pair.expected.mdc == pair.found.mdc)


def _severities(pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    """Yield severity digits of the cases whose ADRG agrees."""
    return ((pair.expected.drg[-1], pair.found.drg[-1]) for pair in pairs if pair.expected.adrg == pair.found.adrg)


def _confused(labels: Iterable[tuple[str, str]]) -> dict[str, int]:
    counts = Counter(f"{expected}>{found}" for expected, found in labels if expected != found)
    return dict(counts.most_common(MOST))


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False, indent=1))
