"""Lines of the report that are no groups of stays: the score by section, time in states, surgeons, costs that rose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from app.common.texts import text
from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.services.report_frame import Frame
from app.services.report_groups import group_rows
from app.services.report_specs import Material
from app.services.report_types import FEWEST, Form, GroupRow, Listing
from app.storage.case_columns import Flags, Ints
from app.storage.report_rows import WorkStep

QUALITY_MEASURES: Final = ("good_rate", "mean_score", "clean", "first_pass", "checked")
LISTINGS: Final[Mapping[str, Mapping[str, Form]]] = {
    "sections": {"lost": Form.SCORE, "share": Form.SHARE},
    "dept_quality": dict.fromkeys(QUALITY_MEASURES, Form.SHARE) | {"mean_score": Form.SCORE},
    "doctor_quality": dict.fromkeys(QUALITY_MEASURES, Form.SHARE) | {"mean_score": Form.SCORE},
    "states": {"hours": Form.HOURS, "longest": Form.HOURS},
    "tiers": {"share": Form.SHARE, "stay": Form.DAYS},
    "surgeons": {"stay": Form.DAYS, "material_cost": Form.YUAN, "complications": Form.SHARE},
    "watch": {"cost_before": Form.YUAN, "cost_now": Form.YUAN, "change": Form.SHARE},
    "rules": {"version": Form.COUNT, "stored": Form.DATE, "in_force": Form.DATE, "days": Form.COUNT},
}
"""The measures of each listing and how they are written. Those of ``watch`` and ``material_cost`` are money."""
KEYLESS: Final = frozenset({"sections", "states", "tiers"})
"""Those whose keys are words of the program, or stand in the names, and are not shown."""
MONEY_LISTINGS: Final = frozenset({"watch"})
MONEY_MEASURES: Final = frozenset({"material_cost"})
_WATCHED: Final = ("drugs", "antibiotic", "material", "exams", "treatment", "service", "blood")
_MOST: Final = 50
_SECTIONS: Final = ("patient", "stay", "treatment", "fee")


def score_sections(it: Material, shown: Flags, lost: Sequence[tuple[int, str, float]]) -> Listing:
    """Return the points that a checked case loses on average in each section of the score (domain.md 3.2, 7.3)."""
    frame = it.frame
    scored = shown & (frame.stays.decimals["score"] >= 0) & (frame.stays.numbers["checked"] > 0)
    inside, count = set(frame.ids[scored].tolist()), int(np.count_nonzero(scored))
    points: dict[str, dict[int, float]] = defaultdict(dict)
    for case_id, section, one in lost:
        if case_id in inside:
            points[section][case_id] = one
    rows = []
    for section in _SECTIONS:
        found = points[section]
        known = count >= FEWEST
        measures = {
            "lost": sum(found.values()) / count if known else None,
            "share": len(found) / count if known else None,
        }
        label = text(f"reports.section.{section}")
        rows.append(GroupRow(section, label, len(found), measures, tuple(sorted(found))))
    return Listing("sections", tuple(rows))


def quality(it: Material, shown: Flags, level: str) -> Listing:
    """Return errors by department or doctor group (``level``); a share of fewer than ten cases is not shown."""
    return Listing(f"{level}_quality", group_rows(it, shown, level, {}, QUALITY_MEASURES))


def time_in_states(frame: Frame, shown: Flags, steps: Sequence[WorkStep]) -> Listing:
    """Return how long cases were in each state that they have left again, in hours."""
    inside = set(frame.ids[shown].tolist())
    ways: dict[int, list[WorkStep]] = defaultdict(list)
    for step in steps:
        if step.case_id in inside:
            ways[step.case_id].append(step)
    hours: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for case_id, way in ways.items():
        for one, after in pairwise(way):
            hours[one.state][case_id] += (after.at - one.at).total_seconds() / 3600
    rows = []
    for state in CaseState:
        if found := hours.get(state.value):
            many = len(found) >= FEWEST
            mean = sum(found.values()) / len(found) if many else None
            measures = {"hours": mean, "longest": max(found.values()) if many else None}
            label = text(f"cases.state.{state.value}")
            rows.append(GroupRow(state.value, label, len(found), measures, tuple(sorted(found))))
    return Listing("states", tuple(rows))


def tier_combinations(
    it: Material, shown: Flags, others: Iterable[tuple[int, str, Sequence[str]]], names: Callable[[str], str]
) -> Listing:
    """Return which MCC and CC stand together most often beside a main diagnosis that does not exclude them.

    ``others`` gives main code and other codes of cases; the share is of all cases with an MCC or CC.
    """
    frame = it.frame
    lists = [tier for scheme in frame.schemes().values() for tier in (scheme.mcc, scheme.cc)]
    place = {case_id: at for at, case_id in enumerate(frame.ids.tolist()) if shown[at]}
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for case_id, main, codes in others:
        if case_id in place:
            counted = {code for code in codes if any(one.counts(code, main) for one in lists)}
            if counted:
                found[tuple(sorted(counted))].append(case_id)
    whole = sum(map(len, found.values()))
    rows = []
    for codes, cases in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))[:_MOST]:
        own = frame.los[[place[one] for one in cases]]
        known = own[own > 0]
        measures = {
            "share": len(cases) / whole if whole >= FEWEST else None,
            "stay": float(known.mean()) if len(cases) >= FEWEST and len(known) else None,
        }
        label = text("reports.and").join(f"{code} {names(code)}".strip() for code in codes)
        rows.append(GroupRow(" ".join(codes), label, len(cases), measures, tuple(cases)))
    return Listing("tiers", tuple(rows), text("reports.tiers_note"))


def surgeons(it: Material, shown: Flags, names: Mapping[str, str]) -> Listing:
    """Return who did the same first operation at least ten times, by operation and surgeon (domain.md 7.2)."""
    frame = it.frame
    texts, numbers = frame.stays.texts, frame.stays.numbers
    rows = np.flatnonzero(shown & texts["op"].where(bool) & texts["surgeon"].where(bool))
    scale = int(texts["surgeon"].codes.max(initial=0)) + 1
    pairs = texts["op"].codes[rows].astype(np.int64) * scale + texts["surgeon"].codes[rows]
    made, few = [], 0
    for pair, count in zip(*np.unique(pairs, return_counts=True), strict=True):
        if count < FEWEST:
            few += 1
            continue
        own = rows[pairs == pair]
        op, surgeon = texts["op"].values(own[:1])[0], texts["surgeon"].values(own[:1])[0]
        stays = frame.los[own][frame.los[own] > 0]
        measures = {
            "stay": float(stays.mean()) if len(stays) else None,
            "material_cost": float(numbers["material"][own].mean()),
            "complications": float((numbers["complication"][own] > 0).mean()),
        }
        label = text("reports.surgeon", surgeon=surgeon, op=names.get(op) or op)
        made.append(GroupRow(op, label, int(count), measures, tuple(frame.ids[own].tolist())))
    note = text("reports.surgeons_few", count=few) if few else ""
    return Listing("surgeons", tuple(sorted(made, key=lambda one: (one.key, one.label))), note)


def risen_costs(it: Material, now: Flags, before: Flags) -> Listing:
    """Return which kinds of cost of a department rose by more than the hospital's bounds against the period before.

    Compared is the cost of a stay on average, so that more stays are no rise (SEED3: 30 %; SEED0: antibiotics 200 %).
    """
    frame, parameters = it.frame, it.parameters
    depts = frame.stays.texts["dept"]
    made = []
    for dept in sorted(depts.counts()):
        of = depts.where(dept.__eq__) & frame.has_amount
        here, there = of & now, of & before
        if min(np.count_nonzero(here), np.count_nonzero(there)) < FEWEST:
            continue
        for item in _WATCHED:
            values = frame.stays.numbers[item]
            new, old = float(values[here].mean()), float(values[there].mean())
            bound = parameters["antibiotic_rise" if item == "antibiotic" else "fee_rise"]
            if old > 0 and new / old - 1 >= bound:
                measures = {"cost_before": old, "cost_now": new, "change": new / old - 1}
                name = dictionary("D-DEPT").label(dept) or dept
                label = text("reports.watched", dept=name, item=text(f"reports.fee.{item}"))
                ids = frame.ids[here & (values > 0)]
                made.append(GroupRow(dept, label, len(ids), measures, tuple(ids.tolist())))
    return Listing("watch", tuple(made), text("reports.watch_note"))


def rule_changes(versions: Sequence[tuple[str, str, int, int, int | None]]) -> Listing:
    """Return stored versions of hospital rules: id, title, version, day stored, day in force (None: not yet).

    The days needed are those from storing to being in force.
    """
    rows = tuple(
        GroupRow(
            rule,
            title,
            0,
            {
                "version": float(version),
                "stored": float(stored),
                "in_force": None if begins is None else float(begins),
                "days": None if begins is None else float(max(0, begins - stored)),
            },
            (),
        )
        for rule, title, version, stored, begins in versions
    )
    return Listing("rules", rows, text("reports.rules_note"))


def ranked(rows: Sequence[GroupRow], names: Sequence[str], last: int) -> tuple[GroupRow, ...]:
    """Return departments with a mark at the ``last`` ones, those with the highest values of some measures (SEED0)."""
    marks: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        known = sorted((value, row.key) for row in rows if (value := row.measures.get(name)) is not None)
        if len(known) >= 2 * last:
            for _, key in known[-last:]:
                marks[key][name] = text("reports.last_ones", count=last)
    return tuple(
        GroupRow(row.key, row.label, row.cases, row.measures, row.opens, marks.get(row.key, {})) for row in rows
    )


def before_of(frame: Frame, months: int, first: int) -> Flags:
    """Return the stays of the same number of months just before month ``first`` of the frame."""
    at: Ints = frame.months
    return (at >= first - months) & (at < first)
