"""``bingan audit …``: verifies the chain of a library, writes its head, extracts the audit.

Exit codes of ``verify``: 0 intact, 1 broken, 2 no library.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from app.cli.library import add_user, library
from app.cli.progress import TerminalProgress
from app.common.clock import SystemClock
from app.common.errors import UserProblem
from app.common.paths import config_dir, library_path

_BROKEN = 1
_NO_LIBRARY = 2
_NONE = ("storage.missing", "storage.not_a_library")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``audit``."""
    audit = commands.add_parser("audit", help="审计：校验哈希链、导出链头、导出记录").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    verify = audit.add_parser("verify", help="逐条重算哈希链；完整 0，断链 1，没有病案库 2；窗口打开时也可运行")
    verify.add_argument("--head", type=Path, metavar="FILE", help="与这个链头文件比较；不给则与本机保存的链头比较")
    verify.set_defaults(run=_verify)
    head = audit.add_parser("head", help="把最后一条的序号和哈希写成签名的链头文件，请另存别处")
    head.add_argument("--out", type=Path, required=True, metavar="FILE", help="链头写到哪个文件")
    head.set_defaults(run=_head)
    export = audit.add_parser(
        "export", help="按条件把审计记录写成 .xlsx 或 .csv，附链头；要有管理员、质控员或医保办的角色"
    )
    export.add_argument("path", type=Path, metavar="FILE")
    export.add_argument("--case", default="", metavar="NO", help="病案号，或它的开头几位")
    export.add_argument("--who", default="", metavar="NAME", help="人员姓名")
    export.add_argument("--field", default="", metavar="FIELD", help="字段名")
    export.add_argument("--kind", default="", help="种类：edit read give person import flow ask beside rule")
    export.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="自哪一天")
    export.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="至哪一天")
    add_user(export)
    export.set_defaults(run=_export)
    for command in (verify, head):
        command.add_argument("--library", type=Path, metavar="FILE", help="病案库或备份（默认：用户数据中的病案库）")


def _verify(args: argparse.Namespace) -> int:
    from app.services.audit_file import told, verify_file  # noqa: PLC0415 - other commands need no database
    from app.services.audit_head import head_store  # noqa: PLC0415 - as below

    progress = TerminalProgress("正在校验")
    try:
        found = verify_file(_library(args), args.head, head_store(config_dir()), progress)
    except UserProblem as problem:
        if problem.key not in _NONE:
            raise
        print(problem)
        return _NO_LIBRARY
    finally:
        progress.end()
    print(*told(found), sep="\n")
    return 0 if found.check.is_intact else _BROKEN


def _head(args: argparse.Namespace) -> int:
    from app.services.audit_file import write_head  # noqa: PLC0415 - other commands need no database
    from app.storage.heads import HeadStore  # noqa: PLC0415 - as above

    kept = write_head(_library(args), args.out, HeadStore(config_dir()), SystemClock().now())
    print(f"链头：第 {kept.head.op_id} 条 {kept.head.hash}")
    print(f"已写入 {args.out}。请保存到另一台电脑或打印存档。")
    return 0


def _export(args: argparse.Namespace) -> int:
    from app.services.audit_types import AuditQuery  # noqa: PLC0415 - other commands need no database

    query = AuditQuery(args.kind, args.case, args.who, args.field, args.first, args.last)
    _library(args)
    progress = TerminalProgress("正在写出")
    try:
        with library(args, writes=False) as services:
            count = services.audit_export.write(query, args.path, progress)
    finally:
        progress.end()
    print(f"已写出 {count:,} 条：{args.path}")
    return 0


def _library(args: argparse.Namespace) -> Path:
    """Return the file that is meant. Raises :class:`UserProblem` when it is not there."""
    from app.storage.problems import problem  # noqa: PLC0415 - other commands need no database

    path: Path = getattr(args, "library", None) or library_path()
    if not path.is_file():
        raise problem("missing", path)
    return path
