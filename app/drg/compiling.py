"""Rules as functions of :class:`~app.drg.facts.Facts`, for the fast path. Common shapes have functions of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import assert_never

from app.drg.facts import Facts
from app.drg.rule import (
    And,
    Codes,
    CodeSet,
    Compare,
    Const,
    Count,
    Dept,
    HasPx,
    In,
    Node,
    Not,
    Or,
    Severity,
    Sites,
)

Test = Callable[[Facts], bool]
_PAIRS: dict[frozenset[Codes], str] = {
    frozenset({Codes.OTHER_DX}): "other_dx",
    frozenset({Codes.OTHER_PX}): "other_px",
    frozenset({Codes.MAIN_DX, Codes.OTHER_DX}): "dx",
    frozenset({Codes.MAIN_PX, Codes.OTHER_PX}): "px",
}


def compiled(node: Node) -> Test:  # noqa: PLR0911 - one return for each kind of node
    """Return a function that says whether the rule holds for a case."""
    match node:
        case Const(value):
            return lambda _: value
        case Not(part):
            test = compiled(part)
            return lambda case: not test(case)
        case And(parts):
            return _all([compiled(part) for part in parts])
        case Or(parts):
            return _any([compiled(part) for part in parts])
        case In(codes, sets):
            return _any([_member(codes, members) for members in sets])
        case Count():
            return _count(node)
        case Compare():
            return _compare(node)
        case HasPx():
            return lambda case: bool(case.px)
        case Dept(values):
            wanted = frozenset(values)
            return lambda case: case.dept in wanted
        case Sites():
            return _sites(node)
        case _:
            assert_never(node)


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda case: first(case) and second(case)

    def test(case: Facts) -> bool:
        for part in tests:  # noqa: SIM110 - a generator costs twice the time
            if not part(case):
                return False
        return True

    return test


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda case: first(case) or second(case)

    def test(case: Facts) -> bool:
        for part in tests:  # noqa: SIM110 - a generator costs twice the time
            if part(case):
                return True
        return False

    return test


def _member(codes: tuple[Codes, ...], members: CodeSet | Severity) -> Test:
    if isinstance(members, Severity):
        return _severity(codes, members)
    rows = members.rows
    if not rows:
        return lambda _: False
    if codes == (Codes.MAIN_DX,):
        return lambda case: case.main_dx in rows
    if codes == (Codes.MAIN_PX,):
        return lambda case: case.main_px in rows
    name = _PAIRS.get(frozenset(codes))
    if name is None:
        return _any([_member((which,), members) for which in codes])
    listed, apart = attrgetter(name), rows.keys().isdisjoint
    return lambda case: not apart(listed(case))


def _severity(codes: tuple[Codes, ...], members: Severity) -> Test:
    tables, excluded = members.tables, members.excluded
    none: frozenset[str] = frozenset()

    def test(case: Facts) -> bool:
        against = excluded.get(case.main_dx, none) if case.main_dx is not None else none
        for which in codes:
            for code in case.codes(which):
                own = tables.get(code)
                if own is not None and own.isdisjoint(against):
                    return True
        return False

    return test


def _count(node: Count) -> Test:
    holds, number = node.op.holds, node.number

    def test(case: Facts) -> bool:
        return holds(len(counted(node, case)), number)

    return test


def counted(node: Count, case: Facts) -> set[str]:
    """Return the different codes of the case that are in the sets of a count."""
    return {
        code
        for which in node.codes
        for code in case.codes(which)
        if any(is_member(code, members, case) for members in node.sets)
    }


def is_member(code: str, members: CodeSet | Severity, case: Facts) -> bool:
    """Return whether a code is in a set, for MCC and CC with regard to the principal diagnosis."""
    if isinstance(members, Severity):
        return members.counts(code, case.main_dx)
    return code in members.rows


def _compare(node: Compare) -> Test:
    value, holds, number = attrgetter(node.value.value), node.op.holds, node.number

    def test(case: Facts) -> bool:
        given = value(case)
        return given is not None and holds(given, number)

    return test


def reached_sites(node: Sites, case: Facts) -> set[str]:
    """Return the body sites that the diagnoses of a case belong to."""
    return {site for code in case.dx for site in node.sites.get(code, ())}


def _sites(node: Sites) -> Test:
    holds, number = node.op.holds, node.number
    return lambda case: holds(len(reached_sites(node, case)), number)
