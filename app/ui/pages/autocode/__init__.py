"""Review of a batch by its texts (批量自动编码): equal texts are one row, one answer codes them all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec

if TYPE_CHECKING:
    from app.ui.pages.autocode.page import AutoCodePage
else:
    AutoCodePage = PageClass("app.ui.pages.autocode.page", "AutoCodePage")

_GROUP = "批量自动编码"
_WORK = "autocode.work"


def _has_text(page: AutoCodePage) -> bool:
    return page.has_text


def _has_parts(page: AutoCodePage) -> bool:
    return page.has_text and page.current is not None and bool(page.current.group.parts)


def _has_band(page: AutoCodePage) -> bool:
    return bool(page.band_lines) and not page.is_covered


def _can_undo(page: AutoCodePage) -> bool:
    return page.work.can_undo and not page.is_covered


def _is_free(page: AutoCodePage) -> bool:
    return not page.is_covered


_PICKS = tuple(
    Action(
        f"autocode.pick{number}",
        f"选第 {number} 个候选",
        f"把第 {number} 个候选定为这种写法的编码；Enter 才写入。",
        partial(AutoCodePage.pick, number=number),
        str(number),
        _WORK,
        enabled=_has_text,
        group=_GROUP,
    )
    for number in range(1, 5)
)

_ACTIONS = (
    Action(
        "autocode.accept",
        "采用并下一行",
        "把选定的编码写入用到这种写法的全部行，再到下一种。",
        AutoCodePage.accept,
        "Return; Enter",
        "autocode.table",
        enabled=_has_text,
        group=_GROUP,
    ),
    *_PICKS,
    Action(
        "autocode.together",
        "多项分别编码",
        "一行含多项时，把各项的编码一起选定；Enter 写入，每项一行。",
        AutoCodePage.together,
        "A",
        _WORK,
        enabled=_has_parts,
        group=_GROUP,
    ),
    Action(
        "autocode.each",
        "逐份判断",
        "逐份打开用到这种写法的病案。",
        AutoCodePage.each,
        "S",
        _WORK,
        enabled=_has_text,
        group=_GROUP,
    ),
    Action(
        "autocode.aside",
        "转人工",
        "这种写法留给人工编码，下次归入“需人工”。",
        AutoCodePage.put_aside,
        "N",
        _WORK,
        enabled=_has_text,
        icon="manual",
        group=_GROUP,
    ),
    Action(
        "autocode.search",
        "检索编码",
        "候选中没有合适的编码时，在编码库中检索。",
        AutoCodePage.search,
        "F4",
        _WORK,
        enabled=_has_text,
        icon="search",
        group=_GROUP,
    ),
    Action(
        "autocode.take_band",
        "采用第一档",
        "先看“可直接采用”一档的样本，再决定是否整档写入；可整档撤销。",
        AutoCodePage.take_band,
        "Ctrl+Return",
        "autocode",
        enabled=_has_band,
        group=_GROUP,
    ),
    Action(
        "autocode.limits",
        "分档的界限…",
        "改变“可直接采用”与“待确认”要求的把握；改动记入审计，可恢复默认。",
        AutoCodePage.set_limits,
        "Ctrl+L",
        "autocode",
        enabled=_is_free,
        icon="thresholds",
        group=_GROUP,
    ),
    Action(
        "autocode.undo",
        "撤销上一次确认",
        "撤销本轮上一次采用或转人工，光标回到那种写法。",
        AutoCodePage.undo,
        "Ctrl+Z",
        "autocode",
        enabled=_can_undo,
        icon="undo",
        group=_GROUP,
    ),
    Action(
        "autocode.refresh",
        "刷新",
        "重新整理未编码的原文；已确认的离开列表。",
        AutoCodePage.refresh,
        "F5",
        "autocode",
        enabled=_is_free,
        icon="rerun",
        group=_GROUP,
    ),
    Action(
        "autocode.escape",
        "到分档",
        "从列表回到上方的分档；在分档上再按 Esc 回到上一个位置。",
        AutoCodePage.to_bands,
        "Esc",
        _WORK,
        group=_GROUP,
    ),
)

PAGE = PageSpec("autocode", "批量自动编码", AutoCodePage, actions=_ACTIONS, needs="coder admin", rail="codes")
