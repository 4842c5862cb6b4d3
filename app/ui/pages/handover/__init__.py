"""交付: upload files, settlement lists, whole batches, and the register of what was given away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec
from app.ui.pages.handover.tabs import TABS
from app.ui.pages.in_palette import one_page

if TYPE_CHECKING:
    from app.ui.pages.handover.page import HandoverPage
else:
    HandoverPage = PageClass("app.ui.pages.handover.page", "HandoverPage")

TITLE: Final = "交付"
_WRITES: Final = "coder insurance"
_READS: Final = "coder qc insurance admin"


def _can_check(page: HandoverPage) -> bool:
    return page.can_check


def _can_write(page: HandoverPage) -> bool:
    return page.can_write


def _takes_template(page: HandoverPage) -> bool:
    return page.takes_template


def _takes_edition(page: HandoverPage) -> bool:
    return page.takes_edition


def _takes_names(page: HandoverPage) -> bool:
    return page.takes_names


def _takes_mask(page: HandoverPage) -> bool:
    return page.takes_mask


def _has_list(page: HandoverPage) -> bool:
    return bool(page.one_list)


def _has_entry(page: HandoverPage) -> bool:
    return page.entry is not None


def _show_tab(key: str, page: HandoverPage) -> None:
    page.show_tab(key)


_ACTIONS: Final = (
    Action("handover.check", "检查", "逐份核对必填项、编码版本、放得下多少条，列出可写出和不能写出的。",
           HandoverPage.check, "F5", "handover", needs=_WRITES, enabled=_can_check, icon="rerun", group=TITLE),
    Action("handover.write", "写出…", "写出检查通过的病案，重新打开逐格核对，并登记回执。", HandoverPage.write,
           "Ctrl+Return", "handover", needs=_WRITES, enabled=_can_write, icon="export", group=TITLE),
    Action("handover.template", "选模板…", "选绩效考核上报的模板文件；列的次序以它为准。", HandoverPage.choose_template,
           "T", "handover", enabled=_takes_template, icon="table", group=TITLE),
    Action("handover.edition", "换编码版本", "说明本院存的是医保版还是国家临床版编码。", HandoverPage.switch_edition,
           "V", "handover", needs="coder insurance admin", enabled=_takes_edition, group=TITLE),
    Action("handover.names", "接口名…", "核对和改结算清单的接口名；没有依据的标“〔未核实〕”。",
           HandoverPage.edit_names, "N", "handover", needs="insurance admin", enabled=_takes_names, group=TITLE),
    Action("handover.mask", "遮盖身份", "整批里的姓名、证件号、电话遮盖或照写。", HandoverPage.switch_mask, "M",
           "handover", enabled=_takes_mask, group=TITLE),
    Action("handover.verify_file", "核对文件…", "选一个文件，看它与登记是否一致。", HandoverPage.verify_file, "Ctrl+O",
           "handover", icon="passed", group=TITLE),
    Action("handover.verify", "核对这一条", "看登记的文件还在不在、变过没有。", HandoverPage.verify_entry, "Y",
           "handover.lists", enabled=_has_entry, group=TITLE),
    Action("handover.form", "写出这份清单…", "把选中病案的结算清单写成 PDF 或单独的工作簿。", HandoverPage.write_form,
           "P", "handover.lists", needs=_WRITES, enabled=_has_list, icon="print", group=TITLE),
    Action("handover.find", "查登记", "按文件、病案号、人或指纹查登记。", HandoverPage.search, "Ctrl+F", "handover",
           icon="search", group=TITLE),
    *(
        Action(f"handover.{key}", f"看{label}", f"显示“{label}”。", partial(_show_tab, key), str(number),
               "handover.lists", group=TITLE)
        for number, (key, label) in enumerate(TABS, 1)
    ),
    Action("handover.row", "打开", "打开选中的病案到要改的字段；登记里核对选中的文件。", HandoverPage.open_row,
           "Return; Enter", "handover.lists", group=TITLE),
    Action("handover.escape", "返回", "回到上一个位置。", HandoverPage.escape, "Esc", "handover", group=TITLE),
)  # fmt: skip


_IN_PALETTE: Final = one_page("handover", TITLE, "ph.download-simple", "写出上报文件、医保结算清单、整批，查回执。")

PAGE = PageSpec("handover", TITLE, HandoverPage, actions=_ACTIONS, providers=_IN_PALETTE, needs=_READS, rail="worklist")
