"""The path: key steps with folded runs, every step on demand, rule texts and code lists unfolded by keys."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.domain.grouping import Explanation, GroupResult, GroupStatus, Step, StepOutcome
from app.services.composition import Services
from app.ui.pages.drg.path_list import PATH_ROW
from app.ui.pages.drg.path_rows import RowKind, path_rows

HIT, MISS, LATER = StepOutcome.HIT, StepOutcome.MISS, StepOutcome.NOT_TESTED
RESULT = GroupResult("MDCH", "HC1", "HC11", GroupStatus.GROUPED)


def step(level: str, code: str, outcome: StepOutcome, rule: str = "rule", *facts: str) -> Step:
    """Return a step."""
    return Step(level, code, "名称", outcome, rule, "adrg.csv:2", facts)


PATH = (
    step("mdc", "MDCA", MISS),
    *(step("mdc", f"MDC{letter}", MISS) for letter in "PYZMN"),
    step("mdc", "MDCH", HIT, "main_dx in mdc_dx", "主要诊断 K80 ∈ mdc_dx"),
    step("adrg", "HB1", MISS),
    step("adrg", "HC1_2", HIT),
    step("drg", "HC11", HIT),
    step("drg", "HC15", LATER, "always"),
    step("adrg", "HC2", LATER),
    step("adrg", "HC3", LATER),
    step("adrg", "HU1", LATER),
)


@pytest.fixture
def path(desk: Any) -> Any:
    """Return the path panel with the focus in it."""
    panel = desk.window.page.path
    panel.steps.setFocus(Qt.FocusReason.OtherFocusReason)
    return panel


def test_long_runs_of_misses_become_one_line() -> None:
    rows = path_rows(PATH, RESULT, whole=False)
    assert [row.title for row in rows] == [
        "MDCA、MDCP、MDCY、MDCZ … MDCN",
        "MDCH 名称",
        "HB1 名称",
        "HC1_2 名称",
        "HC11 名称",
        "HC15 名称",
        "HC2、HC3、HU1",
    ]
    assert [row.on_path for row in rows] == [False, True, False, True, True, False, False]
    assert rows[0].lower == "6 组均未满足"
    assert rows[1].lower == "主要诊断 K80 ∈ mdc_dx"
    assert rows[5].lower == "排在前面的组之后，不再判定"


def test_the_whole_path_has_every_step() -> None:
    assert [row.step for row in path_rows(PATH, RESULT, whole=True)] == list(PATH)


def test_a_category_that_was_entered_and_left_is_not_on_the_path() -> None:
    left = (step("mdc", "MDCA", HIT), step("adrg", "AA1", MISS), step("mdc", "MDCH", HIT))
    assert [row.on_path for row in path_rows(left, RESULT, whole=True)] == [False, False, True]


def test_the_last_hit_is_chosen_and_a_shows_every_step(path: Any, desk: Any, services: Services, case_id: int) -> None:
    steps = services.cases.view(case_id).grouping.explanation.steps
    assert path.steps.current().step.code == services.cases.view(case_id).grouping.explanation.result.drg
    assert path.steps.model().rowCount() < len(steps)
    desk.press("A")
    assert path.steps.model().rowCount() == len(steps)
    desk.press("A")
    assert path.steps.model().rowCount() < len(steps)


def test_enter_unfolds_the_rule_with_its_place_and_takes_it_away(path: Any, desk: Any) -> None:
    found, rows = path.steps.current(), path.steps.path.rows
    at = path.steps.currentIndex().row()
    desk.press("Return")
    assert rows[at + 1].kind is RowKind.RULE
    assert found.step.rule in rows[at + 1].text()
    assert found.step.source in rows[at + 1].text()
    desk.press("Return")
    assert rows[at + 1 : at + 2] == [] or rows[at + 1].kind is not RowKind.RULE


def test_right_lists_the_members_that_the_case_has_and_left_folds(path: Any, desk: Any) -> None:
    rows = path.steps.path.rows
    at = next(at for at, row in enumerate(rows) if row.on_path and row.step.level == "mdc")
    path.steps.go_to(at)
    desk.press("Return", "Right")
    below = [row.kind for row in rows[at + 1 : at + 3]]
    assert below == [RowKind.RULE, RowKind.LIST]
    assert "✓ I63.900" in rows[at + 2].text()
    desk.press("Right")
    assert [row.kind for row in rows[at + 1 : at + 4]].count(RowKind.LIST) == 1
    path.steps.go_to(at + 2)
    desk.press("Left")
    assert path.steps.currentIndex().row() == at
    assert all(row.kind in (RowKind.STEP, RowKind.FOLD) for row in rows)


def test_enter_on_a_folded_run_tells_its_steps(path: Any, desk: Any) -> None:
    rows = path.steps.path.rows
    at = next(at for at, row in enumerate(rows) if row.kind is RowKind.FOLD)
    folded = rows[at]
    path.steps.go_to(at)
    desk.press("Return")
    assert [row.step for row in rows[at : at + len(folded.steps)]] == list(folded.steps)


def test_a_step_without_lists_says_so(path: Any, desk: Any) -> None:
    path._lists_of = lambda _step: ()
    desk.press("Right")
    at = path.steps.currentIndex().row()
    assert path.steps.path.rows[at + 1].title == "这条规则不看编码集合。"


def test_the_same_path_keeps_what_is_unfolded(path: Any, desk: Any) -> None:
    desk.press("Return")
    count = len(path.steps.path.rows)
    desk.window.page.restore(desk.window.page.place())
    assert len(path.steps.path.rows) == count
    path.show_path(None)
    assert path.steps.current() is None
    for key in ("Return", "Right", "Left"):
        desk.press(key, on=path.steps)
    assert path.current_text() == ""


def test_the_model_is_sound(path: Any, qtmodeltester: Any) -> None:
    model = path.steps.path
    qtmodeltester.check(model)
    assert model.index(0).data(PATH_ROW) is model.rows[0]
    assert model.index(0).data() == model.rows[0].text()
    model.show(path_rows(Explanation(RESULT, PATH).steps, RESULT, whole=False))
    model.replace(1, 1, model.rows[2:4])
    qtmodeltester.check(model)
