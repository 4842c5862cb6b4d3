"""Kills the real window while something is half typed, and measures until it is back: same case, field and draft.

``python -m benchmarks.faults window --n 10 --cases 100000`` makes a library, starts the program offscreen, types into
a field (in turn one of the form, one of a grid, the line in which a code is searched), waits until draft and place are
stored (``kept`` figures, two seconds by reliability.md A2), kills the process (SIGKILL), starts it again and counts
seconds from the start of the process until the cursor stands in the same field with the same half-typed text. ``cpu``
figures are what the process itself took, for machines that do something else at the same time.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.case import CaseState
from app.domain.field import Group
from app.storage import Database
from app.storage.reads import Reader
from benchmarks.starting import command, environment
from benchmarks.ui import prepare

ROOT: Final = Path(__file__).resolve().parent.parent
DRAFT_AGE_S: Final = 2.0
"""A draft of this age must be back (reliability.md A2): one that is stored later counts as late."""
_FIELDS: Final = ("contact_name", "op[0].surgeon", "dx[1].code", "current_phone")
_PATIENCE_S: Final = 60.0


def start(home: Path, what: str, spot: tuple[int, str, str]) -> subprocess.Popen[str]:
    """Start the window of a home, to type or to come back."""
    case_id, path, typed = spot
    return subprocess.Popen(  # our own interpreter and module
        command("benchmarks.faults_child", str(home), what, str(case_id), path, typed),
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], word: str) -> tuple[float, float] | None:
    """Return the seconds until the process says a word, and the figure behind it; None when it ends or is too slow."""
    begin = time.monotonic()
    os.set_blocking(process.stdout.fileno(), False) if process.stdout else None
    while process.poll() is None and time.monotonic() - begin < _PATIENCE_S:
        line = process.stdout.readline() if process.stdout else ""
        said, _, figure = line.strip().partition(" ")
        if said == word:
            return time.monotonic() - begin, float(figure or 0)
        time.sleep(0.005)
    return None


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds until the draft was stored, until it was back, and CPU seconds until then."""

    kept: float
    back: float
    worked: float


def round_of(home: Path, spot: tuple[int, str, str]) -> Round | None:
    """Type, kill, start again; return how long it took, None when the draft was never stored or never back."""
    first = start(home, "type", spot)
    said = wait_for(first, "kept")
    first.kill()
    first.wait()
    if said is None:
        return None
    second = start(home, "back", spot)
    found = wait_for(second, "back")
    second.kill()
    second.wait()
    return None if found is None else Round(said[1], *found)


def _open_cases(reader: Reader, chance: random.Random, count: int) -> list[int]:
    """Return some cases that may be edited and have the rows that are typed into."""
    ids, found = reader.case_ids(), list[int]()
    while len(found) < count:
        case = reader.load_case(chance.choice(ids))
        rows = len(case.record.rows(Group.DX)) > 1 and case.record.rows(Group.OP)
        if rows and case.state in (CaseState.TO_CODE, CaseState.CODING):
            found.append(case.case_id)
    return found


def window(rounds: int, seed: int = 1, *, cases: int = 100_000, home: Path | None = None) -> dict[str, object]:
    """Return N, how often the draft was not back or stored late, and the seconds until it was stored and back."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="bingan-window-") as name:
        folder = home or Path(name)
        if not (folder / "library.db").exists():
            prepare(folder, cases)
        with Database.open(folder / "library.db") as db, db.read() as reader:
            ids = _open_cases(reader, chance, rounds)
        tried = [
            round_of(folder, (case_id, _FIELDS[number % len(_FIELDS)], f"wu{number}x"))
            for number, case_id in enumerate(ids)
        ]
    found = [one for one in tried if one is not None]
    back = [one.back for one in found]
    return {
        "n": rounds,
        "cases": cases,
        "failures": len(tried) - len(found),
        "late": sum(one.kept > DRAFT_AGE_S for one in found),
        "kept_slowest_s": round(max(one.kept for one in found), 2) if found else None,
        "back_median_s": round(statistics.median(back), 2) if found else None,
        "back_slowest_s": round(max(back), 2) if found else None,
        "back_cpu_median_s": round(statistics.median(one.worked for one in found), 2) if found else None,
    }
