"""A file as it was read: sheets of text cells with the kind of each cell, and how the text was stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.domain.tables import RawRow

TEXT: Final = "s"
NUMBER: Final = "n"
DATE: Final = "d"
BOOL: Final = "b"
EMPTY: Final = "."


class FileForm(StrEnum):
    """What kind of file the tables came from."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    DBF = "dbf"


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a text file stores its cells, so that it can be written the same way.

    ``encoding`` is a Python codec without BOM handling; ``bom`` tells whether the file starts with one;
    ``quote_all`` whether every cell is quoted; ``final_newline`` whether the last record ends with a line break.
    """

    encoding: str = "utf-8"
    bom: bool = False
    delimiter: str = ","
    newline: str = "\r\n"
    quote_all: bool = False
    final_newline: bool = True


@dataclass(slots=True, repr=False)
class RawSheet:
    """One sheet: rows that hold anything, in order, and one letter per cell that says its kind.

    ``kinds`` is empty when every cell is text, else ``kinds[i]`` belongs to ``rows[i]``. ``merged`` lists merged
    areas as (first row from 1, first column from 0, last row, last column).
    """

    name: str
    rows: list[RawRow] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def kind(self, index: int, column: int) -> str:
        """Return the kind letter of a cell of the ``index``-th row."""
        kinds = self.kinds[index] if self.kinds else ""
        return kinds[column] if column < len(kinds) else TEXT

    def __repr__(self) -> str:
        return f"RawSheet({self.name!r}, rows={len(self.rows)})"


@dataclass(frozen=True, slots=True, repr=False)
class RawFile:
    """A file as read; ``text_style`` counts for CSV only."""

    name: str
    form: FileForm
    sheets: Sequence[RawSheet]
    text_style: TextStyle = TextStyle()

    def __repr__(self) -> str:
        return f"RawFile({self.name!r}, {self.form}, sheets={len(self.sheets)})"
