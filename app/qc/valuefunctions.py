"""Functions of values: dates, numbers, texts, document numbers. A blank argument gives a blank answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Final

from app.domain.derived import completed_years
from app.domain.identity import has_valid_check, id_birth_date, id_sex
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.operators import DATED, NUMERIC, WORDED, tested
from app.qc.patterns import compile_safely, finds
from app.qc.quick import Gate, Passing, Quick, Worded
from app.qc.scope import Scope
from app.qc.syntax import Call, Number, Text
from app.qc.terms import Kind, Read, Term, derived, gate_of_code

_SECONDS_PER_HOUR: Final = 3600
_LONG: Final = 1_000
_STEPS_PER_CHARACTER: Final = 60
"""What folding a character takes, counted for texts longer than any field."""
_SHORT: Final = 20
_DEAR: Final = 500
"""Steps on a text of that length from which on a pattern's work is counted."""


def _dates(answer: Callable[[date, date], object]) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        first = _of_kind(compiler, call, env, 0, DATED, "not_a_date", of=2)
        second = _of_kind(compiler, call, env, 1, DATED, "not_a_date", of=2)

        def read(scope: Scope) -> object:
            start, end = first.read(scope), second.read(scope)
            return answer(start, end) if isinstance(start, date) and isinstance(end, date) else None

        return derived(Kind.NUMBER, read, first, second)

    return build


def _years(start: date, end: date) -> int | None:
    years = completed_years(_day(start), _day(end))
    return years if years >= 0 else None


def _days(start: date, end: date) -> int:
    return (_day(end) - _day(start)).days


def _later(compiler: Compiler, call: Call, env: Env) -> Term:
    first = _of_kind(compiler, call, env, 0, DATED, "not_a_date", of=2)
    second = _of_kind(compiler, call, env, 1, DATED, "not_a_date", of=2)

    def read(scope: Scope) -> bool | None:
        one, other = first.read(scope), second.read(scope)
        return is_later(one, other) if isinstance(one, date) and isinstance(other, date) else None

    return derived(Kind.BOOL, read, first, second)


def is_later(one: date, other: date) -> bool:
    """Tell whether ``one`` is later; a date, or a time of midnight, stands for its whole day.

    Many exports have dates without hours: those must not make a discharge on the day of admission too early.
    """
    if _has_hour(one) and _has_hour(other):
        return one > other
    return _day(one) > _day(other)


def _has_hour(value: date) -> bool:
    return isinstance(value, datetime) and value.time() != time()


def _hours(start: date, end: date) -> Decimal | None:
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    return Decimal(int((end - start).total_seconds())) / _SECONDS_PER_HOUR


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _one(
    kinds: frozenset[Kind], fault: str, result: Kind, answer: Callable[[object], object], *, raw: bool = False
) -> Function:
    """Return a function of one value; ``raw`` also takes the text that import could not read."""

    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        term = _of_kind(compiler, call, env, 0, kinds, fault, of=1)
        plain = replace(term, read=_text(term)) if raw else term
        return derived(result, tested(plain, answer), term)

    return build


def _of_kind(
    compiler: Compiler, call: Call, env: Env, index: int, kinds: frozenset[Kind], fault: str, of: int | None = None
) -> Term:
    term = compiler.term(argument(compiler, call, index, of=of), env)
    if term.kind not in kinds:
        raise compiler.fault(fault, call.args[index])
    return term


def _text(term: Term) -> Read:
    return term.text or term.read


def fold(text: str) -> str:
    """Return a text for comparison: NFKC, without blanks and control characters (domain.md BM-005)."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if not char.isspace() and unicodedata.category(char)[0] != "C")


def _fold(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _of_kind(compiler, call, env, 0, WORDED, "not_a_text", of=1)
    value = term.read

    def read(scope: Scope) -> str | None:
        found = value(scope)
        if found is None:
            return None
        if len(str(found)) > _LONG:
            scope.spend(len(str(found)) * _STEPS_PER_CHARACTER)
        return scope.keep(("fold", found), lambda _: fold(str(found))) or None

    return derived(Kind.TEXT, read, term)


def _left(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _of_kind(compiler, call, env, 0, WORDED, "not_a_text", of=2)
    size = call.args[1]
    if not isinstance(size, Number) or not size.text.isdigit():
        raise compiler.fault("not_a_whole_number", size)
    value, length = _text(term), int(size.text)

    def read(scope: Scope) -> str | None:
        found = value(scope)
        return None if found is None else str(found)[:length]

    return derived(Kind.TEXT, read, term)


def _matches(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _of_kind(compiler, call, env, 0, WORDED, "not_a_text", of=2)
    node = call.args[1]
    if not isinstance(node, Text):
        raise compiler.fault("not_a_pattern", node)
    try:
        pattern = compile_safely(node.text)
    except ValueError as error:
        raise compiler.fault(f"pattern_{error}", node) from error
    value, dear = _text(term), pattern.steps(_SHORT) > _DEAR

    def read(scope: Scope) -> bool | None:
        found = value(scope)
        if found is None:
            return None
        if dear:
            scope.spend(pattern.steps(len(str(found))))
        return finds(pattern, str(found))

    gate = gate_of_code(term, Passing(partial(finds, pattern)))
    return replace(derived(Kind.BOOL, read, term), quick=Quick(read, read, gate))


def _contains(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _of_kind(compiler, call, env, 0, WORDED, "not_a_text")
    words = tuple(node.text for node in call.args[1:] if isinstance(node, Text) and node.text)
    if not words or len(words) != len(call.args) - 1:
        raise compiler.fault("not_words", call)
    value = _text(term)

    def read(scope: Scope) -> bool | None:
        found = value(scope)
        return None if found is None else any(word in str(found) for word in words)

    return replace(derived(Kind.BOOL, read, term), quick=Quick(read, read, _worded(term, words)))


def _worded(term: Term, words: tuple[str, ...]) -> Gate | None:
    """Return what a record must have for a text of a row that a loop binds to contain one of the words."""
    ref = term.plain
    if ref is None or ref.slot < 0:
        return None
    if ref.field == "code":
        return gate_of_code(term, Passing(lambda code: any(word in code for word in words)))
    return (Worded(ref.group, ref.field, words),)


def _extreme(choose: Callable[..., object]) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        terms = [_of_kind(compiler, call, env, i, NUMERIC, "not_a_number") for i in range(max(2, len(call.args)))]
        if len({term.kind for term in terms}) != 1:
            raise compiler.fault("compare_kind", call)
        reads = tuple(term.read for term in terms)

        def read(scope: Scope) -> object:
            values = [one(scope) for one in reads]
            return None if None in values else choose(values)

        return derived(terms[0].kind, read, *terms)

    return build


def _first(compiler: Compiler, call: Call, env: Env) -> Term:
    terms = [compiler.term(argument(compiler, call, i), env) for i in range(max(2, len(call.args)))]
    if len({term.kind for term in terms}) != 1:
        raise compiler.fault("compare_kind", call)
    reads = tuple(term.read for term in terms)

    def read(scope: Scope) -> object:
        return next((value for one in reads if (value := one(scope)) is not None), None)

    # any one of the terms is enough, so only what all of them need is needed
    common = frozenset.intersection(*(term.needs for term in terms))
    return replace(derived(terms[0].kind, read, *terms), needs=common)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "years": _dates(_years),
    "days": _dates(_days),
    "hours": _dates(_hours),
    "later": _later,
    "date": _one(DATED, "not_a_date", Kind.DATE, lambda value: _day(value) if isinstance(value, date) else None),
    "year": _one(DATED, "not_a_date", Kind.NUMBER, lambda value: value.year if isinstance(value, date) else None),
    "len": _one(WORDED, "not_a_text", Kind.NUMBER, lambda value: len(str(value)), raw=True),
    "same_char": _one(WORDED, "not_a_text", Kind.BOOL, lambda value: len(set(str(value))) == 1, raw=True),
    "id_ok": _one(WORDED, "not_a_text", Kind.BOOL, lambda value: has_valid_check(str(value))),
    "id_birth": _one(WORDED, "not_a_text", Kind.DATE, lambda value: id_birth_date(str(value))),
    "id_sex": _one(WORDED, "not_a_text", Kind.TEXT, lambda value: id_sex(str(value)) or None),
    "fold": _fold,
    "left": _left,
    "matches": _matches,
    "contains": _contains,
    "min": _extreme(min),
    "max": _extreme(max),
    "first": _first,
}
"""Functions of values by name."""
