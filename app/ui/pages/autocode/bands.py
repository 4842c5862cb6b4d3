"""The three bands over the review: how sure the program is, how many rows and texts. ←→ choose, ↓ goes to the texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.coding import Band
from app.services.bands import Limits
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
TITLES = {Band.ACCEPT: "可直接采用", Band.CONFIRM: "待确认", Band.SEARCH: "需人工"}
_ICONS = {Band.ACCEPT: "ph.check-circle", Band.CONFIRM: "proposed", Band.SEARCH: "manual"}
_NOTES = {
    Band.ACCEPT: "与编码名称一致且唯一，抽看样本后整档采用",
    Band.CONFIRM: "首选有把握，逐种确认",
    Band.SEARCH: "缩写、一行多项、部位不明、疑似与既往",
}


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many rows and different texts a band had when it was read."""

    rows: int = 0
    texts: int = 0


class BandBar(QWidget):
    """Shows the bands; one of them is chosen. ``chosen(band)`` on a change, ``entered`` for going on to the texts."""

    chosen = Signal(object)
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._limits: Mapping[Band, str] = {}
        self._notes: Mapping[Band, str] = {}
        self._counts: Mapping[Band, BandCount] = {}
        self._current = Band.CONFIRM
        self.setObjectName("bands")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self._say()

    @property
    def current(self) -> Band:
        """The chosen band."""
        return self._current

    def set_current(self, band: Band) -> None:
        """Choose a band; emits ``chosen`` when it is another one."""
        if band is not self._current:
            self._current = band
            self._say()
            self.update()
            self.chosen.emit(band)

    def set_counts(self, counts: Mapping[Band, BandCount]) -> None:
        """Show other counts."""
        self._counts = dict(counts)
        self._say()
        self.update()

    def set_limits(self, limits: Limits) -> None:
        """Show which confidence each band asks for."""
        accept, confirm = limits.accept, f"{limits.confirm:.2f}"
        self._limits = {
            Band.ACCEPT: "一致且唯一，或按模型校准" if accept is None else f"≥ {accept:.2f}",
            Band.CONFIRM: f"≥ {confirm}" if accept is None else f"{confirm}–{accept:.2f}",
            Band.SEARCH: f"< {confirm}",
        }
        self.update()

    def set_notes(self, notes: Mapping[Band, str]) -> None:
        """Show how often the first answer of each band was right."""
        self._notes = dict(notes)
        self._say()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of three lines."""
        return QSize(theme().px(640), theme().px(80))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice by ← →, go on by ↓ or Enter."""
        bands = list(TITLES)
        at = bands.index(self._current)
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self.set_current(bands[max(0, min(at + step, len(bands) - 1))])
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the band under the mouse."""
        for band, box in self._boxes().items():
            if box.contains(event.position().toPoint()):
                self.set_current(band)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bands side by side."""
        painter = QPainter(self)
        for band, box in self._boxes().items():
            self._draw(painter, band, box)

    def _draw(self, painter: QPainter, band: Band, box: QRect) -> None:
        px, colour, on = theme().px, theme().colour, band is self._current
        painter.fillRect(box, colour("sel_bg" if on else "bg_surface"))
        painter.fillRect(box.right(), box.top(), 1, box.height(), colour("line"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, colour("line"))
        if on:
            painter.fillRect(box.left(), box.bottom() - 1, box.width(), 2, colour("accent"))
        inner = box.adjusted(px(16), px(9), -px(16), -px(9))
        top = QRect(inner.left(), inner.top(), inner.width(), px(20))
        left = draw_icon(painter, top.left(), top, _ICONS[band], "proposed" if on else "fg_secondary", 14) + px(6)
        painter.setFont(theme().font("body", bold=on))
        painter.setPen(colour("proposed" if on else "fg_secondary"))
        painter.drawText(top.adjusted(left - top.left(), 0, 0, 0), _LEFT, TITLES[band])
        left += QFontMetrics(painter.font()).horizontalAdvance(TITLES[band]) + px(8)
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("fg_secondary" if on else "fg_muted"))
        room = QRect(left, top.top(), max(0, top.right() - left), top.height())
        limit = QFontMetrics(painter.font()).elidedText(
            self._limits.get(band, ""), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, _RIGHT, limit)
        self._draw_counts(painter, band, inner.adjusted(0, px(20), 0, 0))
        if on and self.hasFocus():
            draw_focus_ring(painter, box.adjusted(2, 2, -2, -3))

    def _draw_counts(self, painter: QPainter, band: Band, box: QRect) -> None:
        px, count = theme().px, self._counts.get(band, BandCount())
        line = QRect(box.left(), box.top(), box.width(), px(24))
        painter.setFont(theme().font("figure", bold=True))
        painter.setPen(theme().colour("fg"))
        painter.drawText(line, _LEFT, f"{count.rows:,}")
        wide = QFontMetrics(painter.font()).horizontalAdvance(f"{count.rows:,}") + px(6)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("fg_secondary"))
        painter.drawText(line.adjusted(wide, px(2), 0, 0), _LEFT, f"条 · {count.texts:,} 种写法")
        note = QRect(box.left(), line.bottom(), box.width(), px(18))
        shown = QFontMetrics(painter.font()).elidedText(self._note(band), Qt.TextElideMode.ElideRight, note.width())
        painter.drawText(note, _LEFT, shown)

    def _boxes(self) -> dict[Band, QRect]:
        each = self.width() // len(TITLES)
        return {
            band: QRect(at * each, 0, each if at < len(TITLES) - 1 else self.width() - at * each, self.height())
            for at, band in enumerate(TITLES)
        }

    def _say(self) -> None:
        count = self._counts.get(self._current, BandCount())
        self.setAccessibleName(f"分档：{TITLES[self._current]}")
        self.setAccessibleDescription(f"{count.rows:,} 条，{count.texts:,} 种写法。{self._note(self._current)}")

    def _note(self, band: Band) -> str:
        return self._notes.get(band) or _NOTES[band]
