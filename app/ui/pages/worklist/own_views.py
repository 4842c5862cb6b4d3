"""Saving what is shown as a view of one's own, and naming, moving and dropping such views."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.common.errors import UserProblem
from app.ui.pages.worklist.cards import NameCard
from app.ui.pages.worklist.views import LONGEST_NAME, MOST_VIEWS, SavedView

if TYPE_CHECKING:
    from app.ui.pages.worklist.page import WorklistPage


class OwnViews(QObject):
    """What the user does with his views. They are places of the window: nothing of them is in the audit."""

    def __init__(self, page: WorklistPage) -> None:
        super().__init__(page)
        self._page = page

    def save(self) -> None:
        """Ctrl+S: ask for a name and keep queue, query and order under it."""
        shown = self._page.shown
        known = self._page.views.get(shown.key)
        words = f"“{self._page.title_detail()}” {shown.words}".strip()
        told = f"保存当前的队列、条件与排序：{words}。同名的视图会改为现在的条件。"
        NameCard(self._page, "存为我的视图", told, "保存", self._save, known.name if known else "")

    def _save(self, name: str) -> None:
        self._check(name)
        shown = self._page.shown
        if len(self._page.views.all()) >= MOST_VIEWS and self._page.views.named(name) is None:
            raise UserProblem("worklist.many_views", remedy="worklist.remedy.many_views", most=MOST_VIEWS)
        tokens, text = tuple(self._page.filter.tokens), self._page.filter.box.text
        view = SavedView("", name, shown.queue, tokens, text, shown.sort, shown.descending)
        self._page.show_queue(self._page.views.save(view).key)
        self._page.shell.notices.toast(f"已存为“{name}”，在左侧“我的视图”中。")

    def rename(self) -> None:
        """F2: give the chosen view another name."""
        view = self._page.views.get(self._page.queues.current)
        if view is not None:
            NameCard(self._page, "视图改名", "", "改名", partial(self._rename, view), view.name)

    def _rename(self, view: SavedView, name: str) -> None:
        self._check(name)
        other = self._page.views.named(name)
        if other is not None and other.key != view.key:
            raise UserProblem("worklist.taken_name", remedy="worklist.remedy.taken_name", name=name)
        self._page.views.rename(view.key, name)
        self._page.refresh()

    def drop(self) -> None:
        """Delete: forget the chosen view; the toast brings it back."""
        view = self._page.views.get(self._page.queues.current)
        if view is None:
            return
        at = self._page.views.all().index(view)
        self._page.views.drop(view.key)
        self._page.forget_view(view.key)
        self._page.show_queue(view.queue)
        undo = partial(self._bring_back, view, at)
        self._page.shell.notices.toast(f"已删除视图“{view.name}”", undo=undo)

    def _bring_back(self, view: SavedView, at: int) -> None:
        self._page.views.bring_back(view, at)
        self._page.refresh()

    def move_up(self) -> None:
        """Alt+↑: move the chosen view up."""
        self._move(-1)

    def move_down(self) -> None:
        """Alt+↓: move the chosen view down."""
        self._move(1)

    def _move(self, by: int) -> None:
        if self._page.views.move(self._page.queues.current, by):
            self._page.refresh()

    def _check(self, name: str) -> None:
        if not name or len(name) > LONGEST_NAME:
            raise UserProblem("worklist.bad_name", remedy="worklist.remedy.bad_name", most=LONGEST_NAME)
