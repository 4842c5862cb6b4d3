"""The ten most frequent causes of each part of the report, each with its cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np

from app.common.texts import text
from app.drg.rule import In, Severity, conjuncts
from app.drg.scheme import Scheme
from app.services.report_frame import Frame
from app.services.report_types import Cause
from app.storage.case_columns import NONE, Flags, Ints
from app.storage.report_rows import Floats

MOST: Final = 10
_LEAST_OF_GROUP: Final = 10
Why = Callable[[int], str]
"""Says why a case got no group."""


def ungrouped_causes(frame: Frame, shown: Flags, why: Why) -> tuple[Cause, ...]:
    """Return the main diagnoses whose cases most often got no group, with the reason of the first case of each."""
    known = frame.stays.texts["status"].where(bool)
    odd = np.flatnonzero(shown & known & ~frame.grouped)
    codes = frame.stays.texts["main"].codes[odd]
    counts = np.bincount(codes, minlength=1)
    causes = []
    for code in np.argsort(-counts, kind="stable")[:MOST].tolist():
        if counts[code]:
            rows = odd[codes == code]
            name = frame.stays.texts["main"].values(rows[:1])[0]
            label = name or text("reports.cause.no_main")
            causes.append(Cause(name, label, _ids(frame, rows), why(int(frame.ids[rows[0]]))))
    return tuple(causes)


def cost_causes(frame: Frame, shown: Flags) -> tuple[Cause, ...]:
    """Return what makes the cases over 110 % of their standard dear: the part furthest over the mean of their group.

    The means are those of the library's own stays of the group in the span; groups with fewer than ten say nothing.
    Days count with the group's mean cost of a day.
    """
    rows = np.flatnonzero(shown & frame.over[1])
    if not len(rows):
        return ()
    numbers = frame.stays.numbers
    days = np.where(frame.los == NONE, 0, frame.los)
    excess = [_excess(frame, numbers[name].astype(np.float64)) for name in ("drugs", "exams", "material")]
    per_day = _group_mean(frame, frame.amount.astype(np.float64)) / np.maximum(
        _group_mean(frame, days.astype(np.float64)), 1.0
    )
    excess.append(_excess(frame, days.astype(np.float64)) * per_day)
    table = np.stack(excess)[:, rows]
    most = np.where(np.nan_to_num(table).max(axis=0) > 0, np.nan_to_num(table).argmax(axis=0), len(excess))
    keys = ("drugs", "exams", "material", "stay", "other")
    found = [Cause(key, text(f"reports.cause.{key}"), _ids(frame, rows[most == at])) for at, key in enumerate(keys)]
    return tuple(sorted((one for one in found if one.count), key=lambda one: -one.count))


def _excess(frame: Frame, values: Floats) -> Floats:
    return values - _group_mean(frame, values)


def _group_mean(frame: Frame, values: Floats) -> Floats:
    """Return for every stay the mean of its group, NaN for groups with too few stays."""
    codes = frame.stays.texts["drg"].codes
    base = frame.grouped & frame.has_amount
    size = int(codes.max(initial=0)) + 1
    counts = np.bincount(codes[base], minlength=size)
    sums = np.bincount(codes[base], weights=values[base], minlength=size)
    means = np.where(counts >= _LEAST_OF_GROUP, sums / np.maximum(counts, 1), np.nan)
    found: Floats = means[codes]
    return found


def rule_causes(
    frame: Frame, shown: Flags, found: Mapping[str, Flags], titles: Mapping[str, str], begins: str = ""
) -> tuple[Cause, ...]:
    """Return the rules that fire in most cases; ``begins`` with a rule id."""
    hits = [(rule, np.flatnonzero(flags & shown)) for rule, flags in found.items() if rule.startswith(begins)]
    most = sorted((one for one in hits if len(one[1])), key=lambda one: (-len(one[1]), one[0]))[:MOST]
    return tuple(Cause(rule, f"{rule} {titles.get(rule, '')}".strip(), _ids(frame, rows)) for rule, rows in most)


def by_rule(frame: Frame, cases: Ints, rules: Ints, names: Iterable[str]) -> dict[str, Flags]:
    """Return for every rule which stays it found something in; ``rules`` are places in ``names``."""
    order = np.argsort(frame.ids, kind="stable")
    at = np.searchsorted(frame.ids[order], cases)
    inside = at < len(frame)
    inside[inside] = frame.ids[order][at[inside]] == cases[inside]
    rows, kinds = order[at[inside]], rules[inside]
    sort = np.argsort(kinds, kind="stable")
    rows, kinds = rows[sort], kinds[sort]
    found: dict[str, Flags] = {}
    for number, name in enumerate(names):
        start, end = np.searchsorted(kinds, [number, number + 1]).tolist()
        found[name] = np.zeros(len(frame), np.bool_)
        found[name][rows[start:end]] = True
    return found


def captured_groups(schemes: Iterable[Scheme]) -> dict[str, int]:
    """Return the groups of ADRGs that are split by MCC or CC: 2 for those that ask for one, 1 for the others."""
    marks: dict[str, int] = {}
    for scheme in schemes:
        for _, adrg in scheme.rows():
            asking = {drg.code for drg in adrg.drgs if any(map(_asks_severity, conjuncts(drg.rule.node)))}
            if asking:
                marks |= {drg.code: 2 if drg.code in asking else 1 for drg in adrg.drgs}
    return marks


def _asks_severity(node: object) -> bool:
    return isinstance(node, In) and any(isinstance(one, Severity) for one in node.sets)


def _ids(frame: Frame, rows: Ints) -> tuple[int, ...]:
    return tuple(frame.ids[rows].tolist())
