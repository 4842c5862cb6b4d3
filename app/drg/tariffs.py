"""Weight tables: imported data that belong to one scheme edition, one table per version."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Self

from app.common.errors import UserProblem, Where
from app.common.texts import text
from app.domain.tables import RawTable
from app.drg.pay_rules import words
from app.drg.scheme import Scheme

SHOWN: Final = 10  # groups named in one message
POINTS_PER_WEIGHT: Final = Decimal(100)
"""100 points stand for weight 1.00 (domain.md 4.4)."""
_COLUMNS: Final = ("drg", "name", "weight", "points", "mean", "los", "version", "valid_from")


@dataclass(frozen=True, slots=True, order=True)
class RateKey:
    """What rates are chosen by: city ('' when the file names none), year and hospital level."""

    city: str
    year: str
    level: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What a weight table and a scheme do not share: ``unknown`` groups of the table, ``missing`` groups of the scheme.

    Both as (code, name), whole and in order.
    """

    scheme: str
    unknown: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]

    def lines(self) -> tuple[str, ...]:
        """Return every difference as a line, for a report or the clipboard."""
        told = [text("payment.difference.unknown", code=code, name=name) for code, name in self.unknown]
        return (*told, *(text("payment.difference.missing", code=code, name=name) for code, name in self.missing))

    def args(self) -> tuple[tuple[str, str], ...]:
        """Return what the sentences about a refused table are filled with."""
        codes = [code for code, _ in self.unknown]
        counts = (("unknown", str(len(self.unknown))), ("missing", str(len(self.missing))))
        return (("scheme", self.scheme), *counts, ("codes", named(codes)))


class WeightsRefused(UserProblem):
    """A weight table of another scheme; ``details`` are all differences as lines."""

    def __init__(self, where: Where, differences: Differences) -> None:
        super().__init__(
            "payment.other_scheme", remedy="payment.remedy.other_scheme", where=where, **dict(differences.args())
        )
        self.differences = differences
        self.details = differences.lines()


@dataclass(frozen=True, slots=True)
class WeightTable:
    """Relative weight of each DRG (1.0 is the mean case) as published for one scheme edition.

    ``means`` are mean costs of the region in yuan and ``stays`` mean stays in days, of the groups that the file gives
    one. ``valid_from`` is the first discharge day of this version, None for the scheme's own default.
    """

    weights: Mapping[str, Decimal]
    names: Mapping[str, str]
    where: Where = Where()  # noqa: RUF009 - a frozen value
    version: str = ""
    valid_from: date | None = None
    means: Mapping[str, Decimal] = field(default_factory=dict)
    stays: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def build(cls, table: RawTable) -> Self:
        """Return the table of a file with columns DRG, name and weight or base points (reference/weights/README.md).

        Base points are 100 times the weight. Mean costs and stays may stand beside them, version and first day in
        columns of their own, one for the whole file. Raises :class:`UserProblem` for a missing column, a weight that
        is no positive number, a DRG given twice with different weights, two versions in one file, a bad date, and a
        table without rows.
        """
        weights: dict[str, Decimal] = {}
        names: dict[str, str] = {}
        means: dict[str, Decimal] = {}
        stays: dict[str, Decimal] = {}
        editions: set[tuple[str, str]] = set()
        optional = ("name", "weight", "points", "mean", "los", "version", "valid_from")
        for row, cells in columns_of(table, "weights", _COLUMNS, optional):
            drg, name, weight, points, mean, los, version, start = cells
            where = Where(table.file, table.sheet, row)
            value = positive(weight, where) if weight or not points else positive(points, where) / POINTS_PER_WEIGHT
            if weights.setdefault(drg, value) != value:
                raise UserProblem("drg.payment.twice", remedy="drg.remedy.price_file", where=where, code=drg)
            names[drg] = name
            means |= {drg: positive(mean, where)} if mean else {}
            stays |= {drg: positive(los, where)} if los else {}
            editions.add((version, start))
        if not weights:
            raise UserProblem("drg.payment.no_rows", remedy="drg.remedy.price_file", where=table.where())
        if len(editions) > 1:
            raise UserProblem("payment.two_versions", remedy="payment.remedy.two_versions", where=table.where())
        version, start = editions.pop()
        return cls(weights, names, table.where(), version, day_of(start, table.where()), means, stays)

    def __len__(self) -> int:
        return len(self.weights)

    def without_weight(self, scheme: Scheme) -> tuple[str, ...]:
        """Return the groups of the scheme, ambiguous ones included, that the table gives no weight."""
        return tuple(sorted(scheme.names.keys() - self.weights.keys()))

    def fits(self, scheme: Scheme) -> bool:
        """Return whether the scheme has every group of the table."""
        return scheme.has_groups(self.weights)

    def differences(self, scheme: Scheme) -> Differences:
        """Return what table and scheme do not share."""
        unknown = tuple((code, self.names.get(code, "")) for code in sorted(self.weights.keys() - scheme.names.keys()))
        missing = tuple((code, scheme.names[code]) for code in self.without_weight(scheme))
        return Differences(scheme.title, unknown, missing)

    def check(self, scheme: Scheme) -> None:
        """Raise :class:`WeightsRefused` with the differences when the table has groups the scheme does not have."""
        if not self.fits(scheme):
            raise WeightsRefused(self.where, self.differences(scheme))


def weights_on(versions: Sequence[WeightTable], day: date) -> WeightTable | None:
    """Return the version for a discharge day: the latest that has begun, else the first without a date, else None."""
    begun = [table for table in versions if table.valid_from is not None and table.valid_from <= day]
    if begun:
        return max(begun, key=lambda table: table.valid_from or date.min)
    return next((table for table in versions if table.valid_from is None), None)


def named(codes: Collection[str]) -> str:
    """Return codes for a message: the first few and how it goes on."""
    shown = text("drg.list_join").join(list(codes)[:SHOWN])
    return shown + (text("drg.and_more") if len(codes) > SHOWN else "")


def positive(cell: str, where: Where) -> Decimal:
    """Return a number over zero. Raises :class:`UserProblem` for anything else."""
    try:
        value = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise UserProblem("drg.payment.number", remedy="drg.remedy.price_file", where=where, found=cell)
    return value


def day_of(cell: str, where: Where) -> date | None:
    """Return the day of a cell, None for an empty one. Raises :class:`UserProblem` for anything else."""
    try:
        return date.fromisoformat(cell[:10].replace("/", "-")) if cell else None
    except ValueError as error:
        raise UserProblem("payment.bad_day", remedy="payment.remedy.day", where=where, found=cell) from error


def columns_of(
    table: RawTable, kind: str, columns: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield row numbers and cells by the columns' headings, '' for an optional column that the file does not have.

    Raises :class:`UserProblem` for a column that is missing; a table of weights needs weights or points.
    """
    headings = ["".join(heading.split()).upper() for heading in table.header]
    at: dict[str, int] = {}
    for column in columns:
        names = words()[kind][column]
        at[column] = next((headings.index(name.upper()) for name in names if name.upper() in headings), -1)
        if at[column] < 0 and column not in optional:
            raise _no_column(table, names)
    if kind == "weights" and at["weight"] < 0 and at["points"] < 0:
        raise _no_column(table, (*words()[kind]["weight"], *words()[kind]["points"]))
    for row in table.rows:
        cells = tuple(row.cells[index].strip() if 0 <= index < len(row.cells) else "" for index in at.values())
        if any(cells):
            yield row.number, cells


def _no_column(table: RawTable, names: Sequence[str]) -> UserProblem:
    first, *others = sorted(names, key=str.isascii)  # the name that people write before that of the exchange format
    args = {"column": first, "also": named(others)}
    return UserProblem("drg.payment.no_column", remedy="drg.remedy.price_file", where=table.where(), **args)
