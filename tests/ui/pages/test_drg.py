"""The DRG page as a coder reads it: the path, what the group hangs on, no amount without its tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.field import Group
from app.domain.grouping import StepOutcome
from app.services.composition import Services
from app.ui.page import PageSpec
from app.ui.pages.drg import PAGE as DRG
from app.ui.pages.drg.path import STEP, key_steps


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case with a stroke as principal diagnosis and two secondary diagnoses that are coded."""
    ids = services.worklist.ids("to_code")
    case_id = next(i for i in ids if len(services.cases.view(i).record.rows(Group.DX)) >= 3)
    for index, code in enumerate(("I63.900", "J96.000", "I10.x00")):
        services.cases.accept(case_id, Group.DX, index, code)
    return case_id


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], case_id: int) -> Any:
    """Return a window on the group of the case."""
    opened = open_desk((stand_in("worklist"), stand_in("case"), DRG))
    opened.go("drg", case=case_id)
    opened.wait(lambda: opened.window.page.has_case)
    return opened


def words_of(desk: Any) -> list[str]:
    """Return the words of every visible label."""
    return [label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible()]


def test_group_sentence_and_trial_mark_are_shown(desk: Any, services: Services, case_id: int) -> None:
    grouping = services.cases.view(case_id).grouping
    assert grouping.explanation is not None
    shown = words_of(desk)
    assert grouping.explanation.result.drg in shown
    assert any(grouping.sentence in words for words in shown)
    assert any("试用方案" in words for words in shown)


def test_the_path_ends_with_the_hit_and_can_be_seen_whole(desk: Any, services: Services, case_id: int) -> None:
    steps = services.cases.view(case_id).grouping.explanation.steps
    page = desk.window.page
    assert page.steps.current().outcome is StepOutcome.HIT
    assert page.steps.model().rowCount() == len(key_steps(steps))
    page.steps.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("A")
    assert page.steps.model().rowCount() == len(steps)
    desk.press("A")
    assert page.steps.model().rowCount() == len(key_steps(steps))


def test_key_steps_keep_every_hit(services: Services, case_id: int) -> None:
    steps = services.cases.view(case_id).grouping.explanation.steps
    kept = key_steps(steps)
    assert [step for step in steps if step.outcome is StepOutcome.HIT] == [
        step for step in kept if step.outcome is StepOutcome.HIT
    ]
    assert len(kept) < len(steps)


def test_each_secondary_says_whether_it_counts_and_what_leaving_it_out_does(
    desk: Any, services: Services, case_id: int
) -> None:
    lines = services.whatif.secondaries(case_id)
    assert [line.code for line in lines][:2] == ["J96.000", "I10.x00"]
    table = desk.window.page.table
    model = table.model()
    last = model.columnCount() - 1
    for row, line in enumerate(lines):
        said = model.index(row, last).data()
        assert said == (f"落入 {line.without}" if line.without else "组不变")


def test_leaving_a_carrier_out_really_gives_that_group(services: Services, case_id: int) -> None:
    lines = services.whatif.secondaries(case_id)
    carrier = next(line for line in lines if line.without)
    view = services.cases.remove_row(case_id, Group.DX, carrier.index)
    assert view.grouping.explanation.result.drg == carrier.without


def test_without_rates_there_is_no_amount_but_the_reason(desk: Any) -> None:
    shown = words_of(desk)
    assert any("费率" in words for words in shown)
    assert not any("结算额" in words for words in shown)


def test_enter_goes_to_the_diagnosis_and_esc_back_to_the_case(desk: Any, case_id: int) -> None:
    desk.window.page.table.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.window.page.table.go_to(1)
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert dict(desk.window.page.sent.args) == {"case": case_id, "field": "dx[2].code"}
    desk.go("drg", case=case_id)
    desk.press("Escape")
    assert desk.window.page.key == "case"


def test_an_edit_elsewhere_is_followed(desk: Any, services: Services, case_id: int) -> None:
    view = services.cases.accept(case_id, Group.DX, 0, "J15.900")
    desk.window.shell.publish(_Touched(case_id))
    assert view.grouping.explanation.result.drg in words_of(desk)


class _Touched:
    """Changes of one case."""

    assets = False
    listing = False
    paths: frozenset[str] = frozenset()

    def __init__(self, case_id: int) -> None:
        self.cases = frozenset({case_id})


def test_an_uncoded_case_says_what_is_missing(desk: Any, services: Services) -> None:
    ids = services.worklist.ids("to_code")
    uncoded = next(i for i in ids if not services.cases.view(i).record.text("dx[0].code"))
    desk.go("drg", case=uncoded)
    assert any("主要诊断尚未编码" in words for words in words_of(desk))


def test_the_path_model_is_sound(desk: Any, qtmodeltester: Any) -> None:
    model = desk.window.page.steps.path
    qtmodeltester.check(model)
    assert model.index(0).data(STEP) is model.steps[0]
