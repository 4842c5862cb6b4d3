"""How well and how fast texts find their codes: ``python -m benchmarks.match [--task px|dx] [--mode …]``.

Reads the reference data beside the checkout (never part of it) and scores with its ``evaluate.py``. Procedures (px):
N7K dev against its own list of names, N7K train as the past. Diagnoses (dx): every tenth row of CDN train against the
v601 list, the other rows as the past. Each is asked in three modes: ``none`` without a past, ``history`` with it,
``trained`` with a model trained on it.

Each figure comes from a process of its own, so that peak memory is that of the task: one builds (and trains) and keeps
what it worked out as the program does, another loads that and answers. Texts are asked one at a time, on one thread;
``batch_1000_s`` are the first thousand of the past (of the questions without one) asked by ``match_many`` for their
first answer with its reasons, as coding many cases does. ``_cpu_s`` is what one core worked, where others used the
machine too.

``at_97_percent`` is the share of texts whose first answer may be taken at 97 % precision: the least probability that
gives 97 % is chosen on one half of the texts (by checksum) and measured on the other, both ways; ``at_97_precision``
is what came out there. ``--out`` writes the predictions of one task and mode as ``evaluate.py`` reads them;
``--calibrate`` prints how often answers of each probability are right, ``--plot`` draws it. The last line is one JSON
object. ``trained`` takes minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.coding import CodeKind
from benchmarks.match_figures import Answer, Bin, bins, write_plot

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT.parent / "shared" / "reference" / "matching"
MODES = ("none", "history", "trained")
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}

Rows = Sequence[tuple[str, list[str]]]


@dataclass(frozen=True)
class Task:
    """Terms, texts with their right names, and past codings."""

    name: str
    kind: CodeKind
    terms: Sequence[tuple[str, str]]
    gold: Rows
    past: Rows


@dataclass(frozen=True)
class Run:
    """What one mode of a task gave: figures, and the answer to each text."""

    figures: Mapping[str, float]
    answers: Sequence[Answer]


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


def run(task: str, mode: str) -> Run:
    """Return what a mode of a task gives, from two processes: one makes, one loads and answers."""
    with tempfile.TemporaryDirectory(prefix="bingan-match-") as folder:
        made = _in_process("make", task, mode, folder)
        told = _in_process("answer", task, mode, folder)
        answers = json.loads((Path(folder) / "answers.json").read_text(encoding="utf-8"))
    return Run({**made, **told}, [Answer.of(one) for one in answers])


def _in_process(step: str, task: str, mode: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.match_work", step, task, mode, folder]
    environment = {**os.environ, **ONE_THREAD, "BINGAN_HOME": folder}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def bench(only: str = "", modes: Sequence[str] = MODES) -> dict[str, object]:
    """Return the figures of tasks and modes, by ``px``, ``px_history``, ``px_trained`` and so on."""
    wanted = [only] if only else ["px", "dx"]
    return {named(task, mode): dict(run(task, mode).figures) for task in wanted for mode in modes}


def named(task: str, mode: str) -> str:
    """Return the name of a mode of a task among the figures."""
    return task if mode == "none" else f"{task}_{mode}"


def write_predictions(path: Path, answers: Sequence[Answer]) -> None:
    """Write answers as ``evaluate.py`` reads them: text, rank, name, chosen."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(("text", "rank", "name", "chosen"))
        for answer in answers:
            for rank, name in enumerate(dict.fromkeys((*answer.names, *answer.chosen)), 1):
                out.writerow((answer.text, rank, name, int(name in answer.chosen)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", choices=("dx", "px"), default="")
    parser.add_argument("--mode", choices=MODES, help="one mode only")
    parser.add_argument("--out", type=Path, help="write the predictions of --task and --mode (trained)")
    parser.add_argument("--calibrate", action="store_true", help="share of right answers by probability instead")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the calibration")
    return parser


def main() -> None:
    """Print the figures, or the calibration, the last line as JSON."""
    parser = _parser()
    options = parser.parse_args()
    if options.out and not options.task:
        parser.error("--out needs --task")
    modes = [options.mode] if options.mode else ["trained"] if options.out else MODES
    wanted = [options.task] if options.task else ["px", "dx"]
    figures: dict[str, Any] = {}
    curves: dict[str, Sequence[Bin]] = {}
    for task in wanted:
        for mode in modes:
            done = run(task, mode)
            figures[named(task, mode)] = dict(done.figures)
            curves[named(task, mode)] = bins(done.answers)
            if options.out and mode == modes[-1]:
                write_predictions(options.out, done.answers)
            _show(named(task, mode), curves[named(task, mode)] if options.calibrate else done.figures)
    if options.plot:
        write_plot(options.plot, curves)
    told = {name: [one.told() for one in curve] for name, curve in curves.items()} if options.calibrate else figures
    print(json.dumps(told, ensure_ascii=False))


def _show(name: str, told: Sequence[Bin] | Mapping[str, float]) -> None:
    print(name, flush=True)
    for line in told.items() if isinstance(told, Mapping) else [one.told() for one in told]:
        print("  ", line, flush=True)


if __name__ == "__main__":
    main()
