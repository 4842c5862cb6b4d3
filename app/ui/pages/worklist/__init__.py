"""The worklist (病例列表) and what can be done on it."""

from __future__ import annotations

from collections.abc import Callable

from app.ui.actions import Action
from app.ui.page import PageSpec
from app.ui.pages.worklist.page import WorklistPage
from app.ui.pages.worklist.palette import providers

_GROUP = "病例列表"
_TABLE = "worklist.table"
_QUEUES = "worklist.queues"


def _has_cases(page: WorklistPage) -> bool:
    return page.has_cases


def _on_view(page: WorklistPage) -> bool:
    return page.views.get(page.queues.current) is not None


def _on_cases(
    name: str,
    label: str,
    words: str,
    run: Callable[[WorklistPage], object],
    keys: str,
    *,
    needs: str = "",
    icon: str = "",
) -> Action:
    """Return an action on the chosen cases, valid while the list has the focus and shows any."""
    return Action(f"worklist.{name}", label, words, run, keys, _TABLE, needs, _has_cases, icon, _GROUP)


def _of_mine(name: str, label: str, words: str, run: Callable[[WorklistPage], object], keys: str) -> Action:
    """Return an action on a view of one's own, valid while it is chosen at the left."""
    return Action(f"worklist.{name}", label, words, run, keys, _QUEUES, enabled=_on_view, group=_GROUP)


_ACTIONS = (
    _on_cases(
        "open",
        "打开病案",
        "打开光标所在的病案。",
        WorklistPage.open_selected,
        "Return; Enter",
    ),
    _on_cases(
        "claim",
        "认领或取消认领",
        "把选中的病案记在自己名下；已全是自己的则取消认领；别人久未改动的可接手。",
        lambda page: page.doing.toggle_claim(),
        "Space",
        icon="user",
        needs="coder qc",
    ),
    _on_cases(
        "release",
        "取消认领",
        "把选中的病案里自己认领的放回，任何人都可以再认领。",
        lambda page: page.doing.release(),
        "Shift+Space",
        needs="coder qc",
    ),
    _on_cases(
        "assign",
        "指派给编码员",
        "把选中的病案记在另一位编码员名下，作为一次操作，可撤销。",
        lambda page: page.doing.assign(),
        "A",
        icon="user",
        needs="coder qc admin",
    ),
    _on_cases(
        "follow_up",
        "记为待跟进",
        "写明选中的病案在等什么、哪天再看；到期前不计入今日应编。",
        lambda page: page.doing.follow_up(),
        "F",
        needs="coder qc admin",
    ),
    _on_cases(
        "settle",
        "了结跟进",
        "选中的病案不再等待。",
        lambda page: page.doing.settle(),
        "Shift+F",
        needs="coder qc admin",
    ),
    _on_cases(
        "return",
        "退回医师",
        "把选中的病案退回医师，每个未解决的质控问题成为一个中性的提问。",
        lambda page: page.doing.hand_back(),
        "R",
        needs="coder qc",
    ),
    Action(
        "worklist.undo",
        "撤销列表操作",
        "撤销您最近一次在列表上的操作：认领、指派、待跟进。",
        lambda page: page.doing.undo(),
        "Ctrl+Z",
        _TABLE,
        icon="undo",
        needs="coder qc admin",
        group=_GROUP,
    ),
    _on_cases(
        "bulk",
        "批量",
        "列出可对选中的病案（没有多选时对整个列表）做的事。",
        WorklistPage.open_bulk,
        "B",
    ),
    Action(
        "worklist.first_unclaimed",
        "打开首份未认领",
        "打开列表中第一份无人认领的应编病案。",
        WorklistPage.open_first_unclaimed,
        "Ctrl+Return",
        "worklist",
        enabled=_has_cases,
        group=_GROUP,
    ),
    _on_cases(
        "select_all",
        "全选",
        "选中当前筛选的全部病案。",
        WorklistPage.select_all,
        "Ctrl+A",
    ),
    Action(
        "worklist.auto_code",
        "自动编码",
        "为列表中（或选中的）病案的未编行找编码：完全一致的直接写入，较有把握的记为提议，其余留给人工。",
        WorklistPage.auto_code,
        "",
        "worklist",
        enabled=_has_cases,
        icon="proposed",
        needs="coder",
        group=_GROUP,
    ),
    Action(
        "worklist.check",
        "重新检查",
        "对列表中（或选中的）病案重新运行质控规则和分组。",
        WorklistPage.check,
        "",
        "worklist",
        enabled=_has_cases,
        icon="rerun",
        group=_GROUP,
    ),
    _on_cases(
        "quality",
        "批次质控",
        "把列表中的病案按规则、科室、编码员逐条质控，可成批修改和退回。",
        WorklistPage.go_through,
        "Q",
        icon="ph.shield-check",
    ),
    Action(
        "worklist.filter",
        "筛选",
        "把光标移到筛选框；可输入条件、姓名、诊断或拼音首字母。",
        WorklistPage.focus_filter,
        "/",
        "worklist",
        icon="filter",
        group=_GROUP,
    ),
    Action(
        "worklist.peek",
        "收起摘要",
        "收起或展开右侧的病例摘要。",
        WorklistPage.toggle_peek,
        "P",
        _TABLE,
        group=_GROUP,
    ),
    Action(
        "worklist.refresh",
        "刷新",
        "重新读取列表；光标留在原来的病案上。",
        WorklistPage.refresh,
        "F5",
        "worklist",
        icon="rerun",
        group=_GROUP,
    ),
    _on_cases(
        "export",
        "导出",
        "把选中的病案（没有多选时整个列表）写成工作簿：病案号代替姓名，不含金额。",
        lambda page: page.doing.export(),
        "E",
        icon="export",
    ),
    _on_cases(
        "hand_over",
        "交付",
        "到“交付”，把选中的病案（没有多选时整个列表）写成上报文件或结算清单。",
        lambda page: page.doing.hand_over(),
        "Ctrl+E",
        icon="export",
    ),
    _on_cases(
        "submit",
        "提交医保",
        "到“提交医保”，检查选中的病案（没有多选时整个列表）中已通过的。",
        WorklistPage.submit,
        "Shift+S",
        icon="locked",
    ),
    _on_cases(
        "export_batch",
        "导出整批",
        "导出光标所在病案的整批：原文件的列加上编码、分组与质控结果。",
        WorklistPage.export_batch,
        "Shift+E",
        icon="export",
    ),
    Action(
        "worklist.import",
        "导入",
        "从文件导入病案首页。",
        WorklistPage.import_cases,
        "I",
        _TABLE,
        icon="import",
        group=_GROUP,
    ),
    Action(
        "worklist.columns",
        "选择列",
        "选择列表显示哪些列、按什么次序；每个队列和视图各自记住。",
        WorklistPage.choose_columns,
        "L",
        _TABLE,
        icon="columns",
        group=_GROUP,
    ),
    Action(
        "worklist.save_view",
        "存为我的视图",
        "把当前的队列、条件与排序存为自己的视图，列在左侧。",
        lambda page: page.own_views.save(),
        "Ctrl+S",
        "worklist",
        icon="ph.push-pin",
        group=_GROUP,
    ),
    _of_mine("rename_view", "视图改名", "给左侧选中的我的视图改名。", lambda page: page.own_views.rename(), "F2"),
    _of_mine(
        "drop_view",
        "删除视图",
        "删除左侧选中的我的视图；病例不受影响，可撤销。",
        lambda page: page.own_views.drop(),
        "Delete",
    ),
    _of_mine("view_up", "视图上移", "把左侧选中的我的视图上移一行。", lambda page: page.own_views.move_up(), "Alt+Up"),
    _of_mine(
        "view_down", "视图下移", "把左侧选中的我的视图下移一行。", lambda page: page.own_views.move_down(), "Alt+Down"
    ),
    Action(
        "worklist.escape",
        "取消",
        "依次关闭浮窗、清除选中、清除筛选，最后回到上一个位置。",
        WorklistPage.escape,
        "Esc",
        "worklist",
        group=_GROUP,
    ),
)

PAGE = PageSpec("worklist", "病例列表", WorklistPage, actions=_ACTIONS, providers=providers)
