"""Labels, icons, key caps and hairlines: what nearly every screen is made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from app.ui.theme import theme
from app.ui.widgets.painting import draw_key_cap, key_cap_size, keys_text


def restyle(widget: QWidget) -> None:
    """Apply the stylesheet again after a dynamic property has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Text(QLabel):
    """A label of one step of the type scale in one tone. Never shows markup: text of records is shown as typed.

    ``kind``: display figure title crumb section bold body caption caption_bold key_hint code code_bold code_display.
    ``tone``: fg secondary muted disabled accent error warn hint ok proposed. ``elide`` cuts at the right with an
    ellipsis and shows the full text as tooltip; ``wrap`` breaks lines.
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "body",
        tone: str = "fg",
        *,
        wrap: bool = False,
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._full = text
        self._elide = elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self.setMinimumWidth(theme().px(24))
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text; an eliding label keeps the full one."""
        self._full = text
        super().setText(self._shown() if self._elide else text)
        self.setAccessibleName(text)

    def full_text(self) -> str:
        """Return the text before eliding."""
        return self._full

    def set_tone(self, tone: str) -> None:
        """Change the tone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)

    def set_kind(self, kind: str) -> None:
        """Change the step of the type scale."""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            restyle(self)

    def sizeHint(self) -> QSize:
        """Return the width of the full text, so that a layout gives an eliding label what there is."""
        hint = super().sizeHint()
        if self._elide:
            hint.setWidth(self.fontMetrics().horizontalAdvance(self._full) + 1)
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        if self._elide:
            shown = self._shown()
            super().setText(shown)
            self.setToolTip(self._full if shown != self._full else "")

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, max(0, self.width()))


class IconLabel(QWidget):
    """One icon in the colour of a role; follows a theme switch because it asks at paint time."""

    def __init__(self, name: str, role: str = "fg_secondary", px: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role, self._px = name, role, px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, role: str | None = None) -> None:
        """Show another icon, in another role if given."""
        self._name, self._role = name, role or self._role
        self.update()

    def sizeHint(self) -> QSize:
        """Return the square of the icon."""
        edge = theme().px(self._px)
        return QSize(edge, edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        pixmap = theme().pixmap(self._name, self._role, self._px, self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawPixmap(0, (self.height() - theme().px(self._px)) // 2, pixmap)


class KeyCap(QWidget):
    """A key or key combination, drawn as a cap: ``KeyCap("Ctrl+Enter")``."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys_text(keys)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self._keys)

    def sizeHint(self) -> QSize:
        """Return the size of the cap."""
        return key_cap_size(self._keys)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cap."""
        painter = QPainter(self)
        draw_key_cap(painter, self.rect(), self._keys)


class Rule(QFrame):
    """A hairline, horizontal or vertical, ``subtle`` inside a panel."""

    def __init__(self, *, vertical: bool = False, subtle: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "rule_subtle" if subtle else "rule")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
