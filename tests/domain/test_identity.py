"""Identity numbers."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import check_digit, has_valid_check, id_birth_date, id_sex, is_id_shape, make_id

GOOD = "11010519491231002X"


def test_check_character_of_the_standard_example() -> None:
    assert check_digit(GOOD[:17]) == "X"
    assert has_valid_check(GOOD)
    assert has_valid_check(GOOD.lower())


@pytest.mark.parametrize("number", ["110105194912310021", "11010519491231002", "1101051949123100XX", "", "证件"])
def test_wrong_check_or_shape(number: str) -> None:
    assert not has_valid_check(number)


@pytest.mark.parametrize("digits", ["1", "1101051949123100X", "１１０１０５１９４９１２３１００２"])
def test_check_digit_wants_17_digits(digits: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        check_digit(digits)


def test_old_numbers_of_15_digits() -> None:
    number = "110105491231002"
    assert is_id_shape(number)
    assert has_valid_check(number)
    assert id_birth_date(number) == date(1949, 12, 31)
    assert id_sex(number) == "2"


def test_impossible_birth_date() -> None:
    assert id_birth_date("110105194902310021") is None
    assert id_birth_date("护照 E123") is None
    assert id_sex("E12345678") == ""


@given(
    birth=st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    sex=st.sampled_from([1, 2]),
    serial=st.integers(0, 99),
    digit=st.integers(0, 16),
    shift=st.integers(1, 9),
)
def test_made_numbers_are_consistent_and_every_single_slip_is_caught(
    birth: date, sex: int, serial: int, digit: int, shift: int
) -> None:
    number = make_id("330106", birth, sex, serial)
    assert has_valid_check(number)
    assert id_birth_date(number) == birth
    assert id_sex(number) == str(sex)
    slip = number[:digit] + str((int(number[digit]) + shift) % 10) + number[digit + 1 :]
    assert not has_valid_check(slip)


def test_the_ward_holds_valid_numbers_but_for_the_planted_ones(reference: Path) -> None:
    folder = reference / "batches" / "ward_500"
    with (folder / "faults.csv").open(encoding="utf-8-sig", newline="") as handle:
        planted = {row["BAH"] for row in csv.DictReader(handle) if row["fault"] == "身份证校验位错误"}
    with (folder / "hqms_gbk.csv").open(encoding="gb18030", newline="") as handle:
        wrong = {row["BAH"] for row in csv.DictReader(handle) if not has_valid_check(row["SFZH"])}
    assert wrong == planted != set()
