"""Layers of rules: the national base, what the hospital added, and what it changed, for a department on a day.

A rule of the base is never rewritten: it can be switched, given another severity or other parameters, or made silent
where an exemption says so. The newest valid word holds; a department's own word beats the hospital's (domain.md 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from app.common.texts import text
from app.domain.findings import Severity
from app.qc.engine import RuleSet
from app.qc.faults import RuleFault
from app.qc.functions import compiler
from app.qc.rule import CompiledRule, Rule, compile_rule
from app.qc.scope import Scope
from app.qc.terms import Kind, Term
from app.qc.vocabulary import LookupList, Vocabulary, exact

_WORD: Final = re.compile(r"[A-Za-z_]\w*")


class Layer(StrEnum):
    """Where a rule, or what holds of it, comes from."""

    BASE = "base"
    HOSPITAL = "hospital"
    DEPARTMENT = "department"


class RuleStatus(StrEnum):
    """What a rule does on a day. BROKEN: it cannot be compiled and runs nowhere."""

    ON = "on"
    OFF = "off"
    DRAFT = "draft"
    EXPIRED = "expired"
    BROKEN = "broken"


class OverrideKind(StrEnum):
    """What a word of the hospital is about; each has values of its own kind (bool, text, number, texts, text)."""

    SWITCH = "switch"
    SEVERITY = "severity"
    PARAMETER = "parameter"
    LIST = "list"
    UNLESS = "unless"


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A version of a hospital rule that was put in force for some days; None: no bound."""

    rule: Rule
    version: int
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A word of the hospital on a rule, a parameter (``split_days``, ``LJ-037.days``) or a list.

    A higher ``id`` is newer. ``department`` '' is the whole hospital; ``value`` None takes back what was said before.
    """

    id: int
    kind: OverrideKind
    target: str
    value: object
    department: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Layers:
    """What the hospital has stored, in any order."""

    own: tuple[OwnRule, ...] = ()
    overrides: tuple[Override, ...] = ()

    def departments(self) -> frozenset[str]:
        """Return the departments that have words of their own."""
        return frozenset(override.department for override in self.overrides) - {""}

    def days(self) -> tuple[date, ...]:
        """Return the days on which something begins or has ended, so that rules are the same between two of them."""
        bounds = [(one.valid_from, one.valid_to) for one in self.own]
        bounds += [(one.valid_from, one.valid_to) for one in self.overrides]
        begins = {first for first, _ in bounds if first is not None}
        ends = {date.fromordinal(last.toordinal() + 1) for _, last in bounds if last is not None}
        return tuple(sorted(begins | ends))


Held = Mapping[tuple[OverrideKind, str], Override]
"""The override that holds for each kind and target."""


@dataclass(frozen=True, slots=True)
class Effective:
    """The rules for a department on a day. ``broken`` gives the fault of rules that could not be compiled.

    ``expired`` are hospital rules whose last day is over; ``held`` the overrides behind all this.
    """

    rules: RuleSet
    broken: Mapping[str, str] = field(default_factory=dict)
    expired: frozenset[str] = frozenset()
    held: Held = field(default_factory=dict)

    def status(self, rule_id: str) -> RuleStatus:
        """Return what a rule does; DRAFT for one that was never put in force."""
        if rule_id in self.broken:
            return RuleStatus.BROKEN
        if rule_id in self.expired:
            return RuleStatus.EXPIRED
        try:
            return RuleStatus.OFF if self.rules.rule(rule_id).off else RuleStatus.ON
        except KeyError:
            return RuleStatus.DRAFT


def effective(base: RuleSet, layers: Layers, department: str, day: date) -> Effective:
    """Return the rules that hold for a department ('' none) on a day. Faults never raise: such rules are left out."""
    held = holding(layers.overrides, department, day)
    own, expired = in_force(layers.own, day)
    builder = _Builder(base, held)
    for entry in base.rules:
        builder.add(entry.rule, entry)
    for version in own:
        builder.add(version.rule)
    rules = RuleSet(builder.compiled, builder.vocabulary, base.scorecard)
    return Effective(rules, builder.broken, expired, held)


def holding(overrides: Iterable[Override], department: str, day: date) -> dict[tuple[OverrideKind, str], Override]:
    """Return for each kind and target the override that holds.

    Of the words of one place the newest valid one counts; the place nearest to the department wins: its own code,
    the code before a dot (``03`` for ``03.04``), the whole hospital.
    """
    newest: dict[tuple[OverrideKind, str, str], Override] = {}
    for override in sorted(overrides, key=lambda one: one.id):
        if _nearness(override.department, department) and _valid(override, day):
            newest[override.kind, override.target, override.department] = override
    held: dict[tuple[OverrideKind, str], Override] = {}
    for override in sorted(newest.values(), key=lambda one: _nearness(one.department, department)):
        if override.value is not None:
            held[override.kind, override.target] = override
    return held


def in_force(own: Iterable[OwnRule], day: date) -> tuple[tuple[OwnRule, ...], frozenset[str]]:
    """Return the hospital rules in force, by id, and the ids of those whose last day is over.

    Of the versions that have begun the highest counts.
    """
    begun: dict[str, OwnRule] = {}
    for version in sorted(own, key=lambda one: (one.rule.id, one.version)):
        if version.valid_from is None or version.valid_from <= day:
            begun[version.rule.id] = version
    valid = tuple(version for version in begun.values() if version.valid_to is None or day <= version.valid_to)
    return valid, frozenset(begun) - {version.rule.id for version in valid}


def changed_vocabulary(base: Vocabulary, held: Held) -> Vocabulary:
    """Return the lists and parameters with those that the hospital changed. Raises :class:`RuleFault`."""
    lists, parameters = dict(base.lists), dict(base.parameters)
    for (kind, target), override in held.items():
        if kind is OverrideKind.LIST and target in lists:
            items = list(override.value) if isinstance(override.value, list | tuple) else []
            lists[target] = LookupList.load(target, {"kind": kind_of(lists[target]), "items": items})
        elif kind is OverrideKind.PARAMETER and target in parameters:
            parameters[target] = exact(override.value)
    return replace(base, lists=lists, parameters=parameters)


def kind_of(lookup: LookupList) -> str:
    """Return the kind of a list as list files name it: codes, pairs, spans or texts."""
    if lookup.codes is not None:
        return "codes"
    if lookup.spans is not None:
        return "spans"
    return "texts" if lookup.pairs is None else "pairs"


def words_of(rule: Rule, vocabulary: Vocabulary) -> frozenset[str]:
    """Return every name in the expressions of a rule, with those behind derived values."""
    found: set[str] = set()
    waiting = [rule.when, *rule.values.values(), *([rule.fix.value] if rule.fix else [])]
    while waiting:
        new = set(_WORD.findall(waiting.pop())) - found
        found |= new
        waiting += [vocabulary.macros[name] for name in new if name in vocabulary.macros]
    return frozenset(found)


def compile_with(rule: Rule, vocabulary: Vocabulary, unless: str = "", order: int = 0) -> CompiledRule:
    """Compile a rule that is silent where the expression ``unless`` is true. Raises :class:`RuleFault`."""
    compiled = compile_rule(rule, vocabulary, order)
    if not unless:
        return compiled
    parameters = {name: exact(value) for name, value in rule.params.items()}
    exempt = compiler(unless, vocabulary, parameters).compile_condition()
    off = ", ".join(vocabulary.empty_lists(compiled.term.lists | exempt.lists)) or compiled.off
    return replace(compiled, term=_guarded(compiled.term, exempt), touches=compiled.touches | exempt.touches, off=off)


def _guarded(term: Term, exempt: Term) -> Term:
    """Return a condition that is False where an exemption is true; one that cannot be said exempts nothing."""

    def read(scope: Scope) -> object:
        found = term.read(scope)
        return False if found is True and exempt.read(scope) is True else found

    return Term(
        kind=Kind.BOOL,
        read=read,
        touches=term.touches | exempt.touches,
        needs=term.needs,
        marks=term.marks,
        lists=term.lists | exempt.lists,
        tracer=term.trace,
        can=term.possible,
    )


class _Builder:
    """Compiles what the layers make of each rule, and only what they change."""

    def __init__(self, base: RuleSet, held: Held) -> None:
        self.compiled: list[CompiledRule] = []
        self.broken: dict[str, str] = {}
        self.vocabulary = base.vocabulary
        self._held = held
        self._items = {item.id for item in base.scorecard.items}
        self._before = base.vocabulary
        try:
            self.vocabulary = changed_vocabulary(base.vocabulary, held)
        except RuleFault as fault:
            self.broken[text("rules.vocabulary")] = fault.message
        self._changed = {target for kind, target in held if kind in (OverrideKind.LIST, OverrideKind.PARAMETER)}

    def add(self, rule: Rule, ready: CompiledRule | None = None) -> None:
        """Add a rule as the layers have it; ``ready`` is its compiled form without them."""
        try:
            self.compiled.append(self._made(rule, ready))
        except RuleFault as fault:
            self.broken[rule.id] = fault.message

    def _made(self, rule: Rule, ready: CompiledRule | None) -> CompiledRule:
        order = len(self.compiled)
        switch = self._value(OverrideKind.SWITCH, rule.id)
        unless = str(self._value(OverrideKind.UNLESS, rule.id) or "")
        wanted = replace(
            rule,
            severity=Severity(str(self._value(OverrideKind.SEVERITY, rule.id) or rule.severity)),
            params=self._parameters(rule),
            enabled=rule.enabled if switch is None else bool(switch),
            why_off=rule.why_off if switch is None else self._reason(rule.id),
        )
        if ready is None:
            self._check_items(rule)
        elif wanted == rule and not unless and not self._is_touched(rule):
            return ready if ready.order == order else replace(ready, order=order)
        return compile_with(wanted, self.vocabulary, unless, order)

    def _parameters(self, rule: Rule) -> dict[str, float]:
        found = {name: self._value(OverrideKind.PARAMETER, f"{rule.id}.{name}") for name in rule.params}
        return {
            name: value if isinstance(value := found[name], int | float) else shipped
            for name, shipped in rule.params.items()
        }

    def _is_touched(self, rule: Rule) -> bool:
        return bool(self._changed) and not self._changed.isdisjoint(words_of(rule, self._before))

    def _value(self, kind: OverrideKind, target: str) -> object:
        override = self._held.get((kind, target))
        return None if override is None else override.value

    def _reason(self, rule_id: str) -> str:
        return self._held[OverrideKind.SWITCH, rule_id].reason or text("rules.switched_off")

    def _check_items(self, rule: Rule) -> None:
        unknown = set(rule.score) - self._items
        if unknown:
            raise RuleFault("unknown_item", rule_id=rule.id, args={"names": ", ".join(sorted(unknown))})


def _valid(override: Override, day: date) -> bool:
    begun = override.valid_from is None or override.valid_from <= day
    return begun and (override.valid_to is None or day <= override.valid_to)


def _nearness(said_for: str, department: str) -> int:
    """Return how near a word is to a department: 0 not about it, 1 the whole hospital, more for a longer code."""
    if not said_for:
        return 1
    is_about = department == said_for or department.startswith(f"{said_for}.")
    return 1 + len(said_for) if is_about else 0
