"""A grouping scheme in memory: MDCs, ADRGs and DRGs in order of trial, whatever file they came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final

from app.common.errors import Where
from app.domain.grouping import GroupResult, GroupStatus
from app.drg.compiling import Test, compiled
from app.drg.rule import CodeSet, Node, Severity, conjuncts
from app.drg.tracing import Trace, tracer

NO_MDC = "0000"
NO_ADRG = "00"
AMBIGUOUS = "QY"
_FALLBACK = re.compile(r"0+|[A-Z]00|[A-Z]000", re.IGNORECASE)


def is_fallback(code: str) -> bool:
    """Return whether a code is that of an unnamed fallback group of a workbook: ``0000``, ``X00`` or ``X000``."""
    return _FALLBACK.fullmatch(code) is not None


def is_ambiguous(code: str) -> bool:
    """Return whether a code is that of an ambiguous group, for example ``BQY``."""
    return code.upper().endswith(AMBIGUOUS)


class OnMiss(StrEnum):
    """What happens when an ADRG's rule holds and none of its DRGs does."""

    ADRG = "adrg"
    NEXT = "next"
    STOP = "stop"


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule with the text it was read from and its place. ``test`` is the rule as a function."""

    text: str
    node: Node
    test: Test
    where: Where

    @cached_property
    def source(self) -> str:
        """Its place as ``file:line`` or ``sheet:row``."""
        return f"{self.where.sheet or self.where.file}:{self.where.row}"

    @cached_property
    def trace(self) -> Trace:
        """The rule as a function that tells the facts that decided, too."""
        return tracer(self.node)

    @cached_property
    def parts(self) -> tuple[tuple[Node, Test], ...]:
        """What must hold together for the rule to hold, each with its function."""
        return tuple((part, compiled(part)) for part in conjuncts(self.node))


@dataclass(frozen=True, slots=True, eq=False)
class Drg:
    """A group. ``result`` is what reaching it gives."""

    code: str
    name: str
    rule: Rule
    result: GroupResult


@dataclass(frozen=True, slots=True, eq=False)
class Adrg:
    """A row of adjacent groups. ``key`` names the row, ``code`` the ADRG. ``result`` stands when no DRG is reached.

    ``fallback``: it takes what nothing else takes, and reaching it is no normal result.
    """

    key: str
    code: str
    name: str
    rule: Rule
    drgs: tuple[Drg, ...]
    on_miss: OnMiss
    result: GroupResult

    fallback: bool = False

    @property
    def is_ambiguous(self) -> bool:
        """Whether reaching it is 歧义病案."""
        return self.result.status is GroupStatus.AMBIGUOUS


@dataclass(frozen=True, slots=True, eq=False)
class Mdc:
    """A major category. ``fallback``: it takes the cases that no other takes."""

    code: str
    name: str
    rule: Rule
    adrgs: tuple[Adrg, ...]
    fallback: bool = False


_ASKED: Final = 8
"""Weight tables whose fit a scheme remembers: every case that is priced asks for it."""


@dataclass(frozen=True, eq=False, repr=False)
class Scheme:
    """One edition of a grouper. ``id`` names it in tables that belong to it; ``valid_from`` None when not stated.

    ``falls_through``: an MDC none of whose ADRGs leads to a result is left for the next one (packages); otherwise the
    first MDC whose rule holds decides (workbooks). ``ignored_px`` are procedures that take no part.
    """

    id: str
    title: str
    edition: str
    mdcs: tuple[Mdc, ...]
    sets: Mapping[str, CodeSet]
    mcc: Severity
    cc: Severity
    falls_through: bool
    no_group_code: str = NO_MDC
    retry_other_px: bool = False
    region: str = ""
    year: str = ""
    source: str = ""
    valid_from: date | None = None
    trial: bool = False
    code_match: str = "exact"
    ignored_px: frozenset[str] = field(default_factory=frozenset)

    def __repr__(self) -> str:
        return f"Scheme({self.id!r}, mdcs={len(self.mdcs)})"

    def rows(self) -> Iterator[tuple[Mdc, Adrg]]:
        """Yield every ADRG row with its MDC in the order of trial."""
        for mdc in self.mdcs:
            for adrg in mdc.adrgs:
                yield mdc, adrg

    def has_groups(self, groups: Mapping[str, object]) -> bool:
        """Tell whether all keys are groups of the scheme. The answer is kept for the mapping, which must not change."""
        for known, answer in self._asked:
            if known is groups:
                return answer
        answer = groups.keys() <= self.names.keys()
        self._asked.append((groups, answer))
        del self._asked[:-_ASKED]
        return answer

    @cached_property
    def _asked(self) -> list[tuple[Mapping[str, object], bool]]:
        return []

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name of each group a weight table may have: DRGs and ambiguous groups, not fallback groups."""
        named: dict[str, str] = {}
        for _, adrg in self.rows():
            if adrg.is_ambiguous and not adrg.drgs:
                named.setdefault(adrg.result.drg, adrg.name)
            for drg in adrg.drgs:
                if drg.result.status is not GroupStatus.UNGROUPED:
                    named.setdefault(drg.code, drg.name)
        return named

    @cached_property
    def ungrouped(self) -> GroupResult:
        """The result of a case that no group takes."""
        return GroupResult(NO_MDC, NO_ADRG, self.no_group_code, GroupStatus.UNGROUPED)
