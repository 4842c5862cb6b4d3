"""Two grouping schemes over the library's cases (方案比较)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.pages.compare.palette import CompareProvider
from app.ui.pages.compare.tabs import TABS
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.compare.page import ComparePage
else:
    ComparePage = PageClass("app.ui.pages.compare.page", "ComparePage")

_GROUP = "方案比较"


def _can_run(page: ComparePage) -> bool:
    return page.can_run


def _has_found(page: ComparePage) -> bool:
    return page.found is not None


def _can_show_paths(page: ComparePage) -> bool:
    return page.can_show_paths


def _has_case(page: ComparePage) -> bool:
    return page.has_case


def _show_tab(key: str, page: ComparePage) -> None:
    page.show_tab(key)


def _rule(page: ComparePage) -> None:
    page.path.toggle_rule()


def _lists(page: ComparePage) -> None:
    page.path.show_lists()


def _fold(page: ComparePage) -> None:
    page.path.fold()


def _steps(page: ComparePage) -> None:
    page.path.toggle_mode()


_VIEWS = tuple(
    Action(
        f"compare.{key}",
        f"看{label}",
        f"在比较结果中显示“{label}”。",
        partial(_show_tab, key),
        str(number),
        "compare.lists",
        enabled=_has_found,
        group=_GROUP,
    )
    for number, (key, label) in enumerate(TABS, 1)
)
_PATHS = tuple(
    Action(f"compare.{name}", label, told, run, keys, "compare.paths", enabled=_can_show_paths, group=_GROUP)
    for name, label, told, run, keys in (
        ("rule", "规则原文", "展开或收起选中一步的规则原文。", _rule, "Return; Enter"),
        ("lists", "查看集合成员", "列出规则用到的编码集合，以及本例有其中哪些编码。", _lists, "Right"),
        ("fold", "收起", "收起选中一步下面展开的内容。", _fold, "Left"),
        ("steps", "关键步骤与全部步骤", "在关键步骤与全部步骤之间切换。", _steps, "A"),
    )
)
_ACTIONS = (
    Action(
        "compare.run",
        "比较",
        "用两个方案逐例分组并列出差异；只读，不改动任何病例。",
        ComparePage.run,
        "F5",
        "compare",
        enabled=_can_run,
        icon="compare",
        group=_GROUP,
    ),
    Action(
        "compare.swap",
        "对调",
        "把旧方案与新方案对调。",
        ComparePage.swap,
        "",
        "compare",
        enabled=_can_run,
        group=_GROUP,
    ),
    *_VIEWS,
    *_PATHS,
    Action(
        "compare.open",
        "两条路径或筛选",
        "逐例：两条路径并排；按 DRG、按科室：筛选出这些病例；方案差异：在方案浏览中查看。",
        ComparePage.open_row,
        "Return; Enter",
        "compare.lists",
        enabled=_has_found,
        group=_GROUP,
    ),
    Action(
        "compare.paths",
        "两条路径并排",
        "并排显示这份病例在两个方案中的分组路径。",
        ComparePage.show_paths,
        "",
        "compare",
        enabled=_can_show_paths,
        icon="ph.tree-structure",
        group=_GROUP,
    ),
    Action(
        "compare.case",
        "打开病案",
        "打开选中的病案首页。",
        ComparePage.open_case,
        "Ctrl+O",
        "compare.lists",
        enabled=_has_case,
        group=_GROUP,
    ),
    Action(
        "compare.copy",
        "复制这一行",
        "复制列表中选中的一行。",
        ComparePage.copy,
        "Ctrl+C",
        "compare.lists",
        enabled=_has_found,
        group=_GROUP,
    ),
    Action(
        "compare.export",
        "导出",
        "把比较结果导出为 Excel：逐例、按 DRG、按科室、方案差异；只有病案号，没有姓名。",
        ComparePage.export,
        "Ctrl+E",
        "compare",
        enabled=_has_found,
        icon="export",
        group=_GROUP,
    ),
    Action(
        "compare.weights",
        "导入权重与费率",
        "到“方案”页导入属于方案的权重与费率；两方案都有，才显示合计。",
        ComparePage.import_weights,
        "",
        "compare",
        icon="import",
        group=_GROUP,
    ),
    Action(
        "compare.escape",
        "返回",
        "依次关闭两条路径、清除筛选，最后回到上一个位置。",
        ComparePage.escape,
        "Esc",
        "compare",
        group=_GROUP,
    ),
)


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    return (CompareProvider(shell),)


PAGE = PageSpec(
    "compare",
    "方案比较",
    ComparePage,
    actions=_ACTIONS,
    providers=_providers,
    needs="insurance admin",
    rail="schemes",
)
