"""The explained path: agrees with the fast one, names what decided, and says what to do without a group."""

from __future__ import annotations

import pytest

from app.common.texts import text
from app.domain.grouping import GroupInput, GroupStatus, StepOutcome
from app.drg.engine import group
from app.drg.explaining import explain
from app.drg.package import load_package
from app.drg.sentence import detail, remedy, sentence
from app.drg.whatif import carriers, would_change


def told(scheme, *dx, px=(), known=None, **case):
    """Return the sentence for a case."""
    return sentence(explain(scheme, GroupInput(dx, px, **case), known))


@pytest.mark.parametrize("name", ["chs_drg_11", "chs_drg_11.xlsx", "yunnan_2023", "zhejiang_2022", "haerbin_2022"])
def test_explained_and_fast_path_agree_on_labelled_cases(name, scheme_of, cases_of):
    scheme, _ = scheme_of(name)
    for case, expected in cases_of(name.removesuffix(".xlsx"))[::5]:
        found = explain(scheme, case)
        assert found.result == expected
        assert bool(found.detail) == (expected.status is not GroupStatus.GROUPED)
        assert sentence(found).endswith("。")
        hits = [step.code for step in found.steps if step.outcome is StepOutcome.HIT]
        assert expected.status is not GroupStatus.GROUPED or hits[-1] in (expected.drg, expected.adrg)


def test_the_path_has_every_rule_tried_with_its_text_source_and_facts(mini):
    found = explain(mini, GroupInput(("B2", "C2"), ("01.2",)))
    steps = [(step.code, step.outcome.value, step.source) for step in found.steps]
    assert steps == [
        ("MDCA", "hit", "mdc.csv:2"),
        ("AA1", "miss", "adrg.csv:2"),
        ("MDCB", "hit", "mdc.csv:3"),
        ("BB1", "hit", "adrg.csv:3"),
        ("BB11", "miss", "drg.csv:3"),
        ("BB13", "hit", "drg.csv:4"),
        ("BB15", "not_tested", "drg.csv:5"),
        ("BB19", "not_tested", "drg.csv:20"),
        ("BQY", "not_tested", "adrg.csv:4"),
        ("BR1", "not_tested", "adrg.csv:5"),
    ]
    assert found.steps[2].rule == "main_dx in mdc_dx"
    assert found.steps[2].facts == ("主要诊断 B2 ∈ mdc_dx（mdc_dx.csv:3）",)
    assert found.steps[1].facts == ("主要手术 01.2 ∉ px1",)
    assert found.steps[5].facts == ("C2 为未被排除的 CC（cc.csv:3）",)
    assert (found.name, found.adrg_name, found.mdc_name) == ("开颅伴CC", "开颅", "神经系统")


def test_the_sentence_says_why_and_what_the_nearest_group_lacks(mini):
    assert told(mini, "B2", "M1", px=("01.2",)) == (
        "进入 BB11，因为主要诊断属于 MDCB，主要手术 01.2 属于 BB1，且 M1 为未被排除的 MCC。"
    )
    assert told(mini, "B2", px=("01.2",)) == (
        "进入 BB15，因为主要诊断属于 MDCB，且主要手术 01.2 属于 BB1"
        "；未进入 BB11，因为没有未被排除的 MCC"
        "；未进入 BB13，因为没有未被排除的 MCC，且没有未被排除的 CC。"
    )
    assert told(mini, "B1") == (
        "进入 BR1，因为主要诊断属于 MDCB，且主要诊断 B1 属于 BR1；未进入 BR11，因为没有未被排除的 MCC。"
    )
    assert told(mini, "N1", sex="female") == "进入 NR19，因为性别为女，且主要诊断 N1 属于 NR1。"


def test_a_group_that_asks_for_nothing_has_a_sentence_too(mini_tables, make_table):
    mini_tables["mdc"] = make_table("mdc", "order,mdc,name,condition\n 1,MDCB,一切,always")
    mini_tables["adrg"] = make_table(
        "adrg", "mdc,order,adrg,name,condition,no_drg\n MDCB,1,BZ1,一切,always,next\n MDCB,2,BZ2,余下,always,next"
    )
    mini_tables["drg"] = make_table(
        "drg", "adrg,order,drg,name,condition\n BZ1,1,BZ11,重,has_mcc\n BZ2,1,BZ29,余,always"
    )
    scheme, _ = load_package(mini_tables, {"id": "mini"})
    assert told(scheme, "Z1") == "进入 BZ29。"
    assert repr(scheme) == "Scheme('mini', mdcs=1)"


def test_each_secondary_diagnosis_is_told_with_its_table(mini):
    found = explain(mini, GroupInput(("B1", "M1", "M2", "C2", "Z9"), ("01.2",)))
    assert [(one.code, one.level, one.excluded_by, one.counts) for one in found.secondaries] == [
        ("M1", "mcc", "1", False),
        ("M2", "mcc", "", True),
        ("C2", "cc", "", True),
        ("Z9", "", "", False),
    ]


@pytest.mark.parametrize(
    ("dx", "options", "key"),
    [
        ((), {}, "no_principal"),
        (("B9",), {"known": {"B1"}}, "unknown_code"),
        (("B9",), {"known": {"B9"}}, "no_mdc"),
        (("B9",), {}, "no_mdc"),
        (("B2",), {}, "no_adrg"),
        (("B2",), {"px": ("99.1",)}, "ambiguous"),
        (("N1",), {"sex": "male"}, "sex_conflict"),
        (("N1",), {}, "missing_sex"),
        (("P1",), {"age_years": 30}, "age_conflict"),
        (("P1",), {}, "missing_age_years"),
        (("P1",), {"age_years": 0}, "missing_weight_g"),
        (("P1",), {"age_years": 0, "weight_g": 3000}, "no_adrg"),
    ],
)
def test_every_result_that_is_no_group_has_a_cause_and_a_remedy(mini, dx, options, key):
    known = options.pop("known", None)
    found = explain(mini, GroupInput(dx, **({"px": ()} | options)), known)
    assert found.detail == f"drg.detail.{key}"
    assert detail(found) + remedy(found) == sentence(found)
    assert remedy(found).startswith("请")


def test_a_retried_case_says_which_procedure_was_taken(mini_tables):
    scheme, _ = load_package(mini_tables, {"id": "mini", "retry_other_px": True})
    found = explain(scheme, GroupInput(("B2",), ("55.5", "01.2")))
    assert found.result == group(scheme, GroupInput(("B2",), ("55.5", "01.2")))
    assert sentence(found).startswith("进入 BB15，因为按手术 01.2 再次分组，主要诊断属于 MDCB")


def test_what_carries_the_group_is_named_in_the_order_of_the_case(mini):
    case = GroupInput(("B2", "C1", "M1", "Z9"), ("01.2",))
    assert [(one.edit.position, one.result.drg) for one in carriers(mini, case)] == [(2, "BB13")]
    assert would_change(mini, case) == "去掉 M1 后为 BB13。"
    assert would_change(mini, GroupInput(("B2", "M1", "M2"), ("01.2",))) == ""


def test_every_text_of_a_fact_exists_for_the_path_and_for_the_sentence():
    for key in ("main_dx", "other_dx", "main_px", "other_px", "severity", "severity_not", "count", "count_not"):
        for area in ("fact", "because"):
            assert text(f"drg.{area}.{key}")
    for scope in ("main", "any"):
        for kind in ("dx", "px"):
            for end in ("none", "not"):
                assert text(f"drg.fact.{scope}_{kind}_{end}")
                assert text(f"drg.because.{scope}_{kind}_{end}")
