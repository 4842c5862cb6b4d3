"""Base rates: yuan per weight 1.0 by scheme, city, year, hospital level, insurance type and first day."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Self

from app.common.errors import UserProblem, Where
from app.common.texts import text
from app.domain.tables import RawTable
from app.drg.pay_rules import words
from app.drg.tariffs import RateKey, columns_of, day_of, named, positive

_COLUMNS: Final = ("scheme", "city", "year", "level", "insurance", "rate", "valid_from")
_OPTIONAL: Final = ("scheme", "city", "valid_from")
_YEAR_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """One row. '' stands for every scheme, every city, every insurance type; ``valid_from`` None for the whole year."""

    scheme: str
    key: RateKey
    insurance: str
    yuan: Decimal
    valid_from: date | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class RateWanted:
    """What a case needs a rate for. ``year`` is that of ``day`` unless the user fixed another."""

    scheme: str
    city: str
    year: str
    level: str
    insurance: str
    day: date


@dataclass(frozen=True, slots=True)
class RateTable:
    """The base rates of one file."""

    rates: tuple[Rate, ...]
    where: Where = Where()  # noqa: RUF009 - a frozen value

    @classmethod
    def build(cls, table: RawTable) -> Self:
        """Return the table of a file with columns year, level, insurance and rate; scheme, city, first day if it has.

        Raises :class:`UserProblem` for a missing column, a rate that is no positive number, a year that is none, a
        rate given twice with different values.
        """
        rates: dict[tuple[str, RateKey, str, date | None], Rate] = {}
        for row, (scheme, city, year, level, insurance, rate, start) in columns_of(table, "rates", _COLUMNS, _OPTIONAL):
            where = Where(table.file, table.sheet, row)
            key = RateKey(_every(city), _year(year, where), level)
            found = Rate(
                _every(scheme), key, _every(insurance), positive(rate, where), day_of(start, where), table.file
            )
            same = (found.scheme, key, found.insurance, found.valid_from)
            if rates.setdefault(same, found).yuan != found.yuan:
                code = " ".join(part for part in (scheme, city, key.year, level, insurance, start) if part)
                raise UserProblem("drg.payment.twice", remedy="drg.remedy.price_file", where=where, code=code)
        if not rates:
            raise UserProblem("drg.payment.no_rows", remedy="drg.remedy.price_file", where=table.where())
        return cls(tuple(rates.values()), table.where())

    def places(self) -> tuple[RateKey, ...]:
        """Return the places, years and levels to choose from, in order."""
        return tuple(sorted({rate.key for rate in self.rates}))

    def require(self, year: str, level: str) -> None:
        """Raise :class:`UserProblem` with what there is when no rate is for the level and, if one is named, year."""
        if not any(same_level(key.level, level) and year in ("", key.year) for key in self.places()):
            there = named([f"{key.year} {key.level}" for key in self.places()])
            raise UserProblem(
                "payment.no_such_rate",
                remedy="drg.remedy.choose_rate",
                where=self.where,
                wanted=f"{year} {level}".strip(),
                there=there,
            )


def find_rate(tables: Sequence[RateTable], wanted: RateWanted) -> Rate | None:
    """Return the rate for exactly the year wanted, None without one. Earlier tables come first.

    In a table the row that names scheme, city and insurance type goes before one for all of them; of those that have
    begun on the day the latest counts.
    """
    for table in tables:
        fitting = [
            rate
            for rate in table.rates
            if rate.key.year == wanted.year
            and _is_for(rate, wanted)
            and (rate.valid_from is None or rate.valid_from <= wanted.day)
        ]
        if fitting:
            return max(fitting, key=_closeness)
    return None


def years_there(tables: Sequence[RateTable], wanted: RateWanted) -> tuple[str, ...]:
    """Return the years that have a rate for the same place, level and insurance type, in order."""
    return tuple(sorted({rate.key.year for table in tables for rate in table.rates if _is_for(rate, wanted)}))


def levels_there(tables: Sequence[RateTable]) -> tuple[str, ...]:
    """Return the hospital levels of all tables, in order."""
    return tuple(sorted({rate.key.level for table in tables for rate in table.rates}))


def same_level(one: str, other: str) -> bool:
    """Return whether two texts name one hospital level: width, blanks and letter case do not count."""
    return _folded(one) == _folded(other)


def level_name(level: str) -> str:
    """Return a hospital level as it reads in a sentence: the word as it is, a bare sign with its noun."""
    is_word = len(_folded(level)) > 1 and not _folded(level).isascii()
    return level if is_word else text("payment.level_name", level=level)


def insurance_of(pay_method: str) -> str | None:
    """Return the insurance type of a payment method of the front page, None when it is not paid by DRG.

    1.x is employees' insurance, 2.x and 3.x residents' (domain.md D-PAY); ``11`` is read as ``1.1``, ``02`` as 2.
    """
    sign = pay_method.strip().lstrip("0")[:1]
    kinds: Mapping[str, object] = words()["insurance"]
    found = kinds.get(sign)
    return str(found) if found is not None else None


def _is_for(rate: Rate, wanted: RateWanted) -> bool:
    return (
        rate.scheme in ("", wanted.scheme)
        and rate.key.city in ("", wanted.city)
        and rate.insurance in ("", wanted.insurance)
        and same_level(rate.key.level, wanted.level)
    )


def _closeness(rate: Rate) -> tuple[bool, bool, bool, date]:
    return bool(rate.scheme), bool(rate.key.city), bool(rate.insurance), rate.valid_from or date.min


def _folded(level: str) -> str:
    return "".join(unicodedata.normalize("NFKC", level).split()).upper()


def _every(cell: str) -> str:
    return "" if cell.upper() in words()["every"]["names"] else cell


def _year(cell: str, where: Where) -> str:
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", cell).removesuffix(".0") if sign.isdecimal())
    if len(digits) != _YEAR_DIGITS:
        raise UserProblem("payment.bad_year", remedy="payment.remedy.year", where=where, found=cell)
    return digits
