"""Queues count what they show; the filter box understands conditions and never loses a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.services.composition import Services
from app.services.priority import Weights
from app.storage.actor import Actor


def test_every_queue_counts_what_it_shows(services: Services) -> None:
    for queue in services.worklist.queues():
        assert queue.count == len(services.worklist.ids(queue.key)), queue.key


@pytest.mark.parametrize(
    ("words", "queue"),
    [("状态:待编码", "to_code"), ("状态:在院", "inpatient"), ("级别:强制", "errors")],
)
def test_a_condition_shows_the_same_as_its_queue(services: Services, words: str, queue: str) -> None:
    services.checking.run(services.worklist.ids("all"))
    wanted = set(services.worklist.ids(queue))
    assert wanted
    assert wanted <= set(services.worklist.ids("all", words))


def test_departments_are_found_by_their_name(services: Services) -> None:
    ids = services.worklist.ids("all", "科室:心血管")
    assert {row.dept for row in services.worklist.rows(ids)} == {"03.04"}


def test_a_name_number_or_diagnosis_is_found_as_text(services: Services) -> None:
    row = services.worklist.rows(services.worklist.ids("all"))[3]
    for word in (row.patient_name, row.record_no, row.principal_text):
        assert row.case_id in services.worklist.ids("all", word.split()[0])
    assert len(services.worklist.ids("all", "没有这个人")) == 0


@pytest.mark.parametrize("words", ["'; drop table cases --", "100%", "_", "\\", "科室:", "出院:2026-99-99", "未知:x"])
def test_strange_words_are_searched_literally(services: Services, words: str) -> None:
    assert len(services.worklist.ids("all", words)) == 0
    assert len(services.worklist.ids("all")) == 24


def test_discharge_days_are_taken_whole(services: Services) -> None:
    rows = services.worklist.rows(services.worklist.ids("all"))
    day = next(row.discharge_time for row in rows if row.discharge_time).date()
    found = services.worklist.rows(services.worklist.ids("all", f"出院:{day}"))
    assert {row.discharge_time.date() for row in found if row.discharge_time} == {day}


def test_sorting_turns_round(services: Services) -> None:
    up = list(services.worklist.ids("all", sort="record_no"))
    assert list(services.worklist.ids("all", sort="record_no", descending=True)) == up[::-1]


def test_completion_offers_fields_and_values(services: Services) -> None:
    assert "科室:" in services.worklist.complete("科")
    assert any("心血管" in found for found in services.worklist.complete("科室:心"))


def test_checking_keeps_the_counts_of_the_list_up_to_date(services: Services) -> None:
    assert len(services.checking.stale()) == 24
    changes = services.checking.run(services.worklist.ids("all"))
    assert changes.listing
    assert services.checking.stale() == []
    rows = services.worklist.rows(services.worklist.ids("errors"))
    assert rows
    assert all(row.errors > 0 for row in rows)


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("科室:xxg", "科室:心血管"),
        ("级别:qz", "级别:强制"),
        ("强制>0", "级别:强制"),
        ("强制≥1", "级别:强制"),
        ("状态:zy", "状态:在院"),
        ("出院:by", "出院:本月"),
        ("认领:我", "我在编"),
    ],
)
def test_conditions_may_be_said_in_several_ways(services: Services, words: str, same: str) -> None:
    services.checking.run(services.worklist.ids("all"))
    services.list_work.claim(services.worklist.ids("to_code")[:3])
    services.list_work.claim(services.worklist.ids("coding"))
    assert list(services.worklist.ids("all", words)) == list(services.worklist.ids("all", same)) != []


def test_numbers_are_compared(services: Services) -> None:
    rows = services.worklist.rows(services.worklist.ids("all"))
    old = {row.case_id for row in rows if row.age_years is not None and row.age_years > 60}
    assert set(services.worklist.ids("all", "年龄>60")) == old != set()
    assert set(services.worklist.ids("all", "住院>=1 住院<=1000")) <= {row.case_id for row in rows}


def test_overdue_are_cases_past_three_working_days(services: Services) -> None:
    monday = services.session.clock.now().date()
    assert monday.isoformat() == "2026-11-23"
    found = services.worklist.rows(services.worklist.ids("all", "逾期"))
    days = {row.discharge_time.date().isoformat() for row in found if row.discharge_time}
    assert max(days) <= "2026-11-17"  # Wednesday, Thursday, Friday follow; the weekend rests
    assert {str(row.state) for row in found} <= {"to_code", "coding", "returned"}
    assert len(services.worklist.ids("overdue")) == len(found)


def test_the_most_urgent_come_first_and_every_point_is_explained(services: Services) -> None:
    services.checking.run(services.worklist.ids("all"))
    ids = services.worklist.ids("all", sort="priority")
    points = [line.points for line in services.worklist.lines(ids)]
    assert points == sorted(points, reverse=True)
    assert points[0] > 0
    for case_id, given in zip(ids, points, strict=True):
        why = services.worklist.reasons(case_id, "all")
        assert why is not None
        assert sum(one.points for one in why.lines) == why.points == given
        assert all(one.words for one in why.lines)


@pytest.mark.parametrize("sort", ["", "priority", "deadline", "age"])
def test_lines_are_shown_with_the_points_that_the_list_was_made_with(
    services: Services, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    ids = services.worklist.ids("all", sort=sort)
    monkeypatch.setattr("app.services.worklist.Priority", None)  # what asks all cases again would fail
    assert len(services.worklist.lines(ids[:5])) == 5


def test_new_weights_order_the_list_at_once(services: Services) -> None:
    services.worklist.ids("all", sort="priority")
    services.worklist.set_priority(Weights(days=0, errors=0, amount=0, answered=0, mine=0, warns=90))
    ids = services.worklist.ids("all", sort="priority")
    points = [line.points for line in services.worklist.lines(ids)]
    assert points == sorted(points, reverse=True)
    assert points == [why.points for one in ids if (why := services.worklist.reasons(one)) is not None]


def test_weights_are_a_setting_that_can_be_taken_back(services: Services) -> None:
    services.checking.run(services.worklist.ids("all"))
    changes = services.worklist.set_priority(replace(services.worklist.priority(), days=0, errors=100))
    first = services.worklist.lines(services.worklist.ids("all", sort="priority")[:1])[0]
    assert first.row.errors > 0
    services.session.db.undo(changes.op_id, by=services.user)
    assert services.worklist.priority() == Weights()
    with pytest.raises(UserProblem):
        services.worklist.set_priority(replace(Weights(), days=101))


def test_the_amount_at_risk_is_shown_to_those_who_answer_for_it_only(services: Services) -> None:
    services.checking.run(services.worklist.ids("all"))
    shown = services.worklist.totals("errors").at_risk_fen
    assert shown == sum(row.amount_fen or 0 for row in services.worklist.rows(services.worklist.ids("errors")))
    services.session.seat.take(Actor("p1", "测试编码员", frozenset({"coder"})))
    assert services.worklist.totals("errors").at_risk_fen is None


def test_a_case_that_waits_for_another_day_comes_last(services: Services) -> None:
    first = services.worklist.ids("to_code", sort="priority")[0]
    services.list_work.follow_up([first], "2026-11-30", "等待病理结果")
    assert (
        services.worklist.ids("to_code", sort="priority")[-1] == first
        or services.worklist.lines([first])[0].points == 0
    )
    assert first not in services.worklist.ids("today")
    assert list(services.worklist.ids("follow_up")) == [first]
    assert list(services.worklist.ids("all", "跟进:到期")) == []
    why = services.worklist.reasons(first, "follow_up")
    assert why is not None
    assert any("11-30" in one.words for one in why.lines)


def test_claims_of_others_that_nobody_touched_are_idle(services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.list_work.assign([case_id], "p7")
    assert services.worklist.idle([case_id]) == []
    assert isinstance(services.session.clock, FixedClock)
    services.session.clock.at += timedelta(days=3)
    assert services.worklist.idle([case_id]) == [case_id]
    assert services.worklist.claims([case_id]) == {"p7": [case_id]}
