"""今天做了什么: one's own operations of a day, by case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec

if TYPE_CHECKING:
    from app.ui.pages.today.page import TodayPage
else:
    TodayPage = PageClass("app.ui.pages.today.page", "TodayPage")

TITLE: Final = "今天做了什么"


def _can_open(page: TodayPage) -> bool:
    return page.can_open


def _can_undo(page: TodayPage) -> bool:
    return page.can_undo


def _has_later(page: TodayPage) -> bool:
    return page.has_later


def _has_steps(page: TodayPage) -> bool:
    return page.has_steps


_ACTIONS = (
    Action("today.open", "打开病案", "打开选中的病案，光标到这一步改过的字段。", TodayPage.open_step, "Return",
           "today.list", enabled=_can_open, group=TITLE),
    Action("today.undo", "到上一步并撤销", "先到您最近一步所在的病案，再撤销这一步。", TodayPage.undo, "Ctrl+Z",
           "today", enabled=_can_undo, icon="undo", group=TITLE),
    Action("today.earlier", "前一天", "看前一天做了什么。", TodayPage.earlier, "Ctrl+Left", "today", group=TITLE),
    Action("today.later", "后一天", "看后一天做了什么，最晚到今天。", TodayPage.later, "Ctrl+Right", "today",
           enabled=_has_later, group=TITLE),
    Action("today.now", "回到今天", "看今天做了什么。", TodayPage.now, "T", "today.list",
           enabled=_has_later, group=TITLE),
    Action("today.print", "打印或存为 PDF…", "把这一天存为 PDF，不含患者姓名。", TodayPage.print_day, "Ctrl+P", "today",
           enabled=_has_steps, icon="pdf", group=TITLE),
    Action("today.export", "导出…", "把这一天写成 CSV 表格，不含患者姓名。", TodayPage.export, "Ctrl+E", "today",
           enabled=_has_steps, icon="export", group=TITLE),
)  # fmt: skip

PAGE = PageSpec("today", TITLE, TodayPage, actions=_ACTIONS, rail="desk")
