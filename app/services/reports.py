"""The monthly report: three parts and quality, with trends, causes and cases; drilling down (domain.md part 7)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Final

import numpy as np

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.services.permits import needs
from app.services.qc_batch_words import rule_title
from app.services.report_causes import by_rule, captured_groups, cost_causes, rule_causes, ungrouped_causes
from app.services.report_flow import coder_lines, flow_of
from app.services.report_frame import Frame
from app.services.report_groups import LEVELS, MONEY, group_rows, narrowed
from app.services.report_specs import DIMENSIONS, Material, Spec
from app.services.report_types import (
    FEWEST,
    Cause,
    CoderLine,
    Dimension,
    Drilled,
    Form,
    GroupRow,
    Indicator,
    MonthReport,
    ReportScope,
    month_of,
    month_text,
)
from app.services.session import Session
from app.storage.case_columns import NONE, Flags
from app.storage.report_rows import WorkStep
from app.storage.worklist import WorklistRow

_TREND: Final = 12
_EPOCH: Final = date(1970, 1, 1)
_GOOD: Final = "grade_a"


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be asked for: departments and kinds of insurance as code and name; months, the latest first."""

    departments: tuple[tuple[str, str], ...]
    insurances: tuple[tuple[str, str], ...]
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class _Kept:
    """The material of a span of months, for as long as nothing is written."""

    key: tuple[object, ...]
    material: Material
    steps: Sequence[WorkStep]
    titles: Mapping[str, str]
    names: Mapping[str, str]


class ReportService:
    """Counts in one pass over columns; what was read is kept until something is written. For any thread.

    Heads of department see their departments only; amounts are for the insurance office, quality control and heads.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: _Kept | None = None
        self._lock = Lock()

    @needs("coder", "qc", "insurance", "head", "admin")
    def choices(self) -> Choices:
        """Return departments that the user sees, kinds of insurance, and the months that have discharges."""
        actor, label = self._session.actor, dictionary("D-DEPT").label
        with self._session.db.listing.columns() as columns:
            codes = sorted(code for code in columns.texts["dept"].counts() if actor.sees(code))
            days = columns.numbers["discharge_time"]
            days = days[days != NONE]
        first, last = self._latest(), self._latest()
        if len(days):
            first = _EPOCH + timedelta(seconds=int(days.min()))
        months = tuple(month_text(one) for one in range(month_of(last), month_of(first) - 1, -1))
        kinds = tuple((one.code, one.label) for one in dictionary("D-PAY").entries if "." not in one.code)
        return Choices(tuple((code, label(code) or code) for code in codes), kinds, months)

    @needs("coder", "qc", "insurance", "head", "admin")
    def sees_money(self) -> bool:
        """Return whether amounts are for the user: not for who only codes."""
        return self._session.actor.may("insurance", "qc", "head", "admin")

    @needs("coder", "qc", "insurance", "head", "admin")
    def run(self, scope: ReportScope, progress: Progress | None = None) -> MonthReport:
        """Return the report of a scope.

        Raises :class:`UserProblem` when no stay was discharged in it, ``Cancelled`` when the job should stop.
        """
        started = time.monotonic()
        kept = self._material(scope, progress or NoProgress())
        it, frame = kept.material, kept.material.frame
        seen = self._seen(frame, scope)
        shown = seen & _within(frame, scope)
        if not shown.any():
            raise UserProblem("reports.problem.nothing", remedy="reports.remedy.nothing")
        money = self.sees_money()
        lines = coder_lines(kept.steps, scope, frame, shown)
        return MonthReport(
            scope=scope,
            cases=int(np.count_nonzero(shown)),
            months=tuple(month_text(one) for one in _trend_months(scope)),
            dimensions=tuple(
                Dimension(
                    key,
                    tuple(_indicator(spec, it, scope, seen) for spec in specs if money or not spec.money),
                    self._causes(key, kept, shown),
                )
                for key, specs in DIMENSIONS.items()
            ),
            coders=self._own(lines),
            departments=self._without_money(group_rows(it, shown, "dept", kept.names)),
            amount_note=_amount_note(frame),
            money=money,
            seconds=time.monotonic() - started,
            made_at=self._session.clock.now().isoformat(" ", "minutes"),
            people=len(lines),
            finished=sum(one.finished for one in lines),
        )

    @needs("coder", "qc", "insurance", "head", "admin")
    def drill(self, scope: ReportScope, path: Sequence[str], progress: Progress | None = None) -> Drilled:
        """Return the lines below a path of department, doctor group, DRG; at most three keys are looked at."""
        kept = self._material(scope, progress or NoProgress())
        frame, level = kept.material.frame, LEVELS[min(len(path), len(LEVELS) - 1)]
        shown = narrowed(frame, self._seen(frame, scope) & _within(frame, scope), path[: len(LEVELS) - 1])
        return Drilled(level, self._without_money(group_rows(kept.material, shown, level, kept.names)))

    @needs("coder", "qc", "insurance", "head", "admin")
    def cases(self, case_ids: Sequence[int]) -> list[WorklistRow]:
        """Return the cases behind a number that the user may see, in their order."""
        actor = self._session.actor
        with self._session.db.read() as reader:
            return [row for row in reader.worklist_rows(case_ids) if actor.sees(row.dept)]

    def _latest(self) -> date:
        """Return the day of the last discharge, today where there is none."""
        with self._session.db.listing.columns() as columns:
            days = columns.numbers["discharge_time"]
            last = int(days.max(initial=NONE))
        return self._session.clock.now().date() if last == NONE else _EPOCH + timedelta(seconds=last)

    def _material(self, scope: ReportScope, progress: Progress) -> _Kept:
        span = _first_day(min(month_of(scope.last) - _TREND, month_of(scope.first) - scope.months))
        with self._session.db.listing.columns() as columns:
            stamp = columns.stamp
        today = self._session.clock.now().date()
        key = (stamp, self._session.engines.stamp, span, scope.last, today)
        with self._lock:
            if self._kept is None or self._kept.key != key:
                self._kept = None
                self._kept = self._read(key, span, scope.last, progress)
            return self._kept

    def _read(self, key: tuple[object, ...], first: date, last: date, progress: Progress) -> _Kept:
        engines = self._session.engines
        progress.step(0, 10)
        with self._session.db.read() as reader:
            stays = reader.reports.stays(first, last)
            progress.step(4, 10)
            cases, codes, rules = reader.reports.findings(first, last)
            steps = reader.reports.steps(first)
        frame = Frame(stays, engines, first, Part(progress, 50, 40, 100))
        known = engines.rule_sets.for_department("").rules
        names = {code: engines.codebook.name_of(code) for code in stays.texts["op"].counts()}
        for scheme in frame.schemes().values():
            names |= scheme.names
        material = Material(
            frame,
            flow_of(self._session.db, steps, frame, self._session.clock.now()),
            by_rule(frame, cases, codes, rules),
            float(known.vocabulary.parameters[_GOOD]),
            (self._session.clock.now().date() - _EPOCH).days,
            captured_groups(frame.schemes().values()),
        )
        titles = {one.rule.id: rule_title(one.rule.message) for one in known.rules}
        progress.step(10, 10)
        return _Kept(key, material, steps, titles, names)

    def _seen(self, frame: Frame, scope: ReportScope) -> Flags:
        """Return the stays of a scope's department and insurance that the user may see, of all months."""
        actor, texts = self._session.actor, frame.stays.texts
        seen = texts["dept"].where(lambda one: actor.sees(one) and scope.dept in ("", one))
        if scope.insurance:
            seen &= texts["pay"].where(lambda one: one.lstrip("0").startswith(scope.insurance))
        return seen

    def _causes(self, key: str, kept: _Kept, shown: Flags) -> tuple[Cause, ...]:
        it, frame = kept.material, kept.material.frame
        match key:
            case "grouping":
                return ungrouped_causes(frame, shown, self._why)
            case "cost":
                return cost_causes(frame, shown)
            case "compliance":
                return rule_causes(frame, shown, it.found, kept.titles, "DG-")
            case _:
                return rule_causes(frame, shown, it.found, kept.titles)

    def _why(self, case_id: int) -> str:
        """Return in words why a case is in no group."""
        with self._session.db.read() as reader:
            stored = reader.load_case(case_id)
        return self._session.engines.preview(stored.record, stored.proposals).sentence

    def _own(self, lines: tuple[CoderLine, ...]) -> tuple[CoderLine, ...]:
        """Return the lines that the user may see: all for a head, else her own."""
        actor = self._session.actor
        return lines if actor.may("head") else tuple(one for one in lines if one.who == actor.id)

    def _without_money(self, rows: Sequence[GroupRow]) -> tuple[GroupRow, ...]:
        if self.sees_money():
            return tuple(rows)
        return tuple(
            replace(one, measures={name: value for name, value in one.measures.items() if name not in MONEY})
            for one in rows
        )


def _indicator(spec: Spec, it: Material, scope: ReportScope, seen: Flags) -> Indicator:
    series, frame = spec.make(it), it.frame
    now = seen & _within(frame, scope)
    months = _trend_months(scope)
    keys = np.where(seen, frame.months - (months[0] - frame.first_month), -1)
    keys[(keys < 0) | (keys >= _TREND)] = -1
    values, cases = series.by(keys, _TREND)
    least = FEWEST if series.den is not None else 0 if spec.form is Form.COUNT else 1
    held = series.base & now
    before = seen & _before(frame, scope)
    return Indicator(
        key=spec.key,
        form=spec.form,
        value=series.value(now),
        before=series.value(before) if (series.base & before).any() and not series.few(before) else None,
        few=series.few(now),
        numerator=float(series.num[held].sum()),
        denominator=None if series.den is None else float(series.den[held].sum()),
        cases=int(np.count_nonzero(held)),
        excluded=int(np.count_nonzero(series.asked & now & ~series.base)),
        trend=tuple(
            None if np.isnan(value) or count < least else float(value)
            for value, count in zip(values.tolist(), cases.tolist(), strict=True)
        ),
        opens=tuple(frame.ids[series.opens & now].tolist()),
        target=spec.target,
        good=spec.good,
        why_not=text("reports.no_cases") if not held.any() and spec.form is not Form.COUNT else "",
    )


def _amount_note(frame: Frame) -> str:
    """Return why cases have no standard, the most frequent reason, or that the weights are invented."""
    told = [text("reports.amount.invented")] if frame.invented else []
    for why, count in frame.refusals.most_common(1):
        told.append(
            text("reports.amount.refused", count=f"{sum(frame.refusals.values()):,}", most=f"{count:,}", why=why)
        )
    return "".join(told)


def _within(frame: Frame, scope: ReportScope) -> Flags:
    days = frame.stays.numbers["left"]
    return (days >= (scope.first - _EPOCH).days) & (days <= (scope.last - _EPOCH).days)


def _before(frame: Frame, scope: ReportScope) -> Flags:
    """Return the stays of the same number of months just before a scope."""
    first = month_of(scope.first) - frame.first_month
    return (frame.months >= first - scope.months) & (frame.months < first)


def _trend_months(scope: ReportScope) -> list[int]:
    last = month_of(scope.last)
    return list(range(last - _TREND + 1, last + 1))


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
