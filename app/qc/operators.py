"""Comparison and arithmetic of compiled terms. Money is fen inside and yuan where a rule writes a number."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias, cast

from app.domain.field import Group
from app.qc.quick import Quick, Scan
from app.qc.scope import Scope
from app.qc.terms import Kind, Read, Term, constant, derived

FEN_PER_YUAN: Final = 100
NUMERIC: Final = frozenset({Kind.NUMBER, Kind.MONEY})
WORDED: Final = frozenset({Kind.TEXT, Kind.CODE})
DATED: Final = frozenset({Kind.DATE, Kind.TIME})
Apply: TypeAlias = Callable[[object, object], object]
# the checks of compare() and calculate() make the operands fit, which the type of the operators cannot say
_EQUALITY: Final = cast("Mapping[str, Apply]", {"==": operator.eq, "!=": operator.ne})
_ORDER: Final = cast("Mapping[str, Apply]", {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge})
_MIRRORED: Final[Mapping[Apply, Apply]] = {
    **{apply: apply for apply in _EQUALITY.values()},
    **dict(zip(_ORDER.values(), [_ORDER[sign] for sign in (">", ">=", "<", "<=")], strict=True)),
}
"""Comparisons that say the same with their sides exchanged."""
_SUMS: Final = cast("Mapping[str, Apply]", {"+": operator.add, "-": operator.sub})


class Mismatch(Exception):
    """Two kinds that cannot be used together; ``key`` names the sentence in area ``qc.fault``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def compare(sign: str, left: Term, right: Term) -> Term:
    """Return ``left sign right``; None when one side is blank. Raises :class:`Mismatch` for unlike kinds."""
    left, right = _aligned(left, right), _aligned(right, left)
    if sign in _ORDER and left.kind in WORDED:
        raise Mismatch("order_of_text")
    if left.kind is Kind.BOOL or left.kind is Kind.WORDS:
        raise Mismatch("compare_kind")
    apply = _EQUALITY.get(sign) or _ORDER[sign]
    if right.literal is None:
        return derived(Kind.BOOL, _both(apply, left, right), left, right)
    test = partial(_MIRRORED[apply], right.literal)
    read = tested(left, test)
    return replace(derived(Kind.BOOL, read, left, right), quick=Quick(read, read, None, scan_of(left, test)))


def calculate(sign: str, left: Term, right: Term) -> Term:
    """Return the sum, difference, product or quotient; None when one side is blank or the divisor is 0."""
    if left.kind not in NUMERIC or right.kind not in NUMERIC:
        raise Mismatch("not_a_number")
    if sign in _SUMS:
        left, right = _aligned(left, right), _aligned(right, left)
        return derived(left.kind, _both(_SUMS[sign], left, right), left, right)
    kinds = (left.kind, right.kind)
    if sign == "*":
        if kinds == (Kind.MONEY, Kind.MONEY):
            raise Mismatch("money_times_money")
        kind = Kind.MONEY if Kind.MONEY in kinds else Kind.NUMBER
        return derived(kind, _both(operator.mul, left, right), left, right)
    if kinds == (Kind.NUMBER, Kind.MONEY):
        raise Mismatch("number_by_money")
    kind = Kind.MONEY if kinds == (Kind.MONEY, Kind.NUMBER) else Kind.NUMBER
    return derived(kind, _both(_divide, left, right), left, right)


def _aligned(term: Term, other: Term) -> Term:
    """Return ``term`` in the kind of ``other`` where that is natural. Raises :class:`Mismatch` where it is not."""
    if term.kind is other.kind or {term.kind, other.kind} <= WORDED:
        return term
    if {term.kind, other.kind} == NUMERIC:
        return term if term.kind is Kind.MONEY else in_fen(term)
    literal = term if term.literal is not None else other
    if literal.kind is Kind.NUMBER and literal.literal is not None and {term.kind, other.kind} & WORDED:
        return constant(Kind.TEXT, literal.spelling, literal.spelling) if term is literal else term
    raise Mismatch("date_and_time" if {term.kind, other.kind} == DATED else "compare_kind")


def in_fen(term: Term) -> Term:
    """Return a number of yuan as money."""
    if term.literal is not None:
        return constant(Kind.MONEY, FEN_PER_YUAN * term.literal)  # type: ignore[operator]  # int or Decimal
    return derived(Kind.MONEY, _both(operator.mul, term, constant(Kind.NUMBER, FEN_PER_YUAN)), term)


def tested(item: Term, test: Callable[[object], object]) -> Read:
    """Return what ``test`` says of a value, None when it is blank; a plain field is read without a further call."""
    ref, value = item.plain, item.read
    name, slot = (ref.field, ref.slot) if ref else ("", -1)

    def in_case(scope: Scope) -> object:
        found = scope.head.get(name)
        return None if found is None or found == "" else test(found)

    def in_row(scope: Scope) -> object:
        found = scope.rows[slot].values.get(name)
        return None if found is None or found == "" else test(found)

    def read(scope: Scope) -> object:
        found = value(scope)
        return None if found is None else test(found)

    if ref is None or ref.index >= 0:
        return read
    return in_case if slot < 0 else in_row


def _both(apply: Apply, left: Term, right: Term) -> Read:
    first, second = left.read, right.read
    if right.literal is not None:
        value = right.literal
        return tested(left, lambda found: apply(found, value))

    def read(scope: Scope) -> object:
        a = first(scope)
        if a is None:
            return None
        b = second(scope)
        return None if b is None else apply(a, b)

    return read


def scan_of(item: Term, test: Callable[[object], object]) -> Scan | None:
    """Return the test of a plain field of the case, None for any other term."""
    ref = item.plain
    return ((ref.field, test),) if ref and ref.group is Group.CASE else None


def _divide(left: object, right: object) -> Decimal | None:
    return Decimal(left) / Decimal(right) if right else None  # type: ignore[arg-type]  # int or Decimal by kind
