"""Compiled expressions: closures with what the engine must know about them.

Three values (domain.md 3.1): a condition is True (the error is there), False, or None: an input is blank or its column
was not imported, so nothing can be said. ``and``, ``or`` and ``not`` follow Kleene: False beats None in ``and``,
True beats None in ``or``.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from app.domain.case import Row
from app.domain.field import FieldSpec, Group
from app.qc.quick import Coded, Gate, Quick, Scan
from app.qc.scope import Scope

IMPORTED: Final = "#"
"""Suffix of a needed path that must have a column of its own in the source file."""


class Kind(StrEnum):
    """What a term yields. MONEY is fen; TIME a date with a time of day; WORDS a LIST field."""

    BOOL = "bool"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    TIME = "time"
    WORDS = "words"


Read: TypeAlias = Callable[[Scope], object]


@dataclass(frozen=True, slots=True)
class Ref:
    """A field as an expression names it: of the case, of a fixed row, or of the row bound in a loop's slot."""

    field: str
    group: Group = Group.CASE
    index: int = -1
    slot: int = -1

    @property
    def pattern(self) -> str:
        """The path without row number: ``sex``, ``dx[].code``."""
        return self.field if self.group is Group.CASE else f"{self.group}[].{self.field}"

    @property
    def fixed(self) -> str:
        """The concrete path of a field that no loop binds: ``sex``, ``dx[0].code``."""
        return self.field if self.group is Group.CASE else f"{self.group}[{self.index}].{self.field}"

    def path(self, scope: Scope) -> str:
        """Return the concrete path: ``sex``, ``dx[2].code``."""
        return f"{self.group}[{scope.at[self.slot]}].{self.field}" if self.slot >= 0 else self.fixed


@dataclass(frozen=True, slots=True)
class Hit:
    """One fault: the concrete paths involved and, when it lies in a row, the row and its 1-based place."""

    paths: tuple[str, ...] = ()
    group: Group = Group.CASE
    index: int = -1
    place: int = 0
    row: Row | None = None

    def with_paths(self, paths: tuple[str, ...]) -> Hit:
        """Return the same fault with further paths."""
        return Hit(tuple(dict.fromkeys(self.paths + paths)), self.group, self.index, self.place, self.row)

    def __repr__(self) -> str:
        return f"Hit({self.paths})"


Trace: TypeAlias = Callable[[Scope], tuple[Hit, ...]]
Possible: TypeAlias = Callable[[frozenset[str], bool], bool]


@dataclass(frozen=True, slots=True)
class Access:
    """A field that tests such as ``blank`` look at as a whole: value, unread text, dash.

    ``read`` yields the plain value, which a term may bring into another form.
    """

    spec: FieldSpec
    ref: Ref
    row: Callable[[Scope], Row | None]
    read: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A compiled part of an expression.

    ``touches`` are the path patterns whose change can change the answer; ``needs`` those without which the
    answer is always None; ``marks`` the fields a finding points at. ``text`` reads a field with the text that import
    could not read. ``literal`` is the constant itself with its ``spelling``, ``lists`` the editable lists used.
    ``quick`` is the short way to tell whether a condition holds, ``still`` the faults where no record changes them.
    """

    kind: Kind
    read: Read
    touches: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    marks: tuple[Ref, ...] = ()
    access: Access | None = None
    text: Read | None = None
    literal: object = None
    spelling: str = ""
    lists: frozenset[str] = frozenset()
    tracer: Trace | None = field(default=None, repr=False)
    can: Possible | None = field(default=None, repr=False)
    quick: Quick | None = field(default=None, repr=False)
    still: tuple[Hit, ...] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out the faults once where no loop binds the fields."""
        if self.tracer is None and all(ref.slot < 0 for ref in self.marks):
            paths = tuple(dict.fromkeys(ref.fixed for ref in self.marks))
            object.__setattr__(self, "still", (Hit(paths),))

    @property
    def plain(self) -> Ref | None:
        """The field of a term that is just this field's value, None for any other term."""
        return self.access.ref if self.access and self.access.read is self.read else None

    @property
    def fires(self) -> Read:
        """How to ask a condition whether it holds: true or not, None and False being the same."""
        return self.quick.fires if self.quick and self.quick.read is self.read else self.read

    @property
    def gate(self) -> Gate | None:
        """What a record must have for the condition to hold, None when nothing is known."""
        return self.quick.gate if self.quick and self.quick.read is self.read else None

    @property
    def scan(self) -> Scan | None:
        """The tests of fields of the case that the condition consists of, None when it is more."""
        return self.quick.scan if self.quick and self.quick.read is self.read else None

    def trace(self, scope: Scope) -> tuple[Hit, ...]:
        """Return the faults behind a True answer."""
        if self.still is not None:
            return self.still
        if self.tracer:
            return self.tracer(scope)
        return (Hit(tuple(dict.fromkeys(ref.path(scope) for ref in self.marks))),)

    def possible(self, missing: frozenset[str], wanted: bool = True) -> bool:
        """Tell whether the answer can be ``wanted`` for a record that lacks the paths ``missing``."""
        return self.can(missing, wanted) if self.can else not (self.needs & missing)


def gate_of_code(item: Term, codes: Container[str]) -> Gate | None:
    """Return what a record must have for the code ``item`` to be one of ``codes``; None when it is no plain code.

    Where a loop binds the row, any row will do.
    """
    ref = item.plain
    if ref is None or ref.field != "code":
        return None
    return (Coded(ref.group, codes) if ref.slot >= 0 else Coded(ref.group, codes, ref.index, single=True),)


def constant(kind: Kind, value: object, spelling: str = "") -> Term:
    """Return a term that always yields ``value``."""
    return Term(kind=kind, read=lambda _: value, literal=value, spelling=spelling)


def derived(kind: Kind, read: Read, *parts: Term) -> Term:
    """Return a term made from ``parts``: it needs, touches and marks what they do."""
    return Term(
        kind=kind,
        read=read,
        touches=frozenset().union(*(part.touches for part in parts)),
        needs=frozenset().union(*(part.needs for part in parts)),
        marks=tuple(dict.fromkeys(ref for part in parts for ref in part.marks)),
        lists=frozenset().union(*(part.lists for part in parts)),
    )
