"""Loops over fields: ``any({current_zip, registered_zip}, … it …)``, ``any(DATES, …)``, ``sum(FEE_ITEMS, it)``,
and over the elements of a LIST field: ``any(transfer_depts, it not in D-DEPT)``.

They are unrolled when the rule is loaded, so that a finding names the field at fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FEE_ITEMS, FIELDS
from app.qc.compiler import Compiler, Env, argument
from app.qc.fieldterms import bound_field, case_field, spec_of, word
from app.qc.logic import disjunction
from app.qc.operators import NUMERIC
from app.qc.scope import Scope
from app.qc.syntax import Call, Name
from app.qc.syntax import Group as SetNode
from app.qc.terms import Kind, Read, Term, derived

_SEPARATORS: Final = re.compile("[,;\uff0c\uff1b\u3001\\s]+")
_DATES: Final = frozenset({FieldType.DATE, FieldType.DATETIME})
FIELD_SETS: Final[Mapping[str, tuple[FieldSpec, ...]]] = {
    "FEE_ITEMS": tuple(spec for spec in FIELDS if spec.id in FEE_ITEMS),
    "FEES": tuple(spec for spec in FIELDS if spec.type is FieldType.MONEY and spec.id.startswith("fee_")),
    "DATES": tuple(spec for spec in FIELDS if spec.type in _DATES),
    "TEXTS": tuple(spec for spec in FIELDS if spec.type is FieldType.TEXT and spec.length and spec.id != "source_text"),
}
"""Fields that can be walked by a name: the 24 numbered fees, all fees, all dates, all texts with a length."""


@dataclass(frozen=True, slots=True)
class Part:
    """A condition for fields of the case (``group`` CASE), or of rows that are bound in ``slot``."""

    group: Group
    slot: int
    test: Term


def is_set(call: Call) -> bool:
    """Tell whether the first argument is a set of fields."""
    node = call.args[0] if call.args else None
    return isinstance(node, SetNode) or (isinstance(node, Name) and node.name in FIELD_SETS)


def is_literal(call: Call) -> bool:
    """Tell whether the fields are written out, ``{a, b}``: then each is asked for; a named set takes what is there."""
    return isinstance(call.args[0], SetNode)


def is_words(call: Call) -> bool:
    """Tell whether the first argument is a LIST field."""
    node = call.args[0] if call.args else None
    spec = spec_of(Group.CASE, node.name) if isinstance(node, Name) else None
    return spec is not None and spec.type is FieldType.LIST


def conditions(compiler: Compiler, call: Call, env: Env, *, rows: bool = True) -> list[Part]:
    """Return the second argument for each field of the first, fields of one group together.

    ``rows`` False refuses sets that hold fields of repeating groups.
    """
    body = argument(compiler, call, 1, of=2)
    parts = [
        Part(Group.CASE, -1, compiler.condition(body, replace(env, it=term)))
        for term in _case_terms(compiler, call, env)
    ]
    for group, specs in _by_group(call).items():
        if not rows:
            raise compiler.fault("case_fields_only", call)
        loop, inner = compiler.loop(env, group, call)
        tests = [compiler.condition(body, replace(inner, it=bound_field(spec, loop.slot))) for spec in specs]
        parts.append(Part(group, loop.slot, disjunction(tests)))
    return parts


def _case_terms(compiler: Compiler, call: Call, env: Env) -> list[Term]:
    node = call.args[0]
    if isinstance(node, Name):
        return [case_field(spec) for spec in FIELD_SETS[node.name] if spec.group is Group.CASE]
    terms = []
    for item in node.items if isinstance(node, SetNode) else ():
        term = compiler.term(item, env)
        if term.access is None:
            raise compiler.fault("not_a_field", item)
        terms.append(term)
    if not terms:
        raise compiler.fault("empty_set", node)
    return terms


def _by_group(call: Call) -> dict[Group, list[FieldSpec]]:
    node = call.args[0]
    found: dict[Group, list[FieldSpec]] = {}
    for spec in FIELD_SETS[node.name] if isinstance(node, Name) else ():
        if spec.group is not Group.CASE:
            found.setdefault(spec.group, []).append(spec)
    return found


def any_word(compiler: Compiler, call: Call, env: Env) -> Term:
    """Return ``any`` over the elements of a LIST field, or of the text that import could not read as one."""
    owner = compiler.term(call.args[0], env)
    loop, inner = compiler.loop(env, None, call)
    test = compiler.condition(argument(compiler, call, 1, of=2), replace(inner, it=word(loop.slot, owner)))
    value, raw, check = owner.read, owner.text or owner.read, test.read

    def read(scope: Scope) -> bool | None:
        found = value(scope)
        if not isinstance(found, tuple):
            text = raw(scope)
            found = tuple(_SEPARATORS.split(str(text))) if text else ()
        answer: bool | None = False if found else None
        for element in found:
            scope.words[loop.slot] = element
            answer = _either(answer, check(scope))
        return answer

    return derived(Kind.BOOL, read, owner, test)


def _either(left: bool | None, right: object) -> bool | None:
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def total(compiler: Compiler, call: Call, env: Env) -> Term:
    """Return ``sum`` over fields: blanks left out, None when all are blank or a column was not imported."""
    body = argument(compiler, call, 1, of=2)
    if _by_group(call):
        raise compiler.fault("case_fields_only", call)
    parts = [compiler.term(body, replace(env, it=term)) for term in _case_terms(compiler, call, env)]
    whole = _added(compiler, call, parts)
    read, needs = whole.read, whole.needs
    return replace(whole, read=lambda scope: read(scope) if needs.isdisjoint(scope.missing) else None)


def total_known(compiler: Compiler, call: Call, env: Env) -> Term:
    """Return ``sum_known``: like ``sum``, but columns that were not imported are left out: a lower bound."""
    body = argument(compiler, call, 1, of=2)
    if not is_set(call) or _by_group(call):
        raise compiler.fault("case_fields_only", call)
    parts = [compiler.term(body, replace(env, it=term)) for term in _case_terms(compiler, call, env)]
    return replace(_added(compiler, call, parts), needs=frozenset())


def _added(compiler: Compiler, call: Call, parts: Sequence[Term]) -> Term:
    kinds = {part.kind for part in parts}
    if len(kinds) != 1 or not kinds <= NUMERIC:
        raise compiler.fault("not_a_number", call)
    fields = [part.plain.field for part in parts if part.plain and part.plain.group is Group.CASE]
    if len(fields) == len(parts):
        return derived(parts[0].kind, _sum_of(fields), *parts)
    reads: tuple[Callable[[Scope], object], ...] = tuple(part.read for part in parts)
    return derived(parts[0].kind, lambda scope: add(one(scope) for one in reads), *parts)


def _sum_of(fields: Sequence[str]) -> Read:
    """Return the sum of plain fields of the case, read without a call for each."""

    def read(scope: Scope) -> object:
        values = map(scope.head.get, fields)
        return add(value for value in values if value != "")

    return read


def add(values: Iterable[object]) -> object:
    """Return the sum of the numbers that are not blank, None when all are."""
    answer: object = None
    for value in values:
        if value is not None:
            answer = value if answer is None else answer + value  # type: ignore[operator]  # numbers by kind
    return answer
