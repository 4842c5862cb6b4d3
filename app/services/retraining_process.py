"""Trains in a process of its own so that neither memory nor processor of the window are taken.

Past codings go to it and the model comes back through a pipe: no text of a patient is written to a file. The process
ends with the one that started it, and a stopped training leaves nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from app.common.clock import SystemClock
from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.services.assets import Assets
from app.services.retraining_child import work
from app.services.retraining_figures import Asked, Figures
from app.services.retraining_work import Candidate, Task, train

_EVERY_S: Final = 0.2
_log = logging.getLogger(__name__)


def train_apart(task: Task, home: Path, progress: Progress) -> Candidate:
    """Return what :func:`train` makes of a task over the active code book of a home, worked out in another process.

    Raises ``Cancelled`` when the user stops it and :class:`UserProblem` when the process ends before its time.
    """
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=work, args=(theirs,), name="bingan-learn", daemon=True)
    with closing(ours):
        try:
            with closing(theirs):
                process.start()
            ours.send_bytes(_packed(task, home))
            ours.send_bytes(task.model)
            return _waited(ours, progress)
        except (EOFError, OSError) as error:
            raise UserProblem("retraining.ended", remedy="retraining.remedy.ended") from error
        finally:
            if process.pid is not None:
                process.kill()
                process.join()
                _log.info("training process ended with %s", process.exitcode)


def _waited(pipe: Connection, progress: Progress) -> Candidate:
    """Wait for the answer, passing on how far it is."""
    told = (0, 0, "")
    while True:
        progress.step(*told)
        if not pipe.poll(_EVERY_S):
            continue
        message = json.loads(pipe.recv_bytes())
        if "step" in message:
            done, total, note = message["step"]
            told = (done, total, note)
        else:
            old, new = (Figures(**message[side]) for side in ("old", "new"))
            return Candidate(pipe.recv_bytes(), old, new, message["had_model"], message["is_worse"])


def _packed(task: Task, home: Path) -> bytes:
    return json.dumps(
        {
            "home": str(home),
            "kind": task.kind,
            "seed": task.seed,
            "learned": [[item.text, item.codes, item.times, item.last] for item in task.learned],
            "asked": [[one.text, sorted(one.codes)] for one in task.asked],
        }
    ).encode()


def _task(message: Mapping[str, list[list[object]]], kind: CodeKind, seed: int, model: bytes) -> Task:
    learned = [
        PastCoding(str(words), kind, _codes(codes), int(str(times)), str(last))
        for words, codes, times, last in message["learned"]
    ]
    asked = [Asked(str(words), frozenset(_codes(codes))) for words, codes in message["asked"]]
    return Task(kind, learned, asked, model, seed)


def _codes(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else ()


def answer(pipe: Connection, progress: Progress) -> None:
    """In the other process: read the task, train, send the answer."""
    message = json.loads(pipe.recv_bytes())
    task = _task(message, CodeKind(message["kind"]), message["seed"], pipe.recv_bytes())
    matcher = FirstMatcher(Assets(Path(message["home"]), SystemClock()).codebook())
    del message  # 10 MB that the training can use
    found = train(matcher, task, progress)
    facts = {
        "old": asdict(found.old),
        "new": asdict(found.new),
        "had_model": found.had_model,
        "is_worse": found.is_worse,
    }
    pipe.send_bytes(json.dumps(facts).encode())
    pipe.send_bytes(found.content)
