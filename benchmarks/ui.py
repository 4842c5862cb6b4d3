"""The window over 100,000 invented cases and the full code books: ``bingan bench ui --json``.

Also ``python -m benchmarks.ui [cases] [home]``. A process of its own does what a coder does, started like the
program. The code books are the insurance editions of the reference data where they lie beside the checkout, else the
bundled ones. Figures in seconds, memory in MB:

- ``start_s``: from the start of the process until rows are drawn and a search answers with all engines loaded, median
  of some starts with a warm file cache; ``shown_s``: until the rows are drawn;
- ``open_case_s``: from asking for a case until its page is drawn, median; ``open_case_slowest_s``;
- ``key_p95_s``: from a key in the code cell of the case page until the candidates of the longer query are drawn;
- ``palette_p95_s``: from a key in the box for everything until its lines are drawn;
- ``edit_p95_s``: from a changed code until the page with the new group is drawn;
- ``blocked_s``: the longest time the window answered nothing, by flow, and ``over_100_ms``: the flows above the bar;
- ``peak_mb``: the most memory the process ever held.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.common.clock import SystemClock
from app.common.progress import NoProgress
from app.domain.case import CaseState
from app.services.assets import Assets
from app.services.composition import open_services
from app.services.demo_cases import invent
from benchmarks.starting import command, environment
from benchmarks.worklist import CASES, TEMPLATES, TODAY, build

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT.parent / "shared" / "reference" / "codebooks"
_FILES = ("icd10_medins.csv", "icd9cm3_medins.csv")
_STARTS = 5
_AT_ONCE = 2_000


def prepare(home: Path, count: int) -> int:
    """Make the library as it stands when all cases are checked, with the full code books if they are there.

    Returns the number of codes. Cases of the same template share its report: a hundred thousand checks take long.
    """
    home.mkdir(parents=True, exist_ok=True)
    build(home / "library.db", count)
    assets = Assets(home, SystemClock())
    files = [REFERENCE / name for name in _FILES]
    if all(file.is_file() for file in files):
        for file in files:
            assets.import_codebook([file])
    _mark_checked(home)
    return len(assets.codebook())


def _mark_checked(home: Path) -> None:
    services = open_services(home)
    try:
        services.warm_up(NoProgress())
        engines = services.session.engines
        reports = [engines.check(case.record, CaseState.TO_CODE) for case in invent(TEMPLATES, today=TODAY)]
        with services.session.db.read() as reader:
            ids = reader.stale_ids(engines.stamp)
        for start in range(0, len(ids), _AT_ONCE):
            with services.session.db.caching() as cache:
                for case_id in ids[start : start + _AT_ONCE]:
                    report = reports[(case_id - 1) % TEMPLATES]
                    cache.save_findings(case_id, 1, report, stamp=engines.stamp)
    finally:
        services.close()


def child(home: Path, work: str) -> dict[str, object]:
    """Start the window in a process of its own and return its figures; ``work`` is ``start`` or ``day``."""
    begun = time.monotonic()
    done = subprocess.run(
        command("benchmarks.ui_child", str(home), work, repr(begun)),
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def bench(count: int = CASES, kept: Path | None = None) -> dict[str, object]:
    """Build a library in a temporary folder, or in one that is kept for the next time, and return the figures."""
    with tempfile.TemporaryDirectory(prefix="bingan-ui-") as folder:
        home = kept or Path(folder)
        codes = 0 if (home / "library.db").exists() else prepare(home, count)
        child(home, "start")  # the first start of a library writes its caches
        starts = [child(home, "start") for _ in range(_STARTS)]
        day = child(home, "day")
    figures = {
        name: round(statistics.median(float(str(one[name])) for one in starts), 3) for name in ("start_s", "shown_s")
    }
    return {"cases": count, "codes": codes or "as kept", **figures, **day}


if __name__ == "__main__":
    _count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    print(json.dumps(bench(_count, Path(sys.argv[2]) if len(sys.argv) > 2 else None), ensure_ascii=False, indent=1))
