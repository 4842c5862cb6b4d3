"""医保返回: the insurer's groups beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec
from app.ui.pages.in_palette import one_page

if TYPE_CHECKING:
    from app.ui.pages.insurer.page import InsurerPage
else:
    InsurerPage = PageClass("app.ui.pages.insurer.page", "InsurerPage")

TITLE: Final = "医保返回对比"


def _is_listing(page: InsurerPage) -> bool:
    return not page.waits


def _can_take(page: InsurerPage) -> bool:
    return page.can_take


def _waits(page: InsurerPage) -> bool:
    return page.waits


def _has_file(page: InsurerPage) -> bool:
    return page.has_file


def _can_archive(page: InsurerPage) -> bool:
    return page.can_archive


def _has_case(page: InsurerPage) -> bool:
    return page.chosen is not None


_ACTIONS: Final = (
    Action("insurer.import", "导入…", "读入医保返回的表格，核对后整个文件一次写入，可撤回。", InsurerPage.import_file,
           "Ctrl+O", "insurer", enabled=_is_listing, icon="import", group=TITLE),
    Action("insurer.take", "导入", "写入核对过的文件；没有对上病案的行跳过。", InsurerPage.take, "Ctrl+Return",
           "insurer", enabled=_can_take, group=TITLE),
    Action("insurer.columns", "重新指定列…", "指定哪一列是 DRG 编码，会记住。", InsurerPage.choose_columns, "",
           "insurer", enabled=_waits, group=TITLE),
    Action("insurer.take_back", "撤回这次导入", "选中的文件带来的结果全部收回。", InsurerPage.take_back, "Delete",
           "insurer.files", enabled=_has_file, icon="undo", group=TITLE),
    Action("insurer.archive", "归档…", "把列表中已提交的病案转为已归档。", InsurerPage.archive, "G", "insurer.list",
           enabled=_can_archive, group=TITLE),
    Action("insurer.case", "打开病案", "打开选中的病案首页。", InsurerPage.open_case, "Return; Enter", "insurer.list",
           enabled=_has_case, group=TITLE),
    Action("insurer.drg", "看分组路径", "打开选中病案的 DRG 分组页。", InsurerPage.open_drg, "P", "insurer.list",
           enabled=_has_case, icon="ph.tree-structure", group=TITLE),
    Action("insurer.appeal", "登记异议…", "医保对选中的病案有异议：登记期限，到期前答复。", InsurerPage.appeal, "A",
           "insurer.list", needs="insurance", enabled=_has_case, icon="due", group=TITLE),
    Action("insurer.special", "申请单议…", "为选中的病案申请特病单议。", InsurerPage.ask_review, "M", "insurer.list",
           needs="insurance", enabled=_has_case, group=TITLE),
    Action("insurer.export", "导出", "把列表写成 Excel：逐例与按原因；只有病案号，没有姓名。", InsurerPage.export,
           "Ctrl+E", "insurer", enabled=_has_file, icon="export", group=TITLE),
    Action("insurer.escape", "返回", "依次放弃待导入的文件、清除筛选，最后回到上一个位置。", InsurerPage.escape, "Esc",
           "insurer", group=TITLE),
)  # fmt: skip


_IN_PALETTE: Final = one_page("insurer", TITLE, "compare", "医保返回的分组与本院的不同，按原因统计。")

PAGE = PageSpec("insurer", TITLE, InsurerPage, actions=_ACTIONS, providers=_IN_PALETTE, rail="drg")
