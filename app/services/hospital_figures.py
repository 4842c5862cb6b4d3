"""The hospital's own figures of the last 12 months, worked out once and used for an hour."""

from __future__ import annotations

import threading
from array import array
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from app.common.clock import Clock
from app.domain.case import CaseKey
from app.qc.context import Statistics
from app.storage.database import Database
from app.storage.figures import PastStay

PERIOD: Final = timedelta(days=365)
FEWEST_FOR_SPAN: Final = 100
"""Stays of a department from which its 1st and 99th percentile of cost per day mean something."""
FEWEST_FOR_MEAN: Final = 30
"""Stays of a group in a department from which their mean says something (domain.md 4.9)."""
FEWEST_GROUPED: Final = 1000
"""Grouped stays from which a group that is not among them is rare here, and not only missing from the library."""
_FRESH: Final = timedelta(hours=1)
_KEPT: Final = 2
"""Stays of a group that are known: two are enough to know that there is another one than the case itself."""


class HospitalFigures:
    """Safe to call from any thread. Reading 100,000 stays takes about a second, so :meth:`renew` is for jobs."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[datetime, Statistics] | None = None

    def current(self) -> Statistics | None:
        """Return the figures that were worked out last, None before the first time."""
        return self._known[1] if self._known else None

    def renew(self) -> None:
        """Work the figures out unless they are less than an hour old."""
        now = self._clock.now()
        with self._lock:
            if self._known is not None and now - self._known[0] < _FRESH:
                return
            with self._db.read() as reader:
                self._known = (now, statistics_of(reader.past_stays((now - PERIOD).date(), now.date())))


def statistics_of(stays: Iterable[PastStay]) -> Statistics:
    """Return the figures of some stays, gone through once; those with too few stays behind them are left out."""
    costs: dict[str, list[Decimal]] = defaultdict(list)
    lengths: dict[tuple[str, str], array[int]] = defaultdict(partial(array, "i"))
    known: dict[str, set[CaseKey]] = defaultdict(set)
    grouped = 0
    for stay in stays:
        if stay.amount_fen is not None and stay.amount_fen > 0:
            costs[stay.dept].append(Decimal(stay.amount_fen) / stay.days)
        if stay.drg:
            lengths[stay.dept, stay.drg].append(stay.days)
            grouped += 1
            if len(known[stay.drg]) < _KEPT:
                known[stay.drg].add(stay.key)
    return Statistics(
        day_cost={dept: _span(found) for dept, found in costs.items() if len(found) >= FEWEST_FOR_SPAN},
        drg_cases={drg: frozenset(keys) for drg, keys in known.items()} if grouped >= FEWEST_GROUPED else {},
        dept_los={
            key: Decimal(sum(found)) / len(found) for key, found in lengths.items() if len(found) >= FEWEST_FOR_MEAN
        },
    )


def _span(costs: list[Decimal]) -> tuple[Decimal, Decimal]:
    """Return the 1st and the 99th percentile by nearest rank."""
    costs.sort()
    count = len(costs)
    return costs[max(0, -(-count // 100) - 1)], costs[-(-count * 99 // 100) - 1]
