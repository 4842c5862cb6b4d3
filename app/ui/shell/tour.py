"""The first-run tour: one card at a time that points at the real widget. Enter goes on, Esc leaves."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.common.paths import data
from app.ui.page import Place
from app.ui.ports import JsonValue, PlaceStore
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.frames import Scrim, float_shadow, give_focus_back
from app.ui.widgets.panes import column, row
from app.ui.widgets.text import Text

SEEN: Final = "tour.seen"
_WIDTH: Final = 360
_SETTLED_MS: Final = 250
_KEYS_ON: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_PageDown)
_KEYS_BACK: Final = (Qt.Key.Key_Left, Qt.Key.Key_Backspace, Qt.Key.Key_PageUp)


@dataclass(frozen=True, slots=True)
class Step:
    """A card: the page it is about ('' for any), whether that needs a case, the widget, title and words."""

    target: str
    title: str
    words: str
    page: str = ""
    case: bool = False


@cache
def steps() -> tuple[Step, ...]:
    """Return the steps of ``resources/help/tour.toml``."""
    with (data("resources") / "help" / "tour.toml").open("rb") as handle:
        return tuple(Step(**one) for one in tomllib.load(handle)["step"])


@dataclass(frozen=True, slots=True)
class Guide:
    """What the tour needs of the window: its pages, how to go there, and the id of a case, 0 without one."""

    pages: frozenset[str]
    go: Callable[[Place], None]
    case_id: int


class Tour(Scrim):
    """The cards over the window. It holds the keyboard until it is left and gives the focus back."""

    def __init__(self, window: QWidget, guide: Guide, places: PlaceStore) -> None:
        super().__init__(window)
        self._guide, self._places = guide, places
        self._before = QApplication.focusWidget()
        self._steps = [one for one in steps() if self._is_possible(one)]
        self._at = 0
        self._hole = QRect()
        self._target: QWidget | None = None
        self.setObjectName("tour")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make()
        self._settle = QTimer(self)
        self._settle.setInterval(_SETTLED_MS)
        self._settle.timeout.connect(self._place)

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self._steps[self._at]

    def start(self) -> None:
        """Show the first card."""
        self.show()
        self._show(0)
        self._settle.start()

    def leave(self) -> None:
        """End the tour; it does not begin by itself again."""
        self._settle.stop()
        self._places.put(SEEN, True)
        self.hide()
        give_focus_back(self._before)
        self.deleteLater()

    def go_on(self) -> None:
        """Show the next card, or end after the last."""
        if self._at + 1 < len(self._steps):
            self._show(self._at + 1)
        else:
            self.leave()

    def go_back(self) -> None:
        """Show the card before."""
        if self._at:
            self._show(self._at - 1)

    def _is_possible(self, step: Step) -> bool:
        return (not step.page or step.page in self._guide.pages) and (not step.case or self._guide.case_id > 0)

    def _make(self) -> None:
        self._frame = QFrame(self)
        self._frame.setProperty("surface", "float")
        float_shadow(self._frame)
        self._title = Text("", "title", wrap=True)
        self._words = Text("", tone="secondary", wrap=True)
        self._count = Text("", "caption", "muted")
        self._next = Button("下一步", kind="primary", keys="Enter")
        leave = Button("结束介绍", keys="Esc")
        self._next.clicked.connect(self.go_on)
        leave.clicked.connect(self.leave)
        for button in (self._next, leave):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = row(self._count, None, leave, self._next, gap=8)
        self._box = column(self._title, self._words, 6, foot, gap=6, margins=(18, 14, 18, 14))
        self._frame.setLayout(self._box)

    def _show(self, at: int) -> None:
        self._at = at
        step = self.step
        if step.page:
            args: dict[str, JsonValue] = {"case": self._guide.case_id} if step.case else {}
            self._guide.go(Place(step.page, args))
        self._title.setText(step.title)
        self._words.setText(step.words)
        self._count.setText(f"第 {at + 1} 步，共 {len(self._steps)} 步")
        self._next.set_text("下一步" if at + 1 < len(self._steps) else "开始使用")
        self.setAccessibleName(f"{step.title}。{step.words}")
        self._place()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        """Find the widget, point at it and put the card beside; the page may still be on its way."""
        window = self.window()
        found = [one for one in window.findChildren(QWidget, self.step.target) if one.isVisible()]
        self._target = found[0] if found else None
        hole = QRect()
        if self._target is not None:
            corner = self._target.mapTo(window, QPoint(0, 0))
            hole = QRect(corner, self._target.size()).intersected(self.rect().adjusted(2, 2, -2, -2))
        if hole != self._hole or self.sender() is not self._settle:
            self._hole = hole
            self._frame.setGeometry(_beside(hole, self.rect(), self._size()))
            self.update()
        if not self.hasFocus() and self.isVisible() and QApplication.activeWindow() is window:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _size(self) -> QPoint:
        width = theme().px(_WIDTH)
        height = max(self._box.heightForWidth(width), self._box.minimumSize().height())
        return QPoint(width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim everything but the widget the card is about, and draw a ring round it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QColor(theme().colour("rail_bg"))
        shade.setAlpha(110)
        ground = QPainterPath()
        ground.addRect(QRectF(self.rect()))
        if not self._hole.isNull():
            ground.addRoundedRect(QRectF(self._hole), 6, 6)
        painter.fillPath(ground, shade)
        if not self._hole.isNull():
            painter.setPen(QPen(theme().colour("focus"), 3))
            painter.drawRoundedRect(QRectF(self._hole).adjusted(-1, -1, 1, 1), 6, 6)

    def event(self, event: QEvent) -> bool:
        """Keep every key from the shortcuts of the page below."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, ← goes back, Esc leaves; nothing reaches the window below."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in _KEYS_ON:
            self.go_on()
        elif key in _KEYS_BACK:
            self.go_back()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside: there is one thing to do."""
        return True


def _beside(hole: QRect, room: QRect, size: QPoint) -> QRect:
    """Return where a card of a size stands: right of the widget, else below, left or above it, else in its middle."""
    width, height, gap = size.x(), size.y(), theme().px(12)
    inside = room.adjusted(gap, gap, -gap, -gap)
    middle = QRect((room.width() - width) // 2, (room.height() - height) // 2, width, height)
    if hole.isNull():
        return middle
    top = max(inside.top(), min(hole.top(), inside.bottom() - height))
    left = max(inside.left(), min(hole.left(), inside.right() - width))
    for place in (
        QRect(hole.right() + gap, top, width, height),
        QRect(left, hole.bottom() + gap, width, height),
        QRect(hole.left() - gap - width, top, width, height),
        QRect(left, hole.top() - gap - height, width, height),
    ):
        if inside.contains(place):
            return place
    return QRect(hole.center().x() - width // 2, max(inside.top(), hole.center().y() - height // 2), width, height)
