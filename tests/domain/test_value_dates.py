"""Dates as files write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fields import field
from app.domain.reading import ParseHints, ProblemKind, RepairKind
from app.domain.values import Parsed, parse

D, T = date, datetime
READABLE = [
    ("2024-05-06", T(2024, 5, 6), None),
    ("2024-05-06 09:30", T(2024, 5, 6, 9, 30), None),
    ("2024-05-06 09:30:15", T(2024, 5, 6, 9, 30, 15), None),
    ("  2024-05-06　", T(2024, 5, 6), None),
    ("2024/5/6", T(2024, 5, 6), RepairKind.DATE_FORM),
    ("2024/05/06 9:30", T(2024, 5, 6, 9, 30), RepairKind.DATE_FORM),
    ("2024.5.6", T(2024, 5, 6), RepairKind.DATE_FORM),
    ("2024年5月6日", T(2024, 5, 6), RepairKind.DATE_FORM),
    ("2024年05月06日9时", T(2024, 5, 6, 9), RepairKind.DATE_FORM),
    ("2024年5月6日9时30分", T(2024, 5, 6, 9, 30), RepairKind.DATE_FORM),
    ("2024年5月6日 9时30分15秒", T(2024, 5, 6, 9, 30, 15), RepairKind.DATE_FORM),
    ("20240506", T(2024, 5, 6), RepairKind.DATE_FORM),
    ("20240506093000", T(2024, 5, 6, 9, 30), RepairKind.DATE_FORM),
    ("202405060930", T(2024, 5, 6, 9, 30), RepairKind.DATE_FORM),
    ("20240506 09:30:15", T(2024, 5, 6, 9, 30, 15), RepairKind.DATE_FORM),
    ("2024-05-06T09:30", T(2024, 5, 6, 9, 30), RepairKind.DATE_FORM),
    ("2024-05-06T09:30:15", T(2024, 5, 6, 9, 30, 15), RepairKind.DATE_FORM),
    ("2024-05-06 09:30:15.0", T(2024, 5, 6, 9, 30, 15), RepairKind.DATE_FORM),
    ("2024-05-06 09", T(2024, 5, 6, 9), RepairKind.DATE_FORM),
    ("45418", T(2024, 5, 6), RepairKind.EXCEL_DATE),
    ("45418.5", T(2024, 5, 6, 12), RepairKind.EXCEL_DATE),
    ("45418.395833333336", T(2024, 5, 6, 9, 30), RepairKind.EXCEL_DATE),
    ("45418.0", T(2024, 5, 6), RepairKind.EXCEL_DATE),
    ("2024-02-29", T(2024, 2, 29), None),
    ("2000-02-29", T(2000, 2, 29), None),
    ("13/06/2024", T(2024, 6, 13), RepairKind.DAY_MONTH),
    ("06/13/2024", T(2024, 6, 13), RepairKind.DAY_MONTH),
    ("05/05/2024", T(2024, 5, 5), RepairKind.DAY_MONTH),
    ("13-6-2024 9:30", T(2024, 6, 13, 9, 30), RepairKind.DAY_MONTH),
    ("２０２４-05-06", T(2024, 5, 6), RepairKind.WIDTH),
    ("1900-12-31", T(1900, 12, 31), None),
]
REFUSED = [
    "24-05-06", "24/5/6", "05/06/24", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "20241301",
    "2024-05-06 25:00", "2024-05-06 09:61", "昨天", "2024", "1956", "4541", "454180", "2024-05", "13/13/2024", "240506",
    "0024-05-06", "2024-05-06X", "2024-05-06T09:30:00+08:00", "45418.5.1", "٢٠٢٤-05-06",
]  # fmt: skip
BLANK = ["0000-00-00", "0000-00-00 00:00:00", "1900-01-01", "1900/1/1", "1900-01-01 00:00:00", "1900-01-00", "0", "0.0"]


def _time(text: str, hints: ParseHints | None = None) -> Parsed:
    return parse(field("admit_time"), text, hints=hints or ParseHints())


@pytest.mark.parametrize(("text", "value", "repair"), READABLE, ids=[row[0] for row in READABLE])
def test_readable(text: str, value: datetime, repair: RepairKind | None) -> None:
    parsed = _time(text)
    assert parsed.value == value
    assert [done.kind for done in parsed.repairs] == ([repair] if repair else [])
    assert parse(field("birth_date"), text).value == value.date()


@pytest.mark.parametrize("text", REFUSED)
def test_refused_and_kept(text: str) -> None:
    parsed = _time(text)
    assert parsed == Parsed(raw=text, problem=ProblemKind.NOT_A_DATE)


@pytest.mark.parametrize("text", BLANK)
def test_fillers_are_blank(text: str) -> None:
    parsed = _time(text)
    assert (parsed.value, parsed.raw, parsed.problem) == (None, "", None)
    assert [done.kind for done in parsed.repairs] == [RepairKind.EMPTY_DATE]


def test_day_and_month_are_asked_for() -> None:
    assert _time("05/06/2024") == Parsed(raw="05/06/2024", problem=ProblemKind.AMBIGUOUS_DATE)
    assert _time("05/06/2024", ParseHints(day_first=True)).value == T(2024, 6, 5)
    assert _time("05/06/2024", ParseHints(day_first=False)).value == T(2024, 5, 6)
    assert _time("13/06/2024", ParseHints(day_first=False)).value == T(2024, 6, 13)


def test_a_date_field_drops_the_time_and_says_so() -> None:
    parsed = parse(field("birth_date"), "1956-03-08 14:20:00")
    assert parsed.value == D(1956, 3, 8)
    assert [done.kind for done in parsed.repairs] == [RepairKind.TIME_DROPPED]
    assert parse(field("birth_date"), "1956-03-08 00:00:00").repairs == ()


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    parsed = _time(text)
    assert parsed.value is None or isinstance(parsed.value, datetime)
    assert parsed.value is None or not parsed.raw
