"""The marked copy: the user's file with the cells in question coloured and noted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell

from app.common.errors import UserProblem
from app.exchange import marked
from app.exchange.batch import Batch, read_batch
from app.exchange.marked import write_marked_copy

Make = Callable[..., Path]
Page = dict[str, str]


@pytest.fixture
def rows(front_page: Page) -> list[list[object]]:
    page = front_page | {"性别": "不明白", "总费用": "3.456"}
    bad = front_page | {"病案号": "", "姓名": "=1+1"}
    return [["导出标题"], list(front_page), list(page.values()), list(bad.values())]


def notes(path: Path) -> dict[str, tuple[str, str]]:
    sheet = load_workbook(path).worksheets[0]
    return {
        cell.coordinate: (cell.fill.fgColor.rgb[2:], cell.comment.text)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell, Cell) and cell.comment
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx", "changed", "refused"])
def test_cells_are_coloured_and_noted(
    make_csv: Make,
    make_xlsx: Make,
    rows: list[list[object]],
    tmp_path: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = make_csv(rows) if kind == "csv" else make_xlsx(rows)
    batch = read_batch(path)
    if kind == "changed":
        path.write_bytes(make_xlsx([["别的"]], "other.xlsx").read_bytes())
    if kind == "refused":
        monkeypatch.setattr(marked, "load_workbook", lambda _: (_ for _ in ()).throw(TypeError("style")))
    out = tmp_path / "marked.xlsx"
    write_marked_copy(path, batch, out)
    found = notes(out)
    assert found["D3"][0] == "FFEB9C"
    assert "不在值域" in found["D3"][1]
    assert found["Q3"][0] == "DDEBF7"
    assert "3.456 → 3.46" in found["Q3"][1]
    assert found["A4"][0] == "FFC7CE"
    assert "没有病案号" in found["A4"][1]
    assert set(found) == {"D3", "Q3", "A4"}


def test_the_users_workbook_keeps_its_title_and_other_sheets(
    make_xlsx: Make, rows: list[list[object]], tmp_path: Path
) -> None:
    path = make_xlsx({"首页": rows, "别的": [["留着"]]})
    write_marked_copy(path, read_batch(path), tmp_path / "marked.xlsx")
    book = load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames == ["首页", "别的"]
    assert book["首页"]["A1"].value == "导出标题"


def test_a_new_workbook_has_the_rows_where_they_were(make_csv: Make, rows: list[list[object]], tmp_path: Path) -> None:
    path = make_csv(rows)
    write_marked_copy(path, read_batch(path), tmp_path / "marked.xlsx")
    sheet = load_workbook(tmp_path / "marked.xlsx").worksheets[0]
    assert [sheet.cell(row, 3).value for row in (1, 2, 3, 4)] == [None, "姓名", "王测（测试）", "=1+1"]
    assert sheet.cell(4, 3).data_type == "s"


def test_spelling_alone_is_not_marked(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv([list(front_page), list((front_page | {"性别": "男", "民族": "1"}).values())[:17]]))
    write_marked_copy(Path("gone.csv"), batch, tmp_path / "marked.xlsx")
    assert notes(tmp_path / "marked.xlsx") == {}


def test_a_folder_that_cannot_be_written_is_said(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch: Batch = read_batch(make_csv([list(front_page), list(front_page.values())]))
    with pytest.raises(UserProblem) as caught:
        write_marked_copy(tmp_path / "batch.csv", batch, tmp_path / "missing" / "marked.xlsx")
    assert caught.value.key == "export.cannot_write"
