"""Fees, settlement list, DRG: ids and severities of domain.md 3.5, and what rules may ask outside the record."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.case import CaseState
from app.domain.findings import Severity
from app.qc.context import GroupingFacts, GroupState, QcContext
from app.qc.engine import Answer, RuleSet
from app.qc.examples import example_case
from app.qc.faults import RuleFault
from app.qc.outsidefunctions import FACTS

NUMBERS = {
    "FY": {*range(1, 16), *range(17, 25), *range(26, 31)},
    "QD": set(range(1, 26)),
    "DG": {*range(1, 26), 28, 29, 30},
}
ERRORS = {"FY": {1, 3, 4, 5, 6, 7}, "QD": {1, 2, 3, 5, 6, 7, 8, 9, 20, 21}, "DG": {1, 8}}
HINTS = {"FY": {10, 30}, "QD": set[int](), "DG": {10, 12, 21, 23, 29}}
CASE = {"sex": "1", "fee_total": "17000", "dx": [{"code": "I21.900"}, {"code": "I10.x00"}]}


@pytest.mark.parametrize("family", NUMBERS)
def test_ids_and_severities_are_those_of_the_tables(rules: RuleSet, family: str) -> None:
    found = {compiled.rule.id: compiled.rule.severity for compiled in rules.rules if compiled.rule.id[:2] == family}
    assert {int(rule_id[3:]) for rule_id in found} == NUMBERS[family]
    for rule_id, severity in found.items():
        number = int(rule_id[3:])
        wanted = Severity.ERROR if number in ERRORS[family] else Severity.WARN
        assert severity is (Severity.HINT if number in HINTS[family] else wanted), rule_id


@pytest.mark.parametrize("family", NUMBERS)
def test_each_has_two_examples_of_each_kind(rules: RuleSet, family: str) -> None:
    for rule in (compiled.rule for compiled in rules.rules if compiled.rule.id[:2] == family):
        assert min(len(rule.fires), len(rule.silent)) >= 2, rule.id


def test_every_fact_has_a_name_of_its_own(rules: RuleSet) -> None:
    assert {name for name in FACTS if f'fact("{name}")' not in rules.vocabulary.macros.get(name, "")} == set()


def test_without_facts_the_rules_about_them_do_not_apply(rules: RuleSet) -> None:
    record, context = example_case(CASE)
    asking = [f"DG-{number:03}" for number in (1, 2, 3, 4, 5, 7, 8, 12, 18)]
    assert {rules.answer(rule_id, record, context) for rule_id in asking} == {Answer.NOT_APPLICABLE}


def test_before_discharge_the_third_level_warns_and_does_not_block(rules: RuleSet) -> None:
    record, context = example_case({**CASE, "@grouping": {"warning_level": 3}})
    before = replace(context, state=CaseState.INPATIENT)
    assert [finding.severity for finding in rules.findings("DG-008", record, context)] == [Severity.ERROR]
    assert [finding.severity for finding in rules.findings("DG-008", record, before)] == [Severity.WARN]
    assert "DG-008" in {finding.rule_id for finding in rules.check(record, before).findings}
    assert rules.rule("DG-008").rule.allow_exception


def test_the_group_is_asked_for_once_in_a_check_and_never_without_a_rule_that_needs_it(rules: RuleSet) -> None:
    record, context = example_case(CASE)
    asked: list[int] = []

    def facts() -> GroupingFacts:
        asked.append(1)
        return GroupingFacts(status=GroupState.GROUPED, multiple=Decimal("2.35"), high_threshold=Decimal(2))

    counting = replace(context, grouping=facts)
    report = rules.check(record, counting)
    assert {"DG-005"} <= {finding.rule_id for finding in report.findings}
    assert len(asked) == 1
    rules.check_fields(record.with_value("abo", "1"), report, ["abo"], counting)
    assert len(asked) == 1
    rules.check_fields(record.with_value("fee_total", 100), report, ["fee_total"], counting)
    assert len(asked) == 2


def test_the_settlement_rules_run_only_with_that_document(rules: RuleSet) -> None:
    record, context = example_case({"psn_no": "5301000001"})

    def hits(profile: str) -> set[str]:
        found = rules.check(record, replace(context, profile=profile)).findings
        return {finding.rule_id[:2] for finding in found}

    assert "QD" not in hits("front")
    assert {"QD", "WZ"} <= hits("both")
    waiting = replace(context, profile="both", state=CaseState.INPATIENT)
    assert "QD" not in {finding.rule_id[:2] for finding in rules.check(record, waiting).findings}


def test_a_fact_that_does_not_exist_is_refused_with_its_place(load: object) -> None:
    with pytest.raises(RuleFault) as caught:
        load({"when": 'fact("surplus") > 0'})  # type: ignore[operator]  # the fixture is a function
    assert caught.value.at == 5


@pytest.mark.parametrize(
    "example",
    [{"@grouping": {"weight": 1}}, {"@grouping": "grouped"}, {"@outside": {"day": 1}}],
)
def test_an_example_with_an_unknown_fact_is_refused(example: dict[str, object]) -> None:
    with pytest.raises(RuleFault):
        example_case(example, "T-1")


def test_numbers_as_a_message_shows_them(ask: object) -> None:
    example = {"fee_total": "16000", "fee_west": "10005", "nb_weight": ["3350，2900"]}
    assert ask("percent(fee_west / fee_total)", example) == "62.5%"  # type: ignore[operator]
    assert ask("round(fee_west / fee_total, 2)", example) == Decimal("0.63")  # type: ignore[operator]
    assert ask("written(nb_weight[0].weight)", example) == "3350，2900"  # type: ignore[operator]
    assert ask("percent(fee_west / fee_total)", {}) is None  # type: ignore[operator]


def test_a_context_shows_no_patient() -> None:
    _, context = example_case({"@grouping": {"drg": "FR21"}, "@outside": {"charges": ["静脉溶栓"]}})
    assert isinstance(context, QcContext)
    assert context.grouping is not None
    assert "FR21" not in repr(context.grouping())
    assert "溶栓" not in repr(context.outside)


def test_a_newborn_with_the_document_of_the_mother_is_somebody_else(rules: RuleSet) -> None:
    stay = {"admit_time": "2026-05-06 09:00:00", "discharge_time": "2026-05-14 10:00:00"}
    mother = {**stay, "record_no": "1", "id_no": "X1", "birth_date": "1996-05-06", "patient_name": "张测试"}
    child = {**stay, "record_no": "2", "id_no": "X1", "birth_date": "2026-05-06", "patient_name": "张测试之女"}
    twin = {**child, "record_no": "3", "patient_name": "张测试之子"}
    same = {**mother, "record_no": "4"}

    def answer(other: dict[str, str]) -> Answer:
        return rules.answer("LJ-040", *example_case({**mother, "@siblings": [other]}))

    assert [answer(other) for other in (child, same)] == [Answer.PASSES, Answer.FIRES]
    assert rules.answer("LJ-040", *example_case({**child, "@siblings": [twin]})) is Answer.PASSES
