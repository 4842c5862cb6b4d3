"""The stays of a report with what is worked out of them: days, regional values, standards and settled amounts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Final

import numpy as np

from app.common.progress import Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.grouping import GroupResult, GroupStatus
from app.drg.pay_rules import words
from app.drg.payment import quote
from app.drg.quotes import Bill, Quote, Refusal, Regime, Tariff
from app.drg.scheme import Scheme
from app.drg.tariffs import weights_on
from app.services.engines import Engines
from app.services.pricing import PriceTables
from app.services.report_types import month_of
from app.storage.case_columns import NONE, Flags, Ints
from app.storage.report_rows import Floats, StayColumns

_EPOCH: Final = date(1970, 1, 1)
_STEP: Final = 5000
_STATUSES: Final = {status.value: status for status in GroupStatus}
_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class _Terms:
    """How the cases of one group, insurance and span of days are paid; money in fen, thresholds as least whole fen."""

    standard: int = NONE
    low: int = 0
    high: int = _NEVER
    over: tuple[int, int, int] = (_NEVER, _NEVER, _NEVER)
    stay: float = 0.0
    mean_fen: float = 0.0
    refusal: str = ""
    by_item: bool = False


@dataclass(slots=True)
class _Day:
    """What holds on a day; ``epoch`` tells spans of days apart in which nothing changes."""

    scheme: Scheme
    tables: PriceTables
    epoch: tuple[str, int, int]


class Frame:
    """Arrays over all stays of the span; money in fen, NaN or False where something is missing.

    ``months`` counts from the first month of the span. ``refusals`` are the reasons why cases have no standard.
    """

    def __init__(self, stays: StayColumns, engines: Engines, first: date, progress: Progress) -> None:
        self.stays = stays
        self._engines = engines
        self._rules = engines.rules
        count = len(stays)
        numbers = stays.numbers
        self.ids: Ints = numbers["id"]
        self.first_month = month_of(first)
        self.months: Ints = _months(numbers["left"]) - self.first_month
        self.los: Ints = np.where(
            numbers["came"] == NONE, NONE, np.maximum(numbers["left"] - numbers["came"], 1)
        ).astype(np.int64)
        self.amount: Ints = numbers["amount"]
        self.has_amount: Flags = self.amount > 0
        self.grouped: Flags = stays.texts["status"].where(lambda one: one == GroupStatus.GROUPED)
        self.standard: Ints = np.full(count, NONE, np.int64)
        self.settled: Ints = np.full(count, NONE, np.int64)
        self.low: Flags = np.zeros(count, np.bool_)
        self.high: Flags = np.zeros(count, np.bool_)
        self.over: tuple[Flags, Flags, Flags] = (self.low.copy(), self.low.copy(), self.low.copy())
        self.region_los: Floats = np.zeros(count)
        self.region_fen: Floats = np.zeros(count)
        self.refusals: Counter[str] = Counter()
        self.invented = False
        self._days: dict[int, _Day] = {}
        self._terms: dict[tuple[object, ...], _Terms] = {}
        self._price(progress)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def dead(self) -> Flags:
        """Who died in hospital (离院方式 5)."""
        return self.stays.texts["way"].where(lambda one: one == "5")

    @cached_property
    def passed(self) -> Flags:
        """Cases that are through quality control."""
        done = {
            str(state)
            for state in (CaseState.PASSED, CaseState.SUBMITTED, CaseState.UNLOCK_REQUESTED, CaseState.ARCHIVED)
        }
        return self.stays.texts["state"].where(done.__contains__)

    def flags(self, case_ids: Ints) -> Flags:
        """Return which stays are among some cases."""
        return np.isin(self.ids, case_ids)

    def _price(self, progress: Progress) -> None:
        texts, left = self.stays.texts, self.stays.numbers["left"]
        every = np.arange(len(self))
        drgs, pays, statuses = (texts[name].values(every) for name in ("drg", "pay", "status"))
        moved = texts["way"].where(frozenset(words()["transfer"]["ways"]).__contains__)
        excluded = {days: self._rules.excludes(None if days == NONE else days) for days in set(self.los.tolist())}
        amounts, lengths = self.amount.tolist(), self.los.tolist()
        special: list[int] = []
        for at, (drg, pay, status, day) in enumerate(zip(drgs, pays, statuses, left.tolist(), strict=True)):
            if at % _STEP == 0:
                progress.step(at, len(self) + 1)
            if status not in _STATUSES:
                continue
            terms = self._terms_of(day, drg, status, pay, excluded=excluded[lengths[at]])
            self.region_los[at], self.region_fen[at] = terms.stay, terms.mean_fen
            if terms.refusal:
                self.refusals[terms.refusal] += 1
                continue
            cost = amounts[at]
            if terms.by_item or moved[at] or (cost > 0 and not terms.low <= cost < terms.high):
                special.append(at)
            elif cost > 0:
                self.settled[at] = terms.standard
            if not terms.by_item:
                self.standard[at] = terms.standard
                if cost > 0:
                    for flags, least in zip(self.over, terms.over, strict=True):
                        flags[at] = cost >= least
        for at in special:
            self._price_one(at, drgs[at], statuses[at], pays[at], is_transfer=bool(moved[at]))

    def _price_one(self, at: int, drg: str, status: str, pay: str, *, is_transfer: bool) -> None:
        """Price a case that is not simply paid its standard."""
        day, own = self.stays.numbers.at("left", at), self.stays.numbers.at("own", at)
        cost, los = int(self.amount[at]), int(self.los[at])
        held = self._on(day)
        bill = Bill(
            None if cost == NONE else cost,
            pay,
            _EPOCH + timedelta(days=day),
            None if own == NONE else own,
            None if los == NONE else los,
            is_transfer=is_transfer,
        )
        answer = self._quote(held, drg, status, bill)
        if isinstance(answer, Quote):
            self.low[at], self.high[at] = answer.regime is Regime.LOW, answer.regime is Regime.HIGH
            if answer.settled_fen is not None:
                self.settled[at] = answer.settled_fen

    def _quote(self, held: _Day, drg: str, status: str, bill: Bill) -> Quote | Refusal:
        tables = held.tables
        result = GroupResult("", "", drg, _STATUSES[status])
        return quote(held.scheme, result, Tariff(tables.weights, tables.rates, tables.rules, tables.year), bill)

    def _terms_of(self, day: int, drg: str, status: str, pay: str, *, excluded: bool) -> _Terms:
        held = self._on(day)
        key = (held.epoch, drg, status, pay, excluded)
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = self._make_terms(held, day, drg, status, pay, excluded=excluded)
        return found

    def _make_terms(self, held: _Day, day: int, drg: str, status: str, pay: str, *, excluded: bool) -> _Terms:
        when = _EPOCH + timedelta(days=day)
        table = weights_on(held.tables.weights, when)
        stay = float(table.stays.get(drg, 0)) if table else 0.0
        mean = float(table.means.get(drg, 0)) * 100 if table else 0.0
        answer = self._quote(held, drg, status, Bill(None, pay, when))
        if isinstance(answer, Refusal):
            return _Terms(stay=stay, mean_fen=mean, refusal=text(answer.key, **dict(answer.args)))
        if answer.basis is None or answer.standard_fen is None or excluded:
            return _Terms(stay=stay, mean_fen=mean, by_item=True)
        low, high = (
            _least(share * answer.basis.reference) for share in (answer.low or Decimal(0), answer.high or Decimal(0))
        )
        exact = answer.basis.standard
        shares = self._rules.warnings
        over = (_least(shares[0] * exact), _least(shares[1] * exact), _least(shares[2] * exact))
        return _Terms(answer.standard_fen, low, high, over, stay, mean)

    def _on(self, day: int) -> _Day:
        found = self._days.get(day)
        if found is None:
            when = _EPOCH + timedelta(days=day)
            scheme = self._engines.assets.scheme(when)
            tables = self._engines.prices(scheme)
            self.invented = self.invented or tables.invented or scheme.trial
            starts = {one.valid_from for one in tables.weights if one.valid_from}
            starts |= {rate.valid_from for one in tables.rates for rate in one.rates if rate.valid_from}
            epoch = (scheme.id, bisect_right(sorted(starts), when), when.year)
            found = self._days[day] = _Day(scheme, tables, epoch)
        return found

    def schemes(self) -> Mapping[str, Scheme]:
        """Return the schemes that were in force on some day of the span."""
        return {one.scheme.id: one.scheme for one in self._days.values()}


@dataclass(frozen=True, slots=True, repr=False)
class Flow:
    """What happened to cases beside their content, as cases: asked, overdue, unlocked, excepted, and hours to answer.

    ``sent``: went to quality control; ``came_back`` from there. ``main_changed``, ``tier_changed`` and ``recoded``:
    main diagnosis, a code of the MCC and CC lists, any code changed after that. Hours and days are means by case.
    """

    asked: Ints
    overdue: Ints
    hours: Mapping[int, float]
    unlocked: Ints
    excepted: Ints
    sent: Ints
    came_back: Ints
    insurer: Mapping[int, bool]
    pass_days: Mapping[int, int]
    objected: Ints
    objection_days: Mapping[int, float]
    main_changed: Ints
    tier_changed: Ints
    recoded: Ints


def _months(days: Ints) -> Ints:
    months = (np.datetime64(0, "D") + days.astype("timedelta64[D]")).astype("datetime64[M]").astype(np.int64)
    found: Ints = months + month_of(_EPOCH)
    return found


def _least(fen: Decimal) -> int:
    """Return the least whole fen that reaches an exact amount."""
    return int(fen.to_integral_value(ROUND_CEILING))
