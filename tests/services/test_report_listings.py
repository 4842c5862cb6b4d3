"""Lines of the report beside its indicators: recounted by hand on a few invented stays, and on a library."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.domain.case import CaseState
from app.domain.field import Group
from app.services import report_groups
from app.services.composition import Services
from app.services.report_flow import coder_lines
from app.services.report_listings import (
    ranked,
    risen_costs,
    rule_changes,
    surgeons,
    tier_combinations,
    time_in_states,
)
from app.services.report_types import GroupRow, Indicator, MonthReport, ReportScope
from app.storage.actor import Actor
from app.storage.case_columns import TextColumn
from app.storage.ops import Op
from app.storage.report_rows import WorkStep

WHOLE = ReportScope(date(2026, 1, 1), date(2026, 12, 31))
AT = datetime(2026, 11, 3, 9)


def column(values: list[str]) -> TextColumn:
    made = TextColumn()
    made.codes = made.encode(values)
    return made


def frame_of(**columns: Any) -> Any:
    """Return what stands for the stays: lists of texts and numbers by name, with costs known."""
    texts = {name: column(values) for name, values in columns.items() if isinstance(values[0], str)}
    numbers = {name: np.array(values) for name, values in columns.items() if not isinstance(values[0], str)}
    count = len(next(iter(columns.values())))
    return SimpleNamespace(
        ids=np.arange(1, count + 1),
        stays=SimpleNamespace(texts=texts, numbers=numbers),
        los=numbers.get("los", np.zeros(count, np.int64)),
        has_amount=np.ones(count, np.bool_),
    )


def value_of(report: MonthReport, key: str) -> Indicator:
    return next(one for part in report.dimensions for one in part.indicators if one.key == key)


@pytest.fixture
def sent(services: Services) -> int:
    """Return a case with three diagnoses that went to quality control after its codes were set."""
    case_id = services.worklist.ids("to_code")[0]
    for index, code in enumerate(("K80.200", "I10.x00", "E11.900")):
        services.cases.set_text(case_id, f"dx[{index}].code", code)
    move(services, case_id, CaseState.CODING, CaseState.TO_QC)
    return case_id


def move(services: Services, case_id: int, *states: CaseState) -> None:
    for state in states:
        with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
            tx.set_state(case_id, state)


def test_codes_changed_after_quality_control_are_told_from_those_before(services: Services, sent: int) -> None:
    before = services.reports.run(WHOLE)
    assert value_of(before, "recoded").opens == ()
    assert value_of(before, "recoded").cases == 1
    services.cases.set_text(sent, "dx[2].code", "E11.900x001")
    later = services.reports.run(WHOLE)
    assert value_of(later, "recoded").opens == (sent,)
    assert value_of(later, "main_changed").opens == ()
    services.cases.move_row(sent, Group.DX, 2, 0)
    assert value_of(services.reports.run(WHOLE), "main_changed").opens == (sent,)


def test_a_code_of_the_cc_list_that_comes_after_is_a_changed_tier(services: Services, sent: int) -> None:
    scheme = services.session.engines.assets.scheme(date(2026, 11, 1))
    listed = sorted({*scheme.cc.tables, *scheme.mcc.tables})
    services.cases.set_text(sent, "dx[1].code", next(code for code in listed if code.startswith("J")))
    assert value_of(services.reports.run(WHOLE), "tier_changed").opens == (sent,)


def test_objections_are_counted_and_closed_ones_timed(services: Services, sent: int) -> None:
    path = services.session.db.path
    with sqlite3.connect(path) as raw:
        line = "INSERT INTO appeal (case_id, kind, objection, received, due, state, closed, actor, at) VALUES "
        for state, closed in (("accepted", "2026-11-12"), ("open", ""), ("withdrawn", "")):
            values = (sent, "appeal", "编码依据不足（测试）", "2026-11-02", "2026-11-20", state, closed, "p1")
            raw.execute(f"{line}(?, ?, ?, ?, ?, ?, ?, ?, '2026-11-02 09:00:00')", values)
    report = services.reports.run(WHOLE)
    assert value_of(report, "objected").opens == (sent,)
    assert (value_of(report, "objection_days").numerator, value_of(report, "objection_days").cases) == (10, 1)


def test_points_lost_by_section_are_those_of_the_stored_reports(services: Services) -> None:
    services.checking.run(services.worklist.ids("all"))
    report = services.reports.run(WHOLE)
    lost: dict[str, float] = {}
    with sqlite3.connect(services.session.db.path) as raw:
        query = (
            "SELECT f.data FROM finding AS f JOIN cases AS c ON c.id = f.case_id "
            "WHERE c.discharge_time <> '' AND c.state <> 'cancelled'"
        )
        for (data,) in raw.execute(query):
            for one in json.loads(data)["deductions"]:
                lost[one["section"]] = lost.get(one["section"], 0.0) + one["points"]
    found = {row.key: (row.measures["lost"] or 0.0) * report.cases for row in report.listing("sections").rows}
    assert found == pytest.approx({"patient": 0.0, "stay": 0.0, "treatment": 0.0, "fee": 0.0} | lost)


def test_time_in_a_state_ends_with_the_next_one_and_few_cases_are_not_shown() -> None:
    frame = frame_of(dept=["a"] * 12)
    steps = []
    for case_id in range(1, 13):
        for hours, state in ((0, "coding"), (2, "to_qc"), (2 + case_id, "passed")):
            steps.append(WorkStep(case_id, "", state, AT + timedelta(hours=hours), "p1", "甲（测试）"))
    found = {row.key: row for row in time_in_states(frame, np.ones(12, np.bool_), steps).rows}
    assert found["coding"].measures == {"hours": 2.0, "longest": 2.0}
    assert found["to_qc"].measures == {"hours": 6.5, "longest": 12.0}
    assert "passed" not in found
    few = time_in_states(frame, np.arange(12) < 9, steps).rows[0]
    assert (few.cases, few.measures["hours"]) == (9, None)


def test_surgeons_are_compared_from_ten_cases_of_the_same_operation() -> None:
    frame = frame_of(
        op=["47.09"] * 12 + ["51.23"] * 9 + [""] * 3,
        surgeon=["刀甲（测试）"] * 24,
        material=[100] * 24,
        los=[3] * 6 + [5] * 6 + [9] * 12,
        complication=[1] * 3 + [0] * 21,
    )
    found = surgeons(SimpleNamespace(frame=frame), np.ones(24, np.bool_), {"47.09": "阑尾切除术"})  # type: ignore[arg-type]
    (row,) = found.rows
    assert (row.key, row.label, row.cases) == ("47.09", "刀甲（测试）　阑尾切除术", 12)
    assert row.measures == {"stay": 4.0, "material_cost": 100.0, "complications": 0.25}
    assert "1 组" in found.note


def test_mcc_and_cc_that_stand_together_are_counted_unless_the_main_diagnosis_excludes_them(services: Services) -> None:
    scheme = services.session.engines.assets.scheme(date(2026, 11, 1))
    one, two, main = next(
        (one, two, main)
        for one, main in ((code, min(scheme.cc.excluded)) for code in sorted(scheme.cc.tables))
        for two in sorted(scheme.mcc.tables)
        if scheme.cc.counts(one, main) and scheme.mcc.counts(two, main)
    )
    frame = frame_of(los=[4] * 14)
    frame.schemes = lambda: {scheme.id: scheme}
    others = [*((at, main, [two, one, "Z99.999"]) for at in range(1, 13)), (13, main, [one]), (14, main, ["Z99.999"])]
    found = tier_combinations(SimpleNamespace(frame=frame), np.arange(14) != 0, others, str.lower)  # type: ignore[arg-type]
    assert [row.cases for row in found.rows] == [11, 1]
    assert found.rows[0].measures == {"share": pytest.approx(11 / 12), "stay": 4.0}
    assert set(found.rows[0].key.split()) == {one, two}
    assert found.rows[1].measures["stay"] is None


def test_costs_that_rose_are_told_by_the_mean_of_a_stay() -> None:
    frame = frame_of(
        dept=["03"] * 30 + ["04"] * 20,
        **{name: [100] * 50 for name in ("drugs", "exams", "treatment", "service", "blood")},
        material=[100] * 10 + [131] * 20 + [100] * 20,
        antibiotic=[100] * 10 + [290] * 20 + [100] * 10 + [301] * 10,
    )
    now = np.array([False] * 10 + [True] * 20 + [False] * 10 + [True] * 10)
    it = SimpleNamespace(frame=frame, parameters={"fee_rise": 0.3, "antibiotic_rise": 2.0})
    found = risen_costs(it, now, ~now).rows  # type: ignore[arg-type]
    assert [(row.key, row.measures["cost_now"], row.cases) for row in found] == [("03", 131.0, 20), ("04", 301.0, 10)]
    assert found[0].measures["change"] == pytest.approx(0.31)
    frame.has_amount[40:42] = False
    assert [row.key for row in risen_costs(it, now, ~now).rows] == ["03"]  # type: ignore[arg-type]


def test_the_last_departments_are_marked_where_there_are_enough() -> None:
    rows = [GroupRow(str(at), "", 20, {"drugs": at / 10}, ()) for at in range(6)]
    found = ranked(rows, ("drugs",), 3)
    assert [row.key for row in found if row.marks] == ["3", "4", "5"]
    assert found[5].marks == {"drugs": "后 3 名"}
    assert not any(row.marks for row in ranked(rows[:5], ("drugs",), 3))


def test_a_coder_is_timed_from_the_beginning_to_the_passing_on_of_the_same_day() -> None:
    frame = frame_of(dept=["a"] * 3)
    steps = [
        step
        for case_id, minutes in ((1, 10), (2, 30), (3, 60 * 24))
        for step in (
            WorkStep(case_id, "to_code", "coding", AT, "p1", "甲（测试）"),
            WorkStep(case_id, "coding", "to_qc", AT + timedelta(minutes=minutes), "p1", "甲（测试）"),
        )
    ]
    flow = SimpleNamespace(recoded=np.array([2]))
    scope = ReportScope(date(2026, 10, 1), date(2026, 11, 30))
    (line,) = coder_lines(steps, flow, scope, frame, np.ones(3, np.bool_))  # type: ignore[arg-type]
    assert (line.finished, line.minutes, line.recoded, line.per_month) == (3, 20.0, 1, 1.5)


def test_versions_of_rules_say_how_many_days_they_needed() -> None:
    first, second = rule_changes([("BY-001", "甲", 1, 100, 103), ("BY-001", "乙", 2, 110, None)]).rows
    assert (first.measures["days"], second.measures["days"]) == (3.0, None)


def test_a_surplus_goes_back_above_the_bound_of_the_cmi() -> None:
    it = SimpleNamespace(parameters={"return_cmi": 1.5, "return_share": 0.5})

    found = report_groups._returned(it, np.array([1.6, 1.6, 1.4, np.nan]), np.array([100.0, -5.0, 100.0, 100.0]))  # type: ignore[arg-type]
    assert found[0] == 50.0
    assert np.isnan(found[1:]).all()


def test_the_level_of_the_hospital_narrows_the_report(services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.cases.set_text(case_id, "setl_level", "3")
    levels = {level: services.reports.run(replace(WHOLE, level=level)).cases for level in ("", "3")}
    assert 0 < levels["3"] <= levels[""]
    with services.session.db.read() as reader:
        stays = reader.reports.stays(WHOLE.first, WHOLE.last)
    assert levels["3"] == stays.texts["level"].counts()["3"]


def test_quarters_and_years_are_offered_as_periods(services: Services) -> None:
    choices = services.reports.choices()
    assert "2026-10 至 2026-12" in choices.cycles
    assert "2026-01 至 2026-12" in choices.cycles
    assert [name for _, name in choices.levels] == ["一级", "二级", "三级"]


def test_who_only_codes_gets_no_line_with_amounts(services: Services) -> None:
    services.session.seat.take(Actor("p7", "试（测试）", frozenset({"coder"})))
    report = services.reports.run(WHOLE)
    assert "watch" not in {one.key for one in report.listings}
    assert not any("material_cost" in row.measures for one in report.listings for row in one.rows)
    assert not any("surplus_rate" in row.measures for row in (*report.diseases, *report.departments))
    assert not services.reports.sorts_by_amount()
    services.session.seat.take(Actor("p8", "保（测试）", frozenset({"insurance"})))
    assert services.reports.sorts_by_amount()
