"""Births, tumours, injuries: ids and severities of domain.md 3.5, and the functions that their rules need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from app.domain.findings import Severity
from app.qc.codespans import CodeSpans
from app.qc.engine import Answer, RuleSet
from app.qc.examples import example_case
from app.qc.faults import RuleFault
from app.qc.functions import compiler
from app.qc.layers import kind_of
from app.qc.vocabulary import LookupList, Vocabulary

Ask = Callable[..., object]
NUMBERS = {"XS": set(range(1, 28)), "ZL": set(range(1, 19)), "SW": set(range(1, 21))}
ERRORS = {"XS": {1, 2, 3, 4, 15}, "ZL": {1, 2, 3, 4}, "SW": {1, 2, 3}}
HINTS = {"XS": {5}, "ZL": {18}, "SW": set[int]()}
SCORED = {
    "XS": {1: {"nb_admit_weight"}, 2: {"nb_weight"}, 3: {"nb_weight"}, 4: {"nb_admit_weight", "nb_weight"}},
    "ZL": {1: {"path_code"}, 2: {"path_name"}, 3: {"path_no"}, 4: {"path_code"}},
    "SW": {1: {"ext_code"}, 2: {"ext_name"}, 11: {"coma"}, 18: {"allergy"}},
}
BIRTH = {"age_years": "0", "age_days": "0"}


@pytest.mark.parametrize("family", NUMBERS)
def test_ids_severities_and_deductions_are_those_of_the_tables(rules: RuleSet, family: str) -> None:
    found = {int(rule.id[3:]): rule for rule in (one.rule for one in rules.rules) if rule.id[:2] == family}
    assert set(found) == NUMBERS[family]
    for number, rule in found.items():
        wanted = Severity.ERROR if number in ERRORS[family] else Severity.WARN
        assert rule.severity is (Severity.HINT if number in HINTS[family] else wanted), rule.id
        assert set(rule.score) == SCORED[family].get(number, set()), rule.id


@pytest.mark.parametrize("family", NUMBERS)
def test_each_has_two_examples_of_each_kind(rules: RuleSet, family: str) -> None:
    for rule in (compiled.rule for compiled in rules.rules if compiled.rule.id[:2] == family):
        assert min(len(rule.fires), len(rule.silent)) >= 2, rule.id


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ('least("P07.101", WEIGHT_P07)', 1500),
        ('most("P07.101", WEIGHT_P07)', 2499),
        ('least("P08.000", WEIGHT_P08)', 4500),
        ('most("P08.000", WEIGHT_P08)', None),
        ('least("Z37.501", Z37_CHILDREN)', 3),
        ('most("Z37.501", Z37_CHILDREN)', 3),
        ('most("Z37.500", Z37_CHILDREN)', None),
        ('least("Z37.900", Z37_CHILDREN)', None),
        ('behaviour("M81400/3")', "3"),
        ('behaviour("M8140/6")', "6"),
        ('behaviour("8140/3")', None),
        ('behaviour("M814/3")', None),
        ("remainder(3285, 10)", 5),
        ("remainder(3280, 10)", 0),
        ("remainder(3280, 0)", None),
    ],
)
def test_functions_of_clinical_facts(ask: Ask, source: str, answer: object) -> None:
    assert ask(source) == answer


@pytest.mark.parametrize("source", ["least(path[0].code, Z37_CHILDREN)", "behaviour(path[0].code)"])
def test_a_blank_code_has_no_answer(ask: Ask, source: str) -> None:
    assert ask(source) is None
    assert ask(source, {"path": [{"code": "-"}]}) is None


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("least(sex, SIDES) > 1", "not_spans"),
        ("least(los_days, Z37_CHILDREN) > 1", "not_a_code"),
        ("behaviour(los_days) == 3", "not_a_code"),
        ("remainder(sex, 10) != 0", "not_a_number"),
        ("remainder(fee_total, 10) != 0", "not_a_number"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(words: Vocabulary, source: str, fault: str) -> None:
    with pytest.raises(RuleFault) as refused:
        compiler(source, words).compile_condition()
    assert refused.value.key == f"qc.fault.{fault}"


def test_spans_take_the_first_row_that_holds_the_code() -> None:
    spans = CodeSpans(["P07.101 | 1500-2499 | note", "P07.1 | 1000-", "Z37.1 | 0"])
    assert spans.of["P07.101"] == (Decimal(1500), Decimal(2499))
    assert spans.of["P07.100"] == (Decimal(1000), None)
    assert spans.of["Z37.100"] == (Decimal(0), Decimal(0))
    assert spans.of["O80.000"] is None


def test_a_list_that_the_hospital_changes_stays_of_its_kind(words: Vocabulary) -> None:
    kinds = {name: kind_of(words.lists[name]) for name in ("CHRONIC", "HISTORY_ORGAN", "WEIGHT_P07", "SIDES")}
    assert kinds == {"CHRONIC": "codes", "HISTORY_ORGAN": "pairs", "WEIGHT_P07": "spans", "SIDES": "texts"}


@pytest.mark.parametrize("row", ["P07", "P07 | ", "P07 | many", "P07 | 9-1", "P07 | 500 999", "?? | 1-2", "P07 | -5"])
def test_rows_that_are_no_spans_are_refused(row: str) -> None:
    with pytest.raises(RuleFault) as refused:
        LookupList.load("T", {"kind": "spans", "items": [row]})
    assert refused.value.key == "qc.fault.list_range"


@pytest.mark.parametrize(
    ("example", "wanted"),
    [
        ({**BIRTH, "dx": [{"code": "Z38.000"}], "nb_admit_weight": "3280", "nb_weight": ["3350"]}, set()),
        (
            {**BIRTH, "dx": [{"code": "Z38.000"}, {"code": "P22.000"}], "nb_weight": ["1800"]},
            {"XS-001", "XS-012", "XS-026"},
        ),
        (
            {
                "sex": "2",
                "age_years": "29",
                "dx": [{"code": "O34.200"}, {"code": "O82.000"}, {"code": "Z37.000"}],
                "op": [{"code": "74.1x01"}],
                "nb_weight": ["3350"],
            },
            set(),
        ),
        (
            {
                "dx": [{"code": "C18.700"}, {"code": "C78.700"}],
                "path": [{"code": "M81400/3", "name": "腺癌", "no": "26-10233"}],
                "op": [{"code": "45.7600", "kind": "手术"}],
            },
            set(),
        ),
        (
            {
                "dx": [{"code": "S06.000"}, {"code": "S01.000"}],
                "ext": [{"code": "V89.200", "name": "机动车交通事故"}],
                "coma_pre_m": "5",
                "pay_method": "7",
                "los_days": "6",
            },
            set(),
        ),
    ],
)
def test_a_sound_page_is_left_alone(rules: RuleSet, example: Mapping[str, object], wanted: set[str]) -> None:
    record, context = example_case(example)
    found = {finding.rule_id for finding in rules.check(record, context).findings}
    assert {rule_id for rule_id in found if rule_id[:2] in NUMBERS} == wanted


def test_files_without_the_columns_are_told_so_once_and_never_flagged(rules: RuleSet) -> None:
    lacks = ["nb_weight[].weight", "nb_admit_weight", "path[].code", "ext[].code", "coma_post_h"]
    record, context = example_case({**BIRTH, "dx": [{"code": "C34.100"}, {"code": "S06.500"}], "@lacks": lacks})
    silent = {"XS-001", "XS-002", "ZL-001", "SW-005"}
    assert {rules.answer(rule_id, record, context) for rule_id in silent} == {Answer.NOT_APPLICABLE}
    report = rules.check(record, context)
    assert {finding.rule_id for finding in report.findings}.isdisjoint(silent)
    assert {"nb_admit_weight", "path[].code", "ext[].code"} <= set(report.not_imported)
