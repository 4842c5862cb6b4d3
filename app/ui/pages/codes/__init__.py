"""编码查询: the search of both code sets as a full page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.codes.page import CodesPage
else:
    CodesPage = PageClass("app.ui.pages.codes.page", "CodesPage")

_GROUP = "编码查询"


def _has_hit(page: CodesPage) -> bool:
    return page.has_hit


def _star(page: CodesPage) -> None:
    page.star(shared=False)


def _share(page: CodesPage) -> None:
    page.star(shared=True)


def _about(name: str, label: str, words: str, run: Callable[[CodesPage], object], keys: str, icon: str) -> Action:
    """Return an action on the chosen code, wherever the focus is in the page."""
    return Action(f"codes.{name}", label, words, run, keys, "codes", enabled=_has_hit, icon=icon, group=_GROUP)


_ACTIONS = (
    Action(
        "codes.copy",
        "复制编码与名称",
        "把选中的编码和名称复制到剪贴板。",
        CodesPage.copy,
        "Ctrl+C",
        "codes.results",
        enabled=_has_hit,
        group=_GROUP,
    ),
    Action(
        "codes.focus",
        "到检索框",
        "把光标放回检索框并选中内容。",
        CodesPage.focus_query,
        "/",
        "codes.results",
        group=_GROUP,
    ),
    Action(
        "codes.other",
        "换一套编码",
        "在全部、诊断 ICD-10 与手术 ICD-9-CM-3 之间切换。",
        CodesPage.switch,
        "Ctrl+T",
        "codes",
        group=_GROUP,
    ),
    _about("star", "收藏", "把选中的编码加入自己的收藏，再按一次取消；没有输入时列在最前。", _star, "Alt+P", "pin"),
    _about("share", "加入科室收藏", "把选中的编码加入病案科共用的收藏，再按一次取消。", _share, "Alt+Shift+P", "pin"),
    _about("annotate", "批注", "给选中的编码写一条批注，病案科所有人都会看到。", CodesPage.annotate, "Alt+N", "note"),
    Action(
        "codes.wishes",
        "待维护的编码",
        "列出检索时没有找到、记下来的词，写明处理结果。",
        CodesPage.show_wishes,
        "Alt+L",
        "codes",
        group=_GROUP,
    ),
)


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    from app.ui.pages.codes.palette import CodeProvider  # noqa: PLC0415  # when the box for everything is first opened

    return (CodeProvider(shell),)


PAGE = PageSpec("codes", "编码查询", CodesPage, actions=_ACTIONS, providers=_providers)
