"""The way of the case below the strip: where it stands, who brought it there, what is next and what is in the way."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.state_types import Block, StateBar, Station
from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Pane, StatePill, Text, row
from app.ui.widgets.painting import keys_text

NEXT: Final = "case.next"
_HEIGHT: Final = 30
_GAP: Final = 22
_ROOMY: Final = 1000
_WAYS_OUT: Final = {
    "error": "case.next_finding",
    "warn": "case.next_finding",
    "exception": "case.next_finding",
    "group": "case.drg",
    "physician": "case.answers",
}
"""The action that leads to what is in the way."""


class Road(QWidget):
    """The stations in a line: a filled dot for those behind, a ring with bold words for the one now."""

    def __init__(self) -> None:
        super().__init__()
        self._stations: tuple[Station, ...] = ()
        self._aside = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.updateGeometry)

    def show_stations(self, stations: tuple[Station, ...], *, aside: bool) -> None:
        """Show the way; ``aside``: the case stands beside it for now."""
        self._stations, self._aside = stations, aside
        self.setAccessibleName(" → ".join(_words(one) for one in stations))
        self.setToolTip("\n".join(_words(one) for one in stations if one.at))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of all words with their dots."""
        return QSize(sum(self._width(one) for one in self._stations), theme().px(_HEIGHT))

    def _width(self, one: Station) -> int:
        font = theme().font("caption", bold=one.is_now)
        return QFontMetrics(font).horizontalAdvance(_label(one)) + theme().px(_GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw dots, lines and words."""
        painter, px, left = QPainter(self), theme().px, 0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, one in enumerate(self._stations):
            width, middle = self._width(one), self.height() / 2
            self._draw_dot(painter, QPointF(left + px(5), middle), one)
            role = "fg" if one.is_now else "fg_secondary" if one.at else "fg_muted"
            painter.setPen(theme().colour(role))
            painter.setFont(theme().font("caption", bold=one.is_now))
            box = QRect(left + px(13), 0, width, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _label(one))
            if at + 1 < len(self._stations):
                painter.setPen(QPen(theme().colour("line"), 1))
                end = left + width
                painter.drawLine(QPointF(end - px(7), middle), QPointF(end - px(2), middle))
            left += width
        painter.end()

    def _draw_dot(self, painter: QPainter, centre: QPointF, one: Station) -> None:
        edge = theme().px(4)
        colour = theme().colour("accent" if one.is_now and not self._aside else "fg_muted")
        painter.setPen(QPen(colour, 2 if one.is_now else 1))
        is_behind = bool(one.at) and not one.is_now
        painter.setBrush(colour if is_behind else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(centre.x() - edge, centre.y() - edge, 2 * edge, 2 * edge))


class CaseBar(Pane):
    """Way, state beside it, who came last, what is in the way with its key, and the one key that leads on."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("canvas", "b")
        self._actions = actions
        self.setObjectName("state_bar")
        self.road = Road()
        self._aside = StatePill("returned", bold=True)
        self._came = Text("", "caption", "muted", elide=True)
        self._blocks = Text("", "caption", "warn")
        self.next_button = ActionButton(actions, NEXT, small=True)
        line = row(self.road, self._aside, gap=10, margins=(12, 0, 12, 0))
        line.addWidget(self._came, 1)
        line.addWidget(self._blocks)
        line.addWidget(self.next_button)
        self.setLayout(line)
        self.shown: StateBar | None = None
        self._fit()
        theme().changed.connect(self._fit)

    def show_bar(self, bar: StateBar) -> None:
        """Show the way of a case."""
        self.shown = bar
        self.road.show_stations(bar.stations, aside=bar.aside is not None)
        self._aside.setVisible(bar.aside is not None)
        if bar.aside is not None:
            self._aside.set_state(str(bar.aside))
        self._came.setText(bar.came)
        self._show_blocks()
        self.next_button.setVisible(bool(bar.next_key))
        self.next_button.set_text(bar.next_words)
        words = [bar.came, f"下一步：{bar.next_words}" if bar.next_key else "", *(one.words for one in bar.blocks)]
        self.setAccessibleName("病案流程")
        self.setAccessibleDescription("；".join(filter(None, words)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell less of what is in the way where there is little room."""
        super().resizeEvent(event)
        self._show_blocks()

    def _show_blocks(self) -> None:
        blocks = self.shown.blocks if self.shown is not None else ()
        most = 2 if self.width() >= theme().px(_ROOMY) else 1
        self._blocks.setText("　".join(self._told(block) for block in blocks[:most]))
        self._blocks.setVisible(bool(blocks))

    def _told(self, block: Block) -> str:
        action = _WAYS_OUT.get(block.kind)
        keys = self._actions.get(action).keys if action else ()
        return f"{block.words} {keys_text(keys[0])}" if keys else block.words

    def words(self) -> str:
        """Return what the bar says, as a screen reader would."""
        return self.accessibleDescription()

    def _fit(self) -> None:
        self.setFixedHeight(theme().px(_HEIGHT))


def _label(one: Station) -> str:
    return theme().tokens.state[str(one.state)].label


def _words(one: Station) -> str:
    if one.at is None:
        return _label(one)
    return f"{_label(one)} {one.who} {one.at:%m-%d %H:%M}"
