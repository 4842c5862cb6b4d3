"""The code search page: favourites, annotations, filters, what was not found; going back through the tabular list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.common.progress import NoProgress
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.services.composition import Services
from app.ui.page import PageSpec
from app.ui.pages.codes import PAGE as CODES


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services) -> Any:
    """Return a window on the search, its index loaded."""
    services.warm_up(NoProgress())
    opened = open_desk((stand_in("worklist"), CODES))
    opened.go("codes")
    return opened


def _shown(desk: Any) -> list[tuple[str, str]]:
    return [(hit.code, hit.reason) for hit in desk.window.page.panel.results.hits.hits]


def test_before_anything_is_typed_favourites_and_recents_are_at_hand(desk: Any, services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    desk.go("codes", query="J18.9")
    desk.press("Alt+P")
    desk.press("Alt+Shift+P")
    assert services.shelf.star_of(desk.window.page.panel.current().code) == "shared"
    starred = desk.window.page.panel.current().code
    desk.find(QLineEdit, "query").clear()
    assert [code for code, _ in _shown(desk)][:2] == [starred, "I21.100"]
    assert "科室收藏" in _shown(desk)[0][1]
    assert "最近用过" in _shown(desk)[1][1]
    desk.press("Alt+Shift+P")
    assert starred not in [code for code, _ in _shown(desk)]


def test_an_annotation_is_shown_with_the_code_and_dropped(desk: Any, services: Services) -> None:
    desk.go("codes", query="J18.9")
    code = desk.window.page.panel.current().code
    desk.press("Alt+N", '"先核对痰培养（测试）', "Return")
    (note,) = services.shelf.notes(code)
    assert "先核对痰培养（测试）" in desk.window.page.panel.facts.accessibleDescription()
    desk.press("Alt+N", "1")
    assert services.shelf.notes(code) == ()
    assert note.words not in desk.window.page.panel.facts.accessibleDescription()


def test_what_was_not_found_is_noted_and_settled(desk: Any, services: Services) -> None:
    desk.press('"qzqzqz', on=desk.find(QLineEdit, "query"))
    desk.press("Alt+M", on=desk.find(QLineEdit, "query"))
    (wish,) = services.shelf.wishes()
    assert wish.query == "qzqzqz"
    desk.press("Alt+L")
    desk.press("Return")
    desk.press('"已报编码委员会（测试）', "Return")
    assert services.shelf.wishes()[0].answer == "已报编码委员会（测试）"
    desk.press("Escape")


def test_a_search_stays_within_a_chapter_and_the_place_remembers_it(desk: Any) -> None:
    page = desk.go("codes", query="急性")
    field = desk.find(QLineEdit, "scope_filter")
    field.setFocus()
    desk.press('"dx11', "Return", on=field)
    codes = [code for code, _ in _shown(desk)]
    assert codes
    assert all(code.startswith("K") for code in codes)
    kept = page.place()
    assert kept.args["scope"] == "dx11"
    desk.go("worklist")
    desk.window.go(kept)
    desk.rest()
    assert [code for code, _ in _shown(desk)] == codes


def test_a_department_lists_what_it_uses(desk: Any, services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    with services.session.db.read() as reader:
        (row,) = reader.worklist_rows([case_id])
    desk.window.page.filters.dept.committed.emit(row.dept)
    desk.rest()
    assert "科内常用" in dict(_shown(desk))["I21.100"]


def test_the_tabular_list_is_walked_back_and_forward(desk: Any) -> None:
    page = desk.go("codes", query="K80.3")
    context = page.panel.context
    here = [node.code for node in context._nodes.nodes]
    context.setFocus()
    desk.press("Left", on=context)
    desk.press("Right", on=context)
    there = [node.code for node in context._nodes.nodes]
    if there == here:
        context.around.emit(context._nodes.nodes[1].code)
        there = [node.code for node in context._nodes.nodes]
    assert there != here
    desk.press("Alt+Left", on=context)
    assert [node.code for node in context._nodes.nodes] == here
    desk.press("Alt+Right", on=context)
    assert [node.code for node in context._nodes.nodes] == there
    assert desk.window.page is page
    assert QApplication.focusWidget() is context


def test_a_code_set_shows_its_own_recents(desk: Any, services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    desk.go("codes", query="", kind=str(CodeKind.PX))
    assert _shown(desk) == []
