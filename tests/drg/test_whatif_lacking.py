"""What a rule asks for that a case lacks, in words: every kind of condition, wanted and to be avoided."""

from __future__ import annotations

import pytest

from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.drg.facts import Facts
from app.drg.lacking import lacks
from app.drg.rule import (
    And,
    Codes,
    CodeSet,
    Compare,
    Const,
    Count,
    Dept,
    HasPx,
    In,
    Not,
    Number,
    Op,
    Or,
    Severity,
    Sites,
)
from app.drg.tracing import traced

DX1 = CodeSet("dx1", CodeKind.DX, {"A1": 2, "A2": 3})
PX1 = CodeSet("px1", CodeKind.PX, {"P1": 2})
PX2 = CodeSet("px2", CodeKind.PX, {"P2": 2})
OWN = CodeSet("mdc_dx", CodeKind.DX, {"B1": 2})
VALID = CodeSet("valid_px", CodeKind.PX, {"P1": 2, "P2": 3})
BOOK = CodeSet("DI_H00", CodeKind.DX, {"A1": 2})
MCC = Severity("MCC", {"M1": frozenset({"7"}), "M2": frozenset()}, {"A1": frozenset({"7"})})
FIRST, OTHER = (Codes.MAIN_DX,), (Codes.OTHER_DX,)
MAIN, FURTHER = (Codes.MAIN_PX,), (Codes.OTHER_PX,)
ANY_DX, ANY_PX = (Codes.MAIN_DX, Codes.OTHER_DX), (Codes.MAIN_PX, Codes.OTHER_PX)


def told(node, dx=("A1",), px=(), wanted=True, **given):
    """Return the pairs of wish and fact."""
    found = lacks(node, Facts(GroupInput(tuple(dx), tuple(px), **given)), "HC2", wanted=wanted)
    return [(one.wanted, one.now) for one in found]


@pytest.mark.parametrize(
    ("node", "case", "wish", "fact"),
    [
        (In(MAIN, (PX1,)), {"px": ("P9",)}, "主要手术属于 HC2", "主要手术是 P9"),
        (In(MAIN, (PX1,)), {"px": ("P9", "P1")}, "主要手术属于 HC2", "P1 不是主要手术"),
        (In(MAIN, (PX2,)), {}, "主要手术属于 HC2 px2", "没有手术"),
        (In(MAIN, (VALID,)), {}, "主要手术属于 有效手术（valid_px）", "没有手术"),
        (In(FURTHER, (PX1,)), {"px": ("P9",)}, "其他手术有一项属于 HC2", "没有其他手术"),
        (In(FURTHER, (PX1,)), {"px": ("P1",)}, "其他手术有一项属于 HC2", "P1 是主要手术"),
        (In(ANY_PX, (PX1,)), {"px": ("P9",)}, "手术中有一项属于 HC2", "手术中没有"),
        (In(FIRST, (OWN,)), {}, "主要诊断属于 HC2", "主要诊断是 A1"),
        (In(FIRST, (BOOK,)), {"dx": ("Z1", "A1")}, "主要诊断属于 DI_H00", "A1 不是主要诊断"),
        (In(FIRST, (BOOK,)), {"dx": ()}, "主要诊断属于 DI_H00", "没有诊断"),
        (In(OTHER, (DX1,)), {"dx": ("Z1", "Z2")}, "其他诊断有一条属于 HC2", "其他诊断中没有"),
        (In(ANY_DX, (DX1,)), {"dx": ("Z1",)}, "诊断中有一条属于 HC2", "诊断中没有"),
        (In(OTHER, (MCC,)), {}, "有未被排除的 MCC", "没有其他诊断"),
        (In(OTHER, (MCC,)), {"dx": ("A1", "M1")}, "有未被排除的 MCC", "M1 被排除表 7 排除"),
        (In(OTHER, (MCC,)), {"dx": ("A1", "Z1")}, "有未被排除的 MCC", "其他诊断中没有 MCC"),
        (HasPx(), {}, "有手术", "没有手术"),
        (Dept(("03", "04")), {"dept": "02"}, "出院科室为 03、04", "出院科室 02"),
        (Compare(Number.AGE_YEARS, Op.GE, 70), {"age_years": 60}, "年龄（岁） ≥ 70", "年龄（岁） 60"),
        (Compare(Number.AGE_YEARS, Op.GE, 70), {}, "年龄（岁） ≥ 70", "没有年龄（岁）"),
        (Compare(Number.SEX, Op.EQ, 2), {"sex": "male"}, "性别 = 女", "性别 男"),
        (Count(ANY_DX, (DX1,), Op.GE, 2), {}, "属于 HC2 的编码数 ≥ 2", "有 1 个：A1"),
        (Count(ANY_PX, (PX1,), Op.GE, 1), {}, "属于 HC2 的编码数 ≥ 1", "没有"),
        (Sites({"A1": frozenset({"头"})}, Op.GE, 2), {}, "损伤部位数 ≥ 2", "1 处"),
        (Const(False), {}, "该规则不会成立", "与病案内容无关"),
    ],
)
def test_what_is_wanted_and_how_it_is(node, case, wish, fact):
    assert told(node, **case) == [(wish, fact)]


@pytest.mark.parametrize(
    ("node", "case", "wish", "fact"),
    [
        (In(MAIN, (PX1,)), {"px": ("P1",)}, "主要手术不属于 HC2", "主要手术是 P1"),
        (In(ANY_PX, (PX1, PX2)), {"px": ("P1", "P2")}, "手术都不属于 HC2、HC2 px2", "有 P1、P2"),
        (In(FIRST, (DX1,)), {}, "主要诊断不属于 HC2", "主要诊断是 A1"),
        (In(OTHER, (MCC,)), {"dx": ("Z1", "M1", "M2", "M1")}, "没有未被排除的 MCC", "M1、M2 计入 MCC"),
        (HasPx(), {"px": ("P1", "P2")}, "没有手术", "有 2 项手术"),
        (Dept(("03",)), {"dept": "03"}, "出院科室不是 03", "出院科室 03"),
        (Compare(Number.AGE_YEARS, Op.LT, 7), {"age_years": 6}, "年龄（岁） ≥ 7", "年龄（岁） 6"),
        (Compare(Number.SEX, Op.EQ, 1), {"sex": "male"}, "性别 ≠ 男", "性别 男"),
        (Const(True), {}, "该规则总是成立", "与病案内容无关"),
    ],
)
def test_what_is_to_be_avoided_and_how_it_is(node, case, wish, fact):
    assert told(node, wanted=False, **case) == [(wish, fact)]
    assert told(Not(node), **case) == [(wish, fact)]


def test_of_an_and_all_is_told_that_lacks_and_of_an_or_the_ways():
    first, second = In(FIRST, (OWN,)), In(MAIN, (PX1,))
    assert told(And((first, In(FIRST, (DX1,)), second))) == [
        ("主要诊断属于 HC2", "主要诊断是 A1"),
        ("主要手术属于 HC2", "没有手术"),
    ]
    assert told(Or((first, second))) == [("主要诊断属于 HC2，或主要手术属于 HC2", "主要诊断是 A1；没有手术")]
    assert told(Or((second, And((first, HasPx()))))) == [("主要手术属于 HC2", "没有手术")]


def test_the_way_that_the_case_nearly_has_is_preferred():
    elsewhere = In(MAIN, (PX1,))
    assert told(Or((In(FIRST, (OWN,)), elsewhere)), px=("P9", "P1")) == [("主要手术属于 HC2", "P1 不是主要手术")]


def test_many_ways_are_not_all_told():
    ways = tuple(In(FIRST, (CodeSet(f"DI_{at}", CodeKind.DX, {"Z": 1}),)) for at in range(6))
    [(wish, fact)] = told(Or(ways))
    assert wish == "主要诊断属于 DI_0，或主要诊断属于 DI_1，或主要诊断属于 DI_2 等"
    assert fact == "主要诊断是 A1"


def test_nothing_lacks_exactly_when_the_rule_holds(scheme_of, cases_of):
    scheme, _ = scheme_of("chs_drg_11")
    for case, _ in cases_of("chs_drg_11")[::400]:
        facts = Facts(case, scheme.ignored_px)
        for mdc, adrg in scheme.rows():
            for rule in (mdc.rule, adrg.rule, *(drg.rule for drg in adrg.drgs)):
                held = traced(rule.node, facts)[0]
                assert bool(lacks(rule.node, facts, adrg.key)) is not held
                assert bool(lacks(rule.node, facts, adrg.key, wanted=False)) is held
