"""The engine agrees with every labelled case of every reference scheme, in both file forms."""

from __future__ import annotations

import pytest

from app.drg.engine import group
from app.drg.explaining import explain

SCHEMES = ["chs_drg_11", "chs_drg_11.xlsx", "yunnan_2023", "zhejiang_2022", "haerbin_2022"]


@pytest.mark.parametrize("name", SCHEMES)
def test_every_labelled_case_gets_its_group(name, scheme_of, cases_of):
    scheme, _ = scheme_of(name)
    cases = cases_of(name.removesuffix(".xlsx"))
    wrong = [(case, expected, got) for case, expected in cases if (got := group(scheme, case)) != expected]
    assert len(cases) == 4000
    assert wrong == []


@pytest.mark.parametrize("name", SCHEMES)
def test_every_labelled_case_is_explained_with_its_group(name, scheme_of, cases_of):
    scheme, _ = scheme_of(name)
    cases = cases_of(name.removesuffix(".xlsx"))
    assert [explain(scheme, case).result for case, _ in cases] == [expected for _, expected in cases]


@pytest.mark.parametrize("name", SCHEMES)
def test_reference_schemes_have_the_sizes_they_state(name, scheme_of):
    _, report = scheme_of(name)
    assert report.errors == ()
    assert [item for item in report.warnings if item.key == "drg.lint.count"] == []


def test_workbook_and_package_of_one_scheme_have_the_same_groups(scheme_of):
    package, _ = scheme_of("chs_drg_11")
    workbook, _ = scheme_of("chs_drg_11.xlsx")
    assert package.names.keys() == workbook.names.keys()
    assert workbook.title == "国家医保局 CHS-DRG 1.1 分组方案配置信息"


def test_groups_behind_an_always_rule_and_empty_lists_are_reported(scheme_of):
    _, report = scheme_of("zhejiang_2022")
    found = [(item.key.rpartition(".")[2], dict(item.args)) for item in report.warnings]
    assert sum(key == "unreachable" for key, _ in found) == 15
    assert {args["name"] for key, args in found if key == "undefined"} == {"adrg/DA1/px1", "adrg/RB1/px1"}
