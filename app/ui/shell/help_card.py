"""F1: what the focused thing is, what state it is in, and the keys that work there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.common.texts import text
from app.ui.page import KeyHint
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.frames import FloatFrame
from app.ui.widgets.panes import column, row
from app.ui.widgets.text import KeyCap, Text


class HelpCard(FloatFrame):
    """A card under a widget with words about it and its keys; Esc or a click elsewhere closes it.

    ``more`` names the help section that belongs to it; ``wanted`` when that shall be shown.
    """

    wanted = Signal()

    def __init__(
        self, anchor: QWidget, title: str, words: str, hints: Sequence[KeyHint] = (), more: str = "", keys: str = ""
    ) -> None:
        super().__init__(anchor)
        self.setAccessibleName(f"{title}。{words}")
        box = column(gap=6, margins=(14, 10, 14, 12))
        box.addWidget(Text(title, "bold", wrap=True))
        box.addWidget(Text(words or text("ui.help.nothing"), tone="secondary", wrap=True))
        for hint in hints:
            box.addLayout(row(KeyCap(hint.keys), Text(hint.text, "caption", "secondary"), None, gap=6))
        if more:
            button = Button(more, kind="link", small=True, icon="help", keys=keys)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(self.wanted)
            box.addLayout(row(button, None))
        self.setLayout(box)
        self._box = box
        self.dismissed.connect(self.deleteLater)

    def open(self) -> None:
        """Show under the anchor."""
        width = theme().px(320)
        height = self._box.heightForWidth(width)
        self.place_below(width, max(height, self.sizeHint().height()), _spot(self._anchor))


def _spot(anchor: QWidget) -> QRect:
    """Return the part of a widget the card belongs to: the current cell of a table, the top of something tall."""
    if isinstance(anchor, QAbstractItemView) and anchor.currentIndex().isValid():
        box = anchor.visualRect(anchor.currentIndex())
        return box.translated(anchor.viewport().mapTo(anchor, QPoint(0, 0)))
    return QRect(0, 0, anchor.width(), min(anchor.height(), theme().px(32)))


def described(widget: QWidget | None, top: QWidget) -> tuple[QWidget, str, str] | None:
    """Return the nearest widget up from ``widget`` that can say something: (widget, title, words)."""
    while widget is not None and widget is not top:
        words = (
            widget.help_text() if hasattr(widget, "help_text") else widget.accessibleDescription() or widget.toolTip()
        )
        if words or widget.accessibleName():
            return widget, widget.accessibleName(), words
        widget = widget.parentWidget()
    return None
