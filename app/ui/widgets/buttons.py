"""Buttons: painted by us so that icon, words and key cap stand as in the design in every state."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui.theme import theme
from app.ui.widgets.painting import draw_icon, draw_key_cap, key_cap_size, keys_text

_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_KINDS = {"normal", "primary", "link", "danger"}


class Button(QAbstractButton):
    """A button with optional icon and key cap. ``kind``: normal, primary (one per screen), link, danger.

    Return and Space press it; the focus ring is drawn inside.
    """

    def __init__(
        self,
        text: str,
        *,
        kind: str = "normal",
        small: bool = False,
        icon: str = "",
        keys: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if kind not in _KINDS:
            raise ValueError(kind)
        self._kind, self._small, self._icon = kind, small, icon
        self._keys = keys_text(keys) if keys else ""
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(text)
        theme().changed.connect(self.updateGeometry)

    def set_text(self, text: str, keys: str | None = None) -> None:
        """Change the words, and the key cap if given."""
        self.setText(text)
        self.setAccessibleName(text)
        if keys is not None:
            self._keys = keys_text(keys) if keys else ""
        self.updateGeometry()
        self.update()

    def set_icon(self, name: str) -> None:
        """Change the icon ('' for none)."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of icon, words and cap with their gaps, and the height of a control."""
        px = theme().px
        width = 2 * self._pad() + QFontMetrics(self._font()).horizontalAdvance(self.text())
        if self._icon:
            width += px(14) + (px(6) if self.text() else 0)
        if self._keys:
            width += key_cap_size(self._keys).width() + px(6)
        return QSize(width + 1, theme().size("control_small" if self._small else "control"))

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: words of a button are never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Enter press the button, as Space does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers() & ~_KEYPAD:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, words, cap and focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        content = self.sizeHint().width() - 2 * self._pad()
        left = max(self._pad(), (self.width() - content) // 2)
        if self._icon:
            left = draw_icon(painter, left, self.rect(), self._icon, self._ink_role()) + theme().px(6)
        ink = theme().colour(self._ink_role())
        painter.setPen(ink)
        painter.setFont(self._font())
        width = QFontMetrics(self._font()).horizontalAdvance(self.text())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(left, 0, width + 2, self.height()), flags, self.text())
        if self._keys:
            self._draw_cap(painter, left + width + theme().px(6), ink)

    def _draw_cap(self, painter: QPainter, left: int, ink: QColor) -> None:
        size = key_cap_size(self._keys)
        box = QRect(left, (self.height() - size.height()) // 2, size.width(), size.height())
        draw_key_cap(painter, box, self._keys, ink if self._kind in {"primary", "danger"} else None)

    def _draw_ground(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen if self._border_role() == "" else QPen(theme().colour(self._border_role()), 1))
        ground = self._ground_role()
        painter.setBrush(theme().colour(ground) if ground else Qt.BrushStyle.NoBrush)
        radius = theme().tokens.radius["button"]
        painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            filled = self._kind in {"primary", "danger"}
            painter.setPen(QPen(theme().colour("accent_fg" if filled else "focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = 3 if filled else 1
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)

    def _ground_role(self) -> str:
        hovered = self.underMouse() and self.isEnabled()
        if self._kind == "primary":
            return ("accent_hover" if hovered or self.isDown() else "accent") if self.isEnabled() else "bg_pressed"
        if self._kind == "danger":
            return "error" if self.isEnabled() else "bg_pressed"
        if self.isDown():
            return "bg_pressed"
        if self._kind == "link":
            return "bg_hover" if hovered else ""
        return "bg_hover" if hovered else "bg_surface"

    def _border_role(self) -> str:
        return "line" if self._kind == "normal" else ""

    def _ink_role(self) -> str:
        if not self.isEnabled():
            return "fg_disabled"
        return {"primary": "accent_fg", "danger": "bg_surface", "link": "accent"}.get(self._kind, "fg")

    def _font(self) -> QFont:
        return theme().font("caption" if self._small else "body")

    def _pad(self) -> int:
        return theme().px(6 if self._kind == "link" else 8 if self._small else 12)


class IconButton(Button):
    """A square button with an icon only; ``tip`` is its tooltip and accessible name."""

    def __init__(self, icon: str, tip: str, *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__("", kind="link", small=small, icon=icon, parent=parent)
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def sizeHint(self) -> QSize:
        """Return the square of a control."""
        edge = theme().size("control_small" if self._small else "control")
        return QSize(edge, edge)

    def _ink_role(self) -> str:
        return "fg_secondary" if self.isEnabled() else "fg_disabled"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        draw_icon(painter, (self.width() - theme().px(16)) // 2, self.rect(), self._icon, self._ink_role(), 16)
