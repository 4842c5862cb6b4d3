"""The groups next to the one a case is in, and what stands between: in the order of the scheme, never by weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.grouping import GroupInput, GroupStatus
from app.drg.facts import Facts
from app.drg.lacking import Lack, lacks
from app.drg.rule import And, In, Node
from app.drg.scheme import Adrg, Drg, Mdc, OnMiss, Rule, Scheme
from app.drg.tracing import traced

MOST: Final = 12
"""Neighbours told at most."""
_FEW: Final = 2
"""Parts of its own rule that a neighbour may lack."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A group near the one reached. ``level`` is mdc, adrg or drg; ``code`` the DRG to be expected where one is.

    ``own`` is what its rule lacks, ``before`` what must not hold so that no group tried earlier takes the case.
    """

    level: str
    code: str
    name: str
    own: tuple[Lack, ...]
    before: tuple[Lack, ...] = ()

    @property
    def is_possible(self) -> bool:
        """False when no case could get there: a rule before it always holds, or its own never does."""
        return all(lack.possible for lack in self.lacks)

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """Everything that stands between, each thing once."""
        return tuple(dict.fromkeys((*self.before, *self.own)))


@dataclass(frozen=True, slots=True)
class _Route:
    """How a case went: the MDCs whose rules hold up to the one that decided, the row entered and the group in it."""

    facts: Facts
    open: tuple[Mdc, ...]
    adrg: Adrg | None
    drg: Drg | None


def neighbours(scheme: Scheme, case: GroupInput) -> tuple[Neighbour, ...]:
    """Return the nearest other groups: at most :data:`MOST`, siblings first chosen, told in the order of trial."""
    route = _taken(scheme, case)
    siblings = [near for near in _siblings(route) if near.is_possible]
    known = {one.code for one in siblings} | ({route.drg.code} if route.drg else set())
    found = [near for near in _around(scheme, route) if near.is_possible and near.code not in known]
    close = [near for near in found if _is_close(near)]
    chosen = [*close, *(near for near in found if near not in close)][: max(0, MOST - len(siblings))]
    ahead = [near for near in found if near in chosen and not near.before]
    behind = [near for near in found if near in chosen and near.before]
    return (*ahead, *siblings[:MOST], *behind)


def _taken(scheme: Scheme, case: GroupInput) -> _Route:
    first = _route(scheme, Facts(case, scheme.ignored_px))
    if first.adrg is None and scheme.retry_other_px:
        for code in case.px[1:]:
            again = _route(scheme, Facts(replace(case, px=(code,)), scheme.ignored_px))
            if again.adrg is not None:
                return again
    return first


def _route(scheme: Scheme, facts: Facts) -> _Route:
    opened: list[Mdc] = []
    for mdc in scheme.mdcs:
        if not _holds(mdc.rule, facts):
            continue
        opened.append(mdc)
        for adrg in mdc.adrgs:
            if _holds(adrg.rule, facts):
                drg = next((drg for drg in adrg.drgs if _holds(drg.rule, facts)), None)
                if drg is not None or adrg.on_miss is not OnMiss.NEXT:
                    return _Route(facts, tuple(opened), adrg, drg)
        if not scheme.falls_through:
            break
    return _Route(facts, tuple(opened), None, None)


def _siblings(route: _Route) -> Iterator[Neighbour]:
    """Yield the other groups of the row entered, with what keeps the case from each."""
    before: tuple[Lack, ...] = ()
    for drg in route.adrg.drgs if route.adrg else ():
        own = lacks(drg.rule.node, route.facts, drg.code)
        if drg is not route.drg:
            yield Neighbour("drg", drg.code, drg.name, own, before)
        if not own:
            before = (*before, *lacks(drg.rule.node, route.facts, drg.code, wanted=False))


def _around(scheme: Scheme, route: _Route) -> Iterator[Neighbour]:
    """Yield near rows of the MDCs that hold, and MDCs that were missed by little, in the order of trial."""
    ends_at = route.open[-1] if route.open else None
    for mdc in scheme.mdcs:
        if mdc in route.open:
            yield from _rows(mdc, route)
        else:
            near = _near(mdc.rule.node, route.facts, mdc.code)
            # one that another diagnosis as principal would open is told where those are tried
            if near is not None and _some_code_holds(mdc.rule.node, route.facts) and not mdc.fallback:
                yield Neighbour("mdc", mdc.code, mdc.name, near)
        if mdc is ends_at and route.adrg is not None:
            return


def _rows(mdc: Mdc, route: _Route) -> Iterator[Neighbour]:
    before: tuple[Lack, ...] = ()
    for adrg in mdc.adrgs:
        if adrg is route.adrg:
            before = lacks(adrg.rule.node, route.facts, adrg.key, wanted=False)
            continue
        near = _near(adrg.rule.node, route.facts, adrg.key)
        if near is None or adrg.fallback or adrg.result.status is not GroupStatus.GROUPED:
            if before and near == ():  # an ambiguous or fallback row that would take the case first
                before = (*before, *lacks(adrg.rule.node, route.facts, adrg.key, wanted=False))
            continue
        if not near and not before:  # entered, but none of its groups fits
            yield from (_group(drg, route.facts) for drg in adrg.drgs)
            continue
        drg = next((drg for drg in adrg.drgs if _holds(drg.rule, route.facts)), None)
        code, name = (drg.code, drg.name) if drg else (adrg.key, adrg.name)
        yield Neighbour("drg" if drg else "adrg", code, name, near, before)
        if before and not near:
            before = (*before, *lacks(adrg.rule.node, route.facts, adrg.key, wanted=False))


def _group(drg: Drg, facts: Facts) -> Neighbour:
    return Neighbour("drg", drg.code, drg.name, lacks(drg.rule.node, facts, drg.code))


def _near(node: Node, facts: Facts, owner: str) -> tuple[Lack, ...] | None:
    """Return what a rule lacks when that is little: some of it holds, or the case has it in another place."""
    found = lacks(node, facts, owner)
    if len(found) > _FEW:
        return None
    if all(lack.close for lack in found) or _some_code_holds(node, facts):
        return found
    return None


def _some_code_holds(node: Node, facts: Facts) -> bool:
    parts: Sequence[Node] = node.parts if isinstance(node, And) else ()
    return any(_some_code_holds(part, facts) or (isinstance(part, In) and traced(part, facts)[0]) for part in parts)


def _is_close(near: Neighbour) -> bool:
    return all(lack.close for lack in near.own)


def _holds(rule: Rule, facts: Facts) -> bool:
    return traced(rule.node, facts)[0]
