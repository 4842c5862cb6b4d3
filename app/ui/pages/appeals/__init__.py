"""申诉与单议: objections of the insurer with their deadlines, and requests for a single review."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec
from app.ui.pages.appeals.tabs import TABS
from app.ui.pages.in_palette import one_page

if TYPE_CHECKING:
    from app.ui.pages.appeals.page import AppealsPage
else:
    AppealsPage = PageClass("app.ui.pages.appeals.page", "AppealsPage")

TITLE: Final = "申诉与单议"
_OFFICE: Final = "insurance"
_READS: Final = "coder qc insurance admin"
_BOTH: Final = "coder insurance"


def _stands(page: AppealsPage) -> bool:
    return page.is_standing


def _has_entry(page: AppealsPage) -> bool:
    return page.chosen is not None


def _waits(page: AppealsPage) -> bool:
    return page.waits_for_results


def _has_month(page: AppealsPage) -> bool:
    return bool(page.month)


def _show_tab(key: str, page: AppealsPage) -> None:
    page.show_tab(key)


_ACTIONS: Final = (
    Action("appeals.new", "登记异议…", "登记医保的异议：病案号、异议、收到和截止日期。", AppealsPage.new, "N",
           "appeals.lists", needs=_OFFICE, group=TITLE),
    Action("appeals.special", "申请单议…", "为一份病案登记特病单议：理由类别、理由、依据。", AppealsPage.new_special,
           "M", "appeals.lists", needs=_OFFICE, group=TITLE),
    *(
        Action(f"appeals.{key}", f"看{label}", f"显示“{label}”。", partial(_show_tab, key), str(number),
               "appeals.lists", group=TITLE)
        for number, (key, label) in enumerate(TABS, 1)
    ),
    Action("appeals.answer", "写答复…", "登记怎样答复的医保；之后等结果。", AppealsPage.answer, "R", "appeals.lists",
           needs=_BOTH, enabled=_stands, group=TITLE),
    Action("appeals.close", "登记结果…", "登记医保的结果、核定金额，或撤回。", AppealsPage.close_entry, "G",
           "appeals.lists", needs=_OFFICE, enabled=_stands, group=TITLE),
    Action("appeals.change", "改期限和依据…", "改截止日期，补充依据。", AppealsPage.change, "T", "appeals.lists",
           needs=_BOTH, enabled=_stands, group=TITLE),
    Action("appeals.pack", "申诉材料", "到 DRG 分组页生成这份病案的申诉材料。", AppealsPage.open_pack, "P",
           "appeals.lists", enabled=_has_entry, icon="pdf", group=TITLE),
    Action("appeals.case", "打开病案", "打开选中条目的病案首页。", AppealsPage.open_case, "Return; Enter",
           "appeals.lists", enabled=_has_entry, group=TITLE),
    Action("appeals.results", "按医保返回办结", "等结果的条目，医保已有新的返回分组的，一次登记结果。",
           AppealsPage.take_results, "Ctrl+Return", "appeals", needs=_OFFICE, enabled=_waits, group=TITLE),
    Action("appeals.export", "导出单议…", "把一个月的特病单议写成一个 Excel；没有姓名。", AppealsPage.export, "Ctrl+E",
           "appeals", needs=_OFFICE, enabled=_has_month, icon="export", group=TITLE),
    Action("appeals.days", "期限设置…", "收到异议后几天内答复、单议几天内申请完，按当地规定。", AppealsPage.set_days,
           "", "appeals", needs="insurance admin", group=TITLE),
    Action("appeals.escape", "返回", "回到列表，再按一次回到上一个位置。", AppealsPage.escape, "Esc", "appeals",
           group=TITLE),
)  # fmt: skip


_IN_PALETTE: Final = one_page("appeals", TITLE, "due", "医保异议的期限、答复和结果，特病单议。")

PAGE = PageSpec("appeals", TITLE, AppealsPage, actions=_ACTIONS, providers=_IN_PALETTE, needs=_READS, rail="worklist")
