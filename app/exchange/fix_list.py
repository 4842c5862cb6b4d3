"""The workbook of questions to physicians (domain.md 6.5.4): locked but for the answers, and read back.

Hidden columns carry the key of a question and a mark for every locked cell, so that a change of one is found and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress, Progress
from app.exchange.limits import Limits
from app.exchange.raw import FileForm, RawSheet
from app.exchange.readers import read_file
from app.exchange.workbook import has_formula, read_xlsx
from app.exchange.xlsx_write import escape, must_fit

_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_LONGEST_NAME: Final = 31
_LISTS: Final = "_lists"
_HEAD_FILL: Final = PatternFill("solid", fgColor="E9ECF0")
_OPEN_FILL: Final = PatternFill("solid", fgColor="FFF8DC")
_WIDE: Final = 40
_LIMITS: Final = Limits(rows=20_000, columns=64)


@dataclass(frozen=True, slots=True)
class FixLayout:
    """Headings in order, which of them may be filled in, their widths, headings of the two hidden columns."""

    headings: tuple[str, ...]
    open_columns: frozenset[int]
    widths: tuple[int, ...]
    key: str
    marks: str


@dataclass(frozen=True, slots=True, repr=False)
class FixRow:
    """A question: hidden key and marks, a text for each heading, what its drop-down offers ('must' be chosen)."""

    key: str
    marks: str
    cells: tuple[str, ...]
    choices: tuple[str, ...] = ()
    must_choose: bool = False

    def __repr__(self) -> str:
        return f"FixRow({self.key}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class FixSheet:
    """The questions to a department."""

    name: str
    rows: tuple[FixRow, ...]


@dataclass(frozen=True, slots=True, repr=False)
class FixAnswerRow:
    """A row that came back: where, hidden key and marks, the cells by heading."""

    where: Where
    key: str
    marks: str
    cells: Mapping[str, str]

    def __repr__(self) -> str:
        return f"FixAnswerRow({self.where}, ‹redacted›)"


def write_fix_list(
    out: IO[bytes],
    layout: FixLayout,
    summary: tuple[str, Sequence[tuple[str, ...]]],
    sheets: Sequence[FixSheet],
    where: Where,
    progress: Progress,
) -> None:
    """Write the summary, one protected sheet for each department, and the lists of the drop-downs.

    What was written is read back and compared. Raises :class:`UserProblem` with the place for a text that a cell
    cannot hold, and when it does not compare equal.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    taken = {_LISTS}
    _write_summary(book, summary, where, taken)
    lists: dict[tuple[str, ...], int] = {}
    total, done = sum(len(sheet.rows) for sheet in sheets), 0
    for sheet in sheets:
        target: Worksheet = book.create_sheet(_name(sheet.name, taken))
        _prepare(target, layout, lists, sheet.rows)
        for column, heading in enumerate((*layout.headings, layout.key, layout.marks), 1):
            head = _put(target, 1, column, heading)
            head.font, head.fill = Font(bold=True), _HEAD_FILL
        for number, row in enumerate(sheet.rows, 2):
            _write_row(target, layout, row, Where(where.file, target.title, number))
            done += 1
            progress.step(done, total)
    _write_lists(book, lists)
    book.save(out)
    out.flush()
    _must_equal(out, [(*row.cells, row.key, row.marks) for sheet in sheets for row in sheet.rows], where)


def read_fix_list(path: Path, layout: FixLayout, progress: Progress) -> list[FixAnswerRow]:
    """Return the rows of every sheet that has the headings.

    Raises :class:`UserProblem` for a file that is none, has a formula, or lacks the hidden columns.
    """
    where = Where(path.name)
    raw = read_file(path, limits=_LIMITS, progress=progress)
    if raw.form is not FileForm.XLSX:
        raise UserProblem("returns.no_list", remedy="returns.remedy.no_list", where=where)
    if has_formula(path, where, _LIMITS):
        raise UserProblem("returns.has_formula", remedy="returns.remedy.has_formula", where=where)
    wanted = (*layout.headings, layout.key, layout.marks)
    found = [sheet for sheet in raw.sheets if sheet.rows and layout.headings[0] == sheet.rows[0].cells[0]]
    if not found:
        raise UserProblem("returns.no_list", remedy="returns.remedy.no_list", where=where)
    return [row for sheet in found for row in _read(path.name, sheet, wanted)]


def _read(file: str, sheet: RawSheet, wanted: Sequence[str]) -> Iterator[FixAnswerRow]:
    head, *rows = sheet.rows
    missing = next((heading for heading in wanted if heading not in head.cells), "")
    if missing:
        place = Where(file, sheet.name, head.number, missing)
        raise UserProblem("returns.no_column", remedy="returns.remedy.no_list", where=place)
    at = {heading: head.cells.index(heading) for heading in wanted}
    for row in rows:
        cells = {heading: row.cells[n] if n < len(row.cells) else "" for heading, n in at.items()}
        yield FixAnswerRow(Where(file, sheet.name, row.number), cells[wanted[-2]], cells[wanted[-1]], cells)


def _write_summary(
    book: Workbook, summary: tuple[str, Sequence[tuple[str, ...]]], where: Where, taken: set[str]
) -> None:
    target: Worksheet = book.create_sheet(_name(summary[0], taken))
    target.protection.sheet = True
    target.column_dimensions["A"].width = _WIDE
    for number, texts in enumerate(summary[1], 1):
        for column, text in enumerate(texts, 1):
            must_fit(text, Where(where.file, target.title, number))
            _put(target, number, column, text)


def _prepare(
    target: Worksheet,
    layout: FixLayout,
    lists: dict[tuple[str, ...], int],
    rows: Sequence[FixRow],
) -> None:
    """Lock the sheet, set widths, hide key and marks, give the answer cells their lists."""
    target.protection.sheet = True
    target.protection.formatColumns = False
    target.protection.formatRows = False
    target.freeze_panes = "C2"
    for number, width in enumerate(layout.widths, 1):
        target.column_dimensions[get_column_letter(number)].width = width
    for number in (len(layout.headings) + 1, len(layout.headings) + 2):
        target.column_dimensions[get_column_letter(number)].hidden = True
    value_column = get_column_letter(min(layout.open_columns) + 1)
    rules: dict[tuple[tuple[str, ...], bool], DataValidation] = {}
    for number, row in enumerate(rows, 2):
        if row.choices:
            key = (row.choices, row.must_choose)
            rules.setdefault(key, _rule(lists, row)).add(f"{value_column}{number}")
    for rule in rules.values():
        target.add_data_validation(rule)


def _rule(lists: dict[tuple[str, ...], int], row: FixRow) -> DataValidation:
    column = get_column_letter(lists.setdefault(row.choices, len(lists) + 1))
    source = f"{_LISTS}!${column}$1:${column}${len(row.choices)}"
    return DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=row.must_choose)


def _write_lists(book: Workbook, lists: Mapping[tuple[str, ...], int]) -> None:
    target: Worksheet = book.create_sheet(_LISTS)
    target.sheet_state = "hidden"
    target.protection.sheet = True
    for choices, column in lists.items():
        for number, text in enumerate(choices, 1):
            _put(target, number, column, text)


def _write_row(target: Worksheet, layout: FixLayout, row: FixRow, where: Where) -> None:
    for at, text in enumerate((*row.cells, row.key, row.marks)):
        must_fit(text, where, layout.headings[at] if at < len(layout.headings) else "")
        cell = _put(target, where.row, at + 1, text)
        cell.alignment = Alignment(vertical="top", wrap_text=at < len(layout.widths) and layout.widths[at] >= _WIDE)
        if at in layout.open_columns:
            cell.protection, cell.fill = Protection(locked=False), _OPEN_FILL


def _put(target: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a text as text, whatever it looks like."""
    cell = target.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 - nothing is merged here
    if text:
        cell.value = escape(text)
        cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _name(wanted: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and none has yet."""
    base = _FORBIDDEN.sub("_", wanted).strip()[:_LONGEST_NAME] or "_"
    name, number = base, 1
    while name.casefold() in {one.casefold() for one in taken}:
        number += 1
        name = f"{base[: _LONGEST_NAME - len(str(number)) - 1]}_{number}"
    taken.add(name)
    return name


def _must_equal(out: IO[bytes], wanted: Sequence[tuple[str, ...]], where: Where) -> None:
    """Read the rows of the departments back: between the summary and the lists, below the headings."""
    width = len(wanted[0]) if wanted else 0
    departments = read_xlsx(out, where.file, _LIMITS, NoProgress()).sheets[1:-1]
    found = [
        (*row.cells, *[""] * (width - len(row.cells))) for sheet in departments for row in sheet.rows if row.number > 1
    ]
    if found != wanted or has_formula(out, where, _LIMITS):
        raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)
