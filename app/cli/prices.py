"""``bingan weights …`` and ``bingan rates …``: import, list and compare the tables that payment needs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.library import add_user, own_tables
from app.common.clock import SystemClock
from app.common.paths import home

if TYPE_CHECKING:
    from app.services.assets import Assets


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``weights`` and ``rates``."""
    weights = commands.add_parser("weights", help="权重表：导入、查看、与方案核对").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    load = weights.add_parser("import", help="导入一版权重；不属于该方案则不导入并列出差异")
    load.add_argument("path", type=Path, metavar="FILE")
    load.add_argument("--scheme", default="", help="所属方案的编号；不给则用今天使用的方案")
    load.add_argument("--valid-from", default="", metavar="YYYY-MM-DD", help="自何日出院起使用；不给则取文件中的日期")
    add_user(load)
    load.set_defaults(run=_import_weights)
    weights.add_parser("list", help="列出权重表").set_defaults(run=_list_weights)
    compare = weights.add_parser("compare", help="列出权重表与方案的全部差异，不导入；有差异的组时退出码为 1")
    compare.add_argument("path", type=Path, metavar="FILE")
    compare.add_argument("--scheme", required=True, help="方案：xlsx、文件夹、zip 或已导入方案的编号")
    compare.set_defaults(run=_compare)

    rates = commands.add_parser("rates", help="费率表：导入、查看").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    load = rates.add_parser("import", help="导入费率；年度按出院日期选用")
    load.add_argument("path", type=Path, metavar="FILE")
    load.add_argument("--city", required=True, help="费率所属地区")
    load.add_argument("--level", required=True, help="医院级别，与文件中的写法一致")
    add_user(load)
    load.set_defaults(run=_import_rates)
    rates.add_parser("list", help="列出费率表").set_defaults(run=_list_rates)


def _assets() -> Assets:
    from app.services.assets import Assets  # noqa: PLC0415 - engines load only for this command

    return Assets(home(), SystemClock())


def _import_weights(args: argparse.Namespace) -> int:
    with own_tables(args) as assets:
        today = SystemClock().now().date()
        report = assets.import_weights(args.path, on=today, scheme_id=args.scheme, valid_from=args.valid_from)
    print(*report.lines(), sep="\n")
    return 0


def _import_rates(args: argparse.Namespace) -> int:
    with own_tables(args) as assets:
        report = assets.import_rates(args.path, city=args.city, level=args.level)
    print(*report.lines(), sep="\n")
    return 0


def _compare(args: argparse.Namespace) -> int:
    from app.services.assets import load_weights  # noqa: PLC0415 - engines load only for this command

    assets = _assets()
    found = load_weights(args.path).differences(assets.find_scheme(args.scheme))
    print(f"权重表有而方案没有 {len(found.unknown)} 组，方案有而权重表没有 {len(found.missing)} 组。")
    for line in found.lines():
        print(line)
    return 1 if found.unknown else 0


def _list_weights(_: argparse.Namespace) -> int:
    return _list("weights")


def _list_rates(_: argparse.Namespace) -> int:
    return _list("rates")


def _list(kind: str) -> int:
    for line in _assets().listing(kind):
        print(line)
    return 0
