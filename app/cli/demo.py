"""``bingan demo create``: the demo library of invented stays."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.common.paths import home, library_path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``demo``."""
    demo = commands.add_parser("demo", help="演示库").add_subparsers(dest="action", required=True, metavar="动作")
    create = demo.add_parser("create", help="建立演示库（200 份虚构病案，覆盖各状态、各类问题与分组结果）")
    create.add_argument("--force", action="store_true", help="已有演示库时重建（只会删除演示库，不动正式数据）")
    create.add_argument("--batch", type=Path, help="另存一份演示批次文件（CSV）到此路径")
    create.set_defaults(run=_create)


def ensure() -> None:
    """Create the demo library of the current home when there is none yet."""
    if not library_path().exists():
        from app.services.demo import create_demo  # noqa: PLC0415 - keeps other commands quick

        print("正在建立演示库（200 份虚构病案），约需十几秒……", flush=True)
        create_demo(home())


def _create(args: argparse.Namespace) -> int:
    from app.services.demo import create_demo, write_demo_batch  # noqa: PLC0415 - keeps other commands quick

    target = home() / "demo"
    target.mkdir(parents=True, exist_ok=True)
    made = create_demo(target, force=args.force)
    print(f"演示库：{made.path}，{made.cases} 份虚构病案。用 bingan --demo 打开。")
    if args.batch:
        write_demo_batch(args.batch)
        print(f"演示批次：{args.batch}")
    return 0
