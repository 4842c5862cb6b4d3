"""The condition as a sentence of tokens: ← → go from token to token, Enter or a click changes one, Delete drops it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.qc.sentences import Token, TokenKind
from app.ui.theme import theme

ADD: Final = "＋ 条件"
_LINE: Final = 26
_BOX: Final = 22
_GAP: Final = 4
_INKS: Final = {
    TokenKind.FIELD: "accent",
    TokenKind.ROWS: "accent",
    TokenKind.FORMULA: "fg",
    TokenKind.JOIN: "fg_muted",
}


class SentenceView(QWidget):
    """``edit_asked(index)`` for a token, ``remove_asked(index)`` for its condition, ``add_asked`` behind the last."""

    edit_asked = Signal(int)
    remove_asked = Signal(int)
    add_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tokens: tuple[Token, ...] = ()
        self._boxes: list[QRect] = []
        self._at = 0
        self._fixed = False
        self.setObjectName("sentence")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._lay_out)
        self._say()

    @property
    def current(self) -> int:
        """The index of the current token; the number of tokens stands for the end, where conditions are added."""
        return self._at

    def show_tokens(self, tokens: Sequence[Token], *, fixed: bool = False) -> None:
        """Show a condition; ``fixed`` for one that cannot be changed here."""
        self._tokens, self._fixed = tuple(tokens), fixed
        self._at = min(self._at, len(self._tokens))
        if self._at < len(self._tokens) and not self._can_change(self._at):
            self._at = self._next(self._at, 1)
        self._lay_out()
        self._say()

    def go_to(self, index: int) -> None:
        """Make a token the current one."""
        self._at = max(0, min(index, len(self._tokens)))
        self._say()
        self.update()

    def box_of(self, index: int) -> QRect:
        """Return where a token stands, for the list that opens under it."""
        return self._boxes[index] if 0 <= index < len(self._boxes) else self.rect()

    def sizeHint(self) -> QSize:
        """Return the size for the present width."""
        return QSize(theme().px(300), self._flow(max(self.width(), theme().px(200)))[1])

    def minimumSizeHint(self) -> QSize:
        """Return one line."""
        return QSize(theme().px(120), theme().px(_LINE))

    def resizeEvent(self, _event: QEvent) -> None:
        """Flow anew."""
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        """Keep Delete from the shortcuts of the page while a condition can be dropped."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._wants(event):
            event.accept()
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        return not self._fixed and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Plus}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, change, drop, add."""
        key = event.key()
        if key == Qt.Key.Key_Left:
            self.go_to(self._next(self._at, -1))
        elif key == Qt.Key.Key_Right:
            self.go_to(self._next(self._at, 1))
        elif key == Qt.Key.Key_Home:
            self.go_to(self._next(-1, 1))
        elif key == Qt.Key.Key_End:
            self.go_to(len(self._tokens))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and not event.modifiers():
            self._open(self._at)
        elif key == Qt.Key.Key_Plus:
            self._open(len(self._tokens))
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and self._may(self._at):
            self.remove_asked.emit(self._at)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click changes a token."""
        for index, box in enumerate(self._boxes):
            if box.contains(event.position().toPoint()):
                self.go_to(index)
                self._open(index)
                return

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the current token."""
        super().focusInEvent(event)
        if self._at < len(self._tokens) and not self._can_change(self._at):
            self.go_to(self._next(self._at, 1))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the tokens."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, box in enumerate(self._boxes):
            self._draw(painter, index, box)

    def _draw(self, painter: QPainter, index: int, box: QRect) -> None:
        px, colour = theme().px, theme().colour
        token = self._tokens[index] if index < len(self._tokens) else None
        boxed = token is not None and token.kind not in (TokenKind.WORD, TokenKind.JOIN)
        if boxed:
            painter.setPen(QPen(colour("line"), 1))
            painter.setBrush(colour("bg_surface"))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(self._font(token))
        ink = "accent" if token is None else _INKS.get(token.kind, "fg_muted" if token.kind is TokenKind.WORD else "fg")
        painter.setPen(colour(ink))
        inner = box.adjusted(px(6) if boxed else px(2), 0, -px(4) if boxed else 0, 0)
        words = token.text if token else ADD
        shown = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideMiddle, inner.width() + 2)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        if index == self._at and self.hasFocus():
            painter.setPen(QPen(colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 3, 3)

    def _font(self, token: Token | None) -> QFont:
        formula = token is not None and token.kind is TokenKind.FORMULA
        return theme().font("code" if formula else "body")

    def _flow(self, width: int) -> tuple[list[QRect], int]:
        px = theme().px
        boxes: list[QRect] = []
        left, top = 0, 0
        shown: list[Token | None] = [*self._tokens, *([] if self._fixed else [None])]
        for token in shown:
            words = token.text if token else ADD
            boxed = token is not None and token.kind not in (TokenKind.WORD, TokenKind.JOIN)
            wide = QFontMetrics(self._font(token)).horizontalAdvance(words) + px(12 if boxed else 4)
            wide = min(wide, width)
            if left and left + wide > width:
                left, top = 0, top + px(_LINE)
            boxes.append(QRect(left, top + px((_LINE - _BOX) // 2), wide, px(_BOX)))
            left += wide + px(_GAP)
        return boxes, top + px(_LINE)

    def _lay_out(self) -> None:
        self._boxes, height = self._flow(max(self.width(), 1))
        if self.height() != height:
            self.setFixedHeight(height)
        self.update()

    def _can_change(self, index: int) -> bool:
        return index >= len(self._tokens) or self._tokens[index].kind is not TokenKind.WORD

    def _may(self, index: int) -> bool:
        return not self._fixed and 0 <= index < len(self._tokens)

    def _next(self, index: int, step: int) -> int:
        last = len(self._tokens) if not self._fixed else len(self._tokens) - 1
        at = index + step
        while 0 <= at <= last and not self._can_change(at):
            at += step
        return at if 0 <= at <= last else index

    def _open(self, index: int) -> None:
        if self._fixed:
            return
        if index >= len(self._tokens):
            self.add_asked.emit()
        elif self._can_change(index):
            self.edit_asked.emit(index)

    def _say(self) -> None:
        whole = " ".join(token.text for token in self._tokens)
        self.setAccessibleDescription(f"当 {whole}")
        self.setAccessibleName(self._tokens[self._at].text if self._at < len(self._tokens) else ADD)
