"""报表: the monthly report, work and quality, departments, drilling down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Place, Shell
from app.ui.pages.reports.wish import PARTS, REPORTS, WORK
from app.ui.shell.palette_model import PaletteGroup, PaletteItem, PaletteProvider
from app.ui.shell.pinyin import found_at

if TYPE_CHECKING:
    from app.ui.pages.reports.page import ReportsPage
else:
    ReportsPage = PageClass("app.ui.pages.reports.page", "ReportsPage")

_GROUP: Final = "报表"
_GIVES: Final = "coder qc insurance admin"
"""Roles that may write files; a head of department only reads."""


def _has_report(page: ReportsPage) -> bool:
    return page.has_report


def _is_drilling(page: ReportsPage) -> bool:
    return page.is_drilling


def _is_sortable(page: ReportsPage) -> bool:
    return page.is_sortable


def _show_part(number: int, page: ReportsPage) -> None:
    page.show_part(number)


def _part_words(number: int) -> str:
    """Return what a digit shows: a part of the monthly report, a part of work and quality."""
    named = [f"月度结算分析的“{PARTS[number][1]}”"] if number < len(PARTS) else []
    return "，".join([*named, f"工作量与质量的“{WORK[number][1]}”"])


_ACTIONS: Final = (
    Action("reports.run", "重新计算", "按现在的病例重新计算这份报表。", ReportsPage.run, "F5", "reports", icon="rerun",
           group=_GROUP),
    Action("reports.swap", "图与表", "用表格代替图，或换回图。", ReportsPage.swap, "T", "reports", enabled=_has_report,
           group=_GROUP),
    *(
        Action(f"reports.part{number + 1}", f"第 {number + 1} 部分", f"显示{_part_words(number)}。",
               partial(_show_part, number), str(number + 1), "reports", enabled=_has_report, group=_GROUP)
        for number in range(len(WORK))
    ),
    Action("reports.sort", "换排序列", "按下一列从高到低排列；再按到头回到编号次序。", ReportsPage.sort_on, "S",
           "reports", enabled=_is_sortable, group=_GROUP),
    Action("reports.cases", "打开病例", "列出选中一行的病例。", ReportsPage.open_group, "C", "reports",
           enabled=_is_drilling, group=_GROUP),
    Action("reports.export", "导出 Excel", "写成工作簿：指标、趋势、原因、科室，附每个指标的口径。", ReportsPage.export,
           "Ctrl+E", "reports", _GIVES, enabled=_has_report, icon="export", group=_GROUP),
    Action("reports.word", "Word", "写成 A4 的 Word 文档，可继续编辑，附每个指标的口径。", ReportsPage.export_word,
           "Ctrl+Shift+E", "reports", _GIVES, enabled=_has_report, group=_GROUP),
    Action("reports.print", "PDF", "写成 A4 的 PDF，附每个指标的口径。", ReportsPage.print_out, "Ctrl+P", "reports",
           _GIVES, enabled=_has_report, group=_GROUP),
    Action("reports.escape", "上一级", "从病例回到报表，从下钻回到上一级，再按一次回到上一个位置。", ReportsPage.escape,
           "Esc", "reports", group=_GROUP),
)  # fmt: skip


class _Provider:
    """Finds the reports by name."""

    label = _GROUP
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the reports whose names hold the query, nothing for an empty one."""
        found = [(key, label, icon, found_at(query, label)) for key, label, icon in REPORTS if query]
        items = [
            PaletteItem(label, partial(self._go, key), icon, note="报表", spans=(span,))
            for key, label, icon, span in found
            if span
        ]
        return PaletteGroup(items[:limit], len(items))

    def _go(self, key: str) -> None:
        self._shell.go(Place("reports", {"report": key, "path": []}))


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    return (_Provider(shell),)


PAGE = PageSpec(
    "reports", "报表", ReportsPage, actions=_ACTIONS, providers=_providers, needs="coder qc insurance head admin"
)
