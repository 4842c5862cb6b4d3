"""Finds the sheets and columns of the official workbook by their headings, wherever an edition has moved them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from app.common.errors import Where
from app.common.paths import data
from app.common.texts import text
from app.domain.coding import CodeKind
from app.domain.tables import RawRow, RawTable
from app.drg.lint import Notes
from app.drg.reading import Cells, cells
from app.drg.workbook_language import fold_cell

SEARCHED_ROWS = 30
_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Published:
    """What the publisher states of an edition: sizes and the first day it is in force."""

    counts: Mapping[str, int]
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The words of the workbook: names of sheets, headings of columns (first alias first), kinds of sets."""

    sheets: Mapping[str, Mapping[str, Sequence[str]]]
    optional: frozenset[str]
    kinds: Mapping[CodeKind, Sequence[str]]
    valid_set: str
    published: Sequence[tuple[str, Published]]

    def kind(self, text: str, name: str) -> CodeKind | None:
        """Return what a set holds by the text of its type, else by its name, else None."""
        for kind, words in self.kinds.items():
            if any(word in text for word in words):
                return kind
        return {"DI": CodeKind.DX, "OP": CodeKind.PX}.get(name[:2])

    def stated(self, *titles: str) -> Published:
        """Return what is published of the edition that one of ``titles`` names; nothing for others."""
        for part, published in self.published:
            if any(part in title for title in titles):
                return published
        return Published({})


@cache
def layout() -> Layout:
    """Return the layout in ``resources/drg/workbook.toml``."""
    with (data("resources") / "drg" / "workbook.toml").open("rb") as handle:
        words = tomllib.load(handle)
    return Layout(
        sheets=words["sheets"],
        optional=frozenset(words["optional"]["columns"]),
        kinds={CodeKind(kind): names for kind, names in words["kinds"].items()},
        valid_set=words["valid_set"],
        published=[(one["title"], Published(one["counts"], one.get("valid_from"))) for one in words["published"]],
    )


def fold_heading(text: str) -> str:
    """Return a heading in one form: half-width, upper case, without blanks and bracketed remarks."""
    folded = unicodedata.normalize("NFKC", fold_cell(text)).upper()
    return _BRACKETS.sub("", "".join(folded.split()))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet whose header was found. ``columns`` gives for each name of the layout its index, -1 when it is absent."""

    table: RawTable
    columns: Mapping[str, int]
    header_row: int
    title: str

    def rows(self, *names: str) -> Iterator[Cells]:
        """Yield row number and folded cells of the named columns, for rows below the header that have any."""
        picked = [self.columns[name] for name in names]
        return (row for row in cells(self.table, picked, fold_cell) if row[0] > self.header_row)

    def where(self, row: int = 0, column: str = "") -> Where:
        """Return a place in the sheet. ``column`` is a name of the layout."""
        heading = self._heading(self.columns[column]) if column else ""
        return Where(self.table.file, self.table.sheet, row, heading)

    def _heading(self, at: int) -> str:
        row = next(row for row in _all_rows(self.table) if row.number == self.header_row)
        return fold_cell(row.cells[at]) if 0 <= at < len(row.cells) else ""


def find_sheets(tables: Mapping[str, RawTable], notes: Notes) -> dict[str, Sheet]:
    """Return the sheets of the layout by their key. What is missing is noted as an error."""
    words = layout()
    left = dict(tables)
    found: dict[str, Sheet] = {}
    for key, columns in words.sheets.items():
        table = _by_name(left, columns["names"])
        if table is None:
            notes.error("no_sheet", _file(tables), name=columns["names"][0])
            continue
        del left[next(name for name, one in left.items() if one is table)]
        sheet = _header(key, table, columns, words.optional, notes)
        if sheet is not None:
            found[key] = sheet
    return found


def _file(tables: Mapping[str, RawTable]) -> Where:
    return Where(next((table.file for table in tables.values()), ""))


def _by_name(tables: Mapping[str, RawTable], names: Sequence[str]) -> RawTable | None:
    folded = {fold_heading(sheet): table for sheet, table in tables.items()}
    return next((folded[name] for name in names if name in folded), None)


def _all_rows(table: RawTable) -> Iterator[RawRow]:
    yield RawRow(table.header_row, table.header)
    yield from table.rows


def _header(
    key: str, table: RawTable, columns: Mapping[str, Sequence[str]], optional: frozenset[str], notes: Notes
) -> Sheet | None:
    """Find the row that has all needed headings; note the missing ones of the best row when there is none."""
    missing: list[str] | None = None
    title = ""
    for row, _ in zip(_all_rows(table), range(SEARCHED_ROWS), strict=False):
        headings = [fold_heading(cell) for cell in row.cells]
        at = {name: _find(headings, aliases) for name, aliases in columns.items() if name != "names"}
        lacking = [columns[name][0] for name, found in at.items() if found < 0 and not _may_lack(key, name, optional)]
        if not lacking:
            return Sheet(table, at, row.number, title)
        missing = lacking if missing is None or len(lacking) < len(missing) else missing
        title = title or next((fold_cell(cell) for cell in row.cells if cell.strip()), "")
    notes.error("no_header", table.where(), columns=text("drg.list_join").join(missing or ()))
    return None


def _find(headings: Sequence[str], aliases: Sequence[str]) -> int:
    return next((headings.index(alias) for alias in aliases if alias in headings), -1)


def _may_lack(key: str, name: str, optional: frozenset[str]) -> bool:
    return name in optional or f"{name}_of_{key}" in optional
