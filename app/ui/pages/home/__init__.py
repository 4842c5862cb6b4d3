"""The desk (工作台): what is to be done today, in four blocks, each number with its list behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec

if TYPE_CHECKING:
    from app.ui.pages.home.page import HomePage
else:
    HomePage = PageClass("app.ui.pages.home.page", "HomePage")

_GROUP = "工作台"


def _has_cases(page: HomePage) -> bool:
    return page.has_cases


_ACTIONS = (
    Action(
        "desk.begin",
        "从最急的开始",
        "打开“今天必须”里最急的一份病案，之后可逐份做下去。",
        HomePage.begin,
        "Ctrl+Return",
        "desk",
        enabled=_has_cases,
        group=_GROUP,
    ),
    Action(
        "desk.refresh",
        "刷新",
        "重新统计工作台上的数字与病例。",
        HomePage.refresh,
        "F5",
        "desk",
        icon="rerun",
        group=_GROUP,
    ),
    Action(
        "desk.check",
        "重新检查改动过的病例",
        "对上次检查之后有改动的病例重新运行质控规则和分组。",
        HomePage.check,
        "",
        "desk",
        icon="rerun",
        needs="coder qc insurance admin",
        group=_GROUP,
    ),
)

PAGE = PageSpec("desk", "工作台", HomePage, actions=_ACTIONS)
