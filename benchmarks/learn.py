"""How long a training of the hospital's own model takes: ``python -m benchmarks.learn [--kind px|dx] [--pairs 20000]``.

The reference data beside the checkout hold fewer pairs than a hospital has; they are repeated with the words that
physicians put before a text and with other punctuation until there are enough. Trained as the window does, in this
process: held-out tenth, figures before and after, seconds, peak memory. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import asdict
from itertools import product
from typing import Final

from app.common.progress import NoProgress
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.services.retraining_figures import Split, split
from app.services.retraining_work import Task, train
from benchmarks.match import Rows, tasks

PAIRS: Final = 20_000
_BEFORE: Final = ("", "1.", "考虑", "拟行", "目前诊断", "左", "右", "术后")
_AFTER: Final = ("", "?", "（待查）", "2次", "建议复查")


def varied(rows: Rows, count: int) -> list[tuple[str, list[str]]]:
    """Return ``count`` pairs: the rows as they are, then with words before and behind."""
    around = product(_AFTER, _BEFORE)
    return [(f"{before}{text}{after}", right) for after, before in around for text, right in rows][:count]


def prepared(kind: str, pairs: int) -> tuple[FirstMatcher, Split, int]:
    """Return a matcher, the past codings parted as the window parts them, and how many pairs there are.

    Nothing else is left of what was read, as in the process that trains.
    """
    task = tasks(kind)[0]
    rows = varied(task.past, pairs)
    codes: dict[str, str] = {}
    for code, name in task.terms:
        codes.setdefault(name, code)
    past = [PastCoding(text, task.kind, tuple(codes[name] for name in right if name in codes)) for text, right in rows]
    parts = split(past, frozenset(codes.values()).__contains__)
    return FirstMatcher.from_terms(task.terms, task.kind), parts, len(rows)


def bench(kind: str = "px", pairs: int = PAIRS) -> dict[str, object]:
    """Return seconds of wall clock and processor, peak memory in MB, and the figures before and after in percent."""
    matcher, parts, count = prepared(kind, pairs)
    began, used = time.perf_counter(), time.process_time()
    found = train(matcher, Task(CodeKind(kind), parts.learned, parts.asked, b"", 1), NoProgress())
    return {
        "pairs": count,
        "learned": len(parts.learned),
        "held_out": len(parts.asked),
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "model_mb": round(len(found.content) / 1e6, 1),
        **{f"before_{name}": round(100 * share, 1) for name, share in asdict(found.old).items()},
        **{f"after_{name}": round(100 * share, 1) for name, share in asdict(found.new).items()},
        "is_worse": found.is_worse,
    }


def main() -> None:
    """Print the figures, the last line as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=("dx", "px"), default="px")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    options = parser.parse_args()
    found = bench(options.kind, options.pairs)
    for name, value in found.items():
        print(f"{name}: {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
