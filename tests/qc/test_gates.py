"""Rules that cannot fire are not asked: the findings are those of reading every part of every rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.case import CaseRecord
from app.domain.findings import Finding
from app.exchange.batch import read_batch
from app.qc.context import QcContext
from app.qc.engine import Answer, RuleSet
from app.qc.examples import example_case
from app.qc.faults import Unanswerable
from app.qc.functions import compiler
from app.qc.quick import Coded, Empty, Rowed, Worded, is_open
from app.qc.reporting import findings_of
from app.qc.scope import Scope
from tests.qc.conftest import Ask, Load
from tests.qc.test_edits import CONTEXT, records


def _read_in_full(rules: RuleSet, record: CaseRecord, context: QcContext) -> dict[str, list[Finding]]:
    """Return what each rule finds when every part of it is read, without any short way."""
    scope, plan = rules._begin(record, context)
    fired = [compiled for compiled in plan.rules if compiled.term.read(scope) is True]
    return {compiled.rule.id: findings_of(compiled, scope) for compiled in fired}


def _told(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    told: dict[str, list[Finding]] = {}
    for finding in findings:
        told.setdefault(finding.rule_id, []).append(finding)
    return told


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(record=records())
def test_a_check_finds_what_reading_every_part_finds(rules: RuleSet, record: CaseRecord) -> None:
    report = rules.check(record, CONTEXT)
    expected = _read_in_full(rules, record, CONTEXT)
    told = _told(report.findings)
    assert {rule_id: sorted(map(repr, found)) for rule_id, found in told.items()} == {
        rule_id: sorted(map(repr, found)) for rule_id, found in expected.items()
    }
    assert report.broken == ()


def test_every_example_fires_through_the_gates(rules: RuleSet, rule_id: str) -> None:
    compiled = rules.rule(rule_id)
    for example in compiled.rule.fires:
        record, context = example_case(example)
        scope = Scope(record, context, frozenset(), rules.vocabulary.parameters)
        gate = compiled.term.gate
        assert gate is None or is_open(gate, scope)


@pytest.mark.parametrize("name", ["hqms_gbk.csv", "front_pages.xlsx"])
def test_the_invented_ward_reads_the_same_with_and_without_gates(rules: RuleSet, reference: Path, name: str) -> None:
    context = QcContext(today=date(2026, 11, 23))
    for imported in read_batch(reference / "batches" / "ward_500" / name).records:
        expected = _read_in_full(rules, imported.record, context)
        assert set(_told(rules.check(imported.record, context).findings)) == set(expected)


GATES = [
    ('main_in("C00-C97") and sex == 1', Coded),
    ('sex == 1 and has(dx, "C00-C97")', Coded),
    ('has_op("47") or main_op_in("51")', Coded),
    ('any(dx, code in {"O80.000"} and present(name))', Coded),
    ("any(op, present(name))", Rowed),
    ("any(dx[1:], present(name))", Rowed),
    ("pairs(op, code == prev.code)", Rowed),
    ('any(dx, contains(name, "新生儿") and sex == 1)', Worded),
    ("delivery and sex == 1", Coded),
    ("sex == 1 and blank(abo)", Empty),
    ("blank(abo) or dash(rh)", Empty),
    ("pairs(dx, paired(code, prev.code, MUTEX) and sex == 1)", Coded),
    ("any(dx, matches(code, '^M') and sex == 1)", Coded),
    ('any(dx, contains(code, "+"))', Coded),
]


@pytest.mark.parametrize(("source", "kind"), GATES)
def test_a_condition_says_what_a_record_must_have(rules: RuleSet, source: str, kind: type) -> None:
    gate = compiler(source, rules.vocabulary).compile_condition().gate
    assert gate is not None
    assert {type(trigger) for trigger in gate} == {kind}


@pytest.mark.parametrize(
    "source",
    ["sex == 1", 'not has(dx, "C00-C97")', 'has(dx, "C00-C97") or sex == 1', 'dx[0].code != "O80.000"', "present(abo)"],
)
def test_a_condition_that_can_hold_without_codes_has_no_gate(rules: RuleSet, source: str) -> None:
    assert compiler(source, rules.vocabulary).compile_condition().gate is None


def test_a_part_that_cannot_be_evaluated_breaks_the_rule_only_where_it_decides(load: Load) -> None:
    rules = load({"when": 'known(dx[0].code) and main_in("O80")', "fires": [{}], "silent": [{}]})
    delivered, context = example_case({"dx": [{"code": "O80.000"}]})
    other, _ = example_case({"dx": [{"code": "I10.x00"}]})
    assert [rule.rule_id for rule in rules.check(delivered, context).broken] == ["T-1"]
    assert rules.check(other, context).broken == ()
    assert rules.answer("T-1", delivered, context) is Answer.BROKEN
    assert rules.answer("T-1", other, context) is Answer.PASSES


@pytest.mark.parametrize("blank", ["abo", "dx[0].code"])
def test_a_blank_part_stays_not_applicable(load: Load, blank: str) -> None:
    rules = load({"when": f'has(dx, "I10") and {blank} == 1'})
    record, context = example_case({"dx": [{"name": "x"}, {"code": "I10.x00"}]})
    assert rules.answer("T-1", record, context) is Answer.NOT_APPLICABLE
    assert rules.check(record, context).findings == ()


def test_rows_are_not_asked_without_a_word(ask: Ask, load: Load) -> None:
    rules = load({"when": 'any(dx, contains(name, "新生儿") and known(code))'})
    record, context = example_case({"dx": [{"code": "I10.x00", "name": "高血压"}]})
    assert rules.check(record, context).broken == ()
    record, context = example_case({"dx": [{"code": "P59.900", "name": "新生儿黄疸"}]})
    assert len(rules.check(record, context).broken) == 1
    with pytest.raises(Unanswerable):
        ask("known(dx[0].code)", {"dx": [{"code": "P59.900"}]})


def test_a_cheap_part_before_a_walk_over_pairs_is_asked_first(load: Load) -> None:
    rules = load({"when": "sex == 1 and pairs(dx, known(code) and known(prev.code))"})
    rows = {"dx": [{"code": "I10.x00"}, {"code": "I10.x01"}]}
    record, context = example_case({"sex": "2", **rows})
    assert rules.check(record, context).broken == ()
    record, context = example_case({"sex": "1", **rows})
    assert len(rules.check(record, context).broken) == 1


def test_hits_are_the_rules_with_findings(rules: RuleSet, rule_id: str) -> None:
    for example in (*rules.rule(rule_id).rule.fires, *rules.rule(rule_id).rule.silent):
        record, context = example_case(example)
        assert rules.hits(record, context) == {finding.rule_id for finding in rules.check(record, context).findings}
