"""One thing changed in a case: what is left out, put first or added, always in the order of the case."""

from __future__ import annotations

import pytest

from app.domain.grouping import GroupInput, GroupStatus
from app.drg.engine import group
from app.drg.whatif import Edit, EditKind, applied, principals, procedures, removals

CASE = GroupInput(("B2", "C1", "M1", "Z9"), ("01.2", "55.5"), "male", 50)


@pytest.mark.parametrize(
    ("edit", "dx", "px"),
    [
        (Edit(EditKind.WITHOUT_DX, 2), ("B2", "C1", "Z9"), CASE.px),
        (Edit(EditKind.WITHOUT_SECONDARIES), ("B2",), CASE.px),
        (Edit(EditKind.PRINCIPAL, 2), ("M1", "B2", "C1", "Z9"), CASE.px),
        (Edit(EditKind.WITHOUT_PX, 0), CASE.dx, ("55.5",)),
        (Edit(EditKind.MAIN_PX, 1), CASE.dx, ("55.5", "01.2")),
    ],
)
def test_a_change_touches_only_what_it_names(edit, dx, px):
    changed = applied(CASE, edit)
    assert (changed.dx, changed.px) == (dx, px)
    assert (changed.sex, changed.age_years) == ("male", 50)
    assert CASE.dx == ("B2", "C1", "M1", "Z9")


@pytest.mark.parametrize("kind", [EditKind.WITHOUT_DX, EditKind.PRINCIPAL, EditKind.WITHOUT_PX, EditKind.MAIN_PX])
def test_a_row_that_is_not_there_cannot_be_changed(kind):
    with pytest.raises(IndexError):
        applied(CASE, Edit(kind, 4))


def test_each_secondary_is_left_out_in_turn_and_last_all_of_them(mini):
    found = removals(mini, CASE)
    assert [(one.edit.kind, one.edit.position, one.result.drg) for one in found] == [
        (EditKind.WITHOUT_DX, 1, "BB11"),
        (EditKind.WITHOUT_DX, 2, "BB13"),
        (EditKind.WITHOUT_DX, 3, "BB11"),
        (EditKind.WITHOUT_SECONDARIES, 0, "BB15"),
    ]
    assert removals(mini, GroupInput(("B2",), ())) == ()


def test_each_secondary_is_tried_as_principal_in_page_order(mini):
    found = principals(mini, GroupInput(("B2", "N1", "Z9", "B1"), (), "female", 50))
    assert [(one.edit.position, one.result.mdc, one.result.drg) for one in found] == [
        (1, "MDCN", "NR19"),
        (2, "0000", "0000A"),
        (3, "MDCB", "BR1"),
    ]


def test_each_procedure_is_left_out_and_each_further_one_put_first(mini):
    found = procedures(mini, GroupInput(("B2",), ("01.2", "37.51")))
    assert [(one.edit.kind, one.edit.position, one.result.drg) for one in found] == [
        (EditKind.WITHOUT_PX, 0, "AA19"),
        (EditKind.WITHOUT_PX, 1, "BB15"),
        (EditKind.MAIN_PX, 1, "AA19"),
    ]


def test_every_trial_is_what_the_grouper_says_of_the_changed_case(scheme_of, cases_of):
    scheme, _ = scheme_of("yunnan_2023")
    for case, _ in cases_of("yunnan_2023")[:200]:
        for one in (*removals(scheme, case), *principals(scheme, case), *procedures(scheme, case)):
            assert one.result == group(scheme, applied(case, one.edit))
            assert isinstance(one.result.status, GroupStatus)
