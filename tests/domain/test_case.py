"""The record as a value, and raw tables."""

from __future__ import annotations

import unicodedata

import pytest

from app.domain.case import CaseKey, CaseRecord, FieldPath, Row
from app.domain.field import Group
from app.domain.grouping import GroupInput
from app.domain.tables import RawRow, RawTable

NAME = "张测（测试）"


def _record() -> CaseRecord:
    dx = (
        Row({"name": "肺炎", "code": None}),
        Row({"name": "咳嗽"}, raw={"adm_cond": "九"}, dashes=frozenset({"outcome"})),
    )
    return CaseRecord(Row({"patient_name": NAME, "admission_count": 2, "record_no": "001"}), {Group.DX: dx})


@pytest.mark.parametrize("path", ["sex", "dx[0].code", "nb_weight[3].weight", "setl_fee[1].item"])
def test_paths_survive_parsing(path: str) -> None:
    assert str(FieldPath.parse(path)) == path


def test_a_birth_weight_needs_no_field_name() -> None:
    assert FieldPath.parse("nb_weight[1]") == FieldPath(Group.NB_WEIGHT, 1, "weight")
    with pytest.raises(ValueError, match="wrong"):
        FieldPath.parse("wrong[0].code")


def test_reading_and_changing_a_record() -> None:
    record = _record()
    changed = record.with_value("dx[1].adm_cond", "1").with_value("sex", "2")
    assert changed.text("dx[1].adm_cond") == "1"
    assert changed.rows(Group.DX)[1].raw == {}
    assert changed.rows(Group.DX)[1].dashes == {"outcome"}
    assert changed.value("sex") == "2"
    assert record.value("sex") is None
    assert record.value("dx[5].name") is None
    with pytest.raises(IndexError):
        record.with_value("dx[5].name", "x")


def test_rows_and_blanks() -> None:
    record = _record()
    assert [(group, index) for group, index, _ in record.each_row()] == [(Group.CASE, 0), (Group.DX, 0), (Group.DX, 1)]
    assert record.rows(Group.OP) == ()
    assert Row({"code": None, "name": ""}).is_blank()
    assert not Row(raw={"code": "?"}).is_blank()
    assert Row({"n": 3}).text("n") == "3"


def test_the_key_never_holds_none() -> None:
    assert _record().key == CaseKey("", "001", 2)
    assert CaseRecord(Row()).key == CaseKey("", "", 0)


def test_raw_tables_find_columns_and_places() -> None:
    table = RawTable("病案.xlsx", "首页", ("病案号", "姓名"), (RawRow(3, ("001",)),), header_row=2)
    assert table.column("编号", "姓名") == 1
    with pytest.raises(KeyError, match="性别"):
        table.column("性别")
    [(row, cells)] = table.dicts()
    assert cells == {"病案号": "001", "姓名": ""}
    assert (table.where(row, "姓名").row, table.where().row) == (3, 0)


def test_repr_shows_no_patient() -> None:
    record = _record()
    row = RawRow(3, (NAME,))
    holders = (record, record.head, record.key, row, RawTable("f", "s", ("姓名",), (row,)), GroupInput((NAME,), ()))
    shown = "".join(map(repr, holders)).replace("姓名", "")
    assert not any(unicodedata.name(char, "").startswith("CJK UNIFIED") for char in shown)
    assert "001" not in shown
