"""What goes into a payment and what comes out: tariff, bill, the amount with all that made it, or the refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.drg.pay_rules import Method, PayRules
from app.drg.rates import Rate, RateTable
from app.drg.tariffs import POINTS_PER_WEIGHT, Differences, WeightTable

FEN: Final = Decimal(100)
"""Fen in a yuan."""


class Regime(StrEnum):
    """How a case is settled. ``BY_ITEM``: no group to pay by. ``EXCLUDED``: the region leaves such stays out.

    ``TRANSFER``: a short stay that ends in another hospital.
    """

    NORMAL = "normal"
    HIGH = "high"
    LOW = "low"
    TRANSFER = "transfer"
    BY_ITEM = "by_item"
    EXCLUDED = "excluded"


class Reason(StrEnum):
    """Why there is no amount; texts ``payment.refusal``."""

    NO_WEIGHTS = "no_weights"
    WEIGHTS_LATER = "weights_later"
    WEIGHTS_REFUSED = "weights_refused"
    NO_WEIGHT_FOR_GROUP = "no_weight_for_group"
    UNGROUPED = "ungrouped"
    NO_RATES = "no_rates"
    NO_PLACE = "no_place"
    NO_RATE = "no_rate"
    NO_RATE_FOR_YEAR = "no_rate_for_year"
    NO_POINT_VALUE = "no_point_value"
    NO_MEAN = "no_mean"
    NO_PAY_METHOD = "no_pay_method"
    NOT_PAID_BY_DRG = "not_paid_by_drg"


@dataclass(frozen=True, slots=True)
class Tariff:
    """The tables and choices of a user. ``weights`` are versions of one scheme's table, the default first.

    ``year`` fixes the year of the rates; '' takes that of the discharge.
    """

    weights: Sequence[WeightTable]
    rates: Sequence[RateTable]
    rules: PayRules
    year: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What the case brings. Money in fen; None when it is not known. ``pay_method`` is a code of D-PAY.

    ``day`` is that of discharge, today's while the patient is in hospital. ``dept`` is a code of D-DEPT.
    """

    cost_fen: int | None
    pay_method: str
    day: date
    own_fen: int | None = None
    los_days: int | None = None
    dept: str = ""
    is_transfer: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """What the payment standard is made of: weight x rate x coefficient, or points x point value x coefficient.

    ``unit_yuan`` is rate or point value; ``rate`` the row it came from, None by points. ``mean_yuan`` is the mean cost
    of the group where multiples are of that, None where they are of the standard.
    """

    method: Method
    table: WeightTable
    weight: Decimal
    unit_yuan: Decimal
    coefficient: Decimal
    rate: Rate | None = None
    mean_yuan: Decimal | None = None

    @property
    def units(self) -> Decimal:
        """Weight, or base points: 100 times the weight."""
        return self.weight if self.method is Method.RATE else self.weight * POINTS_PER_WEIGHT

    @property
    def standard(self) -> Decimal:
        """The payment standard in fen, exact."""
        return self.units * self.unit_yuan * self.coefficient * FEN

    @property
    def reference(self) -> Decimal:
        """What a cost is measured by, in fen, exact."""
        return self.standard if self.mean_yuan is None else self.mean_yuan * FEN


@dataclass(frozen=True, slots=True)
class Quote:
    """An amount with everything that made it. Money in fen, ``multiple`` exact.

    Without a group there is no basis, standard or multiple. Without a cost there is a standard only, and nothing
    settled. ``fund_fen`` needs the patient's share. ``level`` is the warning level 0-3. ``share`` is the part of the
    excess, or of the cost of a case without group, that is paid; ``day_yuan`` what a day of a short transfer brings.
    """

    regime: Regime
    insurance: str
    cost_fen: int | None
    own_fen: int | None
    basis: Basis | None = None
    standard_fen: int | None = None
    multiple: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    settled_fen: int | None = None
    level: int = 0
    share: Decimal = Decimal(1)
    day_yuan: Decimal | None = None

    @property
    def fund_fen(self) -> int | None:
        """What the fund pays: settled less the patient's share."""
        return None if self.settled_fen is None or self.own_fen is None else self.settled_fen - self.own_fen


@dataclass(frozen=True, slots=True)
class Refusal:
    """No amount, and why: ``args`` fill the text ``payment.refusal.<reason>``.

    ``weight`` is told where only the rate is missing. ``differences`` are those of a refused weight table.
    """

    reason: Reason
    args: tuple[tuple[str, str], ...] = ()
    weight: Decimal | None = None
    differences: Differences | None = None

    @property
    def key(self) -> str:
        """The key of the sentence for the user."""
        return f"payment.refusal.{self.reason}"
