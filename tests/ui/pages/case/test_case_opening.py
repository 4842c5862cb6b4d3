"""Opening, coming back, what survives a crash, what another hand changed: where the user is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.case import CaseRecord
from app.domain.changes import Changes
from app.domain.field import Section
from app.services.composition import open_services
from app.storage.actor import Actor
from app.storage.ops import Op
from app.ui.page import PageSpec, Place
from app.ui.pages.case import PAGE as CASE
from app.ui.pages.case.sheet import Sheet
from app.ui.widgets import Button


def test_the_sheet_opens_at_the_diagnoses(case: Any) -> None:
    assert case.page.index.current is Section.DIAGNOSIS
    top = case.page.sheet.sections[Section.DIAGNOSIS].mapTo(case.page.sheet.viewport(), case.grid().rect().topLeft())
    assert abs(top.y()) <= 1


def test_a_wider_window_keeps_what_was_at_the_top(case: Any) -> None:
    case.desk.window.resize(1920, 1080)
    case.settle()
    assert case.page.index.current is Section.DIAGNOSIS
    case.desk.window.resize(1366, 700)
    case.settle()
    assert case.page.index.current is Section.DIAGNOSIS


def test_a_sheet_that_is_not_filled_yet_may_change_its_size(qtbot: Any) -> None:
    sheet = Sheet({}, lambda _path: None)
    qtbot.addWidget(sheet)
    sheet.resize(600, 400)
    sheet.show()
    sheet.resize(700, 500)
    turns: list[bool] = []
    QTimer.singleShot(5, lambda: turns.append(True))
    qtbot.waitUntil(lambda: bool(turns))  # what goes wrong in a turn of the window fails the test
    assert sheet.sections == {}


def test_without_a_case_the_page_says_what_to_do(open_desk: Callable[..., Any], pages: tuple[PageSpec, ...]) -> None:
    desk = open_desk(pages)
    page = desk.go("case")
    assert page.view is None
    assert any("没有打开的病案" in child.text() for child in page.findChildren(type(page.stack._message._title)))
    for action in CASE.actions:
        assert not desk.window.shell.actions.is_enabled(action.id)
    desk.press("F6", "Ctrl+Return", "Ctrl+Z")


def test_a_case_that_is_gone_says_so(case: Any) -> None:
    case.page.open_case(999_999)
    case.settle()
    assert case.says("找不到这份病案")
    assert case.page.view is None
    case.open()
    assert case.says("十二指肠") or case.page.view is not None


def test_the_place_is_come_back_to(case: Any) -> None:
    case.go_to("op[1].level")
    kept = case.page.place()
    assert kept.args["field"] == "op[1].level"
    scroll = case.page.sheet.verticalScrollBar().value()
    case.desk.go("worklist")
    case.desk.window.go_back()
    case.settle()
    assert case.focus is case.grid("op")
    assert case.spot("op") == (1, "级别")
    assert case.page.sheet.verticalScrollBar().value() == scroll
    case.page.open_case(case.case_id)
    case.settle()
    case.desk.window.go(kept)
    case.settle()
    assert case.spot("op") == (1, "级别")
    assert case.page.sheet.verticalScrollBar().value() == scroll


def test_half_typed_text_is_kept_and_forgotten_when_it_is_put_back(case: Any) -> None:
    case.go_to("contact_name")
    case.press('"Wu Y')
    case.wait(lambda: case.stored().drafts == {"contact_name": "Wu Y"})
    case.press("Escape")
    case.wait(lambda: not case.stored().drafts)
    case.go_to("op[0].surgeon")
    case.press('"Wu')
    case.wait(lambda: case.stored().drafts == {"op[0].surgeon": "Wu"})
    case.press("Return")
    assert not case.stored().drafts


@pytest.mark.parametrize("path", ["contact_name", "op[0].surgeon", "fee_self"])
def test_half_typed_text_of_a_crashed_run_waits_in_its_field(case: Any, path: str) -> None:
    stored = case.value(path)
    case.services.drafts.note(case.case_id, path, "12")
    case.services.drafts.keep()
    case.page.open_case(case.case_id)
    case.settle()
    assert case.focus.objectName() == path
    assert case.focus.text() == "12"
    assert case.value(path) == stored
    case.press("Return")
    assert str(case.value(path)) in {"12", "1200"}
    assert case.stored().drafts == {}


def test_what_another_page_writes_is_shown(case: Any) -> None:
    case.services.cases.set_text(case.case_id, "contact_name", "别处（测试）")
    case.desk.window.publish(Changes(cases=frozenset((case.case_id,))))
    assert case.field("contact_name").text() == "别处（测试）"


def test_the_page_tells_the_others_what_it_wrote(case: Any) -> None:
    told: list[Changes] = []
    case.desk.window.pages["worklist"].on_changes = told.append
    case.desk.go("worklist")
    case.open()
    case.go_to("contact_name")
    case.press('"Wu', "Return")
    assert told[-1].cases == {case.case_id}
    assert told[-1].listing  # 待编码 became 编码中


class Half:
    """Services without engines, until somebody lets them load."""

    def __init__(self, whole: Any) -> None:
        self.whole, self.is_ready, self.loads, self.fails = whole, False, 0, False
        self.go_on = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)

    def warm_up(self, progress: Progress) -> None:
        """Load, when let."""
        self.loads += 1
        self.go_on.wait(20)
        if self.fails:
            raise UserProblem("cases.not_found")
        self.is_ready = True


def test_the_case_is_there_before_the_engines_and_takes_what_is_typed(
    case: Any, monkeypatch: pytest.MonkeyPatch, add_case: Callable[..., int], record: CaseRecord
) -> None:
    half = Half(case.services)
    other = add_case(record.with_value("record_no", "00912370"))
    monkeypatch.setattr(case.page.shell, "services", half)
    for _ in range(2):
        case.desk.window.go(Place("case", {"case": other, "field": "contact_name"}))
    case.settle()
    assert case.page.view.case_id == other
    assert case.focus.objectName() == "contact_name"
    assert not case.page.answers.shows_content
    assert not case.desk.window.shell.actions.is_enabled("case.finish")
    case.press('"Wu', "Return")
    assert half.whole.cases.view(other).record.text("contact_name") != "Wu"
    assert case.page.sheet.boxes["contact_name"].field.text() == "Wu"
    half.go_on.set()
    case.wait(lambda: case.page.is_whole)
    assert half.loads == 1
    assert half.whole.cases.view(other).record.text("contact_name") == "Wu"
    assert case.page.answers.shows_content
    assert case.desk.window.shell.actions.is_enabled("case.finish")


def test_a_search_half_typed_in_a_crashed_run_waits_for_the_engines(
    case: Any, monkeypatch: pytest.MonkeyPatch, add_case: Callable[..., int], another: CaseRecord
) -> None:
    half, other = Half(case.services), add_case(another)
    case.services.drafts.note(other, "dx[1].code", "tnb")
    case.services.drafts.keep()
    monkeypatch.setattr(case.page.shell, "services", half)
    case.desk.window.go(Place("case", {"case": other}))
    case.wait(lambda: case.focus is not None and case.focus.objectName() == "code_editor")
    assert case.focus.text() == "tnb"
    assert case.focus.panel.current() is None
    half.go_on.set()
    case.wait(lambda: case.focus.panel.current() is not None)
    case.press("Escape")
    case.wait(lambda: not half.whole.cases.view(other).drafts)


def test_engines_that_cannot_be_loaded_leave_words_and_a_way_on(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    half = Half(case.services)
    half.fails = True
    half.go_on.set()
    monkeypatch.setattr(case.page.shell, "services", half)
    case.page.open_case(case.case_id)
    case.wait(lambda: case.says("未能质控与分组。"))
    assert case.page.view is not None
    half.fails = False
    case.desk.click(next(one for one in case.page.findChildren(Button) if one.text() == "重试" and one.isVisible()))
    case.wait(lambda: case.page.is_whole)


def test_a_read_only_library_is_read_and_not_written(
    open_desk: Callable[..., Any], pages: tuple[PageSpec, ...], case_id: int, services: Any, case: Any
) -> None:
    path = services.session.db.path.parent
    reading = open_services(path, read_only=True, engines=services.session.engines)
    try:
        view = reading.cases.view(case_id)
        assert "只读" in view.locked
    finally:
        reading.close()


def test_a_long_list_of_findings_keeps_its_cards(case: Any) -> None:
    before = {id(card) for card in case.page.findings._cards}
    case.go_to("contact_name")
    case.press('"Wu', "Return")
    after = {id(card) for card in case.page.findings._cards}
    assert before == after


def test_a_case_that_goes_away_while_it_is_open_says_so(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_case_id: int) -> None:
        raise UserProblem("cases.not_found", remedy="cases.remedy.not_found")

    monkeypatch.setattr(case.services.cases, "view", gone)
    case.desk.window.publish(Changes(cases=frozenset((case.case_id,))))
    assert case.says("找不到这份病案")
    assert case.page.view is None
    case.press("F6", "Ctrl+Z", "Ctrl+Return")


def test_a_write_that_fails_can_be_tried_again(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = case.services.cases.set_text

    is_full = [True]

    def set_text(*args: Any) -> object:
        if is_full[0]:
            raise UserProblem("storage.disk_full", remedy="storage.remedy.disk_full")
        return whole(*args)

    monkeypatch.setattr(case.services.cases, "set_text", set_text)
    case.go_to("contact_name")
    case.press('"Wu', "Return")
    assert case.value("contact_name") != "Wu"
    case.wait(lambda: case.says("磁盘已满"))
    assert any(one.text() == "重试" and one.isVisible() for one in case.desk.window.findChildren(Button))
    assert case.field("contact_name").text() == "Wu"
    is_full[0] = False
    case.page.shell.retry_save()
    assert case.value("contact_name") == "Wu"


def test_a_case_that_somebody_else_codes_is_read_until_it_is_taken_over(case: Any) -> None:
    case.services.cases.set_text(case.case_id, "contact_name", "某人（测试）")
    other = Actor("wangmin", "王敏（测试）", frozenset({"coder"}))
    with case.services.session.db.operation(Op.CLAIM, by=other) as tx:
        tx.claim(case.case_id)
    case.desk.window.publish(Changes(cases=frozenset((case.case_id,))))
    assert case.says("正在编辑")
    assert case.says("您可阅读，或请求接手。")
    assert not case.page.strip.finish_button.isVisible()
    assert not case.page.bar.next_button.isVisible()
    case.go_to("contact_name")
    case.press('"Wu')
    assert case.page.strip.is_flashing
    case.press("Alt+J")
    case.press("Return")
    assert case.stored().held == ""
    assert case.page.strip.finish_button.isVisible()
    case.press("Ctrl+Z")
    assert case.stored().held


def test_the_strip_says_how_much_time_is_left(case: Any) -> None:
    assert case.stored().deadline is not None
    words = case.visible("time_left").accessibleName()
    assert words.startswith(("剩 ", "逾期 "))


def test_a_field_stored_elsewhere_while_it_is_typed_is_asked_about(case: Any) -> None:
    case.go_to("contact_name")
    case.press('"Wu')
    case.services.cases.set_text(case.case_id, "contact_name", "别处（测试）")
    case.desk.window.publish(Changes(cases=frozenset((case.case_id,))))
    card = case.visible("conflict_card")
    assert card is not None
    assert case.focus is card
    assert case.value("contact_name") == "别处（测试）"
    case.press("Tab", "Return", on=None)
    assert case.visible("conflict_card") is None
    assert case.value("contact_name") == "Wu"


def test_a_draft_overtaken_by_somebody_is_asked_about_when_the_case_opens(
    case: Any, add_case: Callable[..., int], another: CaseRecord
) -> None:
    clock: Any = case.services.session.clock
    other = add_case(another)
    case.services.drafts.note(other, "contact_name", "Wu")
    case.services.drafts.keep()
    clock.at += timedelta(minutes=5)
    case.services.cases.set_text(other, "contact_name", "别人（测试）")
    with case.services.session.db.caching() as cache:
        cache.clear_drafts(other)
    clock.at -= timedelta(minutes=5)
    case.services.drafts.note(other, "contact_name", "Wu")
    case.services.drafts.keep()
    case.open(other)
    card = case.visible("conflict_card")
    assert card is not None
    case.press("Tab", "Tab", "Return", on=None)
    assert case.visible("conflict_card") is None
    assert case.value("contact_name") == "别人（测试）"
    case.wait(lambda: not case.stored().drafts)


def test_a_candidate_asked_for_before_it_came_is_told_and_not_taken_unseen(
    case: Any, monkeypatch: pytest.MonkeyPatch, add_case: Callable[..., int], another: CaseRecord
) -> None:
    half, other = Half(case.services), add_case(another)
    monkeypatch.setattr(case.page.shell, "services", half)
    case.desk.window.go(Place("case", {"case": other, "field": "dx[0].code"}))
    case.wait(lambda: case.page.grid() is not None)
    case.press("Ctrl+1")
    assert case.says("候选列出后再按 Ctrl+1")
    half.go_on.set()
    case.wait(lambda: case.page.is_whole)
    assert not case.says("候选列出后再按 Ctrl+1")
    assert not half.whole.cases.view(other).record.rows("dx")[0].text("code")
    case.wait(lambda: case.page.grid().offered(0) is not None)
    case.press("Ctrl+1")
    assert half.whole.cases.view(other).record.rows("dx")[0].text("code")


def test_a_field_under_the_cursor_stays_selected_when_the_engines_come(
    case: Any, monkeypatch: pytest.MonkeyPatch, add_case: Callable[..., int], another: CaseRecord
) -> None:
    half, other = Half(case.services), add_case(another)
    monkeypatch.setattr(case.page.shell, "services", half)
    case.desk.window.go(Place("case", {"case": other, "field": "contact_name"}))
    case.wait(lambda: case.focus is not None and case.focus.objectName() == "contact_name")
    half.go_on.set()
    case.wait(lambda: case.page.is_whole)
    assert case.focus.selectedText() == case.focus.text() != ""


def test_the_list_behind_the_next_case_survives_a_restart(
    case: Any, open_desk: Callable[..., Any], pages: tuple[PageSpec, ...], add_case: Callable[..., int], another: Any
) -> None:
    other = add_case(another)
    case.open(queue=[case.case_id, other])
    case.desk.rest()
    later = open_desk(pages)
    page = later.go("case", case=case.case_id)
    assert page.title_detail() == "第 1 / 2 份"
    assert page.following.after(case.case_id) == other
    assert page.following.after(other) is None
