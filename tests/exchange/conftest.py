"""Makers of small files: text in any encoding, workbooks, one Excel 97 workbook written by hand."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

Cells = Sequence[Sequence[object]]

FRONT_PAGE = {
    "病案号": "00123456",
    "住院次数": "1",
    "姓名": "王测（测试）",
    "性别": "1",
    "出生日期": "1980-05-06",
    "身份证号": "530102198005060011",
    "入院时间": "2026-04-01 08:00:00",
    "出院时间": "2026-04-05 10:00:00",
    "主要诊断": "急性阑尾炎",
    "主要诊断编码": "K35.900",
    "入院病情": "1",
    "其他诊断1": "高血压病",
    "其他诊断编码1": "I10.x00",
    "手术及操作名称1": "腹腔镜下阑尾切除术",
    "手术及操作编码1": "47.0100",
    "手术及操作日期1": "2026-04-02",
    "总费用": "5617.71",
}


@pytest.fixture
def front_page() -> dict[str, str]:
    """Return one plausible front page by Chinese heading."""
    return dict(FRONT_PAGE)


@pytest.fixture
def make_csv(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes records as text and returns the path."""

    def make(rows: Cells, name: str = "batch.csv", encoding: str = "utf-8", delimiter: str = ",") -> Path:
        path = tmp_path / name
        text = "\r\n".join(delimiter.join(quoted(str(cell), delimiter) for cell in row) for row in rows) + "\r\n"
        path.write_bytes(text.encode(encoding))
        return path

    return make


def quoted(cell: str, delimiter: str) -> str:
    special = any(sign in cell for sign in (delimiter, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if special else cell


@pytest.fixture
def make_xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes sheets (name → rows) as a workbook and returns the path."""

    def make(rows: Cells | Mapping[str, Cells], name: str = "batch.xlsx", merged: Sequence[str] = ()) -> Path:
        book = Workbook()
        book.remove(book.worksheets[0])
        for title, cells in (rows if isinstance(rows, Mapping) else {"首页": rows}).items():
            sheet = book.create_sheet(title)
            for row in cells:
                sheet.append(list(row))
            for area in merged:
                sheet.merge_cells(area)
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def make_xls(tmp_path: Path) -> Callable[[Cells], Path]:
    """Return a function that writes one sheet of texts and numbers as an Excel 97 workbook."""

    def make(rows: Cells) -> Path:
        path = tmp_path / "batch.xls"
        path.write_bytes(ole(biff8(rows)))
        return path

    return make


def biff8(rows: Cells) -> bytes:
    """Return the records of a workbook with one sheet."""
    book = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = "首页".encode("utf-16-le")
    sheet_at = len(book) + 4 + 8 + len(name) + 4
    book += record(0x0085, struct.pack("<IHBB", sheet_at, 0, len(name) // 2, 1) + name)
    book += record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, float):
                sheet += record(0x0203, struct.pack("<HHHd", row, column, 0, cell))
            elif cell:
                text = str(cell).encode("utf-16-le")
                sheet += record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
    return book + sheet + record(0x000A, b"")


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def ole(stream: bytes) -> bytes:
    """Return a compound file with the one stream ``Workbook``."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    entries = directory_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + directory_entry(
        "Workbook", 2, 0xFFFFFFFF, 2, len(stream)
    )
    return header + table + entries.ljust(512, b"\0") + stream


def directory_entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    title = (name + "\0").encode("utf-16-le")
    entry = title.ljust(64, b"\0") + struct.pack("<HBBIII", len(title), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return entry + bytes(36) + struct.pack("<III", start, size, 0)
