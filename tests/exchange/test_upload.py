"""The cells of an upload file: the column order, blanks, dashes, places, what has no room, what cannot be encoded."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseRecord, Row, Value
from app.domain.field import Group
from app.exchange.raw import TextStyle
from app.exchange.settlement import document, missing, parts, table_sheets, write_json
from app.exchange.settlement_names import chosen, interface_names, renamed
from app.exchange.upload import MISSING, NO_ROOM, NOT_ENCODABLE, UNREAD, Lack, code_count, l2_form
from app.exchange.upload_file import write_l2

HEAD: dict[str, Value] = {
    "org_code": "T01",
    "org_name": "测试医院",
    "admission_count": 1,
    "record_no": "00012",
    "sex": "1",
    "admit_route": "1",
    "admit_time": datetime(2026, 11, 1, 8),
    "discharge_time": datetime(2026, 11, 9),
    "discharge_way": "1",
    "fee_total": 123450,
    "birth_date": date(1980, 2, 3),
    "admit_dept": "03.02",
    "birthplace": "浙江省杭州市西湖区",
}
DX = Row({"code": "K80.200", "name": "胆囊结石", "adm_cond": "1"})
RECORD = CaseRecord(Row(HEAD), {Group.DX: (DX,)})


def cell(record: CaseRecord, heading: str) -> str:
    form = l2_form()
    return dict(zip(form.headings, form.cells(record), strict=True))[heading]


def test_values_are_written_as_the_upload_asks() -> None:
    assert (cell(RECORD, "P3"), cell(RECORD, "P5")) == ("00012", "1")
    assert (cell(RECORD, "P22"), cell(RECORD, "P25")) == ("2026-11-01 08:00:00", "2026-11-09 00:00:00")
    assert (cell(RECORD, "P6"), cell(RECORD, "P782")) == ("1980-02-03", "1234.50")
    assert cell(RECORD, "P23") == "03.02"
    assert cell(RECORD, "P27") == "8"


def test_a_place_is_split_and_joins_to_itself() -> None:
    pieces = [cell(RECORD, name) for name in ("P101", "P102", "P103")]
    assert pieces == ["浙江省", "杭州市", "西湖区"]
    odd = RECORD.with_value("birthplace", "无处")
    assert "".join(cell(odd, name) for name in ("P101", "P102", "P103")) == "无处"


def test_a_dash_stands_where_the_form_allows_one_and_nowhere_else() -> None:
    assert cell(RECORD, "P9") == "-"
    assert cell(RECORD, "P689") == ""
    assert cell(RECORD, "P324") == ""


def test_everything_that_keeps_a_case_back_is_named() -> None:
    form = l2_form()
    assert form.lacks(RECORD, "gb18030") == []
    assert Lack("discharge_way", MISSING) in form.lacks(RECORD.with_value("discharge_way", None), "gb18030")
    assert Lack("dx[0].code", MISSING) in form.lacks(RECORD.with_rows(Group.DX, ()), "gb18030")
    many = RECORD.with_rows(Group.DX, (DX,) * 12)
    assert Lack("dx[11]", NO_ROOM, "12") in form.lacks(many, "gb18030")
    unread = CaseRecord(Row({**HEAD}, {"weight": "x"}), RECORD.groups)
    assert Lack("weight", UNREAD, "x") in form.lacks(unread, "gb18030")
    strange = RECORD.with_value("patient_name", "测\ud800")
    assert form.lacks(strange, "gb18030") == [Lack("patient_name", NOT_ENCODABLE, "U+D800")]
    assert form.lacks(RECORD.with_value("patient_name", "测𠀀"), "gb18030") == []
    assert code_count(many) == 12


def test_what_cannot_be_encoded_leaves_an_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(b"old")
    with pytest.raises(UserProblem):
        write_l2(["a"], [["\ud800"]], path)
    assert path.read_bytes() == b"old"
    assert TextStyle().encoding == "utf-8"


def test_the_settlement_list_names_what_must_be_there() -> None:
    found = document(RECORD)
    head = found["setlinfo"]
    assert isinstance(head, dict)
    assert (head["ADM_CATY"], head["MEDCASNO"], head["ACT_IPT_DAYS"]) == ("A03.02", "00012", "8")
    lacking = {path for path, _ in missing(found)}
    assert {"psn_no", "biz_sn", "chief_doctor"} <= lacking
    assert not lacking & {"sex", "admit_time", "dx[0].code"}


def test_interface_names_are_one_for_each_item() -> None:
    for group in {part.group for part in parts()}:
        names = [item.name for part in parts() if part.group is group for item in part.items]
        assert len(names) == len(set(names))


def test_several_birth_weights_stand_in_one_cell() -> None:
    weights = (Row({"weight": 2500}), Row({"weight": 2610}))
    head = document(RECORD.with_rows(Group.NB_WEIGHT, weights))["setlinfo"]
    assert isinstance(head, dict)
    assert head["NWB_BIR_WT"] == "2500,2610"


def test_lists_as_tables_carry_the_mapping(tmp_path: Path) -> None:
    names = [(one.part, one.label, one.chosen) for one in interface_names()]
    sheets = table_sheets([document(RECORD)], ["对照", "部分", "项目", "接口名"], names)
    assert [len(sheet.rows) for sheet in sheets[:2]] == [1, 1]
    assert ("诊断", "诊断编码", "DIAG_CODE") in sheets[-1].rows
    assert write_json([document(RECORD)] * 3, tmp_path / "l.json") > 100


def test_interface_names_are_settings_and_say_where_they_come_from() -> None:
    known = {one.key: one for one in interface_names()}
    assert not known["setlinfo.PSN_NO"].unverified
    assert known["setlinfo.MEDCASNO"].unverified
    assert known["diseinfo"].unverified
    names = chosen(chosen({}, "setlinfo.MEDCASNO", " MEDCASNO_2 "), "diseinfo", "dise_list")
    assert names == {"setlinfo.MEDCASNO": "MEDCASNO_2", "diseinfo": "dise_list"}
    plain, made = document(RECORD), renamed(document(RECORD), names)
    assert made["setlinfo"]["MEDCASNO_2"] == plain["setlinfo"]["MEDCASNO"]
    assert "MEDCASNO" not in made["setlinfo"]
    assert made["dise_list"] == plain["diseinfo"]
    assert renamed(plain, {}) is plain
    assert chosen(names, "diseinfo", "") == {"setlinfo.MEDCASNO": "MEDCASNO_2"}


@pytest.mark.parametrize(
    ("key", "name", "why"),
    [
        ("setlinfo.MEDCASNO", "1A", "不能作接口名"),
        ("setlinfo.MEDCASNO", "A" * 65, "不能作接口名"),
        ("setlinfo.MEDCASNO", "PSN_NO", "已经是"),
        ("diseinfo", "oprninfo", "已经是"),
    ],
)
def test_a_bad_interface_name_is_refused(key: str, name: str, why: str) -> None:
    with pytest.raises(UserProblem, match=why):
        chosen({}, key, name)
