"""Reads a file of front pages into a batch: records, rejected rows, and what was decided on the way (domain.md 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseKey, CaseRecord
from app.domain.tables import RawRow
from app.exchange.decisions import Question, decide
from app.exchange.header import Header, find_header, is_data
from app.exchange.layouts import is_front_page_heading, recognise
from app.exchange.limits import DEFAULT_LIMITS, Limits, Part
from app.exchange.mapping import ColumnMap, Origin, Profile, build_mapping
from app.exchange.raw import RawFile, RawSheet
from app.exchange.readers import read_file
from app.exchange.rows import ImportRepair, RowReader, ValueProblem
from app.exchange.source import Source

META_SHEET: Final = "_meta"
CHANGES_SHEET: Final = "_changes"
ADDED_KEY: Final = "added"
_READ_SHARE: Final = 0.3
_STEP: Final = 31


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What the user set for imports. ``org_code`` stands in for a missing 组织机构代码; ``sheet`` picks a sheet."""

    org_code: str = ""
    sheet: str = ""
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """A row that became a record. ``row`` is the spreadsheet row; ``problems`` are cells of class V."""

    record: CaseRecord
    row: int
    repairs: tuple[ImportRepair, ...] = ()
    problems: tuple[ValueProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be imported (class R): place, what is wrong, what to do."""

    problem: UserProblem
    row: int

    @property
    def where(self) -> Where:
        """The place in the file."""
        return self.problem.where or Where(row=self.row)


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should know about the whole file. ``key`` is an entry of ``import.note``."""

    key: str
    args: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return text(f"import.note.{self.key}", **self.args)


@dataclass(frozen=True, slots=True)
class Batch:
    """A file that was read. ``read == len(records) + len(rejects)``."""

    source: Source
    mapping: tuple[ColumnMap, ...]
    records: tuple[ImportedRecord, ...]
    rejects: tuple[Reject, ...]
    questions: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def read(self) -> int:
        """The number of data rows of the file."""
        return len(self.source.rows)

    @property
    def columns(self) -> frozenset[str]:
        """The field paths that the file has."""
        return RowReader(self.source).columns


def read_batch(
    path: Path,
    *,
    profile: Profile | None = None,
    settings: ImportSettings | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Return the records of a file in any layout of domain.md 6.1.

    Raises :class:`UserProblem` for a file that is refused whole (class F: unreadable, no 病案号 column, no rows) and
    :class:`app.common.errors.Cancelled`. Bad rows are in ``rejects``, bad cells in the records' ``problems``.
    """
    settings = settings or ImportSettings()
    progress = progress or NoProgress()
    raw = read_file(path, limits=settings.limits, progress=Part(progress, 0, _READ_SHARE), knows=is_front_page_heading)
    source, questions, notes = make_source(raw, sha256_of(path), profile or Profile(), settings)
    return read_source(
        source, org_code=settings.org_code, progress=Part(progress, _READ_SHARE, 1), questions=questions, notes=notes
    )


def make_source(
    raw: RawFile, sha256: str, profile: Profile, settings: ImportSettings
) -> tuple[Source, tuple[Question, ...], tuple[Note, ...]]:
    """Find the table of front pages in a file, its layout and columns. Raises :class:`UserProblem` (class F)."""
    added = _added_headings(raw)
    sheet, header, mapping, layout = _best_table(raw, profile, settings, added)
    keep = [index for index in range(header.last + 1, len(sheet.rows)) if is_data(sheet.rows[index], header.headings)]
    rows = tuple(sheet.rows[index] for index in keep)
    if not rows:
        raise UserProblem("import.no_rows", remedy="import.remedy.fill_rows", where=Where(raw.name, sheet.name))
    decisions = decide(mapping, rows, profile.answers)
    source = Source(
        file=raw.name,
        form=raw.form,
        sheet=sheet.name,
        header=header.headings,
        header_row=sheet.rows[header.last].number,
        rows=rows,
        kinds=tuple(sheet.kinds[index] for index in keep) if sheet.kinds else (),
        text_style=raw.text_style,
        layout=layout,
        mapping=mapping,
        sha256=sha256,
        answers=decisions.answers,
        widths=decisions.widths,
        added=tuple(sorted(added)),
    )
    dropped = len(sheet.rows) - header.last - 1 - len(rows)
    return source, decisions.questions, tuple(_notes(source, dropped))


def read_source(
    source: Source,
    *,
    org_code: str = "",
    progress: Progress | None = None,
    questions: tuple[Question, ...] = (),
    notes: tuple[Note, ...] = (),
) -> Batch:
    """Return the records of a source; the same source always gives the same batch."""
    progress = progress or NoProgress()
    reader = RowReader(source, org_code)
    records: list[ImportedRecord] = []
    rejects: list[Reject] = []
    seen: dict[CaseKey, int] = {}
    total = len(source.rows)
    for index, row in enumerate(source.rows):
        if not index & _STEP:
            progress.step(index, total)
        reading = reader.read(index)
        fault = _fault(source, row, reading.record, seen)
        if fault:
            rejects.append(Reject(fault, row.number))
        else:
            seen[reading.record.key] = row.number
            records.append(ImportedRecord(reading.record, row.number, tuple(reading.repairs), tuple(reading.problems)))
    progress.step(total, total)
    return Batch(source, source.mapping, tuple(records), tuple(rejects), questions, notes)


def _added_headings(raw: RawFile) -> frozenset[str]:
    """Return the headings that an earlier export of this program added (layout L6), from its sheet ``_meta``."""
    sheet = next((sheet for sheet in raw.sheets if sheet.name == META_SHEET), None)
    pairs = {row.cells[0]: row.cells[1] for row in sheet.rows if len(row.cells) > 1} if sheet else {}
    try:
        return frozenset(map(str, json.loads(pairs.get(ADDED_KEY, "[]"))))
    except (ValueError, TypeError):
        return frozenset()


def _best_table(
    raw: RawFile, profile: Profile, settings: ImportSettings, added: frozenset[str]
) -> tuple[RawSheet, Header, tuple[ColumnMap, ...], str]:
    """Return the sheet with most known columns. Raises :class:`UserProblem` when none has a record number."""
    found = []
    for sheet in raw.sheets:
        header = find_header(sheet, is_front_page_heading)
        if sheet.name in {META_SHEET, CHANGES_SHEET} or header is None or settings.sheet not in ("", sheet.name):
            continue
        dialect = recognise(header.headings)
        first = _first_values(sheet, header)
        mapping = build_mapping(header.headings, first, dialect, profile, added)
        known = {path for column in mapping for path in column.paths}
        found.append((("record_no" in known, len(known)), sheet, header, mapping, dialect.id))
    if not found:
        raise UserProblem("import.no_rows", remedy="import.remedy.fill_rows", where=Where(raw.name))
    (has_key, _), sheet, header, mapping, layout = max(found, key=lambda entry: entry[0])
    if not has_key:
        where = Where(raw.name, sheet.name, sheet.rows[header.last].number)
        raise UserProblem("import.no_key_column", remedy="import.remedy.map_column", where=where)
    return sheet, header, mapping, layout


def _first_values(sheet: RawSheet, header: Header) -> list[str]:
    """Return the first filled cell of each column below the header."""
    values = [""] * len(header.headings)
    for row in sheet.rows[header.last + 1 : header.last + 50]:
        for column, cell in enumerate(row.cells[: len(values)]):
            values[column] = values[column] or cell
    return values


def _notes(source: Source, dropped: int) -> list[Note]:
    notes = [
        Note(key, {"count": len(columns), "columns": text("import.list").join(columns)})
        for key, origin in (("unknown_columns", Origin.UNKNOWN), ("confirm_columns", Origin.CONFIRM))
        if (
            columns := [
                column.heading
                for column in source.mapping
                if column.origin is origin and column.heading and column.heading not in source.added
            ]
        )
    ]
    if dropped:
        notes.append(Note("dropped_rows", {"count": dropped}))
    for width in source.widths.values():
        notes.append(Note("zeros_filled", {"width": width}))
    return notes


def _fault(source: Source, row: RawRow, record: CaseRecord, seen: Mapping[CaseKey, int]) -> UserProblem | None:
    """Return why a row cannot be imported (class R), None when it can."""
    if any(cell.strip() for cell in row.cells[len(source.header) :]):
        return _row_problem(source, row, "", "row_shifted", width=len(row.cells), columns=len(source.header))
    if record.value("record_no") is None:
        unread = record.head.raw.get("record_no", "")
        return _row_problem(source, row, "record_no", "row_bad_number" if unread else "row_no_number")
    if "admit_time" in record.head.raw:
        return _row_problem(source, row, "admit_time", "row_bad_admission")
    if record.key in seen:
        return _row_problem(source, row, "record_no", "row_duplicate", first=seen[record.key])
    return None


def _row_problem(source: Source, row: RawRow, path: str, key: str, **args: object) -> UserProblem:
    columns: Sequence[int] = [column.column for column in source.mapping if path and path in column.paths]
    where = source.where(row.number, columns[0] if columns else -1)
    return UserProblem(f"import.{key}", remedy=f"import.remedy.{key}", where=where, **args)
