"""Trying and adopting: the copy is shown as such, nothing is written before the documentation is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.field import Group
from app.services.composition import Services
from app.storage.ops import Op
from app.ui.pages.drg.trial import DashedFrame
from app.ui.widgets import Button

Words = Callable[[Any], list[str]]


def frames(desk: Any) -> list[bool]:
    """Return which dashed frames can be seen."""
    return [frame.isVisible() for frame in desk.window.page.findChildren(DashedFrame)]


def said(desk: Any, words_of: Words, part: str) -> bool:
    """Return whether the page says something."""
    return any(part in words for words in words_of(desk))


def test_w_shows_the_copy_in_a_dashed_frame_and_esc_drops_it(
    desk: Any, services: Services, case_id: int, words_of: Words
) -> None:
    before = services.cases.view(case_id)
    carrier = next(line for line in services.whatif.secondaries(case_id) if line.without)
    desk.press("W")
    assert frames(desk) == [True, True, True]
    assert carrier.without in words_of(desk)
    assert desk.window.page.path.steps.current().step.code == carrier.without
    assert said(desk, words_of, f"去掉第 {carrier.index + 1} 诊断 {carrier.code}")
    assert services.cases.view(case_id) == before
    desk.press("Escape")
    assert frames(desk) == [False, False, False]
    assert before.grouping.explanation.result.drg in words_of(desk)
    assert desk.window.page.key == "drg"
    desk.press("Escape")
    assert desk.window.page.key == "case"


def test_adopting_asks_for_the_documentation_first_and_writes_it_into_the_audit(
    desk: Any, services: Services, case_id: int, words_of: Words
) -> None:
    page = desk.window.page
    carrier = next(line for line in services.whatif.secondaries(case_id) if line.without)
    version = services.cases.view(case_id).version
    desk.press("W", "Ctrl+Return")
    assert page.trial.line.hasFocus()
    desk.press("Return")
    assert said(desk, words_of, "请写明病历中的记载")
    assert services.cases.view(case_id).version == version
    desk.press('"11-20 病程记录', "Return")
    desk.rest()
    view = services.cases.view(case_id)
    assert view.grouping.explanation.result.drg == carrier.without
    assert not page.on_trial
    assert frames(desk) == [False, False, False]
    with services.session.db.read() as reader:
        operation = reader.case_history(case_id)[-1][0]
    assert (operation.op, operation.note) == (Op.ADOPT_WHAT_IF, "11-20 病程记录")
    assert any("11-20 病程记录" in words for words in services.history.timeline(case_id)[0].changes)
    desk.press("Ctrl+Z")
    assert services.cases.view(case_id).record.rows(Group.DX)[carrier.index].text("code") == carrier.code


def test_the_mouse_can_try_and_adopt_too(desk: Any, services: Services, case_id: int) -> None:
    listed = desk.window.page.findChildren(Button)
    buttons = {button.objectName(): button for button in listed}
    desk.click(buttons["drg.try"])
    desk.click(buttons["drg.adopt"])
    desk.window.page.trial.line.setText("11-20 病程记录")
    desk.click(next(one for one in listed if one.text() == "写入并记入审计"))
    desk.rest()
    assert services.cases.view(case_id).undo_name == "采用试算"
    desk.press("3")
    assert not buttons["drg.try"].isEnabled()


def test_a_new_principal_is_tried_and_adopted_by_moving_its_row(desk: Any, services: Services, case_id: int) -> None:
    desk.press("2", "W", "Ctrl+Return", '"入院记录及出院小结', "Return")
    desk.rest()
    assert services.cases.view(case_id).record.text("dx[0].code") == "J96.000"


def test_digits_typed_as_documentation_are_no_commands(desk: Any) -> None:
    desk.press("W", "Ctrl+Return", '"2 w 1')
    page = desk.window.page
    assert page.trial.line.text() == "2 w 1"
    assert page.lists.tabs.current == "secondaries"


def test_esc_leaves_the_line_then_the_trial_and_what_was_typed_stays(desk: Any) -> None:
    page = desk.window.page
    desk.press("W", "Ctrl+Return", '"11-20', "Escape")
    assert page.on_trial
    assert not page.trial.is_asking
    desk.press("Ctrl+Return")
    assert page.trial.line.text() == "11-20"
    desk.press("Escape", "Escape")
    assert not page.on_trial


def test_a_locked_case_says_why_and_is_not_written(
    desk: Any, services: Services, case_id: int, words_of: Words
) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case_id, CaseState.SUBMITTED)
    desk.go("drg", case=case_id)
    desk.press("W")
    locked = services.cases.view(case_id).locked
    assert said(desk, words_of, locked)
    desk.press("Ctrl+Return")
    assert not desk.window.page.trial.is_asking


def test_all_secondaries_can_only_be_tried(desk: Any, services: Services, case_id: int, words_of: Words) -> None:
    desk.press("Ctrl+End", "W")
    effect = services.whatif.carrying(case_id).without_all
    assert effect.result.drg in words_of(desk)
    assert said(desk, words_of, "只能试算")
    desk.press("Ctrl+Return")
    assert not desk.window.page.trial.is_asking


def test_a_code_can_be_tried_that_is_not_there(desk: Any, services: Services, case_id: int, words_of: Words) -> None:
    rows = services.cases.view(case_id).record.rows(Group.DX)
    desk.press("Insert", '"XYZ', "Return")
    assert said(desk, words_of, "编码库中没有“XYZ”")
    desk.window.page.trial.line.clear()
    desk.press('"i50.900', "Return")
    assert desk.window.page.on_trial
    assert said(desk, words_of, "加上其他诊断 I50.900")
    assert services.cases.view(case_id).record.rows(Group.DX) == rows
    desk.press("Escape", "Insert", "Escape")
    assert not desk.window.page.trial.isVisible()
    assert desk.window.page.key == "drg"


def test_a_fifth_more_weight_asks_for_the_physician_at_once(
    desk: Any, services: Services, words_of: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = services.whatif.try_out
    monkeypatch.setattr(services.whatif, "try_out", lambda *args: replace(real(*args), rise=Decimal("0.46")))
    desk.press("2", "W")
    assert said(desk, words_of, "权重上升 46%")
    chip = next(c for c in desk.window.page.trial.children() if getattr(c, "accessibleName", str)() == "需医师确认")
    assert chip.isVisible()


def test_an_edit_elsewhere_drops_the_trial(desk: Any, services: Services, case_id: int) -> None:
    desk.press("W")
    view = services.cases.accept(case_id, Group.DX, 2, "E11.900")
    desk.window.publish(Changes(cases=frozenset({view.case_id})))
    desk.rest()
    assert not desk.window.page.on_trial
    assert frames(desk) == [False, False, False]


def test_the_rule_that_objects_stands_in_the_bar(desk: Any, services: Services, case_id: int, words_of: Words) -> None:
    services.cases.set_text(case_id, "dx[2].code", "Z37.000")
    desk.go("drg", case=case_id)
    desk.press("2")
    lines = services.whatif.principals(case_id)
    at = next(at for at, line in enumerate(lines) if line.code == "Z37.000")
    desk.window.page.lists.table.go_to(at)
    desk.press("W")
    assert said(desk, words_of, lines[at].findings[0].rule_id)
