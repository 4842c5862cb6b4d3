"""The chase list by keyboard: answers taken or not, conflicts decided by a person, files out and in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit

from app.domain.returning import AnswerKind, ReturnAnswer, ReturnOption, ReturnQuestion
from app.services.composition import Services
from app.storage.actor import Actor
from app.ui.page import PageSpec
from app.ui.pages.returns import PAGE
from app.ui.pages.returns.card import AskFacts, ReturnCard
from app.ui.pages.returns.option_lines import options_text, parse_options
from app.ui.widgets import Text

pytestmark = pytest.mark.gui

OPTIONS = (ReturnOption("与首页相符"), ReturnOption("入院前已有", AnswerKind.CHANGED, value="1"))
CHANGED = ReturnAnswer(AnswerKind.CHANGED, "入院前已有", "1")


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window with the page and the case page's stand-in."""
    return open_desk(pages=[stand_in("case"), PAGE])


@pytest.fixture
def sent(services: Services) -> list[int]:
    """Return two cases with a question each."""
    ids = list(services.worklist.ids("to_code")[:2])
    for case_id in ids:
        services.cases.set_text(case_id, "dx[0].adm_cond", "4")
    asked = ReturnQuestion("BM-062", "dx[0].adm_cond", "入院时的情况是？", OPTIONS, severity="warn")
    services.asking.send_all({case_id: (asked,) for case_id in ids})
    return ids


@pytest.fixture
def answered(services: Services, sent: list[int]) -> list[int]:
    """Return them answered."""
    for case_id in sent:
        item = services.physician.sheet(case_id).items[0].id
        services.physician.submit(case_id, {item: CHANGED})
    return sent


def says(page: Any, words: str) -> bool:
    """Tell whether a visible text of the page holds some words."""
    return any(words in label.full_text() for label in page.findChildren(Text) if label.isVisible())


def test_an_answer_is_taken_and_taken_back_by_keyboard(desk: Any, services: Services, answered: list[int]) -> None:
    page = desk.go("returns", scope="answered")
    case_id = page.chosen.row.item.case_id
    assert says(page, "+ 1 有")
    desk.press("Alt+Return")
    desk.rest()
    assert services.cases.view(case_id).record.value("dx[0].adm_cond") == "1"
    assert len(services.verdicts.answered_cases()) == 1
    desk.press("K", '"not in the record', "Return")
    desk.rest()
    assert services.verdicts.answered_cases() == ()
    page = desk.go("returns", scope="disagreed")
    assert says(page, "not in the record")


def test_a_conflict_is_shown_with_both_and_nothing_is_chosen(
    desk: Any, services: Services, answered: list[int]
) -> None:
    services.cases.set_text(answered[0], "dx[0].adm_cond", "2")
    page = desk.go("returns", scope="answered", case=answered[0])
    assert says(page, "提问以后首页已由")
    desk.press("Alt+Return")
    desk.rest()
    assert services.cases.view(answered[0]).record.value("dx[0].adm_cond") == "2"
    page.detail.chose_over.emit(page.chosen.id)
    desk.rest()
    assert services.cases.view(answered[0]).record.value("dx[0].adm_cond") == "1"


def test_overdue_questions_go_up_and_the_rest_can_be_withdrawn(
    desk: Any, services: Services, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = services.session.clock
    later = clock.now() + timedelta(hours=30)
    monkeypatch.setattr(type(clock), "now", lambda _self: later)
    page = desk.go("returns", scope="overdue")
    assert len(page.list._model.values) == 2
    desk.press("X")
    desk.rest()
    assert says(page, "已上报科主任")
    desk.press("Delete", '"asked by phone', "Return")
    desk.rest()
    assert len(services.physician.waiting()) == 1
    assert services.chase.figures().counts["overdue"] == 1


def test_a_list_goes_out_and_comes_back(desk: Any, services: Services, sent: list[int], tmp_path: Path) -> None:
    page = desk.go("returns")
    out = tmp_path / "list.xlsx"
    desk.press("Ctrl+L", "2")
    desk.answer_file(out)
    desk.rest()
    book = openpyxl.load_workbook(out)
    for sheet in book.worksheets:
        if sheet.cell(1, 1).value == "序号":
            assert str(sheet.cell(2, 4).value).endswith("*")
            sheet.cell(2, 13).value = "入院前已有"
    book.save(out)
    desk.press("Ctrl+O")
    desk.answer_file(out)
    desk.rest()
    assert page.waits
    assert says(page, "新的答复")
    desk.press("Ctrl+Return")
    assert page.waits
    desk.find(QLineEdit, "returns_who").setText("陈立群")
    assert not page.preview.findChild(QCheckBox, "returns_conflicts").isVisible()
    desk.press("Ctrl+Return")
    desk.rest()
    assert not page.waits
    assert services.verdicts.answered_cases()


def test_the_list_and_the_reminders_are_written(desk: Any, sent: list[int], tmp_path: Path) -> None:
    desk.go("returns")
    for keys, name in (("Ctrl+E", "l.xlsx"), ("Ctrl+P", "r.pdf")):
        desk.press(keys)
        desk.answer_file(tmp_path / name)
        desk.rest()
        assert (tmp_path / name).stat().st_size > 500


def test_hours_and_templates_are_the_hospitals(desk: Any, services: Services) -> None:
    desk.go("returns")
    desk.window.shell.actions.trigger("returns.hours")
    desk.find(QLineEdit, "hours_after").setText("48")
    desk.press("Return")
    assert services.asking.hours()[0] == 48
    desk.press("Ctrl+M")
    words = desk.find(QPlainTextEdit, "template_words")
    words.setPlainText("请改为有。")
    desk.press("Ctrl+Return", on=words)
    assert not any(line.is_changed for line in services.return_templates.lines())
    words.setPlainText("“{subject}”入院时如何？")
    desk.press("Ctrl+Return", on=words)
    assert services.return_templates.lines()[0].is_changed
    desk.press("Escape", on=words)


def test_the_card_marks_leading_words_and_sends_nothing(desk: Any, services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    template, asked = services.asking.draft(case_id, "dx[0].adm_cond")
    taken: list[tuple[ReturnQuestion, bool]] = []
    due = services.session.clock.now()
    facts = AskFacts("主要诊断", asked, template, (template,), due, True, lambda _one: asked)
    card = ReturnCard(desk.window, facts, lambda question, send: taken.append((question, send)))
    card.open_card()
    card.words.setPlainText("请改为有，权重更高。")
    assert not card.send.isEnabled()
    assert len(card.words.extraSelections()) >= 2
    desk.press("Ctrl+Return", on=card.words)
    assert taken == []
    card.words.setPlainText("入院时的情况是？")
    desk.press("Ctrl+Return", on=card.words)
    assert taken[0][1]
    assert taken[0][0].due == due


def test_options_are_typed_as_lines() -> None:
    options = parse_options("入院前已有 = 1 [记载位置]\n改为… [改为]\n不能确定 [理由]\n相符")
    assert [one.answer for one in options] == ["changed", "changed", "unchanged", "unchanged"]
    assert parse_options(options_text(options)) == options


def test_what_answers_do_to_the_group_is_for_quality_control_alone(
    desk: Any, services: Services, sent: list[int]
) -> None:
    page = desk.go("returns", scope="outstanding")
    assert says(page, "只给质控看")
    assert says(page, "与首页相符：分组不变")
    services.session.seat.take(Actor("wang", "王编码（测试）", frozenset({"coder"})))
    page = desk.go("case")
    page = desk.go("returns", scope="outstanding", case=sent[1])
    assert not says(page, "只给质控看")


def test_a_package_is_sealed_by_a_phrase_that_is_told_once(
    desk: Any, services: Services, sent: list[int], tmp_path: Path
) -> None:
    desk.go("returns")
    desk.press("Ctrl+Shift+P", "2")
    phrase = next(one.text() for one in desk.window.findChildren(QLineEdit, "words") if one.isVisible())
    assert len(phrase) == 14
    desk.press("Return")
    desk.answer_file(tmp_path / "q.bgreturn")
    desk.rest()
    assert len(services.return_packages.open(tmp_path / "q.bgreturn", phrase).waiting()) == 2
    assert any(phrase in label.text() for label in desk.window.findChildren(QLabel))
