"""The hospital's own template of the performance upload (L3): which row holds the headings, what they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.progress import Progress
from app.domain.headings import Layout, fold_heading
from app.domain.tables import RawRow
from app.exchange.layouts import Dialect, meanings
from app.exchange.raw import FileForm, RawSheet, TextStyle
from app.exchange.readers import read_file

_DEEPEST: Final = 12
_MARKS: Final = ("record_no", "dx[0].code")
"""The layout is told by its columns A48 and C03C (domain.md 6.1)."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template: ``head`` are its rows down to the headings, ``header_row`` the number of the last of them."""

    path: Path
    form: FileForm
    sheet: str
    head: tuple[tuple[str, ...], ...]
    header_row: int
    headings: tuple[str, ...]
    style: TextStyle
    sha256: str


def read_template(path: Path, progress: Progress | None = None) -> Template:
    """Return a template as it stands. Raises :class:`UserProblem` for a file that is none."""
    raw = read_file(path, progress=progress)
    if raw.form not in (FileForm.CSV, FileForm.XLSX):
        raise UserProblem("export.template_form", remedy="import.remedy.save_as_xlsx", where=Where(path.name))
    for sheet in raw.sheets:
        at = _header_at(sheet)
        if at is not None:
            last = at + _names_below(sheet, at)
            head = sheet.rows[: last + 1]
            width = len(sheet.rows[at].cells)
            texts = tuple(tuple(row.cells[:width]) for row in head)
            style = raw.text_style or TextStyle()
            return Template(
                path, raw.form, sheet.name, texts, head[-1].number, sheet.rows[at].cells, style, sha256_of(path)
            )
    raise UserProblem("export.no_template", remedy="export.remedy.no_template", where=Where(path.name))


def _header_at(sheet: RawSheet) -> int | None:
    """Return the index of the row with the codes of the layout, None without one."""
    for index, row in enumerate(sheet.rows[:_DEEPEST]):
        found = {path for one in meanings(row.cells, Dialect(Layout.JX)) for path in one.paths}
        if all(mark in found for mark in _MARKS):
            return index
    return None


def _names_below(sheet: RawSheet, at: int) -> int:
    """Return 1 when the row below the codes repeats the headings in words, else 0."""
    if at + 1 >= len(sheet.rows):
        return 0
    row: RawRow = sheet.rows[at + 1]
    words = [cell for cell in row.cells if cell.strip()]
    known = [one for one in meanings(words, Dialect(Layout.CHINESE)) if one.paths]
    numbers = sum(any(sign.isdigit() for sign in fold_heading(cell)) for cell in words)
    return int(len(known) * 2 > len(words) > 0 and numbers * 2 < len(words))
