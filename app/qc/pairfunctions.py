"""Functions that hold two things side by side: two codes in a table, two sides of the body, rows that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.domain.field import Group
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.fieldterms import bound_field, spec_of
from app.qc.loops import Rows, rows_argument, when_empty
from app.qc.operators import WORDED
from app.qc.quick import Quick
from app.qc.scope import Scope
from app.qc.syntax import Call, Name, Node
from app.qc.terms import Kind, Term, derived, gate_of_code

_MATRIX: Final = "OP_MATRIX"
_TWO: Final = 2


def _paired(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``paired(a, b, TABLE)``: a row of the table has the first code on its left and the second on its right."""
    first, second = (_code(compiler, argument(compiler, call, index, of=3), env) for index in range(_TWO))
    table, lists = compiler.table(call.args[_TWO])
    one, other, hold = first.read, second.read, table.hold

    def read(scope: Scope) -> bool | None:
        left, right = one(scope), other(scope)
        return None if left is None or right is None else hold(str(left), str(right))

    gate = None if table.left is None else gate_of_code(first, table.left)
    return replace(derived(Kind.BOOL, read, first, second), lists=lists, quick=Quick(read, read, gate))


def _compatible(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``compatible(diagnosis, operation)``: blank for operations that the table does not test."""
    dx, op = (_code(compiler, argument(compiler, call, index), env) for index in range(_TWO))
    where: Node = call.args[_TWO] if len(call.args) > _TWO else Name(_MATRIX, call.at, call.end)
    table, lists = compiler.table(where)
    disease, operation = dx.read, op.read

    def read(scope: Scope) -> bool | None:
        code, treated = operation(scope), disease(scope)
        if code is None or treated is None or not table.listed[str(code)]:
            return None
        return table.hold(str(code), str(treated))

    return replace(derived(Kind.BOOL, read, dx, op), lists=lists)


def _treats(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``treats(operation, TABLE)``: some diagnosis of the record suits the operation; blank when not tested."""
    op = _code(compiler, argument(compiler, call, 0, of=2), env)
    table, lists = compiler.table(call.args[1])
    spec = spec_of(Group.DX, "code")
    assert spec is not None  # noqa: S101 - a diagnosis row has a code
    operation, dx = op.read, replace(bound_field(spec, 0), marks=())

    def read(scope: Scope) -> bool | None:
        code = operation(scope)
        if code is None or not table.listed[str(code)]:
            return None
        found = scope.codes(Group.DX)
        if any(other and table.hold(str(code), other) for other in found):
            return True
        return False if all(found) else None

    term = derived(Kind.BOOL, read, op, dx)
    return replace(term, touches=term.touches | Rows(Group.DX).touches, lists=lists)


def _opposed(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``opposed(a, b, WORDS)``: each text has words of the list and none in common; a blank text has none."""
    parts = [compiler.term(argument(compiler, call, index, of=3), env) for index in range(_TWO)]
    for index, part in enumerate(parts):
        if part.kind not in WORDED:
            raise compiler.fault("not_a_text", call.args[index])
    entry = compiler.words(call.args[_TWO])
    words, (first, second) = entry.items, (part.text or part.read for part in parts)

    def found(text: object) -> set[str]:
        return {word for word in words if word in str(text or "")}

    def read(scope: Scope) -> bool:
        one = found(first(scope))
        return bool(one) and bool(other := found(second(scope))) and one.isdisjoint(other)

    term = derived(Kind.BOOL, read, *parts)
    return replace(term, needs=frozenset(), lists=frozenset({entry.name}))


def _repeats(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``repeats(dx, value)``: two rows have the same value, blanks left out; quicker than all pairs."""
    rows = rows_argument(compiler, call)
    loop, inner = compiler.loop(env, rows.group, call)
    part = compiler.term(argument(compiler, call, 1, of=2), inner)
    value, empty, slot = part.read, when_empty(part), loop.slot

    def read(scope: Scope) -> bool | None:
        seen: set[object] = set()
        for row in rows.of(scope)[rows.start :]:
            scope.rows[slot] = row
            found = value(scope)
            if found is not None and found in seen:
                return True
            seen.add(found)
        return empty(scope)

    term = derived(Kind.BOOL, read, part)
    return replace(term, touches=term.touches | rows.touches, marks=())


def _code(compiler: Compiler, node: Node, env: Env) -> Term:
    term = compiler.term(node, env)
    if term.kind not in WORDED:
        raise compiler.fault("not_a_code", node)
    return term


FUNCTIONS: Final[Mapping[str, Function]] = {
    "paired": _paired,
    "compatible": _compatible,
    "treats": _treats,
    "opposed": _opposed,
    "repeats": _repeats,
}
"""Functions of pairs by name."""
