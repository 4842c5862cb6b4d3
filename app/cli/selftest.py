"""``bingan self-test``: the installed program tests itself; exit code 0 when every part works."""

from __future__ import annotations

import argparse
import json


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``self-test``."""
    command = commands.add_parser("self-test", help="自检：字体、编码、质控、分组、数据库、窗口")
    command.add_argument("--json", action="store_true", help="输出一行 JSON")
    command.set_defaults(run=_self_test)


def _self_test(args: argparse.Namespace) -> int:
    from app.services.selftest import check_all  # noqa: PLC0415 - engines load only for this command

    facts = check_all(args.open_window)
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        for key, value in facts.items():
            print(f"{key}: {value}")
    return 0 if facts["ok"] else 1
