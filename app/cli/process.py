"""``bingan process``: a batch from import to corrected workbook without a window and without a library."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.services.pipeline import ProcessReport


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``process``."""
    command = commands.add_parser("process", help="处理一批病案首页：编码、质控、分组，导出 Excel")
    command.add_argument("input", type=Path, metavar="IN", help="病案首页文件（CSV 或 XLSX）")
    command.add_argument("--out", type=Path, required=True, metavar="OUT.xlsx", help="导出的工作簿（或 .csv）")
    command.add_argument("--scheme", help="分组方案：xlsx、文件夹、zip 或编号；不给则用试用方案")
    command.add_argument("--weights", type=Path, metavar="CSV", help="权重表；不给则只有试用方案带示例权重")
    command.add_argument("--rates", type=Path, metavar="CSV", help="费率表；不给则只显示权重")
    command.add_argument("--codebook", type=Path, nargs="+", metavar="FILE", help="编码表；不给则用当前编码库")
    command.add_argument("--city", default="", help="费率所属地区")
    command.add_argument("--year", default="", help="固定费率年度；不给则按每份的出院年度")
    command.add_argument("--level", default="", help="费率所属医院级别；指明才计算金额")
    command.add_argument("--coefficient", default="1", help="机构系数，默认 1")
    command.add_argument("--rows", type=int, default=20, help="屏幕上列出的病例数，默认 20，0 为不列")
    command.set_defaults(run=_process)


def _process(args: argparse.Namespace) -> int:
    from app.services.pipeline import PriceChoice, process_file  # noqa: PLC0415 - engines load only for this command

    price = PriceChoice(args.weights, args.rates, args.city, args.year, args.level, args.coefficient)
    report = process_file(args.input, args.out, scheme=args.scheme, price=price, codebook=args.codebook)
    _show(report, args.rows)
    return 0


def _show(report: ProcessReport, rows: int) -> None:
    for line in report.table(rows):
        print(line)
    for line in report.summary():
        print(line)
