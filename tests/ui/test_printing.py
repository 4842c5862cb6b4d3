"""A report on paper: whole rows, headings on every page, fonts inside the file, dark or light alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtPrintSupport import QPrinter

from app.common.errors import Cancelled
from app.common.progress import CancelAt
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.ui.printing import PAGE, draw_page, lay_out, pdf_of, print_report
from app.ui.report_pages import Page, Strip, pages_of
from app.ui.theme import Mode, theme

COLUMNS = (ReportColumn("编码", 12, code=True), ReportColumn("说明", 40))


def report(rows: int, words: str = "低蛋白血症 <b>&amp;") -> Report:
    """Return a report with one long table."""
    table = ReportTable("表", COLUMNS, tuple((f"E77.{at:03d}", words) for at in range(rows)), frozenset({0}))
    small = ReportTable("小表", (ReportColumn("项目", 10),), (("甲",),))
    first = ReportSection("a", "第一节", "", (table, small), ("一句话",), ("尾注",))
    second = ReportSection("b", "第二节", "", (), lacks="待附 1 项")
    return Report("申诉材料", "病案号 0001（测试）", "分组方案：甲", (first, second))


def lines(page: Page) -> list[str]:
    """Return what is printed on a page, cell by cell."""
    return [line for _, strip in page for cell in strip.cells for line in cell.lines if line]


def picture(of: Report, page: Page, number: int, count: int) -> QImage:
    """Return a page as a picture."""
    image = QImage(PAGE.toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    draw_page(painter, of, page, number, count)
    painter.end()
    return image


def ink(image: QImage, top: int, bottom: int) -> int:
    """Return how many dots between two heights are dark."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return sum(grey.pixelColor(x, y).value() < 128 for y in range(top, bottom) for x in range(0, image.width(), 2))


def test_a_long_table_repeats_its_headings_and_tears_no_row(qapp: object) -> None:
    pages = lay_out(report(120))
    assert len(pages) >= 3
    for page in pages[1:-1]:
        assert lines(page)[:2] == ["编码", "说明"]
    printed = [line for page in pages for line in lines(page)]
    assert [line for line in printed if line.startswith("E77.")] == [f"E77.{at:03d}" for at in range(120)]
    assert printed.count("低蛋白血症 <b>&amp;") == 120
    assert all(top >= 0 and top + strip.height <= 977 for page in pages for top, strip in page)


def test_strips_never_overlap(qapp: object) -> None:
    for page in lay_out(report(80)):
        ends = [top + strip.height for top, strip in page]
        assert all(top >= end - 0.01 for (top, _), end in zip(page[1:], ends[:-1], strict=True))


@pytest.mark.parametrize("rows", range(24, 60, 5))
def test_a_title_stands_on_the_page_of_what_it_heads(qapp: object, rows: int) -> None:
    for page in lay_out(report(rows)):
        assert lines(page)[-1] not in {"第一节", "小表", "表", "说明"}


def test_a_row_higher_than_a_page_goes_on_on_the_next(qapp: object) -> None:
    words = "\n".join(f"第 {at} 行改动" for at in range(150))
    pages = lay_out(report(1, words))
    printed = [line for page in pages for line in lines(page) if line.endswith("行改动")]
    assert printed == words.split("\n")
    assert len(pages) >= 3


def test_one_line_higher_than_the_page_does_not_hang(qapp: object) -> None:
    assert len(pages_of(report(2), 300, 10)) >= 2


def test_words_without_a_break_are_broken_to_fit(qapp: object) -> None:
    pages = lay_out(report(1, "f" * 400))
    strip = next(strip for _, strip in pages[0] if any("ff" in line for cell in strip.cells for line in cell.lines))
    assert isinstance(strip, Strip)
    assert len(strip.cells[1].lines) > 3
    assert "".join(strip.cells[1].lines) == "f" * 400


def test_a_column_below_stands_under_its_row_over_the_whole_width(qapp: object) -> None:
    columns = (ReportColumn("序", 4), ReportColumn("组", 8), ReportColumn("规则", 90, code=True, below=True))
    rule = "{ZYZD,QTZD} in DI_Z01 or " * 30
    table = ReportTable("路径", columns, (("1", "HC1", rule), ("2", "HC2", ""), ("3", "HC3", "1")))
    page = lay_out(Report("申诉材料", "", "", (ReportSection("a", "路径", "", (table,)),)))[0]
    heading = next(strip for _, strip in page if strip.band)
    assert [cell.lines for cell in heading.cells] == [("序",), ("组",)]
    below = [strip for _, strip in page if strip.cells[0].lines == ("规则",)]
    assert ["".join(strip.cells[1].lines) for strip in below] == [rule, "1"]
    assert max(len(strip.cells[1].lines) for strip in below) <= 10
    ruled = [strip.cells[-1].lines[0] for _, strip in page if strip.ruled][-3:]
    assert ruled == [below[0].cells[1].lines[0], "HC2", "1"]


def test_what_repeats_is_printed_once_a_page(qapp: object) -> None:
    columns = (ReportColumn("对象", 20, once=True), ReportColumn("资料", 30), ReportColumn("来源", 20, once=True))
    rows = tuple(("甲" if at < 60 else "乙", f"第 {at} 份", "同一来源") for at in range(70))
    report = Report("申诉材料", "", "", (ReportSection("a", "清单", "", (ReportTable("", columns, rows),)),))
    printed = [lines(page) for page in lay_out(report)]
    assert len(printed) == 2
    assert [page.count("甲") for page in printed] == [1, 1]
    assert sum(page.count("乙") for page in printed) == 1
    assert sum(page.count("同一来源") for page in printed) == 3
    assert sum(line.endswith("份") for page in printed for line in page) == 70


def test_the_first_page_lists_what_is_in_it_and_what_lacks(qapp: object) -> None:
    first = lines(lay_out(report(3))[0])
    assert first[:2] == ["申诉材料", "病案号 0001（测试）"]
    at = first.index("⚠")
    assert first[at : at + 3] == ["⚠", "第二节", "待附 1 项"]


def test_a_pdf_has_its_pages_and_its_fonts_inside(qapp: object) -> None:
    content = pdf_of(report(120))
    pages = lay_out(report(120))
    assert content.count(b"/Type /Page\n") == len(pages)
    assert b"/FontFile" in content
    assert re.search(rb"/MediaBox \[0(\.0*)? 0(\.0*)? 59[45]\S* 84[12]", content)
    assert b"/ToUnicode" in content


def test_cancelling_makes_no_pdf(qapp: object) -> None:
    with pytest.raises(Cancelled):
        pdf_of(report(120), CancelAt(1))


def test_a_page_has_header_body_and_footer(qapp: object) -> None:
    of = report(120)
    pages = lay_out(of)
    image = picture(of, pages[1], 2, len(pages))
    assert ink(image, 42, 62) > 20
    assert ink(image, 80, 1050) > 500
    assert ink(image, 1060, 1082) > 10
    assert ink(image, 0, 40) == 0


def test_paper_looks_the_same_in_the_dark_theme(qapp: object) -> None:
    of = report(10)
    light = picture(of, lay_out(of)[0], 1, 1)
    theme().set_mode(Mode.DARK)
    assert picture(of, lay_out(of)[0], 1, 1) == light


def test_a_printer_is_drawn_on_like_a_file(qapp: object, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    printer.setFullPage(True)
    print_report(report(120), printer)
    content = (tmp_path / "paper.pdf").read_bytes()
    assert content.count(b"/Type /Page\n") == len(lay_out(report(120)))
