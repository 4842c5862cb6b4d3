"""The groups next to the one a case is in: near ones only, in the order of the scheme, with what stands between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.drg.neighbours import MOST, neighbours
from app.drg.package import load_package


def told(scheme, *args, **given):
    """Return the neighbours of a case as (code, wishes)."""
    return [(one.code, [lack.wanted for lack in one.lacks]) for one in neighbours(scheme, GroupInput(*args, **given))]


def test_the_other_groups_of_the_row_are_told_first_tried_first(mini):
    assert told(mini, ("B2", "C1"), ("01.2",)) == [
        ("BB11", ["有未被排除的 MCC"]),
        ("BB15", ["没有未被排除的 CC"]),
    ]


def test_a_group_that_no_case_can_reach_is_not_told(mini):
    assert "BB19" in mini.names
    assert "BB19" not in [code for code, _ in told(mini, ("B2", "C1"), ("01.2",))]


def test_a_row_whose_procedure_is_not_the_main_one_is_near(mini):
    near = told(mini, ("B2",), ("99.1", "01.2"))
    assert ("BB15", ["主要手术属于 BB1"]) in near


def test_a_row_behind_says_what_must_not_hold_before_it(mini):
    near = dict(told(mini, ("B1",), ("01.2",)))
    assert near["BR1"] == ["主要手术不属于 BB1", "主要手术不属于 有效手术（valid_px）"]


def test_a_category_that_only_a_number_keeps_the_case_out_of_is_near(mini):
    assert ("MDCN", ["性别 = 女"]) in told(mini, ("N1",), (), sex="male")
    assert ("PS19", ["体重（克） < 1500"]) in told(mini, ("P1",), (), age_years=0, weight_g=3000)


def test_what_another_principal_diagnosis_would_open_is_left_to_its_own_list(mini):
    assert not any(code.startswith(("MDC", "N")) for code, _ in told(mini, ("B2", "N1"), ("01.2",), sex="female"))


def test_a_retried_case_is_looked_at_with_the_procedure_that_was_taken(mini_tables):
    scheme, _ = load_package(mini_tables, {"id": "mini", "retry_other_px": True})
    case = GroupInput(("B2",), ("55.5", "01.2"))
    assert group(scheme, case).drg == "BB15"
    assert [code for code, _ in told(scheme, ("B2",), ("55.5", "01.2"))][:2] == ["BB11", "BB13"]


def test_no_procedure_helps_a_case_that_no_group_takes(mini_tables):
    scheme, _ = load_package(mini_tables, {"id": "mini", "retry_other_px": True})
    assert group(scheme, GroupInput(("Z9",), ("55.5", "55.6"))).drg == "0000"
    assert told(scheme, ("Z9",), ("55.5", "55.6")) == []


def test_a_row_that_was_passed_by_says_what_its_groups_want(mini_tables, make_table):
    mini_tables["drg"] = make_table("drg", "adrg,order,drg,name,condition\n BB1,1,BB11,开颅伴MCC,has_mcc")
    scheme, _ = load_package(mini_tables, {"id": "mini"})
    assert group(scheme, GroupInput(("B1",), ("01.2",))).drg == "BQY"
    assert told(scheme, ("B1",), ("01.2",))[0] == ("BB11", ["有未被排除的 MCC"])


def test_where_the_first_category_decides_later_ones_are_not_looked_at(mini):
    scheme = replace(mini, falls_through=False)
    case = GroupInput(("B2",), ("01.2",))
    assert group(scheme, case).drg == scheme.no_group_code
    assert not any(code.startswith("B") for code, _ in told(scheme, case.dx, case.px))


@pytest.mark.parametrize("name", ["yunnan_2023", "zhejiang_2022", "chs_drg_11.xlsx"])
def test_few_neighbours_in_the_order_of_the_scheme_never_the_group_itself(scheme_of, cases_of, name):
    scheme, _ = scheme_of(name)
    order: dict[str, int] = {}
    for mdc in scheme.mdcs:
        order.setdefault(mdc.code, len(order))
        for adrg in mdc.adrgs:
            order.setdefault(adrg.key, len(order))
            for drg in adrg.drgs:
                order.setdefault(drg.code, len(order))
    for case, expected in cases_of(name.removesuffix(".xlsx"))[::120]:
        found = neighbours(scheme, case)
        codes = [one.code for one in found]
        assert len(codes) <= MOST
        assert codes == sorted(codes, key=order.__getitem__)
        assert len(set(codes)) == len(codes)
        assert expected.drg not in codes
        assert all(one.lacks for one in found)
