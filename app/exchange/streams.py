"""Plain CSV for commands: read row by row without a limit, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Progress
from app.exchange.decoding import decode
from app.exchange.raw import TextStyle
from app.exchange.textfile import encode_records, unguard

_SAMPLE = 1 << 20
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls
_REPORTED = (1 << 12) - 1
_PEOPLE = TextStyle(bom=True)
_PROGRAMS = TextStyle(newline="\n")


def stream_csv(path: Path, required: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each record after the header with its number from 1; cells by heading, exactly as written.

    Raises as :func:`stream_rows`.
    """
    rows = stream_rows(path, required)
    _, header = next(rows)
    for number, cells in rows:
        yield number, dict(zip(header, cells, strict=False))


def stream_rows(
    path: Path, required: Sequence[str] = (), progress: Progress | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the header as record 0, then each record with its number from 1; no record is shorter than the header.

    Comma-separated; the encoding is detected. Memory does not grow with the file. ``progress`` is told the bytes read.
    Raises :class:`UserProblem` for a file that cannot be read or lacks a required column.
    """
    where = Where(path.name)
    try:
        with path.open("rb") as handle:
            yield from _records(handle, where, required, progress or NoProgress())
    except FileNotFoundError as fault:
        raise UserProblem("import.not_found", remedy="import.remedy.check_path", where=where) from fault
    except OSError as fault:
        raise UserProblem("import.not_readable", remedy="import.remedy.close_other", where=where) from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UserProblem("import.wrong_cells", remedy="import.remedy.export_again", where=where) from fault


def _records(
    handle: IO[bytes], where: Where, required: Sequence[str], progress: Progress
) -> Iterator[tuple[int, list[str]]]:
    sample = handle.read(_SAMPLE)
    if sample.startswith(_WORKBOOKS):
        raise UserProblem("import.not_csv", remedy="import.remedy.save_as_csv", where=where)
    found = decode(sample[: sample.rfind(b"\n") + 1] or sample, where)
    size = handle.seek(0, os.SEEK_END)
    handle.seek(0)
    with io.TextIOWrapper(handle, encoding=found.encoding, newline="") as lines:
        reader = csv.reader(lines)
        header = [heading.removeprefix("\ufeff") for heading in next(reader, [])]
        for name in required:
            if name not in header:
                at = Where(where.file, row=1, column=name)
                raise UserProblem("import.no_column", remedy="import.remedy.add_column", where=at, name=name)
        yield 0, header
        width = len(header)
        for number, cells in enumerate(reader, 1):
            if not number & _REPORTED:
                progress.step(handle.tell(), size)
            if cells:
                yield number, cells if len(cells) >= width else cells + [""] * (width - len(cells))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, for_people: bool = False) -> int:
    """Write a table as UTF-8 and return the number of rows; on any exception ``path`` is as it was.

    ``for_people`` adds a byte order mark and keeps cells from coming alive in a spreadsheet (see ``textfile``);
    without it every value is written exactly as it is, for programs. None becomes an empty cell. What is written for
    people is opened again and compared before it takes its place.
    """
    style = _PEOPLE if for_people else _PROGRAMS
    written, wanted = -1, hashlib.sha256()
    try:
        with write_atomic(path) as out:
            for piece in encode_records(_noted(_texts(header, rows), wanted.update), style, guarded=for_people):
                out.write(piece)
                written += 1
            if for_people:
                _must_equal(out, style, wanted.digest(), Where(path.name))
    except (OSError, UnicodeEncodeError) as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=Where(str(path))) from fault
    return written


def _texts(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Sequence[str]]:
    yield header
    for row in rows:
        yield ["" if cell is None else str(cell) for cell in row]


def _noted(records: Iterable[Sequence[str]], note: Callable[[bytes], None]) -> Iterator[Sequence[str]]:
    for record in records:
        note(_mark(record))
        yield record


def _mark(record: Sequence[str]) -> bytes:
    return json.dumps(list(record), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _must_equal(out: IO[bytes], style: TextStyle, wanted: bytes, where: Where) -> None:
    """Read what was written and compare it with what was meant. Raises :class:`UserProblem`."""
    found = hashlib.sha256()
    out.seek(0)
    lines = io.TextIOWrapper(out, encoding=f"{style.encoding}-sig", newline="")
    for record in csv.reader(lines):
        found.update(_mark([unguard(cell) for cell in record]))
    lines.detach()  # the file is closed by whoever opened it
    if found.digest() != wanted:
        raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)
