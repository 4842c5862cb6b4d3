"""The shipped rules: every example of every rule is run; the rule files keep their promises."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from app.codebook.codes import ASTERISK
from app.domain.field import Group
from app.domain.fields import field, fields_of
from app.domain.findings import Severity
from app.qc.engine import Answer, RuleSet
from app.qc.examples import example_case, failing_examples, try_examples
from app.qc.outsidefunctions import READS_GROUP

HAN = re.compile(r"[\u4e00-\u9fff]")
SUSPENDED = {
    *(f"WZ-{number:03}" for number in (27, 28, 29, 46, 47, 48, 49, *range(54, 60))),
    *(f"LJ-{number:03}" for number in (3, 4, 12, 34)),
    *("FY-001", "FY-002"),
    *(f"QD-{number:03}" for number in range(1, 26)),
    *("DG-024", "DG-028"),
}
"""The list of domain.md 5.3, without the rules on the way of leaving."""
ASK_THE_BOOK = {
    *("BM-001", "BM-002", "BM-003", "BM-004", "BM-020", "BM-021", "BM-056", "BM-060"),
    *("SS-018", "SS-032"),
}
"""Rules that cannot be evaluated without a code book."""
FAMILIES = {"WZ": 60, "ZY": 37, "LJ": 41, "XN": 14}


def test_every_example_does_what_it_should(rules: RuleSet, rule_id: str) -> None:
    assert try_examples(rules, rule_id) == []


def test_every_rule_has_examples_of_both_kinds_and_says_where_it_comes_from(rules: RuleSet) -> None:
    for rule in (compiled.rule for compiled in rules.rules):
        assert all((rule.fires, rule.silent, rule.source, rule.remedy, rule.message)), rule.id


def test_a_firing_example_gives_findings_with_a_message_without_gaps(rules: RuleSet, rule_id: str) -> None:
    rule = rules.rule(rule_id).rule
    for example in rule.fires:
        for finding in rules.findings(rule_id, *example_case(example)):
            assert finding.rule_id == rule_id
            assert not set("{}") & set(finding.message + finding.remedy)
            assert finding.paths
            for path in finding.paths:
                field(path)
            if finding.fix:
                field(finding.fix.path)
                assert "{" not in finding.fix.label


def test_a_fix_silences_its_rule(rules: RuleSet) -> None:
    tried = 0
    for rule in (compiled.rule for compiled in rules.rules if compiled.rule.fix):
        for example in rule.fires:
            for finding in rules.findings(rule.id, *example_case(example)):
                assert finding.fix is not None
                fixed = {**example, finding.fix.path: finding.fix.value}
                assert rules.answer(rule.id, *example_case(fixed)) is not Answer.FIRES
                tried += 1
    assert tried >= 8


def test_no_example_breaks_another_rule(rules: RuleSet, rule_id: str) -> None:
    rule = rules.rule(rule_id).rule
    for example in (*rule.fires, *rule.silent):
        report = rules.check(*example_case(example))
        assert {broken.rule_id for broken in report.broken} <= ASK_THE_BOOK


def test_a_rule_that_is_off_says_why(rules: RuleSet) -> None:
    off = {compiled.rule.id: compiled.off for compiled in rules.rules if compiled.off}
    assert {"LJ-022", "XN-012", "BM-027", "BM-028"} <= set(off)
    assert all(HAN.search(why) for why in off.values())


def test_the_rule_families_of_the_first_stage_are_complete(rules: RuleSet) -> None:
    ids = [compiled.rule.id for compiled in rules.rules]
    assert {family: sum(rule_id.startswith(family) for rule_id in ids) for family in FAMILIES} == FAMILIES
    wanted = {f"BM-{number:03}" for number in (1, 2, 5, *range(7, 18))} | {"FY-001", "FY-002", "FY-003"}
    assert wanted <= set(ids)


def test_before_discharge_the_rules_of_5_3_and_those_on_the_way_of_leaving_rest(rules: RuleSet) -> None:
    resting = {compiled.rule.id for compiled in rules.rules if compiled.suspended_before_discharge}
    asks_group = {compiled.rule.id for compiled in rules.rules if compiled.touches >= READS_GROUP}
    on_leaving = {compiled.rule.id for compiled in rules.rules if "discharge_way" in compiled.touches} - asks_group
    assert resting == SUSPENDED | on_leaving
    assert {"ZY-010", "LJ-016", "LJ-018"} <= on_leaving


def test_rule_files_use_fields_that_findings_can_point_at(rules: RuleSet) -> None:
    for compiled in rules.rules:
        declared = {path.replace("[0]", "[]") for path in compiled.rule.fields}
        assert declared <= compiled.touches, compiled.rule.id


def test_scored_rules_point_at_a_path_of_their_item(rules: RuleSet) -> None:
    items = {item.id: item for item in rules.scorecard.items}
    for compiled in rules.rules:
        for item_id in compiled.rule.score:
            covered = {cover.pattern for cover in items[item_id].covers}
            assert covered & compiled.touches, (compiled.rule.id, item_id)


def test_ids_messages_and_remedies_are_short_enough_to_show(rules: RuleSet) -> None:
    for compiled in rules.rules:
        rule = compiled.rule
        assert set(rule.id) <= set(string.ascii_uppercase + string.digits + "-")
        assert len(rule.message) <= 60
        assert rule.severity in Severity


def test_the_asterisk_list_is_the_code_books(tables: Mapping[str, dict[str, Any]]) -> None:
    assert set(tables["lists"]["ASTERISK_CATEGORIES"]["items"]) == ASTERISK


def test_an_example_that_fails_is_reported(load: Any) -> None:
    rules = load({"fires": [{"sex": "2"}], "silent": [{"sex": "2"}, {"sex": "1"}]})
    assert [(fault.wanted, fault.index) for fault in failing_examples(rules)] == [
        (Answer.FIRES, 0),
        (Answer.PASSES, 1),
    ]


def test_row_placeholders_are_fields_of_rows(rules: RuleSet) -> None:
    names = {spec.id for group in Group if group is not Group.CASE for spec in fields_of(group)}
    for compiled in rules.rules:
        used = {name for _, name, _, _ in string.Formatter().parse(compiled.rule.message) if name}
        assert used <= names | {"i", "field"} | set(compiled.rule.values)
