"""A rule: its data as written in a rule file, and the same rule compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from app.domain.field import Group
from app.domain.fields import field as field_of
from app.domain.fields import fields_of
from app.domain.findings import Finding, Severity
from app.qc.compiler import Env
from app.qc.faults import RuleFault
from app.qc.functions import compiler
from app.qc.outsidefunctions import READS_GROUP
from app.qc.reading import Entry
from app.qc.terms import Read, Term
from app.qc.vocabulary import Vocabulary, exact

_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
_NEEDED: Final = ("id", "category", "severity", "when", "message", "remedy", "source", "fires", "silent")
_BUILT_IN: Final = frozenset({"i", "field"})
_ROW_FIELDS: Final = frozenset(spec.id for group in Group if group is not Group.CASE for spec in fields_of(group))


class Profile(StrEnum):
    """Which document a rule looks at."""

    FRONT = "front"
    SETTLEMENT = "settlement"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class FixPlan:
    """A one-key fix: ``value`` is an expression whose result goes into ``path``."""

    path: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as data (domain.md 3.1). ``when`` states the error.

    ``fields`` are the paths a finding points at, in order, the first being where Enter jumps; empty: those that the
    expression reads. ``values`` are expressions that fill placeholders of the message; ``{i}`` is the 1-based row,
    ``{field}`` the label of the first field, ``{code}`` and other row fields come from the row at fault. ``score``
    names items of the 100-point score. ``inpatient`` False: suspended before discharge (5.3). ``editions`` limits
    the rule to code book editions. ``allow_exception``: two signatures may let a case pass (5.5). ``fires`` and
    ``silent`` are examples: paths to values. ``severity_inpatient`` is the severity before discharge where it differs.
    """

    id: str
    category: str
    severity: Severity
    when: str
    message: str
    remedy: str
    source: str
    fires: tuple[Mapping[str, object], ...]
    silent: tuple[Mapping[str, object], ...]
    enabled: bool = True
    why_off: str = ""
    fields: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    fix: FixPlan | None = None
    score: tuple[str, ...] = ()
    profile: Profile = Profile.FRONT
    params: Mapping[str, float] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    inpatient: bool = True
    allow_exception: bool = False
    severity_inpatient: Severity | None = None

    @classmethod
    def read(cls, data: Mapping[str, object], *, draft: bool = False) -> Rule:
        """Read an entry of a rule file. Raises :class:`RuleFault` for what is missing, unknown or of the wrong kind.

        A ``draft`` may still lack things.
        """
        entry = Entry(data, str(data.get("id", "?")))
        entry.expect(frozenset(cls.__dataclass_fields__), () if draft else _NEEDED)
        return cls(
            id=entry.text("id"),
            category=entry.text("category"),
            severity=_one_of(entry, "severity", Severity),
            when=entry.text("when"),
            message=entry.text("message"),
            remedy=entry.text("remedy"),
            source=entry.text("source"),
            fires=entry.tables("fires"),
            silent=entry.tables("silent"),
            enabled=entry.flag("enabled", True),
            why_off=entry.text("why_off"),
            fields=entry.texts("fields"),
            values={name: Entry(entry.table("values"), entry.text("id")).text(name) for name in entry.table("values")},
            fix=_read_fix(Entry(entry.table("fix"), entry.text("id")), draft) if entry.table("fix") else None,
            score=entry.texts("score"),
            profile=_one_of(entry, "profile", Profile, Profile.FRONT),
            params={
                name: Entry(entry.table("params"), entry.text("id")).number(name) for name in entry.table("params")
            },
            editions=entry.texts("editions"),
            inpatient=entry.flag("inpatient", True),
            severity_inpatient=_one_of(entry, "severity_inpatient", Severity)
            if entry.text("severity_inpatient")
            else None,
            allow_exception=entry.flag("allow_exception", False),
        )


_Choice = TypeVar("_Choice", bound=StrEnum)


def _one_of(entry: Entry, name: str, choices: type[_Choice], default: str = "") -> _Choice:
    try:
        return choices(entry.text(name, default))
    except ValueError as error:
        raise RuleFault("entry_kind", rule_id=entry.text("id"), args={"name": name}) from error


def _read_fix(entry: Entry, draft: bool) -> FixPlan:
    names = ("path", "value", "label")
    entry.expect(frozenset(names), () if draft else names)
    return FixPlan(entry.text("path"), entry.text("value"), entry.text("label"))


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its closures. ``off`` says why it does not run, '' when it does; ``order`` its place in the set.

    ``fires`` is true for a record that the rule finds fault with. ``told`` keeps findings by the fault's place where
    message and fix show nothing of the record, None where they do.
    """

    rule: Rule
    term: Term
    values: Mapping[str, Term]
    fix: Term | None
    touches: frozenset[str]
    off: str = ""
    order: int = 0
    fires: Read = field(init=False, repr=False, compare=False)
    told: dict[object, tuple[Finding, ...]] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep what every check asks for."""
        shown = set(_PLACEHOLDER.findall(self.rule.message + self.rule.remedy)) - _BUILT_IN
        object.__setattr__(self, "fires", self.term.fires)
        object.__setattr__(self, "told", None if shown or self.fix else {})

    @property
    def suspended_before_discharge(self) -> bool:
        """True when domain.md 5.3 suspends the rule in state inpatient."""
        # what only asks for the group hangs on the way of leaving as well, but is not a rule on it
        on_leaving = "discharge_way" in self.touches and not self.touches >= READS_GROUP
        return not self.rule.inpatient or on_leaving


def compile_rule(rule: Rule, vocabulary: Vocabulary, order: int = 0) -> CompiledRule:
    """Compile a rule. Raises :class:`RuleFault`; a fault in an expression carries its place."""
    parameters: dict[str, Decimal] = {name: exact(value) for name, value in rule.params.items()}
    try:
        term = compiler(rule.when, vocabulary, parameters).compile_condition()
        values = {name: compiler(text, vocabulary, parameters).compile() for name, text in rule.values.items()}
        fix = compiler(rule.fix.value, vocabulary, parameters).compile(_row_of(rule.fix.path)) if rule.fix else None
    except RuleFault as fault:
        fault.rule_id = rule.id
        raise
    _check_paths(rule)
    _check_placeholders(rule)
    extra = [*values.values(), *([fix] if fix else [])]
    touches = term.touches.union(*(part.touches for part in extra))
    empty = vocabulary.empty_lists(term.lists)
    off = rule.why_off if not rule.enabled else ", ".join(empty)
    return CompiledRule(rule, term, values, fix, touches | _row_touches(rule, touches), off, order)


def _row_of(path: str) -> Env:
    """Return the place of a fix's value: for a path ``dx[].code`` beside the row at fault, whose fields it may read."""
    group, bracket, _ = path.partition("[]")
    return Env().loop(Group(group))[1] if bracket and group in set(Group) else Env()


def _row_touches(rule: Rule, touches: frozenset[str]) -> frozenset[str]:
    """Return the paths of row fields that message and remedy show: their change must make the finding anew."""
    groups = {path.partition("[")[0] for path in touches if "[" in path}
    shown = set(_PLACEHOLDER.findall(rule.message + rule.remedy)) & _ROW_FIELDS
    return frozenset(f"{group}[].{name}" for group in groups for name in shown)


def _check_paths(rule: Rule) -> None:
    for path in (*rule.fields, *([rule.fix.path] if rule.fix else [])):
        try:
            field_of(path)
        except KeyError as error:
            raise RuleFault("unknown_field", rule_id=rule.id, args={"name": path}) from error


def _check_placeholders(rule: Rule) -> None:
    words = rule.message + rule.remedy
    unknown = set(_PLACEHOLDER.findall(words)) - _BUILT_IN - _ROW_FIELDS - set(rule.values)
    if unknown or words.count("{") != len(_PLACEHOLDER.findall(words)):
        raise RuleFault("placeholder", rule_id=rule.id, args={"names": ", ".join(sorted(unknown))})
