"""What the pictures of a coder's day show: codes at hand, an annotation, a day's list, a case that another has."""

from __future__ import annotations

from app.domain.changes import Changes
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.storage.actor import Actor
from app.storage.ops import Op
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.pages.case.conflict import Clash, ask_clashes
from app.ui.pages.case.page import CasePage
from app.ui.pages.codes.wishes import show_wishes

_SOMEBODY = Actor("wangmin", "王敏（演示）", frozenset({"coder"}))


def have_worked(window: MainWindow) -> None:
    """Code a few rows, take one back, note something about codes; once for all pictures."""
    services = window.shell.services
    if services.shelf.star_of("K80.301"):
        return
    for case_id in services.worklist.ids("to_code")[:4]:
        for index, code in enumerate(("K80.301", "I10.x00")):
            services.cases.accept(case_id, Group.DX, index, code)
        services.cases.set_text(case_id, "contact_name", "某人（演示）")
    services.cases.undo(case_id)
    services.shelf.star("K80.301", shared=True)
    services.shelf.star("J18.900", shared=False)
    services.shelf.annotate("K80.301", "先核对 ERCP 记录里有没有结石；只写“胆管扩张”不够（演示）")
    services.shelf.wish(CodeKind.DX, "胆总管下段结石嵌顿（演示）")
    window.publish(Changes(op_id=1))


def show_day(window: MainWindow) -> None:
    """The day after some work."""
    have_worked(window)
    window.go(Place("today"))


def show_shelf(window: MainWindow) -> None:
    """The code search before anything is typed."""
    have_worked(window)
    window.go(Place("codes", {"query": "", "kind": "all"}))


def show_wish_list(window: MainWindow) -> None:
    """What was not found."""
    have_worked(window)
    show_wishes(window, window.shell)


def search_code(window: MainWindow) -> None:
    """The search over the code cell of a row."""
    page = window.page
    if isinstance(page, CasePage):
        page.grids[Group.DX].edit_code("jxdgy 胆石")


def leave_search(window: MainWindow) -> None:
    """Close it."""
    page = window.page
    if isinstance(page, CasePage):
        page.grids[Group.DX].settle()


def show_held(window: MainWindow) -> None:
    """A case that somebody else is coding."""
    services = window.shell.services
    case_id = services.worklist.ids("to_code")[6]
    services.cases.set_text(case_id, "contact_name", "某人（演示）")
    with services.session.db.operation(Op.CLAIM, by=_SOMEBODY) as tx:
        tx.claim(case_id)
    window.go(Place("case", {"case": case_id}))


def show_clash(window: MainWindow) -> None:
    """Mine and theirs."""
    found = [Clash("contact_name", "联系人姓名", "王小明", "王晓明", "王敏 于 11-23 09:12 ")]
    ask_clashes(window, found, _chosen)


def _chosen(_clash: Clash, _mine: bool) -> None:
    """Take the answer of a picture."""
