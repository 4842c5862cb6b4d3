"""The preview of the front page: both sides as they will be printed, PDF or paper, on request masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.case import CaseRecord
from app.ui.front_page.form import Form, form_of
from app.ui.front_page.pages import Marks, Sheet, draw, lay_out
from app.ui.masking import masking
from app.ui.printing import PAGE
from app.ui.report_pages import paper_colour
from app.ui.theme import theme
from app.ui.widgets import Button, Card, ScrollPane, Text, row

_WIDTH: Final = 780
_PAGE_WIDTH: Final = 700


@dataclass(frozen=True, slots=True)
class Printout:
    """A front page ready for any device: the form, its pages, what stands around them."""

    form: Form
    sheets: tuple[Sheet, ...]
    marks: Marks
    masked: bool

    @classmethod
    def of(cls, record: CaseRecord, marks: Marks, *, masked: bool) -> Printout:
        """Lay a record out."""
        form = form_of(record, mask=masked)
        return cls(form, lay_out(form), marks, masked)

    def draw(self, painter: QPainter, number: int) -> None:
        """Draw a page, counted from 1; the painter counts in 1/96 inch."""
        draw(painter, self.form, self.sheets[number - 1], number, len(self.sheets), self.marks)


class PageView(QWidget):
    """One page, drawn by the same hand as on paper."""

    def __init__(self, printout: Printout, number: int) -> None:
        super().__init__()
        self._printout, self._number = printout, number
        width = theme().px(_PAGE_WIDTH)
        self.setFixedSize(QSize(width, round(width * PAGE.height() / PAGE.width())))
        self.setAccessibleName(f"第 {number} 页")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page on white."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), paper_colour("bg_surface"))
        scale = self.width() / PAGE.width()
        painter.scale(scale, scale)
        self._printout.draw(painter, self._number)


class PreviewCard(Card):
    """P prints, Enter writes a PDF, M masks, PgUp and PgDn scroll, Esc closes.

    ``save(printout)`` and ``paper(printout)``: what is shown is wanted as PDF or on paper.
    """

    save = Signal(object)
    paper = Signal(object)

    def __init__(self, window: QWidget, make: Callable[[bool], Printout]) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("front_page_card")
        self._make = make
        self.printout = make(masking().is_on)
        self._count = Text("", "caption", "muted")
        head = row(Text("打印住院病案首页", "title"), gap=10)
        head.addWidget(self._count, 1)
        self.mask_button = Button("遮盖身份信息", small=True, keys="M")
        self.mask_button.setObjectName("front_page_mask")
        self.mask_button.clicked.connect(self._on_mask)
        head.addWidget(self.mask_button)
        self.box.addLayout(head)
        self.pages = ScrollPane("canvas", margins=(12, 12, 12, 12), gap=12)
        self.pages.setFixedHeight(min(theme().px(620), max(theme().px(300), window.height() - theme().px(170))))
        self.box.addWidget(self.pages)
        close, paper, pdf = (
            Button("关闭", keys="Esc"),
            Button("打印…", keys="P"),
            Button("生成 PDF", kind="primary", icon="pdf", keys="Enter"),
        )
        paper.setObjectName("front_page_print")
        pdf.setObjectName("front_page_pdf")
        close.clicked.connect(self.close_card)
        paper.clicked.connect(self._on_paper)
        pdf.clicked.connect(self._on_pdf)
        self.box.addLayout(row(None, close, paper, pdf))
        self._pdf = pdf
        self._fill()

    def open_card(self) -> None:
        """Show with the focus on PDF, so that Enter writes it."""
        self.open(self._pdf)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the card."""
        bar = self.pages.verticalScrollBar()
        step = self.pages.viewport().height() - theme().px(40)
        match event.key():
            case Qt.Key.Key_M:
                self._on_mask()
            case Qt.Key.Key_P:
                self._on_paper()
            case Qt.Key.Key_PageDown:
                bar.setValue(bar.value() + step)
            case Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - step)
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                bar.setValue(bar.value() + (40 if event.key() == Qt.Key.Key_Down else -40))
            case _:
                super().keyPressEvent(event)
                return
        event.accept()

    def _fill(self) -> None:
        box = self.pages.box
        while (item := box.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for number in range(1, len(self.printout.sheets) + 1):
            view = PageView(self.printout, number)
            box.addWidget(view, 0, Qt.AlignmentFlag.AlignHCenter)
            view.show()
        told = [f"A4，{len(self.printout.sheets)} 页", self.printout.marks.stamp]
        self._count.setText(
            "，".join([one for one in told if one] + (["已遮盖身份信息"] if self.printout.masked else []))
        )
        self.mask_button.set_text("显示身份信息" if self.printout.masked else "遮盖身份信息")

    def _on_mask(self) -> None:
        self.printout = self._make(not self.printout.masked)
        self._fill()

    def _on_pdf(self) -> None:
        self.close_card()
        self.save.emit(self.printout)

    def _on_paper(self) -> None:
        self.close_card()
        self.paper.emit(self.printout)
