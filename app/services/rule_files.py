"""Rule files as people write them: TOML with ``[[rule]]`` tables, as ``resources/rules`` has them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.qc.faults import RuleFault
from app.qc.layers import Effective
from app.qc.rule import Rule
from app.services.rule_checking import check_rule


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a file; an entry ``category`` at its top holds for all that have none.

    Raises :class:`UserProblem` for a file that cannot be read or holds no rule, :class:`RuleFault` for a wrong entry.
    """
    where = Where(path.name)
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserProblem("rules.file", remedy="rules.remedy.file", where=where, name=path.name) from error
    rules = table.get("rule")
    if not isinstance(rules, list) or not rules or not all(isinstance(one, dict) for one in rules):
        raise UserProblem("rules.file_empty", remedy="rules.remedy.file_empty", where=where, name=path.name)
    common = {"category": table["category"]} if "category" in table else {}
    return tuple(Rule.read({**common, **one}, draft=True) for one in rules)


def faults_of(rules: tuple[Rule, ...], effective: Effective) -> Iterator[tuple[str, str]]:
    """Yield id and fault, with its place and failing examples, of each rule that could not be put in force."""
    for rule in rules:
        try:
            check_rule(rule, effective.rules)
        except RuleFault as fault:
            yield rule.id, "\n".join(part for part in (fault.message, fault.caret) if part)
        except UserProblem as problem:
            yield rule.id, "\n".join((problem.message, *problem.details))
