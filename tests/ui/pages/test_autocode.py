"""The review by texts as its user sees it: one answer for all rows, undo, put aside, a sample before a whole band."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView, QWidget

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.coding import Band
from app.domain.field import Group
from app.services.bands import Limits
from app.storage.ops import Op
from app.ui.page import PageSpec
from app.ui.pages.autocode import PAGE as AUTOCODE
from app.ui.pages.autocode.texts import Standing
from app.ui.widgets import Button, Text


@pytest.fixture
def pages(stand_in: Callable[[str], PageSpec]) -> tuple[PageSpec, ...]:
    """Return the review and what it leads to."""
    return (stand_in("worklist"), AUTOCODE, stand_in("case"))


@pytest.fixture
def desk(open_desk: Callable[..., Any], pages: tuple[PageSpec, ...]) -> Any:
    """Return a window over the review of every case, on 待确认."""
    opened = open_desk(pages)
    opened.go("autocode", queue="all", band="confirm")
    return opened


def uncoded(desk: Any) -> dict[tuple[str, str], int]:
    """Return the uncoded texts as the library has them now."""
    groups = desk.services.review.texts(desk.services.worklist.ids("all"))
    return {group.key: group.count for group in groups}


def says(desk: Any, words: str) -> bool:
    return any(words in label.full_text() for label in desk.window.findChildren(Text) if label.isVisible())


def test_bands_count_rows_and_texts_and_the_most_frequent_text_comes_first(desk: Any) -> None:
    page = desk.window.page
    groups = desk.services.review.texts(desk.services.worklist.ids("all"))
    for band in Band:
        there = [group for group in groups if group.band == band]
        assert (page.bands._counts[band].rows, page.bands._counts[band].texts) == (
            sum(group.count for group in there),
            len(there),
        )
    counts = [line.group.count for line in page.texts.lines]
    assert counts == sorted(counts, reverse=True)
    assert page.table.hasFocus()


def test_enter_codes_every_row_of_the_text_and_goes_on(desk: Any) -> None:
    page = desk.window.page
    line, following = page.texts.lines[0], page.texts.lines[1]
    desk.press("Return")
    assert page.current is following
    assert line.standing is Standing.TAKEN
    desk.rest()
    assert line.group.key not in uncoded(desk)
    assert says(desk, "已确认 1 /")
    for case_id in line.group.case_ids:
        view = desk.services.cases.view(case_id)
        rows = [row for group in ("dx", "op") for row in view.record.rows(group)]
        assert any(row.text("code") == line.group.code for row in rows)


def test_ctrl_z_takes_the_answer_back_and_goes_to_its_text(desk: Any) -> None:
    page = desk.window.page
    before, line = uncoded(desk), page.texts.lines[0]
    desk.press("Return", "Ctrl+Z")
    desk.rest()
    assert uncoded(desk) == before
    assert page.current is line
    assert line.standing is Standing.OPEN


def test_a_digit_picks_another_candidate_and_enter_takes_it(desk: Any) -> None:
    page = desk.window.page
    line = next(line for line in page.texts.lines if len(line.group.candidates) > 1)
    page.table.go_to(page.texts.lines.index(line))
    other = line.group.candidates[1]
    desk.press("2")
    assert uncoded(desk)[line.group.key], "a pick alone writes nothing"
    assert page.choice.candidates.model().index(1, 1).data() == other.code
    desk.press("Return")
    desk.rest()
    view = desk.services.cases.view(line.group.case_ids[0])
    assert other.code in {row.text("code") for group in ("dx", "op") for row in view.record.rows(group)}


def test_an_unsure_text_is_not_taken_without_a_pick(desk: Any) -> None:
    desk.go("autocode", queue="all", band="search")
    page = desk.window.page
    line = page.current
    desk.press("Return")
    desk.rest()
    assert line.standing is Standing.OPEN
    assert line.group.key in uncoded(desk)
    desk.press("1", "Return")
    desk.rest()
    assert line.group.key not in uncoded(desk)


def test_n_puts_aside_and_the_next_reading_finds_it_among_the_manual_ones(desk: Any) -> None:
    page = desk.window.page
    line = page.current
    desk.press("N")
    assert line.standing is Standing.MANUAL
    assert line in page.texts.lines, "nothing moves under the cursor"
    desk.press("F5")
    desk.rest()
    assert line.group.key not in {other.group.key for other in page.texts.lines}
    desk.go("autocode", band="search")
    assert line.group.key in {other.group.key for other in page.texts.lines}


def test_the_first_band_is_taken_after_a_sample_and_undone_as_one(desk: Any) -> None:
    page, before = desk.window.page, uncoded(desk)
    wanted = {line.group.key for line in page.band_lines}
    desk.press("Ctrl+Return")
    table = desk.find(QTableView, "sample")
    assert 0 < table.model().rowCount() == min(20, len(wanted))
    desk.press("Escape")
    desk.rest()
    assert uncoded(desk) == before
    desk.press("Ctrl+Return")
    desk.press("Tab", "Tab", "Space")
    desk.rest()
    assert not wanted & uncoded(desk).keys()
    desk.press("Ctrl+Z")
    desk.rest()
    assert uncoded(desk) == before


def test_codes_of_a_whole_band_stay_proposed_until_the_case_is_finished(desk: Any) -> None:
    page = desk.window.page
    line = page.band_lines[0]
    desk.press("Ctrl+Return")
    desk.press("Tab", "Tab", "Space")
    desk.rest()
    case_id = line.group.case_ids[0]
    view = desk.services.cases.view(case_id)
    places = [
        (group, at)
        for group in (Group.DX, Group.OP)
        for at, row in enumerate(view.record.rows(group))
        if row.text("code") == line.group.code
    ]
    assert any(view.proposal(*place) is not None for place in places)
    accepted = desk.services.cases.accept_all(case_id)
    assert not any(accepted.proposal(*place) for place in places)


def test_a_band_can_still_be_taken_back_after_the_list_was_read_again(desk: Any) -> None:
    page, before = desk.window.page, uncoded(desk)
    desk.press("Ctrl+Return")
    desk.press("Tab", "Tab", "Space")
    desk.rest()
    desk.press("F5")
    desk.rest()
    assert not page.band_lines
    desk.press("Ctrl+Z")
    desk.rest()
    assert uncoded(desk) == before
    assert page.band_lines, "the texts are in the list again"
    assert not page.work.can_undo


def test_a_text_answered_one_by_one_is_confirmed_and_its_case_is_being_coded(desk: Any) -> None:
    page = desk.window.page
    waiting = set(desk.services.worklist.ids("to_code"))
    line = next(line for line in page.texts.lines if waiting & set(line.group.case_ids))
    page.table.go_to(page.texts.lines.index(line))
    desk.press("Return")
    desk.rest()
    case_id = next(iter(waiting & set(line.group.case_ids)))
    view = desk.services.cases.view(case_id)
    assert view.state is CaseState.CODING
    assert not view.proposals
    desk.press("Ctrl+Z")
    desk.rest()
    assert desk.services.cases.view(case_id).state is CaseState.TO_CODE


def write_texts(desk: Any, *texts: str) -> list[int]:
    """Give the first diagnosis of some cases another text, one each, and return the cases."""
    ids = desk.services.worklist.ids("to_code")[: len(texts)]
    session = desk.services.session
    with session.db.operation(Op.SET_FIELD, by=session.actor) as tx:
        for case_id, words in zip(ids, texts, strict=True):
            tx.insert_row(case_id, Group.DX, 0, {"source_text": words, "name": words})
    desk.press("F5")
    desk.rest()
    return list(ids)


def line_of(desk: Any, text: str) -> Any:
    """Put the cursor on a text, whatever its band, and return its line."""
    page = desk.window.page
    line = next(line for line in page._lines if text in line.group.spellings)
    desk.go("autocode", band=str(line.band), kind=str(line.group.kind), text=line.group.text)
    assert page.current is line
    return line


def test_spellings_of_one_text_are_one_row_and_are_coded_together(desk: Any) -> None:
    spellings = (
        "\u80ba\u708e\uff08\u53f3\u4e0b\uff09",
        "\u80ba\u708e(\u53f3\u4e0b)\u3002",
        " \u80ba\u708e (\u53f3\u4e0b)",
    )
    ids = write_texts(desk, *spellings)
    line = line_of(desk, spellings[0])
    assert line.group.count == 3
    assert set(line.group.case_ids) == set(ids)
    desk.press("1", "Return")
    desk.rest()
    for case_id in ids:
        assert desk.services.cases.view(case_id).record.rows(Group.DX)[0].text("code") == line.codes[0]


def test_a_text_of_several_parts_becomes_several_rows(desk: Any) -> None:
    text = "2型糖尿病、急性阑尾炎"
    (case_id,) = write_texts(desk, text)
    before = len(desk.services.cases.view(case_id).record.rows(Group.DX))
    line = line_of(desk, text)
    assert len(line.group.parts) == 2
    assert line.band is Band.SEARCH
    assert not line.codes
    assert "是否分别编码" in desk.find(Text, "questions").full_text()
    desk.press("A")
    assert page_offer(desk).startswith("分成 2 行")
    desk.press("Return")
    desk.rest()
    rows = desk.services.cases.view(case_id).record.rows(Group.DX)
    assert len(rows) == before + 1
    assert [row.text("code")[:3] for row in rows[:2]] == ["E11", "K35"]
    assert [row.text("source_text") for row in rows[:2]] == [text, text]
    desk.press("Ctrl+Z")
    desk.rest()
    assert len(desk.services.cases.view(case_id).record.rows(Group.DX)) == before


def page_offer(desk: Any) -> str:
    """Return what the button of the panel says that Enter does."""
    return desk.window.page.choice._accept.text()


def test_limits_of_the_bands_are_a_setting_that_is_kept_audited_and_reset(desk: Any) -> None:
    page = desk.window.page
    before = len(page.texts.lines)
    desk.press("Ctrl+L")
    field = desk.find(QLineEdit, "limit_confirm")
    field.setText("97%")
    desk.press("Return", on=field)
    desk.rest()
    assert desk.services.review.limits().confirm == 0.97
    card = desk.find(QWidget, "limits_card")
    assert card.isAncestorOf(QApplication.focusWidget()), "reading the texts anew leaves the keyboard with the card"
    assert len([line for line in page._lines if line.band is Band.CONFIRM]) < before
    assert all(line.group.score >= 0.97 for line in page._lines if line.band is Band.CONFIRM)
    with desk.services.session.db.read() as reader:
        assert [step.after for step in reader.setting_changes("bands.")] == ["0.97"]
    field.setText("120")
    desk.press("Return", on=field)
    assert says(desk, "不能作为分档的界限")
    assert desk.services.review.limits().confirm == 0.97
    desk.click(next(button for button in desk.window.findChildren(Button) if button.text() == "恢复默认"))
    desk.rest()
    assert desk.services.review.limits() == Limits()
    desk.press("Escape")
    assert len(page.texts.lines) == before


def test_a_limit_of_acceptance_moves_texts_up_but_never_what_is_no_present_illness(desk: Any) -> None:
    write_texts(desk, "疑似肺炎")
    assert line_of(desk, "疑似肺炎").band is Band.SEARCH
    desk.services.review.set_limit("confirm", "50")
    desk.services.review.set_limit("accept", "0.9")
    groups = desk.services.review.texts(desk.services.worklist.ids("all"))
    bands = {group.text: Band(group.band) for group in groups}
    assert bands["疑似肺炎"] is Band.SEARCH
    for group in groups:
        assert group.band != Band.ACCEPT or (group.score >= 0.9 and not group.candidates[0].conflicts)
    with pytest.raises(UserProblem, match="高于"):
        desk.services.review.set_limit("accept", "50%")


def test_bands_say_what_was_measured_and_then_what_the_coder_took(desk: Any) -> None:
    page = desk.window.page
    assert "首选类目正确" in page.bands._note(Band.CONFIRM)
    for _ in range(30):
        desk.press("Return")
    desk.rest()
    assert "逐种确认 30 种，首选采用 100.0%" in page.bands._note(Band.CONFIRM)
    desk.press("Ctrl+Z")
    desk.rest()
    assert "首选类目正确" in page.bands._note(Band.CONFIRM)


def test_f4_finds_a_code_that_was_not_offered(desk: Any) -> None:
    page = desk.window.page
    line = next(line for line in page.texts.lines if line.group.kind == "dx")
    page.table.go_to(page.texts.lines.index(line))
    desk.press("F4")
    query = desk.find(QLineEdit, "query")
    query.setText("I10.x00")
    desk.press("Return", on=query)
    assert line.chosen is not None
    assert line.chosen.code == "I10.x00"
    desk.press("Return")
    desk.rest()
    assert line.group.key not in uncoded(desk)


def test_s_opens_the_cases_of_the_text(desk: Any) -> None:
    line = desk.window.page.current
    desk.press("S")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args == {"case": line.group.case_ids[0], "queue": list(line.group.case_ids)}


@pytest.mark.parametrize("order", ["sure", "department"])
def test_other_orders_keep_the_text_under_the_cursor(desk: Any, order: str) -> None:
    page = desk.window.page
    page.table.go_to(3)
    line = page.current
    page.orders.set_current(order)
    assert page.current is line
    shown = page.texts.lines
    if order == "sure":
        assert [one.group.score for one in shown] == sorted((one.group.score for one in shown), reverse=True)
    else:
        first = [one.group.departments[0][0] for one in shown]
        assert first == sorted(first)


def test_place_and_scope_are_remembered_over_a_restart(
    open_desk: Callable[..., Any], pages: tuple[PageSpec, ...]
) -> None:
    first = open_desk(pages)
    first.go("autocode", queue="all", band="confirm", order="sure")
    first.press("Down", "Down")
    key = first.window.page.current.group.key
    first.window.close()
    second = open_desk(pages)
    second.rest()
    assert second.window.page.key == "autocode"
    assert second.window.page.current.group.key == key
    assert second.window.page.title_detail() == "全部病例 24 份"


def test_a_batch_is_a_scope_with_its_file_name(desk: Any, a_batch: int) -> None:
    desk.go("autocode", batch=a_batch)
    assert desk.window.page.title_detail() == "十一月出院.csv"
    ids = set(desk.services.worklist.ids("all", f"批次:#{a_batch}"))
    assert {case_id for line in desk.window.page._lines for case_id in line.group.case_ids} <= ids


def test_changes_of_others_are_told_and_nothing_moves(desk: Any) -> None:
    page = desk.window.page
    shown = list(page.texts.lines)
    line = shown[0]
    desk.services.review.take(line.group, line.group.code)
    desk.window.publish(Changes(cases=frozenset(line.group.case_ids)))
    assert page.texts.lines == shown
    desk.press("F5")
    desk.rest()
    assert line.group.key not in {one.group.key for one in page.texts.lines}


def test_everything_coded_is_said(desk: Any) -> None:
    desk.go("autocode", cases=[], queue="submitted")
    assert says(desk, "没有待编码的原文。")


def test_tab_and_esc_walk_bands_texts_candidates_cases(desk: Any) -> None:
    page = desk.window.page
    desk.wait(page.choice.cases.isVisible)
    seen = []
    page.bands.setFocus()
    for _ in range(7):
        focus = QApplication.focusWidget()
        seen += [name for name in ("bands", "table", "candidates", "cases") if focus is page.region(name)]
        assert focus.isVisible()
        desk.press("Tab")
    assert [name for name in dict.fromkeys(seen)] == ["bands", "table", "candidates", "cases"]
    page.table.setFocus()
    desk.press("Escape")
    assert page.bands.hasFocus()
    desk.press("Left")
    assert page.bands.current is Band.ACCEPT
    desk.press("Down")
    assert page.table.hasFocus()


def test_nothing_in_it_is_ordered_or_shown_by_money(desk: Any) -> None:
    words = " ".join(label.full_text() for label in desk.window.page.findChildren(Text))
    assert "次序不按权重或金额" in words
    assert "元" not in words.replace("元" + "素", "")
