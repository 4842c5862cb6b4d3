"""Columns of real layouts find their field."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from app.domain.field import Group
from app.domain.fields import FIELDS, field
from app.domain.headings import GROUP_ROWS, Layout, fold_heading, heading_index, headings_of, part_index, resolve

JOINT_COLUMNS = {"incision", "healing"}


@pytest.mark.parametrize("layout", [Layout.CSV, Layout.P, Layout.JX, Layout.CHINESE])
def test_a_heading_names_one_field(layout: Layout) -> None:
    clashes = {
        heading: paths
        for heading, paths in heading_index(layout).items()
        if len(paths) > 1 and {path.rpartition(".")[2] for path in paths} != JOINT_COLUMNS
    }
    assert clashes == {}


def test_parts_of_values_are_no_headings_of_their_own() -> None:
    parts = set(part_index())
    assert parts == {
        "p101", "p102", "p103", "rysjs", "rysj_s", "cysjs", "cysj_s", "zyl_zyzd", "zyzl", "zyqt",
    }  # fmt: skip
    assert not parts & {heading for layout in Layout for heading in heading_index(layout)}


@pytest.mark.parametrize(
    ("heading", "layout", "path"),
    [
        ("JBDM", Layout.CSV, "dx[0].code"),
        ("ZYZD_JBBM", Layout.CSV, "dx[0].code"),
        ("ZYZD_JBBM2", Layout.CSV, "dx[2].code"),
        ("QTZD15", Layout.CSV, "dx[15].name"),
        ("RYBQ3", Layout.CSV, "dx[3].adm_cond"),
        ("SSJCZMC1", Layout.CSV, "op[0].name"),
        ("SHJB7", Layout.CSV, "op[6].level"),
        ("QKYLB2", Layout.CSV, "op[1].healing"),
        ("XSECSTZ", Layout.CSV, "nb_weight[0].weight"),
        ("XSETZ3", Layout.CSV, "nb_weight[2].weight"),
        ("JBBM1", Layout.CSV, "ext[0].code"),
        ("jbbm2", Layout.CSV, "path[0].code"),
        ("ZFJE", Layout.CSV, "fee_self"),
        ("P3274", Layout.P, "dx[10].code"),
        ("P809", Layout.P, "dx[4].adm_cond"),
        ("P45061", Layout.P, "op[9].anes_doctor"),
        ("P4526", Layout.P, "op[2].hours"),
        ("P45018", Layout.P, "op[6].hours"),
        ("P6919", Layout.P, "icu[2].out_time"),
        ("P436", Layout.P, "intern"),
        ("P743", Layout.P, "transfer_org"),
        ("C03C", Layout.JX, "dx[0].code"),
        ("C07x40N", Layout.JX, "dx[40].name"),
        ("C14x01C", Layout.JX, "op[0].code"),
        ("C35x01C", Layout.JX, "op[1].code"),
        ("C44x40", Layout.JX, "op[40].anes_doctor"),
        ("F07x02C", Layout.JX, "path[2].code"),
        ("A18x05", Layout.JX, "nb_weight[4].weight"),
        ("C50x05C", Layout.JX, "icu[4].out_time"),
        ("邮编", Layout.CHINESE, "current_zip"),
        ("关系", Layout.CHINESE, "contact_relation"),
        ("其他费", Layout.CHINESE, "fee_other"),
        ("其他费用", Layout.CHINESE, "fee_service_other"),
        ("（年龄不足1周岁的）年龄(月)", Layout.CHINESE, "age_months_text"),
        ("年龄（天）", Layout.CHINESE, "age_days"),
        ("年 龄(岁)", Layout.CHINESE, "age_years"),
        ("总费用（元）", Layout.CHINESE, "fee_total"),
        ("入院病情", Layout.CHINESE, "dx[0].adm_cond"),
        ("其他诊断入院病情12", Layout.CHINESE, "dx[12].adm_cond"),
        ("手术及操作名称3", Layout.CHINESE, "op[2].name"),
        ("主要手术编码", Layout.CHINESE, "op[0].code"),
        ("PSN_NO", Layout.SETTLEMENT, "psn_no"),
    ],
)
def test_heading_resolves(heading: str, layout: Layout, path: str) -> None:
    assert resolve(heading, layout) == (path,)


@pytest.mark.parametrize("layout", Layout)
def test_unknown_heading_resolves_to_nothing(layout: Layout) -> None:
    assert resolve("院内流水（测试）", layout) == ()
    assert resolve("", layout) == ()


def test_joint_column_holds_two_fields() -> None:
    assert resolve("C42x03C", Layout.JX) == ("op[3].incision", "op[3].healing")
    assert resolve("切口愈合等级2", Layout.CHINESE) == ("op[1].incision", "op[1].healing")


def test_every_heading_leads_back_to_its_field() -> None:
    for spec in FIELDS:
        for layout in (Layout.CSV, Layout.P, Layout.JX, Layout.CHINESE):
            for index in range(GROUP_ROWS[spec.group]):
                path = spec.path.replace("[]", f"[{index}]")
                assert all(path in resolve(h, layout) for h in headings_of(spec, layout, index)), (path, layout)


def test_rows_beyond_the_first_have_no_main_heading() -> None:
    assert headings_of(field("dx[].code"), Layout.CSV, 0) == ("JBDM", "ZYZD_JBBM")
    assert headings_of(field("dx[].code"), Layout.CSV, 1) == ("JBDM1", "ZYZD_JBBM1")
    assert headings_of(field("op[].code"), Layout.P, 10) == ()
    assert headings_of(field("sex"), Layout.CHINESE)[0] == "性别"


def test_p_layout_has_a_column_for_each_of_its_rows() -> None:
    lengths = {(spec.group, len(spec.p)) for spec in FIELDS if spec.p and spec.group is not Group.CASE}
    assert lengths == {
        (Group.DX, 11), (Group.OP, 10), (Group.PATH, 3), (Group.EXT, 3), (Group.ICU, 5), (Group.NB_WEIGHT, 5),
    }  # fmt: skip


def test_fold_heading() -> None:
    assert fold_heading(" 主任（副主任）医师 ") == "主任副主任医师"
    assert fold_heading("Ｐ８００") == "p800"


def test_ward_files_resolve_and_agree(reference: Path) -> None:
    folder = reference / "batches" / "ward_500"
    with (folder / "hqms_gbk.csv").open(encoding="gb18030", newline="") as handle:
        pinyin = next(csv.reader(handle))
    book = openpyxl.load_workbook(folder / "front_pages.xlsx", read_only=True)
    _, chinese = book.worksheets[0].iter_rows(max_row=2, values_only=True)
    book.close()
    by_pinyin = [resolve(heading, Layout.CSV) for heading in pinyin]
    by_chinese = [resolve(str(heading), Layout.CHINESE) for heading in chinese]
    assert [heading for heading, paths in zip(pinyin, by_pinyin, strict=True) if len(paths) != 1] == []
    assert by_pinyin == by_chinese
    assert len(set(by_pinyin)) == len(pinyin)
