"""Numbers, money, weights, ages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.case import Value
from app.domain.fields import field
from app.domain.reading import ParseHints, ProblemKind, RepairKind
from app.domain.value_numbers import age_text_days
from app.domain.values import Parsed, parse

K = RepairKind


@pytest.mark.parametrize(
    ("path", "text", "value", "kinds"),
    [
        ("admission_count", "2", 2, []),
        ("admission_count", "2.0", 2, [K.NUMBER_FORM]),
        ("admission_count", "２", 2, [K.NUMBER_FORM]),
        ("admission_count", "02", 2, [K.LEADING_ZERO]),
        ("admission_count", "2次", 2, [K.UNIT]),
        ("admission_count", "-1", -1, []),
        ("los_days", "1,234", 1234, [K.NUMBER_FORM]),
        ("los_days", "8 天", 8, [K.UNIT]),
        ("los_days", "0", 0, []),
        ("nb_admit_weight", "3280", 3280, []),
        ("nb_admit_weight", "3350.0", 3350, [K.NUMBER_FORM]),
        ("nb_admit_weight", "3350g", 3350, [K.UNIT]),
        ("nb_admit_weight", "3350克", 3350, [K.UNIT]),
        ("nb_admit_weight", "3.35kg", 3350, [K.KILOGRAM]),
        ("nb_admit_weight", "3.3554 公斤", 3355, [K.KILOGRAM]),
        ("nb_admit_weight", "3350.6", 3351, [K.ROUNDED]),
        ("nb_weight[0]", "2.8ＫＧ", 2800, [K.KILOGRAM]),
        ("op[0].hours", "1.50", Decimal("1.5"), []),
        ("op[0].hours", "1.5小时", Decimal("1.5"), [K.UNIT]),
        ("op[0].hours", "1,500.5", Decimal("1500.5"), [K.NUMBER_FORM]),
        ("age_years", "68", 68, []),
        ("age_years", "68岁", 68, [K.AGE_TEXT]),
        ("age_years", "3月15天", 0, [K.AGE_TEXT]),
        ("age_years", "2岁3月", 2, [K.AGE_TEXT]),
        ("age_days", "12", 12, []),
        ("age_days", "12天", 12, [K.AGE_TEXT]),
        ("age_days", "0岁12天", 12, [K.AGE_TEXT]),
        ("age_days", "3月15天", 105, [K.AGE_TEXT]),
        ("age_days", "2 15/30", 75, [K.AGE_TEXT]),
    ],
)
def test_numbers(path: str, text: str, value: Value, kinds: list[RepairKind]) -> None:
    parsed = parse(field(path), text)
    assert parsed.value == value
    assert [done.kind for done in parsed.repairs] == kinds


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("admission_count", "两次"),
        ("admission_count", "1.5"),
        ("admission_count", "2天"),
        ("admission_count", "9" * 20),
        ("admission_count", "1E400000"),
        ("admission_count", "1,23"),
        ("nb_admit_weight", "3.35"),
        ("nb_admit_weight", "3.35斤"),
        ("op[0].hours", "nan."),
        ("op[0].hours", "Infinity"),
        ("age_days", "2岁3月"),
        ("age_years", "岁"),
        ("fee_total", "12..5"),
        ("fee_total", "一百元"),
        ("fee_total", "元"),
    ],
)
def test_not_numbers(path: str, text: str) -> None:
    assert parse(field(path), text) == Parsed(raw=text, problem=ProblemKind.NOT_A_NUMBER)


@pytest.mark.parametrize(
    ("text", "fen", "kinds"),
    [
        ("5817.1", 581710, []),
        ("5817", 581700, []),
        ("0", 0, []),
        ("-12.30", -1230, []),
        ("￥1,234.50", 123450, [K.MONEY_FORM]),
        ("¥1234.5", 123450, [K.MONEY_FORM]),
        ("1234.5元", 123450, [K.MONEY_FORM]),
        ("１２.５", 1250, [K.MONEY_FORM]),
        ("1.2E+3", 120000, [K.MONEY_FORM]),
        ("0.30000000000000004", 30, [K.ROUNDED]),
        ("0.005", 1, [K.ROUNDED]),
        ("-0.005", -1, [K.ROUNDED]),
    ],
)
def test_money(text: str, fen: int, kinds: list[RepairKind]) -> None:
    parsed = parse(field("fee_total"), text)
    assert parsed.value == fen
    assert [done.kind for done in parsed.repairs] == kinds


def test_money_in_fen_when_the_layout_says_so() -> None:
    parsed = parse(field("fee_total"), "581710", hints=ParseHints(fen=True))
    assert parsed.value == 581710
    assert parsed.repairs[0].kind is K.FEN
    assert parsed.repairs[0].after == "5817.10"


def test_dash_fee_is_nothing_unless_the_layout_says_zero() -> None:
    assert parse(field("fee_op"), "-") == Parsed(dash=True)
    zero = parse(field("fee_op"), "—", hints=ParseHints(dash_is_zero=True))
    assert (zero.value, zero.dash, zero.repairs[0].kind) == (0, False, K.DASH_IS_ZERO)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3月15天", 105), ("2 15/30", 75), ("0 12/30", 12), ("12/30", 12), ("1月 10/30", 40), ("0岁12天", 12),
        ("12天", 12), ("1个月", 30), ("1岁2月", None), ("十天", None), ("", None), ("15", None),
    ],
)  # fmt: skip
def test_age_text(text: str, days: int | None) -> None:
    assert age_text_days(text) == days
