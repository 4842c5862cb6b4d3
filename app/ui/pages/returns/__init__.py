"""医师答复与催办: what was asked, what is overdue, what came back and is to be taken or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec

if TYPE_CHECKING:
    from app.ui.pages.returns.page import ReturnsPage
else:
    ReturnsPage = PageClass("app.ui.pages.returns.page", "ReturnsPage")

TITLE = "医师答复与催办"


def _is_answered(page: ReturnsPage) -> bool:
    return page.can_judge


def _is_late(page: ReturnsPage) -> bool:
    return page.can_escalate


def _has_line(page: ReturnsPage) -> bool:
    return page.chosen is not None


def _is_out(page: ReturnsPage) -> bool:
    return page.can_withdraw


def _waits(page: ReturnsPage) -> bool:
    return page.can_take


def _lists(page: ReturnsPage) -> bool:
    return not page.waits


_ACTIONS = (
    Action("returns.accept", "采用答复", "把医师的答复写进首页，记明是哪位医师；可撤销。", ReturnsPage.accept,
           "Alt+Return", "returns.list", enabled=_is_answered, icon="passed", group=TITLE),
    Action("returns.accept_all", "采用本份全部答复", "采用这份病案中没有冲突、没有申诉的全部答复，一次写入。",
           ReturnsPage.accept_all, "Ctrl+Shift+A", "returns.list", enabled=_is_answered, group=TITLE),
    Action("returns.keep", "不采用…", "保留首页现在的内容，写明理由；双方的意见都会保留。", ReturnsPage.keep, "K",
           "returns.list", enabled=_is_answered, icon="excluded", group=TITLE),
    Action("returns.escalate", "上报科主任", "把逾期没有答复的问题记为已上报科主任。", ReturnsPage.escalate, "X",
           "returns.list", enabled=_is_late, icon="overdue", group=TITLE),
    Action("returns.withdraw", "收回…", "收回这份病案还没有答复的问题，写明原因；病案回到退回前的状态。",
           ReturnsPage.withdraw, "Delete", "returns.list", enabled=_is_out, icon="undo", group=TITLE),
    Action("returns.open", "打开病案", "打开这份病案，光标在所问的字段。", ReturnsPage.open_case, "O", "returns.list",
           enabled=_has_line, group=TITLE),
    Action("returns.write_list", "导出医师修改清单…", "把待答复的问题写成 Excel，每科一张表，只有答复两列可以填写。",
           ReturnsPage.write_list, "Ctrl+L", "returns", enabled=_lists, icon="table", group=TITLE),
    Action("returns.write_package", "生成问题包…", "把待答复的问题写成签名并加密的文件，供另一台装有本程序的电脑答复。",
           ReturnsPage.write_package, "Ctrl+Shift+P", "returns", enabled=_lists, icon="export", group=TITLE),
    Action("returns.read", "读入答复…", "读入填好的修改清单或答复包，先核对再写入。", ReturnsPage.read_file, "Ctrl+O",
           "returns", enabled=_lists, icon="import", group=TITLE),
    Action("returns.take", "读入", "写入核对过的答复；有冲突的另行勾选。", ReturnsPage.take, "Ctrl+Return", "returns",
           enabled=_waits, group=TITLE),
    Action("returns.export", "导出列表…", "把当前列表写成 Excel。", ReturnsPage.export, "Ctrl+E", "returns",
           enabled=_lists, icon="export", group=TITLE),
    Action("returns.print", "打印催办单…", "按科室和主治医师生成催办单（PDF）。", ReturnsPage.print_out, "Ctrl+P",
           "returns", enabled=_lists, icon="print", group=TITLE),
    Action("returns.hours", "答复期限…", "设置出院后与在院时的答复期限（小时）。", ReturnsPage.set_hours, "", "returns",
           enabled=_lists, icon="due", group=TITLE),
    Action("returns.templates", "问题模板…", "查看并修改问医师的模板；改过的可恢复。", ReturnsPage.edit_templates,
           "Ctrl+M", "returns", enabled=_lists, icon="note", group=TITLE),
    Action("returns.undo", "撤销上一步", "撤销您最近一次对答复的处理。", ReturnsPage.undo, "Ctrl+Z", "returns",
           enabled=_lists, icon="undo", group=TITLE),
    Action("returns.back", "返回", "放弃待读入的文件，或取消科室筛选，再回到上一个位置。", ReturnsPage.escape, "Esc",
           "returns", group=TITLE),
)  # fmt: skip

PAGE = PageSpec("returns", TITLE, ReturnsPage, actions=_ACTIONS, needs="coder qc insurance admin head", rail="worklist")
