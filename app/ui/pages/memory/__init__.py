"""本院记忆: the hospital's memory of confirmed codes, shown, revoked and brought in from files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.pages.memory.model_actions import MODEL_ACTIONS, ModelProvider
from app.ui.pages.memory.palette import TITLE, MemoryProvider
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.memory.page import MemoryPage
else:
    MemoryPage = PageClass("app.ui.pages.memory.page", "MemoryPage")


def _can_revoke(page: MemoryPage) -> bool:
    return page.chosen is not None and page.chosen.line.revoked is None


def _can_restore(page: MemoryPage) -> bool:
    return page.chosen is not None and page.chosen.line.revoked is not None


def _can_undo(page: MemoryPage) -> bool:
    return page.can_undo


def _can_undo_import(page: MemoryPage) -> bool:
    return page.chosen_import is not None


def _can_take(page: MemoryPage) -> bool:
    return page.can_take


def _is_listing(page: MemoryPage) -> bool:
    return not page.waits


_ACTIONS = (
    Action("memory.find", "检索本院记忆", "按原文、编码或拼音首字母查找记住的编码。", MemoryPage.focus_query, "Ctrl+F",
           "memory", enabled=_is_listing, icon="search", group=TITLE),
    Action("memory.revoke", "撤销这条", "写明原因后不再提供这条编码；用过它的病案不变，仍可恢复。", MemoryPage.revoke,
           "Delete", "memory.list", enabled=_can_revoke, icon="excluded", group=TITLE),
    Action("memory.restore", "恢复", "重新提供撤销过的这条编码。", MemoryPage.restore_chosen, "R", "memory.list",
           enabled=_can_restore, icon="return", group=TITLE),
    Action("memory.undo", "撤销上一步", "撤销您最近一次的导入、撤销或恢复。", MemoryPage.undo, "Ctrl+Z", "memory",
           enabled=_can_undo, icon="undo", group=TITLE),
    Action("memory.import", "导入过去的编码…", "读入原文与编码（或标准名称）的表格，核对后整个文件一次写入，可撤销。",
           MemoryPage.import_file, "Ctrl+O", "memory", icon="import", group=TITLE),
    Action("memory.take", "导入", "写入核对过的文件；不能用的行跳过。", MemoryPage.take, "Ctrl+Return", "memory",
           enabled=_can_take, group=TITLE),
    Action("memory.undo_import", "撤销这次导入", "选中的文件带来的编码全部收回。", MemoryPage.undo_import, "Delete",
           "memory.imports", enabled=_can_undo_import, icon="undo", group=TITLE),
    Action("memory.export", "导出列表…", "把列表写成 CSV，可在另一台机器上导入。", MemoryPage.export, "Ctrl+E",
           "memory", enabled=_is_listing, icon="export", group=TITLE),
    Action("memory.back", "返回", "放弃待导入的文件、原因或检索词；都没有时回到上一个位置。", MemoryPage.escape, "Esc",
           "memory", group=TITLE),
)  # fmt: skip


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    return (MemoryProvider(shell), ModelProvider(shell))


PAGE = PageSpec("memory", TITLE, MemoryPage, actions=(*_ACTIONS, *MODEL_ACTIONS), providers=_providers, rail="codes")
