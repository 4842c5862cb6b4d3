"""Looking into a scheme by keyboard: the tree, a group, a code and the groups it affects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTreeView

from app.common.pinyin import initials
from app.common.progress import NoProgress
from app.domain.changes import Changes
from app.ui.page import PageSpec, Place
from app.ui.pages.browser import PAGE as BROWSER
from app.ui.pages.browser.palette import GroupProvider
from app.ui.widgets import Button, DataTable


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window over the page, on the shipped scheme."""
    opened = open_desk((stand_in("worklist"), stand_in("compare"), BROWSER))
    opened.go("browser", scheme="starter", group="MDCH")
    return opened


def says(desk: Any, words: str) -> bool:
    return any(words in label.text() for label in desk.window.findChildren(QLabel) if label.isVisible())


def cells(table: DataTable, column: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_the_tree_is_walked_by_arrow_keys_and_shows_rule_and_codes(desk: Any) -> None:
    tree = desk.find(QTreeView, "groups")
    tree.setFocus()
    assert says(desk, "main_dx in mdc_dx")
    desk.press("Right", "Down")
    assert desk.window.page.node.id.startswith("MDCH/")
    assert says(desk, desk.window.page.node.name)
    assert desk.window.page.group.lists.model().rowCount() >= 1
    assert desk.window.page.group.members.model().rowCount() > 3
    desk.press("Return")
    assert QApplication.focusWidget() is desk.window.page.group.members
    tree.setFocus()
    desk.press("Left")
    assert desk.window.page.node.id == "MDCH"


def test_typing_a_letter_finds_a_group(desk: Any) -> None:
    tree = desk.find(QTreeView, "groups")
    tree.setFocus()
    desk.press('"H', '"C1')
    assert tree.groups.size < 10
    desk.press("Return")
    assert desk.window.page.node.code.startswith("HC1")
    assert QApplication.focusWidget() is tree
    desk.press("Escape")
    assert tree.groups.size > 800
    assert desk.window.page.node.code.startswith("HC1"), "the group stays chosen"


def test_a_code_shows_every_place_and_enter_goes_to_the_group(desk: Any) -> None:
    page = desk.window.page
    desk.press("Ctrl+F")
    desk.press('"K80')
    assert page.code.isVisible()
    hits = desk.find(DataTable, "hits")
    assert all(code.startswith("K80") for code in cells(hits, 0))
    desk.press("Down")
    assert QApplication.focusWidget() is hits
    desk.press("Down", "Return")
    places = desk.find(DataTable, "places")
    assert QApplication.focusWidget() is places
    assert "MDCH" in cells(places, 1)
    assert says(desk, "影响哪些组")
    code = page.code.code
    desk.press("Ctrl+C")
    assert "MDCH" in QApplication.clipboard().text()
    places.go_to(cells(places, 1).index("MDCH"))
    desk.press("Return")
    assert page.node.id == "MDCH"
    assert page.group.code == code, "the code is chosen in its list"
    desk.press("Ctrl+C")
    assert QApplication.clipboard().text().startswith(code)
    desk.press("Return")
    assert page.code.code == code, "and back to where it occurs"


def test_a_member_of_mcc_leads_to_its_exclusion_table(desk: Any) -> None:
    page = desk.window.page
    desk.press("Ctrl+F")
    desk.press('"J96.000')
    places = desk.find(DataTable, "places")
    kinds = cells(places, 0)
    assert "MCC 表" in kinds
    places.setFocus()
    places.go_to(kinds.index("排除表"))
    desk.press("Return")
    assert page.group.key.startswith("exclusion/")
    assert page.group.code == "J96.000"


def test_what_is_not_there_is_said_and_esc_leads_back(desk: Any) -> None:
    desk.press("Ctrl+F")
    desk.press('"ZZZ')
    assert says(desk, "方案中没有“ZZZ”。")
    desk.press("Down")
    assert QApplication.focusWidget() is desk.window.page.query, "there is nothing to go to"
    desk.press("Escape")
    assert desk.window.page.group.isVisible()
    assert QApplication.focusWidget() is desk.find(QTreeView, "groups")


def test_a_group_opens_its_cases_in_the_worklist(desk: Any) -> None:
    page = desk.window.page
    assert says(desk, "本院病例 0")
    ids = desk.services.worklist.ids("all")
    desk.services.coding.auto_code(ids)
    desk.services.checking.run(ids)
    desk.window.publish(Changes(cases=frozenset(ids)))
    desk.rest()
    node = next(node for node in page._by_node if node.count("/") == 2)
    page.tree.go_to(node)
    button = next(one for one in desk.window.findChildren(Button) if one.isVisible() and "本院病例" in one.text())
    desk.click(button)
    desk.rest()
    assert desk.window.page.key == "worklist"
    code = node.rpartition("/")[2]
    assert desk.window.page.sent.args["tokens"] == [f"分组:{code}"]
    found = desk.services.worklist.ids("all", f"分组:{code}")
    assert len(found) == page._by_node[node] > 0


def test_the_place_comes_back_with_group_list_and_code(desk: Any) -> None:
    page = desk.window.page
    page.tree.go_to("MDCH")
    page.group.members.go_to(4)
    code = page.group.code
    place = page.place()
    desk.go("worklist")
    page.tree.go_to("MDCB")
    desk.window.go(place)
    desk.rest()
    assert page.node.id == "MDCH"
    assert page.group.code == code
    desk.go("browser", scheme="starter", query="K80", code="K80.100")
    assert page.code.isVisible()
    assert page.code.code == "K80.100"
    assert page.place().args["query"] == "K80"


def test_a_group_by_its_bare_code_and_a_scheme_that_is_gone(desk: Any) -> None:
    desk.go("browser", scheme="没有的方案", group="HC1")
    assert desk.window.page.node.code == "HC1"
    assert desk.window.page.place().args["scheme"] == "starter"


def test_every_part_is_reached_by_tab_and_the_palette_knows_the_page(desk: Any) -> None:
    page = desk.window.page
    page.tree.setFocus()
    seen = set()
    for _ in range(14):
        seen.add(QApplication.focusWidget())
        assert QApplication.focusWidget().isVisible()
        desk.press("Tab")
    assert {page.tree, page.list, page.query, page.group.lists, page.group.members} <= seen
    desk.go("worklist")
    found = BROWSER.providers(desk.window.shell)[0].search("浏览", 5)
    found.items[0].run()
    desk.rest()
    assert desk.window.page is page


def test_the_palette_takes_a_code_to_its_groups(desk: Any) -> None:
    desk.go("worklist")
    provider = BROWSER.providers(desk.window.shell)[0]
    assert not provider.search("张三", 5).items
    [item] = provider.search("k80.1", 5).items
    assert item.title == "K80.1 影响哪些组"
    item.run()
    desk.rest()
    assert desk.window.page.code.isVisible()
    assert desk.window.page.code.code == "K80.100"


def test_what_the_file_says_of_itself_and_what_a_group_means(desk: Any) -> None:
    desk.window.page.tree.go_to(desk.window.page.tree.groups.first())
    desk.go("browser", scheme="starter", group="HC1")
    assert says(desk, "版本　试用方案 1")
    assert says(desk, "没有符合的 DRG 时")


def test_comparing_starts_from_here(desk: Any) -> None:
    desk.window.shell.actions.trigger("browser.compare")
    desk.rest()
    assert desk.window.page.key == "compare"


def test_the_model_of_the_tree_is_sound(desk: Any, qtmodeltester: Any) -> None:
    tree = desk.find(QTreeView, "groups")
    qtmodeltester.check(tree.groups)
    model = tree.groups
    top = model.index(0, 0)
    assert not model.parent(top).isValid()
    assert model.data(top, Qt.ItemDataRole.DisplayRole).startswith("MDCA")


def test_other_schemes_refresh_the_page(desk: Any) -> None:
    page = desk.window.page
    page.tree.go_to("MDCB")
    desk.window.publish(Changes(assets=True))
    desk.rest()
    assert page.node.id == "MDCB"
    assert page.place() == Place("browser", {**page.place().args})


def test_the_palette_finds_groups_by_code_and_pinyin(desk: Any) -> None:
    desk.services.warm_up(NoProgress())
    code, name = desk.services.browser.groups_in_use()[0]
    found = GroupProvider(desk.window.shell).search(code.lower(), 5)
    assert (found.items[0].code, found.items[0].title) == (code, name)
    assert code in [item.code for item in GroupProvider(desk.window.shell).search(initials(name), 40).items]
    found.items[0].run()
    desk.rest()
    assert desk.window.page.key == "browser"
