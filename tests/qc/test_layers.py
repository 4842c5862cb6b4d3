"""Layers: what holds for a department on a day, and that a rule of the base is never rewritten."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.qc.context import QcContext, Sibling
from app.qc.engine import RuleSet
from app.qc.facts import facts_digest
from app.qc.layers import (
    Effective,
    Layers,
    Override,
    OverrideKind,
    OwnRule,
    RuleStatus,
    compile_with,
    effective,
    words_of,
)
from app.qc.rule import Rule
from app.qc.ruledata import data_of, toml_of

DAY = date(2026, 11, 23)


def rule(when: str = "los_days > most", **changes: object) -> Rule:
    data: dict[str, object] = {
        "id": "YN-001",
        "category": "逻辑",
        "severity": "warn",
        "when": when,
        "message": "太长",
        "remedy": "核对",
        "source": "本院",
        "fires": [{"los_days": "90"}],
        "silent": [{"los_days": "1"}],
        "params": {"most": 60},
    }
    return Rule.read({**data, **changes})


def of(
    rules: RuleSet, *overrides: Override, own: tuple[OwnRule, ...] = (), dept: str = "", day: date = DAY
) -> Effective:
    return effective(rules, Layers(own, overrides), dept, day)


def fires(found: Effective, rule_id: str, **head: object) -> bool:
    record = CaseRecord(Row(head))  # type: ignore[arg-type]
    report = found.rules.check(record, QcContext(today=DAY))
    return any(finding.rule_id == rule_id for finding in report.findings)


def test_nothing_said_leaves_the_base_as_it_is(rules: RuleSet) -> None:
    found = of(rules)
    assert found.rules.rules == rules.rules
    assert (found.broken, found.expired) == ({}, frozenset())


def test_the_newest_valid_word_holds_and_none_takes_back(rules: RuleSet) -> None:
    off = Override(1, OverrideKind.SWITCH, "LJ-037", False, reason="停")
    on = Override(2, OverrideKind.SWITCH, "LJ-037", True)
    back = Override(3, OverrideKind.SWITCH, "LJ-037", None)
    assert of(rules, off).status("LJ-037") is RuleStatus.OFF
    assert of(rules, off).rules.rule("LJ-037").off == "停"
    assert of(rules, on, off).status("LJ-037") is RuleStatus.ON
    assert of(rules, off, back).status("LJ-037") is RuleStatus.ON
    later = Override(4, OverrideKind.SWITCH, "LJ-037", False, valid_from=date(2026, 12, 1), valid_to=date(2026, 12, 5))
    assert [
        of(rules, later, day=date(2026, month, day)).status("LJ-037")
        for month, day in ((11, 30), (12, 1), (12, 5), (12, 6))
    ] == [
        RuleStatus.ON,
        RuleStatus.OFF,
        RuleStatus.OFF,
        RuleStatus.ON,
    ]
    assert Layers((), (later,)).days() == (date(2026, 12, 1), date(2026, 12, 6))


@pytest.mark.parametrize(
    ("dept", "status"),
    [
        ("", RuleStatus.ON),
        ("03", RuleStatus.OFF),
        ("03.02", RuleStatus.OFF),
        ("03.04", RuleStatus.ON),
        ("030", RuleStatus.ON),
    ],
)
def test_the_nearest_place_wins_whatever_is_newer(rules: RuleSet, dept: str, status: RuleStatus) -> None:
    words = (
        Override(1, OverrideKind.SWITCH, "LJ-037", True, "03.04"),
        Override(2, OverrideKind.SWITCH, "LJ-037", False, "03"),
        Override(3, OverrideKind.SWITCH, "LJ-037", True),
    )
    assert of(rules, *words, dept=dept).status("LJ-037") is status


def test_of_the_versions_that_have_begun_the_highest_counts(rules: RuleSet) -> None:
    own = (
        OwnRule(rule(), 1),
        OwnRule(rule(params={"most": 30}), 2, valid_from=date(2026, 11, 25), valid_to=date(2026, 11, 27)),
    )
    assert not fires(of(rules, own=own), "YN-001", los_days=40)
    during = of(rules, own=own, day=date(2026, 11, 26))
    assert fires(during, "YN-001", los_days=40)
    after = of(rules, own=own, day=date(2026, 11, 28))
    assert after.status("YN-001") is RuleStatus.EXPIRED
    assert of(rules).status("YN-001") is RuleStatus.DRAFT


def test_a_rule_that_cannot_be_compiled_is_broken_and_never_raises(rules: RuleSet) -> None:
    own = (OwnRule(rule("los_dais > 3"), 1), OwnRule(rule(id="YN-002", score=["nothing"]), 1))
    found = of(rules, Override(1, OverrideKind.UNLESS, "LJ-037", "sexx == 1"), own=own)
    assert set(found.broken) == {"YN-001", "YN-002", "LJ-037"}
    assert {found.status(one) for one in found.broken} == {RuleStatus.BROKEN}
    assert not fires(found, "YN-001", los_days=90)
    wrong_list = of(rules, Override(1, OverrideKind.LIST, "MALE_ONLY", ["这不是编码"]))
    assert len(wrong_list.broken) == 1
    assert wrong_list.rules.vocabulary == rules.vocabulary
    assert wrong_list.status("XN-001") is RuleStatus.ON


def test_severity_and_parameters_change_and_nothing_else_of_a_base_rule(rules: RuleSet) -> None:
    found = of(
        rules,
        Override(1, OverrideKind.SEVERITY, "LJ-037", "error"),
        Override(2, OverrideKind.PARAMETER, "long_stay_days", 50),
    )
    before, after = rules.rule("LJ-037").rule, found.rules.rule("LJ-037").rule
    assert (after.severity, after.when, after.message) == (Severity.ERROR, before.when, before.message)
    assert [fires(found, "LJ-037", los_days=days) for days in (40, 60)] == [False, True]
    assert fires(of(rules), "LJ-037", los_days=40)


def test_an_exemption_that_cannot_be_said_exempts_nothing(rules: RuleSet) -> None:
    found = of(rules, Override(1, OverrideKind.UNLESS, "LJ-037", "age_years > 80"))
    assert not fires(found, "LJ-037", los_days=90, age_years=81)
    assert fires(found, "LJ-037", los_days=90, age_years=80)
    assert fires(found, "LJ-037", los_days=90)


def test_edits_and_full_checks_agree_under_layers(rules: RuleSet) -> None:
    found = of(rules, Override(1, OverrideKind.UNLESS, "LJ-037", "age_years > 80"), own=(OwnRule(rule(), 1),))
    context = QcContext(today=DAY)
    young, old = (CaseRecord(Row({"los_days": 90, "age_years": age})) for age in (20, 90))
    report = found.rules.check(young, context)
    assert found.rules.check_fields(old, report, ["age_years"], context) == found.rules.check(old, context)


def test_names_are_those_behind_derived_values_too(rules: RuleSet) -> None:
    names = words_of(rule("drug_share > drug_share_warn"), rules.vocabulary)
    assert {"drug_share_warn", "fee_west", "fee_total"} <= names


def test_rules_are_written_as_a_rule_file_and_read_back(rules: RuleSet) -> None:

    written = tomllib.loads(toml_of(entry.rule for entry in rules.rules))["rule"]
    assert [Rule.read(data) for data in written] == [entry.rule for entry in rules.rules]
    assert [Rule.read(data_of(entry.rule)) for entry in rules.rules] == [entry.rule for entry in rules.rules]
    assert Rule.read({"id": "YN-1", "severity": "warn", "fix": {"path": "sex"}}, draft=True).when == ""


def test_the_facts_of_a_finding_are_what_its_rule_reads(rules: RuleSet) -> None:
    compiled = compile_with(rule('los_days > most and any(dx, code in "I10")'), rules.vocabulary)
    finding = Finding("YN-001", "逻辑", Severity.WARN, "太长", "核对", ("los_days",))

    def digest(*codes: str, days: int = 90, sex: str = "1") -> str:
        rows = tuple(Row({"code": code, "name": sex}) for code in codes)
        return facts_digest(compiled, CaseRecord(Row({"los_days": days, "sex": sex}), {Group.DX: rows}), finding)

    first = digest("I10", "E11")
    assert first == digest("I10", "E11", sex="2")
    others = [digest("I10"), digest("E11", "I10"), digest("I10", "E11", days=91), digest("I10", "E12")]
    assert first not in others
    stricter = compile_with(rule('los_days > most and any(dx, code in "I10")', params={"most": 70}), rules.vocabulary)
    record = CaseRecord(Row({"los_days": 90}))
    assert facts_digest(compiled, record, finding) != facts_digest(stricter, record, finding)


def test_another_stay_of_the_patient_is_a_fact_where_the_rule_reads_it(rules: RuleSet) -> None:
    compiled = compile_with(rule("any(siblings, same_stay) or los_days > most"), rules.vocabulary)
    finding = Finding("YN-001", "逻辑", Severity.WARN, "太长", "核对", ())
    record = CaseRecord(Row({"record_no": "1"}))
    other = Sibling.of(CaseRecord(Row({"record_no": "1"})), record)
    assert facts_digest(compiled, record, finding) != facts_digest(compiled, record, finding, [other])
