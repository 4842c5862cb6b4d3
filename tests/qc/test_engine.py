"""The engine: findings with their places, broken rules, missing columns, suspended rules, faults of rule files."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.common.texts import text
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.findings import Finding, Fix, Severity
from app.qc.context import QcContext, Sibling
from app.qc.engine import Answer, RuleSet
from app.qc.example_book import BookEntry
from app.qc.examples import example_case
from app.qc.faults import RuleFault
from app.qc.scope import Scope
from app.qc.terms import Hit

Load = Callable[..., RuleSet]
TODAY = QcContext(today=date(2026, 11, 23))


def check(rules: RuleSet, example: dict[str, object]) -> tuple[Finding, ...]:
    return rules.check(*example_case(example)).findings


def test_a_finding_carries_rule_place_message_and_remedy(load: Load) -> None:
    rules = load({"fields": ["sex"], "severity": "warn"})
    assert check(rules, {"sex": "1"}) == (Finding("T-1", "测试", Severity.WARN, "性别为男", "核对", ("sex",)),)


def test_each_faulty_row_gives_a_finding_with_its_number_and_values(load: Load) -> None:
    rules = load({"when": 'any(dx[1:], code in "I10-I15")', "message": "第{i}行 {code}"})
    example: dict[str, object] = {
        "dx": [{"code": "I10.x00"}, {"code": "I11.900"}, {"code": "K35.800"}, {"code": "I13.900"}]
    }
    assert [(finding.paths, finding.message) for finding in check(rules, example)] == [
        (("dx[1].code",), "第1行 I11.900"),
        (("dx[3].code",), "第3行 I13.900"),
    ]


def test_an_or_over_fields_points_at_the_field_at_fault(load: Load) -> None:
    rules = load({"when": "blank(employer_address) or blank(employer_phone) or blank(employer_zip)"})
    (finding,) = check(rules, {"employer_address": "-", "employer_zip": "310000"})
    assert finding.paths == ("employer_phone",)


def test_row_faults_name_the_cases_fields_behind_them_in_the_rules_order(load: Load) -> None:
    rules = load({"when": 'sex == 1 and has(dx, "O00-O99")', "fields": ["dx[].code", "sex"]})
    (finding,) = check(rules, {"sex": "1", "dx": [{"code": "I10.x00"}, {"code": "O80.000"}]})
    assert finding.paths == ("dx[1].code", "sex")


def test_quiet_conditions_are_not_pointed_at(load: Load) -> None:
    rules = load({"when": "quiet(admit_route == 1) and blank(outp_dx_name)"})
    (finding,) = check(rules, {"admit_route": "1"})
    assert finding.paths == ("outp_dx_name",)


def test_two_conditions_on_one_row_make_one_finding(load: Load) -> None:
    rules = load({"when": "any(op, blank(level)) or any(op, blank(surgeon))"})
    (finding,) = check(rules, {"op": [{"code": "47.0100"}]})
    assert finding.paths == ("op[0].level", "op[0].surgeon")


def test_two_conditions_on_rows_that_must_both_hold_name_both_rows(load: Load) -> None:
    rules = load({"when": 'any(op, level == 4) and any(dx, code == "I10.x00")'})
    found = check(rules, {"op": [{"level": "4"}], "dx": [{"code": "I21.900"}, {"code": "I10.x00"}]})
    assert [finding.paths for finding in found] == [("dx[1].code",), ("op[0].level",)]


def test_a_case_wide_condition_before_and_after_rows_goes_with_every_row(load: Load) -> None:
    for when in ("sex == 1 and any(op, level == 4)", "any(op, level == 4) and sex == 1"):
        found = check(load({"when": when}), {"sex": "1", "op": [{"level": "4"}, {"level": "4"}]})
        assert [set(finding.paths) for finding in found] == [{"op[0].level", "sex"}, {"op[1].level", "sex"}]


def test_pairs_report_the_later_row_and_name_both(load: Load) -> None:
    rules = load({"when": "pairs(dx, code == prev.code)", "message": "第{i}行"})
    (finding,) = check(rules, {"dx": [{"code": "I10.x00"}, {"code": "K35.800"}, {"code": "I10.x00"}]})
    assert (finding.paths, finding.message) == (("dx[2].code", "dx[0].code"), "第3行")


def test_all_names_every_row(load: Load) -> None:
    (finding,) = check(load({"when": "all(dx, adm_cond == 4)"}), {"dx": [{"adm_cond": "4"}, {"adm_cond": "4"}]})
    assert finding.paths == ("dx[0].adm_cond", "dx[1].adm_cond")


def test_a_rule_without_a_place_falls_back_to_its_first_field(load: Load) -> None:
    rules = load({"when": "count(dx) > 1", "fields": ["dx[].code"]})
    (finding,) = check(rules, {"dx": [{"name": "甲"}, {"name": "乙"}]})
    assert finding.paths == ("dx[0].code",)


def test_a_message_that_names_the_field_gives_a_finding_for_each(load: Load) -> None:
    rules = load({"when": "any(FEES, it < 0)", "message": "{field}为负"})
    found = check(rules, {"fee_west": "-1", "fee_lab": "-2"})
    assert {(finding.paths, finding.message) for finding in found} == {
        (("fee_west",), "西药费为负"),
        (("fee_lab",), "实验室诊断费为负"),
    }


def test_values_fill_the_message_and_money_is_in_yuan(load: Load) -> None:
    values = {"n": "fee_total - fee_west", "d": "date(admit_time)", "t": "admit_time", "b": "rh"}
    rules = load({"when": "fee_total > fee_west", "message": "差 {n} 元 {d} {t}{b}", "values": values})
    (finding,) = check(rules, {"fee_total": "100", "fee_west": "60.5", "admit_time": "2026-05-06 09:30:00"})
    assert finding.message == "差 39.50 元 2026-05-06 2026-05-06 09:30:00"


def test_a_fix_carries_the_value_as_it_would_be_typed(load: Load) -> None:
    fix = {"path": "los_days", "value": "days(admit_time, discharge_time)", "label": "改为{value}"}
    rules = load({"when": "los_days > 20", "fix": fix})
    stay = {"admit_time": "2026-05-06", "discharge_time": "2026-05-14"}
    assert [finding.fix for finding in check(rules, {"los_days": "21", **stay})] == [Fix("los_days", "8", "改为8")]
    assert [finding.fix for finding in check(rules, {"los_days": "21"})] == [None]


def test_a_fix_of_a_row_goes_to_the_row_at_fault(load: Load) -> None:
    fix = {"path": "dx[].adm_cond", "value": '"3"', "label": "改为 3"}
    rules = load({"when": "any(dx, adm_cond == 4)", "fix": fix})
    (finding,) = check(rules, {"dx": [{"adm_cond": "1"}, {"adm_cond": "4"}]})
    assert finding.fix == Fix("dx[1].adm_cond", "3", "改为 3")


def test_findings_stand_by_severity_then_place_on_the_sheet_then_row(load: Load) -> None:
    rules = load(
        {"id": "T-1", "severity": "hint", "when": "sex == 1"},
        {"id": "T-2", "when": "any(dx, blank(adm_cond))"},
        {"id": "T-3", "when": "blank(birth_date)"},
        {"id": "T-4", "when": "sex == 1"},
        {"id": "T-5", "when": "sex in {1}"},
    )
    found = check(rules, {"sex": "1", "dx": [{"code": "I10.x00"}, {"code": "K35.800"}]})
    assert [finding.rule_id for finding in found] == ["T-4", "T-5", "T-3", "T-2", "T-2", "T-1"]
    assert [finding.paths[0] for finding in found][3:5] == ["dx[0].adm_cond", "dx[1].adm_cond"]


def test_an_error_in_a_rule_is_a_broken_rule_and_never_a_finding(load: Load) -> None:
    rules = load({"id": "T-1", "when": "los_days > 3"}, {"id": "T-2", "when": "sex == 1"})
    record = CaseRecord(Row({"los_days": "张某某", "sex": "1"}))
    report = rules.check(record, TODAY)
    assert [finding.rule_id for finding in report.findings] == ["T-2"]
    assert [(rule.rule_id, "TypeError" in rule.why, "张" in rule.why) for rule in report.broken] == [
        ("T-1", True, False)
    ]
    assert rules.answer("T-1", record, TODAY) is Answer.BROKEN
    assert rules.findings("T-1", record, TODAY) == []


def test_an_error_in_the_message_is_a_broken_rule_too(load: Load) -> None:
    rules = load({"when": "sex == 1", "message": "{n}", "values": {"n": "los_days + 1"}})
    report = rules.check(CaseRecord(Row({"los_days": "x", "sex": "1"})), TODAY)
    assert (report.findings, [rule.rule_id for rule in report.broken]) == ((), ["T-1"])


def test_without_a_code_book_only_the_rules_that_look_codes_up_are_broken(load: Load) -> None:
    rules = load({"id": "T-1", "when": "any(dx, not known(code))"}, {"id": "T-2", "when": "sex == 1"})
    report = rules.check(*example_case({"sex": "1", "dx": [{"code": "I10.x00"}]}))
    assert [finding.rule_id for finding in report.findings] == ["T-2"]
    assert [(rule.rule_id, rule.why) for rule in report.broken] == [("T-1", "没有启用的编码库，无法判定。")]


def test_a_procedure_in_a_diagnosis_row_is_not_known(load: Load) -> None:
    class Book:
        edition = "x"

        def get(self, code: str) -> Any:
            return BookEntry(code, CodeKind.PX if code == "47.0100" else CodeKind.DX)

    rules = load({"when": "any(dx, not known(code)) or any(op, not known(code))"})
    record = CaseRecord(
        Row(), {Group.DX: (Row({"code": "47.0100"}), Row({"code": "I10.x00"})), Group.OP: (Row({"code": "47.0100"}),)}
    )
    report = rules.check(record, QcContext(today=date(2026, 1, 1), codebook=Book()))
    assert [finding.paths for finding in report.findings] == [("dx[0].code",)]


@pytest.mark.parametrize(
    ("answer", "example"),
    [(Answer.FIRES, {"sex": "1"}), (Answer.PASSES, {"sex": "2"}), (Answer.NOT_APPLICABLE, {})],
)
def test_a_rule_answers(load: Load, answer: Answer, example: dict[str, object]) -> None:
    assert load({}).answer("T-1", *example_case(example)) is answer


def test_rules_whose_columns_the_file_lacks_are_reported_once_and_not_run(load: Load) -> None:
    rules = load(
        {"id": "T-1", "when": "blank(abo)"},
        {"id": "T-2", "when": "blank(employer_zip) or blank(employer_phone)"},
        {"id": "T-3", "when": "any(icu, present(type))"},
        {"id": "T-4", "when": "sex == 1"},
    )
    record, _ = example_case({"sex": "1"})
    record = CaseRecord(record.head, columns=frozenset({"sex", "employer_phone"}))
    report = rules.check(record, TODAY)
    assert [finding.rule_id for finding in report.findings] == ["T-4", "T-2"]
    assert report.findings[1].paths == ("employer_phone",)
    assert report.not_imported == {"abo", "employer_zip", "icu[].type"}
    assert rules.not_evaluated(frozenset({"sex", "employer_phone"})) == {
        "T-1": {"abo"},
        "T-2": {"employer_zip"},
        "T-3": {"icu[].type"},
    }


def test_a_column_that_somebody_filled_in_later_counts_as_there(load: Load) -> None:
    rules = load(
        {"when": "abo == 6"}, {"id": "T-2", "when": "blank(rh)"}, {"id": "T-3", "when": "any(icu, present(type))"}
    )
    record = CaseRecord(Row({"abo": "6"}), {Group.ICU: (Row({"type": "CCU"}),)}, frozenset({"sex"}))
    report = rules.check(record, TODAY)
    assert [finding.rule_id for finding in report.findings] == ["T-1", "T-3"]
    assert report.not_imported == {"rh"}


def test_fields_that_no_file_has_a_column_for_are_never_missing(load: Load) -> None:
    rules = load({"when": 'any(op, kind == "手术")'})
    assert rules.check(CaseRecord(Row(), columns=frozenset({"sex"})), TODAY).not_imported == frozenset()


def test_a_derived_day_of_age_does_not_count_as_imported(load: Load) -> None:
    rules = load({"when": "imported(age_days) and age_days != 5"})
    record = CaseRecord(Row({"age_days": 12}), columns=frozenset({"sex"}))
    report = rules.check(record, TODAY)
    assert report.findings == ()
    assert report.not_imported == {"age_days"}
    assert rules.check(CaseRecord(Row({"age_days": 12}), columns=frozenset({"age_days"})), TODAY).findings


def test_a_typed_case_has_every_column(load: Load) -> None:
    report = load({"when": "blank(abo)"}).check(CaseRecord(Row()), TODAY)
    assert report.not_imported == frozenset()
    assert len(report.findings) == 1


def test_rules_on_the_way_of_leaving_rest_before_discharge(load: Load) -> None:
    rules = load(
        {"id": "T-1", "when": "blank(los_days)", "inpatient": False},
        {"id": "T-2", "when": "blank(discharge_way)"},
        {"id": "T-3", "when": "blank(abo)"},
    )
    record = CaseRecord(Row())
    before = rules.check(record, QcContext(today=date(2026, 1, 1), state=CaseState.INPATIENT))
    after = rules.check(record, QcContext(today=date(2026, 1, 1), state=CaseState.CODING))
    assert {finding.rule_id for finding in before.findings} == {"T-3"}
    assert {finding.rule_id for finding in after.findings} == {"T-1", "T-2", "T-3"}


def test_profile_and_edition_choose_rules(load: Load) -> None:
    rules = load(
        {"id": "T-1", "profile": "settlement"}, {"id": "T-2", "profile": "both"}, {"id": "T-3", "editions": ["2.0"]}
    )
    record, context = example_case({"sex": "1", "@book": []})
    assert [finding.rule_id for finding in rules.check(record, context).findings] == ["T-2"]
    settlement = QcContext(today=date(2026, 1, 1), profile="settlement")
    assert [finding.rule_id for finding in rules.check(record, settlement).findings] == ["T-1", "T-2"]


def test_an_empty_list_puts_its_rule_off_and_says_so(load: Load) -> None:
    lists = {"NONE": {"kind": "codes", "items": []}, "WORDS": {"kind": "texts", "items": ["甲"]}}
    rules = load(
        {"id": "T-1", "when": "has(dx, NONE)"},
        {"id": "T-2", "when": "main_in(NONE) or sex == 1"},
        {"id": "T-3", "when": "dx[0].name in WORDS"},
        lists=lists,
    )
    assert [compiled.off for compiled in rules.rules] == ["NONE", "NONE", ""]
    assert [finding.rule_id for finding in check(rules, {"sex": "1", "dx": [{"name": "甲"}]})] == ["T-3"]


def test_a_rule_that_is_switched_off_does_not_run(load: Load) -> None:
    rules = load({"enabled": False, "why_off": "存疑"})
    assert check(rules, {"sex": "1"}) == ()
    assert rules.rule("T-1").off == "存疑"
    assert rules.answer("T-1", *example_case({"sex": "1"})) is Answer.FIRES


def test_own_and_hospital_parameters(load: Load) -> None:
    rules = load({"when": "los_days > limit or los_days > long_stay_days", "params": {"limit": 40}})
    record = CaseRecord(Row({"los_days": 31}))
    assert rules.check(record, TODAY).findings
    assert not rules.check(record, QcContext(today=date(2026, 1, 1), parameters={"long_stay_days": 60})).findings


def test_stays_of_the_same_patient() -> None:
    mine = CaseRecord(Row({"record_no": "1", "admission_count": 2, "id_no": "X"}))
    again = Sibling.of(CaseRecord(Row({"record_no": "1", "admission_count": 2})), mine)
    elsewhere = Sibling.of(CaseRecord(Row({"record_no": "2", "id_no": "X"})), mine)
    stranger = Sibling.of(CaseRecord(Row({"record_no": ""})), mine)
    values = [
        [sibling.row.get(name) for name in ("same_stay", "same_record", "same_patient")]
        for sibling in (again, elsewhere, stranger)
    ]
    assert values == [[True, True, True], [False, False, True], [False, False, False]]


def test_nothing_of_a_record_shows_in_reprs(load: Load) -> None:
    example = {
        "patient_name": "张某某（测试）",
        "sex": "1",
        "dx": [{"name": "秘密诊断"}],
        "@siblings": [{"record_no": "秘密"}],
    }
    record, context = example_case(example)
    rules = load({"when": "sex == 1 and any(dx, present(name))", "message": "{name}"})
    report = rules.check(record, context)
    assert report.findings[0].message == "秘密诊断"
    shown = repr((context.siblings, report, rules.rule("T-1").term))
    assert "张某某" not in shown
    assert "秘密" not in repr((context.siblings, context, report.findings, report.broken))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"colour": "red"}, "unknown_entry"),
        ({"remedy": ""}, "missing_entry"),
        ({"fires": []}, "missing_entry"),
        ({"severity": "fatal"}, "entry_kind"),
        ({"profile": "back"}, "entry_kind"),
        ({"enabled": "yes"}, "entry_kind"),
        ({"message": 3}, "entry_kind"),
        ({"fields": "sex"}, "entry_kind"),
        ({"fields": [1]}, "entry_kind"),
        ({"fires": ["sex"]}, "entry_kind"),
        ({"params": {"n": "x"}}, "entry_kind"),
        ({"params": {"n": True}}, "entry_kind"),
        ({"values": 3}, "entry_kind"),
        ({"fix": {"path": "sex"}}, "missing_entry"),
        ({"fix": {"path": "sexx", "value": "1", "label": "x"}}, "unknown_field"),
        ({"fields": ["sexx"]}, "unknown_field"),
        ({"message": "{colour}"}, "placeholder"),
        ({"message": "{x"}, "placeholder"),
        ({"score": ["colour"]}, "unknown_item"),
        ({"when": "sexx == 1"}, "unknown_name"),
        ({"values": {"n": "sexx"}}, "unknown_name"),
    ],
)
def test_faults_of_a_rule_are_refused_when_it_is_loaded(load: Load, changes: dict[str, object], key: str) -> None:
    with pytest.raises(RuleFault) as caught:
        load(changes)
    assert caught.value.key == f"qc.fault.{key}"
    assert caught.value.rule_id == "T-1"
    assert str(caught.value).startswith("T-1: ")


def test_ids_are_unique(load: Load) -> None:
    with pytest.raises(RuleFault) as caught:
        load({}, {})
    assert caught.value.key == "qc.fault.same_id"


@pytest.mark.parametrize(
    ("entry", "key"),
    [({"items": "I10"}, "list_items"), ({"items": [1]}, "list_items"), ({"items": ["??"]}, "list_range")],
)
def test_faults_of_a_list_are_refused(load: Load, entry: dict[str, object], key: str) -> None:
    with pytest.raises(RuleFault) as caught:
        load({}, lists={"X": entry})
    assert caught.value.key == f"qc.fault.{key}"


def test_an_example_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(RuleFault) as caught:
        example_case({"dx": [{"colour": "x"}]}, "T-1")
    assert caught.value.key == "qc.fault.unknown_field"


def test_a_fault_without_an_expression_has_no_caret() -> None:
    assert RuleFault("same_id", rule_id="T-1").caret == ""


def test_what_a_check_holds_shows_nothing_of_the_record() -> None:
    record, context = example_case({"patient_name": "张某某（测试）", "dx": [{"name": "秘密诊断"}]})
    scope = Scope(record, context)
    hit = Hit(("dx[0].name",), Group.DX, 0, 1, record.rows(Group.DX)[0])
    shown = repr((scope, hit))
    assert "dx[0].name" in shown
    assert "秘密" not in shown
    assert "张某某" not in shown


def test_findings_about_what_changed_are_those_of_a_whole_check(load: Load) -> None:
    rules = load(
        {"id": "T-1", "when": 'any(dx[1:], code in "I10-I15")'},
        {"id": "T-2", "when": "sex == 1"},
        {"id": "T-3", "when": "any(dx, not known(code))"},
    )
    record, context = example_case({"sex": "1", "dx": [{"code": "K35.800"}, {"code": "I10.x00"}]})
    found = rules.findings_about(record, [Group.DX], context)
    assert [finding.rule_id for finding in found] == ["T-1"]
    assert found[0] in rules.check(record, context).findings


def test_a_rule_that_takes_too_long_is_broken_and_not_slow(load: Load) -> None:
    rules = load(
        {"id": "T-1", "when": "any(dx, any(dx, any(dx, any(dx, blank(code)))))"},
        {"id": "T-2", "when": "pairs(dx, code == prev.code)"},
        {"id": "T-3", "when": "sex == 1"},
    )
    record, context = example_case({"sex": "1"})
    crowded = record.with_rows(Group.DX, (Row({"code": "I10.x00"}), *[Row({"code": f"A{n}"}) for n in range(2_000)]))
    start = time.process_time()
    report = rules.check(crowded, context)
    assert time.process_time() - start < 5
    assert [(rule.rule_id, rule.why) for rule in report.broken] == [
        ("T-1", text("qc.broken.too_long")),
        ("T-2", text("qc.broken.too_long")),
    ]
    assert [finding.rule_id for finding in report.findings] == ["T-3"]
    assert rules.answer("T-1", crowded, context) is Answer.BROKEN
    assert rules.findings("T-1", crowded, context) == []


def test_a_dear_pattern_on_many_long_texts_is_broken(load: Load) -> None:
    rules = load({"when": "any(dx, matches(name, 'a*[ab]*c'))"})
    record, context = example_case({})
    assert rules.check(record.with_rows(Group.DX, (Row({"name": "a" * 300}),) * 5), context).broken == ()
    report = rules.check(record.with_rows(Group.DX, (Row({"name": "a" * 300}),) * 40), context)
    assert [rule.why for rule in report.broken] == [text("qc.broken.too_long")]


def test_a_huge_text_breaks_a_rule_and_does_not_hold_up_the_check(load: Load) -> None:
    rules = load({"when": "any(dx, fold(name) == 'x')"})
    record, context = example_case({})
    huge = record.with_rows(Group.DX, (Row({"name": "高" * 2_000_000}),))
    start = time.process_time()
    assert [rule.why for rule in rules.check(huge, context).broken] == [text("qc.broken.too_long")]
    assert time.process_time() - start < 1
    assert rules.check(record.with_rows(Group.DX, (Row({"name": "高" * 2_000}),)), context).broken == ()
