"""Whether a rule may be put in force: complete, compiled, unlike the base's, and true to its examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.qc.engine import Answer, RuleSet
from app.qc.examples import ExampleFault, try_examples
from app.qc.faults import RuleFault
from app.qc.layers import compile_with
from app.qc.rule import Rule
from app.qc.ruledata import data_of

ID: Final = re.compile(r"[A-Z]{2,6}-\d{3,5}")


def check_rule(rule: Rule, beside: RuleSet) -> None:
    """Raise :class:`UserProblem` (a :class:`RuleFault` with its place, or one with details) unless a rule can run.

    ``beside`` gives lists, parameters, derived values and items of the score.
    """
    if not ID.fullmatch(rule.id):
        raise UserProblem("rules.bad_id", remedy="rules.remedy.bad_id", id=rule.id)
    Rule.read(data_of(rule))
    unknown = set(rule.score) - {item.id for item in beside.scorecard.items}
    if unknown:
        raise RuleFault("unknown_item", rule_id=rule.id, args={"names": ", ".join(sorted(unknown))})
    alone = RuleSet([compile_with(rule, beside.vocabulary)], beside.vocabulary, beside.scorecard)
    try:
        faults = try_examples(alone, rule.id)
    except ValueError as error:
        raise RuleFault("entry_kind", rule_id=rule.id, args={"name": "fires, silent"}) from error
    if faults:
        problem = UserProblem("rules.examples", remedy="rules.remedy.examples", id=rule.id, count=len(faults))
        problem.details = told(faults)
        raise problem


def told(faults: Sequence[ExampleFault]) -> tuple[str, ...]:
    """Return each failing example in words."""
    return tuple(
        text(
            "rules.example",
            kind=text(f"rules.example_{'fires' if fault.wanted is Answer.FIRES else 'silent'}"),
            number=fault.index + 1,
            answer=text(f"rules.answer.{fault.answer}"),
        )
        for fault in faults
    )
