"""The DRG page as a coder reads it: the group in one look, what can be copied, where Esc and Enter lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from app.domain.changes import Changes
from app.domain.field import Group
from app.services.composition import Services
from app.ui.page import PageSpec
from app.ui.pages.drg import PAGE as DRG
from app.ui.widgets import ActionButton

Words = Callable[[Any], list[str]]


def test_group_sentence_and_trial_mark_are_shown(desk: Any, services: Services, case_id: int, words_of: Words) -> None:
    grouping = services.cases.view(case_id).grouping
    assert grouping.explanation is not None
    shown = words_of(desk)
    assert grouping.explanation.result.drg in shown
    assert any(grouping.sentence in words for words in shown)
    assert any("试用方案" in words for words in shown)
    assert any("仅供核对，不得作为高套依据" in words for words in shown)


def test_without_rates_there_is_no_amount_but_the_reason(desk: Any, words_of: Words) -> None:
    shown = words_of(desk)
    assert any("费率" in words for words in shown)
    assert not any("结算额" in words for words in shown)


def test_enter_goes_to_the_row_and_back_comes_to_the_same_line(desk: Any, case_id: int) -> None:
    desk.window.page.lists.table.go_to(1)
    key = desk.window.page.lists.table.current_key
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert dict(desk.window.page.sent.args) == {"case": case_id, "field": "dx[2].code"}
    desk.window.go_back()
    desk.rest()
    assert desk.window.page.key == "drg"
    assert desk.window.page.lists.table.current_key == key


def test_esc_goes_back_to_the_cell_the_page_was_opened_from(desk: Any, case_id: int) -> None:
    desk.go("drg", case=case_id, field="op[1].code")
    desk.press("Escape")
    assert dict(desk.window.page.sent.args) == {"case": case_id, "field": "op[1].code"}


def test_the_strip_offers_the_comparison_where_there_is_room(desk: Any) -> None:
    button = next(one for one in desk.window.page.strip.findChildren(ActionButton) if "医保" in one.text())
    assert button.isVisible()
    desk.window.setMinimumSize(1, 1)
    desk.window.resize(911, 512)
    QApplication.processEvents()
    assert not button.isVisible()


def test_a_wide_window_tells_the_hospital_s_own_stays_of_the_group(desk: Any, words_of: Words) -> None:
    assert not desk.window.page.year.isVisible()
    desk.window.resize(1920, 1080)
    desk.rest()
    assert desk.window.page.year.isVisible()
    assert any("例数不足" in words or " 天" in words for words in words_of(desk))


def test_place_keeps_mode_tab_and_row(desk: Any, case_id: int) -> None:
    page = desk.window.page
    desk.press("4")
    page.lists.table.go_to(1)
    page.path.toggle_mode()
    place = page.place()
    desk.press("1")
    page.path.toggle_mode()
    desk.go("drg", **dict(place.args))
    assert (page.path.mode.current, page.lists.tabs.current) == ("all", "operations")
    assert page.lists.table.current_row == 1
    assert page.place() == place


def test_an_edit_elsewhere_is_followed(desk: Any, services: Services, case_id: int, words_of: Words) -> None:
    view = services.cases.accept(case_id, Group.DX, 0, "J15.900")
    desk.window.publish(Changes(cases=frozenset({case_id})))
    desk.rest()
    assert view.grouping.explanation.result.drg in words_of(desk)


def test_an_edit_while_the_page_is_hidden_is_followed_when_it_comes_back(
    desk: Any, services: Services, case_id: int, words_of: Words
) -> None:
    desk.go("case", case=case_id)
    view = services.cases.accept(case_id, Group.DX, 0, "J15.900")
    desk.window.publish(Changes(cases=frozenset({case_id})))
    desk.go("drg", case=case_id)
    assert view.grouping.explanation.result.drg in words_of(desk)


def test_undo_takes_the_last_edit_back(desk: Any, services: Services, case_id: int) -> None:
    before = services.cases.view(case_id).record
    services.cases.accept(case_id, Group.DX, 1, "E11.900")
    desk.window.publish(Changes(cases=frozenset({case_id})))
    desk.press("Ctrl+Z")
    assert services.cases.view(case_id).record == before
    assert desk.window.page.lists.table.cells.index(0, 1).data() == "J96.000"


def test_an_uncoded_case_says_what_is_missing(desk: Any, services: Services, words_of: Words) -> None:
    ids = services.worklist.ids("to_code")
    uncoded = next(one for one in ids if not services.cases.view(one).record.text("dx[0].code"))
    desk.go("drg", case=uncoded)
    shown = words_of(desk)
    assert any("主要诊断尚未编码" in words for words in shown)
    assert "本例没有进入正常分组。" in shown
    for key in "2345":
        desk.press(key)
        assert desk.window.page.isVisible()


def test_a_case_in_no_group_says_cause_and_remedy(desk: Any, services: Services, case_id: int, words_of: Words) -> None:
    services.cases.set_text(case_id, "dx[0].code", "Z99.999")
    desk.go("drg", case=case_id)
    assert any("Z99.999" in words and "请核对编码" in words for words in words_of(desk))


def test_a_case_that_is_gone_says_so(desk: Any, words_of: Words) -> None:
    desk.go("drg", case=999_999)
    assert any("找不到这份病案" in words for words in words_of(desk))
    assert not desk.window.page.has_case


def test_without_a_case_the_page_says_how_to_come_here(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], words_of: Words
) -> None:
    desk = open_desk((stand_in("worklist"), stand_in("case"), DRG))
    desk.go("drg")
    assert "没有要看的病案。" in words_of(desk)
    assert not desk.window.shell.actions.is_enabled("drg.try")


def test_ctrl_c_copies_the_line_the_step_or_the_whole_sentence(desk: Any, services: Services, case_id: int) -> None:
    page, clipboard = desk.window.page, QGuiApplication.clipboard()
    desk.press("Ctrl+C")
    assert clipboard.text().startswith("2\tJ96.000\t")
    page.path.steps.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Ctrl+C")
    assert clipboard.text() == page.path.steps.current().text()
    page.strip.back.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Ctrl+C")
    grouping = services.cases.view(case_id).grouping
    assert grouping.sentence in clipboard.text()
    desk.press("Ctrl+Shift+C")
    assert clipboard.text().count("\n") > len(page.path.steps.path.rows)


@pytest.mark.parametrize("keys", ["Ctrl+P", "Ctrl+Shift+E"])
def test_the_appeal_pack_is_one_key_away(desk: Any, keys: str) -> None:
    desk.wait(lambda: desk.window.page.appeal.can_save)
    desk.press(keys)
    dialog = desk.window.findChild(QFileDialog, "file_dialog")
    assert dialog is not None
    dialog.reject()


def test_tab_goes_from_path_to_table_to_payment_to_pack_and_round(desk: Any) -> None:
    page = desk.window.page
    page.path.steps.setFocus(Qt.FocusReason.OtherFocusReason)
    seen = []
    while QApplication.focusWidget() not in seen and len(seen) < 40:
        seen.append(QApplication.focusWidget())
        assert seen[-1].isVisible()
        desk.press("Tab")
    regions = [page.path, page.lists, page.payment, page.appeal]
    met = [next((part for part in regions if part.isAncestorOf(widget)), None) for widget in seen]
    assert [part for part in dict.fromkeys(met) if part is not None] == regions
    assert QApplication.focusWidget() in seen


def test_f9_and_esc_come_back_to_the_very_cell_of_the_real_case_page(
    open_desk: Callable[..., Any], case_id: int
) -> None:
    desk = open_desk()
    case = desk.go("case", case=case_id, field="op[1].code")
    desk.wait(lambda: case.focused_path() == "op[1].code")
    desk.press("F9")
    desk.wait(lambda: desk.window.page.key == "drg" and desk.window.page.has_case)
    desk.rest()
    desk.press("Escape")
    desk.wait(lambda: desk.window.page.key == "case")
    desk.rest()
    assert case.focused_path() == "op[1].code"
    assert case.grids[Group.OP].hasFocus()


def test_a_single_review_is_asked_for_from_the_path(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], case_id: int
) -> None:
    desk = open_desk((stand_in("appeals"), DRG))
    page = desk.go("drg", case=case_id)
    desk.wait(lambda: page.has_case)
    desk.rest()
    page.region("path").setFocus()
    desk.press("M")
    assert desk.window.page.key == "appeals"
    assert desk.window.page.sent.args == {"case": case_id, "new": "special"}
