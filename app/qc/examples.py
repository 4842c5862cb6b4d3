"""Examples of a rule as records: what must fire and what must not, tried when a rule is saved and by the tests.

An example is a table of paths to values, as a user would type them: ``{sex = "1", "dx[0].code" = "O80.000"}`` or
``{dx = [{code = "O80.000"}]}``. ``-`` is a dash; a value that cannot be read stays as unread text. ``@lacks`` lists
columns that the file does not have, ``@state`` and ``@today`` set the context, ``@book`` lists the codes of the
code book or gives each its name, ``@levels`` the levels of operations, ``@conversion`` the codes of the edition beside
it, ``@siblings`` gives other stays of the patient as examples of their own, ``@profile`` the documents there are.
``@grouping`` and ``@outside`` are tables of what lies outside the record (:mod:`app.qc.example_facts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.case import CaseRecord, CaseState, FieldPath, Row, Value
from app.domain.field import Group
from app.domain.fields import FIELDS
from app.domain.fields import field as field_of
from app.domain.values import parse
from app.qc.context import QcContext, Sibling
from app.qc.engine import Answer, RuleSet
from app.qc.example_book import book_of
from app.qc.example_facts import grouping_of, outside_of
from app.qc.faults import RuleFault

EXAMPLE_DAY: Final = date(2026, 11, 23)
"""Today in examples that do not say otherwise."""


@dataclass(frozen=True, slots=True)
class ExampleFault:
    """An example that does not do what it should. ``index`` is its 0-based place among ``fires`` or ``silent``."""

    rule_id: str
    wanted: Answer
    index: int
    answer: Answer


def failing_examples(rules: RuleSet) -> list[ExampleFault]:
    """Return the examples of all rules that fail; none in the rules that ship."""
    return [fault for compiled in rules.rules for fault in try_examples(rules, compiled.rule.id)]


def try_examples(rules: RuleSet, rule_id: str) -> list[ExampleFault]:
    """Return the examples of a rule that fail: one that should fire and does not, or the other way round."""
    rule = rules.rule(rule_id).rule
    faults = []
    for wanted, examples in ((Answer.FIRES, rule.fires), (Answer.PASSES, rule.silent)):
        for index, example in enumerate(examples):
            answer = rules.answer(rule_id, *example_case(example, rule_id))
            fired = answer is Answer.FIRES
            if answer is Answer.BROKEN or fired is not (wanted is Answer.FIRES):
                faults.append(ExampleFault(rule_id, wanted, index, answer))
    return faults


def example_case(example: Mapping[str, object], owner: str = "") -> tuple[CaseRecord, QcContext]:
    """Return the record and context of an example. Raises :class:`RuleFault` for a path that does not exist."""
    record = _record({name: value for name, value in example.items() if not name.startswith("@")}, owner)
    lacks = _texts(example.get("@lacks"))
    if "@lacks" in example:
        record = CaseRecord(record.head, record.groups, frozenset(spec.path for spec in FIELDS) - set(lacks))
    siblings = example.get("@siblings", [])
    others = [_record(other, owner) for other in siblings] if isinstance(siblings, list) else []
    context = QcContext(
        today=date.fromisoformat(str(example.get("@today", EXAMPLE_DAY))),
        codebook=book_of(example),
        state=CaseState(str(example.get("@state", CaseState.CODING))),
        siblings=tuple(Sibling.of(other, record) for other in others),
        conversion={str(code): str(own) for code, own in _table(example.get("@conversion")).items()},
        profile=str(example.get("@profile", "front")),
        grouping=grouping_of(example.get("@grouping"), owner),
        outside=outside_of(example.get("@outside"), owner),
    )
    return record, context


def _record(values: Mapping[str, object], owner: str) -> CaseRecord:
    cells: dict[tuple[Group, int], dict[str, object]] = {(Group.CASE, 0): {}}
    for path, value in values.items():
        for at, cell in _spread(path, value):
            cells.setdefault((at.group, at.index), {})[at.field] = cell
    groups = {
        group: tuple(
            _row(group, cells.get((group, index), {}), owner)
            for index in range(1 + max((row for found, row in cells if found is group), default=-1))
        )
        for group in {found for found, _ in cells} - {Group.CASE}
    }
    return CaseRecord(_row(Group.CASE, cells[Group.CASE, 0], owner), groups)


def _spread(path: str, value: object) -> Iterable[tuple[FieldPath, object]]:
    if not isinstance(value, list) or path not in set(Group):
        yield FieldPath.parse(path), value
        return
    group = Group(path)
    for index, row in enumerate(value):
        for name, cell in (row if isinstance(row, Mapping) else {"weight": row}).items():
            yield FieldPath(group, index, name), cell
        if not row:
            yield FieldPath(group, index, "code"), ""


def _row(group: Group, cells: Mapping[str, object], owner: str) -> Row:
    values: dict[str, Value] = {}
    raw: dict[str, str] = {}
    dashes = set()
    for name, cell in cells.items():
        try:
            spec = field_of(name if group is Group.CASE else f"{group}[].{name}")
        except KeyError as error:
            raise RuleFault("unknown_field", rule_id=owner, args={"name": name}) from error
        parsed = parse(spec, ",".join(_texts(cell)) if isinstance(cell, list) else str(cell))
        values[name] = parsed.value
        if parsed.raw:
            raw[name] = parsed.raw
        if parsed.dash:
            dashes.add(name)
    return Row(values, raw, frozenset(dashes))


def _table(value: object) -> Mapping[object, object]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
