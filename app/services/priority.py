"""Which case comes first and why: days left, findings, amount at risk, weighed as the hospital wants (feature 12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.grouping import GroupStatus
from app.storage.case_columns import NONE, CaseColumns, Flags, Ints
from app.storage.worklist import ANSWERED, FOLLOW_UP

_S: Final = CaseState
CODING: Final = (_S.TO_CODE, _S.CODING, _S.RETURNED)
REVIEWING: Final = (_S.TO_QC, _S.QC, _S.APPROVAL, _S.PASSED)
_DAY_S: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1)
_NEVER: Final = 2**62
_MOST: Final = 100
_MOST_DAYS: Final = 60
_ERROR_STEPS: Final = 4
_MANY_WARNS: Final = 5


@dataclass(frozen=True, slots=True)
class Weights:
    """Points that each reason gives at most, and what they are measured by; see the texts ``priority.weight``.

    ``code_days`` are working days from discharge to coded, ``submit_days`` days from discharge to submitted
    (domain.md 5.9); ``full_yuan`` is the amount at risk that gives all its points; a claim is idle ``idle_days`` after
    the case was last changed.
    """

    days: int = 45
    errors: int = 22
    amount: int = 12
    answered: int = 10
    mine: int = 6
    warns: int = 5
    code_days: int = 3
    submit_days: int = 7
    full_yuan: int = 100_000
    idle_days: int = 2

    def checked(self) -> Weights:
        """Return it. Raises :class:`UserProblem` for a number out of its range."""
        limits = {"code_days": (1, _MOST_DAYS), "submit_days": (1, _MOST_DAYS), "idle_days": (1, _MOST_DAYS)}
        limits["full_yuan"] = (1, 100_000_000)
        for name, value in asdict(self).items():
            low, high = limits.get(name, (0, _MOST))
            if not low <= value <= high:
                label = text(f"worklist.weight.{name}")
                remedy = "worklist.remedy.weight"
                raise UserProblem("worklist.bad_weight", remedy=remedy, name=label, low=low, high=high)
        return self

    @classmethod
    def of(cls, stored: object) -> Weights:
        """Return what is stored as a setting, the program's own where nothing usable is."""
        if not isinstance(stored, Mapping):
            return cls()
        names = {one.name for one in fields(cls)}
        try:
            return cls(**{name: int(value) for name, value in stored.items() if name in names}).checked()
        except (UserProblem, TypeError, ValueError):
            return cls()


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of why a case stands where it does: words, and the points it gives."""

    words: str
    points: int


class Priority:
    """Scores of all cases at a moment, for a person. ``now`` is the hospital's own clock."""

    def __init__(self, columns: CaseColumns, weights: Weights, now: datetime, person: str) -> None:
        self._columns, self._weights = columns, weights
        self._now, self._person = now, person
        self._coding = _any_state(columns, CODING)
        self._open = self._coding | _any_state(columns, (*REVIEWING, _S.INPATIENT))
        self.deadline = self._deadline()

    def shares(self) -> dict[str, Ints]:
        """Return for each reason the points it gives every case; ``waiting`` takes away what a later day gives back."""
        columns, weights = self._columns, self._weights
        numbers = columns.numbers
        mine = (columns.texts["claimed_by"].where(lambda one: one == self._person)) & self._coding
        full = weights.full_yuan * 100
        found = {
            "days": weights.days * self._urgency(),
            "errors": weights.errors * np.where(numbers["errors"] > 0, (1 + numbers["errors"]) / _ERROR_STEPS, 0),
            "amount": weights.amount * self.at_risk() / full,
            "answered": weights.answered * (numbers[ANSWERED] > 0),
            "mine": weights.mine * mine,
            "warns": weights.warns * numbers["warns"] / _MANY_WARNS,
        }
        points = {
            name: np.where(self._open, np.rint(np.clip(share, 0, getattr(weights, name))), 0).astype(np.int64)
            for name, share in found.items()
        }
        whole = np.sum(list(points.values()), axis=0)
        points["waiting"] = np.where(self._waits(), -whole, 0)
        return points

    def scores(self) -> Ints:
        """Return the points of every case, 0 for one that nothing is to be done about now."""
        total: Ints = np.sum(list(self.shares().values()), axis=0)
        return total

    def at_risk(self) -> Ints:
        """Return in fen what cannot be paid yet: the cost of open cases with errors, in no group, or overdue."""
        columns = self._columns
        odd = (str(GroupStatus.AMBIGUOUS), str(GroupStatus.UNGROUPED))
        stuck = (columns.numbers["errors"] > 0) | columns.texts["group_status"].where(odd.__contains__) | self.overdue()
        stuck &= self._open & ~_any_state(columns, (_S.INPATIENT,))
        amount = columns.numbers["amount_fen"]
        return np.where(stuck & (amount != NONE), amount, 0)

    def overdue(self) -> Flags:
        """Return which open cases are past their deadline."""
        late: Flags = (self.deadline != NONE) & (self.deadline <= seconds(self._now))
        return late & self._open

    def _urgency(self) -> npt.NDArray[np.float64]:
        """Return 1 at the deadline and after it, falling to 0 at as many days before it as coding may take."""
        left = (self.deadline - seconds(self._now)) / _DAY_S
        return np.where(self.deadline == NONE, 0.0, np.clip(1 - left / self._weights.code_days, 0, 1))

    def _waits(self) -> Flags:
        """Return which cases are to be looked at on a later day only."""
        tomorrow = seconds(datetime(self._now.year, self._now.month, self._now.day) + timedelta(days=1))
        return self._columns.numbers[FOLLOW_UP] >= tomorrow

    def _deadline(self) -> Ints:
        left = self._columns.numbers["discharge_time"]
        days, which = np.unique(np.where(left == NONE, 0, left // _DAY_S), return_inverse=True)
        coded = _coding_ends(days, self._weights.code_days)[which]
        submitted = (days[which] + 1 + self._weights.submit_days) * _DAY_S
        by_state = np.where(self._coding, coded, submitted)
        by_state = np.where(_any_state(self._columns, (_S.INPATIENT,)), left, by_state)
        deadline: Ints = np.where(self._open & (left != NONE), by_state, NONE)
        return deadline


def none_last(deadline: Ints) -> Ints:
    """Return deadlines for sorting: cases without one come last."""
    return np.where(deadline == NONE, _NEVER, deadline)


def deadline_of(state: CaseState, discharge: datetime | None, weights: Weights) -> datetime | None:
    """Return when the next step of one case is due, None where nothing is."""
    if discharge is None or state not in (*CODING, *REVIEWING, _S.INPATIENT):
        return None
    if state is _S.INPATIENT:
        return discharge
    day = seconds(discharge) // _DAY_S
    if state in CODING:
        return moment_of(int(_coding_ends(np.array([day]), weights.code_days)[0]))
    return moment_of((day + 1 + weights.submit_days) * _DAY_S)


def last_day_due(now: datetime, code_days: int) -> datetime | None:
    """Return the end of the last discharge day whose cases should be coded by ``now``, None for none within a year."""
    today = int(seconds(now) // _DAY_S)
    days = np.arange(today - 366, today + 1)
    due = days[_coding_ends(days, code_days) <= seconds(now)]
    return _EPOCH + timedelta(days=int(due[-1]) + 1, seconds=-1) if len(due) else None


def _coding_ends(days: Ints, code_days: int) -> Ints:
    """Return the end of the last of ``code_days`` working days after each day since 1970; Saturday and Sunday rest."""
    ends = np.busday_offset(days.astype("datetime64[D]"), code_days, roll="backward")
    return (ends.astype(np.int64) + 1) * _DAY_S


def seconds(moment: datetime) -> int:
    """Return the seconds since 1970 of a moment of the hospital's own clock."""
    return round((moment - _EPOCH).total_seconds())


def moment_of(number: int) -> datetime | None:
    """Return the moment of such seconds, None for none."""
    return None if number == NONE else _EPOCH + timedelta(seconds=number)


def _any_state(columns: CaseColumns, states: tuple[CaseState, ...]) -> Flags:
    wanted = {state.value for state in states}
    holds: Callable[[str], bool] = wanted.__contains__
    return columns.texts["state"].where(holds)
