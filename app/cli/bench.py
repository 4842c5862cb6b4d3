"""``bingan bench NAME``: runs a benchmark of the checkout; the last line is one JSON object of figures."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Final

import app
from app.common.errors import UserProblem

_RUN: Final = "\ndef bench("
"""What a module of ``benchmarks`` holds when it is a benchmark, not a part of one."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``bench``."""
    bench = commands.add_parser("bench", help="运行基准测试（须在源码目录中）")
    bench.add_argument("name", metavar="NAME", help="基准名称，如 match、qc、group、worklist、faults")
    bench.add_argument("--scheme", metavar="SCHEME", help="分组方案（基准 group）")
    bench.add_argument("--cases", metavar="CSV", help="病例文件（基准 group）")
    bench.add_argument("--json", action="store_true", help="只输出一行 JSON")
    bench.set_defaults(run=_bench)


def _bench(args: argparse.Namespace) -> int:
    root = Path(app.__file__).resolve().parent.parent
    names = sorted(path.stem for path in (root / "benchmarks").glob("[a-z]*.py") if _RUN in path.read_text("utf-8"))
    if args.name not in names:
        raise UserProblem("cli.no_benchmark", remedy="cli.remedy.benchmarks", name=args.name, names="、".join(names))
    sys.path.insert(0, str(root))
    run = importlib.import_module(f"benchmarks.{args.name}").bench
    given = {name: value for name in ("scheme", "cases") if (value := getattr(args, name)) is not None}
    strange = [f"--{name}" for name in given if name not in inspect.signature(run).parameters]
    if strange:
        raise UserProblem("cli.no_option", remedy="cli.remedy.no_option", name=args.name, option="、".join(strange))
    figures = run(**given)
    if not args.json:
        for key, value in figures.items():
            print(f"{key}: {value}")
    print(json.dumps(figures, ensure_ascii=False, default=str))
    return 0
