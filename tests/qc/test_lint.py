"""What is said about a rule before it is put in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.findings import Severity
from app.qc.contradictions import always_true, never_true
from app.qc.engine import RuleSet
from app.qc.lint import Weight, blocking, lint
from app.qc.normal import normal
from app.qc.parser import parse
from app.qc.rule import FixPlan, Rule, compile_rule
from app.services.rules import shipped_rules

RULE = Rule(
    id="YN-001",
    category="逻辑",
    severity=Severity.WARN,
    when="sex == 2 and los_days > 400",
    message="住院过久",
    remedy="核对",
    source="本院",
    fires=({"sex": "2", "los_days": "401"},),
    silent=({"sex": "2", "los_days": "400"},),
)


def kinds(rule: Rule, rules: RuleSet | None = None) -> list[str]:
    """Return the checks that have something to say."""
    return [note.kind for note in lint(rule, rules or shipped_rules())]


def having(*rules: Rule) -> RuleSet:
    """Return the base with some rules more."""
    base = shipped_rules()
    compiled = [compile_rule(rule, base.vocabulary, len(base.rules) + at) for at, rule in enumerate(rules)]
    return RuleSet([*base.rules, *compiled], base.vocabulary, base.scorecard)


def test_a_sound_rule_has_nothing_said_about_it() -> None:
    assert lint(RULE, shipped_rules()) == ()
    assert kinds(replace(RULE, enabled=False, why_off="还在试")) == []


def test_no_shipped_rule_is_kept_from_being_put_in_force() -> None:
    rules = shipped_rules()
    sample = rules.rules[::7]
    assert [(one.rule.id, note.message) for one in sample for note in blocking(lint(one.rule, rules))] == []


def test_an_unknown_name_is_shown_with_its_place() -> None:
    (note,) = lint(replace(RULE, when="sex == 2 and no_such > 4"), shipped_rules())
    assert (note.kind, note.at, note.weight) == ("fault", 13, Weight.ERROR)
    assert "no_such" in note.message


def test_missing_and_failing_examples_are_told_by_number() -> None:
    assert kinds(replace(RULE, fires=(), silent=())) == ["no_fires", "no_silent"]
    wrong = replace(RULE, fires=(*RULE.fires, {"sex": "1"}), silent=({"sex": "2", "los_days": "500"},))
    notes = lint(wrong, shipped_rules())
    assert [note.message for note in notes] == [
        "应命中的第 2 个例子没有命中：通过。",
        "不应命中的第 1 个例子：命中了。",
    ]
    assert [note.kind for note in lint(replace(RULE, fires=({"nonsense": 1},)), shipped_rules())] == ["example"]


def test_missing_words_are_told() -> None:
    assert [note.message for note in lint(replace(RULE, message=" ", source=""), shipped_rules())] == [
        "还没有写“提示信息”。",
        "还没有写“依据”。",
    ]


@pytest.mark.parametrize(
    "when",
    [
        "sex == 1 and sex == 2",
        "sex == 1 and sex != 1",
        "los_days < 3 and los_days > 5",
        "los_days < 3 and 3 <= los_days",
        "blank(sex) and sex == 1",
        "sex in {1, 2} and sex == 9",
        "blank(id_no) and not blank(id_no)",
        "any(dx, blank(code) and code in MALE_ONLY)",
        "newborn and not quiet(newborn)",
        "sex == 1 and (sex == 2 or sex == 9)",
    ],
)
def test_contradictions_are_seen(when: str) -> None:
    assert never_true(parse(when))
    assert "never" in kinds(replace(RULE, when=when, fires=(), silent=()))


@pytest.mark.parametrize(
    "when",
    ["sex == 1 and los_days > 3", "los_days >= 3 and los_days <= 3", "sex == 1 or sex == 2", "dash(x) and x == 1"],
)
def test_what_can_be_true_is_let_through(when: str) -> None:
    assert not never_true(parse(when))


def test_a_condition_that_is_always_true_is_doubtful() -> None:
    assert always_true(parse("los_days < 3 or los_days >= 3"))
    assert always_true(parse("sex == 1 or sex != 1"))
    assert not always_true(parse("sex == 1 or sex == 2"))
    notes = lint(replace(RULE, when="sex == 1 or sex != 1", fires=(), silent=()), shipped_rules())
    assert [(note.kind, note.weight) for note in notes if note.kind == "always"] == [("always", Weight.WARN)]


def test_a_dead_alternative_is_named() -> None:
    notes = lint(replace(RULE, when="sex == 2 and los_days > 400 or sex == 1 and sex == 2"), shipped_rules())
    assert [note.message for note in notes] == ["“sex == 1 and sex == 2”永远不会成立，可以删去。"]


def test_the_same_condition_in_other_words_is_a_duplicate() -> None:
    other = replace(RULE, id="YN-002", when="400 < los_days and not quiet(sex != 2)")
    assert normal(parse(other.when)) == normal(parse(RULE.when))
    (note,) = lint(RULE, having(other))
    assert (note.kind, note.other, note.weight) == ("duplicate", "YN-002", Weight.WARN)


def test_a_rule_that_only_repeats_part_of_another_is_told() -> None:
    wide = replace(RULE, id="YN-002", when="los_days > 400", fires=(), silent=())
    (note,) = lint(RULE, having(wide))
    assert (note.kind, note.other) == ("covered", "YN-002")
    assert kinds(wide, having(RULE))[-1] == "no_silent"


def test_fixes_that_undo_each_other_are_a_loop() -> None:
    one = replace(
        RULE, when="rh == 1 and los_days > 400", fires=({"rh": "1", "los_days": "401"},),
        silent=({"rh": "2", "los_days": "401"},), fix=FixPlan("rh", "2", "改为阳"),
    )  # fmt: skip
    other = replace(
        one, id="YN-002", when="rh == 2 and los_days > 400", fires=one.silent, silent=one.fires,
        fix=FixPlan("rh", "1", "改为阴"),
    )  # fmt: skip
    (note,) = lint(one, having(other))
    assert (note.kind, note.other) == ("loop", "YN-002")
    assert "YN-001 → YN-002 → YN-001" in note.message
    idle = replace(one, fix=FixPlan("rh", "1", "改为阴"))
    assert [note.kind for note in lint(idle, shipped_rules())] == ["loop"]


@pytest.mark.parametrize(
    "when",
    [
        "los_days >= 3 and los_days < 3",
        "3 == los_days and los_days > 5",
        "blank(sex) and sex in D-SEX",
        "not empty(sex) and empty(sex)",
        "any(dx, code == '1' and code == '2') and sex == 1",
    ],
)
def test_empty_ranges_and_blank_values_are_contradictions(when: str) -> None:
    assert never_true(parse(when))


@pytest.mark.parametrize(
    "when", ["all(dx, blank(code))", "los_days + 1 and x", "f(x) and g(x)", "sex < 'a' and sex > 'b'"]
)
def test_what_is_not_understood_counts_as_possible(when: str) -> None:
    assert not never_true(parse(when))


def test_fewer_alternatives_are_covered_by_more() -> None:
    wide = replace(RULE, id="YN-002", when="los_days > 400 or sex == 9 and los_days > 300", fires=(), silent=())
    narrow = replace(RULE, when="los_days > 400", fires=({"los_days": "401"},), silent=({"los_days": "1"},))
    assert [note.kind for note in lint(narrow, having(wide))] == ["covered"]
    other = replace(RULE, id="YN-002", when="sex == 1 and los_days > 500 or sex == 2", fires=(), silent=())
    assert lint(replace(other, id="YN-003"), having(RULE))[-1].kind == "no_silent"


def test_a_fix_of_one_row_is_no_loop_because_another_row_is_wrong_too() -> None:
    rows = replace(
        RULE, when="any(dx, adm_cond == 4)", message="第{i}行", fields=(), fix=FixPlan("dx[].adm_cond", "1", "改"),
        fires=({"dx": [{"adm_cond": "4"}, {"adm_cond": "4"}]},), silent=({"dx": [{"adm_cond": "1"}]},),
    )  # fmt: skip
    assert [note.kind for note in lint(rows, shipped_rules()) if note.kind == "loop"] == []
