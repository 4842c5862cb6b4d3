"""The case page (病案首页) and what can be done on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass, PageModule
from app.ui.page import PageSpec
from app.ui.pages.case.moving_actions import MOVING_ACTIONS
from app.ui.pages.case.reading_actions import READING_ACTIONS

_PARTS: Final = tuple(f"app.ui.pages.case.{part}" for part in ("code_popup", "grid", "dock_tabs", "dock"))

if TYPE_CHECKING:
    from app.ui.pages.case import deciding, doing, excepting, find_field, returning
    from app.ui.pages.case.page import CasePage
else:
    CasePage = PageClass("app.ui.pages.case.page", "CasePage", _PARTS)
    deciding = PageModule("app.ui.pages.case.deciding")
    doing = PageModule("app.ui.pages.case.doing")
    excepting = PageModule("app.ui.pages.case.excepting")
    find_field = PageModule("app.ui.pages.case.find_field")
    returning = PageModule("app.ui.pages.case.returning")

_GROUP = "首页"


def _act(
    name: str,
    label: str,
    words: str,
    run: Callable[[CasePage], object],
    keys: str = "",
    enabled: Callable[[CasePage], bool] = doing.may_edit,
    icon: str = "",
) -> Action:
    return Action(f"case.{name}", label, words, run, keys, "case", "", enabled, icon, _GROUP)


def _choose(
    name: str,
    label: str,
    words: str,
    run: Callable[[CasePage], object],
    keys: str,
    enabled: Callable[[CasePage], bool] = deciding.has_choice,
) -> Action:
    """Return an action on what is chosen in the dock: a plain letter, valid only while the dock has the focus."""
    return Action(f"case.{name}", label, words, run, keys, "case.findings", "", enabled, "", _GROUP)


def _section_up(page: CasePage) -> None:
    page.step_section(-1)


def _section_down(page: CasePage) -> None:
    page.step_section(1)


_WHOLE = (
    _act("undo", "撤销", "撤销本份病案的上一步操作；重启后仍可撤销。", CasePage.undo, "Ctrl+Z", doing.can_undo, "undo"),
    _act("redo", "重做", "重做刚撤销的操作。", doing.redo, "Ctrl+Y; Ctrl+Shift+Z", doing.can_redo, "redo"),
    _act(
        "finish",
        "完成并下一份",
        "检查全部规则；没有强制错误、警告都有理由时转为待质控，并打开列表中的下一份。",
        doing.finish,
        "Ctrl+Return",
    ),
    _act("next_finding", "下一问题", "选中下一个质控问题并跳到它的字段。", doing.next_finding, "F6", doing.is_open),
    _act(
        "previous_finding",
        "上一问题",
        "选中上一个质控问题并跳到它的字段。",
        doing.previous_finding,
        "Shift+F6",
        doing.is_open,
    ),
    _act("fix", "按建议修改", "把选中问题的安全修正写入字段，可撤销。", doing.settle_current, "Alt+Return"),
    _act(
        "confirm",
        "确认或恢复",
        "给选中的警告或提示写明理由后不再提醒；对已处理的一项则恢复。",
        deciding.confirm,
        "Alt+C",
        deciding.has_choice,
    ),
    _act("next_question", "下一追问", "选中下一个追问或可能漏编的提示，用数字键回答。", deciding.next_question, "F7"),
    _act(
        "score",
        "扣分明细",
        "列出 100 分评分的全部扣分及其规则，再按一次返回。",
        doing.toggle_score,
        "Alt+S",
        doing.is_open,
    ),
    _act("return", "退回医师", "连同记下的问题退回医师，可补充说明。", returning.return_case, "", returning.can_return),
    _act(
        "ask_field",
        "就此字段问医师",
        "就光标所在的字段问医师一个中性的问题。",
        returning.ask_about_field,
        "Ctrl+R",
        doing.is_unlocked,
    ),
    _act(
        "answers",
        "医师的答复",
        "打开医师对这份病案的答复，逐项处理。",
        returning.show_answers,
        "Ctrl+Shift+Y",
        doing.is_open,
    ),
    _act("drg", "查看分组路径", "打开 DRG 分组页，看完整判定过程与支付测算。", doing.show_drg, "F9", doing.is_open),
    _act("fees", "展开费用", "展开或收起 24 项费用。", doing.toggle_fees, "Ctrl+Shift+F", doing.is_open),
    _act("dock", "收起右栏", "收起或展开质控与分组栏。", doing.toggle_dock, "Ctrl+B", doing.is_open),
    _act("section_up", "上一部分", "跳到首页的上一部分。", _section_up, "Ctrl+PgUp", doing.is_open),
    _act("section_down", "下一部分", "跳到首页的下一部分。", _section_down, "Ctrl+PgDown", doing.is_open),
    _act("today", "填入今天", "在日期字段填入今天。", doing.type_today, "Ctrl+;"),
    _act(
        "find",
        "在病案中查找",
        "按字段名、拼音首字母或内容找到字段并跳过去。",
        find_field.find_field,
        "Ctrl+F",
        doing.is_open,
    ),
    _act(
        "take_over",
        "请求接手",
        "接手别人正在编辑的病案：由您编辑，对方只能阅读。",
        doing.take_over,
        "Alt+J",
        doing.is_held,
    ),
    _act(
        "leave",
        "返回列表",
        "按 Esc 回到来处；在字段中先恢复原值，再按一次返回。",
        doing.leave,
        "",
        doing.is_open,
    ),
)

_ROWS = (
    _act("search", "检索编码", "为光标所在的诊断或手术打开检索。", doing.search_code, "F4", icon="search"),
    _act("accept_all", "采用全部提议", "把本份的全部提议编码确认下来。", doing.accept_proposals, "Ctrl+Shift+A"),
    *(
        _act(
            f"take_{number}",
            f"采用候选 {number}",
            f"采用光标所在行的第 {number} 个候选。",
            partial(doing.take_candidate, number=number - 1),
            f"Ctrl+{number}",
            doing.may_take,
        )
        for number in (1, 2, 3)
    ),
    _act("full_text", "看原文", "显示光标所在行医师书写的全文。", doing.show_full_text, "F2", doing.is_open),
    _act("row_up", "上移一行", "把光标所在行上移一行。", partial(doing.move_row, by=-1), "Alt+Up", doing.in_grid),
    _act("row_down", "下移一行", "把光标所在行下移一行。", partial(doing.move_row, by=1), "Alt+Down", doing.in_grid),
    _act(
        "principal",
        "设为首行",
        "把光标所在行设为主要诊断或主要手术。",
        doing.make_principal,
        "Alt+Home",
        doing.in_grid,
    ),
    _act("add_row", "增加一行", "在光标所在行之下增加一行。", doing.add_row, "Ins", icon="add"),
    _act("remove_row", "删除一行", "删除光标所在行，可撤销。", doing.remove_row, "Ctrl+Del", doing.in_grid, "delete"),
    _act("split_row", "拆分诊断", "把一格中的多个诊断或手术拆成多行。", doing.split_row, "Ctrl+D", doing.in_grid),
)

_DOCK = (
    _choose("ask", "问医师", "把选中的问题记入待问医师，随病案一并退回。", returning.ask_physician, "R"),
    _choose("except", "例外", "为选中的强制错误申请或签批例外。", excepting.except_current, "X", deciding.is_blocking),
    _choose("false", "记为误报", "记为误报，供规则管理参考。", deciding.call_false, "F", deciding.has_finding),
    _choose("rule", "在规则管理中打开", "打开选中问题的规则或追问。", deciding.open_rule, "O", deciding.has_rule),
    _choose("decided", "展开已处理", "展开或收起已确认、例外和已答的项目。", doing.toggle_decided, "D", doing.is_open),
)

PAGE = PageSpec("case", "病案首页", CasePage, actions=(*_WHOLE, *MOVING_ACTIONS, *_DOCK, *_ROWS, *READING_ACTIONS))
