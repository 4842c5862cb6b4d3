"""The fast path: which group a case belongs to, without reasons. :mod:`app.drg.explaining` gives the same with them."""

from __future__ import annotations

from dataclasses import replace

from app.domain.grouping import GroupInput, GroupResult
from app.drg.facts import Facts
from app.drg.scheme import Adrg, OnMiss, Scheme


def group(scheme: Scheme, case: GroupInput) -> GroupResult:
    """Return the group of a case. Codes are compared as given; a missing number makes its comparison false.

    Order and fall-through: reference/schemes/README.md "Grouping" and design/scheme-workbook.md "Rule language".
    """
    return attempt(scheme, case) or group_otherwise(scheme, case)


def group_otherwise(scheme: Scheme, case: GroupInput) -> GroupResult:
    """Return the group of a case that as a whole has none: by another procedure where the scheme says so."""
    if scheme.retry_other_px:
        for alone in other_attempts(case):
            result = attempt(scheme, alone)
            if result is not None:
                return result
    return scheme.ungrouped


def other_attempts(case: GroupInput) -> list[GroupInput]:
    """Return the case once for each procedure from the second on, with that procedure as the only one."""
    return [replace(case, px=(code,)) for code in case.px[1:]]


def attempt(scheme: Scheme, case: GroupInput) -> GroupResult | None:
    """Return the group of a case with the procedures it has, None when no group takes it."""
    facts = Facts(case, scheme.ignored_px)
    for mdc in scheme.mdcs:
        if mdc.rule.test(facts):
            for adrg in mdc.adrgs:
                if adrg.rule.test(facts):
                    result = _enter(adrg, facts)
                    if result is not None:
                        return result
            if not scheme.falls_through:
                return None
    return None


def _enter(adrg: Adrg, facts: Facts) -> GroupResult | None:
    for drg in adrg.drgs:
        if drg.rule.test(facts):
            return drg.result
    return None if adrg.on_miss is OnMiss.NEXT else adrg.result
