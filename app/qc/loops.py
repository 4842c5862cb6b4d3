"""Functions that walk over rows: ``any``, ``all``, ``count``, ``sum``, ``pairs``.

``any(dx, …)``: True when the condition is True in a row, else None when it is None in a row, else False; no rows is
False. ``all``: the mirror image, but no rows is None. ``count`` counts rows where it is True; ``sum`` leaves blanks
out and is None when all are blank. Where the columns were not imported and there are no rows, the answer is None.
``pairs(dx, …)`` looks at every two rows of a group; ``prev.`` names the earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.case import Row
from app.domain.field import Group
from app.qc import fieldsets
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.logic import conjunction, disjunction, merged
from app.qc.memo import Memo
from app.qc.operators import NUMERIC
from app.qc.quick import Quick, Rowed
from app.qc.scope import Scope
from app.qc.syntax import Call, Name, Slice
from app.qc.terms import Hit, Kind, Read, Term, Trace, derived

_SHAPES: Final = 256


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a group from ``start`` on, or other stays of the patient (``group`` None)."""

    group: Group | None
    start: int = 0

    def of(self, scope: Scope) -> Sequence[Row]:
        """Return all rows; the walk begins at ``start``."""
        if self.group is None:
            return [sibling.row for sibling in scope.context.siblings]
        return scope.groups.get(self.group, ())

    @property
    def touches(self) -> frozenset[str]:
        """The mark of the group, for changes that add, remove or move rows."""
        return frozenset({f"{self.group}[]"}) if self.group else frozenset()


def rows_argument(compiler: Compiler, call: Call) -> Rows:
    """Return the rows that the first argument names."""
    node = argument(compiler, call, 0)
    match node:
        case Slice(group, start):
            return Rows(compiler.group(group, node), start)
        case Name("siblings"):
            return Rows(None)
        case Name(name):
            return Rows(compiler.group(name, node))
    raise compiler.fault("not_rows", node)


def _any(compiler: Compiler, call: Call, env: Env) -> Term:
    if fieldsets.is_words(call):
        return fieldsets.any_word(compiler, call, env)
    if fieldsets.is_set(call):
        whole = disjunction([_in_part(part, any_row) for part in fieldsets.conditions(compiler, call, env)])
        return whole if fieldsets.is_literal(call) else replace(whole, needs=frozenset())
    rows, slot, test = _looped(compiler, call, env)
    return any_row(rows, slot, test)


def _all(compiler: Compiler, call: Call, env: Env) -> Term:
    if fieldsets.is_set(call):
        return conjunction([part.test for part in fieldsets.conditions(compiler, call, env, rows=False)])
    rows, slot, test = _looped(compiler, call, env)
    start, check, empty = rows.start, test.read, when_empty(test)

    def read(scope: Scope) -> bool | None:
        found = rows.of(scope)
        scope.walk(len(found))
        answer: bool | None = True if len(found) > start else None
        for index in range(start, len(found)):
            scope.rows[slot] = found[index]
            value = check(scope)
            if value is False:
                return False
            if value is None:
                answer = None
        return answer if empty(scope) is False else None

    def trace(scope: Scope) -> tuple[Hit, ...]:
        return (Hit(tuple(path for hit in _hits(rows, slot, test, scope) for path in hit.paths)),)

    return _loop_term(Kind.BOOL, read, rows, test, trace)


def _in_part(part: fieldsets.Part, loop: Callable[[Rows, int, Term], Term]) -> Term:
    return part.test if part.group is Group.CASE else loop(Rows(part.group), part.slot, part.test)


def _looped(compiler: Compiler, call: Call, env: Env) -> tuple[Rows, int, Term]:
    rows = rows_argument(compiler, call)
    loop, inner = compiler.loop(env, rows.group, call)
    return rows, loop.slot, compiler.condition(argument(compiler, call, 1, of=2), inner)


def any_row(rows: Rows, slot: int, test: Term) -> Term:
    """Return ``any`` over rows that are bound in ``slot``; each row where the test is True is a fault of its own."""
    find, start, check, empty = rows.of, rows.start, test.read, when_empty(test)

    def read(scope: Scope) -> bool | None:
        found = find(scope)
        scope.walk(len(found))
        if len(found) <= start:
            return empty(scope)
        answer: bool | None = False
        for index in range(start, len(found)):
            scope.rows[slot] = found[index]
            value = check(scope)
            if value is True:
                return True
            if value is None:
                answer = None
        return answer

    def trace(scope: Scope) -> tuple[Hit, ...]:
        return merged(list(_hits(rows, slot, test, scope)))

    return replace(_loop_term(Kind.BOOL, read, rows, test, trace), quick=_quick(read, rows, slot, test))


def _quick(read: Read, rows: Rows, slot: int, test: Term) -> Quick:
    """Return the short way to ask whether any row holds: only when the record has a row, or what the test asks for."""
    find, start, check = rows.of, rows.start, test.fires

    def fires(scope: Scope) -> bool:
        found = find(scope)
        if not found:
            return False
        scope.walk(len(found))
        bound = scope.rows
        for row in found[start:] if start else found:
            bound[slot] = row
            if check(scope):
                return True
        return False

    gate = test.gate
    if gate is None and rows.group:
        gate = (Rowed(rows.group, start),)
    return Quick(read, fires, gate)


def when_empty(test: Term) -> Callable[[Scope], bool | None]:
    """Return what ``any`` says without rows: False, or None where the file lacks the columns that it needs."""

    known = Memo[frozenset[str], bool](test.possible, _SHAPES)

    def read(scope: Scope) -> bool | None:
        return False if known[scope.missing] else None

    return read


def _hits(rows: Rows, slot: int, test: Term, scope: Scope) -> Iterator[Hit]:
    found = rows.of(scope)
    for index in range(rows.start, len(found)):
        scope.rows[slot], scope.at[slot] = found[index], index
        if test.fires(scope):
            paths = tuple(path for hit in test.trace(scope) for path in hit.paths)
            place = index - rows.start + 1
            yield Hit(paths, rows.group, index, place, found[index]) if rows.group else Hit(paths)


def _count(compiler: Compiler, call: Call, env: Env) -> Term:
    if len(call.args) == 1:
        rows = rows_argument(compiler, call)
        return Term(kind=Kind.NUMBER, read=lambda scope: max(0, len(rows.of(scope)) - rows.start), touches=rows.touches)
    rows, slot, test = _looped(compiler, call, env)
    check, empty = test.read, when_empty(test)

    def read(scope: Scope) -> int | None:
        if empty(scope) is None:
            return None
        return sum(check(scope) is True for _ in _walk(rows, slot, scope))

    return _loop_term(Kind.NUMBER, read, rows, test, None)


def _sum(compiler: Compiler, call: Call, env: Env) -> Term:
    if fieldsets.is_set(call):
        return fieldsets.total(compiler, call, env)
    rows = rows_argument(compiler, call)
    loop, inner = compiler.loop(env, rows.group, call)
    part = compiler.term(argument(compiler, call, 1, of=2), inner)
    if part.kind not in NUMERIC:
        raise compiler.fault("not_a_number", call.args[1])
    value, empty = part.read, when_empty(part)

    def read(scope: Scope) -> object:
        if empty(scope) is None:
            return None
        return fieldsets.add(value(scope) for _ in _walk(rows, loop.slot, scope))

    return _loop_term(part.kind, read, rows, part, None)


def _walk(rows: Rows, slot: int, scope: Scope) -> Iterator[Row]:
    found = rows.of(scope)[rows.start :]
    scope.walk(len(found))
    for row in found:
        scope.rows[slot] = row
        yield row


def _pairs(compiler: Compiler, call: Call, env: Env) -> Term:
    rows = rows_argument(compiler, call)
    early, outer = compiler.loop(env, rows.group, call)
    late, inner = compiler.loop(outer, rows.group, call)
    test = compiler.condition(argument(compiler, call, 1, of=2), replace(inner, prev=early))
    check, holds, empty = test.read, test.fires, when_empty(test)

    def each(scope: Scope) -> Iterator[int]:
        found = rows.of(scope)
        for second in range(rows.start + 1, len(found)):
            scope.walk(second)
            scope.rows[late.slot], scope.at[late.slot] = found[second], second
            for first in range(rows.start, second):
                scope.rows[early.slot], scope.at[early.slot] = found[first], first
                yield second

    def read(scope: Scope) -> bool | None:
        answer: bool | None = empty(scope)
        for _ in each(scope):
            value = check(scope)
            if value is True:
                return True
            if value is None:
                answer = None
        return answer

    def trace(scope: Scope) -> tuple[Hit, ...]:
        hits = []
        for second in each(scope):
            if holds(scope):
                paths = tuple(path for hit in test.trace(scope) for path in hit.paths)
                row, place = scope.rows[late.slot], second - rows.start + 1
                hits.append(Hit(paths, rows.group, second, place, row) if rows.group else Hit(paths))
        return merged(hits)

    quick = _quick_pairs(read, rows, (early.slot, late.slot), test)
    return replace(_loop_term(Kind.BOOL, read, rows, test, trace), quick=quick)


def _quick_pairs(read: Read, rows: Rows, slots: tuple[int, int], test: Term) -> Quick:
    (early, late), holds = slots, test.fires

    def fires(scope: Scope) -> bool:
        found, bound = rows.of(scope), scope.rows
        for second in range(rows.start + 1, len(found)):
            scope.walk(second)
            bound[late] = found[second]
            for first in range(rows.start, second):
                bound[early] = found[first]
                if holds(scope):
                    return True
        return False

    gate = test.gate
    if gate is None and rows.group:
        gate = (Rowed(rows.group, rows.start + 1),)
    return Quick(read, fires, gate)


def _loop_term(kind: Kind, read: Read, rows: Rows, part: Term, trace: Trace | None) -> Term:
    term = derived(kind, read, part)
    return replace(
        term, touches=term.touches | rows.touches, tracer=trace, can=part.possible if kind is Kind.BOOL else None
    )


FUNCTIONS: Final[Mapping[str, Function]] = {
    "any": _any,
    "all": _all,
    "count": _count,
    "sum": _sum,
    "sum_known": fieldsets.total_known,
    "pairs": _pairs,
}
"""Loops by name."""
