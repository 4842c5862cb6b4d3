"""The 100-point score (domain.md 3.2): items, caps, grade, and what a wrong value costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from app.domain.findings import QcReport
from app.domain.identity import make_id
from app.qc.context import QcContext
from app.qc.engine import RuleSet
from app.qc.examples import example_case
from app.qc.faults import RuleFault
from app.qc.score import Scorecard
from app.qc.vocabulary import NO_WORDS

Load = Callable[..., RuleSet]
ITEMS_24 = """fee_service fee_treat_op fee_nursing fee_service_other fee_pathology fee_lab fee_imaging fee_clinical_dx
fee_nonop fee_optreat fee_rehab fee_tcm fee_west fee_patent fee_herb fee_blood fee_albumin fee_globulin fee_clotting
fee_cytokine fee_mat_exam fee_mat_treat fee_mat_op fee_other"""
FULL: dict[str, object] = {
    "record_no": "26000001", "sex": "1", "birth_date": "1956-03-08", "age_years": "70", "pay_method": "1.1",
    "health_card_no": "-", "patient_name": "张安（测试）", "birthplace": "浙江省", "native_place": "浙江省",
    "ethnicity": "01", "id_type": "1", "id_no": make_id("330106", date(1956, 3, 8), 1, 2),
    "occupation": "80", "marital_status": "2",
    "current_address": "浙江省虚构路1号", "current_phone": "13900000000", "current_zip": "310000",
    "registered_address": "浙江省虚构路1号", "registered_zip": "310000", "employer_address": "-",
    "employer_phone": "-", "employer_zip": "-", "contact_name": "李安（测试）", "contact_relation": "1",
    "contact_address": "-", "contact_phone": "13900000000", "discharge_way": "1",
    "admit_time": "2026-05-06 09:30:00", "discharge_time": "2026-05-14 10:00:00", "los_days": "8",
    "discharge_dept": "03.04", "admit_dept": "03.04", "readmit31_plan": "1", "admit_route": "1",
    "outp_dx_name": "胸痛", "outp_dx_code": "R07.400", "allergy_flag": "1", "abo": "6", "rh": "4",
    "fee_total": "100", "dx[0].name": "急性心肌梗死", "dx[0].code": "I21.900", "dx[0].adm_cond": "1",
    **dict.fromkeys(ITEMS_24.split(), "0"), "fee_west": "100",
}  # fmt: skip
"""A page that loses nothing."""


def score(rules: RuleSet, **changes: object) -> QcReport:
    return rules.check(*example_case({**FULL, **{path.replace("__", "."): value for path, value in changes.items()}}))


def lost(report: QcReport) -> dict[str, float]:
    return {deduction.item: deduction.points for deduction in report.deductions}


def test_the_items_add_up_to_87_points_at_most(rules: RuleSet, tables: Mapping[str, dict[str, Any]]) -> None:
    assert rules.scorecard.most == 87
    by_section: dict[str, float] = {}
    for item in rules.scorecard.items:
        if item.rank != "D":
            by_section[item.section] = by_section.get(item.section, 0) + item.cap
    assert by_section == {"patient": 14, "stay": 17, "treatment": 43, "fee": 4}
    assert tables["score"]["caps"] == {"patient": 4, "treatment": 3, "fee": 2}
    assert sum(item.rank == "D" and item.section == "patient" for item in rules.scorecard.items) == 20


def test_a_full_page_has_100_points_and_grade_one(rules: RuleSet) -> None:
    report = score(rules)
    assert (report.score, report.grade, report.deductions) == (100.0, "1", ())


def test_deductions_explain_the_score(rules: RuleSet) -> None:
    report = score(rules, sex="", discharge_way="", abo="")
    assert lost(report) == {"性别": 1, "离院方式": 4, "血型": 0.5}
    assert report.score == 94.5
    by_item = {deduction.item: deduction.rule_ids for deduction in report.deductions}
    assert by_item["性别"] == ("WZ-006",)


def test_class_d_is_capped_by_section(rules: RuleSet) -> None:
    blanks = ["patient_name", "birthplace", "native_place", "ethnicity", "occupation", "marital_status", "current_zip"]
    more = ["registered_zip", "employer_zip", "contact_name"]
    report = score(rules, **dict.fromkeys([*blanks, *more], ""))
    assert report.score == 96.0
    assert sum(lost(report).values()) == 4.0


def test_a_dash_fills_what_may_be_a_dash_and_no_more(rules: RuleSet) -> None:
    assert score(rules, abo="-").score == 100.0
    assert score(rules, discharge_way="-").score == 96.0


def test_a_wrong_value_costs_its_item_once(rules: RuleSet) -> None:
    assert lost(score(rules, discharge_way="7")) == {"离院方式": 4}
    assert lost(score(rules, los_days="0")) == {"实际住院天数": 2}


def test_a_warning_about_a_value_costs_nothing(rules: RuleSet) -> None:
    report = score(rules, marital_status="7")
    assert "ZY-004" in {finding.rule_id for finding in report.findings}
    assert report.score == 100.0


def test_missing_diagnosis_name_and_code_cost_four_each(rules: RuleSet) -> None:
    assert lost(score(rules, **{"dx[0].name": "", "dx[0].code": ""})) == {"主要诊断": 4, "主要诊断编码": 4}


def test_other_diagnoses_cost_one_each_up_to_four(rules: RuleSet) -> None:
    def others(count: int) -> dict[str, object]:
        return {
            f"dx[{row}].{name}": text
            for row in range(1, count + 1)
            for name, text in (("name", f"病{row}"), ("adm_cond", "1"))
        }

    assert lost(score(rules, **others(2))) == {"其他诊断编码": 2}
    assert lost(score(rules, **others(6))) == {"其他诊断编码": 4}


def test_a_code_outside_the_book_costs_its_own_row(rules: RuleSet) -> None:
    rows = {"dx[1].name": "高血压", "dx[1].code": "I10.x99", "dx[1].adm_cond": "1", "@book": ["I21.900"]}
    assert lost(score(rules, **rows)) == {"其他诊断编码": 1}
    assert lost(score(rules, **{"@book": ["I10.x00"]})) == {"主要诊断编码": 4}


def test_operation_items_count_only_with_an_operation(rules: RuleSet) -> None:
    assert lost(score(rules, **{"op[0].name": "阑尾切除术"})) == {"主要手术编码": 4, "手术及操作日期": 2}
    row = {"code": "47.0100", "name": "腹腔镜阑尾切除术", "date": "2026-05-07", "kind": "手术"}
    report = score(rules, **{f"op[0].{name}": text for name, text in row.items()})
    assert lost(report) == {"切口等级": 1, "麻醉方式": 1, "手术级别": 0.5, "术者": 0.5, "第一助手": 0.5}


def test_further_operations_cost_half_a_point_each_up_to_two(rules: RuleSet) -> None:
    rows = {"op[0].code": "86.0400", "op[0].name": "脓肿切开引流术", "op[0].date": "2026-05-07"}
    rows |= {f"op[{row}].name": f"术{row}" for row in range(1, 7)}
    assert lost(score(rules, **rows)) == {"其他手术编码": 2}


def test_weights_count_for_newborns_and_birth_weight_for_mothers(rules: RuleSet) -> None:
    newborn = {
        "birth_date": "2026-05-01",
        "age_years": "0",
        "age_days": "5",
        "id_no": "-",
        "id_type": "9",
        "marital_status": "1",
    }
    assert lost(score(rules, **newborn)) == {"新生儿入院体重": 4, "新生儿出生体重": 4}
    mother = {"dx[1].name": "单胎活产", "dx[1].code": "Z37.000", "dx[1].adm_cond": "4"}
    assert lost(score(rules, **mother)) == {"新生儿出生体重": 4}


def test_conditional_groups_count_only_when_they_apply(rules: RuleSet) -> None:
    assert lost(score(rules, **{"dx[0].code": "C34.900"})) == {"病理诊断": 2, "病理诊断编码": 2}
    # the rules on causes of injury are errors that name their items (SW-001, SW-002)
    causes = {"损伤、中毒外部原因": 0.5, "外部原因编码": 0.5}
    assert lost(score(rules, **{"dx[0].code": "S06.000"})) == {"颅脑损伤昏迷时间": 2, **causes}
    assert lost(score(rules, **{"dx[0].code": "S06.000", "coma_pre_d": "0", "ext[0].name": "跌倒"})) == {
        "外部原因编码": 0.5
    }
    assert lost(score(rules, **{"path[0].name": "腺癌"})) == {"病理诊断编码": 2, "病理诊断及编码": 0.5, "病理号": 0.5}
    assert lost(score(rules, discharge_way="5")) == {"尸检记录": 0.5}
    assert lost(score(rules, discharge_dept="04.01")) == {"转科科别": 1}
    assert lost(score(rules, outp_dx_name="", admit_route="9")) == {}


def test_fee_categories_count_only_when_partly_blank_and_the_sum_is_wrong(rules: RuleSet) -> None:
    assert lost(score(rules, fee_west="60", fee_lab="", fee_nursing="")) == {"综合医疗服务类": 0.5, "诊断类": 0.5}
    assert lost(score(rules, fee_lab="", fee_nursing="")) == {}
    assert lost(score(rules, fee_west="60", fee_patent="", fee_herb="")) == {}
    assert lost(score(rules, fee_total="")) == {"总费用": 4}


def test_before_discharge_the_items_of_suspended_rules_are_not_scored(rules: RuleSet) -> None:
    left = dict.fromkeys(["discharge_way", "discharge_time", "los_days", "discharge_dept", "readmit31_plan"], "")
    assert score(rules, **left, **{"@state": "inpatient"}).score == 100.0
    assert score(rules, **left).score == 88.0


def test_what_was_not_imported_is_not_scored(rules: RuleSet) -> None:
    assert score(rules, abo="", **{"@lacks": ["abo"]}).score == 100.0


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "1"),
        ({"discharge_way": "", "dx[0].code": "", "record_no": ""}, "1"),
        ({"discharge_way": "", "dx[0].code": "", "record_no": "", "abo": ""}, "2"),
    ],
)
def test_grades(rules: RuleSet, changes: dict[str, object], grade: str) -> None:
    assert score(rules, **changes).grade == grade


def test_grade_limits_are_the_hospitals(rules: RuleSet) -> None:
    record, context = example_case({**FULL, "discharge_way": ""})
    strict = QcContext(today=context.today, parameters={"grade_a": 99, "grade_b": 97})
    assert rules.check(record, strict).grade == "3"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"paths": ["sexx"]}, "unknown_field"),
        ({"points": 0}, "missing_entry"),
        ({"colour": 1}, "unknown_entry"),
        ({"missing": "sexx"}, "unknown_name"),
        ({"applies": "sex"}, "not_a_condition"),
        ({"each": 1}, "entry_kind"),
    ],
)
def test_faults_of_the_score_table_are_refused(changes: dict[str, object], key: str) -> None:
    item = {"id": "x", "label": "性别", "section": "s", "class": "C", "points": 1, "paths": ["sex"], **changes}
    with pytest.raises(RuleFault) as caught:
        Scorecard.load({"item": [item]}, NO_WORDS)
    assert (caught.value.key, caught.value.rule_id) == (f"qc.fault.{key}", "x")
