"""The code cell while it is edited: a line over code and name, with the search below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QFontMetrics, QHideEvent, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.coding import Candidate, CodeKind
from app.ui.page import Shell
from app.ui.pages.case.code_popup import CodePopup
from app.ui.pages.codes import marking
from app.ui.pages.codes.panel import EffectsOf
from app.ui.theme import theme
from app.ui.widgets import ScrollPane
from app.ui.widgets.painting import draw_focus_ring

_HEIGHT: Final = 358
_WIDEST: Final = 1100
_INSET: Final = 24
_STEP: Final = 60
_WIDTH: Final = "case.popup"
_CODE: Final = re.compile(r"-|[A-Za-z]?\d{2}[0-9A-Za-z.+*/-]{1,16}")


@dataclass(frozen=True, slots=True)
class CodedRow:
    """The row a code is looked for: its code set and text, its candidates, what codes would do to the group.

    ``asked`` are the queries of this case so far, the latest last.
    """

    kind: CodeKind
    text: str
    candidates: Callable[[], Sequence[Candidate]]
    effects: EffectsOf
    asked: Sequence[str] = ()


class CodeEditor(QLineEdit):
    """Types a query; results show below and the keys of the list work from here.

    ``taken(candidate)``: a candidate was chosen, or a code was entered that the book does not have (then a ``str``).
    """

    taken = Signal(object)

    _composing = False

    def __init__(self, shell: Shell, parent: QWidget, row: CodedRow, popup: CodePopup) -> None:
        super().__init__(parent)
        self._shell, self._row = shell, row
        self._code = ""
        self._begun = False
        self.awaits_key = False  # the key that opened it comes next: nothing need be looked for before
        self._at = -1
        self.setObjectName("code_editor")
        self.setAccessibleName("编码检索")
        self.setFrame(False)
        self.setTextMargins(theme().px(6), 0, theme().px(6), 0)
        self._frame, self.panel, self._grip = popup, popup.panel, popup.grip
        popup.hang_on(self)
        self._heard: list[tuple[SignalInstance, Callable[..., None]]] = [
            (self._grip.dragged, self._keep_width),
            (self.panel.taken, self._on_taken),
            (self.panel.kind_changed, self._on_kind),
            (self.panel.wished, self._on_wish),
        ]
        for signal, slot in self._heard:
            signal.connect(slot)
        self.textChanged.connect(self._on_text)
        self._follow_paper(parent)

    def release(self) -> None:
        """Leave the popup to the next editor."""
        self._frame.dismiss()
        for signal, slot in self._heard:
            signal.disconnect(slot)
        self._heard = []

    def begin(self, code: str) -> None:
        """Start with the code the row has, which Esc restores, and the candidates for the row's text."""
        if not self._begun:
            self._begun, self._code = True, code
            self.setPlaceholderText("" if code else "输入中文、拼音首字母或编码")
            self.panel.begin(self._row.kind, current=code, text=self._row.text, effects=self._row.effects)

    def ask(self, query: str) -> None:
        """Search as if the query had been typed."""
        self.setText(query)

    def search_again(self) -> None:
        """Show what is found now: the engines are there, or know more."""
        self._search(self.text())

    def take_key(self, event: QKeyEvent) -> bool:
        """Give a key to the list; return whether it was used. While the input method composes all are its own."""
        if self._composing:
            return True
        if self._step_queries(event) or self._step_width(event) or self._star(event) or self.panel.handle_key(event):
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            typed = self.text().strip()
            if _CODE.fullmatch(typed):
                self._on_taken(typed)
            return True
        return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)

    def event(self, event: QEvent) -> bool:
        """Keys of the list are not shortcuts of the page while it is open; no key is one while composing."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.ShortcutOverride:
            return super().event(event)
        if self._composing or _is_star(event) or self.panel.wants_key(event):
            event.accept()
            return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether a composition is open."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def _step_queries(self, event: QKeyEvent) -> bool:
        """Bring back what was searched for in this case before (Ctrl+↑), or go forward again (Ctrl+↓)."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if by is None or event.modifiers() != Qt.KeyboardModifier.ControlModifier:
            return False
        if self._row.asked:
            at = max(0, min(self._at + by, len(self._row.asked))) if self._at >= 0 else len(self._row.asked) - 1
            self._at = at
            self.setText(self._row.asked[at] if at < len(self._row.asked) else "")
        return True

    def _star(self, event: QKeyEvent) -> bool:
        """Make the chosen result a favourite (Alt+P), or one no longer."""
        if not _is_star(event):
            return False
        chosen = self.panel.current()
        if chosen is not None:
            marking.star(self._shell, chosen, shared=False)
        return True

    def _step_width(self, event: QKeyEvent) -> bool:
        """Make the popup narrower (Alt+Shift+←) or wider (Alt+Shift+→)."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or event.modifiers() != Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier:
            return False
        self._frame.resize(self._grip.fit(self._frame.width() + by * theme().px(_STEP)), self._frame.height())
        self._keep_width(self._frame.width())
        return True

    def _keep_width(self, width: int) -> None:
        self._shell.places.put(_WIDTH, round(width / theme().px(1000) * 1000))

    def _width(self, room: int) -> int:
        """Return the width the user chose, else that of the grid up to a limit."""
        kept = self._shell.places.get(_WIDTH)
        return self._grip.fit(theme().px(kept)) if isinstance(kept, int) else min(room, theme().px(_WIDEST))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Open the results."""
        super().focusInEvent(event)
        self._show()
        if not (self.text() or self.awaits_key):
            self._search("")
        self.awaits_key = False

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the results with the editor."""
        if self._heard:
            self._frame.dismiss()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep every key here: one that the line does not want must not move the grid."""
        super().keyPressEvent(event)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, its ring, and what Esc restores."""
        super().paintEvent(event)
        painter = QPainter(self)
        draw_focus_ring(painter, self.rect())
        said = f"原值 {self._code} · Esc 恢复" if self._code else "Esc 取消"
        metrics = QFontMetrics(theme().font("caption"))
        box = self.rect().adjusted(0, 0, -theme().px(8), 0)
        typed = self.fontMetrics().horizontalAdvance(self.text() or self.placeholderText())
        if typed + metrics.horizontalAdvance(said) + theme().px(36) < self.width():
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().colour("fg_muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, said)

    def _follow_paper(self, parent: QWidget) -> None:
        """Stay at the row while the sheet around the grid scrolls."""
        around: QWidget | None = parent
        while around is not None:
            if isinstance(around, ScrollPane):
                around.verticalScrollBar().valueChanged.connect(self._on_scrolled)
            around = around.parentWidget()

    def _on_scrolled(self) -> None:
        if self._frame.isVisible():
            self._place()

    def _show(self) -> None:
        if not self._frame.isVisible():
            self._place()

    def _place(self) -> None:
        """Open below the row, above where there is more room, never over the row itself, inside the window."""
        window, grid = self.window(), self.parentWidget() or self
        px = theme().px
        top = self.mapTo(window, QPoint(0, 0)).y()
        below, above = window.height() - top - self.height() - px(8), top - px(8)
        height = min(px(_HEIGHT), max(below, above))
        left = grid.mapTo(window, QPoint(px(_INSET), 0)).x() - self.mapTo(window, QPoint(0, 0)).x()
        width = self._width(grid.width() - px(_INSET + 4))
        self._frame.place_below(width, height, QRect(left, 0, width, self.height()))

    def _on_text(self, query: str) -> None:
        self._show()
        self._search(query)

    def _search(self, query: str) -> None:
        if not self._shell.services.is_ready:
            self.panel.wait()
        elif query.strip():
            self.panel.search(query)
        elif not self._row.text.strip():
            self.panel.offer(self._shell.services.shelf.codes(self._row.kind), "收藏、最近与常用")
        else:
            self.panel.suggest(self._row.text, self._row.candidates())

    def _on_kind(self, _kind: object) -> None:
        self._search(self.text())

    def _on_wish(self, query: str) -> None:
        marking.wish(self._shell, self.panel.kind, query)

    def _on_taken(self, candidate: object) -> None:
        self._frame.dismiss()
        self.taken.emit(candidate)


def _is_star(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_P and event.modifiers() == Qt.KeyboardModifier.AltModifier
