"""Functions of clinical facts: numbers that go with a code, the behaviour of a tumour, remainders of weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.qc.codespans import Span
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.operators import NUMERIC, WORDED
from app.qc.scope import Scope
from app.qc.syntax import Call
from app.qc.terms import Kind, Term, derived

_MORPHOLOGY: Final = re.compile(r"M\d{4,5}/(\d)")


def _end_of(choose: Callable[[Span], Decimal | None]) -> Function:
    """Build ``least(code, TABLE)`` and ``most(code, TABLE)``: blank for a code without a row or without that end."""

    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        code = _worded(compiler, call, env, of=2)
        entry = compiler.words(call.args[1])
        if entry.spans is None:
            raise compiler.fault("not_spans", call.args[1])
        value, spans = code.read, entry.spans

        def read(scope: Scope) -> Decimal | None:
            found = value(scope)
            span = None if found is None else spans.of[str(found)]
            return None if span is None else choose(span)

        return replace(derived(Kind.NUMBER, read, code), lists=frozenset({entry.name}))

    return build


def _behaviour(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``behaviour(code)``: the digit after the slash of a morphology code, blank for what is none."""
    code = _worded(compiler, call, env, of=1)
    value = code.read

    def read(scope: Scope) -> str | None:
        found = value(scope)
        match = None if found is None else _MORPHOLOGY.fullmatch(str(found))
        return match[1] if match else None

    return derived(Kind.TEXT, read, code)


def _remainder(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``remainder(a, b)``: what is left of a when divided by b; blank when b is 0."""
    parts = [compiler.term(argument(compiler, call, index, of=2), env) for index in range(2)]
    if any(part.kind not in NUMERIC for part in parts) or parts[0].kind is not parts[1].kind:
        raise compiler.fault("not_a_number", call)
    whole, part = (term.read for term in parts)

    def read(scope: Scope) -> object:
        value, by = whole(scope), part(scope)
        return value % by if value is not None and by else None  # type: ignore[operator]  # numbers by kind

    return derived(parts[0].kind, read, *parts)


def _worded(compiler: Compiler, call: Call, env: Env, of: int) -> Term:
    term = compiler.term(argument(compiler, call, 0, of=of), env)
    if term.kind not in WORDED:
        raise compiler.fault("not_a_code", call.args[0])
    return term


FUNCTIONS: Final[Mapping[str, Function]] = {
    "least": _end_of(lambda span: span[0]),
    "most": _end_of(lambda span: span[1]),
    "behaviour": _behaviour,
    "remainder": _remainder,
}
"""Functions of clinical facts by name."""
