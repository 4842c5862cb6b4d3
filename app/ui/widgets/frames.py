"""Things that float inside the window: popups, the palette, confirm cards. Child frames, so that the IME stays."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.ui.theme import theme
from app.ui.theme.remote import is_remote
from app.ui.widgets.buttons import Button
from app.ui.widgets.panes import column, row
from app.ui.widgets.shadow import FloatShadow
from app.ui.widgets.text import Text


def float_shadow(widget: QWidget) -> None:
    """Give a floating surface its shadow; none in a remote session, where the border must do."""
    if is_remote():
        return
    FloatShadow(widget)


class FloatFrame(QFrame):
    """A framed child of the window near ``anchor``. It never takes the focus by itself and is not a ``Qt.Popup``.

    :meth:`place_below` puts it under (or above) the anchor, inside the window. ``dismissed`` is emitted when a click
    outside closes it, or an Esc that nothing below wanted.
    """

    dismissed = Signal()

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor.window())
        self._anchor = anchor
        self.setProperty("surface", "float")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        float_shadow(self)

    def hang_on(self, anchor: QWidget) -> None:
        """Float near another widget of the window from now on."""
        self._anchor = anchor

    def place_below(self, width: int, height: int, rect: QRect | None = None) -> None:
        """Show at the anchor (or a rectangle of it) with this size: below, else above, inside the window."""
        box = rect or self._anchor.rect()
        window = self._anchor.window()
        low = self._anchor.mapTo(window, box.bottomLeft()) + QPoint(0, 2)
        high = self._anchor.mapTo(window, box.topLeft())
        width, height = min(width, window.width() - 8), min(height, window.height() - 8)
        if low.y() + height <= window.height() - 4:
            top = low.y()
        elif high.y() - height - 2 >= 4:
            top = high.y() - height - 2
        else:  # no room on either side: over the anchor, whole
            top = window.height() - height - 4
        left = max(4, min(low.x(), window.width() - width - 4))
        self.setGeometry(left, top, width, height)
        if not self.isVisible():
            self.show()
            _application().installEventFilter(self)
        self.raise_()

    def dismiss(self) -> None:
        """Hide and tell."""
        if self.isVisible():
            self.hide()
            self.dismissed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop watching for clicks."""
        _application().removeEventFilter(self)
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press outside the frame and its anchor closes it."""
        if not isinstance(event, QMouseEvent):  # nearly all: the kind of an event takes longer to ask for
            return False
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if not inside and watched is not self._anchor and not self._anchor.isAncestorOf(watched):
                self.dismiss()
        return False


class Scrim(QWidget):
    """Dims the window behind the one thing that must be answered first; a click on it calls ``clicked``."""

    clicked = Signal()

    def __init__(self, window: QWidget, dim: bool = True) -> None:
        super().__init__(window)
        self._dim = dim
        self.setGeometry(window.rect())
        window.installEventFilter(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dimming."""
        if self._dim:
            shade = QColor(theme().colour("rail_bg"))
            shade.setAlpha(90)
            QPainter(self).fillRect(self.rect(), shade)

    def mousePressEvent(self, event: QEvent) -> None:
        """Tell that the ground was clicked."""
        self.clicked.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep covering the window."""
        if watched is self.parent() and event.type() is QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
        return False


class Card(Scrim):
    """A card in the middle over a scrim that holds the keyboard until it is closed. Esc closes it without answer."""

    closed = Signal()

    def __init__(self, window: QWidget, width: int = 420) -> None:
        super().__init__(window)
        self._before = QApplication.focusWidget()
        self.frame = QFrame(self)
        self.frame.setProperty("surface", "float")
        self.frame.setFixedWidth(theme().px(width))
        float_shadow(self.frame)
        self.box = column(gap=8, margins=(20, 16, 20, 16))
        self.frame.setLayout(self.box)
        self.setLayout(column(None, row(None, self.frame, None), None, None))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def open(self, focus: QWidget | None = None) -> None:
        """Show over the window; focus goes to ``focus`` and comes back when the card closes."""
        self.show()
        self.raise_()
        (focus or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def close_card(self) -> None:
        """Take the card away and give the focus back."""
        self.hide()
        give_focus_back(self._before)
        self.closed.emit()
        self.deleteLater()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the shortcuts of the page below, which would leave it."""
        is_shortcut = event.type() is QEvent.Type.ShortcutOverride
        if is_shortcut and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; nothing reaches the window below."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the card."""
        inside = [child for child in self.findChildren(QWidget) if _takes_tab(child)]
        if inside:
            now = QApplication.focusWidget()
            at = inside.index(now) if now in inside else -1
            inside[(at + (1 if forward else -1)) % len(inside)].setFocus(Qt.FocusReason.TabFocusReason)
        return True


def give_focus_back(widget: QWidget | None) -> None:
    """Focus a widget that had the focus before something floated over it, or what took its place, if it is there."""
    if widget is not None and shiboken6.isValid(widget):
        place = widget.focusProxy() or widget
        if place.isVisible():
            place.setFocus(Qt.FocusReason.PopupFocusReason)


def _application() -> QCoreApplication:
    app = QCoreApplication.instance()
    if app is None:
        raise RuntimeError("no application")
    return app


def _takes_tab(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def ask(parent: QWidget, title: str, text: str, verb: str, then: Callable[[], object], *, danger: bool = False) -> Card:
    """Ask before something that cannot be undone. ``verb`` is the word on the button (采用, 删除 …), never 确定.

    Returns at once; ``then`` is called if the user agrees. The focus stands on 取消 when ``danger``.
    """
    card = Card(parent.window())
    yes = Button(verb, kind="danger" if danger else "primary")
    no = Button("取消", keys="Esc")
    card.box.addWidget(Text(title, "title", wrap=True))
    card.box.addWidget(Text(text, tone="secondary", wrap=True))
    card.box.addSpacing(theme().px(8))
    card.box.addLayout(row(None, no, yes))
    no.clicked.connect(card.close_card)
    yes.clicked.connect(card.close_card)
    yes.clicked.connect(then)
    card.open(no if danger else yes)
    return card
