"""Gives a batch back: the user's file with corrected values, checked after writing (domain.md 6.5.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseKey
from app.exchange.batch import ADDED_KEY, CHANGES_SHEET, META_SHEET
from app.exchange.compose import Composer, ExportRow, Sheet
from app.exchange.layouts import headings_of, is_front_page_heading
from app.exchange.limits import Limits, Part
from app.exchange.raw import TEXT, FileForm, TextStyle
from app.exchange.source import Source
from app.exchange.textfile import encode_records, read_records
from app.exchange.workbook import has_formula, read_xlsx
from app.exchange.xlsx_write import write_workbook

_VERSION: Final = "1"
_CHANGE_COLUMNS: Final = (
    "org_code",
    "record_no",
    "admission_count",
    "path",
    "column",
    "old",
    "new",
    "rule",
    "user",
    "at",
)
_META_COLUMNS: Final = ("key", "value")
_OWN_TEXT_STYLE: Final = TextStyle(bom=True)
_UNLIMITED: Final = Limits(rows_consented=True, cells=2**31, ratio=2**31, unpacked_bytes=2**40)


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column of results. Its heading must not be one that an import would take for a field."""

    heading: str


@dataclass(frozen=True, slots=True)
class ExportChange:
    """One line of ``_changes``: what was edited, why, by whom. ``at`` is ``yyyy-MM-dd HH:mm:ss``."""

    key: CaseKey
    path: str
    old: str
    new: str
    rule: str = ""
    user: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that was written, opened again and found equal cell by cell.

    ``rows`` counts records, ``codes`` their diagnosis and operation codes where somebody counted them.
    """

    path: Path
    sha256: str
    rows: int
    cells_compared: int
    codes: int = 0


def write_corrected(
    source: Source,
    rows: Sequence[ExportRow],
    path: Path,
    *,
    added: Sequence[AddedColumn] = (),
    changes: Sequence[ExportChange] = (),
    meta: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """Write the corrected batch as .xlsx, or as .csv when ``path`` ends so, and return what was checked.

    Sheet 1 has the source headings in their order and the values in the forms of the file; cells of values nobody
    changed are the source's own. Sheets ``_changes`` and ``_meta`` follow (.xlsx only). The CSV has the encoding,
    delimiter and line breaks of a CSV source, else UTF-8 with BOM. The file is read back before it takes its place:
    on a difference, and whenever it cannot be written, :class:`UserProblem` is raised and an older file stays.
    Raises ``ValueError`` for an added heading that means a field.
    """
    for column in added:
        if is_front_page_heading(column.heading):
            raise ValueError(column.heading)
    progress = progress or NoProgress()
    name = source.sheet if source.sheet not in ("", META_SHEET, CHANGES_SHEET) else text("export.sheet")
    sheet = Composer(source).compose(rows, [column.heading for column in added], name, Part(progress, 0, 0.4))
    if path.suffix.lower() == ".csv":
        compared = _write_csv(sheet, source, path, Part(progress, 0.4, 1))
    else:
        sheets = (sheet, _changes_sheet(changes, source), _meta_sheet(sheet, source, added, meta or {}))
        compared = write_tables(sheets, path, Part(progress, 0.4, 1))
    return Receipt(path, sha256_of(path), len(rows), compared)


def content_hash(sheet: Sheet) -> str:
    """Return the SHA-256 of the headings and cells of a sheet, whatever file they are stored in."""
    digest = hashlib.sha256()
    for cells in (sheet.header, *sheet.rows):
        digest.update(json.dumps(cells, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _changes_sheet(changes: Sequence[ExportChange], source: Source) -> Sheet:
    headings = headings_of(source)
    rows = tuple(
        (
            change.key.org_code,
            change.key.record_no,
            str(change.key.admission_count),
            change.path,
            headings.get(change.path, ""),
            change.old,
            change.new,
            change.rule,
            change.user,
            change.at,
        )
        for change in changes
    )
    header = tuple(text(f"export.changes.{name}") for name in _CHANGE_COLUMNS)
    return Sheet(CHANGES_SHEET, header, rows, (TEXT * len(header),) * len(rows))


def _meta_sheet(sheet: Sheet, source: Source, added: Sequence[AddedColumn], meta: Mapping[str, str]) -> Sheet:
    facts = {
        **meta,
        "layout": source.layout,
        "version": _VERSION,
        "file": source.file,
        "file_sha256": source.sha256,
        "rows": str(len(sheet.rows)),
        "sha256": content_hash(sheet),
        ADDED_KEY: json.dumps([column.heading for column in added], ensure_ascii=False),
    }
    rows = tuple(facts.items())
    return Sheet(META_SHEET, _META_COLUMNS, rows, (TEXT * 2,) * len(rows))


def write_tables(sheets: Sequence[Sheet], path: Path, progress: Progress | None = None) -> int:
    """Write sheets as .xlsx, open the file again, compare every cell and return how many were compared.

    Raises :class:`UserProblem` when it cannot be written or does not compare equal; an older file stays then.
    """
    progress, where = progress or NoProgress(), Where(path.name)
    try:
        with write_atomic(path) as out:
            write_workbook(out, sheets, where, Part(progress, 0, 0.7))
            out.flush()
            compared = _compare_xlsx(out, sheets, where, Part(progress, 0.7, 1))
    except OSError as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
    return compared


def _compare_xlsx(out: IO[bytes], sheets: Sequence[Sheet], where: Where, progress: Progress) -> int:
    """Open what was written and compare every cell. Raises :class:`UserProblem` at the first difference."""
    if has_formula(out, where, _UNLIMITED):
        raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)
    found = read_xlsx(out, where.file, _UNLIMITED, progress)
    compared = 0
    for expected, actual in zip(sheets, found.sheets, strict=True):
        cells = {row.number: row.cells for row in actual.rows}
        for number, texts in enumerate((expected.header, *expected.rows), 1):
            compared += _compare(
                texts, cells.get(number, ()), expected.header, Where(where.file, expected.name, number)
            )
    return compared


def _compare(wanted: Sequence[str], found: Sequence[str], header: Sequence[str], where: Where) -> int:
    for column, cell in enumerate(wanted):
        if cell != (found[column] if column < len(found) else ""):
            place = Where(where.file, where.sheet, where.row, header[column])
            raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=place)
    if any(found[len(wanted) :]):
        raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)
    return len(wanted)


def _write_csv(sheet: Sheet, source: Source, path: Path, progress: Progress) -> int:
    where = Where(path.name)
    style = source.text_style if source.form is FileForm.CSV else _OWN_TEXT_STYLE
    try:
        with write_atomic(path) as out:
            for piece in _encoded(sheet, style, where, Part(progress, 0, 0.5)):
                out.write(piece)
            out.seek(0)
            return _compare_csv(out.read(), sheet, style, where, Part(progress, 0.5, 1))
    except OSError as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault


def _encoded(sheet: Sheet, style: TextStyle, where: Where, progress: Progress) -> Iterator[bytes]:
    number = 0
    try:
        for number, piece in enumerate(encode_records((sheet.header, *sheet.rows), style), 1):
            yield piece
            if not number & 255:
                progress.step(number, len(sheet.rows) + 1)
    except UnicodeEncodeError as fault:
        raise UserProblem(
            "export.not_encodable",
            remedy="export.remedy.as_xlsx",
            where=Where(where.file, row=number + 1),
            encoding=style.encoding.upper(),
        ) from fault


def _compare_csv(content: bytes, sheet: Sheet, style: TextStyle, where: Where, progress: Progress) -> int:
    compared = 0
    records = (sheet.header, *sheet.rows)
    for number, (wanted, found) in enumerate(zip(records, read_records(content, style, where), strict=True), 1):
        compared += _compare(wanted, found, sheet.header, Where(where.file, row=number))
        if not number & 255:
            progress.step(number, len(records))
    return compared
