"""Payment of a case (domain.md 4.4 and 4.5): exact decimals, rounded to the fen, half up, once at the end.

An amount is quoted only when scheme, weights and rate belong together; otherwise there is a :class:`Refusal` with its
reason. Nothing here chooses a rate: city, year and level come from the user.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.domain.grouping import GroupResult, GroupStatus
from app.drg.scheme import Scheme
from app.drg.tariffs import RateKey, RateTable, WeightsRefused, WeightTable, insurance_of, named

_FEN = Decimal(100)
_ONE = Decimal(1)
_POINTS_PER_WEIGHT = Decimal(100)  # 100 points are weight 1.00


class Regime(StrEnum):
    """How a case is settled. ``BY_ITEM``: no group to pay by. ``EXCLUDED``: the region leaves such stays out."""

    NORMAL = "normal"
    HIGH = "high"
    LOW = "low"
    BY_ITEM = "by_item"
    EXCLUDED = "excluded"


class Reason(StrEnum):
    """Why there is no amount; texts ``drg.refusal``."""

    WEIGHTS_REFUSED = "weights_refused"
    NO_WEIGHT_FOR_GROUP = "no_weight_for_group"
    NO_RATE = "no_rate"
    NOT_PAID_BY_DRG = "not_paid_by_drg"


@dataclass(frozen=True, slots=True)
class PayRules:
    """What a region may set; the defaults are those of domain.md 4.4, 4.5 and 4.7.

    ``low``: below this multiple a case is paid by item. ``high_bands``: (greatest weight, multiple from which a case
    is high); the last band has no greatest weight. ``high_excess_share`` of the cost above the high threshold is paid.
    ``ungrouped_share`` of the cost is paid without a group. ``warnings``: multiples of levels 1, 2 and 3. Stays up to
    ``los_excluded_upto`` or over ``los_excluded_over`` days are not settled by DRG, None for no such limit.
    """

    low: Decimal = Decimal("0.4")
    high_bands: tuple[tuple[Decimal | None, Decimal], ...] = (
        (Decimal(1), Decimal(3)),
        (Decimal(3), Decimal(2)),
        (None, Decimal("1.5")),
    )
    high_excess_share: Decimal = _ONE
    ungrouped_share: Decimal = _ONE
    warnings: tuple[Decimal, Decimal, Decimal] = (Decimal("0.8"), Decimal("1.1"), Decimal("1.3"))
    los_excluded_upto: int | None = None
    los_excluded_over: int | None = None

    def high(self, weight: Decimal) -> Decimal:
        """Return the multiple from which a case of this weight is high."""
        return next(multiple for greatest, multiple in self.high_bands if greatest is None or weight <= greatest)

    def excludes(self, los_days: int | None) -> bool:
        """Return whether a stay of so many days is not settled by DRG."""
        upto, over = self.los_excluded_upto, self.los_excluded_over
        if los_days is None:
            return False
        return (upto is not None and los_days <= upto) or (over is not None and los_days > over)


@dataclass(frozen=True, slots=True)
class Tariff:
    """The tables and choices of a user: weights, rates, the place they are for, hospital coefficient, rules."""

    weights: WeightTable
    rates: RateTable
    place: RateKey
    coefficient: Decimal = _ONE
    rules: PayRules = field(default_factory=PayRules)


@dataclass(frozen=True, slots=True)
class Bill:
    """What the case brings. Money in fen; None when it is not known. ``pay_method`` is a code of D-PAY."""

    cost_fen: int | None
    pay_method: str
    own_fen: int | None = None
    los_days: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """An amount with everything that made it. Money in fen, rates in yuan, ``multiple`` exact.

    Without a cost there is a standard only, and nothing settled. ``fund_fen`` needs the patient's share.
    ``level`` is the warning level 0-3. ``is_estimate`` says that something was missing.
    """

    regime: Regime
    weight: Decimal | None = None
    rate_yuan: Decimal | None = None
    coefficient: Decimal | None = None
    standard_fen: int | None = None
    cost_fen: int | None = None
    own_fen: int | None = None
    multiple: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    settled_fen: int | None = None
    level: int = 0

    @property
    def surplus_fen(self) -> int | None:
        """Settled less cost; negative when the case costs more than it brings."""
        return None if self.settled_fen is None or self.cost_fen is None else self.settled_fen - self.cost_fen

    @property
    def fund_fen(self) -> int | None:
        """What the fund pays: settled less the patient's share."""
        return None if self.settled_fen is None or self.own_fen is None else self.settled_fen - self.own_fen

    @property
    def is_estimate(self) -> bool:
        """Whether cost or the patient's share is not known."""
        return self.cost_fen is None or self.own_fen is None


@dataclass(frozen=True, slots=True)
class Refusal:
    """No amount, and why: ``args`` fill the text ``drg.refusal.<reason>``."""

    reason: Reason
    args: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The key of the sentence for the user."""
        return f"drg.refusal.{self.reason}"


def quote(scheme: Scheme, result: GroupResult, tariff: Tariff, bill: Bill) -> Quote | Refusal:
    """Return the payment of a grouped case, or why none can be stated (domain.md 4.5)."""
    try:
        tariff.weights.check(scheme)
    except WeightsRefused as refused:
        args = (("scheme", scheme.title), ("unknown", str(len(refused.unknown))), ("codes", named(refused.unknown)))
        return Refusal(Reason.WEIGHTS_REFUSED, args)
    insurance = insurance_of(bill.pay_method)
    if insurance is None:
        return Refusal(Reason.NOT_PAID_BY_DRG, (("pay_method", bill.pay_method),))
    if result.status is not GroupStatus.GROUPED or tariff.rules.excludes(bill.los_days):
        return _by_item(result, tariff.rules, bill)
    weight = tariff.weights.weights.get(result.drg)
    if weight is None:
        return Refusal(Reason.NO_WEIGHT_FOR_GROUP, (("drg", result.drg),))
    place = tariff.place
    rate = tariff.rates.find(place.city, place.year, place.level, insurance)
    if rate is None:
        where = (("city", place.city), ("year", place.year), ("level", place.level), ("insurance", insurance))
        return Refusal(Reason.NO_RATE, where)
    return _settled(weight, rate, tariff, bill)


def _by_item(result: GroupResult, rules: PayRules, bill: Bill) -> Quote:
    regime = Regime.BY_ITEM if result.status is not GroupStatus.GROUPED else Regime.EXCLUDED
    settled = None if bill.cost_fen is None else _rounded(rules.ungrouped_share * bill.cost_fen)
    return Quote(regime, cost_fen=bill.cost_fen, own_fen=bill.own_fen, settled_fen=settled)


def _settled(weight: Decimal, rate: Decimal, tariff: Tariff, bill: Bill) -> Quote:
    rules = tariff.rules
    standard = weight * rate * tariff.coefficient * _FEN
    high = rules.high(weight)
    regime, settled = _regime(standard, bill.cost_fen, high, rules)
    return Quote(
        regime,
        weight=weight,
        rate_yuan=rate,
        coefficient=tariff.coefficient,
        standard_fen=_rounded(standard),
        cost_fen=bill.cost_fen,
        own_fen=bill.own_fen,
        multiple=None if bill.cost_fen is None else bill.cost_fen / standard,
        low=rules.low,
        high=high,
        settled_fen=None if bill.cost_fen is None else _rounded(settled),
        level=warning_level(standard, bill.cost_fen, rules),
    )


def _regime(standard: Decimal, cost_fen: int | None, high: Decimal, rules: PayRules) -> tuple[Regime, Decimal]:
    """Return the regime and the exact amount settled in fen. Thresholds are compared without dividing."""
    if cost_fen is None:
        return Regime.NORMAL, standard
    cost = Decimal(cost_fen)
    if cost < rules.low * standard:
        return Regime.LOW, min(cost, standard)
    if cost >= high * standard:
        return Regime.HIGH, standard + (cost - high * standard) * rules.high_excess_share
    return Regime.NORMAL, standard


def warning_level(standard_fen: Decimal, cost_fen: int | None, rules: PayRules) -> int:
    """Return the warning level of a cost against the standard (domain.md 4.7): 0 none, 1 remind, 2 join, 3 approve."""
    if cost_fen is None:
        return 0
    return sum(cost_fen >= share * standard_fen for share in rules.warnings)


@dataclass(frozen=True, slots=True)
class PointQuote:
    """Settlement by points. ``points`` are the case's after its multiple; ``amount_fen`` = points x point value."""

    regime: Regime
    base_points: Decimal
    points: Decimal
    point_value_yuan: Decimal
    multiple: Decimal
    amount_fen: int


def base_points(group_mean_fen: int, overall_mean_fen: int) -> Decimal:
    """Return the points of a group: its mean cost by the mean cost of all, times 100 (domain.md 4.5)."""
    return Decimal(group_mean_fen) / Decimal(overall_mean_fen) * _POINTS_PER_WEIGHT


def quote_points(
    points: Decimal, point_value_yuan: Decimal, cost_fen: int, *, coefficient: Decimal = _ONE, rules: PayRules
) -> PointQuote:
    """Return a settlement by points (domain.md 4.5 "Point method").

    Low: points x multiple. High: points x coefficient x (1 + multiple - high). The reference is points x coefficient
    x point value; the bands are those of the weight that 1/100 of the points stands for.
    """
    normal = points * coefficient
    standard = normal * point_value_yuan * _FEN
    high = rules.high(points / _POINTS_PER_WEIGHT)
    regime, _ = _regime(standard, cost_fen, high, rules)
    multiple = cost_fen / standard
    case_points = {
        Regime.LOW: points * multiple,
        Regime.HIGH: normal * (1 + multiple - high),
    }.get(regime, normal)
    amount = _rounded(case_points * point_value_yuan * _FEN)
    return PointQuote(regime, points, case_points, point_value_yuan, multiple, amount)


def _rounded(fen: Decimal) -> int:
    return int(fen.quantize(_ONE, rounding=ROUND_HALF_UP))
