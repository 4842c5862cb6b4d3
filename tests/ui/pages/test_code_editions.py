"""Two editions and nearly identical names: what the search shows, and the stop before a code that means two things."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.clock import FixedClock
from app.common.progress import NoProgress
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.services.composition import Services, open_services
from app.storage.ops import Op
from app.ui.page import PageSpec
from app.ui.pages.autocode import PAGE as AUTOCODE
from app.ui.pages.case import PAGE as CASE
from app.ui.pages.codes import PAGE as CODES
from app.ui.pages.codes.palette import CodeProvider
from app.ui.widgets import Card
from tests.ui.pages.conftest import NOW

_BOOK = """编码,名称,停用日期,灰码
B01.000,水痘脑膜炎,,
B01.000x001,水痘性脑膜炎,,
B01.000x002,水痘的脑膜炎,,
A19.000x001,某型粟粒性结核,,
A19.001,急性血行播散型结核,,
J18.900,肺炎,,
J18.800,灰色肺炎,,是
J18.700,旧型肺炎,2020-12-31,
"""
_MAP = "clinical_code,medins_code\nA19.000x001,A19.001\nJ18.900x099,J18.900\nJ18.900,J18.900\n"


@pytest.fixture
def services(page_template: Path, tmp_path: Path) -> Iterator[Services]:
    """Return services whose book came with a map from the clinical edition, loaded."""
    home = tmp_path / "library"
    shutil.copytree(page_template, home)
    files = [tmp_path / "诊断.csv", tmp_path / "对照.csv"]
    for file, words in zip(files, (_BOOK, _MAP), strict=True):
        file.write_text(words, "utf-8")
    opened = open_services(home, clock=FixedClock(NOW))
    opened.assets.import_codebook(files)
    opened.assets_changed()
    opened.warm_up(NoProgress())
    yield opened
    opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window with the search, the case page and the review."""
    return open_desk((stand_in("worklist"), CASE, CODES, AUTOCODE))


def shown(desk: Any) -> list[Any]:
    """Return the results as painted."""
    hits: list[Any] = desk.window.page.panel.results.hits.hits
    return hits


def test_nearly_identical_names_are_one_line_that_unfolds_by_keys(desk: Any) -> None:
    desk.go("codes", kind="dx")
    query = desk.find(QLineEdit, "query")
    desk.press('"水痘', on=query)
    assert [hit.code for hit in shown(desk)] == ["B01.000"]
    assert shown(desk)[0].more == "等 3 个相近名称，→ 展开"
    assert "B01.000x001 B01.000x002" in shown(desk)[0].reason
    desk.press("Right", on=query)
    assert [hit.code for hit in shown(desk)] == ["B01.000", "B01.000x001", "B01.000x002"]
    assert [hit.inside for hit in shown(desk)] == [False, True, True]
    desk.press("Down", "Down", on=query)
    assert desk.window.page.panel.current().code == "B01.000x002"
    desk.press("Left", on=query)
    assert [hit.code for hit in shown(desk)] == ["B01.000"]
    desk.press("Home", "Right", on=query)
    assert query.cursorPosition() == 1, "inside the words the arrow moves the cursor"
    assert len(shown(desk)) == 1


def test_the_exact_name_leads_its_group(desk: Any) -> None:
    desk.go("codes")
    desk.press('"水痘性脑膜炎', on=desk.find(QLineEdit, "query"))
    assert shown(desk)[0].code == "B01.000x001"


def test_the_list_and_the_side_tell_of_editions_and_limits(desk: Any) -> None:
    desk.go("codes")
    query = desk.find(QLineEdit, "query")
    facts = desk.window.page.panel.facts
    desk.press('"A19', on=query)
    assert "两版含义不同" in next(hit for hit in shown(desk) if hit.code == "A19.000x001").conflict
    assert "某型粟粒性结核" in facts.accessibleDescription()
    assert "急性血行播散型结核" in facts.accessibleDescription()
    query.clear()
    desk.press('"J18.900x099', on=query)
    assert [hit.code for hit in shown(desk)] == ["J18.900"]
    assert "临床版编码 J18.900x099 对应此码" in shown(desk)[0].reason
    assert "临床版对应 J18.900x099" in facts.accessibleDescription()
    query.clear()
    desk.press('"J18', on=query)
    badges = {hit.code: hit.conflict for hit in shown(desk)}
    assert badges["J18.800"] == "灰码，不能用于结算"
    assert badges["J18.700"] == "已停用（至 2020-12-31）"
    assert badges["J18.900"] == ""


def test_a_copied_code_with_two_meanings_says_so(desk: Any) -> None:
    desk.go("codes")
    query = desk.find(QLineEdit, "query")
    desk.press('"A19.000x001', "Return", on=query)
    assert "两版含义不同" in desk.find(QWidget, "copied").text()


def open_row(desk: Any) -> tuple[Any, int]:
    """Open a case on an empty first diagnosis and return its grid and id."""
    case_id = desk.services.worklist.ids("to_code")[0]
    desk.services.cases.set_text(case_id, "dx[0].code", "")
    page = desk.go("case", case=case_id)
    page.go_to_field("dx[0].code")
    return page.grids[Group.DX], case_id


def code_of(desk: Any, case_id: int) -> str:
    """Return the stored first code."""
    code: str = desk.services.cases.view(case_id).record.text("dx[0].code")
    return code


@pytest.mark.parametrize(("tabs", "stored"), [(1, "A19.000x001"), (2, "A19.001")])
def test_a_code_with_two_meanings_is_asked_about_before_it_is_written(desk: Any, tabs: int, stored: str) -> None:
    grid, case_id = open_row(desk)
    grid.edit_code()
    desk.press('"A19.000x001', "Return", on=grid.editor)
    assert code_of(desk, case_id) == ""
    card = desk.find(Card, "meaning_guard")
    words = " ".join(part.text() for part in card.findChildren(QWidget) if hasattr(part, "text"))
    assert "某型粟粒性结核" in words
    assert "急性血行播散型结核" in words
    desk.press(*["Tab"] * tabs, "Space")
    assert code_of(desk, case_id) == stored


def test_a_stored_code_with_two_meanings_is_marked_and_f1_tells_both(desk: Any) -> None:
    case_id = desk.services.worklist.ids("to_code")[0]
    session = desk.services.session
    with session.db.operation(Op.INSERT_ROW, by=session.actor) as tx:  # as a file brings it: nobody has confirmed it
        tx.insert_row(case_id, Group.DX, 0, {"code": "A19.000x001"})
    grid = desk.go("case", case=case_id).grids[Group.DX]
    texts = [grid.model().index(0, column).data() for column in range(grid.model().columnCount())]
    assert any("两版含义不同" in str(text) for text in texts)
    desk.window.page.go_to_field("dx[0].code")
    assert "急性血行播散型结核" in grid.explain(grid)


def test_accepting_all_proposals_leaves_codes_with_two_meanings(desk: Any) -> None:
    case_id = desk.services.worklist.ids("to_code")[0]
    session = desk.services.session
    with session.db.operation(Op.INSERT_ROW, by=session.actor) as tx:
        for index, code in enumerate(("A19.000x001", "J18.900")):
            row_id = tx.insert_row(case_id, Group.DX, index, {"source_text": code, "name": code})
            tx.set_proposal(case_id, Group.DX, row_id, Proposal(code, code, 0.9, MatchKind.FUZZY, ""))
    desk.go("case", case=case_id).go_to_field("dx[0].code")
    desk.window.shell.actions.trigger("case.accept_all")
    rows = desk.services.cases.view(case_id).record.rows(Group.DX)
    assert [row.text("code") for row in rows[:2]] == ["", "J18.900"]


def test_esc_at_the_stop_writes_nothing_and_other_codes_are_not_stopped(desk: Any) -> None:
    grid, case_id = open_row(desk)
    grid.edit_code()
    desk.press('"A19.000x001', "Return", on=grid.editor)
    desk.press("Escape")
    assert code_of(desk, case_id) == ""
    grid.edit_code()
    desk.press('"J18.900', "Return", on=grid.editor)
    assert code_of(desk, case_id) == "J18.900"


def test_the_palette_offers_both_code_sets(desk: Any) -> None:
    found = CodeProvider(desk.window.shell).search("肺", 20)
    assert {item.code[0].isdigit() for item in found.items} == {True, False}


@pytest.mark.parametrize(("tabs", "stored"), [(1, "A19.000x001"), (2, "A19.001")])
def test_the_review_asks_too_before_it_writes_a_code_with_two_meanings(desk: Any, tabs: int, stored: str) -> None:
    case_id = desk.services.worklist.ids("to_code")[0]
    session = desk.services.session
    with session.db.operation(Op.INSERT_ROW, by=session.actor) as tx:
        tx.insert_row(case_id, Group.DX, 0, {"source_text": "某型粟粒性结核", "name": "某型粟粒性结核"})
    page = desk.go("autocode")
    desk.rest()
    line = next(line for line in page._lines if line.group.text == "某型粟粒性结核")
    desk.go("autocode", band=str(line.band), kind="dx", text=line.group.text)
    desk.press("1", "Return")
    assert code_of(desk, case_id) == ""
    assert desk.find(Card, "meaning_guard")
    desk.press(*["Tab"] * tabs, "Space")
    desk.rest()
    assert code_of(desk, case_id) == stored
