"""Rules evaluated with the facts that decided: slower than :mod:`app.drg.compiling`, and it must always agree.

A rule becomes a function once; what does not depend on the case, its names and its words, is made then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import assert_never

from app.common.texts import text
from app.domain.grouping import Fact
from app.drg.compiling import Test, compiled, counted, is_member, reached_sites
from app.drg.facts import Facts
from app.drg.rule import (
    And,
    Codes,
    Compare,
    Const,
    Count,
    Dept,
    HasPx,
    In,
    Node,
    Not,
    Number,
    Or,
    Severity,
    Sites,
)

Found = tuple[bool, tuple[Fact, ...]]
Trace = Callable[[Facts], Found]
"""Returns whether a rule holds for a case and the facts that made it so."""

MISSES_SHOWN = 4  # of an "or" none of whose parts holds


def traced(node: Node, case: Facts) -> Found:
    """Return whether a rule holds and the facts that made it so."""
    return tracer(node)(case)


def tracer(node: Node) -> Trace:  # noqa: PLR0911 - one return for each kind of node
    """Return a rule as a function that gives the facts, too."""
    match node:
        case Const(value):
            return lambda _: (value, ())
        case Not(part):
            return _not(tracer(part))
        case And(parts):
            return _and([tracer(part) for part in parts])
        case Or(parts):
            return _or([(tracer(part), compiled(part)) for part in parts])
        case In():
            return _in(node)
        case Count():
            return lambda case: _count(node, case)
        case Compare():
            return _compare(node)
        case HasPx():
            return lambda case: (True, (Fact("has_px"),)) if case.px else (False, (Fact("no_px"),))
        case Dept():
            return lambda case: _dept(node, case)
        case Sites():
            return lambda case: _sites(node, case)
        case _:
            assert_never(node)


def _not(part: Trace) -> Trace:
    def trace(case: Facts) -> Found:
        held, facts = part(case)
        return not held, facts

    return trace


def _and(parts: Sequence[Trace]) -> Trace:
    def trace(case: Facts) -> Found:
        facts: tuple[Fact, ...] = ()
        for part in parts:
            held, own = part(case)
            if not held:
                return False, own
            facts += own
        return True, facts

    return trace


def _or(parts: Sequence[tuple[Trace, Test]]) -> Trace:
    """Tell what holds, else the first misses; the parts behind them are only tested: some rules have a hundred."""

    def trace(case: Facts) -> Found:
        facts: tuple[Fact, ...] = ()
        for part, test in parts:
            if len(facts) >= MISSES_SHOWN:
                if test(case):
                    return True, part(case)[1]
                continue
            held, own = part(case)
            if held:
                return True, own
            facts += own
        return False, facts

    return trace


def _in(node: In) -> Trace:
    test, miss = compiled(node), _miss(node)

    def trace(case: Facts) -> Found:
        return (True, (_hit(node, case),)) if test(case) else (False, (miss(case),))

    return trace


def _hit(node: In, case: Facts) -> Fact:
    """Return the first code of the case that is in a set, and which."""
    which, code, members = next(
        (which, code, members)
        for which in node.codes
        for code in case.codes(which)
        for members in node.sets
        if is_member(code, members, case)
    )
    args = (("code", code), ("set", members.name), ("place", members.place(code)))
    return Fact("severity" if isinstance(members, Severity) else which.value, args)


def _miss(node: In) -> Callable[[Facts], Fact]:
    names = ("set", _join([members.name for members in node.sets]))
    if isinstance(node.sets[0], Severity):
        unsevere = Fact("severity_not", (names,))
        return lambda _: unsevere
    kind = node.codes[0].kind.value
    scope = "main" if node.codes in ((Codes.MAIN_DX,), (Codes.MAIN_PX,)) else "any"
    none, key = Fact(f"{scope}_{kind}_none", (names,)), f"{scope}_{kind}_not"

    def fact(case: Facts) -> Fact:
        for which in node.codes:
            codes = case.codes(which)
            if codes:
                return Fact(key, (("code", codes[0]), names))
        return none

    return fact


def _count(node: Count, case: Facts) -> Found:
    found = sorted(counted(node, case))
    held = node.op.holds(len(found), node.number)
    args = (
        ("count", str(len(found))),
        ("codes", _join(found)),
        ("set", _join([members.name for members in node.sets])),
        ("op", node.op.value),
        ("number", f"{node.number:g}"),
    )
    return held, (Fact("count" if held else "count_not", args),)


def _compare(node: Compare) -> Trace:
    value, holds, number = attrgetter(node.value.value), node.op.holds, node.number
    what = ("what", text(f"drg.number.{node.value.value}"))
    wanted = (("op", node.op.value), ("number", _shown(node.value, number)))
    missing = (False, (Fact("number_missing", (what, *wanted)),))
    held_key, missed_key = ("sex", "sex_not") if node.value is Number.SEX else ("number", "number_not")

    def trace(case: Facts) -> Found:
        given: float | None = value(case)
        if given is None:
            return missing
        held = holds(given, number)
        return held, (Fact(held_key if held else missed_key, (what, ("given", _shown(node.value, given)), *wanted)),)

    return trace


def _shown(value: Number, number: float) -> str:
    if value is Number.SEX and number in (1, 2):
        return text("drg.sex.male" if number == 1 else "drg.sex.female")
    return f"{number:g}"


def _dept(node: Dept, case: Facts) -> Found:
    held = case.dept in node.values
    return held, (Fact("dept" if held else "dept_not", (("given", case.dept), ("values", _join(node.values)))),)


def _sites(node: Sites, case: Facts) -> Found:
    found = sorted(reached_sites(node, case))
    held = node.op.holds(len(found), node.number)
    args = (("count", str(len(found))), ("sites", _join(found)), ("op", node.op.value), ("number", f"{node.number:g}"))
    return held, (Fact("sites" if held else "sites_not", args),)


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else text("drg.list_join").join(parts)
