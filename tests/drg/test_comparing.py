"""Why two schemes group a case differently: every cause on a small package and one thing changed in it."""

from __future__ import annotations

import pytest

from app.domain.grouping import GroupInput
from app.drg.comparing import Cause, Side, difference, moved, step_pairs, why
from app.drg.engine import group
from app.drg.explaining import explain
from app.drg.package import load_package
from app.drg.scheme_changes import Change, scheme_changes
from app.drg.workbook import load_workbook

META = {"id": "mini", "title": "小方案", "no_group_code": "0000"}
SURGERY = GroupInput(("B2", "M2"), ("01.2",), age_years=40)
WOMAN = GroupInput(("B2",), ("01.2",), sex="female", age_years=40)
OTHER = "mdc,order,adrg,name,condition,no_drg\n MDCB,1,BC1,介入,main_px in px1,next"
PX = "adrg,list,code\n BC1,px1,01.2"
MEDICAL = GroupInput(("B1",), (), age_years=75)


@pytest.fixture
def changed(mini_tables, make_table):
    """Return a function that gives the small scheme with some tables changed."""

    def load(**tables: str):
        return load_package(mini_tables | {name: make_table(name, words) for name, words in tables.items()}, META)[0]

    return load


def compare(old, new, case):
    """Return old and new group, the cause, and the detail of a case."""
    was, now = group(old, case), group(new, case)
    assert moved(was, now)
    found = difference(Side(old), Side(new), case, was, now)
    return was.drg, now.drg, found.cause, found.detail


DRG = """adrg,order,drg,name,condition
    AA1,1,AA19,移植,always
    BB1,1,BB11,开颅伴MCC,has_mcc
    BB1,2,BB13,开颅伴CC,has_mcc or has_cc
    BB1,3,BB15,开颅,always
    BR1,1,BR11,脑病伴MCC,has_mcc
    BR1,2,BR15,脑病,always
    NR1,1,NR19,妇科,always
    PS1,1,PS19,早产,always"""


def test_a_group_that_stays_is_not_moved(mini):
    assert not moved(group(mini, SURGERY), group(mini, SURGERY))


def test_no_group_by_another_code_is_still_no_group(mini, mini_tables):
    other = load_package(mini_tables, META | {"no_group_code": "0000A"})[0]
    nothing = GroupInput(("X9",), ())
    assert not moved(group(mini, nothing), group(other, nothing))


def test_a_new_split(changed):
    unsplit = DRG.replace("BB1,1,BB11,开颅伴MCC,has_mcc\n    BB1,2,BB13,开颅伴CC,has_mcc or has_cc\n    ", "")
    found = compare(changed(drg=unsplit.replace("BB15,开颅,", "BB19,开颅术,")), changed(drg=DRG), SURGERY)
    assert found == ("BB19", "BB11", Cause.SPLIT, "BB1 由不分组改为 3 档")


def test_other_conditions_with_as_many_groups(changed):
    other = DRG.replace("BB13,开颅伴CC,has_mcc or has_cc", "BB17,开颅另计,always")
    case = GroupInput(("B2",), ("01.2",))
    assert compare(changed(drg=DRG), changed(drg=other), case)[2:] == (Cause.SPLIT, "BB1 的分档条件改动")


def test_a_diagnosis_that_became_mcc_or_left_the_list(changed):
    case = GroupInput(("B2", "C2"), ("01.2",))
    old = changed(drg=DRG)
    promoted = changed(drg=DRG, mcc="code,exclusion\n M1,1\n M2,2\n C2,", cc="code,exclusion\n C1,1")
    assert compare(old, promoted, case) == ("BB13", "BB11", Cause.SEVERITY, "C2 由 CC 改为 MCC")
    dropped = changed(drg=DRG, cc="code,exclusion\n C1,1")
    assert compare(old, dropped, case) == ("BB13", "BB15", Cause.SEVERITY, "C2 移出 CC 表")
    assert compare(dropped, old, case) == ("BB15", "BB13", Cause.SEVERITY, "C2 新列入 CC 表")


def test_a_diagnosis_that_the_exclusion_table_cancels(changed):
    old, new = changed(drg=DRG), changed(drg=DRG, exclusion="table,code\n 1,B1\n 2,B2")
    assert compare(old, new, SURGERY) == ("BB11", "BB15", Cause.EXCLUSION, "M2（MCC）新列入排除")
    assert compare(new, old, SURGERY) == ("BB15", "BB11", Cause.EXCLUSION, "M2（MCC）不再排除")


def test_a_procedure_that_went_to_another_group(changed, mini_tables):
    adrg = mini_tables["adrg"]
    lines = [",".join(row) for row in (adrg.header, *(row.cells for row in adrg.rows))]
    rows = "\n".join([*lines[:2], "MDCB,0,BC1,介入,main_px in px1,next", *lines[2:]])
    new = changed(
        adrg=rows,
        adrg_px="adrg,list,code\n AA1,px1,37.51\n BC1,px1,01.2\n BB1,px1,01.3",
        drg=f"{DRG}\n BC1,1,BC19,介入,always",
    )
    assert compare(changed(drg=DRG), new, SURGERY) == ("BB11", "BC19", Cause.ADRG, "01.2 改入 BC1（原 BB1）")


def test_a_diagnosis_of_another_mdc(changed):
    new = changed(drg=DRG, mdc_dx="mdc,site,code\n MDCB,,B2\n MDCB,,B3\n MDCN,,B1\n MDCP,,P1")
    case = GroupInput(("B1",), (), sex="female", age_years=40)
    assert compare(changed(drg=DRG), new, case) == ("BR15", "NR19", Cause.MDC, "主要诊断 B1 由 MDCB 改入 MDCN")


def test_a_group_that_no_list_decides_names_the_principal_diagnosis(changed, mini_tables):
    adrg = mini_tables["adrg"]
    lines = [",".join(row) for row in (adrg.header, *(row.cells for row in adrg.rows))]
    old = changed(
        adrg="\n".join([*lines[:2], "MDCB,0,BC1,高龄,age_years >= 70,next", *lines[2:]]),
        drg=f"{DRG}\n BC1,1,BC19,高龄,always",
    )
    new = changed(
        adrg="\n".join([*lines[:2], "MDCB,0,BD1,老年,age_years >= 65,next", *lines[2:]]),
        drg=f"{DRG}\n BD1,1,BD19,老年,always",
    )
    assert compare(old, new, MEDICAL) == ("BC19", "BD19", Cause.ADRG, "B1 改入 BD1（原 BC1）")


def test_the_same_groups_with_another_condition(changed):
    old = changed(drg=DRG.replace("BR11,脑病伴MCC,has_mcc", "BR11,男,sex == male"))
    new = changed(drg=DRG.replace("BR11,脑病伴MCC,has_mcc", "BR11,女,sex == female"))
    case = GroupInput(("B1",), (), sex="male")
    assert compare(old, new, case) == ("BR11", "BR15", Cause.OTHER, "BR11 与 BR15 的规则不同")


def test_only_the_diagnosis_that_changed_is_named(changed):
    case = GroupInput(("B2", "C2", "M2"), ("01.2",))
    new = changed(drg=DRG, mcc="code,exclusion\n M1,1")
    assert compare(changed(drg=DRG), new, case) == ("BB11", "BB13", Cause.SEVERITY, "M2 移出 MCC 表")


def test_an_age_group(changed):
    aged = DRG.replace("BR1,1,BR11", "BR1,0,BR1G,脑病高龄,age_years >= 70\n    BR1,1,BR11")
    old, new = changed(drg=DRG), changed(drg=aged)
    assert compare(old, new, MEDICAL) == ("BR15", "BR1G", Cause.AGE, "年龄（岁） >= 70 另分组")
    assert compare(new, old, MEDICAL) == ("BR1G", "BR15", Cause.AGE, "不再按年龄分组")


def test_severity_comes_before_age_where_both_schemes_have_the_groups(changed):
    old = changed(drg=DRG.replace("BB15,开颅,always", "BB15,开颅,age_years >= 1"))
    new = changed(drg=DRG.replace("BB15,开颅,always", "BB15,开颅,age_years >= 2"), cc="code,exclusion\n C1,1")
    case = GroupInput(("B2", "C2"), ("01.2",), age_years=40)
    assert compare(old, new, case) == ("BB13", "BB15", Cause.SEVERITY, "C2 移出 CC 表")


def test_an_adrg_without_a_fitting_drg(changed):
    adrg = "mdc,order,adrg,name,condition,no_drg\n MDCB,1,BR1,脑病,main_dx in dx1,adrg"
    drg = "adrg,order,drg,name,condition\n BR1,1,BR11,脑病伴MCC,has_mcc\n BR1,2,BR15,脑病,"
    old, new = changed(adrg=adrg, drg=f"{drg}always"), changed(adrg=adrg, drg=f"{drg}sex == male")
    assert compare(old, new, MEDICAL) == ("BR15", "BR1", Cause.OTHER, "进入 BR1，没有符合的细分组")
    assert compare(new, old, MEDICAL) == ("BR1", "BR15", Cause.OTHER, "原 BR1 没有符合的细分组")


def test_a_robot_assisted_group(make_workbook):
    old, new = make_workbook(robot=False), make_workbook(robot=True)
    case = GroupInput(("B1",), ("01.2", "17.4100"))
    assert compare(old, new, case) == ("BB15", "BB10", Cause.ROBOT, "17.4100 属 OP_ARB")
    assert compare(new, old, case) == ("BB10", "BB15", Cause.ROBOT, "不再分机器人辅助组")


def test_a_group_that_only_got_another_code(changed):
    new = changed(drg=DRG.replace("BB15,开颅,", "BB19,开颅,"))
    case = GroupInput(("B2",), ("01.2",))
    assert compare(changed(drg=DRG), new, case) == ("BB15", "BB19", Cause.RENAMED, "开颅：BB15 改为 BB19")


def test_new_ambiguity_new_without_a_group_and_the_way_back(changed):
    old = changed(drg=DRG)
    ambiguous = changed(drg=DRG, adrg_px="adrg,list,code\n AA1,px1,37.51")
    assert compare(old, ambiguous, SURGERY) == ("BB11", "BQY", Cause.AMBIGUOUS, "主要手术 01.2 与主要诊断 B2 无关")
    assert compare(ambiguous, old, SURGERY) == ("BQY", "BB11", Cause.RESOLVED, "原歧义病案")
    without = changed(drg=DRG, mdc_dx="mdc,site,code\n MDCB,,B3\n MDCN,,N1\n MDCP,,P1")
    assert compare(old, without, MEDICAL) == ("BR15", "0000", Cause.UNGROUPED, "主要诊断 B1 在新方案没有符合的组")


def test_the_steps_stand_side_by_side_and_say_where_they_part(changed):
    old, new = changed(drg=DRG), changed(drg=DRG.replace("BB13,开颅伴CC,has_mcc or has_cc", "BB12,开颅伴CC,has_cc"))
    case = GroupInput(("B2", "C2"), ("01.2",))
    pairs = step_pairs(explain(old, case), explain(new, case))
    assert [(one.label, one.old, one.new, one.parts) for one in pairs] == [
        ("MDC", "MDCB", "MDCB", False),
        ("ADRG", "BB1", "BB1", False),
        ("BB11", "不满足", "不满足", False),
        ("BB12", "无此组", "满足", True),
        ("BB13", "满足", "无此组", True),
        ("BB15", "未判定", "未判定", False),
    ]


def test_the_sentence_says_where_the_schemes_part(changed):
    old = changed(drg=DRG)
    for new, case, words in (
        (changed(drg=DRG, cc="code,exclusion\n C1,1"), GroupInput(("B2", "C2"), ("01.2",)), "两方案都进入 BB1"),
        (changed(drg=DRG, adrg_px="adrg,list,code\n AA1,px1,37.51"), SURGERY, "旧方案为 BB11（分组成功）"),
        (changed(drg=DRG, mdc_dx="mdc,site,code\n MDCB,,B3\n MDCN,,B2"), WOMAN, "两方案在 MDC 就分开"),
        (
            changed(drg=f"{DRG}\n BC1,1,BC19,介入,always", adrg=OTHER, adrg_px=PX),
            SURGERY,
            "两方案都进入 MDCB，在 ADRG 分开",
        ),
    ):
        was, now = group(old, case), group(new, case)
        assert why(was, now, difference(Side(old), Side(new), case, was, now)).startswith(words)


def test_schemes_are_told_apart_without_a_case(changed):
    old = changed(drg=DRG)
    drg = DRG.replace("BR15,脑病,", "BR17,脑病,").replace("NR19,妇科", "NR19,妇科疾患")
    new = changed(
        drg=drg.replace("AA1,1,AA19,移植,", "AA1,1,AA15,心移植,"),
        mcc="code,exclusion\n M1,1\n C1,1",
        cc="code,exclusion\n C2,\n M2,2\n C9,",
        exclusion="table,code\n 1,B1\n 1,B2",
    )
    told = {(one.change, one.code): (one.old, one.new) for one in scheme_changes(old, new)}
    assert told == {
        (Change.ONLY_OLD, "AA19"): ("移植", ""),
        (Change.ONLY_NEW, "AA15"): ("", "心移植"),
        (Change.RECODED, "BR15"): ("BR15 脑病", "BR17 脑病"),
        (Change.RENAMED, "NR19"): ("妇科", "妇科疾患"),
        (Change.CC_TO_MCC, "C1"): ("CC", "MCC"),
        (Change.MCC_TO_CC, "M2"): ("MCC", "CC"),
        (Change.CC_IN, "C9"): ("", "CC"),
        (Change.TABLES, "1"): ("−0", "+1"),
    }
    assert scheme_changes(old, old) == ()


@pytest.fixture
def make_workbook(make_table):
    """Return a function that gives a small workbook, with or without a robot-assisted group."""

    def make(*, robot: bool):
        group = "BB10,开颅机器人,{ZYSS,QTSS} in OP_ARB,BB1,MDCB,1\n" if robot else ""
        sheets = {
            "MDC": "MDC编码,MDC名称,MDC规则,排序\nMDCB,神经,ZYZD in DI_B,1",
            "ADRG": "ADRG编码,ADRG名称,ADRG规则,所属MDC编码,排序\nBB1,开颅,ZYSS in OP_B,MDCB,1",
            "DRG": f"DRG编码,DRG名称,DRG规则,所属ADRG编码,所属MDC编码,排序\n{group}BB15,开颅,1,BB1,MDCB,2",
            "集合": "集合编号,ICD编码,ICD名称,类型\nDI_B,B1,,诊断\nOP_B,01.2,,手术\nOP_ARB,17.4100,,手术",
            "CC": "疾病编码,疾病名称,排除表,类型\nM1,,表1,MCC",
            "排除表": "集合编号,ICD编码,ICD名称\n表1,B1,",
        }
        tables = {}
        for name, words in sheets.items():
            # a comma inside braces is no column
            safe = words.replace("{ZYSS,QTSS}", "{ZYSS;QTSS}")
            table = make_table(name, safe)
            rows = [type(row)(row.number, tuple(cell.replace(";", ",") for cell in row.cells)) for row in table.rows]
            tables[name] = type(table)("方案.xlsx", name, table.header, rows)
        return load_workbook(tables, name="试验")[0]

    return make
