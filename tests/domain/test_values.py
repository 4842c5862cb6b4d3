"""Cells become values and values become cells again."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.common.texts import text as sentence
from app.domain.case import Value
from app.domain.dictionaries import dictionary
from app.domain.field import FieldSpec, FieldType, TextForm
from app.domain.fields import FIELDS, field
from app.domain.headings import Layout, resolve
from app.domain.identity import make_id
from app.domain.reading import ParseHints, ProblemKind, Reading, Repair, RepairKind
from app.domain.values import DASHES, Parsed, display, format_value, parse

K = RepairKind
FILLERS = {"无", "不详", "未填", "未填写", "空", "暂缺"}
NULLS = {"null", "(null)", "n/a", "none", "nan"}


def _is_plain(text: str) -> bool:
    return text == text.strip() and text not in DASHES | FILLERS and text.casefold() not in NULLS and text != ""


def _texts(form: TextForm) -> st.SearchStrategy[str]:
    if form is TextForm.NUMBER:
        shaped = st.text("0123456789ABXx-.()", min_size=1, max_size=20)
        return shaped.filter(lambda t: _is_plain(t) and "." not in t)
    letters = st.characters(exclude_categories=("C", "Z"), exclude_characters="０１２３４５６７８９")
    return st.text(letters, min_size=1, max_size=30).filter(
        lambda t: _is_plain(t) and not any("Ａ" <= c <= "ｚ" for c in t) and "#" not in t
    )


MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
BY_TYPE: dict[FieldType, st.SearchStrategy[Value]] = {
    FieldType.INT: st.integers(-999, 999_999),
    FieldType.DECIMAL: st.decimals(-9999, 9999, places=2),
    FieldType.MONEY: st.integers(-(10**10), 10**10),
    FieldType.DATE: st.dates(date(1900, 1, 2), date(2100, 12, 31)),
    FieldType.DATETIME: MOMENTS,
    FieldType.DX_CODE: st.from_regex(
        r"[A-Z][0-9]{2}\.([0-9]{3}|x[0-9]{2})(x[0-9]{3})?(\+[A-Z][0-9]{2}\.[0-9]\*)?", fullmatch=True
    ),
    FieldType.PX_CODE: st.from_regex(r"[0-9]{2}\.([0-9]{4}|[0-9]x[0-9]{2})(x[0-9]{3})?", fullmatch=True),
    FieldType.MORPHOLOGY_CODE: st.from_regex(r"M[0-9]{4,5}/[012369]", fullmatch=True),
}


def _values(spec: FieldSpec) -> st.SearchStrategy[Value]:
    if spec.dictionary:
        codes = st.sampled_from([entry.code for entry in dictionary(spec.dictionary).entries])
        return codes if spec.type is FieldType.DICT else st.lists(codes, min_size=1, max_size=5).map(tuple)
    if spec.id == "id_no":
        return st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(lambda birth: make_id("330106", birth, 1, 7))
    return _texts(spec.form) if spec.type is FieldType.TEXT else BY_TYPE[spec.type]


@pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: spec.path)
@settings(max_examples=10)
@given(chance=st.data())
def test_what_is_written_or_shown_is_read_again(spec: FieldSpec, chance: st.DataObject) -> None:
    value = chance.draw(_values(spec))
    assert parse(spec, format_value(spec, value)) == Parsed(value)
    shown = parse(spec, display(spec, value))
    assert shown.value == (value.replace(second=0) if isinstance(value, datetime) else value)
    assert shown.problem is None


@given(spec=st.sampled_from(FIELDS), text=st.text(max_size=40))
@example(spec=field("org_code"), text="t\u00a8")
@settings(max_examples=300)
def test_any_text_is_a_value_a_blank_a_dash_or_kept(spec: FieldSpec, text: str) -> None:
    parsed = parse(spec, text)
    if parsed.value is not None:
        assert parsed.raw == ""
        assert not parsed.dash
        again = parse(spec, format_value(spec, parsed.value))
        assert again.value == parsed.value or again.dash or again.value is None
    else:
        assert bool(parsed.raw) == (parsed.problem is not None)


@pytest.mark.parametrize("text", ["", "   ", "　", "\t \r\n", "\x04", "\u200b"])
def test_white_space_is_blank(text: str) -> None:
    for path in ("employer_address", "dx[0].name", "sex", "fee_total", "admit_time"):
        parsed = parse(field(path), text)
        assert (parsed.value, parsed.raw, parsed.dash, parsed.problem) == (None, "", False, None)


@pytest.mark.parametrize("text", ["-", "—", "－", "--", "/", " - ", "——"])
def test_dashes(text: str) -> None:
    for path in ("employer_address", "dx[1].name", "sex", "fee_op", "admit_time", "id_no", "transfer_depts"):
        assert parse(field(path), text) == Parsed(dash=True)


@pytest.mark.parametrize(
    ("path", "text", "dash"),
    [
        ("employer_address", "NULL", False),
        ("employer_address", "#N/A", False),
        ("employer_address", "无", True),
        ("employer_address", "不详", False),
        ("record_no", "无", False),
        ("dx[1].name", "无", True),
        ("dx[1].name", "null", False),
        ("admit_time", "未填", False),
        ("fee_op", "无", True),
        ("occupation", "不详", False),
        ("marital_status", "无", True),
    ],
)
def test_placeholders_by_field(path: str, text: str, dash: bool) -> None:
    parsed = parse(field(path), text)
    assert (parsed.value, parsed.raw, parsed.dash) == (None, "", dash)
    assert [done.kind for done in parsed.repairs] == [K.PLACEHOLDER]


@pytest.mark.parametrize(
    ("path", "text", "value", "kinds"),
    [
        ("patient_name", " 张测（测试）　", "张测（测试）", []),
        ("patient_name", "张\x00测", "张测", [K.CONTROL]),
        ("current_address", "虚构路１３６号Ａ座", "虚构路136号A座", [K.WIDTH]),
        ("current_address", "虚构路\r\n1号", "虚构路 1号", [K.CONTROL]),
        ("current_phone", "１３９０００００００１", "13900000001", [K.WIDTH]),
        ("current_phone", "0571 8888 0001", "057188880001", [K.SPACES]),
        ("current_zip", "310000.0", "310000", [K.NUMBER_FORM]),
        ("record_no", "00123456", "00123456", []),
        ("id_no", "11010519491231002x", "11010519491231002X", [K.CODE_FORM]),
        ("dx[0].name", "肺炎（重症）Ⅰ型；Ａ组", "肺炎（重症）Ⅰ型；Ａ组", []),
        ("dx[0].source_text", "1.肺炎\r\n2.咳嗽", "1.肺炎\n2.咳嗽", [K.CONTROL]),
        ("dx[0].name", "肺炎\x04\x04", "肺炎", [K.CONTROL]),
        ("dx[0].name", "腹水查因:不详", "腹水查因:不详", []),
    ],
)
def test_texts(path: str, text: str, value: str, kinds: list[RepairKind]) -> None:
    parsed = parse(field(path), text)
    assert parsed.value == value
    assert [done.kind for done in parsed.repairs] == kinds


def test_numbers_that_excel_spoiled() -> None:
    identity = parse(field("id_no"), "3.30106E+17")
    assert (identity.value, identity.raw, identity.problem) == (None, "3.30106E+17", ProblemKind.SCIENTIFIC)
    assert parse(field("record_no"), "2.6E+07").problem is ProblemKind.SCIENTIFIC
    rounded = parse(field("id_no"), "330106195603080000")
    assert (rounded.value, rounded.problem) == ("330106195603080000", ProblemKind.ID_ROUNDED)


def test_a_true_number_that_ends_in_zeros_is_no_problem() -> None:
    born = date(1956, 3, 8)
    numbers = [make_id(f"3301{area:02d}", born, 2, 0) for area in range(100)]
    zeros = [number[:15] + "000" for number in numbers]
    assert {parse(field("id_no"), number).problem for number in numbers} == {None}
    assert ProblemKind.ID_ROUNDED in {parse(field("id_no"), number).problem for number in zeros}


@pytest.mark.parametrize(
    ("path", "value", "exported", "shown"),
    [
        ("sex", "1", "1", "1 男"),
        ("sex", "7", "7", "7"),
        ("op[0].kind", "手术", "手术", "手术"),
        ("admit_time", datetime(2026, 11, 8, 14, 30), "2026-11-08 14:30:00", "2026-11-08 14:30"),
        ("op[0].date", datetime(2026, 11, 8), "2026-11-08 00:00:00", "2026-11-08"),
        ("birth_date", date(1956, 3, 8), "1956-03-08", "1956-03-08"),
        ("fee_total", 2794560, "27945.60", "27,945.60"),
        ("fee_total", -5, "-0.05", "-0.05"),
        ("fee_total", 0, "0.00", "0.00"),
        ("los_days", 8, "8", "8"),
        ("op[0].hours", Decimal("1E+1"), "10", "10"),
        ("transfer_depts", ("28", "03.04"), "28,03.04", "28 重症医学科、03.04 心血管内科专业"),
        ("record_no", "00123456", "00123456", "00123456"),
        ("record_no", None, "", ""),
    ],
)
def test_texts_for_export_and_sheet(path: str, value: Value, exported: str, shown: str) -> None:
    assert format_value(field(path), value) == exported
    assert display(field(path), value) == shown


def test_repr_shows_no_text_of_a_record() -> None:
    name = "张测（测试）"
    parsed = parse(field("patient_name"), f"{name}\x00")
    holders = (parsed, *parsed.repairs, Reading(name), Repair(K.WIDTH, name, name), Parsed(raw=name))
    assert not any(unicodedata.name(char, "").startswith("CJK UNIFIED") for char in "".join(map(repr, holders)))
    assert parsed.repairs


@pytest.mark.parametrize("kind", [*RepairKind, *ProblemKind], ids=repr)
def test_every_kind_has_its_wording(kind: RepairKind | ProblemKind) -> None:
    area = "repair" if isinstance(kind, RepairKind) else "problem"
    assert sentence(f"values.{area}.{kind}")


def test_day_first_is_a_hint_for_dates_only() -> None:
    assert parse(field("sex"), "1", hints=ParseHints(day_first=True)) == Parsed("1")


def test_ward_is_read_without_loss(reference: Path) -> None:
    with (reference / "batches" / "ward_500" / "hqms_gbk.csv").open(encoding="gb18030", newline="") as handle:
        header, *rows = csv.reader(handle)
    specs = [field(resolve(heading, Layout.CSV)[0]) for heading in header]
    unread, kinds = set(), set()
    for row in rows:
        for spec, cell in zip(specs, row, strict=True):
            parsed = parse(spec, cell)
            kinds |= {(spec.path, done.kind) for done in parsed.repairs}
            if parsed.problem:
                unread.add((spec.path, cell))
    assert unread == {("discharge_way", "7")}
    assert kinds == {("pay_method", K.LEADING_ZERO), ("op[].anes_method", K.LEADING_ZERO), ("dx[].name", K.CONTROL)}
