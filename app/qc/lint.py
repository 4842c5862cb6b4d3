"""What is wrong or doubtful about a rule before it is put in force: told at save, in the editor, by the command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.common.texts import text
from app.qc.contradictions import always_true, dead_parts, never_true
from app.qc.engine import Answer, RuleSet
from app.qc.examples import try_examples
from app.qc.faults import RuleFault
from app.qc.fixloops import fix_loop
from app.qc.normal import normal, parts_of
from app.qc.parser import parse
from app.qc.printing import printed
from app.qc.rule import CompiledRule, Rule, compile_rule
from app.qc.syntax import Logic, Node


class Weight(StrEnum):
    """ERROR keeps a rule from being put in force; WARN is told and stays the user's decision."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say about a rule. ``at`` is the offset in its expression, -1 without one; ``other`` another rule.

    ``kind`` names the check: an entry of area ``qc.lint``, or ``fault``.
    """

    weight: Weight
    kind: str
    message: str
    at: int = -1
    other: str = ""
    example: tuple[Answer, int] | None = None


_ENTRIES: Final = ("message", "remedy", "source")


def lint(rule: Rule, rules: RuleSet) -> tuple[Note, ...]:
    """Return what is to be said about a rule that would stand among ``rules`` (which may hold an older version)."""
    notes = [_note("missing", name=text(f"qc.entry.{name}")) for name in _ENTRIES if not getattr(rule, name).strip()]
    try:
        compiled = compile_rule(replace(rule, enabled=True, why_off=""), rules.vocabulary)
    except RuleFault as fault:
        at = fault.at if fault.source == rule.when else -1
        return (*notes, Note(Weight.ERROR, "fault", fault.message, at))
    tree = parse(rule.when)
    others = [other for other in rules.rules if other.rule.id != rule.id]
    return (
        *notes,
        *_examples(compiled, rules),
        *_meaning(tree),
        *_neighbours(tree, others),
        *_loops(compiled, rules, others),
    )


def blocking(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return the notes that keep a rule from being put in force."""
    return tuple(note for note in notes if note.weight is Weight.ERROR)


def _examples(compiled: CompiledRule, rules: RuleSet) -> list[Note]:
    rule = compiled.rule
    notes = [_note(f"no_{kind}") for kind in ("fires", "silent") if not getattr(rule, kind)]
    alone = RuleSet([compiled], rules.vocabulary, rules.scorecard)
    try:
        faults = try_examples(alone, rule.id)
    except (RuleFault, ValueError) as error:
        said = error.message if isinstance(error, RuleFault) else text("qc.lint.example_value")
        return [*notes, Note(Weight.ERROR, "example", said)]
    for fault in faults:
        key = "example_fires" if fault.wanted is Answer.FIRES else "example_silent"
        said = text(f"qc.lint.{key}", number=fault.index + 1, answer=text(f"qc.answer.{fault.answer}"))
        notes.append(Note(Weight.ERROR, "example", said, example=(fault.wanted, fault.index)))
    return notes


def _meaning(tree: Node) -> list[Note]:
    if never_true(tree):
        return [_note("never")]
    notes = [_note("dead", at=part.at, part=printed(part)) for part in dead_parts(tree)]
    return [*notes, _note("always", Weight.WARN)] if always_true(tree) else notes


def _neighbours(tree: Node, others: Sequence[CompiledRule]) -> list[Note]:
    """Tell rules that say the same, and one that fires wherever this one does (the first that is found)."""
    mine = normal(tree)
    for other in others:
        its = _normal_form(other.rule.when)
        if its == mine:
            return [_note("duplicate", Weight.WARN, other=other.rule.id)]
        if not other.off and _follows(mine, its):
            return [_note("covered", Weight.WARN, other=other.rule.id)]
    return []


@lru_cache(2048)
def _normal_form(when: str) -> Node:
    return normal(parse(when))


def _follows(narrow: Node, wide: Node) -> bool:
    """Tell whether ``narrow`` plainly holds only where ``wide`` does: more conditions, or fewer alternatives."""
    alternatives = set(parts_of(wide, "or"))
    if all(part in alternatives for part in parts_of(narrow, "or")):
        return True
    if isinstance(narrow, Logic) and narrow.op == "or":
        return False
    return set(parts_of(wide, "and")) <= set(parts_of(narrow, "and"))


def _loops(compiled: CompiledRule, rules: RuleSet, others: Sequence[CompiledRule]) -> list[Note]:
    if compiled.fix is None:
        return []
    whole = RuleSet([compiled, *others], rules.vocabulary, rules.scorecard)
    circle = fix_loop(whole, compiled.rule.id)
    return [_note("loop", path=" → ".join(circle), other=circle[1])] if circle else []


def _note(kind: str, weight: Weight = Weight.ERROR, *, at: int = -1, other: str = "", **args: object) -> Note:
    return Note(weight, kind, text(f"qc.lint.{kind}", other=other, **args), at, other)
