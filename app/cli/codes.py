"""``bingan codebook …`` and ``bingan scheme …``: import and list the hospital's own tables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.library import add_user, own_tables
from app.common.clock import SystemClock
from app.common.errors import UserProblem
from app.common.paths import home

if TYPE_CHECKING:
    from app.services.assets import Assets, ImportReport
    from app.services.types import SchemeCheck


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``codebook`` and ``scheme``."""
    codebook = commands.add_parser("codebook", help="编码库：导入、查看").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    load = codebook.add_parser("import", help="导入编码表（CSV 或 XLSX，按标题识别“编码”“名称”列；映射表一并给出）")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--title", default="", help="编码库名称，默认取文件名")
    add_user(load)
    load.set_defaults(run=_import_codebook)
    codebook.add_parser("list", help="列出编码库").set_defaults(run=_list_codebooks)

    scheme = commands.add_parser("scheme", help="分组方案：导入、查看").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    check = scheme.add_parser("check", help="只检查分组方案并打印报告，不导入；有错误时退出码为 1")
    check.add_argument("path", type=Path, metavar="PATH", help="xlsx、方案文件夹或 zip")
    check.set_defaults(run=_check_scheme)
    load = scheme.add_parser("import", help="检查并导入分组方案（xlsx、方案文件夹或 zip），打印检查报告")
    load.add_argument("path", type=Path, metavar="PATH")
    load.add_argument("--valid-from", default=None, metavar="YYYY-MM-DD", help="自何日出院起使用（默认取文件中的日期）")
    add_user(load)
    load.set_defaults(run=_import_scheme)
    options = scheme.add_parser("options", help="官方工作簿没有写明的规则（未经核实，默认都不用）；不给选项则只显示")
    options.add_argument("id", metavar="ID", help="已导入方案的编号")
    options.add_argument("--grey-px", metavar="CODES", help="不参与分组的手术编码，以空格或逗号分隔；'' 为清空")
    options.add_argument("--newborn-qy-days", metavar="N", help="新生儿歧义组要求日龄小于 N 天；'' 为不限")
    options.add_argument("--procedure-only", choices=("on", "off"), help="主要手术为有效手术的病例不进内科组")
    add_user(options)
    options.set_defaults(run=_scheme_options)
    scheme.add_parser("list", help="列出分组方案").set_defaults(run=_list_schemes)


def _print(report: ImportReport) -> None:
    for line in report.lines():
        print(line)


def _assets() -> Assets:
    from app.services.assets import Assets  # noqa: PLC0415 - engines load only for this command

    return Assets(home(), SystemClock())


def _import_codebook(args: argparse.Namespace) -> int:
    with own_tables(args) as assets:
        _print(assets.import_codebook(args.files, title=args.title))
    return 0


def _check_scheme(args: argparse.Namespace) -> int:
    return 1 if _report(args.path).report.refused else 0


def _import_scheme(args: argparse.Namespace) -> int:
    from app.services.asset_reports import Terms, bring_in  # noqa: PLC0415 - engines load only for this command

    with own_tables(args) as assets:
        check = _report(args.path)
        if check.report.refused:
            return 1
        terms = Terms(SystemClock().now().date(), valid_from=args.valid_from, digest=check.digest)
        report = bring_in(assets, "scheme", [args.path], terms)
        told = report.remarks[0] if report.refused else f"已导入：{report.title}"
        print(told, file=sys.stderr if report.refused else sys.stdout)
    return 1 if report.refused else 0


def _report(path: Path) -> SchemeCheck:
    """Check a scheme and print the report, to the error stream when it is refused."""
    from app.common.texts import text  # noqa: PLC0415 - engines load only for this command
    from app.services.asset_reports import check_scheme, report_lines  # noqa: PLC0415 - as above

    check = check_scheme(_assets(), path)
    verdict = text("assets.cannot_import" if check.report.refused else "assets.can_import")
    for line in (*report_lines(check.report), verdict):
        print(line, file=sys.stderr if check.report.refused else sys.stdout)
    return check


def _list_codebooks(_: argparse.Namespace) -> int:
    return _list("codebook")


def _scheme_options(args: argparse.Namespace) -> int:
    from app.services.scheme_options import facts_of  # noqa: PLC0415 - engines load only for this command

    assets = _assets()
    options = assets.scheme_options(args.id)
    if options is None:
        raise UserProblem("assets.no_options", remedy="assets.remedy.no_options")
    facts = facts_of(options)
    if args.procedure_only is not None:
        facts["procedure_only"] = "1" if args.procedure_only == "on" else ""
    given = {"grey_px": args.grey_px, "newborn_qy_days": args.newborn_qy_days}
    facts |= {name: value for name, value in given.items() if value is not None}
    if facts != facts_of(options):
        with own_tables(args) as own:
            own.set_scheme_options(
                args.id, facts["grey_px"], facts["newborn_qy_days"], procedure_only=bool(facts["procedure_only"])
            )
    for name, value in facts.items():
        print(f"{name}: {value or '-'}")
    return 0


def _list_schemes(_: argparse.Namespace) -> int:
    return _list("scheme")


def _list(kind: str) -> int:
    for line in _assets().listing(kind):
        print(line)
    return 0
