"""Loading the official workbook: moved headers, dirty cells, fallback and ambiguous groups, options, lint."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.domain.tables import RawRow, RawTable
from app.drg.engine import group
from app.drg.explaining import explain
from app.drg.lint import SchemeRefused
from app.drg.workbook import WorkbookOptions, load_workbook

SHEETS: dict[str, list[str]] = {
    "MDC": [
        "试验分组方案配置信息",
        "MDC编码|MDC名称|MDC规则|排序",
        "0000|00组||1",
        "MDCP|新生儿|ZYZD in DI_P00 and NL = 0|2",
        "MDCO|妊娠分娩|ZYZD in DI_O00|3",
    ],
    "ADRG": [
        "|ADRG编码|ADRG名称|ADRG规则|所属MDC编码|MDC内排序",
        "|O00|||MDCO|1",
        "|OB1|剖宫产|ZYSS in OP_OB1|MDCO|2",
        "|OQY|歧义|ZYSS in OP_ALL|MDCO|3",
        "|OR1|阴道分娩|ZYZD in DI_OR1|MDCO|4",
        "|PQY|新生儿歧义|ZYSS in OP_ALL|MDCP|1",
        "|PS1|早产|XSRTZ < 1500|MDCP|2",
        "|P00|||MDCP|3",
        "|0000|00组||0000|1",
    ],
    "DRG": [
        "DRG|DRG名称|DRG规则|所属ADRG编码|所属MDC编码|排序",
        "O000|||O00|MDCO|1",
        "OB11|剖宫产伴MCC|QTZD in MCC|OB1|MDCO|1",
        "OB13|剖宫产伴CC|QTZD in {MCC,CC}|OB1|MDCO|2",
        "OB15|剖宫产||OB1|MDCO|3",
        "OB10|机器人|{ZYSS,QTSS} in OP_ARB|OB1|MDCO|0.5",
        "OR11|分娩伴MCC|QTZD in MCC|OR1|MDCO|1",
        "OQY|歧义|1|OQY|MDCO|1",
        "PQY|歧义||PQY|MDCP|1",
        "PS19|早产|1|PS1||1",
        "P000|||P00|MDCP|1",
        "0000|00组||0000|0000|1",
    ],
    "集合": [
        "集合编号|ICD编码|ICD名称|类型编号",
        "DI_O00|O80.x00|顺产|诊断",
        "DI_O00|O82.000|剖宫产分娩|诊断",
        "DI_OR1|O80.x00|顺产|诊断",
        "DI_P00|P07.000|低体重|诊断",
        "OP_ALL|74.1x00|剖宫产|手术操作",
        "OP_ALL|68.4100|子宫切除|手术操作",
        "OP_ALL|68.4100|子宫切除|手术操作",
        "op_ob1|74.1x00_x000D_|剖宫产|手术操作",
        "OP_ARB|17.4100|机器人|手术操作",
        "DI_OLD|O99.900|无人使用|诊断",
    ],
    "CC": [
        "疾病编码|疾病名称|排除表|类型",
        "I50.900|心力衰竭|表1|MCC",
        "D62.x00|失血性贫血|表2|CC",
        "E43.x00|营养不良||MCC",
    ],
    "排除表": ["集合编号|ICD编码|ICD名称", "表1|O80.x00|顺产", "表2|O80.x00|顺产", "表2|O82.000|"],
}


def workbook(**changed: list[str]) -> dict[str, RawTable]:
    """Return the tables of the small workbook, the first row of each sheet as its header."""
    tables = {}
    for name, lines in (SHEETS | changed).items():
        rows = [RawRow(number, tuple(line.split("|"))) for number, line in enumerate(lines, 1)]
        tables[name] = RawTable("方案.xlsx", name, rows[0].cells, rows[1:], 1)
    return tables


def loaded(options: WorkbookOptions | None = None, **changed: list[str]):
    """Return the scheme of the small workbook with some sheets changed."""
    return load_workbook(workbook(**changed), name="试验", options=options)


def drg(scheme, *dx, px=(), **case):
    """Return the group of a case."""
    return group(scheme, GroupInput(dx, px, **case)).drg


UNGROUPED = GroupResult("0000", "00", "0000", GroupStatus.UNGROUPED)


def test_groups_and_severity():
    scheme, report = loaded()
    assert report.errors == ()
    assert scheme.title == "试验分组方案配置信息"
    assert drg(scheme, "O82.000", px=("74.1x00",)) == "OB15"
    assert drg(scheme, "O82.000", "I50.900", px=("74.1x00",)) == "OB11"
    assert drg(scheme, "O82.000", "D62.x00", px=("74.1x00",)) == "OB15"
    assert drg(scheme, "O80.x00", "I50.900", px=("74.1x00",)) == "OB15"
    assert drg(scheme, "O80.x00", "E43.x00", px=("74.1x00",)) == "OB11"
    assert drg(scheme, "O82.000", px=("74.1x00", "17.4100")) == "OB10"


def test_fallback_groups_come_last_and_are_no_result():
    scheme, _ = loaded()
    assert drg(scheme, "O80.x00", px=("74.1x00",)) == "OB15"
    assert group(scheme, GroupInput(("O82.000",), ())) == UNGROUPED
    assert group(scheme, GroupInput(("Z00.000",), ())) == UNGROUPED
    assert group(scheme, GroupInput((), ())) == UNGROUPED
    found = explain(scheme, GroupInput(("O82.000",), ()))
    assert (found.detail, dict(found.detail_args)["group"]) == ("drg.detail.fallback", "O00")


def test_a_missed_severity_group_ends_the_search_without_a_group():
    scheme, _ = loaded()
    case = GroupInput(("O80.x00",), ())
    assert group(scheme, case) == UNGROUPED
    assert explain(scheme, case).detail == "drg.detail.no_drg"


def test_an_mdc_without_a_fitting_group_ends_the_search():
    adrg = [row for row in SHEETS["ADRG"] if "O00" not in row]
    mdc = [*SHEETS["MDC"], "MDCX|其他|ZYZD in DI_O00|9"]
    scheme, _ = loaded(ADRG=[*adrg, "|XZ1|其他|1|MDCX|1"], MDC=mdc, DRG=[*SHEETS["DRG"], "XZ19|其他|1|XZ1|MDCX|1"])
    case = GroupInput(("O82.000",), ())
    assert group(scheme, case) == UNGROUPED
    assert explain(scheme, case).detail == "drg.detail.no_adrg"


def test_rows_without_a_code_are_left_out():
    scheme, report = loaded(
        集合=[*SHEETS["集合"], "OP_ALL||说明|手术操作"],
        CC=[*SHEETS["CC"], "|说明|表1|"],
        MDC=[*SHEETS["MDC"], "|说明||"],
    )
    assert report.errors == ()
    assert len(scheme.mdcs) == 3


def test_a_sheet_without_mdcs_refuses():
    assert "no_rows" in [key for key, _, _ in refused(MDC=SHEETS["MDC"][:2])]


def test_ambiguous_groups_are_printed_as_qy():
    scheme, _ = loaded()
    expected = GroupResult("MDCO", "QY", "OQY", GroupStatus.AMBIGUOUS)
    assert group(scheme, GroupInput(("O82.000",), ("68.4100",))) == expected
    assert "OQY" in scheme.names
    assert "O000" not in scheme.names


def test_the_no_group_code_is_that_of_the_file():
    rows = [row.replace("0000|00组||0000|0000|1", "0000A|00组||0000|0000|1") for row in SHEETS["DRG"]]
    scheme, _ = loaded(DRG=rows)
    assert drg(scheme, "Z00.000") == "0000A"


def test_without_a_group_of_its_own_the_no_group_code_is_0000():
    scheme, _ = loaded(DRG=SHEETS["DRG"][:-1])
    assert drg(scheme, "Z00.000") == "0000"


def test_headers_are_found_wherever_they_stand():
    moved = {name: ["方案|标题", "", *(f"|{line}" for line in lines)] for name, lines in SHEETS.items()}
    moved["MDC"] = ["方案", *SHEETS["MDC"][1:]]
    moved["CC"] = ["ICD编码|类型|疾病名称|排除表", "I50.900|MCC|心力衰竭|表1", "D62.x00|CC|贫血|表2"]
    moved["集合"] = [line.replace("类型编号", "类型") for line in SHEETS["集合"]]
    moved["DRG"] = [line.replace("DRG|DRG名称", "DRG 编码_x000D_|DRG名称") for line in SHEETS["DRG"]]
    moved["ADRG"] = [line.replace("MDC内排序", "排序\u3000") for line in SHEETS["ADRG"]]
    scheme, report = loaded(**moved)
    assert scheme.title == "方案"
    assert report.errors == ()
    assert drg(scheme, "O82.000", "I50.900", px=("74.1x00",)) == "OB11"
    assert drg(scheme, "O82.000", "I50.900", px=("74.1x00", "17.4100")) == "OB10"


def test_a_header_that_the_reader_already_found_is_used():
    tables = workbook()
    mdc = tables["MDC"]
    tables["MDC"] = RawTable(mdc.file, "MDC", mdc.rows[0].cells, mdc.rows[1:], 2)
    scheme, _ = load_workbook(tables, name="试验")
    assert scheme.title == "试验"
    assert len(scheme.mdcs) == 3
    assert scheme.mdcs[-1].code == "0000"


def test_sheet_names_and_set_names_are_read_in_any_case():
    tables = workbook()
    tables[" mdc "] = tables.pop("MDC")
    tables["cc\u3000"] = tables.pop("CC")
    scheme, _ = load_workbook(tables, name="试验")
    assert drg(scheme, "O82.000", "I50.900", px=("74.1x00",)) == "OB11"


def refused(**changed):
    """Return the errors as (key, place, text)."""
    with pytest.raises(SchemeRefused) as caught:
        loaded(**changed)
    return [(item.key.removeprefix("drg.lint."), str(item.where), str(item)) for item in caught.value.report.errors]


def test_rules_that_cannot_be_read_are_all_told_with_their_cells():
    adrg = [row.replace("ZYSS in OP_OB1", "ZYSS of OP_OB1") for row in SHEETS["ADRG"]]
    rows = [row.replace("QTZD in {MCC,CC}", "QTZD in {MCC,CC") for row in SHEETS["DRG"]]
    first, second = sorted(refused(ADRG=adrg, DRG=rows))
    assert first[:2] == ("rule", "方案.xlsx，ADRG，第 3 行，“ADRG规则”列")
    assert first[2].endswith("ZYSS of OP_OB1\n     ^")
    assert second[:2] == ("rule", "方案.xlsx，DRG，第 4 行，“DRG规则”列")


def test_a_missing_sheet_or_header_refuses():
    tables = workbook()
    del tables["排除表"]
    with pytest.raises(SchemeRefused, match="排除表"):
        load_workbook(tables, name="试验")
    [(key, where, message)] = refused(ADRG=["ADRG编码|ADRG名称|规 则", "OB1|剖宫产|1"])
    assert (key, where) == ("no_header", "方案.xlsx，ADRG")
    assert "所属MDC编码、MDC内排序" in message


def test_an_unknown_level_and_an_empty_sheet_of_sets_refuse():
    assert [key for key, _, _ in refused(CC=[*SHEETS["CC"], "X|x||重"])] == ["level"]
    assert "no_rows" in [key for key, _, _ in refused(集合=SHEETS["集合"][:1])]


def test_remarks_name_what_is_odd():
    drgs = [*SHEETS["DRG"], "XX19|孤儿|1|XX1|MDCX|1", "OB19|别处|1|OB1|MDCP|9"]
    adrgs = [*SHEETS["ADRG"], "|OZ1|没有病组|ZYZD in DI_NONE|MDCO|4", "|XR1|无处|1|MDCX|一"]
    _, report = loaded(DRG=drgs, ADRG=adrgs, CC=[*SHEETS["CC"], "I50.900|心衰|表9|CC"])
    found = {item.key.removeprefix("drg.lint."): dict(item.args) for item in report.warnings}
    assert found["unused"] == {"name": "DI_OLD", "count": "1"}
    assert found["duplicate"] == {"name": "OP_ALL", "count": "1", "code": "68.4100"}
    assert found["undefined"] == {"name": "DI_NONE"}
    assert found["drg_without_adrg"] == {"drg": "XX19", "adrg": "XX1"}
    assert found["drg_other_mdc"] == {"drg": "OB19", "adrg": "OB1", "mdc": "MDCP"}
    assert found["adrg_without_mdc"] == {"adrg": "XR1", "mdc": "MDCX"}
    assert found["order"] == {"found": "一"}
    assert found["mcc_and_cc"] == {"count": "1", "codes": "I50.900"}
    assert found["exclusion_missing"] == {"table": "表9", "code": "I50.900"}


def test_an_always_true_rule_hides_what_comes_after_it():
    rows = [row.replace("|OB11|", "|OB11|").replace("QTZD in MCC|OB1", "1|OB1") for row in SHEETS["DRG"]]
    _, report = loaded(DRG=rows)
    hidden = {dict(item.args)["code"] for item in report.warnings if item.key == "drg.lint.unreachable"}
    assert hidden == {"OB13", "OB15"}


def test_the_published_sizes_of_an_edition_are_compared():
    mdc = ["按病组（DRG）付费3.0版分组方案配置信息", *SHEETS["MDC"][1:]]
    scheme, report = loaded(MDC=mdc)
    differing = {dict(item.args)["what"] for item in report.warnings if item.key == "drg.lint.count"}
    assert differing == {"MDC 数", "ADRG 数", "DRG 数", "歧义组数", "MCC 数", "CC 数", "排除表行数"}
    assert scheme.valid_from == date(2027, 1, 1)


def test_grey_procedures_take_no_part_when_asked():
    grey, _ = loaded(WorkbookOptions(grey_px=frozenset({"68.4100"})))
    assert group(grey, GroupInput(("O82.000",), ("68.4100",))).status is GroupStatus.UNGROUPED
    assert group(grey, GroupInput(("O82.000",), ("68.4100", "74.1x00"))).status is GroupStatus.UNGROUPED
    assert drg(grey, "O82.000", px=("74.1x00", "68.4100")) == "OB15"


def test_the_newborn_ambiguous_group_asks_for_days_when_asked():
    case = GroupInput(("P07.000",), ("68.4100",), age_years=0, age_days=40, weight_g=1000)
    assert group(loaded()[0], case).drg == "PQY"
    assert group(loaded(WorkbookOptions(newborn_qy_days=29))[0], case).drg == "PS19"


def test_a_valid_principal_procedure_keeps_out_of_medical_groups_when_asked():
    adrg = [row for row in SHEETS["ADRG"] if "OQY" not in row]
    case = GroupInput(("O80.x00", "E43.x00"), ("68.4100",))
    assert group(loaded(ADRG=adrg)[0], case).drg == "OR11"
    asked, _ = loaded(WorkbookOptions(procedure_only=True), ADRG=adrg)
    assert group(asked, case) == UNGROUPED
