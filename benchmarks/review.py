"""The review by texts over a library of 20,000 invented cases: read, take the first band, take it back.

``bingan bench review --json`` or ``python -m benchmarks.review [cases]``. Seconds of one run each, with how many
different texts there were; the engines are loaded before.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.common.progress import NoProgress
from app.domain.coding import Band
from app.services.composition import open_services
from app.services.review import Pick
from benchmarks.worklist import build

CASES = 20_000
T = TypeVar("T")


def bench(count: int = CASES) -> dict[str, float]:
    """Return seconds per step, texts, rows, and the peak memory in MB."""
    with tempfile.TemporaryDirectory(prefix="bingan-review-") as folder:
        build(Path(folder) / "library.db", count)
        services = open_services(Path(folder))
        services.warm_up(NoProgress())
        figures: dict[str, float] = {}
        ids = [*services.worklist.ids("to_code"), *services.worklist.ids("coding")]
        groups = _timed(figures, "read_s", lambda: services.review.texts(ids))
        picks = [Pick(one, (one.code,), unseen=True) for one in groups if one.band == Band.ACCEPT]
        changes = _timed(figures, "take_band_s", lambda: services.review.take_all(picks))
        _timed(figures, "undo_s", lambda: services.review.undo(changes))
        figures |= {
            "cases": len(ids),
            "texts": len(groups),
            "rows": sum(one.count for one in groups),
            "taken_rows": sum(pick.group.count for pick in picks),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
        services.close()
    return figures


def _timed(figures: dict[str, float], name: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    value = work()
    figures[name] = round(time.perf_counter() - start, 2)
    return value


def main() -> None:
    """Print the figures, the last line as JSON."""
    found = bench(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
    for name, value in found.items():
        print(f"{name}: {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
