"""The short way to tell whether a condition holds, and what a record must have for it to hold.

A check only asks whether a rule fires. A blank part ends an ``and`` as surely as a false one does, and a condition
about codes that no row has need not be looked at. So a check gives the same findings as reading every part, sooner;
and a rule is broken only where something that decides whether it fires could not be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from app.domain.field import Group
from app.qc.scope import Scope


@dataclass(frozen=True, slots=True)
class Passing:
    """The texts that pass a test, as a set."""

    test: Callable[[str], bool]

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self.test(text)


@dataclass(frozen=True, slots=True)
class Coded:
    """A row of a group with a code in ``codes``: from row ``start`` on, or only that row when ``single``."""

    group: Group
    codes: Container[str]
    start: int = 0
    single: bool = False

    def holds(self, scope: Scope) -> bool:
        """Tell whether the record has such a row."""
        found = scope.written(self.group)
        part = found[self.start : self.start + 1] if self.single else found[self.start :]
        return any(code in self.codes for code in part)


@dataclass(frozen=True, slots=True)
class Rowed:
    """A row of a group from ``start`` on."""

    group: Group
    start: int = 0

    def holds(self, scope: Scope) -> bool:
        """Tell whether the record has such a row."""
        return len(scope.groups.get(self.group, ())) > self.start


@dataclass(frozen=True, slots=True)
class Empty:
    """A field of the case that has no value, or 0."""

    field: str

    def holds(self, scope: Scope) -> bool:
        """Tell whether the record has no such value."""
        return not scope.head.get(self.field)


@dataclass(frozen=True, slots=True)
class Worded:
    """A row of a group whose text of a field contains one of the words."""

    group: Group
    field: str
    words: tuple[str, ...]

    def holds(self, scope: Scope) -> bool:
        """Tell whether the record has such a row."""
        text = scope.joined(self.group, self.field)
        return any(word in text for word in self.words)


Trigger: TypeAlias = Coded | Empty | Rowed | Worded
Gate: TypeAlias = tuple[Trigger, ...]
"""What a record must have, one of these, for a condition to hold. Empty: it never holds."""
_COST: Final[Mapping[type, int]] = {Coded: 1, Empty: 3, Worded: 20, Rowed: 40}
Scan: TypeAlias = tuple[tuple[str, Callable[[object], object]], ...]
"""Fields of the case, each with a test of its value."""


@dataclass(frozen=True, slots=True)
class Quick:
    """``fires`` is true exactly where ``read`` answers True; good only for the ``read`` it was made with.

    Where nothing of ``gate`` holds, ``fires`` answers no without failing; None when nothing is known. In a case without
    unread text ``fires`` holds when one test of ``scan`` does, of a value that is not blank; None when it is more.
    """

    read: Callable[[Scope], object]
    fires: Callable[[Scope], object]
    gate: Gate | None = None
    scan: Scan | None = None


def either(gates: Iterable[Gate | None]) -> Gate | None:
    """Return the gate of ``a or b``: what one of them needs."""
    found: list[Trigger] = []
    for gate in gates:
        if gate is None:
            return None
        found.extend(gate)
    return tuple(found)


def narrowest(gates: Sequence[Gate | None]) -> int:
    """Return the place of the gate that the fewest records pass, -1 without any.

    Most records have rows, so a gate that asks for no more is only worth it where its part comes first anyway.
    """
    ranked = [(_cost(gate), place) for place, gate in enumerate(gates) if gate is not None]
    cost, place = min(ranked, default=(0, -1))
    return place if cost < _COST[Rowed] else -1 if gates[0] is None else 0


def _cost(gate: Gate) -> int:
    return sum(_COST[type(trigger)] for trigger in gate)


def is_open(gate: Gate, scope: Scope) -> bool:
    """Tell whether a record has what a gate asks for."""
    return any(trigger.holds(scope) for trigger in gate)


def scanned(scan: Scan, whole: Callable[[Scope], object]) -> Callable[[Scope], object]:
    """Return how to ask many fields of the case in one go; ``whole`` is asked where some text is unread."""

    def fires(scope: Scope) -> object:
        if scope.raw:
            return whole(scope)
        get = scope.head.get
        for name, test in scan:
            value = get(name)
            if value is not None and value != "" and test(value):
                return True
        return False

    return fires
