"""Making a codebook from imported tables, with a report of what is odd in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.codebook.book import Codebook
from app.codebook.codes import fold_code, kind_of, with_dot
from app.codebook.columns import flag, locate
from app.codebook.entry import NOTE_KINDS, CodeEntry
from app.codebook.lint import LintIssue, LintKind, LintReport
from app.common.errors import UserProblem, Where
from app.domain.coding import CodeKind
from app.domain.tables import RawRow, RawTable

_OPTIONAL: Final = (
    "synonyms",
    "op_kind",
    "level",
    "is_leaf",
    "valid_from",
    "valid_to",
    "grey",
    "main_allowed",
    *NOTE_KINDS,
)
_MORPHOLOGY: Final = re.compile(r"M\d{4,6}/\d")
_SYNONYM_END: Final = re.compile("[;|\uff1b\u3001]")


class _Lint:
    """Collects remarks while tables are read."""

    def __init__(self) -> None:
        self.issues: list[LintIssue] = []

    def add(self, kind: LintKind, where: Where, **args: object) -> None:
        self.issues.append(LintIssue(kind, where, tuple((key, str(value)) for key, value in args.items())))


def build(
    tables: Sequence[RawTable], *, edition: str, title: str, outline: Codebook | None = None
) -> tuple[Codebook, LintReport]:
    """Return the codebook of one or more tables and the remarks on them.

    Columns are found by heading; code and name are needed, the others optional. Diagnoses and procedures are told
    apart by their codes. A table without these columns (a map, a read-me sheet) is passed over unless all are.
    Of a code that comes twice the first row counts. Raises :class:`UserProblem` when no table can be used.
    """
    lint = _Lint()
    entries: dict[str, CodeEntry] = {}
    usable = [(table, found) for table in tables if (found := locate(table, ("code", "name"), _OPTIONAL))]
    if not usable:
        where = tables[0].where() if tables else None
        raise UserProblem("codebook.no_columns", remedy="codebook.remedy.columns", where=where)
    for table, (columns, rows) in usable:
        _read(table, columns, rows, entries, lint)
    if not entries:
        raise UserProblem("codebook.no_codes", remedy="codebook.remedy.codes", where=usable[0][0].where())
    return Codebook(edition, title, entries.values(), outline), LintReport(tuple(lint.issues))


def _read(
    table: RawTable, columns: Mapping[str, int], rows: Sequence[RawRow], entries: dict[str, CodeEntry], lint: _Lint
) -> None:
    kinds: Counter[CodeKind] = Counter()
    names: dict[str, str] = {}
    for row, cells in _cells(columns, rows):
        entry = _entry(table, row, cells, lint)
        if entry is None:
            continue
        kinds[entry.kind] += 1
        first = entries.setdefault(entry.code, entry)
        if first is not entry:
            kind = LintKind.REPEATED if first.name == entry.name else LintKind.CONFLICT
            lint.add(kind, table.where(row), code=entry.code, first=first.name, other=entry.name)
            continue
        twin = names.setdefault(entry.name, entry.code)
        if twin != entry.code:
            lint.add(LintKind.SAME_NAME, table.where(row), code=entry.code, first=twin, name=entry.name)
    if len(kinds) > 1:
        lint.add(LintKind.MIXED, table.where(), dx=kinds[CodeKind.DX], px=kinds[CodeKind.PX])


def _cells(columns: Mapping[str, int], rows: Sequence[RawRow]) -> Iterator[tuple[RawRow, dict[str, str]]]:
    for row in rows:
        cells = {field: row.cells[at].strip() if at < len(row.cells) else "" for field, at in columns.items()}
        if any(cells.values()):
            yield row, cells


def _entry(table: RawTable, row: RawRow, cells: Mapping[str, str], lint: _Lint) -> CodeEntry | None:
    raw, name = cells["code"], " ".join(cells["name"].split())
    code = with_dot(fold_code(raw))
    kind = None if _MORPHOLOGY.match(code) else kind_of(code)
    if not code:
        lint.add(LintKind.NO_CODE, table.where(row))
    elif kind is None:
        lint.add(LintKind.UNREADABLE, table.where(row), code=raw)
    elif not name:
        lint.add(LintKind.NO_NAME, table.where(row), code=code)
    if kind is None or not name:
        return None
    if code != raw:
        lint.add(LintKind.FOLDED, table.where(row), raw=raw, code=code)
    if "?" in name:
        lint.add(LintKind.DAMAGED, table.where(row), code=code, name=name)
    return _with_options(CodeEntry(code, name, kind), cells)


def _with_options(entry: CodeEntry, cells: Mapping[str, str]) -> CodeEntry:
    if len(cells) == 2:
        return entry
    synonyms = (part.strip() for part in _SYNONYM_END.split(cells.get("synonyms", "")))
    return replace(
        entry,
        synonyms=tuple(part for part in synonyms if part),
        op_kind=cells.get("op_kind", ""),
        level=cells.get("level", ""),
        is_leaf=flag(cells.get("is_leaf", ""), True),
        valid_from=cells.get("valid_from", ""),
        valid_to=cells.get("valid_to", ""),
        grey=flag(cells.get("grey", ""), False),
        main_allowed=flag(cells.get("main_allowed", ""), True),
        notes=tuple((kind, " ".join(cells[kind].split())) for kind in NOTE_KINDS if cells.get(kind)),
    )
