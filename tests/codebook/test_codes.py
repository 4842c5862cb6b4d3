"""Spelling of codes and the ranges of rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codebook.codes import (
    CodeRanges,
    category3,
    category4,
    confusions,
    fold_code,
    in_ranges,
    kind_of,
    same_code_key,
    with_dot,
)
from app.domain.coding import CodeKind


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("k80.200X003", "K80.200x003"),
        ("Ｉ２１．９", "I21.9"),
        (" I 21.9 ", "I21.9"),
        ("A01.001/K77.0", "A01.001+K77.0*"),
        ("A01.001†K77.0*", "A01.001+K77.0*"),
        ("a17.000X001+g05.0*", "A17.000x001+G05.0*"),
        ("x59.900", "X59.900"),
        ("17.912a0", "17.912A0"),
        ("I21。9", "I21.9"),
        ("", ""),
    ],
)
def test_codes_are_folded_to_the_spelling_of_tables(typed: str, folded: str) -> None:
    assert fold_code(typed) == folded


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing_more_and_never_fails(text: str) -> None:
    once = fold_code(text)
    assert fold_code(once) == once
    for option in confusions(text):
        assert fold_code(option) == option
    with_dot(once)
    same_code_key(text)


def test_kinds_are_told_by_shape() -> None:
    assert kind_of("K80.200") is CodeKind.DX
    assert kind_of("51.2300") is CodeKind.PX
    assert kind_of("K") is None
    assert kind_of("") is None


def test_categories() -> None:
    assert category3("k80.200x003") == "K80"
    assert category3("51.2300") == "51.2"
    assert category4("K80.200x003") == "K80.2"
    assert category4("I10.x00") == "I10"
    assert category4("A17.000x001+G05.0*") == "A17.0"


@pytest.mark.parametrize(
    ("one", "other"),
    [("I21.9", "I21.900"), ("I10", "I10.x00"), ("51.23", "51.2300"), ("01.6", "01.6x00"), ("K80200", "K80.200")],
)
def test_spellings_of_one_code_share_a_key(one: str, other: str) -> None:
    assert same_code_key(one) == same_code_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("36.1", "36.1000"), ("I10.x01", "I10.x00"), ("K80.2", "K80.201"), ("A01.001", "A01.001+K77.0*")]
)
def test_different_codes_do_not(one: str, other: str) -> None:
    assert same_code_key(one) != same_code_key(other)


def test_left_out_dot_and_lost_zero() -> None:
    assert with_dot("K80200") == "K80.200"
    assert with_dot("512300") == "51.2300"
    assert with_dot("0.66") == "00.66"
    assert with_dot("1.24") == "01.24"
    assert with_dot("36.1") == "36.1"


@pytest.mark.parametrize(
    ("code", "ranges", "inside"),
    [
        ("C50.900x001", "C00-C97, D06", True),
        ("C97.x00", "C00-C97", True),
        ("D06.900", "C00-C97, D06", True),
        ("D07.100", "C00-C97, D06", False),
        ("P07.001", "P07.0", True),
        ("P07.100", "P07.0", False),
        ("D07.500x003", "D07.4-D07.6", True),
        ("D07.3", "D07.4-D07.6", False),
        ("I10.x00x002", "I10-I15", True),
        ("60.2100", "60-64", True),
        ("65.0100", "60-64", False),
        ("36.1500", "36.1", True),
        ("96.7101", "96.70-96.72", True),
        ("96.0400", "96.70-96.72", False),
        ("00.4500x001", "00.45-00.48", True),
        ("", "A00-Z99", False),
    ],
)
def test_ranges(code: str, ranges: str, inside: bool) -> None:
    assert in_ranges(code, ranges) is inside


def test_a_dual_code_is_tested_by_its_dagger_unless_the_range_is_an_asterisk_category() -> None:
    dual = "A17.000x001+G05.0*"
    assert in_ranges(dual, "A15-A19")
    assert not in_ranges(dual, "G00-G99")
    assert in_ranges(dual, "G05")
    assert in_ranges(dual, "G05.0")
    assert not in_ranges("A18.100+N33.0*", "N30-N39")
    assert in_ranges("H47.100", "H47")
    assert not in_ranges("H47.100", "H47*")
    assert in_ranges("A52.100+H47.0*", "H47*")


@pytest.mark.parametrize("text", ["K80-51", "-", "C00-", "C00-C10-C20", "hello"])
def test_a_bound_that_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        CodeRanges.parse(text)
