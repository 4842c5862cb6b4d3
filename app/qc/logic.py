"""``and``, ``or`` and ``not`` over three values, with the faults behind a True answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.qc.quick import Quick, either, narrowest, scanned
from app.qc.scope import Scope
from app.qc.terms import Hit, Kind, Read, Term, derived

_FEW = 3
"""Fields up to which each is asked on its own."""


def conjunction(parts: Sequence[Term]) -> Term:
    """Return ``a and b``: False as soon as one is False, else None as soon as one is None.

    The part that the fewest records pass is asked first.
    """
    gates = [part.gate for part in parts]
    first = narrowest(gates)
    ordered = (parts[first], *parts[:first], *parts[first + 1 :]) if first >= 0 else tuple(parts)
    reads = tuple(part.read for part in ordered)

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
        return _together(part.trace(scope) for part in parts)

    quick = Quick(read, _all_of(ordered), gates[first] if first >= 0 else None)
    still = [part.still for part in parts if part.still is not None]
    faults = _together(still)
    tracer = trace if len(still) < len(parts) else lambda _: faults
    return replace(derived(Kind.BOOL, read, *parts), tracer=tracer, can=possible, quick=quick)


def _together(traces: Iterable[tuple[Hit, ...]]) -> tuple[Hit, ...]:
    traces = tuple(traces)
    if all(map(_case_wide, traces)):
        return (Hit(tuple(dict.fromkeys(path for hits in traces for path in hits[0].paths))),)
    faults: tuple[Hit, ...] = (Hit(),)
    for hits in traces:
        faults = _joined(faults, hits)
    return faults


def _all_of(parts: Sequence[Term]) -> Read:
    tests = tuple(part.fires for part in parts)
    if len(tests) == 2:  # two and three are by far the most frequent
        one, other = tests
        return lambda scope: one(scope) and other(scope)
    if len(tests) == 3:
        one, other, third = tests
        return lambda scope: one(scope) and other(scope) and third(scope)

    def fires(scope: Scope) -> bool:
        for test in tests:  # noqa: SIM110  # quicker than all() with a generator
            if not test(scope):
                return False
        return True

    return fires


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
        return merged([hit for part in parts if part.fires(scope) for hit in part.trace(scope)])

    scans = [part.scan for part in parts if part.scan is not None]
    scan = tuple(test for found in scans for test in found) if len(scans) == len(parts) else None
    quick = Quick(read, _one_of(parts), either(part.gate for part in parts), scan)
    return replace(derived(Kind.BOOL, read, *parts), tracer=trace, can=possible, quick=quick)


def _one_of(parts: Sequence[Term]) -> Read:
    scans = [part for part in parts if part.scan is not None]
    if len(scans) > _FEW:
        tests = tuple(test for part in scans for test in part.scan or ())
        together = scanned(tests, _first_of([part.fires for part in scans]))
        return _first_of([together, *[part.fires for part in parts if part.scan is None]])
    return _first_of([part.fires for part in parts])


def _first_of(tests: Sequence[Read]) -> Read:
    if len(tests) == 2:  # two and three are by far the most frequent
        one, other = tests
        return lambda scope: one(scope) or other(scope)
    if len(tests) == 3:
        one, other, third = tests
        return lambda scope: one(scope) or other(scope) or third(scope)

    def fires(scope: Scope) -> bool:
        for test in tests:  # noqa: SIM110  # quicker than any() with a generator
            if test(scope):
                return True
        return False

    return fires


def negation(part: Term) -> Term:
    """Return ``not a``; None stays None."""
    inner = part.read

    def read(scope: Scope) -> bool | None:
        value = inner(scope)
        return None if value is None else not value

    def possible(missing: frozenset[str], wanted: bool) -> bool:
        return part.possible(missing, not wanted)

    quick = Quick(read, lambda scope: inner(scope) is False)
    return replace(derived(Kind.BOOL, read, part), can=possible, quick=quick)


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
