"""Short tables for commands, from a CSV or a workbook: rows by heading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.exchange.readers import read_tables
from app.exchange.streams import stream_csv

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_list(path: Path, required: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a CSV, or of the first sheet of a workbook that has the required columns.

    Cells of a CSV are exactly as written. Raises :class:`UserProblem` with file and column.
    """
    if not _is_workbook(path):
        return [cells for _, cells in stream_csv(path, required)]
    wanted = set(required)
    tables = read_tables(path, knows=lambda heading: heading.strip() in wanted)
    for table in tables:
        if wanted <= set(table.header):
            return [cells for _, cells in table.dicts()]
    name = next(name for name in required if name not in tables[0].header)
    where = Where(path.name, tables[0].sheet, tables[0].header_row, name)
    raise UserProblem("import.no_column", remedy="import.remedy.add_column", where=where, name=name)


def _is_workbook(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            return handle.read(4) in _WORKBOOKS
    except OSError:
        return False  # reading it as CSV says why it cannot be opened
