"""Prints a report on A4: as PDF with its fonts embedded, or on a printer. Safe in a job: no widget is touched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPagedPaintDevice, QPageSize, QPainter, QPdfWriter

from app.common.progress import NoProgress, Progress
from app.domain.report import Report
from app.ui.report_pages import NOTE, Page, pages_of, paper_colour

_RESOLUTION = 600
PAGE = QSizeF(794, 1123)
"""A4 in 1/96 inch."""
_BODY = QRectF(53, 76, 688, 976)
_HEAD = QRectF(53, 42, 688, 18)
_FOOT = QRectF(53, 1062, 688, 16)
_RULE = 0.5


def pdf_of(report: Report, progress: Progress | None = None) -> bytes:
    """Return a report as a PDF. Raises :class:`Cancelled` when the progress says so."""
    return pdf_from(report.title, partial(_print_report, report, progress))


def pdf_from(title: str, print_on: Callable[[QPagedPaintDevice], None]) -> bytes:
    """Return as a PDF what a function prints on a device."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setTitle(title)
    writer.setCreator("Bingan")
    print_on(writer)
    buffer.close()
    return bytes(data.data())


def _print_report(report: Report, progress: Progress | None, device: QPagedPaintDevice) -> None:
    print_report(report, device, progress)


def print_report(report: Report, device: QPagedPaintDevice, progress: Progress | None = None) -> None:
    """Draw a report on a paged device whose page it may fill to the edge."""
    pages = lay_out(report)

    def draw(painter: QPainter, number: int) -> None:
        draw_page(painter, report, pages[number - 1], number, len(pages))

    print_pages(device, len(pages), draw, progress)


def print_pages(
    device: QPagedPaintDevice,
    count: int,
    draw: Callable[[QPainter, int], None],
    progress: Progress | None = None,
) -> None:
    """Draw pages of A4, counted from 1, on a device; the painter counts in 1/96 inch."""
    progress = progress or NoProgress()
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    device.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(device)
    painter.scale(device.width() / PAGE.width(), device.height() / PAGE.height())
    try:
        for number in range(1, count + 1):
            progress.step(number - 1, count)
            if number > 1:
                device.newPage()
            draw(painter, number)
    finally:
        painter.end()


def lay_out(report: Report) -> list[Page]:
    """Return the pages of a report between header and footer of A4."""
    return pages_of(report, _BODY.width(), _BODY.height())


def draw_page(painter: QPainter, report: Report, page: Page, number: int, count: int) -> None:
    """Draw one page with its header and footer; the painter counts in 1/96 inch."""
    painter.save()
    painter.translate(_BODY.topLeft())
    for top, strip in page:
        strip.draw(painter, top)
    painter.restore()
    _draw_line(painter, _HEAD, f"{report.title}　{report.subject}", f"第 {number} / {count} 页")
    _draw_line(painter, _FOOT, report.footer, "")
    for top in (_HEAD.bottom() + 4, _FOOT.top() - 4):
        painter.fillRect(QRectF(_HEAD.left(), top, _HEAD.width(), _RULE), paper_colour("line"))


def _draw_line(painter: QPainter, box: QRectF, left: str, right: str) -> None:
    painter.setFont(NOTE.font())
    painter.setPen(NOTE.ink())
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, left)
    painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, right)
