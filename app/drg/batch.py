"""Many cases at once: the rules of a scheme over columns of cases. The same answers as :mod:`app.drg.engine`.

Every list that a rule names is one bit of a code; a case has the bits of its codes. So a rule is a few operations on
whole columns, tried only on the cases that no earlier rule took. What cannot be said in bits (counts, body sites)
is asked case by case of the compiled tests of the single case. Nothing is remembered about a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.domain.grouping import GroupInput, GroupResult
from app.drg.columns import Columns, Ints, Layout
from app.drg.engine import group_otherwise
from app.drg.scheme import OnMiss, Rule, Scheme
from app.drg.vectors import Narrow, narrow

CHUNK = 1 << 15
"""Cases looked at together: enough to make the work per rule small, few enough for the processor's cache."""

_NONE = 0  # number of the result of a case that no group takes


def group_many(scheme: Scheme, cases: Sequence[GroupInput]) -> list[GroupResult]:
    """Return the group of every case, in order: what :func:`app.drg.engine.group` returns for each."""
    return grouper(scheme).group(cases)


@lru_cache(maxsize=4)
def grouper(scheme: Scheme) -> Grouper:
    """Return the scheme laid out in columns; made once for each of the last few schemes."""
    return Grouper(scheme)


@dataclass(frozen=True, slots=True)
class _Drg:
    narrow: Narrow
    result: int


@dataclass(frozen=True, slots=True)
class _Adrg:
    """``miss`` is the number of its own result, None where it passes on what none of its DRGs takes."""

    narrow: Narrow
    drgs: tuple[_Drg, ...]
    miss: int | None


@dataclass(frozen=True, slots=True)
class _Mdc:
    narrow: Narrow
    adrgs: tuple[_Adrg, ...]


class Grouper:
    """A scheme laid out in columns. Nothing changes after it was made, so threads may share it."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._results = [scheme.ungrouped]
        self._layout = Layout(scheme, [rule.node for rule in _rules(scheme)])
        self._mdcs = tuple(self._lay_out(scheme))

    def _lay_out(self, scheme: Scheme) -> Iterator[_Mdc]:
        for mdc in scheme.mdcs:
            adrgs = tuple(
                _Adrg(
                    self._narrow(adrg.rule),
                    tuple(_Drg(self._narrow(drg.rule), self._number(drg.result)) for drg in adrg.drgs),
                    None if adrg.on_miss is OnMiss.NEXT else self._number(adrg.result),
                )
                for adrg in mdc.adrgs
            )
            yield _Mdc(self._narrow(mdc.rule), adrgs)

    def _narrow(self, rule: Rule) -> Narrow:
        return narrow(rule.node, self._layout)

    def _number(self, result: GroupResult) -> int:
        self._results.append(result)
        return len(self._results) - 1

    def group(self, cases: Sequence[GroupInput]) -> list[GroupResult]:
        """Return the group of every case, in order."""
        found: list[GroupResult] = []
        for start in range(0, len(cases), CHUNK):
            found += self._chunk(cases[start : start + CHUNK])
        return found

    def _chunk(self, cases: Sequence[GroupInput]) -> list[GroupResult]:
        decided = self._decide(cases)
        found = list(map(self._results.__getitem__, decided.tolist()))
        if self._scheme.retry_other_px:
            for at in np.flatnonzero(decided == _NONE).tolist():
                found[at] = group_otherwise(self._scheme, cases[at])
        return found

    def _decide(self, cases: Sequence[GroupInput]) -> Ints:
        """Return the number of the result of each case."""
        columns = Columns(self._layout, cases)
        decided = np.zeros(len(cases), np.int64)
        left = np.arange(len(cases))
        for mdc in self._mdcs:
            entered = mdc.narrow(columns, left)
            if entered.size:
                _in_mdc(mdc, columns, entered, decided)
                if self._scheme.falls_through:
                    left = left[decided[left] == _NONE]
                else:
                    left = np.setdiff1d(left, entered, assume_unique=True)
                if not left.size:
                    break
        return decided


def _rules(scheme: Scheme) -> Iterator[Rule]:
    """Yield the rules in the order of trial, so that lists asked for together lie together."""
    for mdc in scheme.mdcs:
        yield mdc.rule
        for adrg in mdc.adrgs:
            yield adrg.rule
            for drg in adrg.drgs:
                yield drg.rule


def _in_mdc(mdc: _Mdc, columns: Columns, rest: Ints, decided: Ints) -> None:
    """Decide those of ``rest`` that a group of the MDC takes."""
    for adrg in mdc.adrgs:
        inside = adrg.narrow(columns, rest)
        if inside.size:
            _in_adrg(adrg, columns, inside, decided)
            rest = rest[decided[rest] == _NONE]
            if not rest.size:
                return


def _in_adrg(adrg: _Adrg, columns: Columns, inside: Ints, decided: Ints) -> None:
    for drg in adrg.drgs:
        taken = drg.narrow(columns, inside)
        if taken.size:
            decided[taken] = drg.result
            if taken.size == inside.size:
                return
            inside = inside[decided[inside] == _NONE]
    if adrg.miss is not None:
        decided[inside] = adrg.miss
