"""One process of :mod:`benchmarks.match`: ``make`` builds and trains, ``answer`` loads what was made and asks.

``python -m benchmarks.match_work make|answer px|dx none|history|trained FOLDER``. The last line is one JSON object.
"""

from __future__ import annotations

import json
import resource
import runpy
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.common.paths import cache_dir
from app.matching.contract import Matcher
from app.matching.first import FirstMatcher
from app.services.prepared import prepared
from benchmarks.match import REFERENCE, Task, tasks
from benchmarks.match_figures import Answer, at_precision, bins, expected_error

BATCH = 1_000
TOP = 20
_MODEL = "model.npz"


def _matcher(task: Task, mode: str) -> FirstMatcher:
    return FirstMatcher.from_terms(task.terms, task.kind, task.past if mode != "none" else ())


def make(task: Task, mode: str, folder: Path) -> dict[str, float]:
    """Build indexes and memory, train, keep all of it in the folder; return seconds and the peak memory in MB."""
    cache_dir()  # there from the first start of the program on: tables are kept in it, too
    found = {"names": float(len({name for _, name in task.terms}))}
    start = time.perf_counter()
    matcher = _matcher(task, mode)
    with prepared(matcher, task.kind, "bench"):
        matcher.warm(task.kind)
        found["build_s"] = time.perf_counter() - start
        if mode == "trained":
            start, worked = time.perf_counter(), time.process_time()
            matcher.learn(task.kind)
            found["training_s"] = time.perf_counter() - start
            found["training_cpu_s"] = time.process_time() - worked
            found["training_peak_mb"] = _peak_mb()
            (folder / _MODEL).write_bytes(matcher.model_bytes(task.kind))
    return found


def _load(task: Task, mode: str, folder: Path) -> FirstMatcher:
    matcher = _matcher(task, mode)
    with prepared(matcher, task.kind, "bench"):
        matcher.warm(task.kind)
        if mode == "trained":
            matcher.take_model(task.kind, (folder / _MODEL).read_bytes())
    return matcher


def answer(task: Task, mode: str, folder: Path) -> dict[str, float]:
    """Load from the folder, ask every text; return quality, speed and memory, and keep the answers in the folder."""
    start, worked = time.perf_counter(), time.process_time()
    matcher = _load(task, mode, folder)
    load, load_cpu = time.perf_counter() - start, time.process_time() - worked
    batch = [text for text, _ in (task.past or task.gold)[:BATCH]]
    start, worked = time.perf_counter(), time.process_time()
    matcher.match_many(batch, task.kind)
    batch_s, batch_cpu_s = time.perf_counter() - start, time.process_time() - worked
    latency: list[float] = []
    found = ask(matcher, task, latency)
    (folder / "answers.json").write_text(json.dumps([one.told() for one in found]), encoding="utf-8")
    share, precision = at_precision(found)
    return {
        **scored(task, found),
        "at_97_percent": share,
        "at_97_precision": precision,
        "calibration_error": expected_error(bins(found)),
        "load_s": load,
        "load_cpu_s": load_cpu,
        "p50_ms": sorted(latency)[len(latency) // 2] * 1000,
        "p95_ms": sorted(latency)[int(len(latency) * 0.95)] * 1000,
        "batch_1000_s": batch_s * BATCH / len(batch),
        "batch_1000_cpu_s": batch_cpu_s * BATCH / len(batch),
        "peak_mb": _peak_mb(),
    }


def ask(matcher: Matcher, task: Task, latency: list[float] | None = None) -> list[Answer]:
    """Return what a matcher answers to each text of a task; ``latency`` is given the seconds of each."""
    found: list[Answer] = []
    for text, right in task.gold:
        start = time.perf_counter()
        result = matcher.match(text, task.kind, TOP)
        if latency is not None:
            latency.append(time.perf_counter() - start)
        chosen = tuple(dict.fromkeys(one.name for one in matcher.answers(text, task.kind)))
        names = tuple(dict.fromkeys(one.name for one in result.candidates))
        best = result.best
        found.append(Answer(text, names, chosen, best.score if best else 0.0, best is not None and best.name in right))
    return found


def scored(task: Task, found: list[Answer]) -> dict[str, float]:
    """Return what ``evaluate.py`` says of answers, in percent."""
    score: Callable[..., Mapping[str, float]] = runpy.run_path(str(REFERENCE / "evaluate.py"))["score"]
    ranked = {one.text: dict(enumerate(one.names, 1)) for one in found}
    sets = {one.text: set(one.chosen) for one in found}
    told = score({text: set(right) for text, right in task.gold}, ranked, sets)
    named = {f"top{count}": f"hit@{count}" for count in (1, 5, 10, 20)}
    named |= {"set_accuracy": "set accuracy", "overlap": "overlap accuracy", "f1": "F1"}
    return {name: told[key] for name, key in named.items()}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Do one step and print its figures."""
    step, name, mode, folder = sys.argv[1:]
    steps: dict[str, Callable[[Task, str, Path], dict[str, Any]]] = {"make": make, "answer": answer}
    found = steps[step](tasks(name)[0], mode, Path(folder))
    print(json.dumps({key: round(value, 2) for key, value in found.items()}))


if __name__ == "__main__":
    main()
