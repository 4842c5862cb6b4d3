"""A copy of the user's own file with the cells in question coloured and noted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final
from zipfile import BadZipFile
from zlib import error as ZlibError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.field import FieldType
from app.domain.fields import field as field_of
from app.domain.reading import RepairKind
from app.exchange.batch import Batch
from app.exchange.raw import FileForm
from app.exchange.rows import ImportRepair
from app.exchange.source import Source
from app.exchange.xlsx_write import new_workbook, row_cells, text_cell

_TOO_LARGE: Final = 400_000
_UNWANTED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LONGEST_NOTE: Final = 1000
_SPELLING: Final = frozenset(
    {
        RepairKind.LABEL,
        RepairKind.DATE_FORM,
        RepairKind.EXCEL_DATE,
        RepairKind.NUMBER_FORM,
        RepairKind.MONEY_FORM,
        RepairKind.LIST_FORM,
        RepairKind.UNIT,
        RepairKind.WIDTH,
        RepairKind.PLACEHOLDER,
    }
)
_SPELT: Final = frozenset({FieldType.DICT, FieldType.INT, FieldType.LIST})
_OWN_REPAIRS: Final = frozenset({"split", "id_type", "marital_code"})
_STEP: Final = 63
_LOAD_FAULTS: Final = (BadZipFile, ZlibError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError)
_LOAD_FAULTS_TOO: Final = (NotImplementedError, EOFError, OSError)


class _Level(IntEnum):
    """How bad a cell is; the worst colours it."""

    REPAIRED = 1
    UNREAD = 2
    REJECTED = 3


_FILLS: Final = {
    _Level.REPAIRED: PatternFill("solid", fgColor="DDEBF7"),
    _Level.UNREAD: PatternFill("solid", fgColor="FFEB9C"),
    _Level.REJECTED: PatternFill("solid", fgColor="FFC7CE"),
}


@dataclass(slots=True)
class _Mark:
    level: _Level = _Level.REPAIRED
    lines: list[str] = field(default_factory=list)

    def add(self, level: _Level, line: str) -> None:
        self.level = max(self.level, level)
        self.lines.append(line)

    def put_on(self, cell: Cell) -> None:
        cell.fill = _FILLS[self.level]
        note = _UNWANTED.sub("", "\n".join(self.lines))[:_LONGEST_NOTE]
        cell.comment = Comment(note, text("import.mark.author"), width=320, height=40 + 20 * len(self.lines))


Marks = Mapping[int, Mapping[int, _Mark]]


def write_marked_copy(path: Path, batch: Batch, out: Path, *, progress: Progress | None = None) -> None:
    """Write ``out`` (.xlsx): the user's file with rejected, unread and repaired cells coloured and noted.

    A workbook keeps its own looks. Text files, files that changed since they were read and very large ones become
    a new workbook with the same cells in the same rows. Raises :class:`UserProblem` when it cannot be written.
    """
    marks = _marks(batch)
    progress = progress or NoProgress()
    try:
        users = _users_workbook(path, batch.source, marks)
        with nullcontext(users) if users else new_workbook() as book, write_atomic(out) as stream:
            if not users:
                _fill(book, batch.source, marks, progress)
            book.save(stream)
    except OSError as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=Where(out.name)) from fault


def _is_worth_a_mark(repair: ImportRepair) -> bool:
    """False where only the spelling changed (02 for 2 in a value set), which happens in every row."""
    if repair.kind == RepairKind.LEADING_ZERO:
        return field_of(repair.path).type not in _SPELT
    return repair.kind not in _SPELLING


def _marks(batch: Batch) -> Marks:
    """Return row number → column index → mark."""
    columns = {path: column.column for column in reversed(batch.mapping) for path in column.paths}
    found: dict[int, dict[int, _Mark]] = defaultdict(lambda: defaultdict(_Mark))
    for record in batch.records:
        for repair in record.repairs:
            if repair.path in columns and _is_worth_a_mark(repair):
                found[record.row][columns[repair.path]].add(_Level.REPAIRED, _repair_line(repair))
        for problem in record.problems:
            if problem.path in columns:
                what = text(f"values.problem.{problem.kind}")
                found[record.row][columns[problem.path]].add(_Level.UNREAD, text("import.mark.problem", what=what))
    headings = {column.heading: column.column for column in reversed(batch.mapping)}
    for reject in batch.rejects:
        line = f"{reject.problem.message}{reject.problem.advice}"
        found[reject.row][headings.get(reject.where.column, 0)].add(_Level.REJECTED, line)
    return found


def _repair_line(repair: ImportRepair) -> str:
    area = "import" if repair.kind in _OWN_REPAIRS else "values"
    return text("import.mark.line", what=text(f"{area}.repair.{repair.kind}"), before=repair.before, after=repair.after)


def _users_workbook(path: Path, source: Source, marks: Marks) -> Workbook | None:
    """Return the user's workbook with the marks, None when it cannot be the base of the copy."""
    cells = len(source.rows) * len(source.header)
    if source.form is not FileForm.XLSX or cells > _TOO_LARGE or not path.exists():
        return None
    if sha256_of(path) != source.sha256:
        return None
    try:
        book = load_workbook(path)
        sheet = book[source.sheet]
        for row, columns in marks.items():
            for column, mark in columns.items():
                cell = sheet.cell(row, column + 1)
                if isinstance(cell, Cell):
                    mark.put_on(cell)
    except (*_LOAD_FAULTS, *_LOAD_FAULTS_TOO):  # openpyxl refuses styles that other programs accept
        return None
    return book


def _fill(book: Workbook, source: Source, marks: Marks, progress: Progress) -> None:
    name = source.sheet or text("export.sheet")
    sheet = book.create_sheet(name)
    at = 1
    for done, (number, texts, kinds) in enumerate(_lines(source)):
        if not done & _STEP:
            progress.step(done, len(source.rows) + 1)
        while at < number:
            sheet.append([])
            at += 1
        cells = list(row_cells(sheet, texts, kinds, Where(source.file, name, number), source.header))
        for column, mark in marks.get(number, {}).items():
            cells += [None] * (column + 1 - len(cells))
            marked = text_cell(sheet, texts[column] if column < len(texts) else "")
            mark.put_on(marked)
            cells[column] = marked
        sheet.append(cells)
        at += 1


def _lines(source: Source) -> Iterator[tuple[int, tuple[str, ...], str]]:
    yield source.header_row, source.header, ""
    for index, row in enumerate(source.rows):
        yield row.number, row.cells, source.kinds[index] if source.kinds else ""
