"""What a report says: indicators with numerator, denominator and what was left out, trends, causes, lines of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from app.common.texts import text
from app.storage.case_columns import Flags, Ints
from app.storage.report_rows import Floats

FEWEST: Final = 10
"""Cases under which a share or mean is not shown (domain.md 7.2)."""


class Form(StrEnum):
    """How a value is written. ``YUAN`` values are in fen, ``DATE`` values days since 1970."""

    SHARE = "share"
    INDEX = "index"
    YUAN = "yuan"
    DAYS = "days"
    SCORE = "score"
    COUNT = "count"
    HOURS = "hours"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Discharged from ``first`` to ``last``; ``dept`` a code of D-DEPT, ``insurance`` the sign of a kind; '' for all.

    ``insurance`` is the first sign of the payment method of D-PAY: 1 employees, 2 residents and so on. ``level`` is a
    code of D-SETLLEVEL, the level of the hospital at which the case is settled.
    """

    first: date
    last: date
    dept: str = ""
    insurance: str = ""
    level: str = ""

    @property
    def months(self) -> int:
        """How many months it spans."""
        return month_of(self.last) - month_of(self.first) + 1


def month_of(day: date) -> int:
    """Return months since the year 0."""
    return day.year * 12 + day.month - 1


def month_text(month: int) -> str:
    """Return a month as ``2026-11``."""
    return f"{month // 12}-{month % 12 + 1:02d}"


@dataclass(frozen=True, slots=True, repr=False)
class Series:
    """An indicator over all stays: ``num`` ÷ ``den`` (None: a sum) over ``base``. ``asked`` are those it is about.

    ``asked`` without ``base`` were left out. ``opens`` are the cases that the number stands for. With ``distinct`` the
    value is how many different ones there are.
    """

    asked: Flags
    base: Flags
    num: Floats
    den: Floats | None
    opens: Flags
    distinct: Ints | None = None

    def value(self, rows: Flags) -> float | None:
        """Return the value over some stays, None when nothing can be said."""
        held = self.base & rows
        if self.distinct is not None:
            return float(len(np.unique(self.distinct[held])))
        total = float(self.num[held].sum())
        if self.den is None:
            return total
        below = float(self.den[held].sum())
        return total / below if below else None

    def few(self, rows: Flags) -> bool:
        """Tell whether a share or mean stands on fewer than ten cases."""
        return self.den is not None and int(np.count_nonzero(self.base & rows)) < FEWEST

    def by(self, keys: Ints, count: int) -> tuple[Floats, Ints]:
        """Return values and numbers of cases by a key per stay (-1: none of them); NaN where nothing can be said."""
        held = self.base & (keys >= 0)
        where = keys[held]
        cases = np.bincount(where, minlength=count).astype(np.int64)
        if self.distinct is not None:
            pairs = np.unique(where.astype(np.int64) * (int(self.distinct.max(initial=0)) + 1) + self.distinct[held])
            scale = int(self.distinct.max(initial=0)) + 1
            return np.bincount(pairs // scale, minlength=count).astype(np.float64), cases
        sums = np.bincount(where, weights=self.num[held], minlength=count)
        if self.den is None:
            return sums.astype(np.float64), cases
        below = np.bincount(where, weights=self.den[held], minlength=count)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(below > 0, sums / below, np.nan), cases


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator for a period. ``target`` None without one; ``good`` +1 when more is better, -1 less, 0 neither.

    ``value`` None when there is none; ``few`` when there are fewer than ten cases: then nothing but that is shown.
    ``excluded`` cases were left out; why stands in the definition. ``why_not`` says why there is no value; ``lacks``
    when the library has no field for it.
    """

    key: str
    form: Form
    value: float | None
    before: float | None
    few: bool
    numerator: float
    denominator: float | None
    cases: int
    excluded: int
    trend: tuple[float | None, ...]
    opens: tuple[int, ...]
    target: float | None = None
    good: int = 0
    why_not: str = ""
    lacks: bool = False

    @property
    def title(self) -> str:
        """Its name."""
        return text(f"reports.indicator.{self.key}")

    @property
    def definition(self) -> str:
        """How it is counted, and what is left out."""
        return text(f"reports.definition.{self.key}")

    @property
    def shown(self) -> str:
        """The value in words."""
        if self.lacks:
            return text("reports.lacking")
        if self.why_not:
            return text("reports.none")
        return text("reports.few") if self.few else written(self.form, self.value)

    @property
    def missed(self) -> bool:
        """True when the value is on the wrong side of the target."""
        if self.target is None or self.value is None or self.few or not self.good:
            return False
        return self.value < self.target if self.good > 0 else self.value > self.target

    def __repr__(self) -> str:
        return f"Indicator({self.key!r}, {self.shown})"


@dataclass(frozen=True, slots=True, repr=False)
class Cause:
    """One of the most frequent causes, with its cases. ``detail`` explains it, '' when the label says all."""

    key: str
    label: str
    opens: tuple[int, ...]
    detail: str = ""

    @property
    def count(self) -> int:
        """How many cases."""
        return len(self.opens)

    def __repr__(self) -> str:
        return f"Cause({self.key!r}, {self.count})"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the three parts of the monthly report, or the quality report: its indicators and top causes."""

    key: str
    indicators: tuple[Indicator, ...]
    causes: tuple[Cause, ...]

    @property
    def title(self) -> str:
        """Its name."""
        return text(f"reports.dimension.{self.key}")


@dataclass(frozen=True, slots=True)
class CoderLine:
    """What a coder did in ``months``: cases finished, days with work, returned to coding after, by the case ids.

    ``minutes`` is the mean from the beginning of coding to the passing on of the same day, None without such cases;
    ``recoded`` are cases whose codes were changed after quality control had begun.
    """

    who: str
    name: str
    finished: int
    days: int
    corrected: int
    opens: tuple[int, ...]
    months: int = 1
    minutes: float | None = None
    recoded: int = 0

    @property
    def per_month(self) -> float:
        """Finished cases a month."""
        return self.finished / self.months

    @property
    def per_day(self) -> float | None:
        """Finished cases a day with work."""
        return self.finished / self.days if self.days else None


@dataclass(frozen=True, slots=True, repr=False)
class GroupRow:
    """A department, doctor group, DRG or operation: its cases and measures by key, None where nothing can be said.

    ``marks`` are words beside measures that stand out.
    """

    key: str
    label: str
    cases: int
    measures: Mapping[str, float | None]
    opens: tuple[int, ...]
    marks: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"GroupRow({self.key!r}, {self.cases})"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of something else than groups of stays, with the measures of :data:`LISTINGS`. ``note`` ends them."""

    key: str
    rows: tuple[GroupRow, ...]
    note: str = ""

    @property
    def title(self) -> str:
        """Its name."""
        return text(f"reports.listing.{self.key}")


@dataclass(frozen=True, slots=True)
class Drilled:
    """The lines of one level below a path. ``level`` is that of the lines: dept, doctor, drg or op."""

    level: str
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True, repr=False)
class MonthReport:
    """Everything for a scope. ``months`` are those of the trends. ``money`` False hides amounts and says why.

    ``amount_note`` says why there are no standards, or that they are invented; ``seconds`` is how long it took.
    ``people`` worked and ``finished`` cases in all, whosever lines ``coders`` shows; ``work_note`` says what is much.
    ``audit_head`` names the last entry of the audit and its hash: on paper it shows a file that was exchanged later.
    """

    scope: ReportScope
    cases: int
    months: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    coders: tuple[CoderLine, ...]
    departments: tuple[GroupRow, ...]
    amount_note: str
    money: bool
    seconds: float
    made_at: str
    people: int = 0
    finished: int = 0
    work_note: str = ""
    diseases: tuple[GroupRow, ...] = ()
    listings: tuple[Listing, ...] = ()
    audit_head: str = ""

    def listing(self, key: str) -> Listing:
        """Return other lines. Raises ``KeyError`` for unknown ones."""
        return {one.key: one for one in self.listings}[key]

    def dimension(self, key: str) -> Dimension:
        """Return a part. Raises ``KeyError`` for an unknown one."""
        return {one.key: one for one in self.dimensions}[key]

    def __repr__(self) -> str:
        return f"MonthReport({self.cases}, ‹redacted›)"


_WRITTEN: Final[dict[Form, Callable[[float], str]]] = {
    Form.SHARE: lambda value: f"{value:.1%}",
    Form.INDEX: lambda value: f"{value:,.2f}",
    Form.YUAN: lambda value: f"{value / 100:,.2f}",
    Form.DAYS: lambda value: f"{value:.1f}",
    Form.SCORE: lambda value: f"{value:.1f}",
    Form.COUNT: lambda value: f"{value:,.0f}",
    Form.HOURS: lambda value: f"{value:.1f}",
    Form.DATE: lambda value: (date(1970, 1, 1) + timedelta(days=int(value))).isoformat(),
}


def written(form: Form, value: float | None) -> str:
    """Return a value in words, a dash for none."""
    return text("reports.none") if value is None or value != value else _WRITTEN[form](value)  # noqa: PLR0124 - NaN
