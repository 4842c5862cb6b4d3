"""编码查询: the search of both code sets as a full page."""

from __future__ import annotations

from app.ui.actions import Action
from app.ui.page import PageSpec
from app.ui.pages.codes.page import CodesPage
from app.ui.pages.codes.palette import providers

_GROUP = "编码查询"


def _has_hit(page: CodesPage) -> bool:
    return page.has_hit


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
)

PAGE = PageSpec("codes", "编码查询", CodesPage, actions=_ACTIONS, providers=providers)
