"""The ink rail at the left: the seal, then the pages with icon, word, badge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from app.ui.theme import theme
from app.ui.theme.tokens import NavEntry


class RailButton(QToolButton):
    """One page: icon over word, a bar at the left while it is shown, a badge for what waits for the user."""

    def __init__(self, entry: NavEntry, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry = entry
        self.badge = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(entry.label)
        self.setObjectName(f"rail.{entry.key}")
        self.setAccessibleName(entry.full)

    def set_badge(self, count: int) -> None:
        """Show how many things wait; 0 shows none."""
        self.badge = count
        self.setAccessibleDescription(f"{count} 项待办" if count else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, bar, icon, word, badge."""
        px, on = theme().px, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = "rail_fg_active" if on or self.underMouse() else "rail_fg"
        box = self.rect().adjusted(px(4), 0, -px(4), 0)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("rail_active"))
            painter.drawRoundedRect(box, 4, 4)
            painter.fillRect(0, px(9), 3, self.height() - 2 * px(9), theme().colour("rail_fg_active"))
        edge = theme().tokens_size("icon_rail")
        icon = theme().pixmap(self.entry.icon, ink, edge, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - px(edge)) // 2, px(5), icon)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour(ink))
        painter.drawText(QRect(0, px(26), self.width(), px(18)), Qt.AlignmentFlag.AlignCenter, self.entry.label)
        if self.badge:
            draw_badge(painter, self.width() - px(9), px(3), self.badge, "rail_fg", "rail_bg")


def draw_badge(painter: QPainter, right: int, top: int, count: int, ground: str, ink: str) -> None:
    """Draw a round number with its right edge at ``right``."""
    font = QFont(theme().font("key_hint", bold=True))
    text = str(count) if count < 100 else "99+"
    height = theme().px(15)
    width = max(height, QFontMetrics(font).horizontalAdvance(text) + theme().px(6))
    box = QRectF(right - width, top, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour(ground))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setFont(font)
    painter.setPen(theme().colour(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class Rail(QWidget):
    """The rail. ``chosen(key)`` when a page is clicked; keys come from the action table."""

    chosen = Signal(str)

    def __init__(self, entries: Sequence[NavEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {entry.key: RailButton(entry, self) for entry in entries}
        self._group = QButtonGroup(self)
        for button in self._buttons.values():
            self._group.addButton(button)
            button.clicked.connect(self._on_clicked)
        self.setAccessibleName("导航")
        self.setObjectName("rail")
        theme().changed.connect(self._fit)
        self._fit()

    def set_current(self, key: str) -> None:
        """Mark the page that is shown; none for a page that has no place here."""
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        self._group.setExclusive(True)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Show the keys of pages in their tooltips; pages that are not here are ignored."""
        for name, button in self._buttons.items():
            button.setToolTip(f"{button.entry.full}　{keys.get(name, '')}".rstrip("　"))

    def set_badge(self, key: str, count: int) -> None:
        """Show a number at a page; pages that are not here are ignored."""
        if key in self._buttons:
            self._buttons[key].set_badge(count)

    def sizeHint(self) -> QSize:
        """Return the width of the rail."""
        return QSize(theme().size("rail_width"), theme().px(400))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stack the buttons under the seal, closer where the window is low."""
        px = theme().px
        top = px(46)
        step = min(px(49), (self.height() - top) // max(1, len(self._buttons)))
        for place, button in enumerate(self._buttons.values()):
            button.setGeometry(0, top + place * step, self.width(), min(px(47), step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the seal."""
        px = theme().px
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("rail_bg"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seal = QRect((self.width() - px(32)) // 2, px(8), px(32), px(32))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("brand_seal"))
        painter.drawRoundedRect(seal, 4, 4)
        painter.setPen(theme().colour("brand_seal_fg"))
        painter.setFont(theme().seal())
        painter.drawText(seal, Qt.AlignmentFlag.AlignCenter, "案")

    def _fit(self) -> None:
        self.setFixedWidth(theme().size("rail_width"))

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, RailButton):
            self.chosen.emit(button.entry.key)
