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
_PAD = 4.0
_INDENT = 46.0
_LABEL = 96.0
"""Room for the label of a column that stands below its row."""


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
    """Wrapped lines ``left`` of the page's edge.

    ``once``: not printed where the row above says the same, here and in every such cell to the left.
    """

    left: float
    lines: tuple[str, ...]
    look: Look
    once: bool = False


@dataclass(frozen=True)
class Strip:
    """Cells side by side. ``above`` is the gap before it, not kept at the top of a page; ``pad`` above and below.

    ``band`` tints it, ``ruled`` draws a hairline below. ``keep`` holds it together with the next strip. ``heading`` is
    the strip that comes first when this one opens a page. ``table`` numbers the table of a row, 0 for what is none.
    """

    width: float
    cells: tuple[Cell, ...]
    above: float = 0
    pad: float = 0
    band: bool = False
    ruled: bool = False
    keep: bool = False
    heading: Strip | None = None
    table: int = 0

    @cached_property
    def height(self) -> float:
        """Its height without the gap before it."""
        return 2 * self.pad + max(len(cell.lines) * cell.look.line for cell in self.cells)

    def less(self, above: Strip | None) -> Strip:
        """Return it without what the row above says too."""
        if above is None or not self.table or above.table != self.table:
            return self
        cells, repeats = [], True
        for cell, other in zip(self.cells, above.cells, strict=True):
            repeats = repeats and (not cell.once or cell == other)
            cells.append(replace(cell, lines=()) if cell.once and repeats else cell)
        return replace(self, cells=tuple(cells))

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
    shown: Strip | None = None
    for at, whole in enumerate(strips):
        strip = whole.less(shown) if pages[-1] else whole
        gap = strip.above if pages[-1] else 0.0
        needed = gap + strip.height + _with_next(strips, at)
        if pages[-1] and top + needed > height:
            pages.append([])
            strip, top, gap = whole, 0.0, 0.0
            if strip.heading:
                pages[-1].append((0.0, strip.heading))
                top = strip.heading.height
        while top + gap + strip.height > height and _can_be_torn(strip):
            first, strip = strip.torn(height - top - gap)
            pages[-1].append((top + gap, first))
            pages.append([])
            top = gap = 0.0
        pages[-1].append((top + gap, strip))
        top += gap + strip.height
        shown = whole if whole.table else shown
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
    yield from _table(_contents(report), width, 1)
    number = 2
    for section in report.sections:
        yield from _section(section, width, number)
        number += len(section.tables)


def _contents(report: Report) -> ReportTable:
    columns = (ReportColumn("", 6), ReportColumn("", 50), ReportColumn("", 40))
    rows = tuple(
        ("⚠" if section.lacks else "✓", section.title, section.lacks or section.size) for section in report.sections
    )
    return ReportTable("", columns, rows)


def _section(section: ReportSection, width: float, number: int) -> Iterator[Strip]:
    yield _words(section.title, SECTION, width, above=20, keep=True)
    for words in section.paragraphs:
        yield _words(words, BODY, width, above=4)
    for at, table in enumerate(section.tables, number):
        if len(section.tables) > 1:
            yield _words(table.title, SUBTITLE, width, above=10, keep=True)
        yield from _table(table, width, at)
    for words in section.notes:
        yield _words(words, NOTE, width, above=6)


def _words(words: str, look: Look, width: float, *, above: float = 0, keep: bool = False) -> Strip:
    return Strip(width, (Cell(0, _wrapped(words, look, width), look),), above=above, keep=keep)


def _table(table: ReportTable, width: float, number: int) -> Iterator[Strip]:
    beside = [at for at, column in enumerate(table.columns) if not column.below]
    below = [at for at, column in enumerate(table.columns) if column.below]
    widths = _widths([table.columns[at] for at in beside], width)
    bold = replace(CELL, bold=True)
    labels = [table.columns[at].label for at in beside]
    heading = None
    if any(labels):
        heading = replace(_row(labels, [bold] * len(labels), widths), band=True, above=4, keep=True)
        yield heading
    for at, words in enumerate(table.rows):
        more = [one for one in below if words[one]]
        looks = [_look(table, at, one) for one in beside]
        first = _row([words[one] for one in beside], looks, widths)
        cells = (replace(cell, once=table.columns[one].once) for one, cell in zip(beside, first.cells, strict=True))
        above = 4.0 if not at and not heading else 0.0
        keep, ruled = bool(more), not more
        yield replace(first, cells=tuple(cells), above=above, keep=keep, ruled=ruled, heading=heading, table=number)
        for one in more:
            last = one == more[-1]
            strip = _under(table.columns[one], words[one], _look(table, at, one), widths)
            yield replace(strip, keep=not last, ruled=last, heading=heading)


def _look(table: ReportTable, row: int, column: int) -> Look:
    return replace(CODE if table.columns[column].code else CELL, bold=row in table.strong)


def _widths(columns: Sequence[ReportColumn], width: float) -> list[float]:
    total = sum(column.width for column in columns)
    shares = [max(_LEAST_SHARE, column.width / total) for column in columns]
    return [share * width / sum(shares) for share in shares]


def _row(words: Sequence[str], looks: Sequence[Look], widths: Sequence[float]) -> Strip:
    cells, left = [], 0.0
    for word, look, width in zip(words, looks, widths, strict=True):
        cells.append(Cell(left + _PAD, _wrapped(word, look, width - 2 * _PAD), look))
        left += width
    return Strip(left, tuple(cells), pad=3)


def _under(column: ReportColumn, words: str, look: Look, widths: Sequence[float]) -> Strip:
    """Return a strip below a row: the label of the column, and its words over the rest of the width."""
    left = min(widths[0], _INDENT) + _PAD
    room = sum(widths) - left - _LABEL - _PAD
    label = Cell(left, (column.label,), NOTE)
    return Strip(sum(widths), (label, Cell(left + _LABEL, _wrapped(words, look, room), look)), pad=2)


def _wrapped(words: str, look: Look, width: float) -> tuple[str, ...]:
    """Return words broken into lines of at most ``width``; at word boundaries where there are any."""
    font = look.font()
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return tuple(line for words_line in words.split("\n") for line in _lines(words_line, font, option, width)) or ("",)


def _lines(words: str, font: QFont, option: QTextOption, width: float) -> Iterator[str]:
    if not words:  # a layout makes one line of nothing, or none
        yield ""
        return
    layout = QTextLayout(words, font)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    while line.isValid():
        line.setLineWidth(width)
        yield words[line.textStart() : line.textStart() + line.textLength()]
        line = layout.createLine()
    layout.endLayout()
