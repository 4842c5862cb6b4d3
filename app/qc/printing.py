"""From the syntax tree back to text: ``parse(printed(tree))`` is the same tree, with no more brackets than needed."""

from __future__ import annotations

import re
from typing import Final

from app.qc.syntax import (
    Binary,
    Call,
    Dictionary,
    Group,
    Logic,
    Membership,
    Name,
    Node,
    Not,
    Number,
    Path,
    Prev,
    Slice,
    Text,
)

_OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _ATOM = range(7)
_COMMENT: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|(#[^\n]*)")
_ARITHMETIC: Final = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def printed(node: Node) -> str:
    """Return the text of a tree in one line."""
    match node:
        case Logic(op, items):
            return f" {op} ".join(_inside(item, _level(node) + 1) for item in items)
        case Not(item):
            return f"not {_inside(item, _NOT)}"
        case Binary():
            return _binary(node)
        case Membership(item, where, negated):
            return f"{_inside(item, _SUM)} {'not in' if negated else 'in'} {_inside(where, _ATOM)}"
        case Call(name, args):
            return f"{name}({', '.join(printed(part) for part in args)})"
    return _word(node)


def quoted(words: str) -> str:
    """Return a text in the quotes that it does not hold itself; there are no escapes, so of both kinds one goes."""
    words = words.replace("\n", " ")
    if '"' not in words:
        return f'"{words}"'
    cleaned = words.replace("'", "")
    return f"'{cleaned}'"


def comments_of(source: str) -> tuple[str, ...]:
    """Return the comments of an expression, each with its ``#``."""
    return tuple(found[1].rstrip() for found in _COMMENT.finditer(source) if found[1])


def _binary(node: Binary) -> str:
    level = _ARITHMETIC.get(node.op)
    if level is None:
        return f"{_inside(node.left, _SUM)} {node.op} {_inside(node.right, _SUM)}"
    return f"{_inside(node.left, level)} {node.op} {_inside(node.right, level + 1)}"


def _word(node: Node) -> str:
    match node:
        case Number(word) | Name(word) | Dictionary(word):
            return word
        case Text(words):
            return quoted(words)
        case Group(items):
            return f"{{{', '.join(printed(part) for part in items)}}}"
    return _reference(node)


def _reference(node: Node) -> str:
    match node:
        case Path(group, index, field):
            return f"{group}[{index}].{field}"
        case Slice(group, start):
            return f"{group}[{start}:]"
        case Prev(field):
            return f"prev.{field}"
    raise TypeError(node)


def _inside(node: Node, level: int) -> str:
    """Return a part, in brackets when it binds less than the place where it stands."""
    return printed(node) if _level(node) >= level else f"({printed(node)})"


def _level(node: Node) -> int:
    match node:
        case Logic(op):
            return _OR if op == "or" else _AND
        case Not():
            return _NOT
        case Binary(op):
            return _ARITHMETIC.get(op, _TEST)
        case Membership():
            return _TEST
    return _ATOM
