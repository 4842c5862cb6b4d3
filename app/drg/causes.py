"""Why a case has no group: the one cause a user can act on, as a key of texts ``drg.detail`` and ``drg.remedy``."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from app.common.texts import text
from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.drg.facts import Facts
from app.drg.rule import Codes, Compare, In, Node, Number, Or
from app.drg.scheme import Adrg, Mdc, Rule, Scheme

Args = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """A text key with its arguments."""

    key: str
    args: Args = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a case came: the last MDC and ADRG entered, and the result."""

    mdc: Mdc | None
    adrg: Adrg | None
    result: GroupResult


def cause(scheme: Scheme, case: GroupInput, reached: Reached, known: Container[str] | None) -> Cause:
    """Return the cause of a result that is no normal group; of several, the one that has to be mended first."""
    return next(_causes(scheme, case, reached, known))


def _causes(scheme: Scheme, case: GroupInput, reached: Reached, known: Container[str] | None) -> Iterator[Cause]:
    main = (("code", case.dx[0] if case.dx else ""),)
    if not case.dx:
        yield Cause("drg.detail.no_principal")
    elif known is not None and case.dx[0] not in known:
        yield Cause("drg.detail.unknown_code", main)
    if reached.result.status is GroupStatus.AMBIGUOUS:
        px = case.px[0] if case.px else text("drg.none")
        yield Cause("drg.detail.ambiguous", (*main, ("px", px), ("group", reached.result.drg)))
    facts = Facts(case, scheme.ignored_px)
    missing = _missing_number(scheme, reached.mdc, facts)
    if missing is not None:
        yield Cause(f"drg.detail.missing_{missing.value}", main)
    for mdc, number in _conflicts(scheme, facts):
        key = "sex" if number is Number.SEX else "age"
        yield Cause(f"drg.detail.{key}_conflict", (*main, ("mdc", mdc.code), ("name", mdc.name)))
    yield _not_taken(_home(scheme, facts), reached, main)


def _not_taken(home: Mdc | None, reached: Reached, main: Args) -> Cause:
    if home is None:
        return Cause("drg.detail.no_mdc", main)
    where = (*main, ("mdc", home.code), ("name", home.name))
    if reached.adrg is None or reached.adrg not in home.adrgs:
        return Cause("drg.detail.no_adrg", where)
    drg_fell_back = any(drg.result is reached.result for drg in reached.adrg.drgs)
    key = "fallback" if reached.adrg.fallback or drg_fell_back else "no_drg"
    return Cause(f"drg.detail.{key}", (*where, ("group", reached.adrg.key)))


def _home(scheme: Scheme, facts: Facts) -> Mdc | None:
    """Return the MDC that lists the principal diagnosis and asks for nothing that the case lacks but a group in it."""
    for mdc in scheme.mdcs:
        failing, holding = _failing(mdc.rule, facts)
        listed = any(isinstance(part, In) and Codes.MAIN_DX in part.codes for part in holding)
        if listed and all(isinstance(part, Or) for part in failing):
            return mdc
    return None


def _failing(rule: Rule, facts: Facts) -> tuple[list[Node], list[Node]]:
    """Return the parts of a rule that fail and those that hold."""
    failing: list[Node] = []
    holding: list[Node] = []
    for part, test in rule.parts:
        (holding if test(facts) else failing).append(part)
    return failing, holding


def _missing_number(scheme: Scheme, mdc: Mdc | None, facts: Facts) -> Number | None:
    """Return a number without which an MDC, or a group of the one entered, was missed though the rest holds.

    An MDC of a workbook also lists its groups; what those ask for is looked at in the groups.
    """
    for one in scheme.mdcs:
        found = _only_missing(one.rule, facts, Or)
        if found is not None:
            return found
    for adrg in mdc.adrgs if mdc is not None else ():
        found = _only_missing(adrg.rule, facts)
        if found is not None:
            return found
    return None


def _only_missing(rule: Rule, facts: Facts, *ignored: type[Node]) -> Number | None:
    failing, holding = _failing(rule, facts)
    rest = [part for part in failing if not isinstance(part, ignored)]
    missing = [part.value for part in rest if isinstance(part, Compare) and getattr(facts, part.value.value) is None]
    matched = any(isinstance(part, In) for part in holding)
    return missing[0] if missing and matched and len(missing) == len(rest) else None


def _conflicts(scheme: Scheme, facts: Facts) -> Iterator[tuple[Mdc, Number]]:
    """Yield the MDCs of the principal diagnosis that only sex or age keeps the case out of."""
    for mdc in scheme.mdcs:
        failing, holding = _failing(mdc.rule, facts)
        numbers = [part.value for part in failing if isinstance(part, Compare)]
        rest = [part for part in failing if not isinstance(part, Compare | Or)]
        if numbers and not rest and any(isinstance(part, In) for part in holding):
            yield mdc, Number.SEX if Number.SEX in numbers else numbers[0]
