"""Where the header is and what belongs to the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.exchange.batch import read_batch
from app.exchange.readers import read_tables

Make = Callable[..., Path]


@pytest.mark.parametrize("above", [0, 1, 3, 10])
def test_title_rows_are_skipped(make_csv: Make, make_xlsx: Make, front_page: dict[str, str], above: int) -> None:
    rows = [[f"某医院 第 {number} 行标题"] for number in range(above)] + [list(front_page), list(front_page.values())]
    for path in (make_csv(rows), make_xlsx(rows)):
        table = read_tables(path)[0]
        assert table.header == tuple(front_page)
        assert table.header_row == above + 1
        assert [row.number for row in table.rows] == [above + 2]


TWO_LEVELS = [
    ["出院病案首页"],
    ["病案号", "姓名", "入院时间", "主要诊断", "", "其他诊断1", "", "联系人", ""],
    ["", "", "", "名称", "编码", "名称", "编码", "姓名", "电话"],
    [
        "00123456",
        "王测（测试）",
        "2026-04-01",
        "急性阑尾炎",
        "K35.900",
        "高血压病",
        "I10.x00",
        "李测（测试）",
        "13800000000",
    ],
]


@pytest.mark.parametrize("merged", [(), ("D2:E2", "F2:G2", "H2:I2", "A2:A3", "B2:B3", "C2:C3", "A1:I1")])
def test_two_levels_are_joined(make_csv: Make, make_xlsx: Make, merged: tuple[str, ...]) -> None:
    path = make_xlsx(TWO_LEVELS, merged=merged) if merged else make_csv(TWO_LEVELS)
    batch = read_batch(path)
    assert batch.source.header[3:5] == ("主要诊断.名称", "主要诊断.编码")
    record = batch.records[0].record
    wanted = ["record_no", "dx[0].name", "dx[0].code", "dx[1].code", "contact_name", "contact_phone"]
    assert [record.text(field) for field in wanted] == [TWO_LEVELS[3][at] for at in (0, 3, 4, 6, 7, 8)]
    assert record.text("patient_name") == "王测（测试）"


def test_totals_blank_rows_and_repeated_headers_are_dropped(make_csv: Make, front_page: dict[str, str]) -> None:
    header, values = list(front_page), list(front_page.values())
    path = make_csv([header, values, [""] * 3, ["合计", "", "1"], header, ["00123457", *values[1:]], ["小计"]])
    batch = read_batch(path)
    assert [(entry.row, entry.record.text("record_no")) for entry in batch.records] == [
        (2, "00123456"),
        (6, "00123457"),
    ]
    assert any(note.key == "dropped_rows" and note.args["count"] == 3 for note in batch.notes)


def test_a_table_without_known_headings_begins_with_its_first_full_row(make_csv: Make) -> None:
    table = read_tables(make_csv([["说明"], ["甲", "乙"], ["1", "2"]]))[0]
    assert (table.header, len(table.rows)) == (("甲", "乙"), 1)


def test_the_sheet_of_front_pages_is_found(make_xlsx: Make, front_page: dict[str, str]) -> None:
    path = make_xlsx({"说明": [["请先阅读"]], "数据": [list(front_page), list(front_page.values())]})
    assert read_batch(path).source.sheet == "数据"
