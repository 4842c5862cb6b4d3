"""A list of cards in the dock: one is chosen, arrows move the choice, Enter opens it. One stop of Tab."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui.pages.case.dock_cards import DockCard
from app.ui.theme import theme
from app.ui.widgets import Header, Message, ScrollPane, column


class CardList(QWidget):
    """``opened(card)``: Enter or a second click. ``wanted(card, what)``: a button of a card.

    ``head`` is its title line, ``note`` in it the muted words.
    """

    opened = Signal(object)
    wanted = Signal(object, str)

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self._cards: list[DockCard] = []
        self._parts: list[QWidget] = []
        self._current = -1
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.head = Header("", size="case_strip")
        self._scroll = ScrollPane()
        self._empty = Message()
        self._scroll.box.addWidget(self._empty)
        self._scroll.box.addStretch(1)
        body = column(self.head)
        body.addWidget(self._scroll, 1)
        self.setLayout(body)

    @property
    def cards(self) -> tuple[DockCard, ...]:
        """The cards from top to bottom."""
        return tuple(self._cards)

    def current(self) -> DockCard | None:
        """Return the chosen card."""
        return self._cards[self._current] if 0 <= self._current < len(self._cards) else None

    def show_parts(self, parts: Sequence[QWidget], title: str, hint: str) -> None:
        """Show cards and heads in this order; ``title`` and ``hint`` stand there when there are none.

        Cards that were shown may be handed in again. What was chosen stays chosen while a card is made of the same.
        """
        kept, at, before = self.current(), self._current, set(self._parts)
        for old in self._parts:
            self._scroll.box.removeWidget(old)
            if old not in parts:
                old.hide()
                old.deleteLater()
        self._parts = list(parts)
        self._cards = [part for part in parts if isinstance(part, DockCard)]
        for number, part in enumerate(self._parts):
            self._scroll.box.insertWidget(number, part)
            part.show()
        for card in self._cards:
            if card not in before:
                card.chosen.connect(self._on_chosen)
                card.wanted.connect(self.wanted)
        self._empty.tell(title, hint)
        self._empty.setVisible(not self._cards)
        same = (number for number, card in enumerate(self._cards) if kept and card.made_of == kept.made_of)
        self.choose(next(same, min(max(at, 0), len(self._cards) - 1)))

    def choose(self, number: int) -> None:
        """Choose a card by its position."""
        self._current = number if 0 <= number < len(self._cards) else -1
        for index, card in enumerate(self._cards):
            card.set_on(index == self._current, ring=index == self._current and self.hasFocus())
        card_now = self.current()
        if card_now is not None:
            self.setAccessibleDescription(card_now.accessibleName())
            self._lay_out()
            self._scroll.ensureWidgetVisible(card_now, 0, theme().px(24))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End choose, Enter opens."""
        last = len(self._cards) - 1
        moves = {
            Qt.Key.Key_Down: min(self._current + 1, last),
            Qt.Key.Key_Up: max(self._current - 1, 0),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in moves and not event.modifiers():
            self.choose(moves[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and self.current():
            self.opened.emit(self.current())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring on the chosen card."""
        super().focusInEvent(event)
        self.choose(self._current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.choose(self._current)

    def _lay_out(self) -> None:
        """Give the cards their heights now: what is to be shown must know where it is."""
        width, least = self._scroll.viewport().width(), self._scroll.viewport().height()
        self._scroll.inner.resize(width, max(least, self._scroll.box.heightForWidth(width)))
        self._scroll.box.activate()

    def _on_chosen(self, card: DockCard) -> None:
        again = card is self.current()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.choose(self._cards.index(card))
        if again:
            self.opened.emit(card)
