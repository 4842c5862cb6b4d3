"""The worklist (病例列表) and what can be done on it."""

from __future__ import annotations

from app.ui.actions import Action
from app.ui.page import PageSpec
from app.ui.pages.worklist.page import WorklistPage
from app.ui.pages.worklist.palette import providers

_GROUP = "病例列表"
_TABLE = "worklist.table"


def _has_cases(page: WorklistPage) -> bool:
    return page.has_cases


_ACTIONS = (
    Action(
        "worklist.open",
        "打开病案",
        "打开光标所在的病案。",
        WorklistPage.open_selected,
        "Return; Enter",
        _TABLE,
        enabled=_has_cases,
        group=_GROUP,
    ),
    Action(
        "worklist.claim",
        "认领或取消认领",
        "把选中的病案记在自己名下；已全是自己的则取消认领。",
        WorklistPage.toggle_claim,
        "Space",
        _TABLE,
        enabled=_has_cases,
        icon="user",
        group=_GROUP,
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
    Action(
        "worklist.select_all",
        "全选",
        "选中当前筛选的全部病案。",
        WorklistPage.select_all,
        "Ctrl+A",
        _TABLE,
        enabled=_has_cases,
        group=_GROUP,
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
    Action(
        "worklist.quality",
        "批次质控",
        "把列表中的病案按规则、科室、编码员逐条质控，可成批修改和退回。",
        WorklistPage.go_through,
        "Q",
        _TABLE,
        enabled=_has_cases,
        icon="ph.shield-check",
        group=_GROUP,
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
    Action(
        "worklist.export",
        "导出",
        "导出光标所在病案的整批：原文件的列加上编码、分组与质控结果。",
        WorklistPage.export,
        "E",
        _TABLE,
        enabled=_has_cases,
        icon="export",
        group=_GROUP,
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
        "选择列表显示哪些列。",
        WorklistPage.choose_columns,
        "",
        "worklist",
        icon="columns",
        group=_GROUP,
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
