"""Order of trial, fall-through, ambiguous groups, retry: the parts of grouping that small schemes show best."""

from __future__ import annotations

import pytest

from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.drg.engine import group
from app.drg.package import load_package

META = {"id": "mini", "title": "小方案", "no_group_code": "0000A"}


def outcome(scheme, *dx, px=(), **case):
    """Return mdc, adrg and drg of a case."""
    found = group(scheme, GroupInput(dx, px, **case))
    return found.mdc, found.adrg, found.drg


def test_a_case_nothing_takes_has_the_no_group_code_of_the_scheme(mini):
    expected = GroupResult("0000", "00", "0000A", GroupStatus.UNGROUPED)
    assert group(mini, GroupInput(("Z9",), ())) == expected
    assert group(mini, GroupInput((), ())) == expected


def test_an_mdc_without_a_fitting_row_is_left_for_the_next(mini):
    assert outcome(mini, "B1", px=("01.2",)) == ("MDCB", "BB1", "BB15")


def test_an_ambiguous_row_ends_the_search(mini):
    found = group(mini, GroupInput(("B1",), ("99.1",)))
    assert found == GroupResult("MDCB", "QY", "BQY", GroupStatus.AMBIGUOUS)


@pytest.mark.parametrize(
    ("dx", "drg"),
    [
        (("B2", "M1"), "BB11"),
        (("B1", "M1"), "BB15"),  # excluded by table 1
        (("B1", "M2"), "BB11"),
        (("B1", "C1"), "BB15"),
        (("B1", "C2"), "BB13"),
        (("B2", "C1", "M1"), "BB11"),
        (("M1",), "0000A"),
    ],
)
def test_severity_follows_the_exclusion_table_of_the_principal_diagnosis(mini, dx, drg):
    assert outcome(mini, *dx, px=("01.2",))[2] == drg


def test_without_a_drg_the_adrg_is_the_result_or_the_next_row_is_tried(mini, mini_tables):
    assert outcome(mini, "B1") == ("MDCB", "BR1", "BR1")
    rows = mini_tables["adrg"].rows
    changed = [type(row)(row.number, (*row.cells[:5], "next")) for row in rows]
    mini_tables["adrg"] = type(mini_tables["adrg"])("adrg.csv", "", mini_tables["adrg"].header, changed)
    falling, _ = load_package(mini_tables, META)
    assert outcome(falling, "B1") == ("0000", "00", "0000A")


def test_sex_and_age_keep_a_case_out(mini):
    assert outcome(mini, "N1", sex="female")[2] == "NR19"
    assert outcome(mini, "N1", sex="male")[2] == "0000A"
    assert outcome(mini, "P1", age_years=0, weight_g=1400)[2] == "PS19"
    assert outcome(mini, "P1", age_years=0)[2] == "0000A"


def test_other_procedures_are_tried_alone_when_the_scheme_says_so(mini_tables):
    case = GroupInput(("B2",), ("55.5", "66.6", "01.2", "37.51"))
    without, _ = load_package(mini_tables, META)
    again, _ = load_package(mini_tables, META | {"retry_other_px": True})
    assert group(without, case).status is GroupStatus.UNGROUPED
    assert group(again, case).drg == "BB15"
    assert group(again, GroupInput(("B2",), ("55.5",))).status is GroupStatus.UNGROUPED


def test_rows_are_tried_by_order_and_not_as_they_stand(mini_tables, make_table):
    mini_tables["drg"] = make_table(
        "drg", "adrg,order,drg,name,condition\n BB1,10,BB15,基础,always\n BB1,9,BB11,重,has_mcc"
    )
    scheme, _ = load_package(mini_tables, META)
    assert outcome(scheme, "B2", "M1", px=("01.2",))[2] == "BB11"
