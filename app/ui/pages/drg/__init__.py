"""DRG 分组: the whole reasoning path of one case, what its group hangs on, and the payment behind it."""

from __future__ import annotations

from app.ui.actions import Action
from app.ui.page import PageSpec
from app.ui.pages.drg.page import DrgPage

_GROUP = "DRG 分组"


def _has_case(page: DrgPage) -> bool:
    return page.has_case


_ACTIONS = (
    Action("drg.steps", "关键步骤与全部步骤", "在关键步骤与全部步骤之间切换。", DrgPage.toggle_steps, "A", "drg.path",
           enabled=_has_case, group=_GROUP),
    Action("drg.back", "返回首页", "回到这份病案的首页。", DrgPage.to_case, "Esc", "drg", group=_GROUP),
    Action("drg.open_row", "到这条诊断", "回到首页，光标放在选中的诊断上。", DrgPage.open_diagnosis, "Return; Enter",
           "drg.secondaries", enabled=_has_case, group=_GROUP),
)  # fmt: skip

PAGE = PageSpec("drg", "DRG 分组", DrgPage, actions=_ACTIONS)
