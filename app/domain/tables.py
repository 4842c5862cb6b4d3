"""Raw tables: what a file says before anything is made of it. Each knows its file, sheet and row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.common.errors import Where


@dataclass(frozen=True, slots=True, repr=False)
class RawRow:
    """Cells as trimmed-nothing text ('' for empty) with the 1-based row of the sheet or line of the file."""

    number: int
    cells: tuple[str, ...]

    def __repr__(self) -> str:
        return f"RawRow({self.number}, cells={len(self.cells)})"


@dataclass(frozen=True, slots=True, repr=False)
class RawTable:
    """A header and rows. ``sheet`` is '' for a CSV file. Cells beyond the header are kept."""

    file: str
    sheet: str
    header: tuple[str, ...]
    rows: Sequence[RawRow]
    header_row: int = 1

    def where(self, row: RawRow | None = None, column: str = "") -> Where:
        """Return the place of a row or cell for a message."""
        return Where(self.file, self.sheet, row.number if row else 0, column)

    def column(self, *names: str) -> int:
        """Return the index of the first heading that equals one of ``names``. Raises ``KeyError`` without one."""
        for name in names:
            if name in self.header:
                return self.header.index(name)
        raise KeyError(names[0])

    def dicts(self) -> Iterator[tuple[RawRow, dict[str, str]]]:
        """Yield each row with its cells by heading; missing cells are ''."""
        width = len(self.header)
        for row in self.rows:
            cells = row.cells + ("",) * (width - len(row.cells))
            yield row, dict(zip(self.header, cells, strict=False))

    def __repr__(self) -> str:
        return f"RawTable({self.file!r}, {self.sheet!r}, rows={len(self.rows)})"
