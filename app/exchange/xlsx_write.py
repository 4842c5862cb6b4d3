"""Writes workbooks whose cells are what they say: text is text, a formula never arises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from functools import cache
from typing import IO, TYPE_CHECKING, Final

from app.common.errors import UserProblem, Where
from app.common.progress import Progress
from app.exchange.compose import Sheet
from app.exchange.forms import as_moment
from app.exchange.raw import BOOL, DATE, NUMBER

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_TEXT: Final = 32_767
_TEXT_FORMAT: Final = "@"
_NEEDS_ESCAPE: Final = re.compile(r"[\x00-\x09\x0b-\x1f]|^\s+$|_(?=x[0-9A-Fa-f]{4}_)")
_IMPOSSIBLE: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_MARKED_AS_TEXT: Final = re.compile(r"[=+@#'\s]|-.|0[0-9]|[0-9]{12,}|[0-9]+\.[0-9]*0$")
"""Texts that openpyxl would type as something else, or that Excel would damage when somebody edits the cell."""
_STEP: Final = 63


def write_workbook(out: IO[bytes], sheets: Sequence[Sheet], where: Where, progress: Progress) -> None:
    """Write sheets to a binary stream.

    Text cells have the text type and, where a program could take them for something else, the text format.
    Raises :class:`UserProblem` with the place for a text that a cell cannot hold.
    """
    with new_workbook() as book:
        _fill(book, sheets, where, progress)
        book.save(out)


@contextmanager
def new_workbook() -> Iterator[Workbook]:
    """Yield a workbook for writing row by row; whatever interrupts the block, its temporary files go."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load, and the window starts without writing one

    book = Workbook(write_only=True)
    try:
        yield book
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()
            drop = sheet._writer.cleanup  # type: ignore[attr-defined]  # noqa: SLF001 - no public way to drop its file
            drop()
        raise


def _fill(book: Workbook, sheets: Sequence[Sheet], where: Where, progress: Progress) -> None:
    total = sum(len(sheet.rows) for sheet in sheets)
    done = 0
    for sheet in sheets:
        target = book.create_sheet(sheet.name)
        target.freeze_panes = "A2"
        target.append(list(row_cells(target, sheet.header, "", Where(where.file, sheet.name, 1), sheet.header)))
        for number, (texts, kinds) in enumerate(zip(sheet.rows, sheet.kinds, strict=True), 2):
            target.append(list(row_cells(target, texts, kinds, Where(where.file, sheet.name, number), sheet.header)))
            done += 1
            if not done & _STEP:
                progress.step(done, total)


def escape(text: str) -> str:
    """Return text with signs that XML cannot hold as ``_xHHHH_`` (ECMA-376 22.9.2.19)."""
    return _NEEDS_ESCAPE.sub(lambda found: "".join(f"_x{ord(sign):04X}_" for sign in found[0]), text)


def row_cells(
    target: WriteOnlyWorksheet, texts: Sequence[str], kinds: str, where: Where, header: Sequence[str]
) -> Iterable[Cell | str | float | bool | date | time | None]:
    """Yield what openpyxl writes for each cell of a row; '' of ``kinds`` makes every cell text."""
    for column, text in enumerate(texts):
        kind = kinds[column] if column < len(kinds) else ""
        if not text:
            yield None
        elif kind == NUMBER:
            yield float(text) if "." in text or "e" in text else int(text)
        elif kind == BOOL and text in ("TRUE", "FALSE"):
            yield text == "TRUE"
        elif kind == DATE and (moment := as_moment(text)) is not None:
            yield moment
        else:
            must_fit(text, where, header[column] if column < len(header) else "")
            marked = _MARKED_AS_TEXT.match(text) or _NEEDS_ESCAPE.search(text)
            yield text_cell(target, text) if marked else text


def must_fit(text: str, where: Where, heading: str = "") -> None:
    """Raise :class:`UserProblem` with the place for a text that a cell cannot hold."""
    if len(text) > LONGEST_TEXT or _IMPOSSIBLE.search(text):
        key = "export.too_long" if len(text) > LONGEST_TEXT else "export.not_in_excel"
        place = Where(where.file, where.sheet, where.row, heading)
        raise UserProblem(key, remedy="export.remedy.as_csv", where=place)


@cache
def _maker() -> Callable[[WriteOnlyWorksheet, str], Cell]:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    made: Callable[[WriteOnlyWorksheet, str], Cell] = WriteOnlyCell
    return made


def text_cell(target: WriteOnlyWorksheet, text: str) -> Cell:
    """Return a cell that holds a text as text, whatever it looks like."""
    cell = _maker()(target, escape(text))
    cell.data_type = "s"
    cell.number_format = _TEXT_FORMAT
    return cell
