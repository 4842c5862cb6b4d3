"""The questions about one case: who it is, how far one is, the cards, and the line to hand them in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.dictionaries import dictionary
from app.ui.masking import masking
from app.ui.pages.physician.answers import Begun
from app.ui.pages.physician.question import QuestionCard
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, IconLabel, Pane, Rule, ScrollPane, Text, column, row

if TYPE_CHECKING:
    from app.services.return_types import Sheet, SheetItem
    from app.ui.actions import ActionTable

_WIDTH = 940
_WIDE = 1080
_LEAST = 480
_EDGE = 12
_KEEP_MS = 400
_STEP = (36, 4)


class Steps(QWidget):
    """A short bar for each question: answered, in focus, waiting."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[bool] = []
        self._at = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_steps(self, done: list[bool], at: int) -> None:
        """Show which are answered and which is in focus."""
        self._done, self._at = done, at
        px = theme().px
        self.setFixedSize(max(1, len(done)) * px(_STEP[0] + 4), px(_STEP[1]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars."""
        painter, px = QPainter(self), theme().px
        for number, done in enumerate(self._done):
            role = "accent" if number == self._at else "ok" if done else "line"
            painter.fillRect(number * px(_STEP[0] + 4), 0, px(_STEP[0]), px(_STEP[1]), theme().colour(role))


class SheetView(Pane):
    """Shows a sheet. ``kept(item, begun)`` shortly after something was chosen or typed; ``moved()`` on every step."""

    kept = Signal(object, object)
    moved = Signal()
    whole_wanted = Signal()

    def __init__(self, actions: ActionTable, *, can_open_case: bool) -> None:
        super().__init__("canvas")
        self.sheet: Sheet | None = None
        self.cards: list[QuestionCard] = []
        self._at = 0
        self._dirty: list[QuestionCard] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_KEEP_MS)
        self._pause.timeout.connect(self.flush)
        self._name, self._facts = Text("", "figure"), Text("", tone="secondary")
        self._told, self._count = Text("", tone="secondary"), Text("", "caption", "muted")
        self._steps = Steps()
        self._scroll = ScrollPane("canvas", gap=10)
        self._scroll.box.addStretch(1)
        left = column(row(self._name, self._facts, None, gap=8), self._told, gap=2)
        right = column(row(None, self._count), row(None, self._steps), gap=4)
        self._asker = Text("", tone="secondary")
        self._saved = Text("编码由病案科完成，您只需确认临床事实。", "caption", "secondary")
        case = Button("查看整页首页")
        case.clicked.connect(self.whole_wanted)
        self.submit = ActionButton(actions, "physician.submit", kind="primary")
        foot = row(self._saved, None, case, self.submit, margins=(0, 8, 0, 10))
        self._page = QWidget()
        whole = column(row(left, None, right), 10, gap=0)
        whole.addWidget(self._scroll, 1)
        self._help = QWidget()
        self._help.setLayout(row(IconLabel("note", "fg_muted", 14), self._asker, None, margins=(2, 4, 2, 6)))
        whole.addWidget(self._help)
        whole.addWidget(Rule())
        whole.addLayout(foot)
        self._page.setLayout(whole)
        self.setLayout(row(self._page, gap=0, margins=(_EDGE, 14, _EDGE, 0)))
        case.setVisible(can_open_case)
        theme().changed.connect(self._fit)
        self._fit()

    @property
    def is_whole(self) -> bool:
        """True when every question has its answer."""
        return bool(self.cards) and all(card.begun.is_whole for card in self.cards)

    def show_sheet(self, sheet: Sheet, *, can_answer: bool) -> None:
        """Show the questions about a case and come to the first without an answer."""
        self.flush()
        self.sheet = sheet
        self._say(sheet)
        old, self.cards = self.cards, []
        for card in old:
            self._scroll.box.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._card(item, can_answer=can_answer) for item in sheet.items]
        for number, card in enumerate(self.cards):
            self._scroll.box.insertWidget(number, card)
        first = next((n for n, card in enumerate(self.cards) if not card.begun.is_whole), 0)
        self.go_to(first, focus=False)

    def go_to(self, number: int, *, focus: bool = True) -> None:
        """Bring a question into focus; after the last one the button to hand in."""
        if not self.cards:
            return
        if number >= len(self.cards):
            waiting = [n for n, card in enumerate(self.cards) if not card.begun.is_whole]
            if not waiting and focus:
                self._show(-1)
                self.submit.setFocus(Qt.FocusReason.OtherFocusReason)
                return
            number = waiting[0] if waiting else len(self.cards) - 1
        self._show(max(0, number))
        if focus:
            self.cards[self._at].focus_here()
            self._scroll.ensureWidgetVisible(self.cards[self._at], 0, theme().px(24))

    def current(self) -> QuestionCard | None:
        """Return the question in focus."""
        return self.cards[self._at] if 0 <= self._at < len(self.cards) else None

    def flush(self) -> None:
        """Keep what was chosen and typed, now."""
        self._pause.stop()
        for card in self._dirty:
            self.kept.emit(card.begun.item, card.begun)
        self._dirty = []

    def say_saved(self, at: datetime) -> None:
        """Say that what was chosen and typed is kept."""
        self._saved.setText(f"已自动保存 {at:%H:%M:%S}。编码由病案科完成，您只需确认临床事实。")

    def _card(self, item: SheetItem, *, can_answer: bool) -> QuestionCard:
        card = QuestionCard(Begun.of(item), self._page_width(), can_answer=can_answer)
        card.changed.connect(self._on_changed)
        card.step.connect(self._on_step)
        card.entered.connect(self._on_entered)
        return card

    def _say(self, sheet: Sheet) -> None:
        row_, count = sheet.row, len(sheet.items)
        sex = dictionary("D-SEX").label(row_.sex)
        age = f"{row_.age_years} 岁" if row_.age_years else ""
        stay = " 至 ".join(f"{at:%m-%d}" for at in (row_.admit_time, row_.discharge_time) if at)
        dept = dictionary("D-DEPT").label(row_.dept) or row_.dept
        facts = (f"{sex} {age}".strip(), row_.record_no, stay, dept)
        self._name.setText(masking().name(row_.patient_name))
        self._facts.setText(" · ".join(one for one in facts if one))
        due = f"请在 {sheet.due:%m-%d %H:%M} 前答复。" if sheet.due else ""
        minutes = max(1, round(count * 2 / 3))
        self._told.setText(f"{sheet.asked_by}请您核对 {count} 处，约 {minutes} 分钟。{due}")
        self._asker.setText(f"有疑问可直接联系病案科 {sheet.asked_by}，答复会与本页一起保存。")

    def _show(self, number: int) -> None:
        self._at = number
        for at, card in enumerate(self.cards):
            card.show_state(on=at == number)
        self._scroll.box.invalidate()
        self._scroll.box.activate()
        done = [card.begun.is_whole for card in self.cards]
        shown = min(number if number >= 0 else len(done) - 1, len(done) - 1) + 1
        self._count.setText(f"第 {shown} 项，共 {len(done)} 项")
        self._steps.show_steps(done, number)
        self.moved.emit()

    def _on_changed(self) -> None:
        card = self.sender()
        if isinstance(card, QuestionCard) and card not in self._dirty:
            self._dirty.append(card)
        self._pause.start()
        self._steps.show_steps([one.begun.is_whole for one in self.cards], self._at)
        self.moved.emit()

    def _on_step(self, by: int) -> None:
        self.go_to(self._at + by)

    def _on_entered(self) -> None:
        card = self.sender()
        if isinstance(card, QuestionCard) and card in self.cards:  # not one of the case before, on its way out
            self.go_to(self.cards.index(card))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give way in a narrow window."""
        super().resizeEvent(event)
        self._fit()

    def _page_width(self) -> int:
        room = self.width() - 2 * theme().px(_EDGE)
        return max(theme().px(_LEAST), min(theme().px(_WIDE if theme().wide else _WIDTH), room))

    def _fit(self) -> None:
        self._page.setMaximumWidth(self._page_width())
        for card in self.cards:
            card.fit_width(self._page_width())
