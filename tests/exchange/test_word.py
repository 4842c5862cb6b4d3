"""A report as a Word document: what was written is read again, nothing comes alive, an old file stays when it fails."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest

from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.exchange import word
from app.exchange.word import texts_of, write_word

AT = datetime(2026, 11, 23, 9, 0)
NASTY = (
    "=1+1",
    "@SUM(A1)",
    "DDEAUTO c:\\x.exe",
    "{ INCLUDETEXT x }",
    "\tx",
    "a\nb",
    "_x000D_",
    "\x07",
    "<w:p/>",
    "",
    " ",
)


@pytest.fixture
def report() -> Report:
    """Return a report of two sections, one of them with two tables."""
    columns = (ReportColumn("编码", 14), ReportColumn("名称", 40))
    nasty = ReportTable("怪", columns, tuple((one, f"第 {at} 行") for at, one in enumerate(NASTY)), frozenset({1}))
    other = ReportTable("另一张", (ReportColumn("项目", 20),), (("甲",), ("",), ("乙",)))
    first = ReportSection("a", "分组准确性", "3 行", (nasty, other), ("说明",), ("尾注",))
    second = ReportSection("b", "空的一节", "0 行", ())
    return Report("月度结算分析（测试）", "出院 2026-11", "生成于 2026-11-23", (first, second))


def test_everything_stands_in_it_in_order_on_a4(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "报表.docx"
    write_word(report, path, AT)
    opened = docx.Document(str(path))
    assert [one.text for one in opened.paragraphs] == [
        *("月度结算分析（测试）", "出院 2026-11", "分组准确性", "说明", "怪", "另一张", "尾注", "空的一节")
    ]
    first = opened.tables[0]
    assert [cell.text for cell in first.rows[0].cells] == ["编码", "名称"]
    assert [row.cells[1].text for row in first.rows[1:]] == [f"第 {at} 行" for at in range(len(NASTY))]
    assert [run.bold for run in first.rows[2].cells[0].paragraphs[0].runs] == [True]
    page = opened.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert "生成于 2026-11-23" in page.footer.paragraphs[0].text
    assert opened.core_properties.created == AT.astimezone(UTC)
    assert 'w:eastAsia="Microsoft YaHei"' in opened.styles["Normal"].element.xml
    assert "<w:tblHeader/>" in first.rows[0]._tr.xml


def test_nothing_in_it_comes_alive(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "报表.docx"
    write_word(report, path, AT)
    with ZipFile(path) as package:
        parts = {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}
    whole = "".join(parts.values())
    assert 'TargetMode="External"' not in whole
    assert re.findall(r'w:instr="([^"]*)"', whole) == ["PAGE"]
    assert not [sign for sign in ("instrText", "w:hyperlink ", "w:object", "altChunk", "vbaProject") if sign in whole]
    with path.open("rb") as source:
        assert {"=1+1", "<w:p/>", "_x0007_", "a\nb", "_x005F_x000D_"} <= set(texts_of(source))


def test_a_difference_after_writing_is_refused_and_the_old_file_stays(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "报表.docx"
    path.write_bytes(b"old")
    monkeypatch.setattr(word, "texts_of", lambda _source: ["甲"])
    with pytest.raises(UserProblem, match="不同"):
        write_word(report, path, AT)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_said_with_its_place(report: Report, tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="写不进去"):
        write_word(report, tmp_path / "没有" / "报表.docx", AT)
    bad = ReportSection("a", "节", "", (ReportTable("表", (ReportColumn("项目", 9),), (("\ud800",),)),))
    with pytest.raises(UserProblem, match="存不下") as refused:
        write_word(Report("报表", "", "", (bad,)), tmp_path / "报表.docx", AT)
    assert refused.value.where is not None
    assert refused.value.where.sheet == "节"
    with pytest.raises(Cancelled):
        write_word(report, tmp_path / "报表.docx", AT, CancelAt(2))
    assert list(tmp_path.iterdir()) == []
