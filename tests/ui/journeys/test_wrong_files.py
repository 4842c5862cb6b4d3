"""Files that are not what they seem: one sentence each, nothing written, the window goes on."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.common.clock import FixedClock
from app.services.demo import write_demo_batch
from app.ui.pages.import_batch.page import CHOOSE, MAP
from app.ui.widgets import Text
from tests.ui.pages.conftest import NOW


def a_pdf(path: Path) -> Path:
    """Return a document that was never a table."""
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n")
    return path


def nothing(path: Path) -> Path:
    """Return a file without content."""
    path.touch()
    return path


def without_key(path: Path) -> Path:
    """Return a workbook in which no column is the number of a record."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["天气", "温度"])
    sheet.append(["晴", "12"])
    book.save(path)
    return path


def of_another_encoding(path: Path) -> Path:
    """Return bytes that are no text in any encoding of ours."""
    path.write_bytes(b"BAH,XM\n" + bytes(range(0x80, 0x100)) * 40 + b"\xff\xfe\x81\x00\x81\n")
    return path


def a_bomb(path: Path) -> Path:
    """Return a small workbook whose sheet would unfold to much more than anybody has exported."""
    without_key(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    head, foot = parts[sheet].split(b"</sheetData>")
    parts[sheet] = head + b" " * 20_000_000 + b"</sheetData>" + foot
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def refusals(desk: Any, file: Path) -> list[str]:
    """Return the sentences in the window that name a file."""
    shown = {label.text() for label in desk.window.findChildren(Text) if label.isVisible()}
    return [words for words in shown if file.name in words]


def file_of_the_ward(path: Path, cases: int = 12) -> Path:
    """Return a proper file."""
    write_demo_batch(path, cases, FixedClock(NOW))
    return path


@pytest.mark.parametrize(
    ("make", "name", "told", "remedy"),
    [
        (a_pdf, "出院小结.pdf", "内容像 PDF", "另存为 .xlsx"),
        (a_pdf, "出院.xlsx", "内容像 PDF", "另存为 .xlsx"),
        (nothing, "空.csv", "文件是空的", "重新导出"),
        (without_key, "天气.xlsx", "Sheet，第 1 行：没有找到“病案号”列", "表头改为“病案号”"),
        (of_another_encoding, "乱码.csv", "文字编码不对", "另存为 .xlsx"),
        (a_bomb, "炸弹.xlsx", "压缩", "请"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(
    desk: Any, make: Callable[[Path], Path], name: str, told: str, remedy: str, tmp_path: Path, no_mouse: None
) -> None:
    file = make(tmp_path / name)
    services = desk.services
    with services.session.db.read() as reader:
        before = list(services.worklist.ids("all")), reader.verify_audit()
    page = desk.go("import")

    # She chooses the file; the page names it, says what is wrong with it and what to do.
    desk.press("Ctrl+O")
    desk.answer_file(file)
    desk.rest()
    shown = refusals(desk, file)
    assert shown
    assert all(told in words and remedy in words for words in shown), shown
    assert page.step == CHOOSE

    # Nothing was written, not even a note of it.
    with services.session.db.read() as reader:
        assert (list(services.worklist.ids("all")), reader.verify_audit()) == before

    # The right file can be chosen at once, and nothing more is said of the wrong one.
    desk.press("Ctrl+O")
    desk.answer_file(file_of_the_ward(tmp_path / "十一月出院.csv"))
    desk.wait(lambda: page.step == MAP)
    assert refusals(desk, file) == []


@pytest.mark.parametrize(
    ("page", "heads", "line"),
    [("insurer", "病案号,DRG编码", "007001,AA11"), ("memory", "原文,编码,次数", "胆总管结石,K80.500,3")],
)
def test_the_bar_about_a_wrong_file_goes_when_the_right_one_is_read(
    desk: Any, page: str, heads: str, line: str, tmp_path: Path
) -> None:
    shown = desk.go(page)
    wrong = a_pdf(tmp_path / "小结.csv")
    shown.read_file(wrong)
    desk.rest()
    assert len(refusals(desk, wrong)) == 1
    right = tmp_path / "对的.csv"
    right.write_text(f"{heads}\n{line}\n", encoding="utf-8-sig")
    shown.read_file(right)
    desk.rest()
    assert shown.preview.isVisible()
    assert refusals(desk, wrong) == []
    assert desk.window.shell.notices.bars.keys() <= {"people.none"}
