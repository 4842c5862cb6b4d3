"""Plain CSV for commands: read row by row without a limit, written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.exchange.decoding import decode
from app.exchange.raw import TextStyle
from app.exchange.textfile import encode_records

_SAMPLE = 1 << 20
_PEOPLE = TextStyle(bom=True)
_PROGRAMS = TextStyle(newline="\n")


def stream_csv(path: Path, required: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each record after the header with its number from 1; cells by heading, exactly as written.

    Comma-separated with a header in the first record; the encoding is detected. Memory does not grow with the
    file. Raises :class:`UserProblem` for a file that cannot be read or lacks a required column.
    """
    where = Where(path.name)
    try:
        with path.open("rb") as handle:
            yield from _records(handle, where, required)
    except FileNotFoundError as fault:
        raise UserProblem("import.not_found", remedy="import.remedy.check_path", where=where) from fault
    except OSError as fault:
        raise UserProblem("import.not_readable", remedy="import.remedy.close_other", where=where) from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UserProblem("import.wrong_cells", remedy="import.remedy.export_again", where=where) from fault


def _records(handle: IO[bytes], where: Where, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    sample = handle.read(_SAMPLE)
    found = decode(sample[: sample.rfind(b"\n") + 1] or sample, where)
    handle.seek(0)
    with io.TextIOWrapper(handle, encoding=found.encoding, newline="") as lines:
        reader = csv.reader(lines)
        header = [heading.removeprefix("\ufeff") for heading in next(reader, [])]
        for name in required:
            if name not in header:
                at = Where(where.file, row=1, column=name)
                raise UserProblem("import.no_column", remedy="import.remedy.add_column", where=at, name=name)
        for number, cells in enumerate(reader, 1):
            if cells:
                yield number, dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=False))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, for_people: bool = False) -> int:
    """Write a table as UTF-8 and return the number of rows; on any exception ``path`` is as it was.

    ``for_people`` adds a byte order mark and keeps cells from coming alive in a spreadsheet (see ``textfile``);
    without it every value is written exactly as it is, for programs. None becomes an empty cell.
    """
    style = _PEOPLE if for_people else _PROGRAMS
    written = -1
    try:
        with write_atomic(path) as out:
            for piece in encode_records(_texts(header, rows), style, guarded=for_people):
                out.write(piece)
                written += 1
    except (OSError, UnicodeEncodeError) as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=Where(str(path))) from fault
    return written


def _texts(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Sequence[str]]:
    yield header
    for row in rows:
        yield ["" if cell is None else str(cell) for cell in row]
