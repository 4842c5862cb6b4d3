"""设置: looks and keys of the person, facts of the hospital, backups, dictionaries, self-test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.settings.page import SettingsPage
else:
    SettingsPage = PageClass("app.ui.pages.settings.page", "SettingsPage")

TITLE = "设置"


def _on_option(page: SettingsPage) -> bool:
    return page.focused is not None


def _on_key(page: SettingsPage) -> bool:
    return page.has_region("keys") and page.keys.current is not None


def _on_backup(page: SettingsPage) -> bool:
    return page.has_region("backups") and page.backups.current is not None


def _catch(page: SettingsPage) -> None:
    page.keys.catch()


def _clear(page: SettingsPage) -> None:
    page.keys.clear()


def _restore_key(page: SettingsPage) -> None:
    page.keys.restore()


def _restore_backup(page: SettingsPage) -> None:
    page.backups.restore()


_ACTIONS = (
    Action("settings.find", "查找设置", "按名称、说明或拼音首字母查找设置。", SettingsPage.focus_search, "Ctrl+F",
           "settings", icon="search", group=TITLE),
    Action("settings.reset", "恢复这项的默认值", "把光标所在的设置改回默认值，可撤销。", SettingsPage.reset,
           "Ctrl+Backspace", "settings.rows", enabled=_on_option, icon="undo", group=TITLE),
    Action("settings.key_change", "改快捷键", "按下新的快捷键；已被占用的会说明用在哪里，不会改动。", _catch, "Return",
           "settings.keys", enabled=_on_key, icon="keyboard", group=TITLE),
    Action("settings.key_clear", "不设快捷键", "这个命令不再有快捷键，仍可从 F10 菜单和搜索框使用。", _clear, "Delete",
           "settings.keys", enabled=_on_key, icon="excluded", group=TITLE),
    Action("settings.key_restore", "恢复默认快捷键", "这个命令恢复默认的快捷键。", _restore_key, "Backspace",
           "settings.keys", enabled=_on_key, icon="undo", group=TITLE),
    Action("settings.back_up", "立即备份", "现在做一份经过检查的备份。", SettingsPage.back_up, "Ctrl+B", "settings",
           needs="admin", icon="backup", group=TITLE),
    Action("settings.restore", "从备份恢复…", "先列出备份之后会丢失的内容，确认后关闭窗口并恢复。", _restore_backup,
           "Return", "settings.backups", needs="admin", enabled=_on_backup, icon="history", group=TITLE),
    Action("settings.user_new", "新增用户…", "登记一位用户：角色、科室和初始口令。", SettingsPage.add_user, "Insert",
           "settings.users", needs="admin", icon="add", group=TITLE),
    Action("settings.self_test", "自检", "检查编码、质控、分组、数据库与本院病案库，不改动数据。",
           SettingsPage.self_test, "F5", "settings", icon="passed", group=TITLE),
    Action("settings.back", "返回", "放弃正在输入的文字或清除查找；都没有时回到上一个位置。", SettingsPage.escape,
           "Esc", "settings", group=TITLE),
)  # fmt: skip


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    from app.ui.pages.settings.palette import SettingsProvider  # noqa: PLC0415  # when the box for everything is first opened

    return (SettingsProvider(shell),)


PAGE = PageSpec("settings", TITLE, SettingsPage, actions=_ACTIONS, providers=_providers)
