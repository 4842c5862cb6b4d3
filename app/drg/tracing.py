"""Rules evaluated with the facts that decided: slower than :mod:`app.drg.compiling`, and it must always agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from app.common.texts import text
from app.drg.compiling import counted, is_member, reached_sites
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
    Number,
    Or,
    Severity,
    Sites,
)

Args = tuple[tuple[str, str], ...]
MISSES_SHOWN = 4  # of an "or" none of whose parts holds


@dataclass(frozen=True, slots=True)
class Fact:
    """What decided. ``key`` names a text below ``drg.fact`` and, in the sentence, below ``drg.because``."""

    key: str
    args: Args = ()

    def __str__(self) -> str:
        return text(f"drg.fact.{self.key}", **dict(self.args))


Found = tuple[bool, tuple[Fact, ...]]


def traced(node: Node, case: Facts) -> Found:  # noqa: PLR0911 - one return for each kind of node
    """Return whether a rule holds and the facts that made it so."""
    match node:
        case Const(value):
            return value, ()
        case Not(part):
            held, facts = traced(part, case)
            return not held, facts
        case And(parts):
            return _and(parts, case)
        case Or(parts):
            return _or(parts, case)
        case In():
            return _in(node, case)
        case Count():
            return _count(node, case)
        case Compare():
            return _compare(node, case)
        case HasPx():
            return (True, (Fact("has_px"),)) if case.px else (False, (Fact("no_px"),))
        case Dept(values):
            held = case.dept in values
            return held, (Fact("dept" if held else "dept_not", (("given", case.dept), ("values", _join(values)))),)
        case Sites():
            return _sites(node, case)
        case _:
            assert_never(node)


def _and(parts: tuple[Node, ...], case: Facts) -> Found:
    facts: tuple[Fact, ...] = ()
    for part in parts:
        held, own = traced(part, case)
        if not held:
            return False, own
        facts += own
    return True, facts


def _or(parts: tuple[Node, ...], case: Facts) -> Found:
    facts: tuple[Fact, ...] = ()
    for part in parts:
        held, own = traced(part, case)
        if held:
            return True, own
        if len(facts) < MISSES_SHOWN:
            facts += own
    return False, facts


def _in(node: In, case: Facts) -> Found:
    for which in node.codes:
        for code in case.codes(which):
            for members in node.sets:
                if is_member(code, members, case):
                    return True, (_hit(which, code, members),)
    return False, (_miss(node, case),)


def _hit(which: Codes, code: str, members: CodeSet | Severity) -> Fact:
    args = (("code", code), ("set", members.name), ("place", members.place(code)))
    return Fact("severity" if isinstance(members, Severity) else which.value, args)


def _miss(node: In, case: Facts) -> Fact:
    name = _join([members.name for members in node.sets])
    if isinstance(node.sets[0], Severity):
        return Fact("severity_not", (("set", name),))
    kind = node.codes[0].kind.value
    scope = "main" if node.codes in ((Codes.MAIN_DX,), (Codes.MAIN_PX,)) else "any"
    codes = [code for which in node.codes for code in case.codes(which)]
    if not codes:
        return Fact(f"{scope}_{kind}_none", (("set", name),))
    return Fact(f"{scope}_{kind}_not", (("code", codes[0]), ("set", name)))


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


def _compare(node: Compare, case: Facts) -> Found:
    given: float | None = getattr(case, node.value.value)
    what = text(f"drg.number.{node.value.value}")
    wanted = _shown(node.value, node.number)
    if given is None:
        return False, (Fact("number_missing", (("what", what), ("op", node.op.value), ("number", wanted))),)
    held = node.op.holds(given, node.number)
    args = (("what", what), ("given", _shown(node.value, given)), ("op", node.op.value), ("number", wanted))
    return held, (Fact("number" if held else "number_not", args),)


def _shown(value: Number, number: float) -> str:
    if value is Number.SEX and number in (1, 2):
        return text("drg.sex.male" if number == 1 else "drg.sex.female")
    return f"{number:g}"


def _sites(node: Sites, case: Facts) -> Found:
    found = sorted(reached_sites(node, case))
    held = node.op.holds(len(found), node.number)
    args = (("count", str(len(found))), ("sites", _join(found)), ("op", node.op.value), ("number", f"{node.number:g}"))
    return held, (Fact("sites" if held else "sites_not", args),)


def _join(parts: list[str] | tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else text("drg.list_join").join(parts)
