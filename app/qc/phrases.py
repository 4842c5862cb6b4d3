"""Values of an expression in Chinese: labels of fields, of dictionary entries, of lists; what functions work out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from app.common.texts import text
from app.domain.dictionaries import DICTIONARIES, dictionary
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import fields_of
from app.qc.fieldsets import FIELD_SETS
from app.qc.syntax import Binary, Call, Dictionary, Name, Node, Number, Path, Prev, Slice, Text
from app.qc.syntax import Group as SetNode

Rows: TypeAlias = tuple[Group | None, ...]
"""The groups that the loops around a place walk, the outermost first; None for fields, words and other stays."""
_ARITHMETIC: Final = {"+": "add", "-": "subtract", "*": "times", "/": "divide"}
_LETTERS: Final = "abc"
_SPECS: Final = {group: {spec.id: spec for spec in fields_of(group)} for group in Group}


def rows_of(node: Node) -> Group | None:
    """Return the group that the first argument of a loop names, None when it names something else."""
    name = node.group if isinstance(node, Slice) else node.name if isinstance(node, Name) else ""
    return Group(name) if name in set(Group) - {Group.CASE} else None


def spec_at(node: Node, rows: Rows) -> FieldSpec | None:
    """Return the field that a node names where these loops are around it."""
    match node:
        case Name(name):
            groups = [group for group in reversed(rows) if group is not None]
            return next((_SPECS[group][name] for group in (*groups, Group.CASE) if name in _SPECS[group]), None)
        case Path(group, _, field):
            return _SPECS[Group(group)].get(field) if group in set(Group) else None
        case Prev(field):
            return next((_SPECS[group].get(field) for group in reversed(rows) if group is not None), None)
    return None


class Phrases:
    """``told`` says a condition inside a value: the rows that are counted."""

    def __init__(
        self, names: Mapping[str, str], lists: Mapping[str, tuple[str, int]], told: Callable[[Node, Rows], str]
    ) -> None:
        self._names = names
        self._lists = lists
        self._told = told

    def walked(self, node: Node, rows: Rows) -> str | None:
        """Return the rows or fields that a loop walks in words, None when there are none."""
        match node:
            case Slice(group, start):
                return text("ruleform.later_rows", rows=self._rows(group)) if start == 1 else None
            case Name(name) if name in FIELD_SETS:
                return text("ruleform.loop.set", fields=text(f"ruleform.set.{name}"))
            case Name(name):
                spec = _SPECS[Group.CASE].get(name)
                return spec.label if spec else self._rows(name) or None
            case SetNode():
                fields = self._listed(node, rows)
                return None if fields is None else text("ruleform.loop.set", fields=fields)
        return None

    def phrase(self, node: Node, rows: Rows) -> str | None:
        """Return a value in words, None when there are none for a part of it."""
        match node:
            case Number(words) | Text(words):
                return words
            case Name(name):
                return self._name(name, node, rows)
            case Path() | Prev():
                return self._row_field(node, rows)
            case Binary(op, left, right) if op in _ARITHMETIC:
                parts = [self._bracketed(part, rows) for part in (left, right)]
                return _filled(f"ruleform.arithmetic.{_ARITHMETIC[op]}", parts)
            case Call():
                return self._call(node, rows)
        return None

    def relation(self, call: Call, rows: Rows) -> str | None:
        """Return what a function says of several values that belong together, None when there are no words."""
        inside = (*rows, rows_of(call.args[0])) if call.name == "repeats" and call.args else rows
        return _filled(f"ruleform.relation.{call.name}", [self._related(part, inside) for part in call.args])

    def _related(self, node: Node, rows: Rows) -> str | None:
        return self._rows(node.name) if isinstance(node, Name) and rows_of(node) else self.value(node, rows, node)

    def value(self, node: Node, rows: Rows, subject: Node) -> str | None:
        """Return what a field is compared with, as that field would show it."""
        match node:
            case Number(words) | Text(words):
                return _shown(words, spec_at(subject, rows))
            case SetNode(items):
                parts = [self.value(item, rows, subject) for item in items]
                return None if None in parts else text("ruleform.separator").join(part or "" for part in parts)
            case Dictionary(id):
                known = id in DICTIONARIES
                return text("ruleform.dictionary", title=dictionary(id).title) if known else None
            case Name(name) if name in self._lists:
                title, count = self._lists[name]
                return text("ruleform.list", title=title, count=f"{count:,}")
        return self.phrase(node, rows)

    def _name(self, name: str, node: Node, rows: Rows) -> str | None:
        if name == "it":
            return text("ruleform.it")
        spec = spec_at(node, rows)
        if spec is not None:
            return spec.label
        return self._names.get(name) or _text(f"ruleform.name.{name}")

    def _row_field(self, node: Path | Prev, rows: Rows) -> str | None:
        spec = spec_at(node, rows)
        if spec is None:
            return None
        if isinstance(node, Prev):
            return text("ruleform.earlier", field=spec.label)
        group = self._rows(node.group)
        key = "row_number" if node.index else "main_row"
        row = text(f"ruleform.{key}", n=node.index + 1, rows=group)
        field = spec.label.removeprefix(group)
        return text("ruleform.row_field", row=row, field=field) if field else row

    def _rows(self, group: str) -> str:
        return _text(f"ruleform.rows.{group}") or ""

    def _bracketed(self, node: Node, rows: Rows) -> str | None:
        said = self.phrase(node, rows)
        return text("ruleform.bracket", text=said) if said and isinstance(node, Binary) else said

    def _call(self, call: Call, rows: Rows) -> str | None:
        if call.name in ("count", "sum", "sum_known"):
            return self._over_rows(call, rows)
        return _filled(f"ruleform.function.{call.name}", [self.value(part, rows, part) for part in call.args])

    def _over_rows(self, call: Call, rows: Rows) -> str | None:
        if not call.args:
            return None
        first, inside = call.args[0], (*rows, rows_of(call.args[0]))
        if isinstance(first, SetNode) or (isinstance(first, Name) and first.name in FIELD_SETS):
            return _filled(f"ruleform.function.{call.name}", [self._listed(first, rows)])
        walked = self.walked(first, rows)
        if walked is None or len(call.args) == 1:
            return _filled(f"ruleform.function.{call.name}", [walked])
        if call.name == "count":
            walked = text("ruleform.where_rows", condition=self._told(call.args[1], inside), rows=walked)
            return _filled("ruleform.function.count", [walked])
        return _filled("ruleform.function.sum_rows", [walked, self.phrase(call.args[1], inside)])

    def _listed(self, node: Node, rows: Rows) -> str | None:
        if isinstance(node, Name):
            return text(f"ruleform.set.{node.name}")
        parts = [self.phrase(item, rows) for item in node.items] if isinstance(node, SetNode) else [None]
        return None if None in parts else text("ruleform.separator").join(part or "" for part in parts)


def _shown(words: str, spec: FieldSpec | None) -> str:
    """Return a constant as a field shows it: the label of a dictionary entry, money, a number with its unit."""
    if spec is None:
        return words
    if spec.dictionary and spec.dictionary in DICTIONARIES:
        return dictionary(spec.dictionary).label(words) or words
    if spec.type is FieldType.MONEY and words.replace(".", "", 1).isdigit():
        return f"{Decimal(words):,.2f} {spec.unit}".rstrip()
    return f"{words} {spec.unit}".rstrip() if words.isdigit() else words


def _filled(key: str, parts: list[str | None]) -> str | None:
    template = _text(key)
    if template is None or None in parts or len(parts) > len(_LETTERS):
        return None
    if template.count("{") != len(parts):
        return None
    return template.format(**dict(zip(_LETTERS, parts, strict=False)))


def _text(key: str) -> str | None:
    try:
        return text(key)
    except KeyError:
        return None
