"""Weight tables and base rates: imported data that belong to one scheme edition and one place."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Self

from app.common.errors import UserProblem, Where
from app.common.paths import data
from app.common.texts import text
from app.domain.tables import RawTable
from app.drg.scheme import Scheme

SHOWN = 10  # groups named in one message


@cache
def words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return headings and insurance types of ``resources/drg/payment.toml``."""
    with (data("resources") / "drg" / "payment.toml").open("rb") as handle:
        return tomllib.load(handle)


class WeightsRefused(UserProblem):
    """A weight table of another scheme. ``unknown`` are its groups that the scheme does not have."""

    def __init__(self, scheme: Scheme, where: Where, unknown: Sequence[str], missing: Sequence[str]) -> None:
        super().__init__(
            "drg.payment.other_scheme",
            remedy="drg.remedy.other_scheme",
            where=where,
            scheme=scheme.title,
            unknown=len(unknown),
            codes=named(unknown),
            missing=len(missing),
        )
        self.unknown = tuple(unknown)
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class WeightTable:
    """Relative weight of each DRG (1.0 is the mean case) as published for one scheme edition."""

    weights: Mapping[str, Decimal]
    names: Mapping[str, str]
    where: Where = Where()  # noqa: RUF009 - a frozen value

    @classmethod
    def build(cls, table: RawTable) -> Self:
        """Return the table of a file with columns DRG, name and weight (reference/weights/README.md).

        Raises :class:`UserProblem` for a missing column, a weight that is no positive number, a DRG given twice
        with different weights, and a table without rows.
        """
        weights: dict[str, Decimal] = {}
        names: dict[str, str] = {}
        for row, (drg, name, weight) in _rows(table, "weights", ("drg", "name", "weight"), optional=("name",)):
            where = Where(table.file, table.sheet, row)
            value = _positive(weight, where)
            if weights.setdefault(drg, value) != value:
                raise UserProblem("drg.payment.twice", remedy="drg.remedy.price_file", where=where, code=drg)
            names[drg] = name
        if not weights:
            raise UserProblem("drg.payment.no_rows", remedy="drg.remedy.price_file", where=table.where())
        return cls(weights, names, table.where())

    def __len__(self) -> int:
        return len(self.weights)

    def unknown_to(self, scheme: Scheme) -> tuple[str, ...]:
        """Return the groups of the table that the scheme does not have."""
        return tuple(sorted(self.weights.keys() - scheme.names.keys()))

    def without_weight(self, scheme: Scheme) -> tuple[str, ...]:
        """Return the groups of the scheme, ambiguous ones included, that the table gives no weight."""
        return tuple(sorted(scheme.names.keys() - self.weights.keys()))

    def check(self, scheme: Scheme) -> None:
        """Raise :class:`WeightsRefused` with the differences when the table has groups the scheme does not have."""
        unknown = self.unknown_to(scheme)
        if unknown:
            raise WeightsRefused(scheme, self.where, unknown, self.without_weight(scheme))


@dataclass(frozen=True, slots=True, order=True)
class RateKey:
    """What the user ties a rate to: city ('' when the file names none), year and hospital level."""

    city: str
    year: str
    level: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """Base rates in yuan per weight 1.0, by place, year, level and insurance type ('' stands for every type)."""

    rates: Mapping[tuple[RateKey, str], Decimal]
    where: Where = Where()  # noqa: RUF009 - a frozen value

    @classmethod
    def build(cls, table: RawTable) -> Self:
        """Return the table of a file with columns year, level, insurance and rate, and city where it has one.

        Raises :class:`UserProblem` for a missing column, a rate that is no positive number, a rate given twice.
        """
        rates: dict[tuple[RateKey, str], Decimal] = {}
        columns = ("city", "year", "level", "insurance", "rate")
        every = words()["every"]["names"]
        for row, (city, year, level, insurance, rate) in _rows(table, "rates", columns, optional=("city",)):
            where = Where(table.file, table.sheet, row)
            key = (RateKey(city, year, level), "" if insurance.upper() in every else insurance)
            value = _positive(rate, where)
            if rates.setdefault(key, value) != value:
                code = " ".join(part for part in (city, year, level, insurance) if part)
                raise UserProblem("drg.payment.twice", remedy="drg.remedy.price_file", where=where, code=code)
        if not rates:
            raise UserProblem("drg.payment.no_rows", remedy="drg.remedy.price_file", where=table.where())
        return cls(rates, table.where())

    def __len__(self) -> int:
        return len(self.rates)

    def places(self) -> tuple[RateKey, ...]:
        """Return the places, years and levels to choose from, in order."""
        return tuple(sorted({key for key, _ in self.rates}))

    def find(self, city: str, year: str, level: str, insurance: str) -> Decimal | None:
        """Return a base rate in yuan, None without one. A file that names no city is for the city the user names."""
        for place in (city, ""):
            for kind in (insurance, ""):
                found = self.rates.get((RateKey(place, year, level), kind))
                if found is not None:
                    return found
        return None

    def require(self, year: str, level: str) -> None:
        """Raise :class:`UserProblem` with what there is when the table has no rate for a year and level."""
        if not any((key.year, key.level) == (year, level) for key in self.places()):
            there = named([f"{key.year} {key.level}" for key in self.places()])
            raise UserProblem(
                "drg.payment.no_such_rate",
                remedy="drg.remedy.choose_rate",
                where=self.where,
                year=year,
                level=level,
                there=there,
            )


def insurance_of(pay_method: str) -> str | None:
    """Return the insurance type of a payment method of the front page, None when it is not paid by DRG.

    1.x is employees' insurance, 2.x and 3.x residents' (domain.md D-PAY); ``11`` is read as ``1.1``, ``02`` as 2.
    """
    sign = pay_method.strip().lstrip("0")[:1]
    kinds: Mapping[str, object] = words()["insurance"]
    found = kinds.get(sign)
    return str(found) if found is not None else None


def named(codes: Collection[str]) -> str:
    """Return codes for a message: the first few and how it goes on."""
    shown = text("drg.list_join").join(list(codes)[:SHOWN])
    return shown + (text("drg.and_more") if len(codes) > SHOWN else "")


def _positive(cell: str, where: Where) -> Decimal:
    try:
        value = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise UserProblem("drg.payment.number", remedy="drg.remedy.price_file", where=where, found=cell)
    return value


def _rows(
    table: RawTable, kind: str, columns: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield row numbers and cells by the columns' headings."""
    headings = ["".join(heading.split()).upper() for heading in table.header]
    at: list[int] = []
    for column in columns:
        names = words()[kind][column]
        found = next((headings.index(name.upper()) for name in names if name.upper() in headings), -1)
        if found < 0 and column not in optional:
            args = {"column": names[0], "also": named(names[1:])}
            raise UserProblem("drg.payment.no_column", remedy="drg.remedy.price_file", where=table.where(), **args)
        at.append(found)
    for row in table.rows:
        cells = tuple(row.cells[index].strip() if 0 <= index < len(row.cells) else "" for index in at)
        if any(cells):
            yield row.number, cells
