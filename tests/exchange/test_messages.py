"""What a user reads when a file is refused: the file, the place where there is one, what to do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.exchange.batch import read_batch
from app.exchange.limits import Limits
from app.exchange.readers import read_file, read_scheme_tables
from app.exchange.streams import stream_csv

Make = Callable[..., Path]


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
OPEN_QUOTE = '病案号,姓名\n1,"甲\n'.encode() + b"x\n" * 300

REFUSED: dict[str, tuple[bytes, list[str]]] = {
    "empty.csv": (b"", ["空", "重新导出"]),
    "blank.csv": (b"\r\n\r\n", ["数据行", "导出条件"]),
    "heading_only.csv": ("病案号,姓名,性别\r\n".encode(), ["数据行", "导出条件"]),
    "no_key.csv": ("姓名,性别,入院时间\r\n甲,1,2026-01-01\r\n".encode(), ["病案号", "表头", "第 1 行"]),
    "big5.csv": (("病歷號,姓名\r\n" + "醫療機構住院病歷首頁診斷編碼" * 9).encode("big5"), ["乱码", "GB18030", "编码"]),
    "twice.csv": (("医疗机构,姓名,住院" * 9).encode().decode("gb18030", "replace").encode(), ["乱码"]),
    "quote.csv": (OPEN_QUOTE, ["第 2 行", "引号"]),
    "page.xls": ("<html><table><tr><td>病案号</td></tr></table>".encode(), ["HTML", ".xlsx"]),
    "data.xml": (b"<?xml version='1.0'?><Workbook/>", [".xlsx"]),
    "scan.pdf": (b"%PDF-1.7 ...", ["PDF", ".xlsx"]),
    "photo.png": (b"\x89PNG\r\n\x1a\n....", ["二进制", ".xlsx"]),
    "photo.jpg": (b"\xff\xd8\xff\xe0....", ["二进制"]),
    "pack.rar": (b"Rar!\x1a\x07....", ["压缩包"]),
    "pack.7z": (b"7z\xbc\xaf....", ["压缩包"]),
    "pack.gz": (b"\x1f\x8b\x08....", ["压缩包"]),
    "letter.rtf": (b"{\\rtf1 x}", ["Word"]),
    "letter.docx": (package(word__document_dot_xml=b"<x/>"), ["Word", ".xlsx"]),
    "table.ods": (package(content_dot_xml=b"<x/>"), ["OpenDocument", ".xlsx"]),
    "book.xlsb": (package(xl__workbook_dot_bin=b"x"), [".xlsb", ".xlsx"]),
    "things.zip": (package(readme_dot_txt=b"x"), ["压缩包"]),
    "cut.xlsx": (package(xl__workbook_dot_xml=b"<workbook/>")[:-30], ["损坏", "重新导出"]),
    "no_sheet.xlsx": (package(xl__workbook_dot_xml=b"<workbook/>"), ["重新导出"]),
    "locked.xlsx": (ENCRYPTED, ["密码", "去掉"]),
    "broken.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), ["损坏", "重新导出"]),
    "old.dbf": (b"\x03\x70\x01\x01....", ["DBF", ".xlsx"]),
    "program.exe": (b"MZ\x90....", ["二进制"]),
    "library.db": (b"SQLite format 3\x00", ["二进制"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_is_named_with_reason_and_remedy(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserProblem) as caught:
        read_batch(path)
    shown = str(caught.value)
    assert shown.startswith(name)
    assert caught.value.advice
    assert [word for word in words if word not in shown] == []


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path, key in ((tmp_path / "没有.csv", "import.not_found"), (tmp_path, "import.is_folder")):
        with pytest.raises(UserProblem) as caught:
            read_file(path)
        assert caught.value.key == key
        assert path.name in str(caught.value)


def test_a_bad_scheme_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_bytes(b"id = ")
    with pytest.raises(UserProblem) as caught:
        read_scheme_tables(tmp_path)
    assert "scheme.toml" in str(caught.value)


def test_a_folder_without_tables_is_no_scheme(tmp_path: Path) -> None:
    with pytest.raises(UserProblem) as caught:
        read_scheme_tables(tmp_path)
    assert caught.value.key == "import.no_scheme"


def test_a_missing_column_is_named(make_csv: Make) -> None:
    with pytest.raises(UserProblem) as caught:
        list(stream_csv(make_csv([["id"], ["1"]]), ("case_id",)))
    assert str(caught.value).startswith("batch.csv，第 1 行，“case_id”列")


def test_consent_is_offered_for_many_rows(make_csv: Make) -> None:
    with pytest.raises(UserProblem) as caught:
        read_file(make_csv([["病案号"], *([str(n)] for n in range(50))]), limits=Limits(rows=10))
    assert "10" in caught.value.message
    assert "确认" in caught.value.advice
