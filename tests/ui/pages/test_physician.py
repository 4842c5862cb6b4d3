"""The physician's page by keyboard: two minutes, nothing lost, nothing about groups or money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit

from app.domain.case import CaseState
from app.domain.returning import AnswerKind, AnswerNeed, ReturnAnswer, ReturnOption, ReturnQuestion
from app.services.composition import Services, open_services
from app.ui.page import PageSpec
from app.ui.pages.physician import PAGE
from app.ui.pages.physician.page import PhysicianPage
from app.ui.widgets import Text
from tests.ui.pages.test_accessible import walk

pytestmark = pytest.mark.gui

OPTIONS = (
    ReturnOption("入院前已确诊", AnswerKind.CHANGED, AnswerNeed.PLACE, "1"),
    ReturnOption("不是，请改为…", AnswerKind.CHANGED, AnswerNeed.VALUE),
    ReturnOption("与首页相符", AnswerKind.UNCHANGED, AnswerNeed.NOTHING),
)


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window with the page and one to come from."""
    return open_desk(pages=[stand_in("case"), PAGE])


@pytest.fixture
def asked(services: Services) -> list[int]:
    """Return two cases with three questions that wait."""
    ids = list(services.worklist.ids("to_code")[:2])
    question = ReturnQuestion(
        "BM-062", "dx[0].adm_cond", "入院时的情况是？", OPTIONS, severity="warn", seen="11-09 血培养"
    )
    other = replace(question, rule_id="DG-012", path="dx[0].source_text", words="这个诊断是否成立？", severity="hint")
    services.asking.send_all({ids[0]: (question, other), ids[1]: (question,)})
    return ids


@pytest.fixture
def open_page(desk: Any, asked: list[int]) -> Callable[[], PhysicianPage]:
    """Return a function that goes to the page."""
    return lambda: desk.go("physician")


def test_tab_goes_round_the_questions_of_a_case(desk: Any, open_page: Callable[[], PhysicianPage]) -> None:
    page = open_page()
    assert walk(desk, page) == []
    desk.press("Escape")
    desk.rest()
    assert walk(desk, page) == []


def test_three_questions_by_keyboard_and_on_to_the_next_case(
    desk: Any, services: Services, asked: list[int], open_page: Callable[[], PhysicianPage]
) -> None:
    page = open_page()
    view = page.sheet_view
    assert view is not None
    first = page.place().args["case"]
    assert len(view.cards) == 2
    assert view.cards[0].is_on
    desk.press("1", "Return")
    assert view.cards[1].is_on
    desk.press("3", "Up")
    assert view.cards[0].is_on
    assert not view.is_whole
    desk.press('"11-20 admission', "Return", "Return")
    assert view.is_whole
    desk.press("Ctrl+Return")
    desk.rest()
    assert services.cases.view(first).state is not CaseState.RETURNED
    assert page.place().args["case"] == next(one for one in asked if one != first)
    assert len(services.verdicts.diffs(first)) == 2


def test_what_was_begun_survives_leaving_and_a_restart(
    desk: Any, services: Services, open_page: Callable[[], PhysicianPage]
) -> None:
    page = open_page()
    case_id = page.place().args["case"]
    desk.press("1", '"11-20')
    desk.press("Escape")
    assert page.place().args["case"] == 0
    home, clock, engines = services.session.db.path.parent, services.session.clock, services.session.engines
    draft = services.physician.sheet(case_id).items[0].draft
    assert draft is not None
    assert (draft.option, draft.words) == (0, "11-20")
    services.close()
    again = open_services(home, clock=clock, engines=engines)
    try:
        assert again.physician.sheet(case_id).items[0].draft == draft
    finally:
        again.close()


def test_an_objection_needs_a_reason_and_the_page_tells_no_group(
    desk: Any, services: Services, open_page: Callable[[], PhysicianPage]
) -> None:
    page = open_page()
    view = page.sheet_view
    assert view is not None
    desk.press("Ctrl+J")
    assert not view.cards[0].begun.is_whole
    desk.press('"no trace')
    assert view.cards[0].begun.is_whole
    assert view.cards[0].begun.answer().kind is AnswerKind.APPEAL
    shown = " ".join(words_of(page))
    drg = services.cases.view(page.place().args["case"]).grouping.explanation
    assert drg is None or drg.result.drg not in shown
    assert "权重 " not in shown


def words_of(page: PhysicianPage) -> list[str]:
    """Return every text of the page."""
    return [label.full_text() for label in page.findChildren(Text)]


def test_the_lists_and_an_empty_one(desk: Any, services: Services) -> None:
    page = desk.go("physician")
    assert not page.cases.stack.shows_content
    desk.press("Ctrl+2")
    desk.rest()
    assert page.place().args["list"] == "answered"


def test_a_package_is_answered_in_the_window(desk: Any, services: Services, asked: list[int], tmp_path: Path) -> None:
    path, out = tmp_path / "q.bgreturn", tmp_path / "a.bgreturn"
    services.return_packages.write(path, [asked[1]], phrase="Hong-Ye 2026")
    page = desk.go("physician")
    page.read_package(path)
    desk.window.findChild(QLineEdit, "words").setText("wrong words")
    desk.press("Return")
    desk.rest()
    assert not page.is_packed
    desk.press("Escape")
    page.read_package(path)
    line = desk.window.findChildren(QLineEdit, "words")[-1]
    assert line.echoMode() is QLineEdit.EchoMode.Password
    line.setText("Hong-Ye 2026")
    desk.press("Return")
    desk.rest()
    assert page.is_packed
    assert page.place().args["case"] == asked[1]
    desk.press("3", "Return", "Ctrl+Return")
    desk.rest()
    desk.answer_file(out)
    desk.rest()
    assert [line.kind for line in services.return_packages.preview(out).lines] == ["new"]
    desk.press("Escape", "Escape")
    desk.rest()
    assert not page.is_packed


def test_what_the_record_room_made_of_an_answer_can_be_read(desk: Any, services: Services, asked: list[int]) -> None:
    item = services.physician.sheet(asked[1]).items[0].id
    services.physician.submit(asked[1], {item: ReturnAnswer(AnswerKind.APPEAL, "", "", "依据充分")})
    services.verdicts.keep(item, "病程未见记载")
    page = desk.go("physician", list="answered", case=asked[1])
    assert any("未采用：病程未见记载" in words for words in words_of(page))
    desk.press("1")
    assert page.sheet_view.cards[0].begun.is_appeal
