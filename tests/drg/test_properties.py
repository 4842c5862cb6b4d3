"""What must hold of grouping whatever the case: tried on the reference schemes with generated cases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.grouping import GroupInput, GroupStatus
from app.drg.engine import group
from app.drg.explaining import explain

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def pools(scheme_of):
    """Return diagnoses, secondaries and procedures that the scheme's rules name."""
    scheme, _ = scheme_of("yunnan_2023")
    dx = sorted({code for key, one in scheme.sets.items() if key.endswith("mdc_dx") for code in one.rows})[::37]
    px = sorted(scheme.sets["valid_px"].rows)[::23]
    secondary = sorted(scheme.mcc.tables)[::97] + sorted(scheme.cc.tables)[::211]
    return dx, secondary, px


def cases(pools):
    """Return a strategy for cases."""
    dx, secondary, px = pools
    return st.builds(
        GroupInput,
        dx=st.tuples(st.sampled_from(dx)).flatmap(
            lambda main: st.lists(st.sampled_from(secondary + dx[:50]), max_size=6).map(lambda more: (*main, *more))
        ),
        px=st.lists(st.sampled_from([*px, "XX.1"]), max_size=3).map(tuple),
        sex=st.sampled_from(["male", "female", ""]),
        age_years=st.one_of(st.none(), st.integers(0, 90)),
        age_days=st.one_of(st.none(), st.integers(0, 60)),
        weight_g=st.one_of(st.none(), st.integers(0, 4500)),
        los_days=st.integers(0, 90),
    )


@SLOW
@given(data=st.data())
def test_both_paths_agree_and_asking_twice_changes_nothing(data, scheme_of, pools):
    scheme, _ = scheme_of("yunnan_2023")
    case = data.draw(cases(pools))
    found = group(scheme, case)
    assert explain(scheme, case).result == found == group(scheme, case)


@SLOW
@given(data=st.data())
def test_the_order_of_secondary_diagnoses_and_procedures_does_not_matter(data, scheme_of, pools):
    scheme, _ = scheme_of("yunnan_2023")
    case = data.draw(cases(pools))
    shuffled = replace(
        case,
        dx=case.dx[:1] + tuple(data.draw(st.permutations(case.dx[1:]))),
        px=case.px[:1] + tuple(data.draw(st.permutations(case.px[1:]))),
    )
    assert group(scheme, shuffled) == group(scheme, case)


@SLOW
@given(data=st.data())
def test_a_code_no_rule_names_changes_nothing(data, scheme_of, pools):
    scheme, _ = scheme_of("yunnan_2023")
    case = data.draw(cases(pools))
    assert group(scheme, replace(case, dx=(*case.dx, "R99.Q99"))) == group(scheme, case)


@SLOW
@given(data=st.data())
def test_a_further_complication_never_makes_a_case_lighter(data, scheme_of, pools):
    scheme, _ = scheme_of("chs_drg_11")
    case = data.draw(cases(pools))
    before = group(scheme, case)
    after = group(scheme, replace(case, dx=(*case.dx, data.draw(st.sampled_from(pools[1])))))
    same_adrg = before.adrg == after.adrg and before.status is GroupStatus.GROUPED
    assert not same_adrg or after.drg <= before.drg  # severity digits 1, 3, 5 and 9 in order
