"""Queues count what they show; the filter box understands conditions and never loses a word."""

from __future__ import annotations

import pytest

from app.services.composition import Services


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
