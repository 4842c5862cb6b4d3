"""Dates as files write them (domain.md 6.3, first row)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from app.domain.case import Value
from app.domain.reading import ParseHints, ProblemKind, Reading, Repair, RepairKind

_TIME: Final = r"(?:[T\s]\s*|(?<=日))(\d{1,2})(?:[:时](?:(\d{1,2})(?:[:分](?:(\d{1,2})(?:\.\d+)?秒?)?)?)?)?"
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})([-/.年])(\d{{1,2}})[-/.月](\d{{1,2}})日?(?:{_TIME})?", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\s*(\d\d):?(\d\d):?(\d\d)?)?", re.ASCII)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_YEAR_LAST: Final = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})(?:{_TIME})?", re.ASCII)
_EMPTY: Final = re.compile(r"(?:0+(?:\.0+)?|0000[-/.]?00[-/.]?00|1900[-/.]0?1[-/.]0?[01])(?:[T\s].*)?", re.ASCII)
_CANONICAL: Final = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?", re.ASCII)
_EXCEL_EPOCH: Final = datetime(1899, 12, 30)
_HALF_SECOND: Final = timedelta(milliseconds=500)


def read_date(text: str, hints: ParseHints, *, with_time: bool) -> Reading:
    """Read a date, or a date and time when ``with_time`` (midnight when the text has no time).

    Two-digit years and impossible days are refused. A day/month form that can be both is AMBIGUOUS_DATE unless
    the hints say which. A five-digit number is an Excel serial day (1900 system).
    """
    if _EMPTY.fullmatch(text):
        return Reading(None, (Repair(RepairKind.EMPTY_DATE, text, ""),))
    try:
        moment, kind = _moment(text, hints)
    except _AmbiguousError:
        return Reading(problem=ProblemKind.AMBIGUOUS_DATE)
    except (ValueError, OverflowError):
        return Reading(problem=ProblemKind.NOT_A_DATE)
    value: Value = moment if with_time else moment.date()
    repairs = []
    if kind is not None:
        repairs.append(Repair(kind, text, format_date(moment)))
    if not with_time and moment.time() != time():
        repairs.append(Repair(RepairKind.TIME_DROPPED, text, format_date(moment.date())))
    return Reading(value, tuple(repairs))


def format_date(value: date) -> str:
    """Return ``yyyy-MM-dd`` of a date, ``yyyy-MM-dd HH:mm:ss`` of a datetime."""
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else value.isoformat()


class _AmbiguousError(Exception):
    pass


def _moment(text: str, hints: ParseHints) -> tuple[datetime, RepairKind | None]:
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, *clock = found.groups()
        kind = None if _CANONICAL.fullmatch(text) else RepairKind.DATE_FORM
        return _datetime(year, month, day, clock), kind
    if found := _COMPACT.fullmatch(text):
        year, month, day, *clock = found.groups()
        return _datetime(year, month, day, clock), RepairKind.DATE_FORM
    if _SERIAL.fullmatch(text):
        return (_EXCEL_EPOCH + timedelta(days=float(text)) + _HALF_SECOND).replace(microsecond=0), RepairKind.EXCEL_DATE
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year, *clock = found.groups()
        day, month = _day_and_month(first, second, hints)
        return _datetime(year, month, day, clock), RepairKind.DAY_MONTH
    raise ValueError("no known form")


def _day_and_month(first: str, second: str, hints: ParseHints) -> tuple[str, str]:
    if int(first) > 12 or first == second:
        return first, second
    if int(second) > 12:
        return second, first
    if hints.day_first is None:
        raise _AmbiguousError
    return (first, second) if hints.day_first else (second, first)


def _datetime(year: str, month: str, day: str, clock: list[str | None]) -> datetime:
    if int(year) < 1000:
        raise ValueError("year")
    hour, minute, second = (int(part or 0) for part in clock)
    return datetime(int(year), int(month), int(day), hour, minute, second)
