"""The official rule language: every form the document shows, folding of cells, faults with their place."""

from __future__ import annotations

import pytest

from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.drg.compiling import compiled
from app.drg.facts import Facts
from app.drg.parsing import RuleFault
from app.drg.rule import CodeSet, Severity
from app.drg.tracing import traced
from app.drg.workbook_language import WorkbookParser, fold_cell, fold_rule

SETS = {
    "DI_B00": CodeSet("DI_B00", CodeKind.DX, {"D1": 2, "A01.002+G01*": 3}, sheet="集合"),
    "DI_Z01": CodeSet("DI_Z01", CodeKind.DX, {"D2": 4}, sheet="集合"),
    "OP_ALL": CodeSet("OP_ALL", CodeKind.PX, {"P1": 5, "P2": 6, "P3": 7}, sheet="集合"),
    "OP2_AC1": CodeSet("OP2_AC1", CodeKind.PX, {"P1": 8}, sheet="集合"),
    "OP_IC2": CodeSet("OP_IC2", CodeKind.PX, {"P2": 9, "P3": 10}, sheet="集合"),
    "MCC": Severity("MCC", {"M1": frozenset({"表1"}), "M2": frozenset()}, {"D1": frozenset({"表1"})}),
    "CC": Severity("CC", {"C1": frozenset({"表1"})}, {"D1": frozenset({"表1"})}),
}


def holds(rule: str, **case: object) -> bool:
    """Return whether a rule holds, by both ways of evaluating it."""
    facts = Facts(GroupInput(**{"dx": (), "px": (), **case}))
    node = WorkbookParser(fold_rule(rule), SETS.get).parse()
    fast, (slow, _) = compiled(node)(facts), traced(node, facts)
    assert fast == slow
    return fast


@pytest.mark.parametrize(
    ("rule", "case", "expected"),
    [
        ("", {}, True),
        (" _x000D_\u3000", {}, True),
        ("1", {}, True),
        ("0", {}, False),
        ("0.0", {}, False),
        ("2", {}, True),
        ("ZYZD in DI_B00", {"dx": ("D1",)}, True),
        ("zyzd IN di_b00", {"dx": ("D1",)}, True),
        ("ZYZD in DI_B00", {"dx": ("A01.002+G01*",)}, True),
        ("ZYZD in DI_B00", {"dx": ("A01.002",)}, False),
        ("QTZD in DI_B00", {"dx": ("D1", "D2")}, False),
        ("QTZD in DI_B00", {"dx": ("D2", "D9", "D1")}, True),
        ("{ZYZD, QTZD} in DI_B00", {"dx": ("D2", "D1")}, True),
        ("{ZYSS, QTSS} in OP2_AC1", {"px": ("P2", "P1")}, True),
        ("{ZYSS,QTSS} in OP2_AC1", {"px": ("P2",)}, False),
        ("QTSS in OP2_AC1", {"px": ("P1", "P2")}, False),
        ("ZYSS not in OP_ALL", {"px": ("P9", "P1")}, True),
        ("ZYSS not in OP_ALL", {"px": ("P1",)}, False),
        ("ZYSS not in OP_ALL", {}, True),
        ("{ZYSS,QTSS} NOT IN OP_ALL", {"px": ("P9", "P1")}, False),
        ("not ZYSS in OP_ALL", {"px": ("P9",)}, True),
        ("not not (ZYSS in OP_ALL)", {"px": ("P1",)}, True),
        ("not ZYSS not in OP_ALL", {"px": ("P1",)}, True),
        ("ZYZD in {DI_B00, DI_Z01}", {"dx": ("D2",)}, True),
        ("{ZYZD,QTZD} in {DI_B00,DI_Z01}", {"dx": ("D9", "D2")}, True),
        ("ZYZD not in {DI_B00,DI_Z01}", {"dx": ("D2",)}, False),
        ("{ZYSS,ZYZD} in {OP2_AC1,DI_Z01}", {"dx": ("D2",), "px": ("P9",)}, True),
        ("QTZD in MCC", {"dx": ("D2", "M1")}, True),
        ("QTZD in MCC", {"dx": ("D1", "M1")}, False),
        ("QTZD in MCC", {"dx": ("D1", "M2")}, True),
        ("QTZD in MCC", {"dx": ("M1",)}, False),
        ("QTZD in CC", {"dx": ("D1", "C1")}, False),
        ("QTZD in MCC or QTZD in CC", {"dx": ("D9", "C1")}, True),
        ("QTZD in {MCC,CC}", {"dx": ("D9", "C1")}, True),
        ("QTZD not in mcc", {"dx": ("D9", "C1")}, True),
        ("NL >= 70", {"age_years": 70}, True),
        ("NL>70", {"age_years": 70}, False),
        ("NL<=6 and NL>=0", {"age_years": 0}, True),
        ("NL < 70", {}, False),
        ("XB = 1", {"sex": "male"}, True),
        ("XB == 2", {"sex": "male"}, False),
        ("XB=2", {}, False),
        ("XSRTZ>=1500 and XSRTZ<2000", {"weight_g": 1999}, True),
        ("((NL=0) and (XSRTL>=29)) or ((NL=0) and (XSRTL<29))", {"age_years": 0, "age_days": 3}, True),
        ("((NL=0) and (XSRTL>=29)) or ((NL=0) and (XSRTL<29))", {"age_years": 0}, False),
        ("length( OP_IC2 ∩ {ZYSS,QTSS} ) >= 2", {"px": ("P2", "P1", "P3")}, True),
        ("length( OP_IC2 ∩ {ZYSS,QTSS} ) >= 2", {"px": ("P2", "P2")}, False),
        ("LENGTH({zyss,qtss}∩op_ic2)>=2", {"px": ("P3", "P2")}, True),
        ("length(OP_IC2∩QTSS)=1", {"px": ("P3", "P2")}, True),
        ("length(OP_IC2 ∩ {ZYSS,QTSS}) < 1", {}, True),
        ("length({OP2_AC1,OP_IC2} ∩ {ZYSS,QTSS}) >= 3", {"px": ("P1", "P2", "P3")}, True),
        ("length( MCC ∩ QTZD ) >= 2", {"dx": ("D9", "M1", "M2")}, True),
        ("length( MCC ∩ QTZD ) >= 2", {"dx": ("D1", "M1", "M2")}, False),
        ("ＺＹＺＤ　in　ＤＩ＿Ｂ００", {"dx": ("D1",)}, True),
        ("（ZYZD\xa0in DI_B00）_x000D_\n and ｛ZYSS，QTSS｝ in OP_ALL", {"dx": ("D1",), "px": ("P1",)}, True),
        ("NL ≥ 70", {"age_years": 70}, True),
        ("1 or 0 and 0", {}, True),
        ("(1 or 0) and 0", {}, False),
        ("0 or not 0", {}, True),
        ("ZYZD in DI_B00 AND(XB=1)Or NL=3", {"dx": ("D1",), "sex": "male"}, True),
    ],
)
def test_rules_of_the_document(rule, case, expected):
    assert holds(rule, **case) is expected


@pytest.mark.parametrize(
    ("rule", "key", "position"),
    [
        ("ZYZD in", "name", 7),
        ("ZYZD DI_B00", "expected", 5),
        ("ZYZZ in DI_B00", "field", 0),
        ("{ZYZD,QTXX} in DI_B00", "field", 6),
        ("{ZYZD,QTZD in DI_B00", "expected", 11),
        ("ZYZD in ZYSS", "set", 8),
        ("NL >=", "number", 5),
        ("NL 70", "operator", 3),
        ("ZYZD in DI_B00 and", "condition", 18),
        ("(ZYZD in DI_B00", "expected", 15),
        ("ZYZD in DI_B00)", "after_end", 14),
        ("length(OP_IC2, QTSS) >= 2", "expected", 13),
        ("length(OP_IC2 ∩ QTSS)", "operator", 21),
        ("length(OP_IC2 ∩ OP_ALL) >= 2", "field", 16),
        ("ZYZD in DI_B00;", "character", 14),
        ("(" * 400 + "1", "depth", 101),
    ],
)
def test_faults_name_the_place(rule, key, position):
    with pytest.raises(RuleFault) as caught:
        WorkbookParser(fold_rule(rule), SETS.get).parse()
    assert (caught.value.key, caught.value.position) == (key, position)


def test_cells_are_folded_at_their_ends_and_codes_stay_as_they_are():
    assert fold_cell(" \u3000A01.002+G01*\xa0_x000D_\n") == "A01.002+G01*"
    assert fold_cell("ａ b") == "ａ b"
