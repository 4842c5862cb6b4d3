"""Writing a rule: its words, what is doubtful about it, its examples tried, an example taken from a stored case."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.common.errors import UserProblem
from app.common.paths import data
from app.common.texts import text
from app.domain.case import CaseRecord, Row
from app.domain.field import FieldSpec, FieldType, Group, Section
from app.domain.fields import field as field_of
from app.domain.fields import fields_of
from app.domain.findings import Severity
from app.domain.values import format_value
from app.qc.engine import Answer, RuleSet
from app.qc.examples import example_case
from app.qc.faults import RuleFault
from app.qc.layers import compile_with
from app.qc.lint import Note, blocking, lint
from app.qc.rule import Rule
from app.qc.ruledata import data_of
from app.qc.sentences import Words
from app.services.permits import DESK, needs
from app.services.rules import list_titles, parameter_words
from app.services.session import Session

JUDGED_FIRST: Final = 10
"""Samples to judge before a rule is put in force, or all when it has fewer hits."""
_EXPLAINED: Final = re.compile("\\(.*|\uff08.*")
_PAIR: Final = re.compile("[;\uff1b]")
_NUMBERS: Final = frozenset(
    {"record_no", "org_code", "org_name", "no", "source_text", "surgeon", "surgeon_code"}
    | {"assist1", "assist2", "anes_doctor", "anes_doctor_code"}
)
_TIME: Final = re.compile(r"@\w+")


@dataclass(frozen=True, slots=True)
class ExampleAnswer:
    """What came of an example: whether it does what it should, the answer in words, the messages of its findings."""

    holds: bool
    answer: str
    messages: tuple[str, ...] = ()


class RuleWritingService:
    """Works on values only: nothing is stored."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _rules(self) -> RuleSet:
        return self._session.engines.rule_sets.for_department("").rules

    @needs(*DESK)
    def words(self, rule: Rule) -> Words:
        """Return the labels that a sentence needs: derived values, parameters, lists with their sizes."""
        titles = list_titles()
        lists = {name: (titles.get(name, name), len(one.items)) for name, one in self._rules.vocabulary.lists.items()}
        return Words(name_labels(), lists, rule.params)

    @needs(*DESK)
    def notes(self, rule: Rule) -> tuple[Note, ...]:
        """Return what is to be said about a rule beside those in force."""
        return lint(rule, self._rules)

    @needs(*DESK)
    def blank(self, rule_id: str, category: str) -> Rule:
        """Return a rule with nothing in it, as the hospital's own."""
        source = text("rules.own_source")
        return Rule(
            id=rule_id,
            category=category,
            severity=Severity.WARN,
            when="",
            message="",
            remedy="",
            source=source,
            fires=(),
            silent=(),
        )

    @needs(*DESK)
    def try_example(self, rule: Rule, example: Mapping[str, object], *, fires: bool) -> ExampleAnswer:
        """Return what the rule says about an example that should fire, or should not."""
        try:
            rules = self._rules
            compiled = compile_with(rule, rules.vocabulary)
            alone = RuleSet([compiled], rules.vocabulary, rules.scorecard)
            record, context = example_case(example, rule.id)
            answer = alone.answer(rule.id, record, context)
            found = alone.findings(rule.id, record, context)
        except (RuleFault, ValueError, LookupError) as error:
            said = error.message if isinstance(error, UserProblem) else text("qc.lint.example_value")
            return ExampleAnswer(holds=False, answer=said)
        holds = answer is not Answer.BROKEN and (answer is Answer.FIRES) is fires
        return ExampleAnswer(holds, text(f"qc.answer.{answer}"), tuple(finding.message for finding in found))

    @needs(*DESK)
    def example_of(self, rule: Rule, case_id: int) -> dict[str, object]:
        """Return the fields of a stored case that the rule looks at, as an example; names and numbers stay out of it.

        Raises :class:`UserProblem` for an unknown case, :class:`RuleFault` for a rule that cannot be compiled.
        """
        compiled = compile_with(rule, self._rules.vocabulary)
        with self._session.db.read() as reader:
            record = reader.load_case(case_id).record
        return example_from(record, compiled.touches)

    @needs(*DESK)
    def missing(self, notes: tuple[Note, ...], *, tried: bool, hits: int, judged: int) -> tuple[str, ...]:
        """Return what is still to do before a rule with these notes can be put in force, in words; () for nothing.

        ``tried``: there was a trial since the last change; it had ``hits`` of which ``judged`` were judged.
        """
        open_points = [note.message for note in blocking(notes)]
        if not tried:
            return (*open_points, text("rules.gate.try"))
        wanted = min(JUDGED_FIRST, hits) - judged
        return (*open_points, text("rules.gate.judge", count=wanted)) if wanted > 0 else tuple(open_points)


@cache
def name_labels() -> Mapping[str, str]:
    """Return short labels of derived values and parameters by name."""
    names = tomllib.loads((data("resources") / "rules" / "names.toml").read_text("utf-8"))
    labels = {name: str(entry.get("label", name)) for name, entry in names.items()}
    labels |= {name: label for name, (label, _unit) in parameter_words().items()}
    return {name: _EXPLAINED.sub("", label) for name, label in labels.items()}


def example_from(record: CaseRecord, touches: frozenset[str]) -> dict[str, object]:
    """Return the values of a record at the paths that a rule touches, as an example writes them.

    What may identify somebody is replaced by one word, so that it still counts as filled in.
    """
    example: dict[str, object] = {}
    for spec in fields_of(Group.CASE):
        value = _cell(record.head, spec) if spec.path in touches else ""
        if value:
            example[spec.id] = value
    for group in set(Group) - {Group.CASE}:
        specs = [spec for spec in fields_of(group) if spec.path in touches]
        rows = [{spec.id: value for spec in specs if (value := _cell(row, spec))} for row in record.rows(group)]
        if any(rows):
            example[str(group)] = rows
    return dict(sorted(example.items()))


def _is_personal(spec: FieldSpec) -> bool:
    """Tell whether a field may identify somebody: names, numbers and addresses of patients and staff, free text."""
    of_people = spec.section in (Section.PATIENT, Section.STAFF) and spec.type is FieldType.TEXT
    return of_people or spec.id in _NUMBERS


def _cell(row: Row, spec: FieldSpec) -> str:
    if spec.id in row.dashes:
        return "-"
    value = row.get(spec.id)
    words = row.raw.get(spec.id) or ("" if value is None else format_value(spec, value))
    return text("rules.left_out") if words and _is_personal(spec) else words


def example_text(example: Mapping[str, object]) -> str:
    """Return an example in one line: ``性别=女；dx[0].code=O80.000``; labels where there is one field of the name."""
    return text("rules.pair_separator").join(f"{label}={value}" for label, value in _pairs(example))


def read_example(typed: str) -> dict[str, object]:
    """Return the example that a line says. Raises :class:`UserProblem` for what is no field."""
    example: dict[str, object] = {}
    for part in _PAIR.split(typed):
        name, sign, value = part.partition("=")
        if not part.strip():
            continue
        path = _path(name.strip())
        if not sign or not path:
            raise UserProblem("rules.example_pair", remedy="rules.remedy.example_pair", given=part.strip())
        example[path] = value.strip()
    return example


def _pairs(example: Mapping[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for path, value in example.items():
        if isinstance(value, list) and path in set(Group):
            for index, row in enumerate(value):
                cells = row if isinstance(row, Mapping) else {"weight": row}
                found += [(f"{path}[{index}].{name}", cell) for name, cell in cells.items()]
        else:
            found.append((_label(path), value))
    return found


def _label(path: str) -> str:
    label = field_of(path).label if path in _case_paths() else path
    return label if _path(label) == path else path


def _path(name: str) -> str:
    """Return the path for a label or a path, '' for neither."""
    if _TIME.fullmatch(name):
        return name
    try:
        return name if field_of(name) else ""
    except KeyError:
        return _by_label().get(name, "")


@cache
def _case_paths() -> frozenset[str]:
    return frozenset(spec.id for spec in fields_of(Group.CASE))


@cache
def _by_label() -> Mapping[str, str]:
    return {spec.label: spec.id for spec in reversed(fields_of(Group.CASE))}


def entry_of(rule: Rule) -> dict[str, object]:
    """Return a rule as JSON values, for keeping what is being written."""
    return data_of(rule)


def rule_of(entry: Mapping[str, object]) -> Rule:
    """Return the rule of :func:`entry_of`, complete or not. Raises :class:`RuleFault`."""
    return Rule.read(entry, draft=True)
