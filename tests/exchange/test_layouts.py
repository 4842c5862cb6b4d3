"""Golden files of the layouts of domain.md 6.1: what each heading stands for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from app.domain.headings import Layout
from app.exchange.batch import Batch, read_batch
from app.exchange.layouts import Dialect, headings_of, meanings

Make = Callable[..., Path]
Golden = dict[str, tuple[str, str, object]]

COMMON: Golden = {
    "BAH": ("00123456", "record_no", "00123456"),
    "ZYCS": ("2", "admission_count", 2),
    "XM": ("王测（测试）", "patient_name", "王测（测试）"),
    "XB": ("2", "sex", "2"),
    "RYSJ": ("20260401", "admit_time", datetime(2026, 4, 1, 8)),
    "RYSJS": ("8", "", None),
    "CYSJ": ("2026/4/5", "discharge_time", datetime(2026, 4, 5, 14, 30)),
    "CYSJS": ("14:30", "", None),
    "ZFY": ("5617.71", "fee_total", 561771),
}
L1A: Golden = COMMON | {
    "JBBM": ("R10.400", "outp_dx_code", "R10.400"),
    "JBDM": ("K35.900", "dx[0].code", "K35.900"),
    "ZYZD": ("急性阑尾炎", "dx[0].name", "急性阑尾炎"),
    "JBDM2": ("E11.900", "dx[2].code", "E11.900"),
    "QTZD2": ("2型糖尿病", "dx[2].name", "2型糖尿病"),
    "H23": ("W19.x00", "ext[0].code", "W19.x00"),
    "JBMM": ("M81400/3", "path[0].code", "M81400/3"),
    "DH2": ("13800000000", "contact_phone", "13800000000"),
    "SSJCZBM2": ("47.0100", "op[1].code", "47.0100"),
    "SSJB2": ("2", "op[1].level", "2"),
    "QKYHLB2": ("1", "op[1].healing", "1"),
    "SYSZDF": ("12.5", "fee_lab", 1250),
}
L1B: Golden = COMMON | {
    "JBDM": ("BNP060", "", None),
    "JBBM": ("R10.400", "outp_dx_code", "R10.400"),
    "ZYZD_JBBM": ("K35.900", "dx[0].code", "K35.900"),
    "ZYZD": ("急性阑尾炎", "dx[0].name", "急性阑尾炎"),
    "ZYZD_JBBM2": ("E11.900", "dx[2].code", "E11.900"),
    "JBBM1": ("W19.x00", "ext[0].code", "W19.x00"),
    "JBBM2": ("M81400/3", "path[0].code", "M81400/3"),
    "DH1": ("13800000000", "contact_phone", "13800000000"),
    "SHJB1": ("2", "op[0].level", "2"),
    "QKYLB1": ("1", "op[0].healing", "1"),
    "ZDF": ("12.5", "fee_lab", 1250),
    "ZYL_ZYZD": ("1.5", "", None),
    "ZYZL": ("2", "", None),
    "YLFWF": ("3", "fee_service", 300),
}
L2: Golden = {
    "P900": ("45608783X1101A1001", "org_code", "45608783X1101A1001"),
    "P3": ("00123456", "record_no", "00123456"),
    "P2": ("1", "admission_count", 1),
    "P5": ("1", "sex", "1"),
    "P22": ("2026-04-01 08:00:00", "admit_time", datetime(2026, 4, 1, 8)),
    "P101": ("云南省", "", None),
    "P102": ("昆明市", "", None),
    "P321": ("K35.900", "dx[0].code", "K35.900"),
    "P3291": ("E11.900", "dx[3].code", "E11.900"),
    "P3297": ("I10.x00", "dx[5].code", "I10.x00"),
    "P3281": ("J18.900", "dx[6].code", "J18.900"),
    "P3274": ("N18.900", "dx[10].code", "N18.900"),
    "P815": ("1", "dx[10].adm_cond", "1"),
    "P4922": ("47.0100", "op[2].code", "47.0100"),
    "P4526": ("1.5", "op[2].hours", None),
    "P45002": ("47.0900", "op[5].code", "47.0900"),
    "P45007": ("张测（测试）", "op[5].surgeon", "张测（测试）"),
    "P743": ("某社区医院", "transfer_org", "某社区医院"),
    "P782": ("5617.71", "fee_total", 561771),
}
L3: Golden = {
    "A48病案号": ("00123456", "record_no", "00123456"),
    "A49住院次数": ("1", "admission_count", 1),
    "A47健康卡号": ("-", "health_card_no", None),
    "A12C": ("1", "sex", "1"),
    "B12": ("2026-04-01 08:00:00", "admit_time", datetime(2026, 4, 1, 8)),
    "C03C": ("K35.900", "dx[0].code", "K35.900"),
    "C04N": ("急性阑尾炎", "dx[0].name", "急性阑尾炎"),
    "C06x01C": ("E11.900", "dx[1].code", "E11.900"),
    "C07x12N其他诊断名称12": ("高血压病", "dx[12].name", "高血压病"),
    "C14x01C": ("47.0100", "op[0].code", "47.0100"),
    "C35x03C": ("47.0900", "op[3].code", "47.0900"),
    "A18x02": ("3200", "nb_weight[1].weight", 3200),
    "D01": ("5617.71", "fee_total", 561771),
}


def read(make_csv: Make, golden: Golden, encoding: str = "gb18030") -> Batch:
    return read_batch(make_csv([list(golden), [cell for cell, _, _ in golden.values()]], encoding=encoding))


@pytest.mark.parametrize(
    ("layout", "golden"), [("L1a", L1A), ("L1b", L1B), ("L2", L2), ("L3", L3)], ids=["L1a", "L1b", "L2", "L3"]
)
def test_golden_file(make_csv: Make, layout: str, golden: Golden) -> None:
    batch = read(make_csv, golden)
    assert batch.source.layout == layout
    headings = headings_of(batch.source)
    record = batch.records[0].record
    for heading, (_, path, value) in golden.items():
        if path:
            assert headings[path] == heading
            if value is not None:
                assert record.value(path) == value, heading


def test_parts_of_a_value_are_joined(make_csv: Make) -> None:
    assert read(make_csv, L2).records[0].record.value("birthplace") == "云南省昆明市"
    assert read(make_csv, L1B).records[0].record.value("fee_tcm") == 350
    hours = [column for column in read(make_csv, L1A).mapping if column.heading in ("RYSJ", "RYSJS")]
    assert [(column.path, column.origin) for column in hours] == [("admit_time", "merged")] * 2


def test_what_means_something_else_in_the_other_dialect_is_not_imported(make_csv: Make) -> None:
    unknown = [column.heading for column in read(make_csv, L1B).mapping if not column.path]
    assert unknown == ["JBDM"]


def test_chinese_headings(make_csv: Make, front_page: dict[str, str]) -> None:
    batch = read_batch(make_csv([list(front_page), list(front_page.values())]))
    record = batch.records[0].record
    assert batch.source.layout == "L4"
    assert (record.text("dx[1].name"), record.text("dx[1].source_text")) == ("高血压病", "高血压病")
    assert (record.text("op[0].code"), record.value("op[0].date")) == ("47.0100", datetime(2026, 4, 2))


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("其他诊断(1)", "dx[1].name"),
        ("其他诊断一", "dx[1].name"),
        ("次要诊断02", "dx[2].name"),
        ("其它诊断③", "dx[3].name"),
        ("其他诊断1.编码", "dx[1].code"),
        ("出院其他诊断_疾病编码2", "dx[2].code"),
        ("手术操作代码1", "op[0].code"),
        ("手术与操作名称 2", "op[1].name"),
        ("联系人.电话", "contact_phone"),
        ("总费用（元）", "fee_total"),
        ("ＸＢ性别", "sex"),
        ("备注", ""),
    ],
)
def test_words_for_headings(heading: str, path: str) -> None:
    assert meanings([heading], Dialect(Layout.CHINESE))[0].paths[:1] == ((path,) if path else ())


def test_a_repeated_heading_means_what_it_follows() -> None:
    headings = ["现住址", "电话", "邮编", "户口地址", "邮编", "工作单位及地址", "电话", "邮编", "联系人姓名", "电话"]
    paths = [meaning.paths[0] for meaning in meanings(headings, Dialect(Layout.CHINESE))]
    assert paths[1:3] == ["current_phone", "current_zip"]
    assert paths[4] == "registered_zip"
    assert paths[6:8] == ["employer_phone", "employer_zip"]
    assert paths[9] == "contact_phone"


def test_repeated_columns_of_a_group_belong_to_the_row_before_them() -> None:
    headings = [
        "主要诊断",
        "入院病情",
        "其他诊断1",
        "入院病情",
        "其他诊断2",
        "入院病情",
        "手术名称1",
        "术者",
        "手术名称2",
        "术者",
    ]
    paths = [meaning.paths[0] for meaning in meanings(headings, Dialect(Layout.CHINESE))]
    assert paths[1::2] == ["dx[0].adm_cond", "dx[1].adm_cond", "dx[2].adm_cond", "op[0].surgeon", "op[1].surgeon"]
