"""What happened to the cases of a report: questions, unlocking, exceptions, the way to quality control and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import numpy as np

from app.domain.case import CaseState
from app.services.report_frame import Flow, Frame
from app.services.report_types import CoderLine, ReportScope
from app.storage.case_columns import Flags, Ints
from app.storage.database import Database
from app.storage.report_rows import Recoded, WorkStep

_EPOCH: Final = date(1970, 1, 1)
_CODING: Final = frozenset({str(CaseState.CODING), str(CaseState.TO_CODE), str(CaseState.RETURNED)})
_CHECKING: Final = frozenset({str(CaseState.TO_QC), str(CaseState.QC), str(CaseState.APPROVAL)})


def flow_of(db: Database, steps: Sequence[WorkStep], frame: Frame, first: date, now: datetime) -> Flow:
    """Return what happened to cases since a day; ``steps`` are theirs from state to state."""
    with db.read() as reader:
        disputes, recoded = reader.reports.disputes(), reader.reports.recoded(first)
        asked, unlocked = reader.reports.asked(), reader.reports.unlocked()
        excepted, insurer = reader.reports.exceptions(), reader.reports.answered_by_insurer()
    hours: dict[int, list[float]] = defaultdict(list)
    closed: dict[int, list[int]] = defaultdict(list)
    for dispute in disputes:
        if dispute.closed is not None:
            closed[dispute.case_id].append((dispute.closed - dispute.received).days)
    overdue: list[int] = []
    for one in asked:
        if one.answered is not None:
            hours[one.case_id].append((one.answered - one.sent).total_seconds() / 3600)
        if one.due is not None and (one.answered or now) > one.due:
            overdue.append(one.case_id)
    return Flow(
        _ids(one.case_id for one in asked),
        _ids(overdue),
        {case_id: sum(found) / len(found) for case_id, found in hours.items()},
        _ids(unlocked),
        _ids(excepted),
        _ids(step.case_id for step in steps if step.state == CaseState.TO_QC),
        _ids(step.case_id for step in steps if _comes_back(step)),
        insurer,
        _days_to_pass(steps, frame),
        _ids(one.case_id for one in disputes),
        {case_id: sum(found) / len(found) for case_id, found in closed.items()},
        *_changed(recoded, frame),
    )


def _changed(after: Sequence[Recoded], frame: Frame) -> tuple[Ints, Ints, Ints]:
    """Return the cases whose main diagnosis, MCC or CC, any code was changed after they first went to control."""
    listed = {code for scheme in frame.schemes().values() for code in (*scheme.mcc.tables, *scheme.cc.tables)}
    tiers = (one for one in after if one.is_diagnosis and not one.main and not listed.isdisjoint(one.codes))
    return (
        _ids(one.case_id for one in after if one.main),
        _ids(one.case_id for one in tiers),
        _ids(one.case_id for one in after),
    )


def _comes_back(step: WorkStep) -> bool:
    return step.was in _CHECKING and step.state in _CODING


def _days_to_pass(steps: Iterable[WorkStep], frame: Frame) -> Mapping[int, int]:
    """Return the days from discharge to the last passing, by case (domain.md 5.9)."""
    passed = {step.case_id: (step.at.date() - _EPOCH).days for step in steps if step.state == CaseState.PASSED}
    left = dict(zip(frame.ids.tolist(), frame.stays.numbers["left"].tolist(), strict=True))
    return {case_id: max(0, day - left[case_id]) for case_id, day in passed.items() if case_id in left}


def coder_lines(
    steps: Sequence[WorkStep], flow: Flow, scope: ReportScope, frame: Frame, shown: Flags
) -> tuple[CoderLine, ...]:
    """Return what each coder finished in the months of a scope, by name; cases of the scope's department only.

    A case counts once, for who sent it to quality control last; ``corrected`` are those that came back afterwards.
    """
    inside = set(frame.ids[shown].tolist())
    by: dict[int, WorkStep] = {}
    days: dict[str, set[date]] = defaultdict(set)
    back: set[int] = set()
    begun: dict[int, WorkStep] = {}
    minutes: dict[int, float] = {}
    recoded = set(flow.recoded.tolist())
    for step in steps:
        if step.case_id not in inside:
            continue
        if step.state == CaseState.CODING:
            begun[step.case_id] = step
        if step.state == CaseState.TO_QC and scope.first <= step.at.date():
            by[step.case_id] = step
            start = begun.get(step.case_id)
            if start is not None and start.actor == step.actor and start.at.date() == step.at.date():
                minutes[step.case_id] = (step.at - start.at).total_seconds() / 60
            days[step.actor].add(step.at.date())
        elif _comes_back(step):
            back.add(step.case_id)
    cases: dict[str, list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for case_id, step in by.items():
        cases[step.actor].append(case_id)
        names[step.actor] = step.name
    return tuple(
        CoderLine(
            who,
            names[who],
            len(found),
            len(days[who]),
            len(back.intersection(found)),
            tuple(sorted(found)),
            scope.months,
            _mean([minutes[one] for one in found if one in minutes]),
            len(recoded.intersection(found)),
        )
        for who, found in sorted(cases.items(), key=lambda one: (names[one[0]], one[0]))
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _ids(cases: Iterable[int]) -> Ints:
    return np.unique(np.fromiter(cases, np.int64))
