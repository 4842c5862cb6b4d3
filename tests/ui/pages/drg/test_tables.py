"""The what-if tables by themselves: what gives way in a narrow place, how a group that is none is named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.domain.grouping import GroupResult, GroupStatus, SecondaryNote
from app.services.case_history import HistoryStep
from app.services.whatif_values import Change, Effect, SecondaryLine, WhatIf
from app.ui.pages.drg import tables

WHAT = WhatIf(Change.REMOVE, Group.DX, 7)


@pytest.fixture
def table(qtbot: Any) -> tables.LineTable:
    """Return a table of secondary diagnoses with one row."""
    made = tables.LineTable(tables.SECONDARIES, "其他诊断")
    qtbot.addWidget(made)
    line = SecondaryLine(1, "A41.501", "脓毒症", SecondaryNote("A41.501", "mcc"), "HC15", False, WHAT)
    made.show_lines(["a", "b"], [tables.secondary_cells(line)] * 2)
    return made


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(640, set()), (500, {"counts"}), (430, {"counts", "excluded"}), (120, {"counts", "excluded"})],
)
def test_the_columns_that_matter_least_give_way(table: tables.LineTable, width: int, left_out: set[str]) -> None:
    table.resize(width, 200)
    table.show()
    table.fit()
    hidden = {column.key for at, column in enumerate(table.columns) if table.isColumnHidden(at)}
    assert hidden == left_out
    if width > 400:
        assert sum(table.columnWidth(at) for at in range(len(table.columns))) <= table.viewport().width()


def test_the_current_row_is_kept_by_name(table: tables.LineTable) -> None:
    table.go_to_key("b")
    rows = [[], [], []]
    table.show_lines(["c", "a", "b"], rows)
    assert table.current_key == "b"
    table.show_lines(["c"], rows[:1])
    assert table.current_key == "c"
    table.show_lines((), ())
    assert table.current_key == ""
    assert table.line_text() == ""


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (GroupStatus.GROUPED, "HC15"),
        (GroupStatus.AMBIGUOUS, "歧义组 HC15"),
        (GroupStatus.UNGROUPED, "无法入组"),
    ],
)
def test_a_group_that_is_none_is_named_so(qapp: object, status: GroupStatus, words: str) -> None:
    effect = Effect(GroupResult("MDCH", "HC1", "HC15", status), "", changed=True)
    assert tables.effect_cell(effect).text == words
    assert tables.effect_cell(effect, falls=True).text == f"落入 {words}"


def test_an_excluded_diagnosis_says_so(qapp: object) -> None:
    note = SecondaryNote("K83.001", "cc", "118")
    cells = tables.secondary_cells(SecondaryLine(2, "K83.001", "急性胆管炎", note, "", True, WHAT))
    assert [cell.text for cell in cells[3:]] == ["CC", "表118 含主诊", "不计", "已被排除，组不变"]
    assert cells[1].proposed


def test_several_findings_are_counted(qapp: object) -> None:
    found = [Finding(f"BM-{at}", "编码", Severity.WARN, "不宜作主要诊断", "", ()) for at in (1, 2)]
    assert tables.finding_cell(found).text == "BM-1 不宜作主要诊断（共 2 项）"
    assert tables.finding_cell(found[:1]).text == "BM-1 不宜作主要诊断"
    assert tables.finding_cell([]).text == "没有新增问题"


def test_a_step_of_history_shows_the_change_of_the_group(qapp: object) -> None:
    step = HistoryStep(1, datetime(2026, 11, 23, 9, 5), "林若溪（测试）", "修改", ("甲", "乙"), "", "HC11")
    assert [cell.text for cell in tables.history_cells(step)] == [
        "11-23 09:05",
        "林若溪（测试）",
        "修改",
        "甲；乙",
        "— → HC11",
    ]
