"""What a hospital and its region set about payment; every figure is a setting, the defaults are data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from app.common.paths import data

Levels = tuple[Decimal, Decimal, Decimal]
"""Multiples from which warning levels 1, 2 and 3 begin."""


class Method(StrEnum):
    """How the payment standard is worked out: weight x base rate, or base points x point value."""

    RATE = "rate"
    POINTS = "points"


class Reference(StrEnum):
    """What a cost is measured by (domain.md 4.4): the payment standard, or the region's mean cost of the group."""

    STANDARD = "standard"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Band:
    """A threshold for weights up to ``upto`` (None: whatever is above the bands before)."""

    upto: Decimal | None
    multiple: Decimal


@dataclass(frozen=True, slots=True)
class PayRules:
    """Hospital and regional rules (domain.md 4.4, 4.5, 4.7). :func:`default_rules` gives those that ship.

    ``coefficient`` is k. Multiples are of the ``reference``. Below the ``low_bands`` multiple of its weight a case is
    paid by item, from ``high_bands`` on it is high and ``high_excess_share`` of the cost above the threshold is paid
    too. ``ungrouped_share`` of the cost is paid where there is no group. Stays up to ``los_excluded_upto`` or over
    ``los_excluded_over`` days are not paid by group. A stay of at most ``short_transfer_days`` that ends in another
    hospital brings ``short_transfer_day_yuan`` a day and no more than the standard. None stands for no such rule.
    ``dept_warnings`` are levels of departments that have their own, by department code.
    """

    city: str
    level: str
    coefficient: Decimal
    method: Method
    point_value_yuan: Decimal | None
    reference: Reference
    low_bands: tuple[Band, ...]
    high_bands: tuple[Band, ...]
    high_excess_share: Decimal
    ungrouped_share: Decimal
    los_excluded_upto: int | None
    los_excluded_over: int | None
    short_transfer_days: int | None
    short_transfer_day_yuan: Decimal | None
    warnings: Levels
    dept_warnings: Mapping[str, Levels] = field(default_factory=lambda: MappingProxyType({}))

    def low(self, weight: Decimal) -> Decimal:
        """Return the multiple below which a case of this weight is paid by item."""
        return _multiple(self.low_bands, weight)

    def high(self, weight: Decimal) -> Decimal:
        """Return the multiple from which a case of this weight is high."""
        return _multiple(self.high_bands, weight)

    def excludes(self, los_days: int | None) -> bool:
        """Return whether a stay of so many days is not paid by group."""
        upto, over = self.los_excluded_upto, self.los_excluded_over
        if los_days is None:
            return False
        return (upto is not None and los_days <= upto) or (over is not None and los_days > over)

    def transfer_day_yuan(self, los_days: int | None) -> Decimal | None:
        """Return what a day of a transferred stay of so many days brings, None when it is paid as any other."""
        days = self.short_transfer_days
        return self.short_transfer_day_yuan if days is not None and los_days is not None and los_days <= days else None

    def warnings_of(self, dept: str) -> Levels:
        """Return the warning levels of a department: its own, else those for all."""
        return self.dept_warnings.get(dept, self.warnings)


def _multiple(bands: Sequence[Band], weight: Decimal) -> Decimal:
    return next(band.multiple for band in bands if band.upto is None or weight <= band.upto)


@cache
def words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return headings, names and defaults of ``resources/drg/payment.toml``."""
    with (data("resources") / "drg" / "payment.toml").open("rb") as handle:
        return tomllib.load(handle)


@cache
def default_rules() -> PayRules:
    """Return the rules that hold until somebody sets others (domain.md 4.4 "Application default")."""
    given: Mapping[str, Sequence[str]] = words()["defaults"]
    return PayRules(
        city="",
        level="",
        coefficient=Decimal(str(given["coefficient"])),
        method=Method(str(given["method"])),
        point_value_yuan=None,
        reference=Reference(str(given["reference"])),
        low_bands=_bands(given["low_bands"]),
        high_bands=_bands(given["high_bands"]),
        high_excess_share=Decimal(str(given["high_excess_share"])),
        ungrouped_share=Decimal(str(given["ungrouped_share"])),
        los_excluded_upto=None,
        los_excluded_over=None,
        short_transfer_days=None,
        short_transfer_day_yuan=None,
        warnings=levels(given["warnings"]),
    )


def levels(given: Sequence[str]) -> Levels:
    """Return three warning levels of their texts. Raises ``ValueError`` for another number of them."""
    first, second, third = (Decimal(one) for one in given)
    return first, second, third


def _bands(given: Sequence[Sequence[str]]) -> tuple[Band, ...]:
    """Return bands of pairs (greatest weight, '' for none; multiple)."""
    return tuple(Band(Decimal(upto) if upto else None, Decimal(multiple)) for upto, multiple in given)
