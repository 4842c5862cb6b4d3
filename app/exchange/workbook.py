"""Reads .xlsx and .xlsm with calamine and .xls with xlrd: cells as exact text.

Calamine lays a sheet out as a full rectangle, so one cell in the last corner would take the process down by memory:
:func:`_inspect` reads the packed parts first and refuses what does not fit. openpyxl is not used for reading: it
takes 24 microseconds a cell (calamine: 1.3) and refuses workbooks whose styles a sloppy exporter damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from struct import error as StructError
from typing import IO, Final, Literal, cast

import xlrd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, WorkbookClosed, load_workbook
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from app.common.errors import UserProblem, Where
from app.common.progress import Progress
from app.common.texts import text
from app.domain.tables import RawRow
from app.exchange.archive import Archive
from app.exchange.limits import Limits, broken, broken_as_problem
from app.exchange.raw import BOOL, DATE, EMPTY, NUMBER, TEXT, FileForm, RawFile, RawSheet

_FOREIGN: Final = {"xl/workbook.bin": "xlsb", "word/document.xml": "word", "content.xml": "ods"}
_REFERENCE: Final = re.compile(rb' r="([A-Za-z]{0,9})([0-9]{1,12})"')
_ANY_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,9})([0-9]{1,12})["']""")
_BLANKS: Final = bytes.maketrans(b"\t\r\n", b"   ")
_OTHERWISE_WRITTEN: Final = (b" r ", b" r= ", b" r='")
_FORMULA: Final = re.compile(rb"<f[ >/]")
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_STRANGE: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00")
_ONLY_TEXT: Final = frozenset({str})
_OVERLAP: Final = 64
_EXACT_INTEGERS: Final = 1e22
_HALF_SECOND: Final = timedelta(milliseconds=500)
_CALAMINE_FAULTS: Final = (CalamineError, WorkbookClosed, ValueError, TypeError, OSError, OverflowError, MemoryError)
_XLRD_FAULTS: Final = (
    XLRDError,
    CompDocError,
    StructError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
Cell = str | int | float | bool | datetime | date | time | timedelta


def read_xlsx(file: Path | IO[bytes], name: str, limits: Limits, progress: Progress) -> RawFile:
    """Return every worksheet of a workbook; ``name`` is what the file is called in messages.

    Raises :class:`UserProblem` with file and remedy for bad input.
    """
    where = Where(name)
    _inspect(file, where, limits, progress)
    if not isinstance(file, Path):
        file.seek(0)
    with broken_as_problem(where, "content", _CALAMINE_FAULTS):
        book = load_workbook(file)
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    if not names:
        raise UserProblem("import.no_sheet", remedy="import.remedy.export_again", where=where)
    with book:
        sheets = [_xlsx_sheet(book, sheet, Where(name, sheet), limits, progress) for sheet in names]
    return RawFile(name, FileForm.XLSX, sheets)


def read_xls(path: Path, limits: Limits, progress: Progress) -> RawFile:
    """Return every sheet of an Excel 97-2003 workbook. Raises :class:`UserProblem` for bad input."""
    where = Where(path.name)
    with path.open("rb") as handle:
        head = handle.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        raise UserProblem("import.encrypted", remedy="import.remedy.remove_password", where=where)
    with broken_as_problem(where, "xls", _XLRD_FAULTS), _Silence() as silence:
        book = xlrd.open_workbook(str(path), logfile=silence, on_demand=True)
        with book:
            sheets = [_xls_sheet(book, name, Where(path.name, name), limits, progress) for name in book.sheet_names()]
    if not sheets:
        raise UserProblem("import.no_sheet", remedy="import.remedy.export_again", where=where)
    return RawFile(path.name, FileForm.XLS, sheets)


def has_formula(file: Path | IO[bytes], where: Where, limits: Limits) -> bool:
    """Tell whether a worksheet of a workbook holds a formula."""
    with Archive(file, where, limits) as archive:
        for name in archive.names:
            tail = b""
            for chunk in archive.chunks(name) if name.startswith("xl/worksheets/") else ():
                if _FORMULA.search(tail + chunk):
                    return True
                tail = chunk[-3:]
    return False


def foreign(where: Where, kind: str) -> UserProblem:
    """Return the refusal of a file of another kind; ``kind`` is a key of ``import.kind``."""
    return UserProblem(
        "import.unknown_type", remedy="import.remedy.save_as_xlsx", where=where, kind=text(f"import.kind.{kind}")
    )


def _inspect(file: Path | IO[bytes], where: Where, limits: Limits, progress: Progress) -> None:
    """Read every part once within the limits; refuse foreign packages, entities and rectangles that are too large."""
    with Archive(file, where, limits) as archive:
        names = {name.lower() for name in archive.names}
        for marker, kind in _FOREIGN.items():
            if marker in names:
                raise foreign(archive.where, kind)
        if "xl/workbook.xml" not in names:
            raise foreign(archive.where, "zip")
        total = sum(archive.stated_size(name) for name in archive.names)
        done = 0
        for name in archive.names:
            bounds = _Bounds(archive.where, limits)
            for chunk in archive.chunks(name):
                done += len(chunk)
                progress.step(done, max(total, done))
                if name.lower().endswith((".xml", ".rels")):
                    bounds.feed(chunk)


class _Bounds:
    """Follows the cell references of a part and refuses a sheet whose rectangle passes the limits."""

    def __init__(self, where: Where, limits: Limits) -> None:
        self._where = where
        self._limits = limits
        self._width = 1
        self._height = 1
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes of the part. Raises :class:`UserProblem`."""
        if not self._tail and chunk.startswith(_STRANGE):
            raise broken(self._where, "xml")
        data = self._tail + chunk
        self._tail = data[-_OVERLAP:]
        if _DECLARATION.search(data):
            raise UserProblem("import.forbidden_xml", remedy="import.remedy.untrusted", where=self._where)
        found = _references(data)
        if found:
            letters, digits = map(set, zip(*found, strict=True))
            self._height = max(self._height, *map(int, digits))
            self._width = max(self._width, *map(_column_number, letters))
            self._check()

    def _check(self) -> None:
        if self._width > self._limits.columns:
            raise UserProblem(
                "import.too_many_columns",
                remedy="import.remedy.export_again",
                where=self._where,
                limit=self._limits.columns,
            )
        self._limits.check_cells(self._width * self._height, self._where)


def _references(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the cell references in a piece of XML as letters and digits.

    The usual spelling has a pattern of its own that starts with fixed signs: eight times as fast as the general one.
    """
    plain = data.translate(_BLANKS)
    general = any(sign in plain for sign in _OTHERWISE_WRITTEN)
    return (_ANY_REFERENCE if general else _REFERENCE).findall(plain)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _xlsx_sheet(book: CalamineWorkbook, name: str, where: Where, limits: Limits, progress: Progress) -> RawSheet:
    with broken_as_problem(where, "content", _CALAMINE_FAULTS):
        sheet = book.get_sheet_by_name(name)
        merged = tuple(sheet.merged_cell_ranges or ())
    result = RawSheet(name, merged=tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in merged))
    for number, cells in _numbered(sheet, where):
        if _ONLY_TEXT.issuperset(map(type, cells)):
            _add_texts(result, number, cells)
        else:
            _add_row(result, number, [_cell(value) for value in cells])
        if not number & 255:
            progress.step(number, max(sheet.total_height, number))
            limits.check_rows(len(result.rows), where)
    limits.check_rows(len(result.rows), where)
    return result


def _numbered(sheet: CalamineSheet, where: Where) -> Iterator[tuple[int, Sequence[Cell]]]:
    with broken_as_problem(where, "content", _CALAMINE_FAULTS):
        yield from enumerate(sheet.iter_rows(), 1)


def _add_texts(sheet: RawSheet, number: int, cells: Sequence[Cell]) -> None:
    """Add a row of nothing but text: what :func:`_add_row` does, in a third of the time."""
    texts = cast("list[str]", list(cells))
    while texts and not texts[-1]:
        texts.pop()
    if texts:
        sheet.rows.append(RawRow(number, tuple(texts)))
        sheet.kinds.append(TEXT * len(texts) if all(texts) else "".join(TEXT if one else EMPTY for one in texts))


def _add_row(sheet: RawSheet, number: int, cells: list[tuple[str, str]]) -> None:
    while cells and not cells[-1][0]:
        cells.pop()
    if cells:
        sheet.rows.append(RawRow(number, tuple(value for value, _ in cells)))
        sheet.kinds.append("".join(kind for _, kind in cells))


def _cell(value: Cell) -> tuple[str, str]:
    match value:
        case str():
            return value, TEXT if value else EMPTY
        case bool():
            return str(value).upper(), BOOL
        case int() | float():
            return plain_number(value), NUMBER
        case datetime():
            return (value + _HALF_SECOND).isoformat(" ", "seconds"), DATE
        case date() | time():
            return value.isoformat(), DATE
        case timedelta():
            return str(value), DATE


def plain_number(value: float) -> str:
    """Return the shortest exact decimal form of a stored number, never scientific below 10^22."""
    if isfinite(value) and value == int(value) and abs(value) < _EXACT_INTEGERS:
        return str(int(value))
    return repr(value)


class _Silence:
    """A log that keeps nothing: xlrd prints its warnings, which may hold values of records."""

    def __enter__(self) -> _Silence:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def write(self, _: str) -> None:
        """Drop a message."""


def _xls_sheet(book: xlrd.Book, name: str, where: Where, limits: Limits, progress: Progress) -> RawSheet:
    sheet = book.sheet_by_name(name)
    limits.check_rows(sheet.nrows, where)
    result = RawSheet(name)
    for index in range(sheet.nrows):
        _add_row(result, index + 1, [_xls_cell(cell, book.datemode) for cell in sheet.row(index)])
        if not index & 255:
            progress.step(index, sheet.nrows)
    book.unload_sheet(name)
    return result


def _xls_cell(cell: xlrd.sheet.Cell, date_mode: Literal[0, 1]) -> tuple[str, str]:
    value = cell.value
    if isinstance(value, str):
        return _cell(value)
    match cell.ctype:
        case xlrd.XL_CELL_DATE:
            return _cell(xlrd.xldate_as_datetime(value, date_mode))
        case xlrd.XL_CELL_BOOLEAN:
            return _cell(bool(value))
        case xlrd.XL_CELL_ERROR:
            return _cell(xlrd.error_text_from_code.get(int(value), ""))
        case _:
            return _cell(value)
