"""Functions that look at a field as a whole: is it filled, blank, a dash, unreadable, imported, too long?

A non-empty text that import could not read counts as filled. A dash is "nothing to enter": neither filled nor blank,
but blank where the form allows no dash (R!). A field whose column the file lacks and nobody filled: None, except for
``empty``, which only asks whether anything stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.domain.case import Row
from app.domain.field import Group, Requirement
from app.qc.compiler import Compiler, Env, Function
from app.qc.quick import Empty, Quick
from app.qc.scope import Scope
from app.qc.syntax import Call
from app.qc.terms import IMPORTED, Access, Kind, Read, Term, derived

_EMPTY: Final = ("", ())


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a test says of a field that is filled, holds a dash, or is blank, and of one that was not imported."""

    filled: bool
    dash: bool
    blank: bool
    not_imported: bool | None = None


def _test(answers: _Answers, *, dash_is_blank: bool = False) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        term, access = field_argument(compiler, call, env)
        must = dash_is_blank and access.spec.required is Requirement.MUST
        known = replace(answers, dash=answers.blank) if must else answers
        reader = (
            _case_reader if access.ref.group is Group.CASE else _bound_reader if access.ref.slot >= 0 else _row_reader
        )
        read = reader(access, known)
        optional = answers.not_imported is not None
        gate = None if answers.filled or access.ref.group is not Group.CASE else (Empty(access.spec.id),)
        whole = replace(derived(Kind.BOOL, read, term), quick=Quick(read, read, gate))
        return replace(whole, needs=frozenset() if optional else term.needs)

    return build


def _reader(access: Access, answers: _Answers) -> Read:
    if access.ref.group is Group.CASE:
        return _case_reader(access, answers)
    return _bound_reader(access, answers) if access.ref.slot >= 0 else _row_reader(access, answers)


def _case_reader(access: Access, answers: _Answers) -> Read:
    name, path = access.spec.id, access.ref.pattern
    filled, dash, blank, not_imported = answers.filled, answers.dash, answers.blank, answers.not_imported

    def read(scope: Scope) -> bool | None:
        value = scope.head.get(name)
        if (value is not None and value not in _EMPTY) or name in scope.raw:
            return filled
        if name in scope.dashes:
            return dash
        return not_imported if path in scope.missing else blank

    return read


def _row_reader(access: Access, answers: _Answers) -> Read:
    name, path, find = access.spec.id, access.ref.pattern, access.row
    filled, dash, blank, not_imported = answers.filled, answers.dash, answers.blank, answers.not_imported

    def read(scope: Scope) -> bool | None:
        row = find(scope)
        if row is not None:
            value = row.values.get(name)
            if (value is not None and value not in _EMPTY) or name in row.raw:
                return filled
            if name in row.dashes:
                return dash
        return not_imported if path in scope.missing else blank

    return read


def _bound_reader(access: Access, answers: _Answers) -> Read:
    """Return what :func:`_row_reader` does for the row that a loop binds, without a call to find it."""
    name, path, slot = access.spec.id, access.ref.pattern, access.ref.slot
    filled, dash, blank, not_imported = answers.filled, answers.dash, answers.blank, answers.not_imported

    def read(scope: Scope) -> bool | None:
        row = scope.rows[slot]
        value = row.values.get(name)
        if (value is not None and value not in _EMPTY) or name in row.raw:
            return filled
        if name in row.dashes:
            return dash
        return not_imported if path in scope.missing else blank

    return read


def field_argument(compiler: Compiler, call: Call, env: Env) -> tuple[Term, Access]:
    """Return the only argument of a call, which must be a field."""
    if len(call.args) != 1:
        raise compiler.fault("arguments", call, name=call.name, count=1)
    term = compiler.term(call.args[0], env)
    if term.access is None:
        raise compiler.fault("not_a_field", call.args[0])
    return term, term.access


def _quiet(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``quiet``: a condition whose fields are not at fault, so findings do not point at them."""
    if len(call.args) != 1:
        raise compiler.fault("arguments", call, name=call.name, count=1)
    term = compiler.condition(call.args[0], env)
    return replace(term, marks=(), tracer=None)


def _unreadable(compiler: Compiler, call: Call, env: Env) -> Term:
    term, access = field_argument(compiler, call, env)
    name, find = access.spec.id, access.row

    def in_case(scope: Scope) -> bool:
        return name in scope.raw and scope.head.get(name) is None and bool(scope.raw[name])

    def in_row(scope: Scope) -> bool:
        row: Row | None = find(scope)
        return row is not None and bool(row.raw) and row.values.get(name) is None and bool(row.raw.get(name))

    if access.ref.group is not Group.CASE:
        return derived(Kind.BOOL, in_row, term)
    return replace(derived(Kind.BOOL, in_case, term), quick=Quick(in_case, in_case, None, ()))


def _imported(compiler: Compiler, call: Call, env: Env) -> Term:
    term, access = field_argument(compiler, call, env)
    column = access.ref.pattern + IMPORTED

    def read(scope: Scope) -> bool | None:
        return None if column in scope.missing else True

    return replace(derived(Kind.BOOL, read, term), needs=frozenset({column}), marks=())


def _too_long(compiler: Compiler, call: Call, env: Env) -> Term:
    term, access = field_argument(compiler, call, env)
    name, text, limit = access.spec.id, term.text or term.read, access.spec.length

    def read(scope: Scope) -> bool | None:
        value = text(scope)
        return None if value is None else 0 < limit < len(str(value))

    def in_case(scope: Scope) -> bool:
        value = scope.head.get(name) or scope.raw.get(name)
        return value is not None and len(str(value)) > limit

    scan = ((name, lambda value: len(str(value)) > limit),)
    quick = Quick(read, in_case, None, scan) if access.ref.group is Group.CASE and limit else None
    return replace(derived(Kind.BOOL, read, term), quick=quick)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "blank": _test(_Answers(filled=False, dash=False, blank=True), dash_is_blank=True),
    "present": _test(_Answers(filled=True, dash=False, blank=False)),
    "dash": _test(_Answers(filled=False, dash=True, blank=False)),
    "empty": _test(_Answers(filled=False, dash=True, blank=True, not_imported=True)),
    "unreadable": _unreadable,
    "imported": _imported,
    "too_long": _too_long,
    "quiet": _quiet,
}
"""Functions of one field by name."""
