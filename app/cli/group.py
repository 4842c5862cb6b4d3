"""``bingan group``, ``match`` and ``qc``: commands that read files, write files and touch no library."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.progress import TerminalProgress
from app.common.clock import SystemClock
from app.common.paths import home


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``group``, ``match`` and ``qc``."""
    group = commands.add_parser("group", help="用分组方案为病例文件分组")
    group.add_argument("--scheme", required=True, help="方案：xlsx、方案文件夹、zip，或已导入方案的编号")
    group.add_argument("--cases", type=Path, required=True, help="病例 CSV（case_id,sex,age_years,…,dx,px）")
    group.add_argument("--out", type=Path, required=True, help="结果 CSV：case_id,mdc,adrg,drg,status")
    group.set_defaults(run=_group)

    match = commands.add_parser("match", help="为诊断或手术文本匹配编码")
    match.add_argument("--task", choices=("dx", "px"), required=True, help="dx 诊断，px 手术及操作")
    match.add_argument("--texts", type=Path, required=True, help="CSV 或 XLSX，只读其中的 text 列；相同的文本只答一次")
    match.add_argument("--out", type=Path, required=True, help="结果 CSV：text,rank,code,name,score,chosen")
    match.add_argument("--terms", type=Path, help="编码表 CSV 或 XLSX（code,name）；不给则用当前编码库")
    match.add_argument(
        "--history",
        type=Path,
        help="历史编码 CSV 或 XLSX：text 与 code，或 text 与 standards（以 ## 分隔）；据此训练模型，需数分钟",
    )
    match.add_argument("--top", type=_count, default=20, help="每条文本给出的候选数（默认 20）")
    match.set_defaults(run=_match)

    check = commands.add_parser("qc", help="对一批病案首页做质控检查")
    check.add_argument("--batch", type=Path, required=True, help="病案首页文件（CSV 或 XLSX）")
    check.add_argument("--out", type=Path, required=True, help="结果 CSV，每个涉及的字段一行")
    check.set_defaults(run=_check)


def _group(args: argparse.Namespace) -> int:
    from app.services.assets import Assets  # noqa: PLC0415 - engines load only for this command
    from app.services.group_file import group_file  # noqa: PLC0415 - as above

    scheme = Assets(home(), SystemClock()).find_scheme(args.scheme)
    progress = TerminalProgress("正在分组")
    try:
        rows = group_file(scheme, args.cases, args.out, progress)
    finally:
        progress.end()
    print(f"已分组 {rows} 例，结果：{args.out}")
    return 0


def _match(args: argparse.Namespace) -> int:
    from app.domain.coding import CodeKind  # noqa: PLC0415 - engines load only for this command
    from app.services.match_file import MatchJob, match_file  # noqa: PLC0415 - as above

    job = MatchJob(CodeKind(args.task), args.texts, args.terms, args.history, args.top)
    progress = TerminalProgress("正在准备" if args.history is None else "正在训练")
    try:
        rows = match_file(job, args.out, progress)
    finally:
        progress.end()
    print(f"已匹配 {rows} 条文本，结果：{args.out}")
    return 0


def _count(typed: str) -> int:
    """Return a whole number from 1; anything else is wrong usage."""
    if not typed.isdecimal() or int(typed) < 1:
        raise argparse.ArgumentTypeError(f"须为 1 以上的整数，而不是“{typed}”")
    return int(typed)


def _check(args: argparse.Namespace) -> int:
    from app.services import bulk  # noqa: PLC0415 - engines load only for this command

    done = bulk.check_file(args.batch, args.out)
    print(f"已检查 {done.records} 份，命中 {done.findings} 项，结果：{args.out}")
    for path in done.not_imported:
        print(f"未导入：{path}")
    for broken in done.broken:
        print(f"无法判定的规则：{broken}")
    return 0
