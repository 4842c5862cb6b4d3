"""``bingan rules …``: list the rules, check a rule file, try it on the stored cases, export and import packs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.library import add_user, library
from app.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from app.services.rule_types import PackPreview, Trial

_STATUS = {"on": "启用", "off": "停用", "draft": "草稿", "expired": "过期", "broken": "有问题"}
_LAYER = {"base": "基础", "hospital": "本院", "department": "科室"}
_SEVERITY = {"error": "强制", "warn": "警告", "hint": "提示"}
_NOVELTY = {"new": "新规则", "same": "已有，相同", "changed": "新版本", "conflict": "编号已被本院另一条规则使用"}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``rules``."""
    rules = commands.add_parser("rules", help="质控规则：查看、检查规则文件、试运行、导出和导入规则包").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    listing = rules.add_parser("list", help="列出全部规则：编号、层、状态、级别、类别、提示")
    listing.add_argument("--status", choices=tuple(_STATUS), help="只列这种状态：on off draft expired broken")
    listing.set_defaults(run=_list)
    check = rules.add_parser("check", help="检查规则文件（TOML）：写法、名称、例子；有问题时退出码为 1")
    check.add_argument("path", type=Path, metavar="FILE")
    check.set_defaults(run=_check)
    attempt = rules.add_parser("try", help="把规则文件中的规则在已存病案上试运行，不写入任何内容")
    attempt.add_argument("path", type=Path, metavar="FILE")
    attempt.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="出院日期自")
    attempt.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="出院日期至")
    attempt.set_defaults(run=_try)
    export = rules.add_parser("export", help="把本院规则、改过的名单和参数写成签名的规则包")
    export.add_argument("path", type=Path, metavar="FILE")
    export.add_argument("ids", nargs="*", metavar="编号", help="只导出这些规则；不给则全部")
    export.add_argument("--title", default="", help="规则包的名称")
    export.set_defaults(run=_export)
    take = rules.add_parser("import", help="查看规则包；给出 --reason 时导入")
    take.add_argument("path", type=Path, metavar="FILE")
    take.add_argument("--reason", default="", help="为什么导入；不给则只查看")
    take.add_argument("--trust", action="store_true", help="已与对方核对指纹，信任这个签名人")
    take.add_argument("--enable", action="store_true", help="导入后立即启用；不给则作为草稿")
    take.set_defaults(run=_import)
    for command in (listing, check, attempt, export, take):
        add_user(command)


def _list(args: argparse.Namespace) -> int:
    with library(args, writes=False) as services:
        for line in services.rules.lines():
            if args.status in (None, line.status):
                words = (_LAYER[line.layer], _STATUS[line.status], _SEVERITY[line.severity], line.category)
                why = f"（{line.why_off}）" if line.why_off else ""
                print("\t".join((line.id, *words, line.message + why)))
    return 0


def _check(args: argparse.Namespace) -> int:
    from app.services.rule_files import faults_of, read_rules  # noqa: PLC0415 - engines load only for this command

    rules = read_rules(args.path)
    with library(args, writes=False) as services:
        faults = list(faults_of(rules, services.session.engines.rule_sets.for_department("")))
    for rule_id, fault in faults:
        print(f"{rule_id}: {fault}")
    print(f"检查了 {len(rules)} 条规则，{len(faults)} 条有问题。")
    return 1 if faults else 0


def _try(args: argparse.Namespace) -> int:
    from app.services.rule_files import read_rules  # noqa: PLC0415 - engines load only for this command
    from app.services.rule_types import TrialScope  # noqa: PLC0415 - as above

    with library(args, writes=False) as services:
        for rule in read_rules(args.path):
            progress = TerminalProgress(f"正在试运行 {rule.id}")
            try:
                trial = services.rule_trial.run(rule, TrialScope(args.first, args.last), progress)
            finally:
                progress.end()
            print(*_told(trial), sep="\n")
    return 0


def _told(trial: Trial) -> Iterator[str]:
    yield f"{trial.rule_id}：{trial.cases:,} 份病案，命中 {len(trial.hits):,}，用时 {trial.seconds:.1f} 秒"
    if trial.compared:
        yield f"  与现行版本比较：新增 {len(trial.new):,}，减少 {len(trial.gone):,}"
    why = f"：{trial.why_broken}" if trial.broken else ""
    yield f"  不适用 {trial.not_applicable:,}，无法判定 {trial.broken:,}{why}"
    if trial.judged:
        yield f"  命中的病案中已判定 {trial.judged:,} 份，其中误报 {trial.false_alarms:,} 份"
    for code, name, hits, cases in trial.by_department:
        yield f"  {code}\t{name}\t{hits:,}/{cases:,}"


def _export(args: argparse.Namespace) -> int:
    with library(args, writes=False) as services:
        count = services.rule_packs.export(args.path, args.ids, title=args.title)
        print(f"已写出 {count} 条规则：{args.path}")
        print(f"签名指纹：{services.rule_packs.fingerprint()}")
    return 0


def _import(args: argparse.Namespace) -> int:
    with library(args, writes=bool(args.reason.strip())) as services:
        preview = services.rule_packs.preview(args.path)
        print(*_shown(preview), sep="\n")
        if args.reason.strip():
            services.rule_packs.take(preview, args.reason, trust=args.trust, enable=args.enable)
            print(
                f"已导入 {len(preview.usable)} 条规则，{'已启用' if args.enable else '作为草稿，请在规则管理中启用'}。"
            )
        else:
            print("只是查看，没有导入；导入请加 --reason。")
    return 0


def _shown(preview: PackPreview) -> Iterator[str]:
    known = "已信任" if preview.trusted else "不认识，请与对方核对后加 --trust"
    yield f"{preview.title}（{preview.made_by}，{preview.made_at:%Y-%m-%d %H:%M}，基础规则 {preview.base_version}）"
    yield f"签名指纹：{preview.fingerprint}（{known}）"
    for one in preview.rules:
        renamed = f"，将用编号 {one.taken_as}" if one.taken_as != one.rule.id else ""
        fault = f"；不能启用：{one.fault}" if one.fault else ""
        yield f"  {one.rule.id}\t{_NOVELTY[one.novelty]}{renamed}\t{one.rule.message}{fault}"
    for name, items in preview.lists.items():
        yield f"  名单 {name}：{len(items)} 项"
    for name, value in preview.parameters.items():
        yield f"  参数 {name}：{value:g}"
    if preview.questions:
        yield f"  追问 {len(preview.questions)} 条：{'、'.join(preview.questions)}"
