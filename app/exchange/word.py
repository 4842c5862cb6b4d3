"""Writes a report as a Word document: sections with tables of text, checked before it takes its place.

python-docx is loaded when the first document is written: nobody else waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Progress
from app.domain.report import Report, ReportSection, ReportTable
from app.exchange.xlsx_write import escape

if TYPE_CHECKING:
    from docx.document import Document

_IMPOSSIBLE: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_FONT: Final = "Microsoft YaHei"
_LATIN: Final = "Calibri"
_POINTS: Final = 9
_PAGE_MM: Final = (210, 297)
_MARGIN_MM: Final = 16
_GRID: Final = "Table Grid"


def write_word(report: Report, path: Path, at: datetime, progress: Progress | None = None) -> None:
    """Write a report as .docx on A4, made ``at`` a moment; headings of tables are repeated on every page.

    The file is opened again and every text compared before it takes its place. Raises :class:`UserProblem` when it
    cannot be written, does not compare equal or a text cannot stand in it; an older file stays then.
    """
    from docx import Document  # noqa: PLC0415 - slow to load

    progress, where = progress or NoProgress(), Where(path.name)
    document = Document()
    _prepare(document, report, at)
    expected = [_checked(words, where) for words in (report.title, report.subject)]
    document.add_heading(escape(report.title), 0)
    document.add_paragraph(escape(report.subject))
    for number, section in enumerate(report.sections, 1):
        place = Where(path.name, section.title)
        expected += [_checked(words, place) for words in _texts(section)]
        _add_section(document, section)
        progress.step(number, len(report.sections))  # the last chance to cancel: a written file is noted
    try:
        with write_atomic(path) as out:
            document.save(out)
            out.flush()
            _must_equal(out, expected, where)
    except OSError as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault


def texts_of(source: IO[bytes]) -> list[str]:
    """Return every paragraph and cell of a document in reading order, as they stand in it."""
    from docx import Document  # noqa: PLC0415 - as above
    from docx.table import Table  # noqa: PLC0415 - as above

    found: list[str] = []
    for part in Document(source).iter_inner_content():
        if isinstance(part, Table):
            found += (cell.text for row in part.rows for cell in row.cells)
        else:
            found.append(part.text)
    return found


def _prepare(document: Document, report: Report, at: datetime) -> None:
    """Set page, fonts, what the file says about itself, and the foot of every page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
    from docx.oxml.ns import qn  # noqa: PLC0415 - as above
    from docx.shared import Mm, Pt  # noqa: PLC0415 - as above

    page = document.sections[0]
    page.page_width, page.page_height = map(Mm, _PAGE_MM)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(_MARGIN_MM)
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = _LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    document.styles["Normal"].font.size = Pt(_POINTS)
    core = document.core_properties
    core.title, core.author, core.comments = report.title, "Bingan", ""
    core.created = core.modified = at.astimezone(UTC)
    foot = page.footer.paragraphs[0]
    foot.add_run(f"{escape(report.footer)}\t")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    foot._p.append(number)  # noqa: SLF001 - the library has no fields


def _add_section(document: Document, section: ReportSection) -> None:
    document.add_heading(escape(section.title), 1)
    for words in section.paragraphs:
        document.add_paragraph(escape(words))
    for table in section.tables:
        document.add_heading(escape(table.title), 2)
        _add_table(document, table)
    for words in section.notes:
        document.add_paragraph(escape(words))


def _add_table(document: Document, table: ReportTable) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as above
    from docx.shared import Mm  # noqa: PLC0415 - as above

    made = document.add_table(rows=1 + len(table.rows), cols=len(table.columns), style=_GRID)
    made.autofit = False
    whole = sum(column.width for column in table.columns)
    room = _PAGE_MM[0] - 2 * _MARGIN_MM
    widths = [Mm(room * column.width / whole) for column in table.columns]
    rows = [tuple(column.label for column in table.columns), *table.rows]
    for number, (line, words) in enumerate(zip(made.rows, rows, strict=True)):
        for cell, width, word in zip(line.cells, widths, words, strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(escape(word))
            run.bold = number == 0 or number - 1 in table.strong
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - the library has no such switch


def _texts(section: ReportSection) -> Iterator[str]:
    """Return the words of a section in the order in which they stand in the document."""
    yield section.title
    yield from section.paragraphs
    for table in section.tables:
        yield table.title
        yield from (column.label for column in table.columns)
        for row in table.rows:
            yield from row
    yield from section.notes


def _checked(words: str, where: Where) -> str:
    """Return words as they will be read. Raises :class:`UserProblem` for some that no document can hold."""
    if _IMPOSSIBLE.search(words):
        raise UserProblem("export.not_in_word", remedy="export.remedy.correct_text", where=where)
    return escape(words)


def _must_equal(out: IO[bytes], expected: Iterable[str], where: Where) -> None:
    """Open what was written and compare every text. Raises :class:`UserProblem` at a difference."""
    out.seek(0)
    if texts_of(out) != list(expected):
        raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)
