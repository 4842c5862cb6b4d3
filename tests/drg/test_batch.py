"""Grouping many cases at once gives every case the group it gets alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.grouping import GroupInput
from app.drg.batch import CHUNK, group_many
from app.drg.engine import group
from app.drg.package import load_package
from tests.drg.test_reference import SCHEMES


@pytest.mark.parametrize("name", SCHEMES)
def test_every_labelled_case_gets_its_group_in_a_batch(name, scheme_of, cases_of):
    scheme, _ = scheme_of(name)
    cases = cases_of(name.removesuffix(".xlsx"))
    assert group_many(scheme, [case for case, _ in cases]) == [expected for _, expected in cases]


def test_a_batch_of_more_than_one_chunk_keeps_its_order(mini):
    kinds = [
        GroupInput(("B1", "M2"), ("01.2",)),
        GroupInput(("B2",), ()),
        GroupInput(("P1",), (), age_years=0, weight_g=1200),
        GroupInput((), ()),
    ]
    cases = kinds * (CHUNK // 2)
    assert group_many(mini, cases) == [group(mini, case) for case in kinds] * (CHUNK // 2)


def test_no_cases_give_no_groups(mini):
    assert group_many(mini, []) == []


def test_a_case_that_no_group_takes_is_tried_with_its_other_procedures(mini_tables):
    scheme, _ = load_package(mini_tables, {"id": "mini", "retry_other_px": True})
    cases = [
        GroupInput(("Z9",), ("00.0", "99.9", "37.51")),
        GroupInput(("Z9",), ("00.0", "99.9")),
        GroupInput(("B1",), ("01.2",)),
    ]
    assert [one.drg for one in group_many(scheme, cases)] == ["AA19", "0000", "BB15"]


def test_procedures_that_take_no_part_are_left_out_of_a_batch_too(mini):
    scheme = replace(mini, ignored_px=frozenset({"01.2"}))
    cases = [GroupInput(("B1",), ("01.2",)), GroupInput(("B1",), ("01.2", "37.51")), GroupInput(("B1",), ("37.51",))]
    found = group_many(scheme, cases)
    assert found == [group(scheme, case) for case in cases]
    assert found[0] != group(mini, cases[0])
