"""Parses ``bingan …`` and runs it. Exit codes: 0 done, 1 refused with a reason, 2 wrong usage, 3 window open."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app import __version__
from app.cli import appeal, audit, bench, codes, demo, export, group, learn, prices, process, rules, selftest
from app.common.errors import Cancelled, UserProblem
from app.common.paths import home
from app.common.texts import text

EXIT_REFUSED = 1
EXIT_BUSY = 3
_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Launch:
    """A wish to open the window: the home to use; ``check`` opens and closes it for the self-test."""

    home: Path
    check: bool = False


OpenWindow = Callable[[Launch], int]


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command, with Chinese help."""
    top = argparse.ArgumentParser(prog="bingan", description="Bingan 病案编码质控工作站。不带命令时打开窗口。")
    top.add_argument("--version", action="version", version=f"bingan {__version__}")
    top.add_argument("--home", type=Path, help="用户数据所在文件夹（默认：BINGAN_HOME 或系统的数据目录）")
    top.add_argument("--demo", action="store_true", help="打开演示库（没有则先建立，与正式数据分开存放）")
    commands = top.add_subparsers(dest="command", metavar="命令", title="命令")
    for module in (process, codes, prices, group, rules, learn, appeal, export, audit, demo, selftest, bench):
        module.add(commands)
    return top


def run(argv: Sequence[str], open_window: OpenWindow) -> int:
    """Run one command line. ``open_window`` is called when no command is given, and by the self-test."""
    _speak_utf8()
    args = parser().parse_args(argv)
    if args.home:
        os.environ["BINGAN_HOME"] = str(args.home.resolve())
    if args.demo:
        os.environ["BINGAN_HOME"] = str(home() / "demo")
    try:
        if args.command is None:
            if args.demo:
                demo.ensure()
            return open_window(Launch(home()))
        args.open_window = lambda: open_window(Launch(home(), check=True))
        code: int = args.run(args)
    except UserProblem as problem:
        print(problem, *problem.details[:_MOST_LINES], sep="\n", file=sys.stderr)
        return EXIT_BUSY if problem.key == "storage.busy" else EXIT_REFUSED
    except (Cancelled, KeyboardInterrupt):
        print(text("cli.cancelled"), file=sys.stderr)
        return EXIT_REFUSED
    return code


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
