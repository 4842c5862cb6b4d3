"""The review by texts as its user sees it: one answer for all rows, undo, put aside, a sample before a whole band."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView

from app.domain.changes import Changes
from app.domain.coding import Band
from app.ui.page import PageSpec
from app.ui.pages.autocode import PAGE as AUTOCODE
from app.ui.pages.autocode.texts import Standing
from app.ui.widgets import Text


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
