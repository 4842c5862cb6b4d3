"""追问表: the follow-up questions and prompts, which the hospital changes; each change in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.pages.questions.palette import TITLE, QuestionProvider
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.questions.page import QuestionsPage
else:
    QuestionsPage = PageClass("app.ui.pages.questions.page", "QuestionsPage")


def _can_write(page: QuestionsPage) -> bool:
    return page.can_write


def _is_changed(page: QuestionsPage) -> bool:
    return page.can_write and page.form.is_changed


def _is_own(page: QuestionsPage) -> bool:
    return page.can_write and page.can_restore


def _can_undo(page: QuestionsPage) -> bool:
    return page.can_write and page.can_undo


_ACTIONS = (
    Action("questions.find", "检索追问", "按编号、问题、编码或拼音首字母查找。", QuestionsPage.focus_query, "Ctrl+F",
           "questions", icon="search", group=TITLE),
    Action("questions.new", "新增追问", "写一条本院自己的追问。", QuestionsPage.new, "Ctrl+N", "questions",
           enabled=_can_write, icon="add", group=TITLE),
    Action("questions.save", "保存追问", "写明原因后保存，下一次打开病案即按新的问。", QuestionsPage.save, "Ctrl+S",
           "questions", enabled=_is_changed, group=TITLE),
    Action("questions.switch", "停用或启用", "写明原因后不再问，或重新问。", QuestionsPage.switch, "Ctrl+Delete",
           "questions", enabled=_can_write, group=TITLE),
    Action("questions.restore", "恢复原样", "随程序提供的恢复原样；本院自己的则删除。",
           QuestionsPage.restore_shipped, "Ctrl+Backspace", "questions", enabled=_is_own, group=TITLE),
    Action("questions.undo", "撤销上一次修改", "撤销追问表最近一次的修改。", QuestionsPage.undo, "Ctrl+Z",
           "questions.list", enabled=_can_undo, icon="undo", group=TITLE),
    Action("questions.back", "返回", "放弃未保存的修改；没有时回到上一个位置。", QuestionsPage.escape, "Esc",
           "questions", group=TITLE),
)  # fmt: skip


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    return (QuestionProvider(shell),)


PAGE = PageSpec("questions", TITLE, QuestionsPage, actions=_ACTIONS, providers=_providers, rail="rules")
