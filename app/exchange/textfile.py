"""Reads and writes delimited text: records with quotes, line breaks inside quotes, any of four delimiters.

A cell that a spreadsheet program would take for a formula is written with one apostrophe in front of it and loses
that apostrophe when it is read again (:func:`guard`, :func:`unguard`), so a value survives the round trip.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.progress import Progress
from app.domain.tables import RawRow
from app.exchange.decoding import Decoded, decode
from app.exchange.limits import Limits
from app.exchange.raw import FileForm, RawFile, RawSheet, TextStyle
from app.exchange.workbook import foreign

_DELIMITERS: Final = (",", "\t", ";", "|")
_SAMPLE_RECORDS: Final = 40
_FORM_SAMPLE: Final = 100_000
_MARKUP: Final = ("<html", "<table", "<!doctype html", "<?xml")
_LONGEST_CELL: Final = 16_000_000
_LINES_IN_A_CELL: Final = 200
_LIVE: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_INERT: Final = re.compile(r"'*(?:[+\-－]?|[-－—]+|[+-]?[0-9][0-9,]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?%?)")

csv.field_size_limit(_LONGEST_CELL)


def read_text(path: Path, limits: Limits, progress: Progress, knows: Callable[[str], bool]) -> RawFile:
    """Return the one sheet of a delimited text file; see :func:`parse_text`."""
    if path.stat().st_size > limits.unpacked_bytes:
        size = limits.unpacked_bytes // 1_000_000
        raise UserProblem("import.too_big", remedy="import.remedy.split_file", where=Where(path.name), limit=size)
    return parse_text(path.name, path.read_bytes(), limits, progress, knows)


def parse_text(name: str, content: bytes, limits: Limits, progress: Progress, knows: Callable[[str], bool]) -> RawFile:
    """Return the one sheet of delimited text.

    ``knows`` tells whether a heading is known: it settles which delimiter is meant. Row numbers count records from
    1. Raises :class:`UserProblem` for text that is wrongly encoded, has an open quote or too many rows.
    """
    where = Where(name)
    decoded = decode(content, where, limits.encoding)
    start = decoded.text.lstrip()[:15].lower()
    if start.startswith(_MARKUP):
        raise foreign(where, "xml" if start.startswith("<?xml") else "html")
    form = _form(decoded, knows)
    sheet = RawSheet("")
    total = max(decoded.text.count("\n"), 1)
    may_be_guarded = "'" in decoded.text
    for number, cells in _records(decoded.text, form.delimiter, where):
        if any(cells):
            sheet.rows.append(RawRow(number, tuple(map(unguard, cells) if may_be_guarded else cells)))
        if not number & 511:
            progress.step(min(number, total), total)
            limits.check_rows(len(sheet.rows), where)
    limits.check_rows(len(sheet.rows), where)
    return RawFile(name, FileForm.CSV, (sheet,), form)


def read_records(content: bytes, style: TextStyle, where: Where) -> Iterator[list[str]]:
    """Yield the cells of text whose form is known. Raises :class:`UserProblem` when it cannot be read as told."""
    decoded = decode(content, where, style.encoding)
    for _, cells in _records(decoded.text, style.delimiter, where):
        yield [unguard(cell) for cell in cells]


def encode_records(records: Iterable[Sequence[str]], style: TextStyle, *, guarded: bool = True) -> Iterator[bytes]:
    """Yield the bytes of each record with its line break, in the first one also the byte order mark.

    Cells are quoted where they need to be and, when ``guarded``, kept from coming alive. Raises
    ``UnicodeEncodeError`` for signs that the encoding lacks.
    """
    special = re.compile(f'[{re.escape(style.delimiter)}"\\r\\n]|^[ \\t]|[ \\t]$')
    start = "\ufeff" if style.bom else ""
    lines = (_line(cells, special, style, guarded=guarded) for cells in records)
    line = next(lines, None)
    while line is not None:
        following = next(lines, None)
        end = style.newline if following is not None or style.final_newline else ""
        yield f"{start}{line}{end}".encode(style.encoding)
        start, line = "", following


def _line(cells: Sequence[str], special: re.Pattern[str], style: TextStyle, *, guarded: bool) -> str:
    shown = [_quoted(guard(cell) if guarded else cell, special, style) for cell in cells]
    return style.delimiter.join(shown) or '""'


def guard(cell: str) -> str:
    """Return a cell with an apostrophe in front when a spreadsheet program would run it (``=1+1``, ``@x``).

    Plain signed numbers and dashes stay as they are.
    """
    return f"'{cell}" if _comes_alive(cell) else cell


def unguard(cell: str) -> str:
    """Undo :func:`guard`; every other cell is returned unchanged."""
    return cell[1:] if cell.startswith("'") and _comes_alive(cell[1:]) else cell


def _comes_alive(cell: str) -> bool:
    return bool(_LIVE.match(cell)) and not _INERT.fullmatch(cell)


def _quoted(cell: str, special: re.Pattern[str], form: TextStyle) -> str:
    if form.quote_all or special.search(cell):
        doubled = cell.replace('"', '""')
        return f'"{doubled}"'
    return cell


def _form(decoded: Decoded, knows: Callable[[str], bool]) -> TextStyle:
    head = decoded.text[:_FORM_SAMPLE]
    breaks = Counter(re.findall(r"\r\n|\n|\r", head))
    newline = breaks.most_common(1)[0][0] if breaks else "\r\n"
    delimiter = max(_DELIMITERS, key=lambda mark: _fitness(head, mark, knows))
    cells = re.findall(rf'(?:^|{re.escape(delimiter)}|\r\n|\n|\r)(")?', head.rstrip("\r\n"))
    return TextStyle(
        encoding=decoded.encoding,
        bom=decoded.bom,
        delimiter=delimiter,
        newline=newline,
        quote_all=sum(map(bool, cells)) > len(cells) * 0.9,
        final_newline=decoded.text.endswith(("\n", "\r")),
    )


def _fitness(head: str, delimiter: str, knows: Callable[[str], bool]) -> tuple[int, float, int]:
    """How well a delimiter fits: known headings in one record, share of records of one width, that width."""
    records = []
    for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
        if any(cells):
            records.append(cells)
        if len(records) == _SAMPLE_RECORDS:
            break
    if not records:
        return 0, 0.0, 0
    known = max(sum(map(knows, cells)) for cells in records[:11])
    width, count = Counter(map(len, records)).most_common(1)[0]
    return (known, count / len(records), width) if width > 1 else (min(known, 1), 0.0, 1)


def _records(text: str, delimiter: str, where: Where) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = line = 0
    try:
        for cells in reader:
            number += 1
            if reader.line_num - line > _LINES_IN_A_CELL:
                raise _open_quote(where, number)
            line = reader.line_num
            yield number, cells
    except csv.Error as fault:  # a cell longer than any real one
        raise _open_quote(where, number + 1) from fault


def _open_quote(where: Where, number: int) -> UserProblem:
    return UserProblem("import.open_quote", remedy="import.remedy.close_quote", where=Where(where.file, row=number))
