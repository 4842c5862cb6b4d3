"""Which rules can never hold, always hold, or say the same as another: for the report about groups out of reach."""

from __future__ import annotations

from collections.abc import Hashable
from typing import assert_never

from app.drg.rule import And, CodeSet, Compare, Const, Count, Dept, HasPx, In, Node, Not, Op, Or, Severity, Sites


def constant(node: Node) -> bool | None:  # noqa: PLR0911 - one return for each kind of node
    """Return what a rule always gives whatever the case, None when it depends on the case.

    A condition on lists without a member never holds.
    """
    match node:
        case Const(value):
            return value
        case Not(part):
            found = constant(part)
            return None if found is None else not found
        case And(parts):
            return _joined([constant(part) for part in parts], decisive=False)
        case Or(parts):
            return _joined([constant(part) for part in parts], decisive=True)
        case In(_, sets):
            return None if any(map(_has_members, sets)) else False
        case Count(_, sets, op, number):
            return None if any(map(_has_members, sets)) else op.holds(0, number)
        case Compare() | HasPx() | Dept() | Sites():
            return None
        case _:
            assert_never(node)


def _joined(parts: list[bool | None], *, decisive: bool) -> bool | None:
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _has_members(members: CodeSet | Severity) -> bool:
    return bool(members.tables if isinstance(members, Severity) else members.rows)


def signature(node: Node) -> Hashable:  # noqa: PLR0911 - one return for each kind of node
    """Return a value that is equal for rules which test the same, whatever their lists are called."""
    match node:
        case Const(value):
            return value
        case Not(part):
            return "not", signature(part)
        case And(parts) | Or(parts):
            return type(node).__name__, tuple(signature(part) for part in parts)
        case In(codes, sets):
            return "in", codes, _members(sets)
        case Count(codes, sets, op, number):
            return "count", codes, _members(sets), _same(op, number)
        case Compare(value, op, number):
            return value, _same(op, number)
        case HasPx():
            return "px"
        case Dept(values):
            return "dept", values
        case Sites(sites, op, number):
            return "sites", id(sites), _same(op, number)
        case _:
            assert_never(node)


def _same(op: Op, number: float) -> Hashable:
    return str(op), number


def _members(sets: tuple[CodeSet | Severity, ...]) -> Hashable:
    levels = tuple(one.name for one in sets if isinstance(one, Severity))
    return levels, frozenset(code for one in sets if isinstance(one, CodeSet) for code in one.rows)
