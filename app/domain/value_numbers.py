"""Numbers, money, weights and ages as files write them (domain.md 6.3)."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.domain.field import FieldSpec
from app.domain.reading import ParseHints, ProblemKind, Reading, Repair, RepairKind

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:E[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_PLAIN: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_WITH_UNIT: Final = re.compile(r"([+-]?[\d,.]+)\s*([^\d\s,.]+)", re.ASCII)
_CURRENCY: Final = re.compile(r"^(?:[¥$]|RMB|CNY)\s*|\s*(?:元|圆|块|RMB|CNY)$", re.IGNORECASE)
_AGE: Final = re.compile(r"(?:(\d{1,3})[岁年])?(?:(\d{1,2})个?月)?(?:(\d{1,3})[天日])?", re.ASCII)
_MONTHS: Final = re.compile(r"(?:(\d{1,2})\s+)?(\d{1,2})/30|(\d{1,2})\s*月\s*(\d{1,2})/30", re.ASCII)
_KILOGRAMS: Final = frozenset({"kg", "千克", "公斤"})
_GRAMS: Final = frozenset({"g", "克"})
_LARGEST: Final = Decimal(10) ** 15
_CENT: Final = Decimal("0.01")
_DAYS_OF_MONTH: Final = 30
"""Months of an age text count 30 days, as the form writes them (``2 15/30``)."""


def read_number(text: str) -> Decimal | None:
    """Return the number a text stands for (thousands commas, exponent allowed), None when it is none or ≥ 10^15."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if not _NUMBER.fullmatch(folded):
        return None
    number = Decimal(folded.replace(",", ""))
    return number if abs(number) < _LARGEST else None


def read_int(spec: FieldSpec, text: str) -> Reading:
    """Read a whole number; its unit may follow. Weights in kilograms become grams, fractions of a gram are rounded."""
    if spec.id in {"age_years", "age_days"}:
        return _read_age(spec, text)
    bare, repairs = _without_unit(spec, text)
    number = read_number(bare)
    if number is None:
        return Reading(problem=ProblemKind.NOT_A_NUMBER)
    if spec.unit == "克":
        return _grams(text, number, repairs)
    if number != number.to_integral_value():
        return Reading(problem=ProblemKind.NOT_A_NUMBER)
    return _whole(bare, int(number), repairs)


def read_decimal(spec: FieldSpec, text: str) -> Reading:
    """Read a decimal number; its unit may follow."""
    bare, repairs = _without_unit(spec, text)
    number = read_number(bare)
    if number is None:
        return Reading(problem=ProblemKind.NOT_A_NUMBER)
    if not _PLAIN.fullmatch(bare):
        repairs = (*repairs, Repair(RepairKind.NUMBER_FORM, bare, format_decimal(number)))
    return Reading(number, repairs)


def read_money(text: str, hints: ParseHints) -> Reading:
    """Read an amount of yuan (of fen when the hints say so) into fen. Fractions of a fen are rounded, half up."""
    bare = _CURRENCY.sub("", _CURRENCY.sub("", unicodedata.normalize("NFKC", text)))
    number = read_number(bare)
    if number is None:
        return Reading(problem=ProblemKind.NOT_A_NUMBER)
    yuan = number / 100 if hints.fen else number
    rounded = yuan.quantize(_CENT, rounding=ROUND_HALF_UP)
    fen = int(rounded * 100)
    kind = None
    if rounded != yuan:
        kind = RepairKind.ROUNDED
    elif hints.fen:
        kind = RepairKind.FEN
    elif not _PLAIN.fullmatch(text):
        kind = RepairKind.MONEY_FORM
    return Reading(fen, (Repair(kind, text, format_money(fen)),) if kind else ())


def format_money(fen: int) -> str:
    """Return yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def format_decimal(number: Decimal) -> str:
    """Return a decimal without exponent."""
    return format(number, "f")


def age_text_days(text: str) -> int | None:
    """Return the days of an age below one year: ``3月15天``, ``2 15/30``, ``0岁12天``, ``12天``.

    A month counts 30 days. Other texts and ages with full years give None.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if found := _MONTHS.fullmatch(folded):
        months, days = int(found[1] or found[3] or 0), int(found[2] or found[4])
        return months * _DAYS_OF_MONTH + days
    parts = _age_parts(folded)
    return parts[1] if parts and parts[0] == 0 else None


def _age_parts(text: str) -> tuple[int, int] | None:
    found = _AGE.fullmatch("".join(text.split()))
    if not found or not any(found.groups()):
        return None
    years, months, days = (int(part or 0) for part in found.groups())
    return years, months * _DAYS_OF_MONTH + days


def _read_age(spec: FieldSpec, text: str) -> Reading:
    number = read_number(text)
    if number is not None and number == number.to_integral_value():
        return _whole(text, int(number), ())
    years: int | None
    parts = _age_parts(unicodedata.normalize("NFKC", text))
    years, days = parts if parts else (0 if age_text_days(text) is not None else None, age_text_days(text))
    value = years if spec.id == "age_years" else days if years == 0 else None
    if value is None:
        return Reading(problem=ProblemKind.NOT_A_NUMBER)
    return Reading(value, (Repair(RepairKind.AGE_TEXT, text, str(value)),))


def _grams(text: str, number: Decimal, repairs: tuple[Repair, ...]) -> Reading:
    if repairs and repairs[-1].kind is RepairKind.KILOGRAM:
        number *= 1000
    elif number != number.to_integral_value() and number < 100:
        return Reading(problem=ProblemKind.NOT_A_NUMBER)
    grams = int(number.to_integral_value(ROUND_HALF_UP))
    if repairs:
        return Reading(grams, (Repair(repairs[-1].kind, text, str(grams)),))
    if number != grams:
        return Reading(grams, (Repair(RepairKind.ROUNDED, text, str(grams)),))
    return _whole(text, grams, ())


def _without_unit(spec: FieldSpec, text: str) -> tuple[str, tuple[Repair, ...]]:
    found = _WITH_UNIT.fullmatch(unicodedata.normalize("NFKC", text))
    if not found:
        return text, ()
    number, unit = found[1], found[2].casefold()
    if spec.unit == "克" and unit in _KILOGRAMS:
        return number, (Repair(RepairKind.KILOGRAM, text, number),)
    if unit == spec.unit.casefold() or (spec.unit == "克" and unit in _GRAMS):
        return number, (Repair(RepairKind.UNIT, text, number),)
    return text, ()


def _whole(text: str, number: int, repairs: tuple[Repair, ...]) -> Reading:
    plain = str(number)
    if text == plain:
        return Reading(number, repairs)
    kind = RepairKind.LEADING_ZERO if text.lstrip("0") == plain.lstrip("0") else RepairKind.NUMBER_FORM
    return Reading(number, (*repairs, Repair(kind, text, plain)))
