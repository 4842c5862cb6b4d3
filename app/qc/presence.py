"""Functions that look at a field as a whole: is it filled, blank, a dash, unreadable, imported, too long?

A non-empty text that import could not read counts as filled. A dash is "nothing to enter": neither filled nor blank,
but blank where the form allows no dash (R!). A field whose column the file lacks and nobody filled: None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Final

from app.domain.case import Row
from app.domain.field import Requirement
from app.qc.compiler import Compiler, Env, Function
from app.qc.scope import Scope
from app.qc.syntax import Call
from app.qc.terms import IMPORTED, Access, Hit, Kind, Read, Term, derived


class Filling(Enum):
    """What stands in a field."""

    FILLED = auto()
    DASH = auto()
    BLANK = auto()
    NOT_IMPORTED = auto()


def filling(access: Access) -> Callable[[Scope], Filling]:
    """Return how to tell what stands in a field."""
    name, path, find = access.spec.id, access.ref.pattern, access.row

    def look(scope: Scope) -> Filling:
        row = find(scope)
        if row is not None:
            value = row.values.get(name)
            if (value is not None and value not in ("", ())) or row.raw.get(name):
                return Filling.FILLED
            if name in row.dashes:
                return Filling.DASH
        return Filling.NOT_IMPORTED if path in scope.missing else Filling.BLANK

    return look


def _test(answers: Mapping[Filling, bool], dash_is_blank: bool = False) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        term, access = field_argument(compiler, call, env)
        known = dict(answers)
        if dash_is_blank and access.spec.required is Requirement.MUST:
            known[Filling.DASH] = known[Filling.BLANK]
        return derived(Kind.BOOL, _read(filling(access), known), term)

    return build


def _read(look: Callable[[Scope], Filling], answers: Mapping[Filling, bool]) -> Read:
    return lambda scope: answers.get(look(scope))


def field_argument(compiler: Compiler, call: Call, env: Env) -> tuple[Term, Access]:
    """Return the only argument of a call, which must be a field."""
    if len(call.args) != 1:
        raise compiler.fault("arguments", call, name=call.name, count=1)
    term = compiler.term(call.args[0], env)
    if term.access is None:
        raise compiler.fault("not_a_field", call.args[0])
    return term, term.access


def _empty(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``empty``: nothing stands there, whatever the reason. Never None."""
    term, access = field_argument(compiler, call, env)
    look = filling(access)
    return replace(derived(Kind.BOOL, lambda scope: look(scope) is not Filling.FILLED, term), needs=frozenset())


def _quiet(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``quiet``: a condition whose fields are not at fault, so findings do not point at them."""
    if len(call.args) != 1:
        raise compiler.fault("arguments", call, name=call.name, count=1)
    term = compiler.condition(call.args[0], env)
    return replace(term, marks=(), tracer=lambda _: (Hit(),))


def _unreadable(compiler: Compiler, call: Call, env: Env) -> Term:
    term, access = field_argument(compiler, call, env)
    name, find = access.spec.id, access.row

    def read(scope: Scope) -> bool:
        row: Row | None = find(scope)
        return row is not None and bool(row.raw) and row.values.get(name) is None and bool(row.raw.get(name))

    return derived(Kind.BOOL, read, term)


def _imported(compiler: Compiler, call: Call, env: Env) -> Term:
    term, access = field_argument(compiler, call, env)
    column = access.ref.pattern + IMPORTED

    def read(scope: Scope) -> bool | None:
        return None if column in scope.missing else True

    return replace(derived(Kind.BOOL, read, term), needs=frozenset({column}), marks=())


def _too_long(compiler: Compiler, call: Call, env: Env) -> Term:
    term, access = field_argument(compiler, call, env)
    text, limit = term.text or term.read, access.spec.length

    def read(scope: Scope) -> bool | None:
        value = text(scope)
        return None if value is None else 0 < limit < len(str(value))

    return derived(Kind.BOOL, read, term)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "blank": _test({Filling.FILLED: False, Filling.DASH: False, Filling.BLANK: True}, dash_is_blank=True),
    "present": _test({Filling.FILLED: True, Filling.DASH: False, Filling.BLANK: False}),
    "empty": _empty,
    "dash": _test({Filling.FILLED: False, Filling.DASH: True, Filling.BLANK: False}),
    "unreadable": _unreadable,
    "imported": _imported,
    "too_long": _too_long,
    "quiet": _quiet,
}
"""Functions of one field by name."""
