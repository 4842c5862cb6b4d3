"""Rules as functions over columns of cases: which of some cases a rule holds for."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import numpy as np

from app.domain.coding import CodeKind
from app.drg.columns import Bools, Columns, Ints, Layout, Role
from app.drg.compiling import compiled
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
    Op,
    Or,
    Severity,
    Sites,
)

Narrow = Callable[[Columns, Ints], Ints]
"""Takes cases by their number and returns those for which a rule holds, in order."""

Mask = Callable[[Columns, Ints], Bools]

_ROLES = {
    frozenset({Codes.MAIN_DX}): (CodeKind.DX, Role.MAIN),
    frozenset({Codes.OTHER_DX}): (CodeKind.DX, Role.OTHER),
    frozenset({Codes.MAIN_DX, Codes.OTHER_DX}): (CodeKind.DX, Role.ANY),
    frozenset({Codes.MAIN_PX}): (CodeKind.PX, Role.MAIN),
    frozenset({Codes.OTHER_PX}): (CodeKind.PX, Role.OTHER),
    frozenset({Codes.MAIN_PX, Codes.OTHER_PX}): (CodeKind.PX, Role.ANY),
}
_COMPARE: dict[Op, Callable[..., Bools]] = {
    Op.EQ: np.equal,
    Op.GE: np.greater_equal,
    Op.GT: np.greater,
    Op.LE: np.less_equal,
    Op.LT: np.less,
}


def narrow(node: Node, layout: Layout) -> Narrow:
    """Return a rule as a function that keeps the cases it holds for."""
    match node:
        case Const(value):
            return _all if value else _none
        case And(parts):
            return _each_in_turn([narrow(part, layout) for part in parts])
        case _:
            mask = _mask(node, layout)
            return lambda columns, at: at[mask(columns, at)]


def _all(_columns: Columns, at: Ints) -> Ints:
    return at


def _none(_columns: Columns, at: Ints) -> Ints:
    return at[:0]


def _each_in_turn(parts: list[Narrow]) -> Narrow:
    def kept(columns: Columns, at: Ints) -> Ints:
        for part in parts:
            at = part(columns, at)
            if not at.size:
                break
        return at

    return kept


def _mask(node: Node, layout: Layout) -> Mask:  # noqa: PLR0911 - one return for each kind of node
    match node:
        case Const(value):
            return lambda _, at: np.full(len(at), value)
        case Not(part):
            negated = _mask(part, layout)
            return lambda columns, at: ~negated(columns, at)
        case And():
            return _kept(narrow(node, layout))
        case Or(parts):
            return _any([_mask(part, layout) for part in parts])
        case In():
            return _in(node, layout)
        case Compare(value, op, number):
            holds = _COMPARE[op]
            return lambda columns, at: holds(columns.number(value)[at], number)
        case HasPx():
            return lambda columns, at: columns.has_px()[at]
        case Count() | Dept() | Sites():
            return _one_by_one(node)
        case _:
            assert_never(node)


def _kept(part: Narrow) -> Mask:
    """Return the mask of a function that keeps cases, which come in rising order."""

    def mask(columns: Columns, at: Ints) -> Bools:
        held = np.zeros(len(at), np.bool_)
        held[np.searchsorted(at, part(columns, at))] = True
        return held

    return mask


def _any(parts: list[Mask]) -> Mask:
    first, *others = parts
    if not others:
        return first

    def mask(columns: Columns, at: Ints) -> Bools:
        held = first(columns, at)
        for part in others:
            held = held | part(columns, at)
        return held

    return mask


def _one_by_one(node: Node) -> Mask:
    test = compiled(node)
    return lambda columns, at: np.fromiter((test(columns.facts(one)) for one in at.tolist()), np.bool_, len(at))


def _in(node: In, layout: Layout) -> Mask:
    severities = [one for one in node.sets if isinstance(one, Severity)]
    lists = [one for one in node.sets if isinstance(one, CodeSet)]
    if severities and node.codes != (Codes.OTHER_DX,):
        return _one_by_one(node)
    masks = [_severe(one) for one in severities]
    role = _ROLES.get(frozenset(node.codes))
    for kind, which in [role] if role else [_ROLES[frozenset({code})] for code in node.codes]:
        masks += [_bits(kind, which, word, mask) for word, mask in _words(lists, layout, kind).items()]
    return _any(masks)


def _words(lists: list[CodeSet], layout: Layout, kind: CodeKind) -> dict[int, int]:
    """Return the bits of several lists by the word they lie in."""
    words: dict[int, int] = {}
    for one in lists:
        word, bit = layout.lists[kind].place(one)
        words[word] = words.get(word, 0) | bit
    return words


def _severe(level: Severity) -> Mask:
    return lambda columns, at: columns.severe(level)[at]


def _bits(kind: CodeKind, role: Role, word: int, mask: int) -> Mask:
    return lambda columns, at: (columns.words(kind, role, word)[at] & mask) != 0
