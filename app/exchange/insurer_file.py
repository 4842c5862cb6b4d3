"""Files of groups that the insurer returns: one stay on each row, columns found by their headings or as told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.headings import fold_heading
from app.domain.tables import RawRow, RawTable
from app.exchange.data import layout_data
from app.exchange.readers import read_tables

ROLES: Final = (
    *("record_no", "admission_count", "settlement_no", "drg", "drg_name", "rw"),
    *("amount", "status", "level", "scheme", "dx", "px"),
)
"""What a column may hold; each has a name below the texts ``insurer.role``."""
_CODES: Final = re.compile(r"[;；,，、|\s]+")
_STEP: Final = 511
_MOST_YUAN: Final = 100_000_000


@dataclass(frozen=True, slots=True, repr=False)
class ReturnRow:
    """One row as it stands in the file; money in fen. ``problem`` says why the row cannot be used."""

    where: Where
    record_no: str = ""
    admission_count: int = 0
    settlement_no: str = ""
    drg: str = ""
    drg_name: str = ""
    rw: str = ""
    amount_fen: int | None = None
    status: str = ""
    level: str = ""
    scheme: str = ""
    dx: tuple[str, ...] = ()
    px: tuple[str, ...] = ()
    problem: str = ""

    def __repr__(self) -> str:
        return f"ReturnRow({self.where.row}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class ReturnTable:
    """The rows of the first usable sheet, all its headings, and the heading of each role that was found."""

    name: str
    rows: tuple[ReturnRow, ...]
    headings: tuple[str, ...]
    columns: Mapping[str, str]

    @property
    def signature(self) -> str:
        """A mark of the headings: files of the same kind have the same one."""
        return signature_of(self.headings)


def signature_of(headings: tuple[str, ...]) -> str:
    """Return the mark under which the mapping of a kind of file is remembered."""
    return "insurer:" + hashlib.sha256("\n".join(map(fold_heading, headings)).encode()).hexdigest()


def headings_of(path: Path) -> tuple[str, ...]:
    """Return the headings of the first sheet, to look up how they were mapped before. Raises :class:`UserProblem`."""
    return tuple(read_tables(path, knows=_is_known)[0].header)


def lacking_role(path: Path, mapping: Mapping[str, str]) -> str:
    """Return ``drg`` or ``record_no`` where no column of the file stands for it, '' when both are there."""
    columns = _columns(read_tables(path, knows=_is_known)[0], mapping)
    if "drg" not in columns:
        return "drg"
    return "" if "record_no" in columns or "settlement_no" in columns else "record_no"


def read_returns(path: Path, mapping: Mapping[str, str], progress: Progress | None = None) -> ReturnTable:
    """Read a CSV or workbook; ``mapping`` names the heading of a role where the file's own word is not known.

    Raises :class:`UserProblem` for a file that cannot be read, and that lacks the group or what names the stay.
    """
    progress = progress or NoProgress()
    table = read_tables(path, progress=progress, knows=_is_known)[0]
    columns = _columns(table, mapping)
    where = Where(table.file, table.sheet, table.header_row)
    headings = text("memory.list").join(heading for heading in table.header if heading)
    if "record_no" not in columns and "settlement_no" not in columns:
        raise UserProblem("insurer.no_key", remedy="insurer.remedy.no_key", where=where, headings=headings)
    if "drg" not in columns:
        raise UserProblem("insurer.no_group", remedy="insurer.remedy.no_group", where=where, headings=headings)
    rows = []
    for number, row in enumerate(_rows(table, columns)):
        if not number & _STEP:
            progress.step(number, len(table.rows))
        rows.append(row)
    named = {role: table.header[at] for role, at in columns.items()}
    return ReturnTable(path.name, tuple(rows), tuple(table.header), named)


@cache
def _known() -> Mapping[str, str]:
    data = layout_data("insurer")
    return {fold_heading(heading): role for role in ROLES for heading in data[role]}


def _is_known(heading: str) -> bool:
    return fold_heading(heading) in _known()


def _columns(table: RawTable, mapping: Mapping[str, str]) -> dict[str, int]:
    found = {role: table.header.index(heading) for role, heading in mapping.items() if heading in table.header}
    for at, heading in enumerate(table.header):
        role = _known().get(fold_heading(heading))
        if role and role not in mapping:
            found.setdefault(role, at)
    return found


def _rows(table: RawTable, columns: Mapping[str, int]) -> Iterator[ReturnRow]:
    for row in table.rows:
        cells = {role: row.cells[at].strip() if at < len(row.cells) else "" for role, at in columns.items()}
        if any(cells.values()):
            yield _row(table, columns, row, cells)


def _row(table: RawTable, columns: Mapping[str, int], row: RawRow, cells: Mapping[str, str]) -> ReturnRow:
    def bad(role: str, problem: str) -> ReturnRow:
        column = table.header[columns[role]] if role in columns else ""
        return ReturnRow(table.where(row, column), record_no=cells.get("record_no", ""), problem=text(problem))

    count = _whole(cells.get("admission_count", ""))
    if not (cells.get("record_no") or cells.get("settlement_no")):
        return bad("record_no", "insurer.row.no_key")
    if count is None:
        return bad("admission_count", "insurer.row.bad_count")
    amount, weight = _number(cells.get("amount", "")), _number(cells.get("rw", ""))
    if amount is None or weight is None:
        return bad("amount" if amount is None else "rw", "insurer.row.bad_number")
    return ReturnRow(
        table.where(row),
        record_no=cells.get("record_no", ""),
        admission_count=count,
        settlement_no=cells.get("settlement_no", ""),
        drg="" if cells.get("drg", "") in layout_data("insurer")["words"]["no_group"] else cells["drg"],
        drg_name=cells.get("drg_name", ""),
        rw=cells.get("rw", ""),
        amount_fen=int((amount * 100).to_integral_value()) if cells.get("amount") else None,
        status=cells.get("status", ""),
        level=cells.get("level", ""),
        scheme=cells.get("scheme", ""),
        dx=_codes(cells.get("dx", "")),
        px=_codes(cells.get("px", "")),
    )


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(part for part in _CODES.split(cell) if part)


def _whole(cell: str) -> int | None:
    """Return a number from 0, 0 for an empty cell, None for what is none."""
    whole = cell.removesuffix(".0")
    return 0 if not whole else int(whole) if whole.isdecimal() and len(whole) < 6 else None


def _number(cell: str) -> Decimal | None:
    """Return a number from 0 to 100 million, 0 for an empty cell, None for what is none."""
    try:
        value = Decimal(cell.replace(",", "").replace("，", "") or "0")
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= _MOST_YUAN else None
