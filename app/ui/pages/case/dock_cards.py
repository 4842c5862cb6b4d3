"""The cards of the dock: a finding, a follow-up question, what was decided, heads and lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.findings import BrokenRule, Finding, Severity
from app.qc.questions import Asked, QuestionKind
from app.services.asking import Note
from app.services.questions import Settled
from app.ui.pages.case.dock_facts import Decided
from app.ui.pages.case.places import place_text
from app.ui.theme import theme
from app.ui.widgets import Button, Chip, IconLabel, KeyCap, Pane, SeverityBadge, Text, column, row
from app.ui.widgets.painting import draw_focus_ring, severity_word
from app.ui.widgets.text import restyle

MARGINS: Final = (12, 7, 12, 7)
_SURE: Final = {Severity.WARN: "确认…", Severity.HINT: "忽略…"}
_KINDS: Final = {QuestionKind.DETAIL: ("追问", "accent"), QuestionKind.MISSING: ("可能漏编", "proposed")}


class DockCard(Pane):
    """One thing that can be chosen in the dock. ``chosen(card)``: clicked. ``wanted(card, what)``: a button pressed.

    ``made_of`` is what it shows: a card that shows the same is used again.
    """

    chosen = Signal(object)
    wanted = Signal(object, str)

    def __init__(self, name: str) -> None:
        super().__init__("surface", "b")
        self.made_of: tuple[object, ...] = ()
        self._on = self._ring = False
        self._extra: tuple[QWidget, ...] | None = None
        self.setAccessibleName(name)

    @property
    def is_on(self) -> bool:
        """True while this card is the chosen one."""
        return self._on

    def set_on(self, on: bool, *, ring: bool) -> None:
        """Mark the chosen card, with a ring while the list has the focus."""
        if ring != self._ring:
            self._ring = ring
            self.update()
        if on != self._on:
            self._on = on
            self.setProperty("surface", "accent" if on else "surface")
            restyle(self)
            self._show_extra()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses the card."""
        self.chosen.emit(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar that shows the choice without colour."""
        super().paintEvent(event)
        if self._on:
            painter = QPainter(self)
            painter.fillRect(0, 0, theme().px(3), self.height(), theme().colour("accent"))
            if self._ring:
                draw_focus_ring(painter, self.rect())

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return what stands below only while the card is chosen; most cards of a case never are."""
        return ()

    def button(self, label: str, what: str, keys: str, kind: str = "normal") -> Button:
        """Return a small button that asks for something about the card."""
        made = Button(label, kind=kind, small=True, keys=keys)
        made.setObjectName(what)
        made.clicked.connect(self._on_button)
        return made

    @staticmethod
    def _line(button: Button, above: int = 4) -> QWidget:
        """Return a button alone on a line."""
        line = QWidget()
        line.setLayout(row(button, None, margins=(0, above, 0, 0)))
        return line

    def _show_extra(self) -> None:
        layout = self.layout()
        if self._extra is None:
            self._extra = tuple(self.parts_when_on())
            for part in self._extra:
                for button in (part, *part.findChildren(Button)):
                    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the list is one stop of Tab; its keys do the same
                if layout is not None:
                    layout.addWidget(part)
        for part in self._extra:
            part.setVisible(self._on)
        if layout is not None:
            layout.activate()  # tells the list of the new height at once

    def _on_button(self) -> None:
        self.wanted.emit(self, self.sender().objectName())


class FindingCard(DockCard):
    """One finding: severity, rule, place, message; the chosen one shows how to settle it. ``note`` stays visible."""

    def __init__(self, finding: Finding, remedy: str, note: str, may_except: bool, *, locked: bool) -> None:
        super().__init__(f"{severity_word(finding.severity)} {finding.rule_id} {finding.message}")
        self.finding = finding
        self._remedy, self._may_except, self._locked = remedy, may_except, locked
        head = row(
            SeverityBadge(finding.severity),
            Text(finding.rule_id, "code", "muted"),
            None,
            Text(place_text(finding.paths), "caption", "muted"),
            gap=6,
        )
        parts: list[QWidget] = [Text(finding.message, wrap=True)]
        if note:
            parts.append(Text(note, "caption", "warn", wrap=True))
        self.setLayout(column(head, 3, *parts, margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return how to put it right, and the buttons that settle it."""
        said = self.finding.remedy
        words = [Text(said, "caption", "secondary", wrap=True)] if said else []
        return *words, self._buttons()

    def _buttons(self) -> QWidget:
        locked = self._locked
        first = [self.button(self._remedy, "fix", "Alt+Enter", "primary")] if self._remedy else []
        first.append(self.button("跳到字段", "jump", "F6"))
        second = []
        if not locked and self.finding.severity in _SURE:
            second.append(self.button(_SURE[self.finding.severity], "confirm", "Alt+C", "link"))
        if not locked and self._may_except:
            second.append(self.button("例外…", "except", "X", "link"))
        if not locked:
            second.append(self.button("问医师…", "ask", "R", "link"))
        second.append(self.button("误报", "false", "F", "link"))
        below = row(*second, None, gap=2)
        box = QWidget()
        box.setLayout(column(row(*first, None, gap=8, margins=(0, 5, 0, 0)), below, gap=2))
        return box


class QuestionCard(DockCard):
    """A follow-up question with its answers by digit; ``picked(card, number)`` when one was clicked."""

    picked = Signal(object, int)

    def __init__(self, asked: Asked, may_answer: bool, *, locked: bool) -> None:
        super().__init__(f"{_KINDS[asked.question.kind][0]} {asked.finding.message}")
        self.asked = asked
        self._may_answer, self._locked = may_answer, locked
        word, tone = _KINDS[asked.question.kind]
        place = Text(place_text(asked.finding.paths), "caption", "muted")
        head = row(Chip(word, tone), Text(asked.question.id, "code", "muted"), None, place, gap=6)
        self.setLayout(column(head, 3, Text(asked.finding.message, wrap=True), margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return what it rests on, the answers, and the way to the physician."""
        asked = self.asked
        parts: list[QWidget] = [Text(f"依据：{asked.finding.remedy}", "caption", "secondary", wrap=True)]
        if self._may_answer:
            options = QWidget()
            options.setLayout(column(*(self._option(number) for number in range(len(asked.question.options))), gap=1))
            parts.append(options)
        if not self._locked:
            parts.append(self._line(self.button("问医师…", "ask", "R", "link"), 0))
        return parts

    def _option(self, number: int) -> QWidget:
        option, told = self.asked.question.options[number], self.asked.told[number]
        line = OptionLine(number + 1, option.label, option.codes, told)
        line.picked.connect(self._on_picked)
        return line

    def _on_picked(self, number: int) -> None:
        self.picked.emit(self, number)


class OptionLine(QWidget):
    """One answer: its digit, its words, where it leads; below it the word of the text that gives it."""

    picked = Signal(int)

    def __init__(self, number: int, label: str, codes: str, told: str) -> None:
        super().__init__()
        self._number = number
        words = Text(label, "caption_bold" if told else "caption", wrap=True)
        line = row(KeyCap(str(number)) if number <= 9 else None, gap=6)
        line.addWidget(words, 1)
        if codes:
            line.addWidget(Text(codes if len(codes) <= 14 else f"{codes[:13]}…", "code", "muted"))
        box = column(line, gap=0, margins=(0, 1, 0, 1))
        if told:
            box.addWidget(Text(f"原文写有「{told}」", "caption", "proposed"))
        self.setLayout(box)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{number} {label}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click takes the answer."""
        event.accept()
        self.picked.emit(self._number)


class DecidedCard(DockCard):
    """A finding that was confirmed, ignored or excepted: what, why and by whom; it can be brought back."""

    def __init__(self, decided: Decided, *, locked: bool) -> None:
        finding = decided.finding
        super().__init__(f"已确认 {finding.rule_id} {finding.message}，{decided.words}")
        self.finding = finding
        self._locked = locked
        icon = IconLabel("passed", "fg_muted", 14)
        place = Text(place_text(finding.paths), "caption", "muted")
        head = row(icon, Text(finding.rule_id, "code", "muted"), None, place, gap=6)
        words = Text(decided.words, "caption", "muted", wrap=True)
        parts: list[QWidget] = [Text(finding.message, tone="secondary", wrap=True), words]
        self.setLayout(column(head, 2, *parts, margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return the button that brings it back."""
        if self._locked:
            return ()
        excepted = self.finding.severity is Severity.ERROR
        again = self.button("撤回例外…", "except", "X") if excepted else self.button("恢复", "lift", "Alt+C")
        return (self._line(again),)


class AnsweredCard(DockCard):
    """A follow-up question that was settled without a code: how and by whom; it can be asked again."""

    def __init__(self, settled: Settled, *, locked: bool) -> None:
        super().__init__(f"已答 {settled.asked.finding.message} {settled.reason}")
        self.settled = settled
        self._locked = locked
        head = row(IconLabel("passed", "fg_muted", 14), Text(settled.asked.question.id, "code", "muted"), None, gap=6)
        words = Text(settled.asked.finding.message, tone="secondary", wrap=True)
        parts: list[QWidget] = [words, Text(f"{settled.reason}（{settled.who}）", "caption", "muted", wrap=True)]
        self.setLayout(column(head, 2, *parts, margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return the button that asks again."""
        return () if self._locked else (self._line(self.button("重新追问", "lift", "Alt+C")),)


class NoteCard(DockCard):
    """A question to the physician that waits for the case to be returned; it can be taken off the list."""

    def __init__(self, note: Note, *, locked: bool) -> None:
        super().__init__(f"待问医师 {note.words}")
        self.note = note
        self._locked = locked
        head = row(IconLabel("note", "fg_muted", 14), Text(note.rule_id, "code", "muted"), None, gap=6)
        told = Text(f"{note.who} {note.at[5:16]}", "caption", "muted")
        parts: list[QWidget] = [Text(note.words, tone="secondary", wrap=True), told]
        self.setLayout(column(head, 2, *parts, margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return the button that takes it off the list."""
        return () if self._locked else (self._line(self.button("不问了", "lift", "Alt+C")),)


class GroupHead(Pane):
    """The head of a group of cards: its name and how many there are."""

    def __init__(self, title: str, count: int, tone: str = "secondary") -> None:
        super().__init__("alt", "b")
        self.setLayout(row(Text(title, "caption_bold", tone), Text(str(count), "caption", "muted"), None,
                           gap=6, margins=(12, 3, 12, 3)))  # fmt: skip


class FoldHead(Pane):
    """The head of what is folded away at the end; a click or the key opens it."""

    toggled = Signal()

    def __init__(self, count: int, is_open: bool) -> None:
        super().__init__("alt", "b")
        self.fold = Button(f"已处理 {count} 项", kind="link", small=True, keys="D")
        self.fold.setObjectName("fold_decided")
        self.fold.set_icon("ph.caret-down" if is_open else "ph.caret-right")
        self.fold.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fold.clicked.connect(self.toggled)
        self.setLayout(row(self.fold, None, margins=(6, 2, 12, 2)))


class BrokenLine(Pane):
    """Says calmly that a rule could not be evaluated; it is no finding about the case."""

    def __init__(self, broken: BrokenRule) -> None:
        super().__init__("surface", "b")
        words = Text(f"规则 {broken.rule_id} 有问题，未参与检查：{broken.why}", "caption", "muted", wrap=True)
        line = row(IconLabel("ph.wrench", "fg_muted", 14), gap=6, margins=MARGINS)
        line.addWidget(words, 1)
        self.setLayout(line)
        self.setObjectName("broken_rule")


class SettledCard(Pane):
    """Stands where a finding stood until the cursor moves."""

    def __init__(self, finding: Finding) -> None:
        super().__init__("ok", "b")
        words = Text(f"已改正 {finding.rule_id}", "caption_bold", "ok")
        self.setLayout(row(IconLabel("passed", "ok", 14), words, None, gap=6, margins=MARGINS))
