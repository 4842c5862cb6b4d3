"""``bingan codebook …`` and ``bingan scheme …``: import and list the hospital's own tables."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.common.clock import SystemClock
from app.common.paths import home

if TYPE_CHECKING:
    from app.services.assets import Assets, ImportReport


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``codebook`` and ``scheme``."""
    codebook = commands.add_parser("codebook", help="编码库：导入、查看").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    load = codebook.add_parser("import", help="导入编码表（CSV 或 XLSX，按标题识别“编码”“名称”列；映射表一并给出）")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--title", default="", help="编码库名称，默认取文件名")
    load.set_defaults(run=_import_codebook)
    codebook.add_parser("list", help="列出编码库").set_defaults(run=_list_codebooks)

    scheme = commands.add_parser("scheme", help="分组方案：导入、查看").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    load = scheme.add_parser("import", help="导入分组方案（xlsx、方案文件夹或 zip）")
    load.add_argument("path", type=Path, metavar="PATH")
    load.add_argument("--valid-from", default="", metavar="YYYY-MM-DD", help="自何日出院起使用")
    load.set_defaults(run=_import_scheme)
    scheme.add_parser("list", help="列出分组方案").set_defaults(run=_list_schemes)


def _print(report: ImportReport) -> None:
    for line in report.lines():
        print(line)


def _assets() -> Assets:
    from app.services.assets import Assets  # noqa: PLC0415 - engines load only for this command

    return Assets(home(), SystemClock())


def _import_codebook(args: argparse.Namespace) -> int:
    from app.services.writer import writing  # noqa: PLC0415 - engines load only for this command

    with writing():
        _print(_assets().import_codebook(args.files, title=args.title))
    return 0


def _import_scheme(args: argparse.Namespace) -> int:
    from app.services.writer import writing  # noqa: PLC0415 - engines load only for this command

    with writing():
        _print(_assets().import_scheme(args.path, valid_from=args.valid_from))
    return 0


def _list_codebooks(_: argparse.Namespace) -> int:
    return _list("codebook")


def _list_schemes(_: argparse.Namespace) -> int:
    return _list("scheme")


def _list(kind: str) -> int:
    for line in _assets().listing(kind):
        print(line)
    return 0
