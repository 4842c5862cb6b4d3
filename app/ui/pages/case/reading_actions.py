"""The actions of the reading aids: tabs of the dock, history, sticky notes, documents, print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageModule
from app.ui.pages.case.dock_keys import TABS

if TYPE_CHECKING:
    from app.ui.pages.case import printing, reading
    from app.ui.pages.case.page import CasePage
else:
    printing = PageModule("app.ui.pages.case.printing")
    reading = PageModule("app.ui.pages.case.reading")

_GROUP: Final = "首页"
_TOLD: Final = {
    "qc": "看质控问题和追问。",
    "history": "看每次操作改了什么。",
    "notes": "看贴在病案和字段上的便签。",
    "three": "逐项对照医师、编码和医保三方。",
    "papers": "看附上的病历文书。",
}


def _act(
    name: str,
    label: str,
    words: str,
    run: Callable[[CasePage], object],
    keys: str = "",
    enabled: Callable[[CasePage], bool] = reading.has_view,
    region: str = "",
    icon: str = "",
) -> Action:
    context = f"case.{region}" if region else "case"
    return Action(f"case.{name}", label, words, run, keys, context, "", enabled, icon, _GROUP)


TAB_ACTIONS: Final = tuple(
    _act(f"tab_{key}", f"右栏：{label}", _TOLD[key], partial(reading.show_tab, key=key), f"Ctrl+Shift+{number}")
    for number, (key, label) in enumerate(TABS, 1)
)

READING_ACTIONS: Final = (
    *TAB_ACTIONS,
    _act("field_history", "本项历史", "看光标所在字段由谁、何时、由什么改成什么。", reading.field_history, "Alt+H",
         icon="history"),
    _act("history_filter", "只看本项", "历史只列光标所在字段的改动，再按一次列全部。", reading.toggle_filter, "F",
         region="history"),
    _act("moment", "当时的病案", "看选中操作之后的整份病案，与现在逐项对照。", reading.show_chosen_moment, "V",
         region="history"),
    _act("three_filter", "只看不同", "三方对照只列不一致的各行，再按一次列全部。", reading.toggle_three, "D",
         region="three"),
    _act("note", "写便签", "在光标所在字段贴一张大家看得到的便签。", partial(reading.write_note, private=False),
         "Alt+N", reading.may_write, icon="note"),
    _act("private_note", "写私人便签", "在光标所在字段贴一张只给自己看的便签。",
         partial(reading.write_note, private=True), "Alt+Shift+N", reading.may_write),
    _act("note_edit", "改写便签", "改写选中的便签；只能改自己写的。", reading.edit_note, "E", reading.has_own_note,
         "notes"),
    _act("note_share", "便签共享或私人", "让大家看到选中的便签，或只给自己看。", reading.share_note, "P",
         reading.has_own_note, "notes"),
    _act("note_settle", "便签办结或重开", "把选中的便签记为已办结，再按一次重开。", reading.settle_note, "D",
         reading.has_note, "notes"),
    _act("note_drop", "删除便签", "删除选中的便签，可撤销；只能删自己写的。", reading.drop_note, "Del",
         reading.has_own_note, "notes"),
    _act("paste_paper", "粘贴文书", "把剪贴板里的病历文字附在病案旁。", reading.paste_paper, "Ctrl+Shift+V",
         reading.may_write),
    _act("attach_paper", "附上文书文件", "选一个文本文件附在病案旁。", reading.attach_paper, "Ctrl+Shift+O",
         reading.may_write),
    _act("drop_paper", "移除文书", "移除正在看的文书，可撤销。", reading.drop_paper, "Del", reading.has_paper,
         "papers"),
    _act("next_paper", "下一份文书", "看下一份文书。", partial(reading.step_paper, by=1), "Ctrl+Right",
         region="papers"),
    _act("previous_paper", "上一份文书", "看上一份文书。", partial(reading.step_paper, by=-1), "Ctrl+Left",
         region="papers"),
    _act("next_evidence", "下一处依据", "在文书中找光标所在诊断或手术的下一处字句。",
         partial(reading.step_evidence, by=1), "F3", icon="evidence"),
    _act("previous_evidence", "上一处依据", "在文书中找光标所在诊断或手术的上一处字句。",
         partial(reading.step_evidence, by=-1), "Shift+F3"),
    _act("revision", "修订", "在首页上把改过的旧值划去列在新值旁，再按一次收起。", printing.toggle_revision, "Alt+R",
         icon="compare"),
    _act("print", "打印首页", "按纸质住院病案首页预览，打印或生成 PDF。", printing.open_preview, "Ctrl+P",
         icon="print"),
)  # fmt: skip
