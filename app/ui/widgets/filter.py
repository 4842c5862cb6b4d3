"""The filter box: tokens as chips, then free text, in one bordered line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app.ui.theme import theme
from app.ui.widgets.badges import Chip
from app.ui.widgets.panes import row
from app.ui.widgets.text import IconLabel


class _Line(QLineEdit):
    erased = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.erased.emit()
        else:
            super().keyPressEvent(event)


class FilterBox(QWidget):
    """Tokens (key, label) and free text. ``changed`` when either changes; ``entered`` on Enter.

    The page turns typed text into tokens by :meth:`set_tokens`. Backspace in an empty line takes the last token away,
    Esc clears the text, then goes on to the page.
    """

    changed = Signal()
    entered = Signal(str)

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens: list[tuple[str, str]] = []
        self._chips: list[Chip] = []
        self.line = _Line()
        self.line.setProperty("bare", "true")
        self.line.setPlaceholderText(placeholder)
        self.line.setAccessibleName("筛选")
        self.line.textChanged.connect(self._on_text)
        self.line.erased.connect(self._drop_last)
        self.line.returnPressed.connect(self._on_entered)
        self._box = row(IconLabel("filter", px=16), self.line, gap=6, margins=(8, 0, 8, 0))
        self.setLayout(self._box)
        self.setFocusProxy(self.line)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._fit)
        self._fit()

    @property
    def text(self) -> str:
        """The free text, trimmed."""
        return self.line.text().strip()

    @property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """The tokens as (key, label)."""
        return tuple(self._tokens)

    def set_tokens(self, tokens: Sequence[tuple[str, str]], text: str | None = None) -> None:
        """Show these tokens, and this text if given; emits ``changed`` once."""
        self._tokens = list(tokens)
        for chip in self._chips:
            self._box.removeWidget(chip)
            chip.deleteLater()
        self._chips = []
        for place, (key, label) in enumerate(self._tokens):
            chip = Chip(label, "accent", closable=True)
            chip.setObjectName(key)
            chip.closed.connect(self._on_closed)
            self._box.insertWidget(1 + place, chip)
            self._chips.append(chip)
        if text is not None:
            was = self.line.blockSignals(True)
            self.line.setText(text)
            self.line.blockSignals(was)
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the text."""
        if event.key() == Qt.Key.Key_Escape and self.line.text():
            self.line.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the border, 2 px when the line has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.line.hasFocus()
        painter.setPen(QPen(theme().colour("focus" if focused else "line_strong"), 2 if focused else 1))
        painter.setBrush(theme().colour("bg_surface"))
        inset = 1.0 if focused else 0.5
        radius = theme().tokens.radius["field"]
        painter.drawRoundedRect(self.rect().toRectF().adjusted(inset, inset, -inset, -inset), radius, radius)

    def _fit(self) -> None:
        self.setFixedHeight(theme().size("control"))

    def _on_text(self) -> None:
        self.changed.emit()

    def _on_entered(self) -> None:
        self.entered.emit(self.text)

    def _on_closed(self) -> None:
        key = self.sender().objectName()
        self.set_tokens([token for token in self._tokens if token[0] != key])

    def _drop_last(self) -> None:
        if self._tokens:
            self.set_tokens(self._tokens[:-1])
