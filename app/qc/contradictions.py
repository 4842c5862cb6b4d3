"""Conditions that can never be true, as far as it shows in their text: nothing is evaluated.

Told are values that exclude each other, empty ranges, a blank field that is compared, a condition beside its denial.
What is not understood counts as possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from app.qc.normal import denied, normal, parts_of
from app.qc.printing import printed
from app.qc.syntax import Binary, Call, Group, Logic, Membership, Name, Node, Not, Number, Path, Prev, Text
from app.qc.trees import bare, walk

_WITHOUT_VALUE: Final = frozenset({"blank", "empty"})
_TURNED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def never_true(node: Node) -> bool:
    """Tell whether a condition can never be true."""
    return _never(normal(node))


def always_true(node: Node) -> bool:
    """Tell whether a condition is true of every record that has what it looks at."""
    return _never(denied(node))


def dead_parts(node: Node) -> tuple[Node, ...]:
    """Return the alternatives of a condition that can never be true, when others can."""
    found = []
    for _, part in walk(node):
        if isinstance(part, Logic) and part.op == "or":
            found += [item for item in part.items if never_true(item)]
    return tuple(found)


def _never(node: Node) -> bool:
    if isinstance(node, Call):
        return _is_any(node) and _never(node.args[1])
    return _clash(parts_of(node, "and"))


def _is_any(node: Node) -> bool:
    return isinstance(node, Call) and node.name == "any" and len(node.args) == 2


def _clash(parts: Iterable[Node]) -> bool:
    """Tell whether conditions that must hold together exclude each other."""
    items = list(parts)
    said = {printed(item) for item in items}
    if any(printed(denied(item)) in said for item in items):
        return True
    if any(_never(item) for item in items if _is_any(item)):
        return True
    either = next((item for item in items if isinstance(item, Logic) and item.op == "or"), None)
    if either is not None:
        rest = [item for item in items if item is not either]
        return all(_clash([*parts_of(part, "and"), *rest]) for part in either.items)
    bounds: dict[str, _Bounds] = {}
    for item in items:
        found = _read(item)
        if found is not None:
            subject, bound = found
            bounds[subject] = bounds[subject].joined(bound) if subject in bounds else bound
    return any(bound.is_empty for bound in bounds.values())


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What conditions leave of a value: ``within`` None is anything; bounds with whether they belong to it."""

    within: frozenset[str] | None = None
    without: frozenset[str] = field(default_factory=frozenset)
    low: tuple[Decimal, bool] | None = None
    high: tuple[Decimal, bool] | None = None
    has_value: bool = False
    is_blank: bool = False

    def joined(self, other: _Bounds) -> _Bounds:
        within = self.within if other.within is None else other.within
        if self.within is not None and other.within is not None:
            within = self.within & other.within
        lows = [bound for bound in (self.low, other.low) if bound is not None]
        highs = [bound for bound in (self.high, other.high) if bound is not None]
        return _Bounds(
            within,
            self.without | other.without,
            max(lows, key=lambda bound: (bound[0], not bound[1])) if lows else None,
            min(highs, key=lambda bound: (bound[0], bound[1])) if highs else None,
            self.has_value or other.has_value,
            self.is_blank or other.is_blank,
        )

    @property
    def is_empty(self) -> bool:
        if self.is_blank and self.has_value:
            return True
        if self.low and self.high and not _holds(self.low[0], replace(self, low=None)):
            return True
        if self.low and self.high and self.low[0] == self.high[0] and not (self.low[1] and self.high[1]):
            return True
        return self.within is not None and not any(self._allows(value) for value in self.within)

    def _allows(self, value: str) -> bool:
        number = _number(value)
        return value not in self.without and (number is None or _holds(number, self))


def _holds(value: Decimal, bounds: _Bounds) -> bool:
    low, high = bounds.low, bounds.high
    above = low is None or value > low[0] or (low[1] and value == low[0])
    return above and (high is None or value < high[0] or (high[1] and value == high[0]))


def _read(node: Node) -> tuple[str, _Bounds] | None:
    """Return the value that a condition is about, as text, and what it leaves of it."""
    match node:
        case Binary():
            return _compared(node)
        case Membership(item, Group(items), negated) if all(isinstance(part, Number | Text) for part in items):
            values = frozenset(_constant(part) for part in items)
            return printed(item), _Bounds(without=values, has_value=True) if negated else _Bounds(
                values, has_value=True
            )
        case Membership(item):
            return printed(item), _Bounds(has_value=True)
        case Call(name, (Name() | Path() | Prev() as item,)) if name in _WITHOUT_VALUE:
            return printed(item), _Bounds(is_blank=True)
        case Not(Call("empty", (item,))):
            return printed(item), _Bounds(has_value=True)
    return None


def _compared(node: Binary) -> tuple[str, _Bounds] | None:
    subject, op, value = node.left, node.op, node.right
    if isinstance(subject, Number | Text):
        subject, op, value = node.right, _TURNED.get(op, ""), node.left
    if op not in _TURNED:
        return None
    if not isinstance(value, Number | Text):
        return printed(bare(subject)), _Bounds(has_value=True)
    constant, number = _constant(value), _number(_constant(value))
    match op:
        case "==":
            bounds = _Bounds(frozenset({constant}), has_value=True)
        case "!=":
            bounds = _Bounds(without=frozenset({constant}), has_value=True)
        case "<" | "<=":
            bounds = _Bounds(high=(number, op == "<=") if number is not None else None, has_value=True)
        case _:
            bounds = _Bounds(low=(number, op == ">=") if number is not None else None, has_value=True)
    return printed(bare(subject)), bounds


def _constant(node: Node) -> str:
    words = node.text if isinstance(node, Number | Text) else ""
    number = _number(words)
    return words if number is None else f"{number.normalize():f}"


def _number(words: str) -> Decimal | None:
    return Decimal(words) if words.replace(".", "", 1).isdecimal() and words.isascii() else None
