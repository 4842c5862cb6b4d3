"""A normal form of conditions: two that say the same, in another order or with other brackets, become equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.qc.printing import printed
from app.qc.syntax import Binary, Call, Group, Logic, Membership, Node, Not
from app.qc.trees import bare, children, with_children

_OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def normal(node: Node) -> Node:
    """Return the normal form: rows of conditions flat and sorted, denials inside, nothing about marking."""
    return _normal(bare(node))


def denied(node: Node) -> Node:
    """Return the normal form of ``not node``."""
    return _normal(Not(bare(node), 0, 0))


def parts_of(node: Node, op: str) -> tuple[Node, ...]:
    """Return the conditions of a row of ``op``; a condition that is no such row is its only part."""
    return node.items if isinstance(node, Logic) and node.op == op else (node,)


def _normal(node: Node) -> Node:
    match node:
        case Call("quiet", (inner,)):
            return _normal(inner)
        case Not(item):
            return _denied(item)
        case Logic(op, items):
            return _row(op, [_normal(item) for item in items])
        case Binary(op, left, right) if op in _TURNED and printed(left) > printed(right):
            return _normal_parts(Binary(_TURNED[op], right, left, 0, 0))
        case Group():
            parts = {printed(part): part for part in (_normal(item) for item in node.items)}
            return replace(node, items=tuple(parts[key] for key in sorted(parts)))
    return _normal_parts(node)


def _normal_parts(node: Node) -> Node:
    return with_children(node, [_normal(part) for part in children(node)])


def _denied(node: Node) -> Node:
    match node:
        case Call("quiet", (inner,)):
            return _denied(inner)
        case Not(item):
            return _normal(item)
        case Logic(op, items):
            return _row("and" if op == "or" else "or", [_denied(item) for item in items])
        case Binary(op, left, right) if op in _OPPOSITE:
            return _normal(Binary(_OPPOSITE[op], left, right, 0, 0))
        case Membership():
            return _normal_parts(replace(node, negated=not node.negated))
    return Not(_normal(node), 0, 0)


def _row(op: str, items: list[Node]) -> Node:
    flat = [part for item in items for part in parts_of(item, op)]
    unique = {printed(part): part for part in flat}
    parts = tuple(unique[key] for key in sorted(unique))
    return parts[0] if len(parts) == 1 else Logic(op, parts, 0, 0)
