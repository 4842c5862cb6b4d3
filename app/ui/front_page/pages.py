"""Draws the form on A4: the frame, labels with ruled values, boxes for codes, tables; more pages where more is to say.

Units are 1/96 inch. Colours are those of the light theme: paper is white.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from app.ui.front_page.form import Form, Item, Line, Part, Table
from app.ui.report_pages import Look, paper_colour

_LEFT: Final = 45.0
_RIGHT: Final = 749.0
_TOP: Final = 40.0
_BOTTOM: Final = 1062.0
_WIDTH: Final = _RIGHT - _LEFT
_LINE: Final = 26.0
_ROW: Final = 27.0
_TITLE: Final = 34.0
_PAD: Final = 5.0
_GAP: Final = 7.0
_BOX: Final = 13.0
_LEAST: Final = 7.5
_TINY: Final = 0.2
_TIGHT: Final = 0.86
_LABEL: Final = Look(11)
_VALUE: Final = Look(11)
_NOTE: Final = Look(10, role="fg_secondary")
_HEADING: Final = Look(22, bold=True)
_STAMP: Final = Look(12, bold=True, role="error")
_THIN: Final = 0.6
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class _Strip:
    """A part of a page with its height: a line, the heads of a table, or one of its rows."""

    height: float
    part: Part
    row: int = -1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: the strips in its frame; ``first`` carries what stands above the frame."""

    strips: tuple[_Strip, ...]
    first: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands around the form: ``stamp`` such as 未提交, '' for none; ``footer`` who printed it and when."""

    stamp: str = ""
    footer: str = ""


def lay_out(form: Form) -> tuple[Sheet, ...]:
    """Return the pages of a form: each side begins a page, and goes on on another one where it must."""
    pages: list[Sheet] = []
    for side in form.sides:
        room, strips = _room(is_first=not pages), list[_Strip]()
        for strip in _strips(side):
            if strips and sum(one.height for one in strips) + strip.height > room:
                pages.append(Sheet(tuple(strips), not pages))
                room, strips = _room(is_first=False), []
                if isinstance(strip.part, Table) and strip.row >= 0:
                    strips.append(_Strip(_ROW, strip.part))
            strips.append(strip)
        pages.append(Sheet(tuple(strips), not pages))
    return tuple(pages)


def _room(*, is_first: bool) -> float:
    return _BOTTOM - _TOP - (_TITLE + 3 * _LINE + _GAP if is_first else 0)


def _strips(side: Sequence[Part]) -> Iterator[_Strip]:
    for part in side:
        if isinstance(part, Table):
            yield _Strip(_ROW, part)
            yield from (_Strip(_ROW, part, at) for at in range(len(part.rows)))
        else:
            yield _Strip(_LINE, part)


def draw(painter: QPainter, form: Form, sheet: Sheet, number: int, count: int, marks: Marks) -> None:
    """Draw one page; the painter counts in 1/96 inch."""
    top = _TOP
    if sheet.first:
        top = _draw_head(painter, form, marks)
    start = top
    for strip in sheet.strips:
        box = QRectF(_LEFT, top, _WIDTH, strip.height)
        match strip.part:
            case Table():
                _draw_row(painter, strip.part, strip.row, box)
            case Line():
                _draw_line(painter, strip.part, box)
        top += strip.height
    painter.setPen(QPen(paper_colour("fg"), 1.2))
    painter.drawRect(QRectF(_LEFT, start, _WIDTH, top - start))
    _draw_foot(painter, number, count, marks)


def _draw_head(painter: QPainter, form: Form, marks: Marks) -> float:
    """Draw what stands above the frame and return where the frame begins."""
    first, *rest = form.head
    _draw_line(painter, first, QRectF(_LEFT + 90, _TOP, _WIDTH - 180, _LINE), framed=False)
    painter.setFont(_HEADING.font())
    painter.setPen(_HEADING.ink())
    painter.drawText(QRectF(_LEFT, _TOP + _LINE, _WIDTH, _TITLE), _CENTRE, "住 院 病 案 首 页")
    if marks.stamp:
        _draw_stamp(painter, marks.stamp)
    top = _TOP + _LINE + _TITLE
    for line in rest:
        _draw_line(painter, line, QRectF(_LEFT, top, _WIDTH, _LINE), framed=False)
        top += _LINE
    return top + _GAP


def _draw_stamp(painter: QPainter, words: str) -> None:
    font = _STAMP.font()
    width = QFontMetricsF(font).horizontalAdvance(words) + 16
    box = QRectF(_RIGHT - width, _TOP + _LINE + 4, width, 22)
    painter.setPen(QPen(_STAMP.ink(), 1.2))
    painter.drawRect(box)
    painter.setFont(font)
    painter.drawText(box, _CENTRE, words)


def _draw_foot(painter: QPainter, number: int, count: int, marks: Marks) -> None:
    box = QRectF(_LEFT, _BOTTOM + 8, _WIDTH, 16)
    painter.setFont(_NOTE.font())
    painter.setPen(_NOTE.ink())
    painter.drawText(box, _MIDDLE | Qt.AlignmentFlag.AlignLeft, marks.footer)
    painter.drawText(box, _MIDDLE | Qt.AlignmentFlag.AlignRight, f"第 {number} 页，共 {count} 页")


# Lines.


def _draw_line(painter: QPainter, line: Line, box: QRectF, *, framed: bool = True) -> None:
    inset = _PAD + (24 if line.indent else 0) if framed else 0
    left, room = box.left() + inset, box.width() - inset - (_PAD if framed else 0)
    needs = [_need(item) for item in line.items]
    shares = sum(item.share for item in line.items)
    spare = room - sum(needs) - _GAP * (len(needs) - 1)
    squeeze = min(1.0, (room - _GAP * (len(needs) - 1)) / sum(needs)) if needs else 1.0
    for item, need in zip(line.items, needs, strict=True):
        width = need * squeeze + (max(0.0, spare) * item.share / shares if shares else 0)
        _draw_item(painter, item, QRectF(left, box.top(), width, box.height()))
        left += width + _GAP
    if line.ruled:
        painter.fillRect(QRectF(box.left(), box.bottom() - _THIN, box.width(), _THIN), paper_colour("fg"))


def _need(item: Item) -> float:
    """Return the width that label, value and legend take at full size."""
    label = QFontMetricsF(_LABEL.font()).horizontalAdvance(item.label)
    if item.boxed:
        code = max(_BOX, QFontMetricsF(_VALUE.font()).horizontalAdvance(item.text) + 4)
        legend = QFontMetricsF(_LABEL.font()).horizontalAdvance(item.legend)
        return label + 4 + code + (5 + legend if item.legend else 0)
    if not item.share and not item.text:
        return label
    return label + 3 + max(18.0, QFontMetricsF(_VALUE.font()).horizontalAdvance(item.text) + 4)


def _draw_item(painter: QPainter, item: Item, box: QRectF) -> None:
    label_width = min(box.width(), QFontMetricsF(_LABEL.font()).horizontalAdvance(item.label) + 0.5)
    _words(painter, _LABEL, item.label, QRectF(box.left(), box.top(), label_width, box.height()))
    left = box.left() + label_width
    if item.boxed:
        left += 4
        width = max(_BOX, QFontMetricsF(_VALUE.font()).horizontalAdvance(item.text) + 4)
        square = QRectF(left, box.center().y() - _BOX / 2, width, _BOX)
        painter.setPen(QPen(paper_colour("fg"), 0.8))
        painter.drawRect(square)
        _words(painter, _VALUE, item.text, square, centre=True)
        rest = QRectF(left + width + 5, box.top(), box.right() - left - width - 5, box.height())
        _words(painter, _LABEL, item.legend, rest)
    elif item.share or item.text:
        value = QRectF(left + 3, box.top(), box.right() - left - 3, box.height())
        _words(painter, _VALUE, item.text, value.adjusted(2, 0, 0, 0))
        painter.setPen(QPen(paper_colour("fg"), _THIN))
        painter.drawLine(QPointF(value.left(), box.bottom() - 5), QPointF(value.right(), box.bottom() - 5))


# Tables.


def _draw_row(painter: QPainter, table: Table, at: int, box: QRectF) -> None:
    """Draw the headings (-1) or a row, with the lines of its cells."""
    total = sum(share for _, share in table.heads)
    words = [title for title, _ in table.heads] if at < 0 else table.rows[at]
    left = box.left()
    for (_title, share), said in zip(table.heads, words, strict=True):
        width = box.width() * share / total
        cell = QRectF(left, box.top(), width, box.height())
        _words(painter, _LABEL if at < 0 else _VALUE, said, cell.adjusted(3, 0, -2, 0), centre=at < 0)
        left += width
        if left < box.right() - 1:
            painter.fillRect(QRectF(left - _THIN / 2, box.top(), _THIN, box.height()), paper_colour("fg"))
    painter.fillRect(QRectF(box.left(), box.bottom() - _THIN, box.width(), _THIN), paper_colour("fg"))


def _words(painter: QPainter, look: Look, words: str, box: QRectF, *, centre: bool = False) -> None:
    """Draw words in a box: smaller where they are too long, over several lines where even that does not do."""
    if not words:
        return
    painter.setFont(look.font())
    painter.setPen(look.ink())
    needed = QFontMetricsF(painter.font()).horizontalAdvance(words)
    flags = int((_CENTRE if centre else _MIDDLE | Qt.AlignmentFlag.AlignLeft) | Qt.TextFlag.TextDontClip)
    scale = min(1.0, box.width() / needed) if needed > 0.5 + box.width() else 1.0
    if scale * look.px >= _LEAST:
        _scaled(painter, words, box, scale, flags)
    else:
        _draw_wrapped(painter, look, words, box, flags)


def _draw_wrapped(painter: QPainter, look: Look, words: str, box: QRectF, flags: int) -> None:
    """Draw words over as many lines as they need, as small as it takes to stay in the box."""
    metrics = QFontMetricsF(painter.font())
    scale, lines, per_line = _LEAST / look.px, 1, len(words)
    while scale > _TINY:
        per_line = max(1, int(box.width() / (metrics.horizontalAdvance("\u56fd") * scale)))
        lines = -(-len(words) // per_line)
        if lines * metrics.height() * scale * _TIGHT <= box.height():
            break
        scale *= 0.94
    height = metrics.height() * scale * _TIGHT
    top = box.center().y() - lines * height / 2
    for number in range(lines):
        part = words[number * per_line : (number + 1) * per_line]
        _scaled(painter, part, QRectF(box.left(), top + number * height, box.width(), height), scale, flags)


def _scaled(painter: QPainter, words: str, box: QRectF, scale: float, flags: int) -> None:
    """Draw a line of words at a share of their size; font sizes themselves are whole."""
    painter.save()
    painter.translate(box.topLeft())
    painter.scale(scale, scale)
    painter.drawText(QRectF(0, 0, box.width() / scale, box.height() / scale), flags, words)
    painter.restore()
