"""批次质控 (质控): findings of many cases by rule, department and coder, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec

if TYPE_CHECKING:
    from app.ui.pages.qc_batch.page import QcBatchPage
else:
    QcBatchPage = PageClass("app.ui.pages.qc_batch.page", "QcBatchPage")

_GROUP = "批次质控"
_TABLE = "qc.table"


def _has_line(page: QcBatchPage) -> bool:
    return page.has_line


def _can_fix(page: QcBatchPage) -> bool:
    return page.can_fix


def _is_idle(page: QcBatchPage) -> bool:
    return page.is_idle


def _has_rule(page: QcBatchPage) -> bool:
    return page.has_rule


_ACTIONS = (
    Action(
        "qc.open",
        "打开病案",
        "打开光标所在的病案，并到规则指出的字段。",
        QcBatchPage.open_case,
        "Return; Enter",
        _TABLE,
        enabled=_has_line,
        group=_GROUP,
    ),
    Action(
        "qc.tick",
        "勾选",
        "勾选光标所在的一份，再按一次取消；需要人工判断的不能勾选，会说明原因。",
        QcBatchPage.toggle,
        "Space",
        _TABLE,
        enabled=_has_line,
        group=_GROUP,
    ),
    Action(
        "qc.tick_all",
        "勾选全部可直接改的",
        "勾选列表中所有可以按建议直接修改的病案，再按一次全部取消。",
        QcBatchPage.tick_all,
        "Ctrl+A",
        _TABLE,
        enabled=_has_line,
        group=_GROUP,
    ),
    Action(
        "qc.fix",
        "按建议修改",
        "把勾选的（没有勾选则光标所在的）病案按建议修改；一次操作，要么全部写入，要么一份也不写，可整体撤销。",
        QcBatchPage.fix,
        "Alt+Return",
        "qc",
        enabled=_can_fix,
        group=_GROUP,
    ),
    Action(
        "qc.return",
        "退回医师",
        "把勾选的（没有勾选则光标所在的）病案退回医师，附上规则、问题、建议和答复期限。",
        QcBatchPage.hand_back,
        "R",
        _TABLE,
        enabled=_has_line,
        icon="return",
        group=_GROUP,
    ),
    Action(
        "qc.decide",
        "登记例外",
        "为光标所在的一份写明理由：强制错误登记例外（须两人签字），警告和提示写明理由后不再计入。",
        QcBatchPage.decide,
        "X",
        _TABLE,
        enabled=_has_line,
        group=_GROUP,
    ),
    Action(
        "qc.false_alarm",
        "标为误报",
        "记下规则对光标所在的一份判断有误；计入这条规则的误报率，病案不变。",
        QcBatchPage.call_false,
        "F",
        _TABLE,
        enabled=_has_line,
        group=_GROUP,
    ),
    Action(
        "qc.true_alarm",
        "标为属实",
        "记下规则对光标所在的一份判断属实；计入这条规则的误报率，病案不变。",
        QcBatchPage.call_right,
        "T",
        _TABLE,
        enabled=_has_line,
        group=_GROUP,
    ),
    Action(
        "qc.pass",
        "通过",
        "让光标所在的病案通过质控；须处在待质控或质控中，没有强制错误，警告都已写明理由。",
        QcBatchPage.let_pass,
        "Ctrl+Return",
        "qc",
        enabled=_has_line,
        icon="passed",
        group=_GROUP,
    ),
    Action(
        "qc.undo",
        "撤销上一次批次操作",
        "整体撤销您最近一次批量修改、退回、通过或写明理由。",
        QcBatchPage.undo,
        "Ctrl+Z",
        "qc",
        icon="undo",
        group=_GROUP,
    ),
    Action(
        "qc.next_rule",
        "下一条规则",
        "转到左侧的下一条规则、科室或编码员。",
        QcBatchPage.next_rule,
        "F6",
        "qc",
        group=_GROUP,
    ),
    Action(
        "qc.previous_rule",
        "上一条规则",
        "转到左侧的上一条规则、科室或编码员。",
        QcBatchPage.previous_rule,
        "Shift+F6",
        "qc",
        group=_GROUP,
    ),
    Action(
        "qc.open_rule",
        "查看规则",
        "在规则页打开光标所在的规则。",
        QcBatchPage.open_rule,
        "",
        "qc",
        enabled=_has_rule,
        group=_GROUP,
    ),
    Action(
        "qc.scope",
        "换一个范围",
        "选择对哪些病案做批次质控：全部、出院前、病例列表或某次导入。",
        QcBatchPage.choose_scope,
        "Ctrl+O",
        "qc",
        group=_GROUP,
    ),
    Action(
        "qc.rerun",
        "重跑规则",
        "对范围内的病案重新运行全部规则；运行期间保留上次结果，可随时取消。",
        QcBatchPage.rerun,
        "F5",
        "qc",
        enabled=_is_idle,
        icon="rerun",
        group=_GROUP,
    ),
    Action(
        "qc.export",
        "导出",
        "把这一范围的质控结果导出为工作簿：汇总、逐份、科室；不含患者姓名。",
        QcBatchPage.export,
        "E",
        _TABLE,
        icon="export",
        group=_GROUP,
    ),
    Action(
        "qc.print",
        "打印为 PDF",
        "把这一范围的质控结果写成可打印的 PDF：汇总、规则、科室、逐份；不含患者姓名。",
        QcBatchPage.print_out,
        "Ctrl+P",
        "qc",
        icon="pdf",
        group=_GROUP,
    ),
    Action(
        "qc.approve",
        "例外申请签字",
        "列出等待签字的例外申请；由临床科主任和医保办主任两个人分别签字或驳回。",
        QcBatchPage.approve,
        "Ctrl+E",
        "qc",
        icon="ph.pencil-line",
        group=_GROUP,
    ),
    Action(
        "qc.plan",
        "出院前质控的时间",
        "设置出院前几天开始检查，以及每天定时检查的钟点。",
        QcBatchPage.plan,
        "",
        "qc",
        icon="calendar",
        group=_GROUP,
    ),
    Action(
        "qc.escape",
        "取消",
        "先取消勾选，再回到上一个位置。",
        QcBatchPage.escape,
        "Esc",
        "qc",
        group=_GROUP,
    ),
)

PAGE = PageSpec("qc", "批次质控", QcBatchPage, actions=_ACTIONS)
