"""Conditions of one field, one operator and one value: what a row of the form shows and changes.

``sex == 1``, ``blank(id_no)``, ``not contains(name, "甲")``, ``has(dx, "C00-C97")``, a derived value alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.qc.syntax import Binary, Call, Group, Membership, Name, Node, Not, Number, Text
from app.qc.trees import Place, node_at

COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=")
PREDICATES: Final = (
    "blank",
    "present",
    "dash",
    "empty",
    "unreadable",
    "imported",
    "too_long",
    "known",
    "same_char",
    "id_ok",
    "unfinished",
    "needs_star",
    "has_dagger",
    "other_edition",
    "carries_group",
    "grouper_knows",
)
"""Functions of one field that answer yes or no."""
WORDED: Final = ("contains", "matches", "begins")
"""Functions of a field and words that answer yes or no."""
PAIRED: Final = ("later",)
"""Functions of two values that answer yes or no."""
CODED: Final = ("has", "has_other", "main_in", "has_op", "main_op_in")
"""Functions of codes that answer yes or no; the last argument says in what."""
IN, IS = "in", "is"
_KEYS: Final = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "in": "in", "not in": "not_in"}


@dataclass(frozen=True, slots=True)
class Simple:
    """Where the parts of a condition stand, from the condition on.

    ``subject`` is the place of the field; () with ``coded`` set for a function of codes, or for a derived value.
    ``op`` is an operator of this module, with ``not `` before a denied function; ``values`` are the places behind it.
    """

    subject: Place
    op: str
    values: tuple[Place, ...] = ()
    coded: str = ""

    @property
    def key(self) -> str:
        """The operator as the key of its Chinese word."""
        if self.op.removeprefix("not ") == IS:
            return IS if self.op == IS else "is_not"
        return _KEYS.get(self.op) or self.op.replace(" ", "_")


def simple_of(node: Node) -> Simple | None:
    """Return the parts of a condition of one field; None for any other."""
    match node:
        case Binary(op) if op in COMPARISONS:
            return Simple((0,), op, ((1,),))
        case Membership(negated=negated):
            return Simple((0,), "not in" if negated else IN, ((1,),))
        case Not(inner):
            return _said(inner, (0,), "not ")
    return _said(node, (), "")


def _said(node: Node, place: Place, denied: str) -> Simple | None:
    if isinstance(node, Name):
        return Simple(place, denied + IS)
    return _called(node, place, denied) if isinstance(node, Call) else None


def _called(call: Call, place: Place, denied: str) -> Simple | None:
    count = len(call.args)
    if call.name in PREDICATES and count == 1:
        return Simple((*place, 0), denied + call.name)
    if call.name in WORDED + PAIRED and count > 1:
        return Simple((*place, 0), denied + call.name, tuple((*place, index) for index in range(1, count)))
    if call.name in CODED and count:
        return Simple(place, denied + IN, ((*place, count - 1),), coded=call.name)
    return None


def with_operator(node: Node, op: str) -> Node:
    """Return a simple condition with another operator; what the new one needs and the old one lacked is a blank text.

    Raises ``ValueError`` for a condition that is not simple.
    """
    parts = simple_of(node)
    if parts is None:
        raise ValueError(node)
    denied, plain = op.startswith("not "), op.removeprefix("not ")
    if parts.coded:
        call = node_at(node, parts.subject)
        return Not(call, 0, 0) if denied else call
    subject = node_at(node, parts.subject)
    values = [node_at(node, place) for place in parts.values]
    if plain == IN:
        return Membership(subject, _as_set(values), denied, 0, 0)
    if plain in COMPARISONS:
        return Binary(plain, subject, _as_one(values), 0, 0)
    if plain == IS:
        return Not(subject, 0, 0) if denied else subject
    call = Call(plain, (subject, *_arguments(plain, values)), 0, 0)
    return Not(call, 0, 0) if denied else call


def _arguments(op: str, values: list[Node]) -> tuple[Node, ...]:
    if op in PAIRED:
        return (_as_one(values),)
    if op in WORDED:
        return tuple(_as_words(value) for value in values) or (Text("", 0, 0),)
    return ()


def _as_set(values: list[Node]) -> Node:
    if len(values) == 1 and not isinstance(values[0], Number | Text):
        return values[0]
    return Group(tuple(values) or (Text("", 0, 0),), 0, 0)


def _as_one(values: list[Node]) -> Node:
    value = values[0] if values else Number("0", 0, 0)
    return value.items[0] if isinstance(value, Group) and value.items else value


def _as_words(value: Node) -> Node:
    match value:
        case Group(items) if items:
            return _as_words(items[0])
        case Number(text):
            return Text(text, 0, 0)
    return value
