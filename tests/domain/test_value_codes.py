"""Dictionary values, lists and codes."""

from __future__ import annotations

import pytest

from app.domain.case import Value
from app.domain.fields import field
from app.domain.reading import ParseHints, ProblemKind, RepairKind
from app.domain.value_codes import fold_code_text
from app.domain.values import Parsed, parse

K = RepairKind


@pytest.mark.parametrize(
    ("path", "text", "value", "kinds"),
    [
        ("sex", "1", "1", []),
        ("sex", "男", "1", [K.LABEL]),
        ("sex", "M", "1", [K.LABEL]),
        ("sex", "1.0", "1", [K.NUMBER_FORM]),
        ("sex", "01", "1", [K.LEADING_ZERO]),
        ("pay_method", "02", "2", [K.LEADING_ZERO]),
        ("pay_method", "1.1", "1.1", []),
        ("pay_method", "11", "1.1", [K.LABEL]),
        ("ethnicity", "1", "01", [K.LEADING_ZERO]),
        ("abo", "不详", "5", [K.LABEL]),
        ("allergy_flag", "无", "1", [K.LABEL]),
        ("native_place", "浙江省杭州市", "33", [K.PROVINCE]),
        ("native_place", "浙江", "33", [K.LABEL]),
        ("admit_dept", "3.04", "03.04", [K.LEADING_ZERO]),
        ("admit_dept", "28.0", "28", [K.NUMBER_FORM]),
        ("op[0].incision", "1", "1", []),
        ("op[0].incision", "Ⅰ", "1", [K.LABEL]),
        ("op[0].incision", "Ⅱ/甲", "2", [K.JOINT]),
        ("op[0].healing", "Ⅱ/甲", "1", [K.JOINT]),
        ("op[0].healing", "0", None, []),
        ("op[0].anes_method", "01", "1", [K.LEADING_ZERO]),
        ("transfer_depts", "28,03.04", ("28", "03.04"), []),
        ("transfer_depts", "28，心内科", ("28", "03.04"), [K.LIST_FORM]),
        ("transfer_depts", "28.0;3.04", ("28", "03.04"), [K.LIST_FORM]),
        ("transfer_depts", "内科→外科", ("03", "04"), [K.LIST_FORM]),
    ],
)
def test_values(path: str, text: str, value: Value, kinds: list[RepairKind]) -> None:
    parsed = parse(field(path), text)
    assert (parsed.value, parsed.raw, parsed.problem) == (value, "", None)
    assert [done.kind for done in parsed.repairs] == kinds


def test_a_joint_column_with_one_part_is_the_incision() -> None:
    joint = ParseHints(joint=True)
    assert parse(field("op[0].incision"), "1", hints=joint).value == "1"
    assert parse(field("op[0].healing"), "1", hints=joint) == Parsed()


@pytest.mark.parametrize(
    ("path", "text"),
    [("discharge_way", "7"), ("admit_dept", "心内一"), ("transfer_depts", "28,心内一"), ("op[0].incision", "特大")],
)
def test_outside_the_dictionary(path: str, text: str) -> None:
    assert parse(field(path), text) == Parsed(raw=text, problem=ProblemKind.NOT_IN_DICTIONARY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I21.900", "I21.900"),
        ("k80.200X003", "K80.200x003"),
        ("Ｉ２１．９", "I21.9"),
        ("I21. 900", "I21.900"),
        ("I10.X00", "I10.x00"),
        ("X60.X00", "X60.x00"),
        ("A01.001+K77.0*", "A01.001+K77.0*"),
        ("a01.001†k77.0＊", "A01.001+K77.0*"),
        ("A01.001/K77.0*", "A01.001+K77.0*"),
        ("I10", "I10"),
        ("K80.2", "K80.2"),
        ("W19.x00", "W19.x00"),
    ],
)
def test_diagnosis_codes(text: str, code: str) -> None:
    parsed = parse(field("dx[0].code"), text)
    assert parsed.value == code
    assert [done.kind for done in parsed.repairs] == ([] if text == code else [K.CODE_FORM])


@pytest.mark.parametrize(
    ("text", "code", "kinds"),
    [
        ("51.2300", "51.2300", []),
        ("51.23", "51.23", []),
        ("74.1X01", "74.1x01", [K.CODE_FORM]),
        ("0.66", "00.66", [K.LEADING_ZERO]),
        ("1.24", "01.24", [K.LEADING_ZERO]),
        ("34.0200X003", "34.0200x003", [K.CODE_FORM]),
    ],
)
def test_procedure_codes(text: str, code: str, kinds: list[RepairKind]) -> None:
    parsed = parse(field("op[0].code"), text)
    assert parsed.value == code
    assert [done.kind for done in parsed.repairs] == kinds


def test_a_code_that_was_a_number_stays_in_doubt() -> None:
    parsed = parse(field("op[0].code"), "36.1", hints=ParseHints(numeric=True))
    assert (parsed.value, parsed.problem) == ("36.1", ProblemKind.NUMERIC_CODE)


def test_morphology_keeps_its_slash() -> None:
    assert parse(field("path[0].code"), "m81400/3").value == "M81400/3"


@pytest.mark.parametrize("text", ["肺炎", "I21.900急性", "code", "?", "I21,900"])
def test_no_code(text: str) -> None:
    assert parse(field("dx[0].code"), text) == Parsed(raw=text, problem=ProblemKind.NOT_A_CODE)


def test_folding_is_idempotent() -> None:
    for text in ("ｋ８０.２００Ｘ００３", "a01.001†k77.0＊", "x60.x00"):
        assert fold_code_text(fold_code_text(text)) == fold_code_text(text)
