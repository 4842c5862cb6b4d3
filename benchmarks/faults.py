"""Kills, failing disks and cancelled imports on the real storage, without a window.

``python -m benchmarks.faults kill --n 100`` prints one JSON object: N, what was lost, corrupt or half, seconds.
``write`` fails the disk at many points of an edit, an import and a backup; ``cancel`` stops an import at many points.
``export`` sends ``--n`` texts that a spreadsheet would run through every export (:mod:`benchmarks.hostile`).
``window`` kills the real window with a half-typed field (:mod:`benchmarks.faults_window`), on ``--cases`` cases.
``kill --control`` acknowledges before the commit and must report losses: a harness that cannot fail proves nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from app.common.clock import SystemClock
from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt, NoProgress, Progress
from app.domain.case import CaseRecord, CaseState
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.services.demo_cases import invent
from app.storage import Actor, Database, NewBatch, Op, Transaction
from app.storage.backup import back_up
from app.storage.check import table_hashes
from app.storage.engine import read_engine
from benchmarks import faults_audit, faults_window, hostile
from benchmarks.worklist import CASES

ME = Actor("wangmin", "王敏（测试）")
START_CASES = 12
PER_IMPORT = 40
MODES = ("edit", "import", "backup", "create")
_PROPOSAL = Proposal("J18.900", "肺炎", 0.9, MatchKind.EXACT, "same words")
_PROCESSES = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")


def records(total: int, seed: int) -> list[CaseRecord]:
    """Return invented stays whose record numbers are of their own for each seed."""
    stays = (case.record for case in invent(total, today=date(2026, 11, 23), seed=seed))
    return [record.with_value("record_no", f"{seed:06d}-{number:04d}") for number, record in enumerate(stays)]


def template(folder: Path) -> Path:
    """Return a closed library with a few cases."""
    path = folder / "template.db"
    with Database.open(path) as db, db.operation(Op.IMPORT, by=ME) as tx:
        bring_in(tx, records(START_CASES, 0), NoProgress())
    return path


def bring_in(tx: Transaction, stays: list[CaseRecord], progress: Progress) -> None:
    """Import stays as one batch."""
    batch_id = tx.save_batch(NewBatch("ward.csv", "0" * 64, "L1a", stays[0].text("record_no").encode()))
    for row, record in enumerate(stays, 1):
        tx.insert_case(record, state=CaseState.TO_CODE, batch_id=batch_id, source_row=row)
        progress.step(row, len(stays))


class Worker:
    """What the child does until it is killed: works, and acknowledges every commit through a pipe."""

    def __init__(self, path: Path, mode: str, seed: int, pipe: Connection, *, early: bool) -> None:
        self._mode = mode
        self._chance = random.Random(seed)
        self._pipe = pipe
        self._early = early
        self._numbers = count(1)
        self._db = Database.open(path)
        self._acknowledge("draft", 0)

    def run(self) -> None:
        """Work for ever."""
        while True:
            if self._mode == "import" or (self._mode == "create" and self._chance.random() < 0.3):
                seed = self._chance.randint(1, 999_999)
                self._operation(Op.IMPORT, lambda tx, seed=seed: bring_in(tx, records(PER_IMPORT, seed), NoProgress()))
            elif self._mode == "backup" and self._chance.random() < 0.4:
                back_up(self._db.path, SystemClock(), "kill")
            else:
                self._edit()

    def _operation(self, op: Op, work: Callable[[Transaction], object]) -> None:
        with self._db.read() as reader:
            head = reader.audit_head().op_id
        with self._db.operation(op, by=ME) as tx:
            work(tx)
            if self._early:
                self._acknowledge("op", head + 1)
                time.sleep(0.02)
        if tx.changes.op_id and not self._early:
            self._acknowledge("op", tx.changes.op_id)

    def _edit(self) -> None:
        with self._db.read() as reader:
            ids = reader.case_ids()
            if not ids:
                self._operation(Op.IMPORT, lambda tx: bring_in(tx, records(START_CASES, 0), NoProgress()))
                return
            case_id = self._chance.choice(ids)
            rows = [row.id for row in reader.load_case(case_id).record.rows(Group.DX)]
            undoable = reader.undoable(ME.id, case_id, 1)
        number = next(self._numbers)
        if undoable and self._chance.random() < 0.25:
            self._acknowledge("op", self._db.undo(undoable[0].op_id, by=ME).op_id)
        elif self._chance.random() < 0.2:
            with self._db.caching() as cache:
                cache.save_draft(ids[0], "abo", f"{number}")
            self._acknowledge("draft", number)
        else:
            self._operation(Op.SET_FIELD, lambda tx: self._change(tx, case_id, rows, number))

    def _change(self, tx: Transaction, case_id: int, rows: list[int], number: int) -> None:
        tx.set_field(case_id, Group.CASE, 0, "admit_ward", f"{number}")
        new = tx.insert_row(case_id, Group.DX, self._chance.randint(0, len(rows)), {"name": f"{number}"})
        tx.set_proposal(case_id, Group.DX, new, _PROPOSAL)
        if rows:
            tx.move_row(case_id, Group.DX, self._chance.choice(rows), 0)
        if len(rows) > 6:
            tx.delete_row(case_id, Group.DX, rows[-1])
        tx.set_field(case_id, Group.CASE, 0, "discharge_ward", f"{number}")

    def _acknowledge(self, kind: str, number: int) -> None:
        self._pipe.send((kind, number))


def _work(path: Path, mode: str, seed: int, pipe: Connection, early: bool) -> None:
    Worker(path, mode, seed, pipe, early=early).run()


def kill_round(source: Path, path: Path, mode: str, seed: int, *, early: bool = False) -> dict[str, int]:
    """Let a child work, kill it at a random moment, reopen, and count what is wrong (all 0 is right)."""
    chance = random.Random(seed)
    if mode != "create":
        shutil.copy(source, path)
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    child = _PROCESSES.Process(target=_work, args=(path, mode, seed, theirs, early), daemon=True)
    child.start()
    theirs.close()
    if mode == "create" and chance.random() < 0.7:
        time.sleep(chance.uniform(0, 0.4))
    acknowledged = _listen(ours, chance.randint(0, 12) if mode != "create" else 0)
    time.sleep(0 if early else chance.uniform(0, 0.03))
    child.kill()
    child.join()
    for kind, number in _listen(ours, None):
        acknowledged.append((kind, number))
    return _verify(path, acknowledged) | {"acknowledged": len(acknowledged)}


def _listen(pipe: Connection, wanted: int | None) -> list[tuple[str, int]]:
    heard: list[tuple[str, int]] = []
    try:
        while wanted is None or len(heard) < wanted:
            heard.append(pipe.recv())
    except (EOFError, OSError):
        pipe.close()
    return heard


def _verify(path: Path, acknowledged: list[tuple[str, int]]) -> dict[str, int]:
    """Reopen the library as the next start would and compare it with what was acknowledged."""
    last_op = max((number for kind, number in acknowledged if kind == "op"), default=0)
    last_draft = max((number for kind, number in acknowledged if kind == "draft"), default=0)
    try:
        with Database.open(path) as db, db.read() as reader:
            report = reader.check(replay=True)
            ids = reader.case_ids()
            draft = int(reader.drafts(ids[0]).get("abo", 0)) if ids else 0
    except UserProblem as problem:
        print(f"{path.parent.name}: {problem.key}", file=sys.stderr)
        return {"lost": 0, "half": 0, "corrupt": 1}
    if not report.is_sound:
        print(f"{path.parent.name}: {report}", file=sys.stderr)
    damaged = bool(report.integrity or report.foreign_keys or not report.is_schema_known or report.audit.broken_op)
    return {
        "lost": int(report.audit.head.op_id < last_op or draft < last_draft),
        "half": int(report.rebuilt is not True),
        "corrupt": int(damaged),
    }


def kill(rounds: int, seed: int = 1, *, early: bool = False) -> dict[str, object]:
    """Kill a working child ``rounds`` times and return N, failures and seconds."""
    start = time.perf_counter()
    totals = {"lost": 0, "half": 0, "corrupt": 0, "acknowledged": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = template(folder)
        for number in range(rounds):
            mode = MODES[number % len(MODES)] if not early else "edit"
            work = folder / f"{number}"
            work.mkdir()
            for key, value in kill_round(source, work / "library.db", mode, seed + number, early=early).items():
                totals[key] += value
            shutil.rmtree(work)
    failures = totals["lost"] + totals["half"] + totals["corrupt"]
    return {"n": rounds, "failures": failures, **totals, "seconds": round(time.perf_counter() - start, 1)}


SCENARIOS: dict[str, Callable[[Database], object]] = {}


def _scenario(work: Callable[[Database], object]) -> Callable[[Database], object]:
    SCENARIOS[work.__name__] = work
    return work


@_scenario
def edit(db: Database) -> None:
    """Change a field and rows of the first case."""
    with db.operation(Op.SET_FIELD, by=ME) as tx:
        tx.set_field(1, Group.CASE, 0, "admit_ward", f"{tx.load_case(1).version}")
        tx.insert_row(1, Group.DX, 0, {"name": "新"})


@_scenario
def import_batch(db: Database) -> None:
    """Import a batch of stays that are not stored yet."""
    with db.operation(Op.IMPORT, by=ME) as tx:
        bring_in(tx, records(PER_IMPORT, random.randint(1, 999_999)), NoProgress())


@_scenario
def backup(db: Database) -> None:
    """Make a checked copy."""
    back_up(db.path, SystemClock(), "fault")


def hashes(path: Path) -> dict[str, str]:
    """Return a hash per table of a library."""
    engine = read_engine(path)
    try:
        with engine.connect() as connection:
            return table_hashes(connection)
    finally:
        engine.dispose()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Make every write beyond ``size`` bytes of any file fail in this process (POSIX)."""
    import resource  # noqa: PLC0415 - POSIX only

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def _fail_at(path: Path, scenario: str, size: int, pipe: Connection) -> None:
    with Database.open(path) as db:
        before = hashes(path)
        try:
            with full_disk(size):
                SCENARIOS[scenario](db)
            outcome = "done"
        except UserProblem:
            outcome = "refused" if hashes(path) == before else "half"
        SCENARIOS[scenario](db)  # the work is possible again as soon as the disk is
    pipe.send(outcome)


def write_round(source: Path, path: Path, scenario: str, size: int) -> str:
    """Run a scenario on a disk that fails beyond ``size`` bytes: done, refused, half, corrupt or crashed."""
    shutil.copy(source, path)
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    child = _PROCESSES.Process(target=_fail_at, args=(path, scenario, size, theirs))
    child.start()
    theirs.close()
    heard = _listen(ours, None)
    child.join()
    outcome = str(heard[0]) if heard else "crashed"
    found = _verify(path, [])
    return "corrupt" if found["corrupt"] or found["half"] else outcome


def write(points: int) -> dict[str, object]:
    """Fail the disk at ``points`` sizes of each scenario and return the outcomes. Nothing may be half or corrupt."""
    start = time.perf_counter()
    outcomes: dict[str, int] = dict.fromkeys(("done", "refused", "half", "corrupt", "crashed"), 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = template(folder)
        for scenario in SCENARIOS:
            for point in range(points):
                work = folder / f"{scenario}{point}"
                work.mkdir()
                size = point * 2 * source.stat().st_size // points // 512 * 512
                outcomes[write_round(source, work / "library.db", scenario, size)] += 1
                shutil.rmtree(work)
    failures = sum(outcomes[key] for key in ("half", "corrupt", "crashed"))
    return {
        "n": points * len(SCENARIOS),
        "failures": failures,
        **outcomes,
        "seconds": round(time.perf_counter() - start, 1),
    }


def cancel(points: int) -> dict[str, object]:
    """Cancel an import at ``points`` rows; every table must be byte-equal afterwards."""
    start = time.perf_counter()
    changed = 0
    with tempfile.TemporaryDirectory() as name:
        path = template(Path(name))
        stays = records(points, 7)
        before = hashes(path)
        with Database.open(path) as db:
            for point in range(1, points + 1):
                try:
                    with db.operation(Op.IMPORT, by=ME) as tx:
                        bring_in(tx, stays, CancelAt(point))
                except Cancelled:
                    changed += hashes(path) != before
    return {"n": points, "failures": changed, "seconds": round(time.perf_counter() - start, 1)}


def bench() -> dict[str, object]:
    """Return the figures of all three: 100 kills, the control, 20 disk faults a scenario, 100 cancelled imports."""
    parts = {"kill": kill(100), "control": kill(10, early=True), "cancel": cancel(100)}
    if os.name != "nt":
        parts["write"] = write(20)
    return {f"{name}_{key}": value for name, figures in parts.items() for key, value in figures.items()}


def main(argv: list[str]) -> int:
    """Run one harness; exit 1 when it found a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("kill", "write", "cancel", "window", "export", "audit"))
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--home", type=Path)
    args = parser.parse_args(argv)
    runs = {
        "kill": lambda: kill(args.n, args.seed, early=args.control),
        "write": lambda: write(args.n),
        "cancel": lambda: cancel(args.n),
        "export": lambda: hostile.run(args.n, args.seed),
        "audit": lambda: faults_audit.run(args.n, args.seed),
        "window": lambda: faults_window.window(args.n, args.seed, cases=args.cases, home=args.home),
    }
    figures = runs[args.name]()
    print(json.dumps(figures))
    return 1 if figures["failures"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
