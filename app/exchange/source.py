"""The file behind a batch, kept so that an export can give it back: headings, cells, kinds, how it was stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TypedDict

from app.common.errors import UserProblem, Where
from app.domain.tables import RawRow
from app.exchange.mapping import ColumnMap, Origin
from app.exchange.raw import TEXT, FileForm, TextStyle

_VERSION = 1


class _Entry(TypedDict):
    column: int
    heading: str
    path: str
    origin: str
    first_value: str
    others: list[str]
    is_part: bool
    proposal: str


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """A table of front pages as it came. ``rows`` are data rows with their row number in the file.

    ``kinds[i]`` has a letter per cell of ``rows[i]`` (module ``raw``), '' when all are text. ``layout`` is the id
    of domain.md 6.1, ``answers`` what was decided for whole columns, ``widths`` to how many digits a path is filled
    with zeros, ``added`` headings that an earlier export of this program put in.
    """

    file: str
    form: FileForm
    sheet: str
    header: tuple[str, ...]
    header_row: int
    rows: tuple[RawRow, ...]
    kinds: tuple[str, ...]
    text_style: TextStyle
    layout: str
    mapping: tuple[ColumnMap, ...]
    sha256: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    added: tuple[str, ...] = ()

    def where(self, row: int = 0, column: int = -1) -> Where:
        """Return the place of a row of the file and of a column by index."""
        heading = self.header[column] if 0 <= column < len(self.header) else ""
        return Where(self.file, self.sheet, row, heading)

    def kind(self, index: int, column: int) -> str:
        """Return the kind letter of a cell of the ``index``-th data row."""
        kinds = self.kinds[index] if self.kinds else ""
        return kinds[column] if column < len(kinds) else TEXT

    def to_json(self) -> str:
        """Return everything as JSON text; :meth:`from_json` reads it back."""
        rows = [[row.number, *row.cells] for row in self.rows]
        entry = {name: getattr(self, name) for name in _PLAIN}
        mapping = [asdict(column) for column in self.mapping]
        whole = {"version": _VERSION, **entry, "text_style": asdict(self.text_style), "mapping": mapping, "rows": rows}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Source:
        """Read what :meth:`to_json` wrote. Raises :class:`UserProblem` when the text is damaged."""
        try:
            entry = json.loads(text)
            return cls(
                file=entry["file"],
                form=FileForm(entry["form"]),
                sheet=entry["sheet"],
                header=tuple(entry["header"]),
                header_row=entry["header_row"],
                rows=tuple(RawRow(number, tuple(cells)) for number, *cells in entry["rows"]),
                kinds=tuple(entry["kinds"]),
                text_style=TextStyle(**entry["text_style"]),
                layout=entry["layout"],
                mapping=tuple(map(_column, entry["mapping"])),
                sha256=entry["sha256"],
                answers=entry["answers"],
                widths=entry["widths"],
                added=tuple(entry["added"]),
            )
        except (ValueError, KeyError, TypeError) as fault:
            raise UserProblem("import.not_a_source", remedy="import.remedy.import_again") from fault

    def __repr__(self) -> str:
        return f"Source({self.file!r}, {self.layout}, rows={len(self.rows)})"


_PLAIN = ("file", "form", "sheet", "header", "header_row", "kinds", "layout", "sha256", "answers", "widths", "added")


def _column(entry: _Entry) -> ColumnMap:
    return ColumnMap(
        column=entry["column"],
        heading=entry["heading"],
        path=entry["path"],
        origin=Origin(entry["origin"]),
        first_value=entry["first_value"],
        others=tuple(entry["others"]),
        is_part=entry["is_part"],
        proposal=entry["proposal"],
    )
