"""A period of discharge in months, as it is written: 2025-12 至 2026-11."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text

_MONTHS: Final = re.compile(r"\D*(\d{4})\D(\d{1,2})\D+(\d{4})\D(\d{1,2})\D*|\D*(\d{4})\D(\d{1,2})\D*")


def period_text(first: date, last: date) -> str:
    """Return a period as its field shows it."""
    return text("compare.period", first=f"{first:%Y-%m}", last=f"{last:%Y-%m}")


def parse_period(given: str) -> tuple[date, date]:
    """Return first and last day of the months that were typed; one month alone is that month.

    Raises :class:`UserProblem` for what is no period.
    """
    matched = _MONTHS.fullmatch(given)
    numbers = [int(part) for part in matched.groups() if part] if matched else []
    years, months = numbers[::2], numbers[1::2]
    if not years or not all(1 <= month <= 12 for month in months) or (years[0], months[0]) > (years[-1], months[-1]):
        raise UserProblem("compare.problem.period", remedy="compare.remedy.period", given=given)
    last_day = monthrange(years[-1], months[-1])[1]
    return date(years[0], months[0], 1), date(years[-1], months[-1], last_day)
