"""``bingan learn``: trains the hospital's own model on its memory, as the window does; for a task scheduler."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.library import add_user, library
from app.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from app.domain.coding import CodeKind
    from app.services.retraining import RetrainingService


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``learn``."""
    learn = commands.add_parser("learn", help="用本院确认过的编码训练本院模型；留出十分之一考核，不如原来的不用")
    learn.add_argument("--kind", choices=("dx", "px"), help="只训练一种：dx 诊断，px 手术及操作；不给则两种")
    learn.add_argument("--report", action="store_true", help="不训练，只列出本院模型的状态和最近的训练")
    add_user(learn)
    learn.set_defaults(run=_learn)


def _learn(args: argparse.Namespace) -> int:
    from app.domain.coding import CodeKind  # noqa: PLC0415 - engines load only for this command

    kinds = [CodeKind(args.kind)] if args.kind else list(CodeKind)
    with library(args, writes=not args.report) as services:
        if not args.report:
            _train(services.retraining, kinds)
        for kind in kinds:
            print(*services.retraining.told(kind), sep="\n")
    return 0


def _train(retraining: RetrainingService, kinds: Sequence[CodeKind]) -> None:
    """Train each kind that has enough to train on. Raises :class:`UserProblem` when none has."""
    enough = [kind for kind in kinds if not retraining.card(kind).missing]
    for kind in enough or kinds[:1]:
        progress = TerminalProgress("正在训练本院模型")
        try:
            trained = retraining.train(kind, progress)
        finally:
            progress.end()
        retraining.adopt(trained)
