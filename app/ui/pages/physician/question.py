"""One question as a card: in focus with its options and the line for words, folded once it is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.domain.returning import AnswerNeed
from app.services.return_places import spec_at
from app.ui.masking import masking
from app.ui.pages.physician.options import OptionRows
from app.ui.theme import theme
from app.ui.widgets import Button, IconLabel, Pane, SeverityBadge, Text, column, restyle, row

if TYPE_CHECKING:
    from app.ui.pages.physician.answers import Begun

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOST_LABELS = 10
_FRAME = 34
_NEUTRAL = "选择任何一项都可以。本页不显示权重和金额。"


class QuestionCard(Pane):
    """Digits choose while no words are typed, Enter goes on, ↑ goes back.

    ``changed()`` on every choice and letter; ``step(±1)`` on Enter and ↑; ``entered()`` when a click brings it into
    focus.
    """

    changed = Signal()
    step = Signal(int)
    entered = Signal()

    def __init__(self, begun: Begun, width: int, *, can_answer: bool) -> None:
        super().__init__("panel")
        self.begun = begun
        self.is_on = False
        self._can_answer = can_answer
        self.setObjectName("physician_question")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_answer else Qt.FocusPolicy.NoFocus)
        self._folded, self._open = QWidget(), QWidget()
        self._fold_words, self._fold_new = Text("", tone="secondary"), Text("", "bold", elide=True)
        self._fold_kind = Text("", tone="ok")
        self.again = Button("修改", kind="link", small=True)
        self.again.setVisible(False)
        self.again.clicked.connect(self.entered)
        icon = IconLabel("passed", "ok", 14)
        folded = row(icon, self._fold_kind, self._fold_words, gap=8, margins=(16, 7, 16, 7))
        folded.addWidget(self._fold_new, 1)
        folded.addWidget(self.again)
        self._folded.setLayout(folded)
        self._build(width)
        whole = column(self._folded, self._open)
        if begun.item.item.verdict is not None:
            whole.addLayout(row(Text(_verdict(begun), "caption", "secondary", wrap=True), margins=(16, 0, 16, 10)))
        self.setLayout(whole)
        self.show_state(on=False)

    def focus_here(self) -> None:
        """Put the focus where the next key belongs: the line when words are missing, else the options."""
        if self.begun.need is not AnswerNeed.NOTHING:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_state(self, *, on: bool) -> None:
        """Show it in focus, folded with its answer, or waiting."""
        self.is_on = on
        folded = not on and self.begun.is_whole
        self._folded.setVisible(folded)
        self._open.setVisible(not folded)
        kind, words, new = self.begun.told() if self.begun.is_whole else ("", "", "")
        self._fold_kind.setText(kind)
        self._fold_words.setText(words)
        self._fold_new.setText(new)
        self.again.setVisible(folded and self._can_answer)
        self._more.setVisible(on)
        self._foot.setVisible(on)
        self.options.show_state(-1 if self.begun.is_appeal else self.begun.option, keyed=on)
        self._show_line()
        self._show_ring()
        self.setAccessibleName(f"{self.begun.item.place}：{masking().words(self.begun.item.item.question)}")
        self.setAccessibleDescription("".join((kind, words, new)))
        self._lay_out()

    def fit_width(self, width: int) -> None:
        """Break the options for a card of this width, px."""
        self.options.fit_width(width - theme().px(_FRAME))

    def appeal(self) -> None:
        """Object: a reason is wanted."""
        self._set(replace(self.begun, is_appeal=True, option=-1))
        self.focus_here()

    def choose(self, number: int) -> None:
        """Choose an option by its digit."""
        if self._can_answer and 1 <= number <= len(self.begun.item.item.options):
            self._set(replace(self.begun, is_appeal=False, option=number - 1))
            self.focus_here()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose, Enter and ↓ go on, ↑ goes back."""
        if event.text().isdecimal() and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.choose(int(event.text()))
        elif event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step.emit(1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the line Enter goes on and ↑ goes back; digits are words there."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_ring()
        if event.type() is QEvent.Type.FocusIn and not self.is_on:
            self.entered.emit()
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._is_line_key(event):
            return True
        return super().eventFilter(watched, event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come into focus, also by Tab."""
        super().focusInEvent(event)
        self._show_ring()
        if not self.is_on:
            self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._show_ring()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click brings it into focus."""
        event.accept()
        if self._can_answer:
            self.entered.emit()

    def _build(self, width: int) -> None:
        item = self.begun.item.item
        head: list[QWidget | None] = [SeverityBadge(item.severity)] if item.severity else []
        rule = f" · 规则 {item.rule_id}" if item.rule_id else ""
        head += [Text(f"{self.begun.item.place}{rule}", "caption", "muted"), None]
        self.options = OptionRows([one.label for one in item.options], width - theme().px(_FRAME))
        self.options.picked.connect(self._on_picked)
        self.line = QLineEdit()
        self.line.setObjectName("physician_words")
        self.line.setProperty("boxed", "true")
        self.line.setText(self.begun.words)
        self.line.setReadOnly(not self._can_answer)
        self.line.textChanged.connect(self._on_typed)
        self.line.installEventFilter(self)
        self._hint = Text("", "caption", "muted")
        self._words = QWidget()
        self._words.setLayout(row(self.line, self._hint, gap=8))
        self._more = QWidget()
        self._more.setLayout(self._quotes())
        self._foot = QWidget()
        next_button = Button("下一项", kind="primary", small=True, keys="Enter")
        next_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        next_button.clicked.connect(self._on_next)
        appeal = Button("申诉", kind="link", small=True, keys="Ctrl+J")
        appeal.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        appeal.clicked.connect(self.appeal)
        for button in (next_button, appeal):
            button.setEnabled(self._can_answer)
        self._foot.setLayout(row(IconLabel("note", "fg_muted", 14), Text(_NEUTRAL, "caption", "muted"), None,
                                 appeal, next_button))  # fmt: skip
        self._open.setLayout(
            column(
                row(*head),
                2,
                Text(masking().words(item.question), "title", wrap=True),
                self._more,
                8,
                self.options,
                self._words,
                self._foot,
                gap=4,
                margins=(16, 10, 16, 12),
            )
        )

    def _quotes(self) -> QHBoxLayout:
        item = self.begun.item.item
        parts = [_quote("首页原文", masking().words(item.old_value) or "未填写")]
        if item.seen:
            parts.append(_quote("编码员看到的记录", masking().words(item.seen)))
        box = row(*parts, gap=16, margins=(0, 6, 0, 0))
        for at in range(len(parts)):
            box.setStretch(at, 1)
        return box

    def _show_line(self) -> None:
        need = self.begun.need
        hint = "理由，必填；双方意见都会保留" if self.begun.is_appeal else text(f"returns.need.{need}") if need else ""
        self._hint.setText(hint)
        self.line.setAccessibleName(hint or "说明")
        self.line.setPlaceholderText(_choices(self.begun) if need is AnswerNeed.VALUE else "")
        self._words.setVisible(self.is_on and need is not AnswerNeed.NOTHING)

    def _lay_out(self) -> None:
        """Work the heights out now, from the inside: what was hidden must not keep its room."""
        for part in (self._open, self):
            layout = part.layout()
            if layout is not None:
                layout.invalidate()
                layout.activate()
            part.updateGeometry()

    def _show_ring(self) -> None:
        """Draw the ring while the focus is in the card."""
        has_focus = self.is_on and (self.hasFocus() or self.line.hasFocus())
        if self.property("focused") is not has_focus:
            self.setProperty("focused", has_focus)
            restyle(self)

    def _set(self, begun: Begun) -> None:
        self.begun = begun
        self.show_state(on=self.is_on)
        self.changed.emit()

    def _is_line_key(self, event: QKeyEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if event.key() in _ENTER:
            self.step.emit(1)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            return False
        return True

    def _on_picked(self, number: int) -> None:
        if not self.is_on:
            self.entered.emit()
        self.choose(number)

    def _on_typed(self, words: str) -> None:
        if words != self.begun.words:
            self.begun = replace(self.begun, words=words)
            self.changed.emit()

    def _on_next(self) -> None:
        self.step.emit(1)


def _choices(begun: Begun) -> str:
    """Return what a field with a dictionary can take, so that it need not be guessed; '' for free text."""
    spec = spec_at(begun.item.item.path)
    if spec is None or not spec.dictionary:
        return ""
    labels = [entry.label for entry in dictionary(spec.dictionary).entries]
    return f"可写：{'、'.join(labels[:_MOST_LABELS])}{'…' if len(labels) > _MOST_LABELS else ''}"


def _verdict(begun: Begun) -> str:
    """Return what the record room made of the answer, with its words."""
    item = begun.item.item
    said = f"：{item.verdict_words}" if item.verdict_words else ""
    return f"病案科{text(f'returns.verdict.{item.verdict}')}{said}　{item.verdict_by}"


def _quote(title: str, words: str) -> Pane:
    pane = Pane("none", "l")
    pane.setLayout(column(Text(title, "caption", "muted"), Text(words, tone="secondary", wrap=True),
                          margins=(10, 0, 0, 0)))  # fmt: skip
    return pane
