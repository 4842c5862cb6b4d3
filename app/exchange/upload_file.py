"""Upload files on disk: written record by record, opened again, compared, and only then put in their place."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress
from app.exchange.limits import Limits
from app.exchange.raw import FileForm, TextStyle
from app.exchange.textfile import encode_records, unguard
from app.exchange.upload_template import Template
from app.exchange.workbook import has_formula, read_xlsx
from app.exchange.xlsx_write import escape, must_fit

MOST_CELLS: Final = 6_000_000
"""What a workbook that is filled in place may hold; more goes into a CSV template."""
_STYLE: Final = TextStyle(encoding="gb18030")
_UNLIMITED: Final = Limits(rows_consented=True, cells=2**31, ratio=2**31, unpacked_bytes=2**40)
_FAULTS: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError)
Records = Iterable[Sequence[str]]


def write_l2(headings: Sequence[str], records: Records, path: Path) -> int:
    """Write the older HQMS upload (GB18030, CSV) and return how many cells were compared.

    Raises :class:`UserProblem` when it cannot be written or does not compare equal; an older file stays then.
    """
    return _write_text([headings], records, path, _STYLE)


def write_l3(template: Template, records: Records, path: Path) -> int:
    """Fill a copy of the user's template and return how many cells were compared.

    Everything down to the headings stays as it is; rows below them are replaced. Raises as :func:`write_l2`.
    """
    if template.form is FileForm.CSV:
        return _write_text(template.head, records, path, template.style)
    return _write_book(template, tuple(map(tuple, records)), path)


def _write_text(head: Sequence[Sequence[str]], records: Records, path: Path, style: TextStyle) -> int:
    where, wanted, counted = Where(path.name), hashlib.sha256(), [0]

    def note(record: Sequence[str]) -> None:
        wanted.update(_mark(record))
        counted[0] += len(record)

    try:
        with write_atomic(path) as out:
            for piece in encode_records(_noted(head, records, note), style):
                out.write(piece)
            if _found(out, style) != wanted.digest():
                raise _mismatch(where)
    except UnicodeEncodeError as fault:
        encoding = style.encoding.upper()
        raise UserProblem(
            "export.not_encodable", remedy="export.remedy.correct_value", where=where, encoding=encoding
        ) from fault
    except OSError as fault:
        raise _cannot_write(where) from fault
    return counted[0]


def _noted(
    head: Sequence[Sequence[str]], records: Records, note: Callable[[Sequence[str]], None]
) -> Iterator[Sequence[str]]:
    for part in (head, records):
        for record in part:
            note(record)
            yield record


def _mark(record: Sequence[str]) -> bytes:
    return json.dumps(list(record), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _found(out: IO[bytes], style: TextStyle) -> bytes:
    """Return the mark of the records that a file holds."""
    out.seek(0)
    found = hashlib.sha256()
    lines = io.TextIOWrapper(out, encoding="utf-8-sig" if style.bom else style.encoding, newline="")
    for record in csv.reader(lines, delimiter=style.delimiter):
        found.update(_mark([unguard(cell) for cell in record]))
    lines.detach()  # the file is closed by whoever opened it
    return found.digest()


def _write_book(template: Template, records: Sequence[tuple[str, ...]], path: Path) -> int:
    where = Where(path.name, template.sheet)
    if len(records) * len(template.headings) > MOST_CELLS:
        raise UserProblem("export.too_many_for_book", remedy="export.remedy.csv_template", where=where)
    try:
        book = load_workbook(template.path)
        sheet = book[template.sheet]
    except _FAULTS as fault:
        raise UserProblem("export.template_looks", remedy="export.remedy.csv_template", where=where) from fault
    assert isinstance(sheet, Worksheet)  # noqa: S101 - the template was read from a worksheet
    if sheet.max_row > template.header_row:
        sheet.delete_rows(template.header_row + 1, sheet.max_row - template.header_row)
    for number, record in enumerate(records, template.header_row + 1):
        for column, words in enumerate(record):
            must_fit(words, Where(path.name, template.sheet, number, template.headings[column]))
            _put(sheet, number, column + 1, words)
    try:
        with write_atomic(path) as out:
            book.save(out)
            out.flush()
            return _compare(out, template, records, where)
    except OSError as fault:
        raise _cannot_write(where) from fault


def _put(sheet: Worksheet, row: int, column: int, words: str) -> None:
    if not words:
        return
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 - nothing below the headings is merged any more
    cell.value = escape(words)
    cell.data_type = "s"
    cell.number_format = "@"


def _compare(out: IO[bytes], template: Template, records: Sequence[tuple[str, ...]], where: Where) -> int:
    found = next(
        sheet for sheet in read_xlsx(out, where.file, _UNLIMITED, NoProgress()).sheets if sheet.name == template.sheet
    )
    cells = {row.number: row.cells for row in found.rows}
    width = len(template.headings)
    for number, record in enumerate(records, template.header_row + 1):
        row = cells.pop(number, ())
        if record != (*row[:width], *[""] * (width - len(row))):
            raise _mismatch(Where(where.file, where.sheet, number))
    if any(number > template.header_row for number in cells):
        raise _mismatch(where)
    if has_formula(out, where, _UNLIMITED) and not has_formula(template.path, where, _UNLIMITED):
        raise _mismatch(where)  # sheets beside the table may have formulas of their own
    return len(records) * width


def _mismatch(where: Where) -> UserProblem:
    return UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)


def _cannot_write(where: Where) -> UserProblem:
    return UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where)
