"""Writes a report as a workbook: one sheet for each section, text as text, checked before it takes its place."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import IO, Final
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Progress
from app.domain.report import Report, ReportSection, ReportTable
from app.exchange.limits import Limits
from app.exchange.workbook import has_formula, read_xlsx
from app.exchange.xlsx_write import escape, must_fit

Line = tuple[str, ...]
_TOP: Final = Alignment(vertical="top", wrap_text=True)
_BAND: Final = PatternFill("solid", start_color="FFE9ECF0")
_EDGE: Final = Border(bottom=Side("thin", color="FFCDD3DB"))
_TEXT_FORMAT: Final = "@"
_LONGEST_NAME: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LINE_POINTS: Final = 15.0
_HIGHEST_POINTS: Final = 400.0
_WIDEST: Final = 70
_UNLIMITED: Final = Limits(rows_consented=True, cells=2**31, ratio=2**31, unpacked_bytes=2**40)


def write_report(report: Report, path: Path, progress: Progress | None = None) -> None:
    """Write a report as .xlsx.

    Every sheet has the title of its section and the subject in its first lines, then its tables; the headings of the
    first table stay in sight. The file is read back before it takes its place. Raises :class:`UserProblem` when it
    cannot be written, does not compare equal or a text does not fit a cell; an older file stays then.
    """
    progress = progress or NoProgress()
    where = Where(path.name)
    book = Workbook()
    book.remove(book.worksheets[0])
    expected: list[list[Line]] = []
    for number, section in enumerate(report.sections, 1):
        sheet = book.create_sheet(_sheet_name(section.title))
        expected.append(_fill(sheet, report, section, Where(path.name, sheet.title)))
        progress.step(number, len(report.sections))  # the last chance to cancel: a written file is noted
    try:
        with write_atomic(path) as out:
            book.save(out)
            out.flush()
            _must_equal(out, expected, where)
    except OSError as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault


def _sheet_name(title: str) -> str:
    return title.translate(_FORBIDDEN).strip()[:_LONGEST_NAME]


def _fill(sheet: Worksheet, report: Report, section: ReportSection, where: Where) -> list[Line]:
    """Write a section and return the texts of its lines."""
    writer = _SheetWriter(sheet, max((len(table.columns) for table in section.tables), default=1), where)
    _set_widths(sheet, section)
    writer.heading(f"{report.title} \u00b7 {section.title}", 14)
    writer.paragraph(report.subject)
    for words in section.paragraphs:
        writer.paragraph(words)
    for number, table in enumerate(section.tables):
        if number:
            writer.blank()
        if len(section.tables) > 1:
            writer.heading(table.title, 11)
        writer.table(table)
        if not number:
            sheet.freeze_panes = f"A{writer.header_row + 1}"
    writer.blank()
    for words in (*section.notes, report.footer):
        writer.paragraph(words)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return writer.lines


def _set_widths(sheet: Worksheet, section: ReportSection) -> None:
    widths: dict[int, int] = {}
    for table in section.tables:
        for at, column in enumerate(table.columns, 1):
            widths[at] = max(widths.get(at, 0), column.width + 2)
    for at, width in widths.items():
        sheet.column_dimensions[get_column_letter(at)].width = min(width, _WIDEST)


class _SheetWriter:
    """Writes line after line. ``lines`` are the texts written, ``header_row`` the row of the last headings."""

    def __init__(self, sheet: Worksheet, columns: int, where: Where) -> None:
        self.lines: list[Line] = []
        self.header_row = 1
        self._sheet, self._columns, self._where = sheet, columns, where

    def blank(self) -> None:
        """Leave a line empty."""
        self.lines.append(())

    def heading(self, words: str, points: int) -> None:
        """Write one line in bold."""
        self._put((words,))
        self._cell(1).font = Font(bold=True, size=points)

    def paragraph(self, words: str) -> None:
        """Write words over all columns, wrapped, high enough to be read."""
        self._put((words,))
        row = len(self.lines)
        if self._columns > 1:
            self._sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=self._columns)
        self._cell(1).alignment = _TOP
        letters = [get_column_letter(at) for at in range(1, self._columns + 1)]
        room = sum(self._sheet.column_dimensions[letter].width for letter in letters)
        self._sheet.row_dimensions[row].height = _height(words, room)

    def table(self, table: ReportTable) -> None:
        """Write headings on a band, and the rows."""
        self._put(tuple(column.label for column in table.columns))
        self.header_row = len(self.lines)
        for at in range(1, len(table.columns) + 1):
            cell = self._cell(at)
            cell.font, cell.fill, cell.alignment = Font(bold=True), _BAND, _TOP
        for number, row in enumerate(table.rows):
            self._put(row)
            for at, _ in enumerate(row, 1):
                cell = self._cell(at)
                cell.alignment, cell.border = _TOP, _EDGE
                if number in table.strong:
                    cell.font = Font(bold=True)

    def _put(self, words: Line) -> None:
        """Write texts into the next row: always as text, whatever a program could take them for."""
        self.lines.append(words)
        for at, word in enumerate(words, 1):
            must_fit(word, Where(self._where.file, self._where.sheet, len(self.lines)))
            if word:
                cell = self._cell(at)
                cell.value = escape(word)
                cell.data_type = "s"
                cell.number_format = _TEXT_FORMAT

    def _cell(self, column: int) -> Cell:
        cell = self._sheet.cell(len(self.lines), column)
        assert isinstance(cell, Cell)  # noqa: S101 - only first cells of a merged line are touched
        return cell


def _height(words: str, room: float) -> float:
    """Return the height in points of wrapped words in ``room`` half-width characters."""
    lines = sum(max(1, ceil(_width(line) / max(room, 1))) for line in words.split("\n"))
    return min(_HIGHEST_POINTS, lines * _LINE_POINTS + 3)


def _width(words: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)


def _must_equal(out: IO[bytes], expected: list[list[Line]], where: Where) -> None:
    """Open what was written and compare every cell. Raises :class:`UserProblem` at a difference."""
    found = read_xlsx(out, where.file, _UNLIMITED, NoProgress())
    sheets = [{row.number: row.cells for row in sheet.rows} for sheet in found.sheets]
    same = len(sheets) == len(expected) and all(
        _line(rows.get(number, ())) == _line(words)
        for rows, lines in zip(sheets, expected, strict=True)
        for number, words in enumerate(lines, 1)
    )
    if not same or has_formula(out, where, _UNLIMITED):
        raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)


def _line(cells: Line) -> Line:
    """Return cells without the empty ones at the end."""
    filled = [at for at, cell in enumerate(cells, 1) if cell]
    return cells[: filled[-1]] if filled else ()
