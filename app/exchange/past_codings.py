"""Files of past codings: a text with its code or standard name on each row, columns found by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.headings import fold_heading
from app.domain.past import JOIN
from app.domain.reading import ParseHints
from app.domain.tables import RawRow, RawTable
from app.domain.value_dates import read_date
from app.exchange.data import layout_data
from app.exchange.readers import read_tables

LONGEST: Final = 400
"""Characters of a text; a longer one is no diagnosis or operation."""
_MOST_TIMES: Final = 1_000_000
_CODES: Final = re.compile(rf"{JOIN}|[;；,，、\s]+")
_STEP: Final = 511


@dataclass(frozen=True, slots=True, repr=False)
class PastRow:
    """One row as it stands in the file: the text, its codes, else its standard names; ``last`` is an ISO date or ''.

    ``problem`` says why the row cannot be used, ``column`` where.
    """

    where: Where
    text: str
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    times: int = 1
    last: str = ""
    by: str = ""
    problem: str = ""

    def __repr__(self) -> str:
        return f"PastRow({self.where.row}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class PastFile:
    """The rows of every sheet that has a text and an answer, and the headings that were taken, by what they hold."""

    name: str
    rows: tuple[PastRow, ...]
    columns: Mapping[str, str]


def read_past(path: Path, progress: Progress | None = None) -> PastFile:
    """Read a CSV or workbook of past codings.

    Raises :class:`UserProblem` for a file that cannot be read, that has no column of texts, or none of codes or names.
    """
    progress = progress or NoProgress()
    tables = read_tables(path, progress=progress, knows=_is_known)
    usable = [(table, columns) for table in tables if "text" in (columns := _columns(table)) and _answers(columns)]
    if not usable:
        raise _lacking(tables[0])
    rows: list[PastRow] = []
    for table, columns in usable:
        for number, row in enumerate(_rows(table, columns)):
            if not number & _STEP:
                progress.step(number, len(table.rows))
            rows.append(row)
    first, columns = usable[0]
    return PastFile(path.name, tuple(rows), {role: first.header[at] for role, at in columns.items()})


@cache
def _roles() -> Mapping[str, str]:
    return {fold_heading(heading): role for role, headings in layout_data("past").items() for heading in headings}


def _is_known(heading: str) -> bool:
    return fold_heading(heading) in _roles()


def _columns(table: RawTable) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, heading in enumerate(table.header):
        role = _roles().get(fold_heading(heading))
        if role:
            found.setdefault(role, at)
    return found


def _answers(columns: Mapping[str, int]) -> bool:
    return "code" in columns or "name" in columns


def _lacking(table: RawTable) -> UserProblem:
    role = "answer" if "text" in _columns(table) else "text"
    where = Where(table.file, table.sheet, table.header_row)
    headings = text("memory.list").join(heading for heading in table.header if heading)
    return UserProblem(
        f"memory.no_{role}_column", remedy=f"memory.remedy.{role}_column", where=where, headings=headings
    )


def _rows(table: RawTable, columns: Mapping[str, int]) -> Iterator[PastRow]:
    for row in table.rows:
        cells = {role: row.cells[at].strip() if at < len(row.cells) else "" for role, at in columns.items()}
        if any(cells.values()):
            yield _row(table, columns, row, cells)


def _row(table: RawTable, columns: Mapping[str, int], row: RawRow, cells: Mapping[str, str]) -> PastRow:
    def bad(role: str, problem: str) -> PastRow:
        column = table.header[columns[role]] if role in columns else ""
        return PastRow(table.where(row, column), cells["text"][:LONGEST], problem=text(f"memory.row.{problem}"))

    codes = tuple(part for part in _CODES.split(cells.get("code", "")) if part)
    names = tuple(part.strip() for part in cells.get("name", "").split(JOIN) if part.strip())
    if not cells["text"]:
        return bad("text", "no_text")
    if len(cells["text"]) > LONGEST:
        return bad("text", "long_text")
    if not (codes or names):
        return bad("code" if "code" in columns else "name", "no_answer")
    times = _times(cells.get("times", ""))
    if times is None:
        return bad("times", "bad_times")
    last = _day(cells.get("last", ""))
    if last is None:
        return bad("last", "bad_date")
    return PastRow(table.where(row), cells["text"], codes, names, times, last, cells.get("by", ""))


def _times(cell: str) -> int | None:
    """Return how often, 1 for an empty cell, None for what is no number from 1."""
    if not cell:
        return 1
    whole = cell.removesuffix(".0")
    return int(whole) if whole.isdecimal() and 1 <= int(whole) <= _MOST_TIMES else None


def _day(cell: str) -> str | None:
    """Return a date as ISO text, '' for an empty cell, None for what is no date."""
    if not cell:
        return ""
    reading = read_date(cell, ParseHints(), with_time=False)
    if reading.problem is not None:
        return None
    return reading.value.isoformat() if isinstance(reading.value, date) else ""
