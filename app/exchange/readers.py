"""Opens a file of the user, whatever it is, and returns its tables. The one boundary for foreign file formats."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress, Progress
from app.domain.tables import RawRow, RawTable
from app.exchange.archive import Archive
from app.exchange.data import layout_data
from app.exchange.header import Knows, find_header, is_known_heading, to_table
from app.exchange.limits import DEFAULT_LIMITS, SCHEME_LIMITS, Limits
from app.exchange.raw import RawFile
from app.exchange.textfile import parse_text, read_text
from app.exchange.workbook import foreign, read_xls, read_xlsx

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "binary"),
    (b"\xff\xd8\xff", "binary"),
    (b"GIF8", "binary"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "word"),
    (b"MZ", "binary"),
    (b"\x7fELF", "binary"),
    (b"SQLite format", "binary"),
)
_CLOSER_LOOK: Final = ('"', "'", "\0")
_SCHEME_TABLE: Final = re.compile(r"(?:[^/\\:.][^/\\:]*/)?([a-z][a-z0-9_]{0,40})\.csv")
_SCHEME_META: Final = re.compile(r"(?:[^/\\:.][^/\\:]*/)?scheme\.toml")


def read_file(
    path: Path, *, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None, knows: Knows = is_known_heading
) -> RawFile:
    """Return the sheets of a file; what it is is told by its content, not by its name.

    Raises :class:`UserProblem` with file, place and remedy for everything that cannot be read.
    """
    progress = progress or NoProgress()
    head = _head(path)
    if head.startswith(_ZIP):
        return read_xlsx(path, path.name, limits, progress)
    if head.startswith(_OLE):
        return read_xls(path, limits, progress)
    if kind := foreign_kind(head):
        raise foreign(Where(path.name), kind)
    if path.suffix.lower() == ".dbf":
        raise foreign(Where(path.name), "dbf")
    return read_text(path, limits, progress, knows)


def foreign_kind(head: bytes) -> str:
    """Return of which other kind a file is by its first bytes, '' for what may be text: a key of ``import.kind``."""
    return next((kind for magic, kind in _FOREIGN if head.startswith(magic)), "")


def read_tables(
    path: Path, *, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None, knows: Knows = is_known_heading
) -> list[RawTable]:
    """Return every table of a file with its header found: one for text, one for each sheet that holds rows.

    Raises :class:`UserProblem` as :func:`read_file`, and when no sheet has a row.
    """
    raw = read_file(path, limits=limits, progress=progress, knows=knows)
    tables = [
        to_table(raw.name, sheet, header) for sheet in raw.sheets if (header := find_header(sheet, knows)) is not None
    ]
    if not tables:
        raise UserProblem("import.no_rows", remedy="import.remedy.fill_rows", where=Where(path.name))
    return tables


def read_codebook_tables(
    path: Path, *, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None
) -> dict[str, RawTable]:
    """Return the tables of a code book by name: of a CSV or workbook, or of every CSV of a folder or .zip."""
    return _package(path, limits, progress or NoProgress())[0]


def read_scheme_tables(
    path: Path, *, limits: Limits = SCHEME_LIMITS, progress: Progress | None = None, name: str = ""
) -> tuple[dict[str, RawTable], dict[str, object]]:
    """Return the tables of a DRG scheme by name, and what its ``scheme.toml`` says ({} for a workbook).

    ``path`` is a package (folder or .zip, tables named after their files) or the official workbook (tables named
    after their sheets). Entries of a .zip are found by pattern and never written anywhere. ``name`` is what a folder
    is called in places instead of its own name. Raises :class:`UserProblem`.
    """
    tables, meta = _package(path, limits, progress or NoProgress(), name)
    if not tables:
        raise UserProblem("import.no_scheme", remedy="import.remedy.complete_scheme", where=Where(path.name))
    return tables, meta


def _head(path: Path) -> bytes:
    where = Where(path.name)
    if path.is_dir():
        raise UserProblem("import.is_folder", remedy="import.remedy.check_path", where=where)
    try:
        with path.open("rb") as handle:
            head = handle.read(64)
    except FileNotFoundError as fault:
        raise UserProblem("import.not_found", remedy="import.remedy.check_path", where=where) from fault
    except OSError as fault:
        raise UserProblem("import.not_readable", remedy="import.remedy.close_other", where=where) from fault
    if not head:
        raise UserProblem("import.empty_file", remedy="import.remedy.export_again", where=where)
    return head


def _package(
    path: Path, limits: Limits, progress: Progress, name: str = ""
) -> tuple[dict[str, RawTable], dict[str, object]]:
    if path.is_dir():
        return _from_members(name or path.name, _folder_members(path, limits), limits, progress)
    if _head(path).startswith(_ZIP):
        with Archive(path, Where(path.name), limits) as archive:
            if "xl/workbook.xml" not in archive.names:
                return _from_members(
                    path.name, ((name, archive.read(name)) for name in archive.names), limits, progress
                )
    return {table.sheet or path.stem: table for table in read_tables(path, limits=limits, progress=progress)}, {}


def _is_member(name: str) -> bool:
    return bool(_SCHEME_TABLE.fullmatch(name) or _SCHEME_META.fullmatch(name))


def _folder_members(folder: Path, limits: Limits) -> Iterator[tuple[str, bytes]]:
    for member in sorted(folder.iterdir())[: limits.entries]:
        if _is_member(member.name) and member.is_file() and member.stat().st_size <= limits.unpacked_bytes:
            yield member.name, member.read_bytes()


def _from_members(
    package: str, members: Iterator[tuple[str, bytes]], limits: Limits, progress: Progress
) -> tuple[dict[str, RawTable], dict[str, object]]:
    tables: dict[str, RawTable] = {}
    meta: dict[str, object] = {}
    for count, (name, content) in enumerate(members):
        progress.step(count, max(count + 1, 12))
        if _SCHEME_META.fullmatch(name):
            meta = _meta(content, Where(package, name))
        elif (found := _SCHEME_TABLE.fullmatch(name)) and content:
            table = _text_table(f"{package}/{name}", content, limits)
            if table and tables.setdefault(found[1], table) is not table:
                where = Where(package, name)
                raise UserProblem("import.twice", remedy="import.remedy.complete_scheme", where=where)
    return tables, meta


def _text_table(name: str, content: bytes, limits: Limits) -> RawTable | None:
    table = _plain_table(name, content)
    if table is not None:
        limits.check_rows(len(table.rows), Where(name))
        return table
    raw = parse_text(name, content, limits, NoProgress(), is_known_heading)
    header = find_header(raw.sheets[0])
    return to_table(name, raw.sheets[0], header) if header else None


def _plain_table(name: str, content: bytes) -> RawTable | None:
    """Return a table in the very form that packages have, in a third of the time; None for :func:`parse_text` to read.

    That is UTF-8, a first line of known headings with commas, and nothing that asks for a closer look: quotes,
    guarded cells, sums.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    folded = text.lower()
    if any(sign in folded for sign in (*_CLOSER_LOOK, *layout_data("headings")["totals"])):
        return None
    records = csv.reader(io.StringIO(text, newline=""))
    header = tuple(next(records, ()))
    if len(header) < 2 or not all(map(is_known_heading, header)):
        return None
    return RawTable(name, "", header, [RawRow(n, tuple(row)) for n, row in enumerate(records, 2) if any(row)])


def _meta(content: bytes, where: Where) -> dict[str, object]:
    try:
        return dict(tomllib.loads(content.decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UserProblem(
            "import.bad_scheme_toml", remedy="import.remedy.complete_scheme", where=where, detail=str(fault)
        ) from fault
