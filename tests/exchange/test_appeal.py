"""A report as a workbook: what was written is read again, nothing comes alive, an old file stays when it fails."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.exchange import appeal
from app.exchange.appeal import write_report

NASTY = ("=1+1", "@SUM(A1)", "+8613800000000", "-2+3", "'=x", "\tx", "_x000D_", "00123", "3.10", "a\nb", " ")


@pytest.fixture
def report() -> Report:
    """Return a report of two sections, one of them with two tables."""
    columns = (ReportColumn("编码", 14, code=True), ReportColumn("名称", 40))
    nasty = ReportTable("怪", columns, tuple((word, f"第 {at} 行") for at, word in enumerate(NASTY)), frozenset({1}))
    other = ReportTable("另一张", (ReportColumn("项目", 20),), (("甲",), ("",), ("乙",)))
    first = ReportSection("a", "MCC/CC 与：原行", "3 行", (nasty, other), ("说明" * 200,), ("尾注",))
    second = ReportSection("b", "空的一节", "0 行", ())
    return Report("申诉材料", "病案号 0001（测试）", "方案 甲", (first, second))


@pytest.fixture
def written(report: Report, tmp_path: Path) -> openpyxl.Workbook:
    """Return the report written and opened again."""
    write_report(report, tmp_path / "包.xlsx")
    return openpyxl.load_workbook(tmp_path / "包.xlsx")


def texts(sheet: Worksheet) -> list[list[str]]:
    """Return the filled cells of every row."""
    return [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def test_each_section_is_a_sheet_with_title_subject_tables_and_footer(written: openpyxl.Workbook) -> None:
    assert written.sheetnames == ["MCC CC 与：原行", "空的一节"]
    lines = texts(written.worksheets[0])
    assert lines[0] == ["申诉材料 · MCC/CC 与：原行"]
    assert lines[1] == ["病案号 0001（测试）"]
    assert ["编码", "名称"] in lines
    assert ["另一张"] in lines
    assert lines[-2:] == [["尾注"], ["方案 甲"]]
    assert texts(written.worksheets[1])[-1] == ["方案 甲"]


def test_no_cell_is_a_formula_or_a_number(written: openpyxl.Workbook) -> None:
    cells = [cell for sheet in written for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}


def test_headings_stay_in_sight_and_cells_wrap(written: openpyxl.Workbook) -> None:
    sheet = written.worksheets[0]
    header = next(row[0].row for row in sheet.iter_rows() if row[0].value == "编码")
    assert sheet.freeze_panes == f"A{header + 1}"
    body = sheet.cell(header + 2, 1)
    assert body.alignment.wrap_text
    assert body.font.bold
    assert sheet.column_dimensions["B"].width == 42
    long = next(row[0] for row in sheet.iter_rows() if str(row[0].value).startswith("说明"))
    assert sheet.row_dimensions[long.row].height > 100
    assert any(long.coordinate in merged for merged in sheet.merged_cells.ranges)


def test_texts_come_back_as_they_were(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "包.xlsx"
    write_report(report, path)
    found = appeal.read_xlsx(path, path.name, appeal._UNLIMITED, appeal.NoProgress())
    cells = {cell for row in found.sheets[0].rows for cell in row.cells}
    assert set(NASTY) <= cells


def test_a_file_that_cannot_be_written_is_refused(report: Report, tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="写不进去"):
        write_report(report, tmp_path / "没有" / "包.xlsx")


def test_a_text_that_fits_no_cell_is_refused_with_its_place_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "包.xlsx"
    path.write_bytes(b"old")
    for bad in ("x" * 40_000, "\ud800"):
        table = ReportTable("表", (ReportColumn("项目", 9),), ((bad,),))
        with pytest.raises(UserProblem) as refused:
            write_report(Report("申诉材料", "", "", (ReportSection("a", "节", "", (table,)),)), path)
        assert refused.value.where is not None
        assert refused.value.where.sheet == "节"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_difference_after_writing_is_refused_and_the_old_file_stays(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "包.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(appeal, "escape", lambda word: word.replace("甲", "丁"))
    with pytest.raises(UserProblem, match="不同"):
        write_report(report, path)
    assert path.read_bytes() == b"old"


def test_cancelling_leaves_the_old_file(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "包.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(Cancelled):
        write_report(report, path, CancelAt(2))
    assert path.read_bytes() == b"old"
