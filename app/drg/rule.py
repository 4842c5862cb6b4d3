"""The one form of a grouping rule: what both scheme languages are parsed into.

A node is a value. :mod:`app.drg.compiling` turns it into a function for the fast path, :mod:`app.drg.tracing`
evaluates it with the facts that decided.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.common.errors import Where
from app.domain.coding import CodeKind


class Codes(StrEnum):
    """Which codes of a case a rule looks at."""

    MAIN_DX = "main_dx"
    OTHER_DX = "other_dx"
    MAIN_PX = "main_px"
    OTHER_PX = "other_px"

    @property
    def kind(self) -> CodeKind:
        """Diagnoses or procedures."""
        return CodeKind.DX if self in (Codes.MAIN_DX, Codes.OTHER_DX) else CodeKind.PX


class Number(StrEnum):
    """Which number of a case a rule compares. ``sex`` is 1 male, 2 female."""

    SEX = "sex"
    AGE_YEARS = "age_years"
    AGE_DAYS = "age_days"
    WEIGHT_G = "weight_g"
    LOS_DAYS = "los_days"
    ICU_HOURS = "icu_hours"
    DISCHARGE = "discharge"


class Op(StrEnum):
    """A comparison. ``holds(a, b)`` applies it."""

    EQ = "="
    GE = ">="
    GT = ">"
    LE = "<="
    LT = "<"

    @property
    def holds(self) -> Callable[[float, float], bool]:
        """The function that compares two numbers."""
        return _OPERATORS[self]


_OPERATORS: dict[Op, Callable[[float, float], bool]] = {
    Op.EQ: operator.eq,
    Op.GE: operator.ge,
    Op.GT: operator.gt,
    Op.LE: operator.le,
    Op.LT: operator.lt,
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CodeSet:
    """A named list of codes. ``rows`` gives for each code the line of ``file`` (or row of ``sheet``) it came from."""

    name: str
    kind: CodeKind | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    file: str = ""
    sheet: str = ""

    def place(self, code: str) -> str:
        """Return ``file:line`` or ``sheet:row`` of a member."""
        return f"{self.sheet or self.file}:{self.rows[code]}"

    def where(self) -> Where:
        """Return the place of the first member, or of the whole list when it is empty."""
        return Where(self.file, self.sheet, min(self.rows.values(), default=0))

    def __repr__(self) -> str:
        return f"CodeSet({self.name!r}, {len(self.rows)})"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Severity:
    """A virtual list, MCC or CC: a code belongs unless a table it names also lists the principal diagnosis.

    ``tables`` gives for each code the exclusion tables that cancel it, ``excluded`` for each principal diagnosis
    the tables that list it, ``rows`` the line of the file for each code.
    """

    name: str
    tables: Mapping[str, frozenset[str]]
    excluded: Mapping[str, frozenset[str]]
    rows: Mapping[str, int] = field(default_factory=dict)
    file: str = ""
    sheet: str = ""

    def excluding(self, code: str, main_dx: str | None) -> frozenset[str]:
        """Return the tables that cancel ``code`` for this principal diagnosis; empty when it counts."""
        if main_dx is None:
            return frozenset()
        return self.tables[code] & self.excluded.get(main_dx, frozenset())

    def counts(self, code: str, main_dx: str | None) -> bool:
        """Return whether ``code`` belongs to the list for this principal diagnosis."""
        return code in self.tables and not self.excluding(code, main_dx)

    def place(self, code: str) -> str:
        """Return ``file:line`` or ``sheet:row`` of a member."""
        return f"{self.sheet or self.file}:{self.rows.get(code, 0)}"

    def __repr__(self) -> str:
        return f"Severity({self.name!r}, {len(self.tables)})"


@dataclass(frozen=True, slots=True)
class Const:
    """Always true or always false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """True when the part is false."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """True when every part is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True when any part is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class In:
    """True when any of the codes is in any of the sets."""

    codes: tuple[Codes, ...]
    sets: tuple[CodeSet | Severity, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Compares how many different codes of the case are in the sets."""

    codes: tuple[Codes, ...]
    sets: tuple[CodeSet | Severity, ...]
    op: Op
    number: float


@dataclass(frozen=True, slots=True)
class Compare:
    """Compares a number of the case; false when it is missing."""

    value: Number
    op: Op
    number: float


@dataclass(frozen=True, slots=True)
class HasPx:
    """True when there is any procedure."""


@dataclass(frozen=True, slots=True)
class Dept:
    """True when the department code is one of ``values``."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Compares the number of body sites that the diagnoses belong to. ``sites`` gives those of each listed code."""

    sites: Mapping[str, frozenset[str]]
    op: Op
    number: float


Node = Const | Not | And | Or | In | Count | Compare | HasPx | Dept | Sites


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    match node:
        case Not(part):
            yield from walk(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from walk(part)
        case _:
            return


def conjuncts(node: Node) -> Iterator[Node]:
    """Yield what must hold together for a node to hold."""
    if isinstance(node, And):
        for part in node.parts:
            yield from conjuncts(part)
    else:
        yield node


def both(first: Node, second: Node) -> Node:
    """Return a node that holds when both do."""
    return And((first, second))
