"""``bingan export``: upload files, settlement lists and whole batches, checked first; verifies a file later."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.cli.library import add_user, library
from app.cli.progress import TerminalProgress

_KINDS = ("batch", "l2", "l3", "list_xlsx", "list_json")
_SHOWN = 100


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``export``."""
    export = commands.add_parser("export", help="写出上报文件、医保结算清单或整批，先检查再写，并登记")
    what = export.add_mutually_exclusive_group(required=True)
    what.add_argument("--kind", choices=_KINDS, help="文件种类：整批、L2、L3、结算清单（工作簿、JSON）")
    what.add_argument("--verify", type=Path, metavar="文件", help="把一个文件与登记核对：有没有变过")
    export.add_argument("--batch", type=int, default=0, metavar="N", help="只写这个批次")
    export.add_argument("--month", default="", metavar="2026-11", help="只写这个月出院的")
    export.add_argument("--submission", type=int, default=0, metavar="N", help="只写这次提交的")
    export.add_argument("--template", type=Path, metavar="文件", help="L3 的上报模板（.xlsx 或 .csv）")
    export.add_argument("--mask", action="store_true", help="遮盖姓名、证件号、电话（只用于整批）")
    export.add_argument("--out", type=Path, metavar="文件", help="写到哪个文件")
    add_user(export)
    export.set_defaults(run=_export)


def _export(args: argparse.Namespace) -> int:
    from app.services.handover_types import (  # noqa: PLC0415 - engines load only for this command
        HandoverKind,
        HandoverScope,
        Judgement,
        Wanted,
    )

    with library(args, writes=not args.verify) as services:
        if args.verify:
            verdict = services.handover.verify(args.verify)
            print(verdict.words)
            return 0 if verdict.judgement is Judgement.SAME else 1
        if args.out is None:
            print("请用 --out 说明写到哪个文件。", file=sys.stderr)
            return 2
        form = services.handover.template(args.template) if args.template else None
        scope = HandoverScope(args.month, args.batch, args.submission)
        wanted = Wanted(HandoverKind(args.kind), scope, form, args.mask)
        shown = TerminalProgress("检查")
        report = services.handover.check(wanted, shown)
        shown.end()
        for note in report.notes:
            print(note, file=sys.stderr)
        for one in report.refused[:_SHOWN]:
            print(f"{one.record_no}：{one.words}", file=sys.stderr)
        if len(report.refused) > _SHOWN:
            print(f"另有 {len(report.refused) - _SHOWN:,} 份", file=sys.stderr)
        shown = TerminalProgress("写出")
        entry = services.handover.write(report, args.out, shown)
        shown.end()
    print(
        f"已写出 {entry.cases:,} 份、{entry.codes:,} 个编码，核对 {entry.cells:,} 格；{len(report.refused):,} 份未写。"
    )
    print(f"SHA-256 {entry.sha256}  {args.out}")
    return 0
