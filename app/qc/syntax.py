"""The syntax tree of a rule expression. Every node knows the offsets [at, end) of its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written; ``text`` keeps ``2.10`` apart from ``2.1`` for code fields."""

    text: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text without its quotes. There are no escapes: a regular expression stands as it is."""

    text: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A word: a field, a field of the bound row, a derived value, a parameter, a list."""

    name: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Path:
    """``dx[0].code``: one field of one row of a group."""

    group: str
    index: int
    field: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Prev:
    """``prev.code``: a field of the earlier row inside ``pairs``."""

    field: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Slice:
    """``dx[1:]``: the rows of a group from an index on."""

    group: str
    start: int
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Dictionary:
    """``D-SEX``: a dictionary of domain.md 2.10."""

    id: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """``{1, 2, 9}``: a set of literals, or of fields where rows are expected."""

    items: tuple[Node, ...]
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Logic:
    """``a and b and c`` or ``a or b``."""

    op: str
    items: tuple[Node, ...]
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """``not a``."""

    item: Node
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison (== != < <= > >=) or arithmetic (+ - * /)."""

    op: str
    left: Node
    right: Node
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Membership:
    """``x in …`` or ``x not in …``."""

    item: Node
    where: Node
    negated: bool
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """``name(args)``."""

    name: str
    args: tuple[Node, ...]
    at: int
    end: int


Node: TypeAlias = (
    Number | Text | Name | Path | Prev | Slice | Dictionary | Group | Logic | Not | Binary | Membership | Call
)
