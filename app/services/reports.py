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
from app.services.report_listings import (
    MONEY_LISTINGS,
    MONEY_MEASURES,
    before_of,
    quality,
    ranked,
    risen_costs,
    rule_changes,
    score_sections,
    surgeons,
    tier_combinations,
    time_in_states,
)
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
    Listing,
    MonthReport,
    ReportScope,
    month_of,
    month_text,
)
from app.services.session import Session
from app.storage.case_columns import NONE, Flags
from app.storage.report_rows import WorkStep
from app.storage.rules import StoredRule
from app.storage.worklist import WorklistRow

_TREND: Final = 12
_EPOCH: Final = date(1970, 1, 1)
_PARAMETERS: Final = (
    *("grade_a", "return_cmi", "return_share", "fee_rise", "antibiotic_rise", "work_fair", "work_most", "rank_last"),
)
"""Parameters of the hospital that the reports use."""
_RANKED: Final = ("drugs", "mean_cost")


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be asked for: departments, kinds of insurance and levels of hospital as code and name.

    ``months`` the latest first, ``cycles`` the quarters and years that they make, as periods.
    """

    departments: tuple[tuple[str, str], ...]
    insurances: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    months: tuple[str, ...]
    cycles: tuple[str, ...]


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
        begin, end = month_of(first), month_of(last)
        kinds = tuple((one.code, one.label) for one in dictionary("D-PAY").entries if "." not in one.code)
        levels = tuple((one.code, one.label) for one in dictionary("D-SETLLEVEL").entries)
        return Choices(
            tuple((code, label(code) or code) for code in codes),
            kinds,
            levels,
            tuple(month_text(one) for one in range(end, begin - 1, -1)),
            (*_cycles(begin, end, 3), *_cycles(begin, end, 12)),
        )

    @needs("coder", "qc", "insurance", "head", "admin")
    def sees_money(self) -> bool:
        """Return whether amounts are for the user: not for who only codes."""
        return self._session.actor.may("insurance", "qc", "head", "admin")

    @needs("coder", "qc", "insurance", "head", "admin")
    def sorts_by_amount(self) -> bool:
        """Return whether lines of groups may be put in the order of amounts: for the insurance office and heads."""
        return self._session.actor.may("insurance", "head", "admin")

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
        lines = coder_lines(kept.steps, it.flow, scope, frame, shown)
        departments = ranked(group_rows(it, shown, "dept", kept.names), _RANKED, int(it.parameters["rank_last"]))
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
            departments=self._without_money(departments),
            diseases=self._without_money(group_rows(it, shown, "drg", kept.names)),
            listings=self._listings(kept, scope, seen, shown),
            amount_note=_amount_note(frame),
            money=money,
            seconds=time.monotonic() - started,
            made_at=self._session.clock.now().isoformat(" ", "minutes"),
            audit_head=self._head(),
            people=len(lines),
            finished=sum(one.finished for one in lines),
            work_note=text(
                "reports.work_note", fair=int(it.parameters["work_fair"]), most=int(it.parameters["work_most"])
            ),
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

    def _listings(self, kept: _Kept, scope: ReportScope, seen: Flags, shown: Flags) -> tuple[Listing, ...]:
        it, frame = kept.material, kept.material.frame
        with self._session.db.read() as reader:
            lost = reader.reports.deductions(scope.first, scope.last)
            stored = [one for one in reader.stored_rules() if one.at.date() <= scope.last]
            others = reader.reports.other_diagnoses(scope.first, scope.last)
            tiers = tier_combinations(it, shown, others, self._session.engines.codebook.name_of)
        made = [
            tiers,
            score_sections(it, shown, lost),
            quality(it, shown, "dept"),
            quality(it, shown, "doctor"),
            time_in_states(frame, shown, kept.steps),
            surgeons(it, shown, kept.names),
            risen_costs(it, shown, seen & _before(frame, scope)),
            rule_changes([_rule_line(one) for one in stored]),
        ]
        if self.sees_money():
            return tuple(made)
        kept_lines = [replace(one, rows=_without(one.rows, MONEY_MEASURES)) for one in made]
        return tuple(one for one in kept_lines if one.key not in MONEY_LISTINGS)

    def _latest(self) -> date:
        """Return the day of the last discharge, today where there is none."""
        return self._session.db.listing.last_discharge() or self._session.clock.now().date()

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
            flow_of(self._session.db, steps, frame, first, self._session.clock.now()),
            by_rule(frame, cases, codes, rules),
            {name: float(known.vocabulary.parameters[name]) for name in _PARAMETERS},
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
        if scope.level:
            seen &= texts["level"].where(scope.level.__eq__)
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

    def _head(self) -> str:
        """Return the last entry of the audit in words."""
        with self._session.db.read() as reader:
            head = reader.audit_head()
        return text("audit.pair", name=text("audit.about_head", op_id=f"{head.op_id:,}"), value=head.hash)

    def _own(self, lines: tuple[CoderLine, ...]) -> tuple[CoderLine, ...]:
        """Return the lines that the user may see: all for a head, else her own."""
        actor = self._session.actor
        return lines if actor.may("head") else tuple(one for one in lines if one.who == actor.id)

    def _without_money(self, rows: Sequence[GroupRow]) -> tuple[GroupRow, ...]:
        return tuple(rows) if self.sees_money() else _without(rows, MONEY)


def _without(rows: Sequence[GroupRow], hidden: frozenset[str]) -> tuple[GroupRow, ...]:
    """Return lines without some measures and their marks."""
    return tuple(
        replace(
            one,
            measures={name: value for name, value in one.measures.items() if name not in hidden},
            marks={name: word for name, word in one.marks.items() if name not in hidden},
        )
        for one in rows
    )


def _rule_line(one: StoredRule) -> tuple[str, str, int, int, int | None]:
    stored = (one.at.date() - _EPOCH).days
    begins = None if one.is_draft else stored if one.valid_from is None else (one.valid_from - _EPOCH).days
    return one.rule_id, rule_title(str(one.data.get("message", ""))), one.version, stored, begins


def _cycles(begin: int, end: int, length: int) -> tuple[str, ...]:
    """Return the calendar quarters (3) or years (12) that touch some months, the latest first, as periods."""
    starts = range(end - end % length, begin - begin % length - 1, -length)
    return tuple(text("reports.cycle", first=month_text(one), last=month_text(one + length - 1)) for one in starts)


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
        why_not=_why_not(spec, held),
        lacks=spec.lacks,
    )


def _why_not(spec: Spec, held: Flags) -> str:
    if spec.lacks:
        return text(f"reports.lacks.{spec.key}")
    return text("reports.no_cases") if not held.any() and spec.form is not Form.COUNT else ""


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
    return before_of(frame, scope.months, month_of(scope.first) - frame.first_month)


def _trend_months(scope: ReportScope) -> list[int]:
    last = month_of(scope.last)
    return list(range(last - _TREND + 1, last + 1))


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
