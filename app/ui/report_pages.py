"""Lays a report out on pages: strips of wrapped lines that are kept whole, headings with what they head.

A row goes to the next page rather than being torn; only one higher than a page is. The headings of a table come again
on every page. Units are 1/96 inch. Colours are those of the light theme whatever the window shows: paper is white.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.ui.theme import tokens
from app.ui.theme.fonts import families

_LINE_SHARE = 1.35
_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Look:
    """How words are set: size in px, family key of the tokens, weight, colour role."""

    px: float
    family: str = "ui"
    bold: bool = False
    role: str = "fg"

    def font(self) -> QFont:
        """Return the font, without hinting: a page is drawn at another size than it is laid out."""
        font = QFont()
        font.setFamilies(families(tokens(), self.family))
        font.setPixelSize(round(self.px))
        font.setWeight(QFont.Weight.DemiBold if self.bold else QFont.Weight.Normal)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def ink(self) -> QColor:
        """Return the colour on paper."""
        return paper_colour(self.role)

    @property
    def line(self) -> float:
        """The height of a line."""
        return self.px * _LINE_SHARE


TITLE = Look(24, bold=True)
SECTION = Look(16, bold=True)
SUBTITLE = Look(12, bold=True)
BODY = Look(12)
NOTE = Look(11, role="fg_secondary")
CELL = Look(11)
CODE = Look(10, family="code")


def paper_colour(role: str) -> QColor:
    """Return the colour of a role on paper."""
    return QColor(tokens().colours[role]["light"])


@dataclass(frozen=True, slots=True)
class Cell:
    """Wrapped lines in a box ``left`` of the page's edge."""

    left: float
    lines: tuple[str, ...]
    look: Look


@dataclass(frozen=True)
class Strip:
    """Cells side by side. ``above`` is the gap before it, not kept at the top of a page; ``pad`` above and below.

    ``band`` tints it, ``ruled`` draws a hairline below. ``keep`` holds it together with the next strip. ``heading`` is
    the strip that comes first when this one opens a page.
    """

    width: float
    cells: tuple[Cell, ...]
    above: float = 0
    pad: float = 0
    band: bool = False
    ruled: bool = False
    keep: bool = False
    heading: Strip | None = None

    @cached_property
    def height(self) -> float:
        """Its height without the gap before it."""
        return 2 * self.pad + max(len(cell.lines) * cell.look.line for cell in self.cells)

    def torn(self, room: float) -> tuple[Strip, Strip]:
        """Return the part that fits into ``room`` (at least one line) and the rest."""
        tallest = max(cell.look.line for cell in self.cells)
        count = max(1, floor((room - 2 * self.pad) / tallest))
        first = tuple(replace(cell, lines=cell.lines[:count]) for cell in self.cells)
        rest = tuple(replace(cell, lines=cell.lines[count:]) for cell in self.cells)
        return replace(self, cells=first, ruled=False), replace(self, cells=rest, above=0)

    def draw(self, painter: QPainter, top: float) -> None:
        """Draw it at ``top``."""
        if self.band:
            painter.fillRect(QRectF(0, top, self.width, self.height), paper_colour("bg_alt"))
        for cell in self.cells:
            painter.setFont(cell.look.font())
            painter.setPen(cell.look.ink())
            metrics = QFontMetricsF(painter.font())
            base = top + self.pad + (cell.look.line + metrics.ascent() - metrics.descent()) / 2
            for at, line in enumerate(cell.lines):
                painter.drawText(QPointF(cell.left, base + at * cell.look.line), line)
        if self.ruled:
            edge = QRectF(0, top + self.height - 0.5, self.width, 0.5)
            painter.fillRect(edge, paper_colour("line"))


Page = list[tuple[float, Strip]]
"""The strips of a page with their tops."""


def pages_of(report: Report, width: float, height: float) -> list[Page]:
    """Return the pages of a report for a body of this size."""
    pages: list[Page] = [[]]
    top = 0.0
    strips = list(_strips(report, width))
    for at, strip in enumerate(strips):
        gap = strip.above if pages[-1] else 0.0
        needed = gap + strip.height + _with_next(strips, at)
        if pages[-1] and top + needed > height:
            pages.append([])
            top = gap = 0.0
            if strip.heading:
                pages[-1].append((0.0, strip.heading))
                top = strip.heading.height
        while top + gap + strip.height > height and _can_be_torn(strip):
            first, strip = strip.torn(height - top - gap)  # noqa: PLW2901 - what is left of it goes on
            pages[-1].append((top + gap, first))
            pages.append([])
            top = gap = 0.0
        pages[-1].append((top + gap, strip))
        top += gap + strip.height
    return pages


def _with_next(strips: Sequence[Strip], at: int) -> float:
    """Return the height of what must stand on the same page behind a strip."""
    if not strips[at].keep or at + 1 == len(strips):
        return 0.0
    following = strips[at + 1]
    return following.above + following.height + _with_next(strips, at + 1)


def _can_be_torn(strip: Strip) -> bool:
    return max(len(cell.lines) for cell in strip.cells) > 1


def _strips(report: Report, width: float) -> Iterator[Strip]:
    yield _words(report.title, TITLE, width)
    yield _words(report.subject, BODY, width, above=4)
    yield from _table(_contents(report), width)
    for section in report.sections:
        yield from _section(section, width)


def _contents(report: Report) -> ReportTable:
    columns = (ReportColumn("", 6), ReportColumn("", 50), ReportColumn("", 40))
    rows = tuple(
        ("⚠" if section.lacks else "✓", section.title, section.lacks or section.size) for section in report.sections
    )
    return ReportTable("", columns, rows)


def _section(section: ReportSection, width: float) -> Iterator[Strip]:
    yield _words(section.title, SECTION, width, above=20, keep=True)
    for words in section.paragraphs:
        yield _words(words, BODY, width, above=4)
    for table in section.tables:
        if len(section.tables) > 1:
            yield _words(table.title, SUBTITLE, width, above=10, keep=True)
        yield from _table(table, width)
    for words in section.notes:
        yield _words(words, NOTE, width, above=6)


def _words(words: str, look: Look, width: float, *, above: float = 0, keep: bool = False) -> Strip:
    return Strip(width, (Cell(0, _wrapped(words, look, width), look),), above=above, keep=keep)


def _table(table: ReportTable, width: float) -> Iterator[Strip]:
    total = sum(column.width for column in table.columns)
    widths = [width * max(_LEAST_SHARE, column.width / total) for column in table.columns]
    widths = [one * width / sum(widths) for one in widths]
    looks = [replace(CELL, bold=True)] * len(widths)
    labels = [column.label for column in table.columns]
    heading = replace(_row(labels, looks, widths), band=True, above=4, keep=True) if any(labels) else None
    if heading:
        yield heading
    for at, words in enumerate(table.rows):
        strong = at in table.strong
        looks = [replace(CODE if column.code else CELL, bold=strong) for column in table.columns]
        above = 4.0 if not at and not heading else 0.0
        yield replace(_row(words, looks, widths), ruled=True, above=above, heading=heading)


def _row(words: Sequence[str], looks: Sequence[Look], widths: Sequence[float]) -> Strip:
    cells, left, pad = [], 0.0, 4.0
    for word, look, width in zip(words, looks, widths, strict=True):
        cells.append(Cell(left + pad, _wrapped(word, look, width - 2 * pad), look))
        left += width
    return Strip(left, tuple(cells), pad=3)


def _wrapped(words: str, look: Look, width: float) -> tuple[str, ...]:
    """Return words broken into lines of at most ``width``; at word boundaries where there are any."""
    font = look.font()
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return tuple(line for words_line in words.split("\n") for line in _lines(words_line, font, option, width)) or ("",)


def _lines(words: str, font: QFont, option: QTextOption, width: float) -> Iterator[str]:
    layout = QTextLayout(words, font)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    while line.isValid():
        line.setLineWidth(width)
        yield words[line.textStart() : line.textStart() + line.textLength()]
        line = layout.createLine()
    layout.endLayout()
    if not words:
        yield ""
