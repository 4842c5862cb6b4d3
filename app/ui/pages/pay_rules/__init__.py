"""支付参数: what the hospital and its region set about DRG payment, each change in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.pages.pay_rules.palette import TITLE, PayRulesProvider
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.pay_rules.page import PayRulesPage
else:
    PayRulesPage = PageClass("app.ui.pages.pay_rules.page", "PayRulesPage")


def _can_undo(page: PayRulesPage) -> bool:
    return page.can_undo


def _can_reset(page: PayRulesPage) -> bool:
    return page.can_reset


_ACTIONS = (
    Action("pay_rules.undo", "撤销修改", "撤销选中的一次参数修改；没有选中时撤销最近一次。", PayRulesPage.undo,
           "Ctrl+Z", "pay_rules", enabled=_can_undo, icon="undo", group=TITLE),
    Action("pay_rules.reset", "恢复默认值", "把光标所在的参数改回默认值，同样记入审计。", PayRulesPage.reset,
           "Ctrl+Backspace", "pay_rules.form", enabled=_can_reset, group=TITLE),
    Action("pay_rules.new_level", "新增科别的预警级别", "为一个科别单独写明提醒、介入、审批的百分比。",
           PayRulesPage.new_level, "Insert", "pay_rules.levels", icon="add", group=TITLE),
    Action("pay_rules.drop_level", "删除科别的预警级别", "选中的科别改用全院的预警级别。", PayRulesPage.drop_level,
           "Ctrl+Delete", "pay_rules.levels", icon="delete", group=TITLE),
    Action("pay_rules.import", "导入权重或费率…", "到“方案”页导入权重表与费率表。", PayRulesPage.import_weights, "",
           "pay_rules", icon="import", group=TITLE),
    Action("pay_rules.back", "返回", "恢复正在改的一项；没有改动时回到上一个位置。", PayRulesPage.escape, "Esc",
           "pay_rules", group=TITLE),
)  # fmt: skip


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    return (PayRulesProvider(shell),)


PAGE = PageSpec("pay_rules", TITLE, PayRulesPage, actions=_ACTIONS, providers=_providers, rail="drg")
