"""``and``, ``or`` and ``not`` over three values, with the faults behind a True answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.qc.scope import Scope
from app.qc.terms import Hit, Kind, Term, derived


def conjunction(parts: Sequence[Term]) -> Term:
    """Return ``a and b``: False as soon as one is False, else None as soon as one is None."""
    reads = tuple(part.read for part in parts)

    def read(scope: Scope) -> bool | None:
        answer: bool | None = True
        for part in reads:
            value = part(scope)
            if value is False:
                return False
            if value is None:
                answer = None
        return answer

    def possible(missing: frozenset[str], wanted: bool) -> bool:
        choose = all if wanted else any
        return choose(part.possible(missing, wanted) for part in parts)

    def trace(scope: Scope) -> tuple[Hit, ...]:
        faults: tuple[Hit, ...] = (Hit(),)
        for part in parts:
            faults = _joined(faults, part.trace(scope))
        return faults

    return replace(derived(Kind.BOOL, read, *parts), tracer=trace, can=possible)


def disjunction(parts: Sequence[Term]) -> Term:
    """Return ``a or b``: True as soon as one is True, else None as soon as one is None."""
    reads = tuple(part.read for part in parts)

    def read(scope: Scope) -> bool | None:
        answer: bool | None = False
        for part in reads:
            value = part(scope)
            if value is True:
                return True
            if value is None:
                answer = None
        return answer

    def possible(missing: frozenset[str], wanted: bool) -> bool:
        choose = any if wanted else all
        return choose(part.possible(missing, wanted) for part in parts)

    def trace(scope: Scope) -> tuple[Hit, ...]:
        return merged([hit for part in parts if part.read(scope) is True for hit in part.trace(scope)])

    return replace(derived(Kind.BOOL, read, *parts), tracer=trace, can=possible)


def negation(part: Term) -> Term:
    """Return ``not a``; None stays None."""
    inner = part.read

    def read(scope: Scope) -> bool | None:
        value = inner(scope)
        return None if value is None else not value

    def possible(missing: frozenset[str], wanted: bool) -> bool:
        return part.possible(missing, not wanted)

    return replace(derived(Kind.BOOL, read, part), can=possible)


def merged(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the faults with those of one row (and those of no row) joined, in order of appearance."""
    found: dict[tuple[object, int], Hit] = {}
    for hit in hits:
        key = (hit.group, hit.index)
        found[key] = found[key].with_paths(hit.paths) if key in found else hit
    return tuple(found.values())


def _joined(left: tuple[Hit, ...], right: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return the faults of two conditions that hold together: case-wide paths go with every row."""
    if _case_wide(right):
        return tuple(hit.with_paths(right[0].paths) for hit in left)
    if _case_wide(left):
        return tuple(hit.with_paths(left[0].paths) for hit in right)
    return merged([*left, *right])


def _case_wide(hits: tuple[Hit, ...]) -> bool:
    return len(hits) == 1 and hits[0].row is None
