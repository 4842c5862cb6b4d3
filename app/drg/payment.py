"""Payment of a case (domain.md 4.4 and 4.5): exact decimals, rounded to the fen, half up, once at the end.

An amount is quoted only when scheme, weights and rate belong together; otherwise there is a :class:`Refusal` with its
reason. Nothing here chooses a place: city and level come from the user, the year from the day of discharge.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.domain.grouping import GroupResult, GroupStatus
from app.drg.pay_rules import Levels, Method, PayRules, Reference
from app.drg.quotes import FEN, Basis, Bill, Quote, Reason, Refusal, Regime, Tariff
from app.drg.rates import Rate, RateTable, RateWanted, find_rate, insurance_of, level_name, levels_there, years_there
from app.drg.scheme import Scheme
from app.drg.tariffs import WeightTable, named, weights_on

_ONE: Final = Decimal(1)


def quote(scheme: Scheme, result: GroupResult, tariff: Tariff, bill: Bill) -> Quote | Refusal:
    """Return the payment of a grouped case, or why none can be stated (domain.md 4.5)."""
    table = _table(scheme, tariff, bill)
    if isinstance(table, Refusal):
        return table
    is_grouped = result.status is GroupStatus.GROUPED
    weight = table.weights.get(result.drg) if is_grouped else None
    if is_grouped and weight is None:
        return Refusal(Reason.NO_WEIGHT_FOR_GROUP, (("drg", result.drg), ("table", table.where.file)))
    insurance = _insurance(bill, weight)
    if isinstance(insurance, Refusal):
        return insurance
    if weight is None and not _can_price(tariff):
        return Refusal(Reason.UNGROUPED)
    if weight is None or tariff.rules.excludes(bill.los_days):
        return _by_item(Regime.BY_ITEM if weight is None else Regime.EXCLUDED, insurance, tariff.rules, bill)
    basis = _basis(scheme, table, result.drg, insurance, tariff, bill)
    return basis if isinstance(basis, Refusal) else _settled(basis, insurance, tariff.rules, bill)


def _table(scheme: Scheme, tariff: Tariff, bill: Bill) -> WeightTable | Refusal:
    """Return the version of the weights that holds on the day."""
    if not tariff.weights:
        return Refusal(Reason.NO_WEIGHTS, (("scheme", scheme.title),))
    table = weights_on(tariff.weights, bill.day)
    if table is None:
        first = min(one.valid_from for one in tariff.weights if one.valid_from is not None)
        return Refusal(
            Reason.WEIGHTS_LATER,
            (("scheme", scheme.title), ("first", first.isoformat()), ("day", bill.day.isoformat())),
        )
    if not table.fits(scheme):
        return refused(scheme, table)
    return table


def refused(scheme: Scheme, table: WeightTable) -> Refusal:
    """Return the refusal of a weight table that does not belong to a scheme, with the differences."""
    found = table.differences(scheme)
    return Refusal(Reason.WEIGHTS_REFUSED, (*found.args(), ("table", table.where.file)), differences=found)


def _insurance(bill: Bill, weight: Decimal | None) -> str | Refusal:
    if not bill.pay_method.strip():
        return Refusal(Reason.NO_PAY_METHOD, weight=weight)
    found = insurance_of(bill.pay_method)
    return found or Refusal(Reason.NOT_PAID_BY_DRG, (("pay_method", bill.pay_method),), weight)


def _can_price(tariff: Tariff) -> bool:
    """Tell whether anything can be priced at all: with no rates an amount by item would stand alone."""
    return bool(tariff.rates) if tariff.rules.method is Method.RATE else tariff.rules.point_value_yuan is not None


def _basis(scheme: Scheme, table: WeightTable, drg: str, insurance: str, tariff: Tariff, bill: Bill) -> Basis | Refusal:
    rules, weight = tariff.rules, table.weights[drg]
    mean = table.means.get(drg) if rules.reference is Reference.MEAN else None
    if rules.reference is Reference.MEAN and mean is None:
        return Refusal(Reason.NO_MEAN, (("drg", drg), ("table", table.where.file)), weight)
    if rules.method is Method.RATE:
        rate = _rate(scheme, tariff, insurance, bill, weight)
        if isinstance(rate, Refusal):
            return rate
        return Basis(rules.method, table, weight, rate.yuan, rules.coefficient, rate, mean)
    if rules.point_value_yuan is None:
        return Refusal(Reason.NO_POINT_VALUE, weight=weight)
    return Basis(rules.method, table, weight, rules.point_value_yuan, rules.coefficient, None, mean)


def _rate(scheme: Scheme, tariff: Tariff, insurance: str, bill: Bill, weight: Decimal) -> Rate | Refusal:
    rules = tariff.rules
    if not tariff.rates:
        return Refusal(Reason.NO_RATES, weight=weight)
    if not rules.level:
        return Refusal(Reason.NO_PLACE, (("there", named(levels_there(tariff.rates))),), weight)
    year = tariff.year or str(bill.day.year)
    wanted = RateWanted(scheme.id, rules.city, year, rules.level, insurance, bill.day)
    return find_rate(tariff.rates, wanted) or _no_rate(wanted, tariff.rates, weight)


def _no_rate(wanted: RateWanted, tables: Sequence[RateTable], weight: Decimal) -> Refusal:
    """Say which years there are; where there are none for such a case, which levels."""
    level = level_name(wanted.level)
    args = (("city", wanted.city), ("year", wanted.year), ("level", level), ("insurance", wanted.insurance))
    years = years_there(tables, wanted)
    if years:
        return Refusal(Reason.NO_RATE_FOR_YEAR, (*args, ("there", named(years))), weight)
    return Refusal(Reason.NO_RATE, (*args, ("there", named(levels_there(tables)))), weight)


def _by_item(regime: Regime, insurance: str, rules: PayRules, bill: Bill) -> Quote:
    settled = None if bill.cost_fen is None else _rounded(rules.ungrouped_share * bill.cost_fen)
    return Quote(regime, insurance, bill.cost_fen, bill.own_fen, settled_fen=settled, share=rules.ungrouped_share)


def _settled(basis: Basis, insurance: str, rules: PayRules, bill: Bill) -> Quote:
    standard, cost = basis.standard, bill.cost_fen
    low, high = rules.low(basis.weight), rules.high(basis.weight)
    day_yuan = rules.transfer_day_yuan(bill.los_days) if bill.is_transfer else None
    regime = Regime.TRANSFER if day_yuan is not None else _regime(basis.reference, cost, low, high)
    settled = standard
    if regime is Regime.TRANSFER:
        settled = min(standard, (day_yuan or 0) * (bill.los_days or 0) * FEN)
    elif cost is not None and regime is not Regime.NORMAL:
        settled = _low(basis, cost) if regime is Regime.LOW else _high(basis, cost, high, rules.high_excess_share)
    return Quote(
        regime,
        insurance,
        cost,
        bill.own_fen,
        basis,
        standard_fen=_rounded(standard),
        multiple=None if cost is None else cost / basis.reference,
        low=low,
        high=high,
        settled_fen=None if cost is None else _rounded(settled),
        level=warning_level(standard, cost, rules.warnings_of(bill.dept)),
        share=rules.high_excess_share,
        day_yuan=day_yuan,
    )


def _regime(reference: Decimal, cost_fen: int | None, low: Decimal, high: Decimal) -> Regime:
    """Compare without dividing, so that a threshold is met exactly."""
    if cost_fen is None:
        return Regime.NORMAL
    if cost_fen < low * reference:
        return Regime.LOW
    return Regime.HIGH if cost_fen >= high * reference else Regime.NORMAL


def _low(basis: Basis, cost_fen: int) -> Decimal:
    """Return what a low case brings in fen: its cost, at most the standard; by points the points x multiple."""
    if basis.method is Method.POINTS:
        return basis.standard * cost_fen / basis.reference
    return min(Decimal(cost_fen), basis.standard)


def _high(basis: Basis, cost_fen: int, high: Decimal, share: Decimal) -> Decimal:
    """Return what a high case brings in fen: the standard and a share of the cost above the threshold.

    By points: points x coefficient x (1 + multiple - high), of which the share counts for the part above 1.
    """
    excess = cost_fen - high * basis.reference
    if basis.method is Method.POINTS:
        excess = basis.standard * excess / basis.reference
    return basis.standard + excess * share


def warning_level(standard_fen: Decimal, cost_fen: int | None, levels: Levels) -> int:
    """Return the warning level of a cost against the standard (domain.md 4.7): 0 none, 1 remind, 2 join, 3 approve."""
    if cost_fen is None:
        return 0
    return sum(cost_fen >= share * standard_fen for share in levels)


def _rounded(fen: Decimal) -> int:
    return int(fen.quantize(_ONE, rounding=ROUND_HALF_UP))
