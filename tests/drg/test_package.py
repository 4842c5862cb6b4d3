"""Loading a package: what refuses it, what is only reported, prefixes."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.domain.tables import RawRow, RawTable
from app.drg.engine import group
from app.drg.lint import SchemeRefused
from app.drg.package import load_package

META: dict[str, object] = {"id": "mini", "title": "小方案"}


def with_row(table: RawTable, *cells: str) -> RawTable:
    """Return the table with a row more."""
    return RawTable(table.file, table.sheet, table.header, [*table.rows, RawRow(50, cells)])


def refused(tables, meta=META, **options):
    """Return the errors as (key, where, message)."""
    with pytest.raises(SchemeRefused) as caught:
        load_package(tables, meta, **options)
    return [(item.key.removeprefix("drg.lint."), str(item.where), str(item)) for item in caught.value.report.errors]


def warned(tables, meta=META, **options):
    """Return the warnings as a mapping from key to their arguments."""
    _, report = load_package(tables, meta, **options)
    found: dict[str, list[dict[str, str]]] = {}
    for item in report.warnings:
        found.setdefault(item.key.removeprefix("drg.lint."), []).append(dict(item.args))
    return found


def test_a_clean_package_has_counts_and_few_remarks(mini_tables):
    scheme, report = load_package(mini_tables, META | {"valid_from": date(2026, 1, 1), "trial": True})
    assert report.errors == ()
    assert {name: report.counts[name] for name in ("mdc", "adrg", "adrg_rules", "drg", "qy", "valid_px")} == {
        "mdc": 4,
        "adrg": 5,
        "adrg_rules": 6,
        "drg": 8,
        "qy": 1,
        "valid_px": 3,
    }
    assert (scheme.valid_from, scheme.trial, scheme.no_group_code) == (date(2026, 1, 1), True, "0000")
    assert scheme.names["BQY"] == "歧义"
    assert scheme.names["BB19"] == "开颅未细分"


def test_a_rule_that_cannot_be_read_refuses_with_line_and_caret(mini_tables):
    mini_tables["adrg"] = with_row(mini_tables["adrg"], "MDCB", "9", "BZ1", "其他", "main_dx on dx1", "next")
    [(key, where, message)] = refused(mini_tables)
    assert key == "rule"
    assert where == "adrg.csv，第 50 行，“condition”列"
    assert message.splitlines()[1:] == ["main_dx on dx1", "        ^"]


def test_a_list_that_no_file_can_hold_refuses(mini_tables):
    mini_tables["drg"] = with_row(mini_tables["drg"], "BB1", "8", "BB17", "脑", "main_dx in mdc_px")
    [(key, _, message)] = refused(mini_tables)
    assert key == "rule"
    assert "“mdc_px”不是可用的集合名" in message


@pytest.mark.parametrize("name", ["mdc", "adrg_px", "exclusion", "valid_px"])
def test_a_missing_file_refuses(mini_tables, name):
    del mini_tables[name]
    assert [(key, where) for key, where, _ in refused(mini_tables)] == [("no_table", f"{name}.csv")]


def test_a_missing_column_and_a_missing_id_refuse(mini_tables):
    drg = mini_tables["drg"]
    mini_tables["drg"] = RawTable(drg.file, "", ("adrg", "order", "drg", "name", "rule"), drg.rows)
    assert [key for key, _, _ in refused(mini_tables, {})] == ["no_id", "no_column"]


def test_a_wrong_no_drg_refuses(mini_tables):
    mini_tables["adrg"] = with_row(mini_tables["adrg"], "MDCB", "9", "BZ1", "其他", "always", "stop")
    assert [key for key, _, _ in refused(mini_tables)] == ["no_drg"]


def test_an_empty_list_of_mdcs_refuses(mini_tables):
    mini_tables["mdc"] = RawTable("mdc.csv", "", mini_tables["mdc"].header, [])
    assert [key for key, _, _ in refused(mini_tables)] == ["no_rows"]


def test_columns_may_stand_in_any_order(mini_tables):
    table = mini_tables["mcc"]
    turned = [RawRow(row.number, row.cells[::-1]) for row in table.rows]
    mini_tables["mcc"] = RawTable("mcc.csv", "", table.header[::-1], turned)
    scheme, _ = load_package(mini_tables, META)
    assert group(scheme, GroupInput(("B2", "M1"), ("01.2",))).drg == "BB11"


def test_remarks_name_what_is_odd(mini_tables):
    mini_tables["adrg"] = with_row(mini_tables["adrg"], "MDCX", "1", "XR1", "无处可归", "always", "next")
    mini_tables["adrg"] = with_row(mini_tables["adrg"], "MDCB", "99", "BZ1", "没有病组", "any_px in px3", "next")
    mini_tables["drg"] = with_row(mini_tables["drg"], "ZZ1", "1", "ZZ19", "孤儿", "always")
    mini_tables["adrg_dx"] = with_row(mini_tables["adrg_dx"], "BR1", "dx2", "B9")
    mini_tables["adrg_px"] = with_row(mini_tables["adrg_px"], "AA1", "px1", "37.51")
    mini_tables["mcc"] = with_row(mini_tables["mcc"], "C1", "1")
    mini_tables["cc"] = with_row(mini_tables["cc"], "C3", "77")
    found = warned(mini_tables, META | {"counts": {"mdc": 4, "adrg": 7, "dx": 33304}})
    assert found["adrg_without_mdc"] == [{"adrg": "XR1", "mdc": "MDCX"}]
    assert found["adrg_without_drg"] == [{"adrg": "BZ1"}]
    assert found["drg_without_adrg"] == [{"drg": "ZZ19", "adrg": "ZZ1"}]
    assert found["undefined"] == [{"name": "adrg/BZ1/px3"}]
    assert found["unused"] == [{"name": "adrg/BR1/dx2", "count": "1"}]
    assert found["duplicate"] == [{"name": "adrg/AA1/px1", "count": "1", "code": "37.51"}]
    assert found["mcc_and_cc"] == [{"count": "1", "codes": "C1"}]
    assert {one["table"] for one in found["exclusion_missing"]} == {"2", "77"}
    assert found["count"] == [{"what": "ADRG 数", "found": "6", "published": "7"}]
    assert found["unreachable"] == [{"level": "DRG", "code": "BB19", "blocker": "BB15"}]


def test_an_empty_code_is_left_out(mini_tables):
    mini_tables["adrg_dx"] = with_row(mini_tables["adrg_dx"], "BR1", "dx1", "")
    scheme, _ = load_package(mini_tables, META)
    assert set(scheme.sets["adrg/BR1/dx1"].rows) == {"B1"}


def test_a_rule_that_mixes_diagnoses_and_procedures_is_reported(mini_tables):
    mini_tables["adrg"] = with_row(mini_tables["adrg"], "MDCB", "9", "BZ1", "其他", "main_dx in valid_px", "next")
    assert warned(mini_tables)["kind"] == [{"name": "valid_px", "rule": "main_dx in valid_px"}]


def test_an_order_that_is_no_number_comes_last_and_is_reported(mini_tables):
    mini_tables["drg"] = with_row(mini_tables["drg"], "BR1", "末", "BR15", "脑病", "always")
    assert warned(mini_tables)["order"] == [{"found": "末"}]


def test_codes_the_codebook_does_not_have_are_reported_once_with_examples(mini_tables, monkeypatch):
    known = {"B1", "B2", "N1", "P1", "M1", "C1", "C2", "37.51", "01.2", "99.1"}
    assert warned(mini_tables, known=known)["unknown_codes"] == [
        {"lists": "集合", "count": "1", "codes": "B3"},
        {"lists": "MCC/CC 表", "count": "1", "codes": "M2"},
    ]
    monkeypatch.setattr("app.drg.lint.SHOWN", 3)
    many = warned(mini_tables, known=set())["unknown_codes"][0]["codes"]
    assert many.endswith(" 等")


def test_a_wrong_valid_from_is_reported_and_left_out(mini_tables):
    assert warned(mini_tables, META | {"valid_from": "明年"})["valid_from"] == [{"found": "明年"}]
    scheme, _ = load_package(mini_tables, META | {"valid_from": "2026-07-01"})
    assert scheme.valid_from == date(2026, 7, 1)


BOOK = {
    CodeKind.DX: ["A01.002+G01*", "B1.000", "B1.001", "B2.000", "B3.000", "M1.000", "N1.000", "P1.000", "C1.000"],
    CodeKind.PX: ["01.2x00", "01.2400", "37.5100", "99.1500", "02.0000"],
}


def expand(prefixes, kind):
    """Return the codes of the book that start with any of the prefixes."""
    return {code for code in BOOK[kind] if code.startswith(tuple(prefixes))}


def test_prefixes_become_the_codes_of_the_codebook(mini_tables):
    scheme, report = load_package(mini_tables, META | {"code_match": "prefix"}, expand=expand)
    assert set(scheme.sets["mdc/MDCB/mdc_dx"].rows) == {"B1.000", "B1.001", "B2.000", "B3.000"}
    assert set(scheme.sets["adrg/BB1/px1"].rows) == {"01.2x00", "01.2400"}
    assert group(scheme, GroupInput(("B2.000", "M1.000"), ("01.2400",))).drg == "BB11"
    assert group(scheme, GroupInput(("B1.001", "M1.000"), ("01.2400",))).drg == "BB15"
    assert group(scheme, GroupInput(("B1",), ("01.2",))).drg == "0000"
    assert report.counts["mcc"] == 1


def test_prefixes_without_a_codebook_and_unknown_ways_of_matching_refuse(mini_tables):
    assert [key for key, _, _ in refused(mini_tables, META | {"code_match": "prefix"})] == ["no_codebook"]
    assert [key for key, _, _ in refused(mini_tables, META | {"code_match": "like"})] == ["code_match"]
