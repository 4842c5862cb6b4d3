"""Walking and changing syntax trees: the children of a node, a node at a place, the same tree with another one there.

A place is the way from the root: ``(1, 0)`` is the first child of the second child.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from app.qc.syntax import Binary, Call, Group, Logic, Membership, Node, Not

Place: TypeAlias = tuple[int, ...]


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node in the order of the text; none for a word."""
    match node:
        case Logic() | Group():
            return node.items
        case Call():
            return node.args
        case Not():
            return (node.item,)
        case Binary():
            return (node.left, node.right)
        case Membership():
            return (node.item, node.where)
    return ()


def with_children(node: Node, parts: Sequence[Node]) -> Node:
    """Return the node with other parts, as many as it has (a row of conditions or arguments may change its length)."""
    match node:
        case Logic() | Group():
            return replace(node, items=tuple(parts))
        case Call():
            return replace(node, args=tuple(parts))
        case Not():
            return replace(node, item=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Membership():
            return replace(node, item=parts[0], where=parts[1])
    return node


def node_at(tree: Node, place: Place) -> Node:
    """Return the node at a place. Raises ``IndexError`` for a place that the tree does not have."""
    for step in place:
        tree = children(tree)[step]
    return tree


def put(tree: Node, place: Place, node: Node) -> Node:
    """Return the tree with another node at a place."""
    if not place:
        return node
    parts = list(children(tree))
    parts[place[0]] = put(parts[place[0]], place[1:], node)
    return with_children(tree, parts)


def taken_out(tree: Node, place: Place) -> Node | None:
    """Return the tree without a condition: its row gets shorter; None when nothing is left.

    A condition that stands in anything but a row of conditions takes that with it.
    """
    if not place:
        return None
    parent = node_at(tree, place[:-1])
    if not isinstance(parent, Logic):
        return taken_out(tree, place[:-1])
    rest = [item for index, item in enumerate(parent.items) if index != place[-1]]
    return put(tree, place[:-1], rest[0] if len(rest) == 1 else with_children(parent, rest))


def walk(tree: Node, place: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Yield every node with its place, the root first."""
    yield place, tree
    for index, part in enumerate(children(tree)):
        yield from walk(part, (*place, index))


def bare(node: Node) -> Node:
    """Return the tree without the places of its words in the text, so that equal trees are equal values."""
    return replace(with_children(node, [bare(part) for part in children(node)]), at=0, end=0)
