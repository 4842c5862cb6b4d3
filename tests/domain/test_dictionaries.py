"""Dictionaries are sound and understand what files write."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from datetime import date

import pytest

from app.common.paths import data
from app.domain.case import CaseState
from app.domain.dictionaries import (
    DICTIONARIES,
    Dictionary,
    Entry,
    dictionary,
    incision_and_healing,
    marital_status,
)

ALL = sorted(DICTIONARIES)


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@pytest.mark.parametrize("id", ALL)
def test_codes_and_labels_are_unique(id: str) -> None:
    entries = dictionary(id).entries
    assert dictionary(id).title
    for values in ([e.code for e in entries], [e.label for e in entries]):
        assert [value for value, count in Counter(values).items() if count > 1] == []
        assert all(value == value.strip() != "" for value in values)


@pytest.mark.parametrize("id", ALL)
def test_names_are_unambiguous(id: str) -> None:
    owners: dict[str, set[str]] = {}
    for entry in dictionary(id).entries:
        for name in (entry.code, entry.label, *entry.aliases):
            owners.setdefault(_fold(name), set()).add(entry.code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("id", ALL)
def test_every_name_finds_its_code(id: str) -> None:
    for entry in dictionary(id).entries:
        for name in (entry.code, entry.label, *entry.aliases, f"{entry.code} {entry.label}"):
            assert dictionary(id).find(name) == entry.code, name


@pytest.mark.parametrize(
    ("id", "text", "code"),
    [
        ("D-SEX", "１", "1"),
        ("D-SEX", " 男 ", "1"),
        ("D-SEX", "1.男", "1"),
        ("D-SEX", "1-男", "1"),
        ("D-SEX", "f", "2"),
        ("D-SEX", "0", "0"),
        ("D-SEX", "2 男", None),
        ("D-SEX", "3", None),
        ("D-SEX", "", None),
        ("D-PAY", "02", "2"),
        ("D-PAY", "11", "1.1"),
        ("D-PAY", "99", "9"),
        ("D-PAY", "08", "8"),
        ("D-MARRY", "23", "2"),
        ("D-MARRY", "10", "1"),
        ("D-MARRY", "90", "9"),
        ("D-ANES", "01", "1"),
        ("D-ANES", "34", "34"),
        ("D-ETHNIC", "1", "01"),
        ("D-ETHNIC", "汉", "01"),
        ("D-ETHNIC", "97", "66"),
        ("D-COUNTRY", "中国", "CHN"),
        ("D-COUNTRY", "156", "CHN"),
        ("D-COUNTRY", "cn", "CHN"),
        ("D-COUNTRY", "40", "AUT"),
        ("D-PROVINCE", "浙江省", "33"),
        ("D-REL", "9", "8"),
        ("D-DEPT", "A03.04", "03.04"),
        ("D-DEPT", "0304", "03.04"),
        ("D-DEPT", "3.04", "03.04"),
        ("D-DEPT", "3.1", None),
        ("D-DEPT", "7", "07"),
        ("D-DEPT", "心内科", "03.04"),
        ("D-DEPT", "04.01.01", "04.01.01"),
        ("D-OCC", "退(离)休人员", "80"),
        ("D-WAY", "7", None),
        ("D-DAYSURG", "2", "0"),
    ],
)
def test_find(id: str, text: str, code: str | None) -> None:
    assert dictionary(id).find(text) == code


def test_sizes_named_by_the_standards() -> None:
    assert len(dictionary("D-COUNTRY")) >= 240
    assert all(len(entry.code) == 3 and len(entry.aliases) >= 2 for entry in dictionary("D-COUNTRY").entries)
    assert len(dictionary("D-ETHNIC")) == 57
    assert len(dictionary("D-PROVINCE")) == 34
    assert len(dictionary("D-OCC")) == 13
    assert len(dictionary("D-ANES")) == 5 + 3 + 2 + 6 + 5
    ranges = {"08": 6, "11": 4, "12": 10, "16": 7, "50": 18}
    for main, count in ranges.items():
        assert sum(entry.code.startswith(f"{main}.") for entry in dictionary("D-DEPT").entries) == count


def test_unverified_sets_say_so() -> None:
    for id in ("D-STATE", "D-IDTYPE", "D-ICU", "D-BLOOD", "D-DAYSURG", "D-PATHWAY", "D-TEST", "D-MATCH", "D-CUTHEAL"):
        assert all(entry.unverified for entry in dictionary(id).entries), id
    assert not any(entry.unverified for entry in dictionary("D-SEX").entries)
    assert all(entry.edition for values in DICTIONARIES.values() for entry in values.entries)


def test_labels() -> None:
    assert dictionary("D-SEX").label("2") == "女"
    assert dictionary("D-SEX").label("7") == ""
    assert "2" in dictionary("D-SEX")
    assert "02" not in dictionary("D-SEX")


def test_search_by_code_label_and_initials() -> None:
    departments = dictionary("D-DEPT")
    assert departments.search("03.04")[0] == ("03.04", "心血管内科专业")
    assert departments.search("骨科")[0] == ("04.03", "骨科专业")
    assert departments.search("xxgnk")[0] == ("03.04", "心血管内科专业")
    assert dictionary("D-COUNTRY").search("zg")[0] == ("CHN", "中国")
    assert departments.search("没有这个科") == []
    assert len(dictionary("D-SEX").search("")) == 4


def test_retired_values_are_understood_but_not_offered() -> None:
    values = Dictionary("D-X", "试", (Entry("1", "现行"), Entry("2", "旧的", active=False)))
    assert values.find("旧的") == "2"
    assert values.search("") == [("1", "现行")]


def test_province_at_the_start_of_an_address() -> None:
    provinces = dictionary("D-PROVINCE")
    assert provinces.find_start("内蒙古自治区呼和浩特市") == "15"
    assert provinces.find_start("杭州市西湖区") is None


@pytest.mark.parametrize(
    ("code", "discharge", "today"),
    [
        ("3", date(2019, 9, 15), "4"),
        ("4", date(2019, 9, 15), "3"),
        ("3", date(2019, 9, 16), "3"),
        ("4", None, "4"),
        ("2", date(2018, 1, 1), "2"),
    ],
)
def test_marital_codes_changed_in_2019(code: str, discharge: date | None, today: str) -> None:
    assert marital_status(code, discharge) == today


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ⅰ/甲", ("1", "1")),
        ("I甲", ("1", "1")),
        ("1/1", ("1", "1")),
        ("11", ("1", "1")),
        ("II/乙", ("2", "2")),
        ("Ⅱ类/乙级", ("2", "2")),
        ("Ⅲ／其他", ("3", "9")),
        ("39", ("3", "9")),
        ("1-2", ("1", "2")),
        ("0", ("0", None)),
        ("0类", ("0", None)),
        ("Ⅱ", ("2", None)),
        ("丙", (None, "3")),
        ("14", (None, None)),
        ("不明", (None, None)),
    ],
)
def test_joint_incision_and_healing(text: str, parts: tuple[str | None, str | None]) -> None:
    assert incision_and_healing(text) == parts


def test_joint_export_codes_split_into_their_parts() -> None:
    for entry in dictionary("D-CUTHEAL").entries:
        parts = incision_and_healing(entry.code)
        assert "".join(part or "" for part in parts) == entry.code
        assert incision_and_healing(entry.label) == parts


def test_case_states_carry_the_labels_of_the_design() -> None:
    with (data("resources") / "theme" / "tokens.toml").open("rb") as handle:
        tokens = tomllib.load(handle)["state"]
    states = {entry.code: entry.label for entry in dictionary("D-CASESTATE").entries}
    assert states == {state.value: tokens[state.value]["label"] for state in CaseState}


def test_departments_can_be_listed() -> None:
    assert not any(mark in entry.label for entry in dictionary("D-DEPT").entries for mark in "、,，;；")
