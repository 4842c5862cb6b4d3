"""Words that several pages put together in the same way: age, dates, money."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

SEX: Final = {"1": "男", "2": "女"}
_DAYS_ONLY: Final = 31
_MONTH_DAYS: Final = 30


def sex_text(code: str) -> str:
    """Return 男 or 女, '' for the codes of unknown and not stated."""
    return SEX.get(code, "")


def age_text(years: int | None, days: int | None) -> str:
    """Return ``68 岁``, ``6 天``, ``3 月 15 天``, ``< 1 岁`` without the days, '' when neither is known."""
    if years:
        return f"{years} 岁"
    if days is None:
        return "" if years is None else "< 1 岁"
    if days < _DAYS_ONLY:
        return f"{days} 天"
    months, rest = divmod(days, _MONTH_DAYS)
    return f"{months} 月 {rest} 天" if rest else f"{months} 月"


def short_date(value: date | datetime | None, year: int) -> str:
    """Return ``11-19`` within ``year``, else ``2025-11-19``; '' for None."""
    if value is None:
        return ""
    return f"{value:%m-%d}" if value.year == year else f"{value:%Y-%m-%d}"


def days_left(days: int) -> str:
    """Return ``剩 2 天``, ``今天`` or ``过 1 天``."""
    return f"剩 {days} 天" if days > 0 else "今天" if days == 0 else f"过 {-days} 天"


def yuan(fen: int | None) -> str:
    """Return an amount in yuan with two decimals and a minus sign as Chinese print has it; ``—`` for None."""
    if fen is None:
        return "—"
    return f"{Decimal(fen) / 100:,.2f}".replace("-", "−")


def joined(*parts: str, sign: str = " · ") -> str:
    """Join what is not empty."""
    return sign.join(part for part in parts if part)
