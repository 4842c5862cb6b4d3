"""Numbers as words: ``round(x, 2)`` and ``percent(x)`` for messages, ``written(x)`` as the file has it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.scope import Scope
from app.qc.syntax import Call, Number
from app.qc.terms import Kind, Term, derived

_TENTH: Final = Decimal("0.1")
_MOST_PLACES: Final = 4


def rounded(value: object, step: Decimal) -> Decimal:
    """Return a number to a multiple of ``step``, half up."""
    return Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)


def _round(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _number(compiler, call, env, of=2)
    places = call.args[1]
    if not isinstance(places, Number) or not places.text.isdigit() or int(places.text) > _MOST_PLACES:
        raise compiler.fault("not_a_whole_number", places)
    value, step = term.read, Decimal(1).scaleb(-int(places.text))

    def read(scope: Scope) -> Decimal | None:
        found = value(scope)
        return None if found is None else rounded(found, step)

    return derived(Kind.NUMBER, read, term)


def _percent(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _number(compiler, call, env, of=1)
    value = term.read

    def read(scope: Scope) -> str | None:
        found = value(scope)
        return None if found is None else f"{rounded(Decimal(str(found)) * 100, _TENTH)}%"

    return derived(Kind.TEXT, read, term)


def _written(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``written(x)``: a field as text, also what import could not read."""
    term = compiler.term(argument(compiler, call, 0, of=1), env)
    if term.text is None:
        raise compiler.fault("not_a_field", call.args[0])
    return derived(Kind.TEXT, term.text, term)


def _number(compiler: Compiler, call: Call, env: Env, of: int) -> Term:
    term = compiler.term(argument(compiler, call, 0, of=of), env)
    if term.kind is not Kind.NUMBER:
        raise compiler.fault("not_a_number", call.args[0])
    return term


FUNCTIONS: Final[Mapping[str, Function]] = {"round": _round, "percent": _percent, "written": _written}
"""Functions of shown numbers by name."""
