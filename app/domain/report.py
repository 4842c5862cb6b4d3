"""A report as a value: sections with paragraphs and tables of text. It is written as a workbook or printed as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A heading. ``width`` in half-width characters, also its share of a page; ``code`` is set in the code font.

    On paper a ``below`` column stands under its row, over the whole width, and what a ``once`` column repeats from the
    row before is left out.
    """

    label: str
    width: int
    code: bool = False
    below: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class ReportTable:
    """Rows of text under headings, one cell for each. ``strong`` are the rows that stand out."""

    title: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()

    def __repr__(self) -> str:
        return f"ReportTable({self.title!r}, rows={len(self.rows)}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class ReportSection:
    """A part of a report. ``size`` says how much there is in a few words; ``lacks`` what is missing, '' when whole.

    ``paragraphs`` stand before the tables, ``notes`` behind them.
    """

    key: str
    title: str
    size: str
    tables: tuple[ReportTable, ...]
    paragraphs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lacks: str = ""

    def __repr__(self) -> str:
        return f"ReportSection({self.key!r}, tables={len(self.tables)}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """A titled report about one subject. ``subject`` heads every page, ``footer`` ends it."""

    title: str
    subject: str
    footer: str
    sections: tuple[ReportSection, ...]

    def __repr__(self) -> str:
        return f"Report({self.title!r}, sections={len(self.sections)}, ‹redacted›)"
