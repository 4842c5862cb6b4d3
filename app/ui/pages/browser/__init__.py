"""Looking into a grouping scheme (方案浏览): groups, rules, lists, and what a code affects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.browser.page import BrowserPage
else:
    BrowserPage = PageClass("app.ui.pages.browser.page", "BrowserPage")

_GROUP = "方案浏览"


def _has_scheme(page: BrowserPage) -> bool:
    return page.has_scheme


def _can_show_cases(page: BrowserPage) -> bool:
    return page.can_show_cases


_ACTIONS = (
    Action(
        "browser.find",
        "查编码影响哪些组",
        "输入编码、前几位或名称，列出它在方案中的每一处。",
        BrowserPage.focus_query,
        "Ctrl+F",
        "browser",
        enabled=_has_scheme,
        icon="search",
        group=_GROUP,
    ),
    Action(
        "browser.filter",
        "找组",
        "按编码或名称筛选左侧的组；在树上直接打字也可以。",
        BrowserPage.focus_filter,
        "/",
        "browser.tree",
        enabled=_has_scheme,
        icon="filter",
        group=_GROUP,
    ),
    Action(
        "browser.cases",
        "看本院病例",
        "在病例列表中显示选中组的本院病例。",
        BrowserPage.show_cases,
        "Ctrl+L",
        "browser",
        enabled=_can_show_cases,
        group=_GROUP,
    ),
    Action(
        "browser.copy",
        "复制",
        "复制光标所在的组与规则、编码与名称，或编码的一处。",
        BrowserPage.copy,
        "Ctrl+C",
        "browser",
        enabled=_has_scheme,
        group=_GROUP,
    ),
    Action(
        "browser.compare",
        "比较方案",
        "马上用本院病例比较使用中的方案与这个方案；只读，不改动任何病例。",
        BrowserPage.compare,
        "",
        "browser",
        enabled=_has_scheme,
        icon="compare",
        group=_GROUP,
    ),
    Action(
        "browser.escape",
        "返回",
        "依次清除查询、清除筛选，最后回到上一个位置。",
        BrowserPage.escape,
        "Esc",
        "browser",
        group=_GROUP,
    ),
)


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    from app.ui.pages.browser.palette import BrowserProvider, GroupProvider  # noqa: PLC0415  # when the box for everything is first opened

    return (BrowserProvider(shell), GroupProvider(shell))


PAGE = PageSpec(
    "browser",
    "方案浏览",
    BrowserPage,
    actions=_ACTIONS,
    providers=_providers,
    needs="insurance admin",
    rail="schemes",
)
