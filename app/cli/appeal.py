"""``bingan appeal``: writes the appeal pack of one case as a workbook. PDF and printing are in the window."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.library import add_user, library


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``appeal``."""
    appeal = commands.add_parser("appeal", help="生成一份病案的申诉材料（xlsx），并记入审计")
    appeal.add_argument("record_no", metavar="病案号", help="病案号")
    appeal.add_argument("--stay", type=int, default=0, metavar="N", help="第几次住院；同一病案号有多次住院时须给出")
    appeal.add_argument("--out", type=Path, required=True, help="写到哪个 .xlsx 文件")
    add_user(appeal)
    appeal.set_defaults(run=_appeal)


def _appeal(args: argparse.Namespace) -> int:
    with library(args, writes=False) as services:
        pack = services.appeal.pack(services.appeal.find(args.record_no, args.stay))
        services.appeal.save_workbook(pack, args.out)
    print(f"已生成申诉材料：{args.out}")
    for section in pack.report.sections:
        if section.lacks:
            print(f"{section.title}：{section.lacks}")
    return 0
