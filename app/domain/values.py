"""From the text of a cell to a value and back (domain.md 2.1, 6.3). Nothing is repaired silently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from app.domain.case import Value
from app.domain.dictionaries import dictionary
from app.domain.field import FieldSpec, FieldType, Group, Requirement, TextForm
from app.domain.identity import has_valid_check
from app.domain.reading import NO_HINTS, Parsed, ParseHints, ProblemKind, Reading, Repair, RepairKind
from app.domain.value_codes import read_code, read_dict, read_list
from app.domain.value_dates import format_date, read_date
from app.domain.value_numbers import age_text_days, format_decimal, format_money, read_decimal, read_int, read_money

__all__ = [
    "NO_HINTS",
    "ParseHints",
    "Parsed",
    "ProblemKind",
    "Repair",
    "RepairKind",
    "age_text_days",
    "display",
    "format_value",
    "parse",
]

DASHES: Final = frozenset({"-", "--", "—", "——", "－", "–", "―", "/", "／"})
_NOTHING: Final = frozenset({"无"})
_UNKNOWN: Final = frozenset({"不详", "未填", "未填写", "空", "暂缺"})
_TECHNICAL: Final = frozenset({"null", "#n/a", "n/a", "#ref!", "#value!", "#name?", "#div/0!", "nan", "none", "(null)"})
_UNWANTED: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_UNWANTED_IN_PROSE: Final = re.compile(r"\s*[\r\n\t]+\s*")
_WIDE: Final = re.compile(r"[０-９Ａ-Ｚａ-ｚ]")
_NARROW: Final = {
    code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)
}
_INTEGER_TEXT: Final = re.compile(r"(\d+)\.0+", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


def parse(spec: FieldSpec, text: str, *, hints: ParseHints = NO_HINTS) -> Parsed:
    """Read a cell. What cannot be read gives no value, the text in ``raw`` and a problem; it never raises."""
    cleaned, repairs = _clean(spec, text)
    if not cleaned:
        return Parsed(repairs=repairs)
    if cleaned in DASHES:
        return _dash(spec, cleaned, hints)
    if (dash := _placeholder(spec, cleaned)) is not None:
        repair = Repair(RepairKind.PLACEHOLDER, cleaned, "-" if dash else "")
        return Parsed(dash=dash, repairs=(*repairs, repair))
    reading = _READERS[spec.type](spec, cleaned, hints)
    unread = reading.value is None and reading.problem is not None
    return Parsed(reading.value, cleaned if unread else "", False, (*repairs, *reading.repairs), reading.problem)


def format_value(spec: FieldSpec, value: Value) -> str:
    """Return the text for export: money with two decimals, ``yyyy-MM-dd HH:mm:ss``, codes; '' for None."""
    match value:
        case None:
            return ""
        case tuple():
            return ",".join(value)
        case int() if spec.type is FieldType.MONEY:
            return format_money(value)
        case Decimal():
            return format_decimal(value)
        case date():
            return format_date(value)
        case _:
            return str(value)


def display(spec: FieldSpec, value: Value) -> str:
    """Return the text for the sheet: ``1 男``, ``2026-11-08 14:30``, ``27,945.60``; '' for None.

    Seconds, and a time of midnight, are left out.
    """
    match value:
        case None:
            return ""
        case tuple():
            return "、".join(_with_label(spec, code) for code in value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case int() if spec.type is FieldType.MONEY:
            return f"{'-' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}"
        case str() if spec.dictionary:
            return _with_label(spec, value)
        case _:
            return format_value(spec, value)


def _with_label(spec: FieldSpec, code: str) -> str:
    label = dictionary(spec.dictionary).label(code) if spec.dictionary else ""
    return f"{code} {label}" if label and label != code else code


def _clean(spec: FieldSpec, text: str) -> tuple[str, tuple[Repair, ...]]:
    if spec.form is TextForm.VERBATIM:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        tidy = "\n".join(_UNWANTED.sub("", line).strip() for line in lines.split("\n")).strip()
    else:
        tidy = _UNWANTED.sub("", _UNWANTED_IN_PROSE.sub(" ", text.strip())).strip()
    if tidy == text.strip():
        return tidy, ()
    return tidy, (Repair(RepairKind.CONTROL, text, tidy),)


def _dash(spec: FieldSpec, text: str, hints: ParseHints) -> Parsed:
    if spec.type is FieldType.MONEY and hints.dash_is_zero:
        return Parsed(0, repairs=(Repair(RepairKind.DASH_IS_ZERO, text, format_money(0)),))
    return Parsed(dash=True)


def _placeholder(spec: FieldSpec, text: str) -> bool | None:
    """Return whether the placeholder means a dash (True) or a blank (False), None when the text is none."""
    if text in _NOTHING:
        means_dash = spec.required is not Requirement.MUST or spec.group is not Group.CASE
    elif text.casefold() in _TECHNICAL or (text in _UNKNOWN and spec.form is not TextForm.VERBATIM):
        means_dash = False
    else:
        return None
    known = spec.type is FieldType.DICT and dictionary(spec.dictionary).find(text) is not None
    return None if known else means_dash


def _read_date(spec: FieldSpec, text: str, hints: ParseHints) -> Reading:
    folded = unicodedata.normalize("NFKC", text)
    reading = read_date(folded, hints, with_time=spec.type is FieldType.DATETIME)
    if folded == text or reading.problem:
        return reading
    return Reading(reading.value, (Repair(RepairKind.WIDTH, text, folded), *reading.repairs))


def _read_text(spec: FieldSpec, text: str) -> Reading:
    match spec.form:
        case TextForm.VERBATIM:
            return Reading(text)
        case TextForm.NUMBER:
            return _read_number_text(spec, text)
        case _:
            narrow = text.translate(_NARROW) if _WIDE.search(text) else text
            return Reading(narrow, () if narrow == text else (Repair(RepairKind.WIDTH, text, narrow),))


def _read_number_text(spec: FieldSpec, text: str) -> Reading:
    folded = unicodedata.normalize("NFKC", text)
    # a second time: a sign that NFKC takes apart ("´") can join the letter before it once the blank is gone
    tidy = unicodedata.normalize("NFKC", "".join(folded.split()))
    repairs = []
    if folded != text:
        repairs.append(Repair(RepairKind.WIDTH, text, folded))
    if tidy != folded:
        repairs.append(Repair(RepairKind.SPACES, folded, tidy))
    if _SCIENTIFIC.fullmatch(tidy):
        return Reading(problem=ProblemKind.SCIENTIFIC)
    if whole := _INTEGER_TEXT.fullmatch(tidy):
        repairs.append(Repair(RepairKind.NUMBER_FORM, tidy, whole[1]))
        tidy = whole[1]
    if spec.id == "id_no":
        return _read_identity(tidy, tuple(repairs))
    return Reading(tidy, tuple(repairs))


def _read_identity(text: str, repairs: tuple[Repair, ...]) -> Reading:
    number = text.upper()
    if number != text:
        repairs = (*repairs, Repair(RepairKind.CODE_FORM, text, number))
    rounded = len(number) == 18 and number.endswith("000") and not has_valid_check(number)
    return Reading(number, repairs, ProblemKind.ID_ROUNDED if rounded else None)


_READERS: Final[Mapping[FieldType, Callable[[FieldSpec, str, ParseHints], Reading]]] = {
    FieldType.TEXT: lambda spec, text, _: _read_text(spec, text),
    FieldType.DICT: read_dict,
    FieldType.INT: lambda spec, text, _: read_int(spec, text),
    FieldType.DECIMAL: lambda spec, text, _: read_decimal(spec, text),
    FieldType.MONEY: lambda _, text, hints: read_money(text, hints),
    FieldType.DATE: _read_date,
    FieldType.DATETIME: _read_date,
    FieldType.LIST: lambda spec, text, _: read_list(spec, text),
    FieldType.DX_CODE: read_code,
    FieldType.PX_CODE: read_code,
    FieldType.MORPHOLOGY_CODE: read_code,
}
