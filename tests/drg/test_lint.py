"""The report about a scheme before it is stored: each remark that scheme-workbook.md asks for, on a small package."""

from __future__ import annotations

import pytest

from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.drg.package import load_package
from app.drg.reach import constant, signature
from app.drg.rule import And, Codes, CodeSet, Compare, Const, Count, Dept, HasPx, In, Not, Number, Op, Or, Sites

META = {"id": "mini", "title": "小方案", "no_group_code": "0000"}
SET, SAME, EMPTY = CodeSet("a", rows={"X": 1, "Y": 2}), CodeSet("b", rows={"Y": 7, "X": 9}), CodeSet("c")
AGE = Compare(Number.AGE_YEARS, Op.GE, 70)


def report_of(tables, meta=META, known=None):
    """Return the report on a package."""
    return load_package(tables, meta, known=known)[1]


def keys(report):
    """Return what is remarked."""
    return {item.key.removeprefix("drg.lint.") for item in report.warnings}


def said(report, key):
    """Return the remarks of a kind as printed."""
    return [str(item) for item in report.warnings if item.key == f"drg.lint.{key}"]


@pytest.fixture
def tables(mini_tables, make_table):
    """Return the small package without what is odd in it."""
    drg = mini_tables["drg"]
    return mini_tables | {"drg": type(drg)(drg.file, "", drg.header, drg.rows[:-1])}


def test_sizes_stand_beside_the_published_ones(tables):
    report = report_of(tables, META | {"counts": {"mdc": 4, "drg": 700, "dx": 30_000, "mcc": "?"}})
    assert report.counts["drg"] == 7
    assert report.published == {"mdc": 4, "drg": 700}
    assert said(report, "count") == ["DRG 数与公布数不符：文件中 7，公布 700"]


def test_a_group_behind_one_with_the_same_condition_is_out_of_reach(tables, make_table):
    more = "\n MDCB,2,BB2,开颅二,main_px in px1,next\n MDCB,9,BR9,脑病二,main_dx in dx1,adrg"
    adrg = tables["adrg"]
    text = "\n".join(",".join(row) for row in (adrg.header, *(row.cells for row in adrg.rows)))
    drg = "adrg,order,drg,name,condition\n BB1,1,BB15,开颅,always\n BB2,1,BB29,开颅二,always\n BR9,1,BR99,脑病二,always"
    tables |= {
        "adrg": make_table("adrg", text + more),
        "adrg_px": make_table("adrg_px", "adrg,list,code\n AA1,px1,37.51\n BB1,px1,01.2\n BB2,px1,01.2"),
        "adrg_dx": make_table("adrg_dx", "adrg,list,code\n BR1,dx1,B1\n BR9,dx1,B1"),
        "drg": make_table("drg", drg),
    }
    told = said(report_of(tables), "unreachable_same")
    assert [line.split("：", 1)[1] for line in told] == [
        "ADRG BB2 永远进不去：前面的 BB1 条件相同，已先取走",
        "ADRG BR9 永远进不去：前面的 BR1 条件相同，已先取走",
    ]
    scheme = load_package(tables, META)[0]
    assert group(scheme, GroupInput(("B1",), ("01.2",))).drg == "BB15"


def test_a_group_that_lets_cases_pass_blocks_nobody(tables, make_table):
    drg = "adrg,order,drg,name,condition\n BB1,1,BB11,开颅,has_mcc\n AA1,1,AA19,移植,always"
    report = report_of(tables | {"drg": make_table("drg", drg)})
    assert "unreachable_same" not in keys(report)


def test_a_group_whose_lists_are_empty_is_out_of_reach(tables, make_table):
    report = report_of(tables | {"adrg_px": make_table("adrg_px", "adrg,list,code\n BB1,px1,01.2")})
    [line] = said(report, "never")
    assert "adrg.csv，第 2 行" in line
    assert "ADRG AA1 永远进不去" in line
    assert "undefined" in keys(report)


def test_a_group_that_stands_twice_is_named_with_both_places(tables):
    drg = tables["drg"]
    row = type(drg.rows[0])(30, ("BB1", "9", "BB15", "开颅", "age_years > 70"))
    report = report_of(tables | {"drg": type(drg)(drg.file, "", drg.header, [*drg.rows, row])})
    assert said(report, "group_twice") == ["drg.csv，第 30 行，“condition”列：DRG BB15 出现了两次，前一次在 drg.csv:5"]


def test_a_severe_diagnosis_with_several_tables_is_named(tables, make_table):
    report = report_of(tables | {"mcc": make_table("mcc", "code,exclusion\n M1,1\n M1,2\n M2,1")})
    [line] = said(report, "severity_twice")
    assert line.startswith("mcc.csv，第 2 行：1 个编码在 MCC 表中出现多次")
    assert line.endswith("M1")


def test_unknown_codes_are_told_for_each_kind_of_list(tables):
    known = {"B1", "B2", "N1", "P1", "M1", "C1", "C2", "37.51", "01.2", "99.1"} - {"B1"}
    told = said(report_of(tables, known=known), "unknown_codes")
    assert [line.rsplit("：", 1)[-1] for line in told] == ["B1、B3", "M2", "B1"]
    assert "mdc_dx.csv，第 2 行：集合中有 2 个" in told[0]
    assert told[2].startswith("排除表中有 1 个编码不在当前编码库中")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Const(value=True), True),
        (Not(Const(value=True)), False),
        (Not(AGE), None),
        (And((AGE, Const(value=False))), False),
        (And((Const(value=True), Const(value=True))), True),
        (Or((AGE, Const(value=True))), True),
        (Or((AGE, Const(value=False))), None),
        (In((Codes.MAIN_DX,), (EMPTY,)), False),
        (Not(In((Codes.MAIN_DX,), (EMPTY,))), True),
        (In((Codes.MAIN_DX,), (EMPTY, SET)), None),
        (Count((Codes.MAIN_PX,), (EMPTY,), Op.GE, 2), False),
        (Count((Codes.MAIN_PX,), (SET,), Op.GE, 2), None),
        (HasPx(), None),
        (Dept(("A",)), None),
        (Sites({}, Op.GE, 2), None),
    ],
)
def test_what_a_rule_gives_whatever_the_case(node, expected):
    assert constant(node) is expected


def test_rules_are_the_same_by_what_they_test_not_by_the_names_of_their_lists():
    main, any_px = (Codes.MAIN_DX,), (Codes.MAIN_PX, Codes.OTHER_PX)
    assert signature(In(main, (SET,))) == signature(In(main, (SAME,)))
    assert signature(In(main, (SET,))) != signature(In(any_px, (SET,)))
    assert signature(In(main, (SET,))) != signature(In(main, (EMPTY,)))
    assert signature(And((AGE, HasPx()))) == signature(And((AGE, HasPx())))
    assert signature(And((AGE, HasPx()))) != signature(Or((AGE, HasPx())))
    different = [
        Const(value=True), Not(AGE), AGE, HasPx(), Dept(("A",)), Count(main, (SET,), Op.GE, 2), Sites({}, Op.GE, 2),
    ]  # fmt: skip
    assert len({signature(node) for node in different}) == len(different)


def test_the_oddities_of_a_published_scheme_are_found(scheme_of):
    report = scheme_of("zhejiang_2022")[1]
    assert len(said(report, "unreachable")) == 15
    assert [dict(item.args)["code"] for item in report.warnings if item.key == "drg.lint.never"] == ["DA1", "RB1"]
    assert len(said(report, "unreachable_same")) == 3
