"""How well and how fast texts find their codes: ``python -m benchmarks.match [--task dx|px] [--calibrate]``.

Reads the reference data beside the checkout (never part of it) and scores with its ``evaluate.py``. Procedures: N7K dev
against its own term list, without history, with N7K train as history, and with a model trained on it. Diagnoses: every
tenth row of CDN train against the v601 list, with the other rows as history. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import runpy
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher

REFERENCE = Path(__file__).resolve().parent.parent.parent / "shared" / "reference" / "matching"
BATCH = 1_000
TOP = 20
STEPS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)

Rows = Sequence[tuple[str, list[str]]]


@dataclass(frozen=True)
class Task:
    """Terms, texts with their right names, and past codings."""

    name: str
    kind: CodeKind
    terms: Sequence[tuple[str, str]]
    gold: Rows
    past: Rows


def _pairs(name: str) -> list[tuple[str, list[str]]]:
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as handle:
        return [
            (row["text"], [part.strip().strip('"').strip() for part in row["standards"].split("##")])
            for row in csv.DictReader(handle)
        ]


def _terms(name: str) -> list[tuple[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as handle:
        return [(row["code"], row["name"].strip().strip('"').strip()) for row in csv.DictReader(handle)]


def tasks(only: str = "") -> list[Task]:
    """Return the tasks of one kind (``dx`` or ``px``) or of both."""
    found = []
    if only in {"", "px"}:
        found.append(Task("px", CodeKind.PX, _terms("n7k_terms.csv"), _pairs("n7k_dev.csv"), _pairs("n7k_train.csv")))
    if only in {"", "dx"}:
        rows = _pairs("cdn_train.csv")
        past = [row for number, row in enumerate(rows) if number % 10]
        found.append(Task("dx", CodeKind.DX, _terms("icd10_v601.csv"), rows[::10], past))
    return found


def measure(task: Task, past: Rows, train: bool = False) -> tuple[dict[str, float], list[tuple[float, bool]]]:
    """Return figures in percent, milliseconds and seconds, and for each text (probability, right) of the first.

    With ``train`` a model is trained on ``past`` first.
    """
    start = time.perf_counter()
    matcher = FirstMatcher.from_terms(task.terms, task.kind, past)
    if train:
        matcher.learn(task.kind)
    matcher.warm(task.kind)
    build = time.perf_counter() - start
    ranked: dict[str, dict[int, str]] = {}
    sets: dict[str, set[str]] = {}
    sure: list[tuple[float, bool]] = []
    latency = []
    for text, right in task.gold:
        start = time.perf_counter()
        found = matcher.match(text, task.kind, TOP)
        latency.append(time.perf_counter() - start)
        ranked[text] = {rank: candidate.name for rank, candidate in enumerate(found.candidates, 1)}
        sets[text] = {candidate.name for candidate in matcher.answers(text, task.kind)}
        if found.best is not None:
            sure.append((found.best.score, found.best.name in right))
    score: Callable[..., Mapping[str, float]] = runpy.run_path(str(REFERENCE / "evaluate.py"))["score"]
    scored = score({text: set(right) for text, right in task.gold}, ranked, sets)
    start = time.perf_counter()
    matcher.match_many([text for text, _ in (task.past or task.gold)[:BATCH]], task.kind)
    figures = {
        "top1": scored["hit@1"],
        "top5": scored["hit@5"],
        "top10": scored["hit@10"],
        "top20": scored["hit@20"],
        "set_accuracy": scored["set accuracy"],
        "f1": scored["F1"],
        "build_s": build,
        "p50_ms": sorted(latency)[len(latency) // 2] * 1000,
        "p95_ms": sorted(latency)[int(len(latency) * 0.95)] * 1000,
        "batch_1000_s": time.perf_counter() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "names": len({name for _, name in task.terms}),
    }
    return {name: round(value, 2) for name, value in figures.items()}, sure


def bench(only: str = "") -> dict[str, object]:
    """Return the figures of all tasks, without and with history, by task."""
    found: dict[str, object] = {}
    for task in tasks(only):
        found[task.name] = measure(task, ())[0]
        found[f"{task.name}_history"] = measure(task, task.past)[0]
        found[f"{task.name}_trained"] = measure(task, task.past, train=True)[0]
    return found


def calibration(only: str = "") -> dict[str, object]:
    """Return, for steps of probability, how many first answers fall in and what share of them is right."""
    found: dict[str, object] = {}
    for task in tasks(only):
        for name, past in ((task.name, ()), (f"{task.name}_trained", task.past)):
            _, sure = measure(task, past, train=bool(past))
            found[name] = [_bin(sure, low, high) for low, high in pairwise(STEPS)]
    return found


def _bin(sure: Sequence[tuple[float, bool]], low: float, high: float) -> dict[str, float]:
    inside = [right for chance, right in sure if low <= chance < high]
    share = round(100 * sum(inside) / len(inside), 1) if inside else 0.0
    return {"from": low, "texts": len(inside), "right_percent": share}


def main() -> None:
    """Print the figures, the last line as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=("dx", "px"), default="")
    parser.add_argument("--calibrate", action="store_true", help="share of right answers by probability instead")
    options = parser.parse_args()
    found: dict[str, Any] = calibration(options.task) if options.calibrate else bench(options.task)
    for name, figures in found.items():
        print(name)
        for line in figures if isinstance(figures, list) else figures.items():
            print("  ", line)
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
