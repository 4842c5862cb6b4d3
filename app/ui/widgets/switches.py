"""Choosing one of a few: segmented control, tabs under a rule, steps of a procedure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, draw_icon

_BACK, _ON = "ph.caret-left", "ph.caret-right"


class _Choice(QWidget):
    """Keys and mouse of a row of parts; ← → and Home End move, a click chooses.

    Where ``narrow`` is set it may get less room than its words need: the chosen part stays in sight, the wheel and a
    click on the mark at a cut edge bring the others.
    """

    changed = Signal(str)

    def __init__(
        self, parts: Sequence[tuple[str, str]], parent: QWidget | None = None, *, narrow: bool = False
    ) -> None:
        super().__init__(parent)
        self._parts = list(parts)
        self._counts: dict[str, str] = {}
        self._current = parts[0][0]
        self._narrow = narrow
        self._left = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        across = QSizePolicy.Policy.Maximum if narrow else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self._say()

    @property
    def current(self) -> str:
        """The key of the chosen part."""
        return self._current

    def set_current(self, key: str) -> None:
        """Choose a part; emits ``changed`` when it is another one. Unknown keys are ignored."""
        if key != self._current and key in self._keys():
            self._current = key
            self._say()
            self._bring()
            self.update()
            self.changed.emit(key)

    def set_count(self, key: str, count: int | None) -> None:
        """Show a number behind the label of a part; None takes it away."""
        self._counts[key] = "" if count is None else f" {count:,}"
        self.updateGeometry()
        self._bring()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of all parts."""
        return QSize(sum(self._widths()) + 2, self._height())

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: labels are never cut; where it is narrow, room for the longest one and both marks."""
        if not self._narrow:
            return self.sizeHint()
        return QSize(min(self.sizeHint().width(), max(self._widths()) + 2 * self._edge()), self._height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice by arrow keys."""
        keys = self._keys()
        at = keys.index(self._current)
        steps = {Qt.Key.Key_Left: at - 1, Qt.Key.Key_Right: at + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(keys) - 1}
        if event.key() in steps:
            self.set_current(keys[max(0, min(steps[Qt.Key(event.key())], len(keys) - 1))])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the part under the mouse; at a cut edge the next one behind it."""
        at = event.position().toPoint()
        first, last = self._cut()
        if (first and at.x() < self._edge()) or (last and at.x() >= self.width() - self._edge()):
            self._slide(-1 if at.x() < self._edge() else 1)
            return
        for (key, _), box in zip(self._parts, self._boxes(), strict=True):
            if box.contains(at):
                self.set_current(key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Bring what is out of sight; elsewhere the wheel is for whatever lies around."""
        if any(self._cut()):
            turned = event.angleDelta()
            self._slide(-1 if (turned.y() or turned.x()) > 0 else 1)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen part in sight."""
        super().resizeEvent(event)
        self._bring()

    def _edge(self) -> int:
        """Return the width of the mark at a cut edge."""
        return theme().px(18)

    def _cut(self) -> tuple[bool, bool]:
        """Return whether parts are out of sight at the left and at the right."""
        if not self._narrow:
            return False, False
        return self._left > 0, sum(self._widths()) + 2 - self._left > self.width()

    def _slide(self, by: int) -> None:
        most = max(0, sum(self._widths()) + 2 - self.width())
        self._left = max(0, min(self._left + by * theme().px(96), most))
        self.update()

    def _bring(self) -> None:
        """Move as little as needed to have the chosen part whole in sight."""
        self._slide(0)
        if any(self._cut()):
            box = self._boxes()[self._keys().index(self._current)]
            over = box.right() + self._edge() - self.width()
            self._left += min(0, box.left() - self._edge()) or max(0, over)
            self._slide(0)

    def _draw_cut(self, painter: QPainter, ground: str) -> None:
        """Draw the marks that more is to come at an edge."""
        for cut, left, icon in zip(self._cut(), (0, self.width() - self._edge()), (_BACK, _ON), strict=True):
            if cut:
                box = QRect(left, 1, self._edge(), self.height() - 2)
                painter.fillRect(box, theme().colour(ground))
                draw_icon(painter, left + theme().px(3), box, icon, "fg_secondary", 12)

    def _keys(self) -> list[str]:
        return [key for key, _ in self._parts]

    def _label(self, key: str) -> str:
        return dict(self._parts)[key] + self._counts.get(key, "")

    def _say(self) -> None:
        self.setAccessibleName(self._label(self._current))

    def _font(self, on: bool) -> QFont:
        return theme().font("caption", bold=on)

    def _height(self) -> int:
        return theme().size("control")

    def _pad(self) -> int:
        return theme().px(10)

    def _widths(self) -> list[int]:
        metrics = QFontMetrics(self._font(True))
        return [metrics.horizontalAdvance(self._label(key)) + 2 * self._pad() for key in self._keys()]

    def _boxes(self) -> list[QRect]:
        boxes, left = [], 1 - self._left
        for width in self._widths():
            boxes.append(QRect(left, 0, width, self.height()))
            left += width
        return boxes


class SegmentedControl(_Choice):
    """Two to five words in one bordered row: ``SegmentedControl((("all", "全部"), ("open", "待处理")))``."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the border, the chosen ground, dividers and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        radius = theme().tokens.radius["button"]
        outline.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.fillPath(outline, theme().colour("bg_surface"))
        painter.setClipPath(outline)
        for key, box in zip(self._keys(), self._boxes(), strict=True):
            self._draw_part(painter, key, box)
        self._draw_cut(painter, "bg_surface")
        painter.setClipping(False)
        painter.setPen(QPen(theme().colour("line"), 1))
        painter.drawPath(outline)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect())

    def _draw_part(self, painter: QPainter, key: str, box: QRect) -> None:
        on = key == self._current
        if on:
            painter.fillRect(box, theme().colour("accent_soft"))
        if key != self._keys()[-1]:
            painter.setPen(QPen(theme().colour("line"), 1))
            painter.drawLine(QPointF(box.right() + 0.5, 0), QPointF(box.right() + 0.5, box.height()))
        painter.setPen(theme().colour("accent" if on else "fg_secondary"))
        painter.setFont(self._font(on))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._label(key))


class Tabs(_Choice):
    """Words in a row, the chosen one bold over an accent line; put it at the top of a panel."""

    def _height(self) -> int:
        return theme().px(34)

    def _font(self, on: bool) -> QFont:
        return theme().font("body", bold=on)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words and the line under the chosen one."""
        painter = QPainter(self)
        for key, box in zip(self._keys(), self._boxes(), strict=True):
            on = key == self._current
            painter.setPen(theme().colour("fg" if on else "fg_secondary"))
            painter.setFont(self._font(on))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._label(key))
            if on:
                painter.fillRect(box.left(), self.height() - 2, box.width(), 2, theme().colour("accent"))
            if on and self.hasFocus():
                draw_focus_ring(painter, box.adjusted(2, 4, -2, -4))
        self._draw_cut(painter, "bg_surface")


class StepBar(QWidget):
    """The steps of a procedure with the current one filled and the done ones ticked."""

    def __init__(self, labels: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = list(labels)
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self.set_current(0)

    def set_current(self, index: int) -> None:
        """Make ``index`` the current step; those before are done."""
        self._current = index
        self.setAccessibleName(self._labels[min(index, len(self._labels) - 1)])
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of circles, words and lines between."""
        return QSize(sum(self._widths()) + theme().px(64) * (len(self._labels) - 1), theme().px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the steps from left to right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, middle = 0, self.height() / 2
        for index, width in enumerate(self._widths()):
            self._draw_step(painter, index, left, middle)
            left += width
            if index < len(self._labels) - 1:
                painter.setPen(QPen(theme().colour("line"), 1))
                gap = theme().px(12)
                painter.drawLine(QPointF(left + gap, middle), QPointF(left + theme().px(64) - gap, middle))
                left += theme().px(64)

    def _widths(self) -> list[int]:
        metrics = QFontMetrics(theme().font("body", bold=True))
        return [theme().px(30) + metrics.horizontalAdvance(label) for label in self._labels]

    def _draw_step(self, painter: QPainter, index: int, left: int, middle: float) -> None:
        px, done, on = theme().px, index < self._current, index == self._current
        circle = QRectF(left + 0.5, middle - px(11) + 0.5, px(22) - 1, px(22) - 1)
        painter.setPen(QPen(theme().colour("accent" if on else "ok_line" if done else "line_strong"), 1))
        painter.setBrush(theme().colour("accent" if on else "ok_bg" if done else "bg_surface"))
        painter.drawEllipse(circle)
        painter.setFont(theme().font("caption", bold=on))
        painter.setPen(theme().colour("accent_fg" if on else "ok" if done else "fg_secondary"))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, "✓" if done else str(index + 1))
        painter.setFont(theme().font("body", bold=on))
        painter.setPen(theme().colour("fg" if on else "fg_secondary"))
        box = QRect(left + px(30), 0, self.width(), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._labels[index])
