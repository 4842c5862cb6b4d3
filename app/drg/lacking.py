"""What a rule asks for that a case does not have, in words: the wish and how it is now (texts ``whatif.toml``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from app.common.texts import text
from app.domain.coding import CodeKind
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
    Op,
    Or,
    Severity,
    Sites,
)
from app.drg.tracing import traced

_OPPOSITE: Final = {Op.GE: Op.LT, Op.LT: Op.GE, Op.GT: Op.LE, Op.LE: Op.GT}
_SHOWN: Final = {Op.GE: "≥", Op.GT: ">", Op.LE: "≤", Op.LT: "<", Op.EQ: "="}
_LOCAL: Final = re.compile(r"(?:dx|px)(\d)")
_MDC_LIST: Final = "mdc_dx"
_VALID: Final = ("valid_px", "OP_ALL")
_NAMED: Final = 3
"""Codes named at most where several stand for the same thing."""
_CHOICES: Final = 3
"""Ways of an "or" told at most."""


Leaf = Const | In | Count | Compare | HasPx | Dept | Sites
"""A condition that has no parts."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that would have to be otherwise. ``close``: the case has it in another place, or a number decides.

    ``possible`` is false for what no case can change: a rule that always or never holds.
    """

    wanted: str
    now: str
    close: bool = False
    possible: bool = True


def lacks(node: Node, facts: Facts, owner: str, *, wanted: bool = True) -> tuple[Lack, ...]:
    """Return what stands between a case and a rule that holds (``wanted`` false: that does not), () when it is so.

    ``owner`` is the group whose rule it is: lists that belong to it alone bear its name. Of an "or" the nearest way
    is told, or all of them when each lacks one thing.
    """
    if traced(node, facts)[0] is wanted:
        return ()
    match node:
        case Not(part):
            return lacks(part, facts, owner, wanted=not wanted)
        case And(parts) | Or(parts):
            found = [lacks(part, facts, owner, wanted=wanted) for part in parts]
            together = isinstance(node, And) is wanted
            return _together(found) if together else _nearest(found)
        case _:
            return (_leaf(node, facts, owner, wanted=wanted),)


def _together(found: Iterable[tuple[Lack, ...]]) -> tuple[Lack, ...]:
    return tuple(dict.fromkeys(lack for part in found for lack in part))


def _nearest(found: Sequence[tuple[Lack, ...]]) -> tuple[Lack, ...]:
    close = [part for part in found if all(lack.close for lack in part)]
    best = min(close or found, key=len)
    single = list(dict.fromkeys(part[0] for part in close or found if len(part) == 1))
    if len(best) > 1 or len(single) == 1:
        return best
    told = single[:_CHOICES]
    more = text("drg.and_more") if len(single) > _CHOICES else ""
    wanted = text("whatif.or").join(one.wanted for one in told) + more
    now = text("whatif.semicolon").join(dict.fromkeys(one.now for one in told))
    return (Lack(wanted, now, told[0].close),)


def _leaf(node: Leaf, facts: Facts, owner: str, *, wanted: bool) -> Lack:  # noqa: PLR0911 - one return for each kind
    side = "want" if wanted else "avoid"
    match node:
        case In():
            return _in(node, facts, owner, side)
        case Count():
            return _count(node, facts, owner, wanted=wanted)
        case Compare():
            return _compare(node, facts, wanted=wanted)
        case HasPx():
            now = text("whatif.now.has_px", count=len(facts.px)) if facts.px else text("whatif.now.none_px")
            return Lack(text(f"whatif.{side}.has_px"), now)
        case Dept(values):
            return Lack(text(f"whatif.{side}.dept", values=_join(values)), text("whatif.now.dept", given=facts.dept))
        case Sites(_, op, number):
            count = dict(traced(node, facts)[1][0].args)["count"]
            sites = text("whatif.want.sites", op=_op(op, wanted=wanted), number=f"{number:g}")
            return Lack(sites, text("whatif.now.sites", count=count), close=count != "0")
        case Const():
            return Lack(text(f"whatif.{side}.never"), text("whatif.now.const"), possible=False)
        case _:
            assert_never(node)


# Codes.


def _in(node: In, facts: Facts, owner: str, side: str) -> Lack:
    names = _names(node.sets, owner)
    if isinstance(node.sets[0], Severity):
        told = text(f"whatif.{side}.severity", set=names)
        levels = [one for one in node.sets if isinstance(one, Severity)]
        return _severity(levels, facts, told) if side == "want" else Lack(told, _counting(levels, facts, names))
    place = _place(node.codes)
    told = text(f"whatif.{side}.{place}", set=names)
    members = [one for one in node.sets if isinstance(one, CodeSet)]
    if side == "avoid":
        held = _of(node.codes, members, facts)
        alone = place in (Codes.MAIN_DX, Codes.MAIN_PX)
        return Lack(told, text(f"whatif.now.{place if alone else 'has'}", codes=_join(held)))
    return _missing(node, members, facts, told)


def _missing(node: In, members: Sequence[CodeSet], facts: Facts, told: str) -> Lack:
    place = _place(node.codes)
    kind = node.codes[0].kind
    others = [which for which in Codes if which.kind is kind and which not in node.codes]
    elsewhere = _of(others, members, facts)
    if elsewhere:
        return Lack(told, text(f"whatif.now.elsewhere_{place}", codes=_join(elsewhere)), close=True)
    given = [code for which in node.codes for code in facts.codes(which)]
    if given:
        return Lack(told, text(f"whatif.now.{place}", codes=_join(given)))
    scope = "other_" if place.startswith("other") else ""
    return Lack(told, text(f"whatif.now.none_{scope}{'dx' if kind is CodeKind.DX else 'px'}"))


def _severity(levels: Sequence[Severity], facts: Facts, told: str) -> Lack:
    for code in facts.other_dx:
        for level in levels:
            if code in level.tables:
                table = min(level.excluding(code, facts.main_dx))
                return Lack(told, text("whatif.now.excluded", codes=code, table=table), close=True)
    if not facts.other_dx:
        return Lack(told, text("whatif.now.none_other_dx"), close=True)
    return Lack(told, text("whatif.now.severity", set=_join([level.name for level in levels])), close=True)


def _counting(levels: Sequence[Severity], facts: Facts, names: str) -> str:
    held = [code for code in facts.other_dx if any(level.counts(code, facts.main_dx) for level in levels)]
    return text("whatif.now.counts", codes=_join(dict.fromkeys(held)), set=names)


def _of(where: Iterable[Codes], members: Sequence[CodeSet], facts: Facts) -> list[str]:
    found = (code for which in where for code in facts.codes(which) if any(code in one.rows for one in members))
    return list(dict.fromkeys(found))


def _place(codes: tuple[Codes, ...]) -> str:
    return codes[0].value if len(codes) == 1 else f"any_{codes[0].value[-2:]}"


def _names(sets: Sequence[CodeSet | Severity], owner: str) -> str:
    return _join([_name(one.name, owner) for one in sets])


def _name(name: str, owner: str) -> str:
    """Return a list's name; one that belongs to a group alone (``px1``, ``mdc_dx``) bears the group's."""
    if name in _VALID:
        return text("whatif.valid_px", set=name)
    local = _LOCAL.fullmatch(name)
    if local is None:
        return owner if name == _MDC_LIST else name
    return owner if local[1] == "1" else f"{owner} {name}"


# Numbers.


def _count(node: Count, facts: Facts, owner: str, *, wanted: bool) -> Lack:
    args = dict(traced(node, facts)[1][0].args)
    op = _op(node.op, wanted=wanted)
    told = text("whatif.want.count", set=_names(node.sets, owner), op=op, number=f"{node.number:g}")
    there = args["count"] != "0"
    now = text("whatif.now.count", count=args["count"], codes=args["codes"]) if there else text("whatif.now.count_none")
    return Lack(told, now, close=there)


def _compare(node: Compare, facts: Facts, *, wanted: bool) -> Lack:
    what = text(f"drg.number.{node.value.value}")
    told = text("whatif.want.number", what=what, op=_op(node.op, wanted=wanted), number=_shown(node.value, node.number))
    given: float | None = getattr(facts, node.value.value)
    if given is None:
        return Lack(told, text("whatif.now.number_missing", what=what), close=True)
    return Lack(told, text("whatif.now.number", what=what, number=_shown(node.value, given)), close=True)


def _shown(value: Number, number: float) -> str:
    if value is Number.SEX and number in (1, 2):
        return text("drg.sex.male" if number == 1 else "drg.sex.female")
    return f"{number:g}"


def _op(op: Op, *, wanted: bool) -> str:
    if wanted:
        return _SHOWN[op]
    return _SHOWN[_OPPOSITE[op]] if op in _OPPOSITE else "≠"


def _join(parts: Iterable[str]) -> str:
    listed = list(parts)
    more = text("drg.and_more") if len(listed) > _NAMED else ""
    return text("drg.list_join").join(listed[:_NAMED]) + more
