"""The 质控 tab of the right dock: findings by severity, follow-up questions, what was decided, broken rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.case import FieldPath
from app.domain.coding import Proposal
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.qc.questions import Asked
from app.services.types import CaseView
from app.ui.pages.case.dock_cards import (
    AnsweredCard,
    BrokenLine,
    DecidedCard,
    DockCard,
    FindingCard,
    FoldHead,
    GroupHead,
    NoteCard,
    QuestionCard,
    SettledCard,
)
from app.ui.pages.case.dock_facts import DockFacts, key_of
from app.ui.theme import theme
from app.ui.widgets import Button, Chip, Header, ScrollPane, Text, column
from app.ui.widgets.painting import severity_word

GRADES: Final = {"1": "甲", "2": "乙", "3": "丙"}


def proposal_for(view: CaseView, finding: Finding) -> tuple[Group, int, Proposal] | None:
    """Return the open proposal that settles a finding about a missing code: group, row, proposal."""
    at = FieldPath.parse(finding.paths[0]) if finding.paths else None
    if at is None or at.group not in (Group.DX, Group.OP) or at.index >= len(view.record.rows(at.group)):
        return None
    found = view.proposal(at.group, at.index)
    return (at.group, at.index, found) if found and at.field in ("code", "name") else None


def remedy_label(view: CaseView, finding: Finding) -> str:
    """Return what Alt+Enter does about a finding, '' when there is no safe remedy."""
    if view.sealed:
        return ""
    if finding.fix:
        return finding.fix.label
    found = proposal_for(view, finding)
    return f"采用 {found[2].code}" if found else ""


class FindingList(QWidget):
    """Findings ordered by severity, then paper order; then questions; then what was decided, folded.

    ↑↓ choose, Enter jumps, digits answer a question, F6 goes on through the findings from anywhere on the page.
    ``wanted(what)`` is a button of the chosen card: fix, jump, confirm, except, ask, false, lift.
    """

    jump = Signal(object)
    fix = Signal(object)
    wanted = Signal(str)
    answered = Signal(object, int)
    go_to = Signal(str)
    score_wanted = Signal()

    def __init__(self, explain: Callable[[], str]) -> None:
        super().__init__()
        self._explain = explain
        self._cards: list[DockCard] = []
        self._between: list[QWidget] = []
        self._current = -1
        self._visited = self._unfolded = False
        self._settled: SettledCard | None = None
        self._shown: tuple[object, ...] | None = None
        self._view: CaseView | None = None
        self._facts = DockFacts()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("findings")
        self.setAccessibleName("质控问题")
        self._count = Text("", "bold")
        self._score = Button("", kind="link", small=True)
        self._score.setObjectName("score_button")
        self._score.setToolTip("扣分明细（Alt+S）")
        self._score.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._score.clicked.connect(self.score_wanted)
        self._flag = Chip("有强制错误", "error", "ph.warning-octagon-fill", bold=True)
        head = Header("", size="case_strip")
        for spare in (head.title, head.note):
            head.box.removeWidget(spare)
            spare.hide()
        head.box.insertWidget(0, self._count)
        head.box.addStretch(1)
        head.add(self._score, self._flag)
        self._scroll = ScrollPane()
        self._none = Text("没有发现问题。", "body", "ok", parent=self)
        self._none.hide()
        self._none.setContentsMargins(theme().px(12), theme().px(10), 0, theme().px(10))
        self._scroll.box.addStretch(1)
        body = column(head)
        body.addWidget(self._scroll, 1)
        self.setLayout(body)

    @property
    def findings(self) -> list[Finding]:
        """The open findings as listed."""
        return [card.finding for card in self._cards if isinstance(card, FindingCard)]

    @property
    def questions(self) -> list[Asked]:
        """The open questions as listed."""
        return [card.asked for card in self._cards if isinstance(card, QuestionCard)]

    @property
    def cards(self) -> tuple[DockCard, ...]:
        """The cards from top to bottom."""
        return tuple(self._cards)

    def show_view(self, view: CaseView, facts: DockFacts, *, same_case: bool) -> None:
        """Show the lists of a case. Cards that say the same stay; what was chosen stays chosen if it still is there."""
        kept = self._key(self.current_card()) if same_case else None
        self._visited = self._visited and same_case
        if not same_case:
            self.forget_settled()
            self._unfolded = False
        self._view, self._facts = view, facts
        self._arrange()
        report = view.report
        self._count.setText(f"{len(facts.standing)} 项")
        self._score.set_text(f"评分 {report.score:.1f} {GRADES[report.grade]}")
        self._flag.setVisible(report.count(Severity.ERROR) > 0)
        self._mark(self._same_as(kept) if same_case else 0)

    def help_text(self) -> str:
        """Return what F1 says about the chosen card."""
        return self._explain()

    def toggle_decided(self) -> None:
        """Fold or unfold what was decided."""
        kept = self._key(self.current_card())
        self._unfolded = not self._unfolded
        self._arrange()
        self._mark(self._same_as(kept))

    # Laying out.

    def _wanted_cards(self) -> list[tuple[object, ...]]:
        """Return what makes each card, in order: kind, then what it shows."""
        view, facts = self._view, self._facts
        if view is None:
            return []
        locked, sealed = bool(view.locked), bool(view.sealed)
        found: list[tuple[object, ...]] = [
            (
                FindingCard,
                one,
                remedy_label(view, one),
                facts.notes.get(key_of(one), ""),
                one.rule_id in facts.excepting,
                locked,
            )
            for one in facts.standing
        ]
        found += [(QuestionCard, one, not sealed, locked) for one in facts.questions.asked]
        found += [(NoteCard, one, locked) for one in facts.asked]
        if self._unfolded:
            found += [(DecidedCard, one, locked) for one in facts.decided]
            found += [(AnsweredCard, one, sealed) for one in facts.questions.settled]
        return found

    def _arrange(self) -> None:
        wanted = self._wanted_cards()
        shown = (tuple(wanted), self._facts.broken, len(self._facts.decided), len(self._facts.questions.settled))
        if shown == self._shown:
            return
        self._shown = shown
        spare = list(self._cards)
        cards = [_taken(spare, made) or self._make(made) for made in wanted]
        for left in (*spare, *self._between):
            left.hide()
            self._scroll.box.removeWidget(left)
            left.deleteLater()
        self._cards, self._between = cards, []
        self._fill()

    def _make(self, made: tuple[object, ...]) -> DockCard:
        kind, *shown, locked = made
        card: DockCard = kind(*shown, locked=locked)  # type: ignore[operator]  # one of the classes above
        card.made_of = made
        card.chosen.connect(self._on_chosen)
        card.wanted.connect(self._on_wanted)
        if isinstance(card, QuestionCard):
            card.picked.connect(self._on_picked)
        return card

    def _fill(self) -> None:
        box = self._scroll.box
        for number, part in enumerate(self._parts()):
            if not isinstance(part, DockCard) and part is not self._none:
                self._between.append(part)
            box.removeWidget(part)
            box.insertWidget(number, part)
            if part is not self._none:
                part.show()  # now: what is shown later has no height yet

    def _parts(self) -> Iterator[QWidget]:
        """Yield heads and cards from top to bottom."""
        self._none.setVisible(not self._facts.standing)
        yield self._none
        findings = [card for card in self._cards if isinstance(card, FindingCard)]
        questions = [card for card in self._cards if isinstance(card, QuestionCard)]
        for severity in Severity:
            part = [card for card in findings if card.finding.severity is severity]
            if part:
                yield GroupHead(severity_word(severity), len(part), str(severity))
                yield from part
        if questions:
            yield GroupHead("追问与可能漏编", len(questions))
            yield from questions
        notes = [card for card in self._cards if isinstance(card, NoteCard)]
        if notes:
            yield GroupHead("待问医师", len(notes))
            yield from notes
        decided = len(self._facts.decided) + len(self._facts.questions.settled)
        if decided:
            fold = FoldHead(decided, self._unfolded)
            fold.toggled.connect(self.toggle_decided)
            yield fold
            yield from (card for card in self._cards if isinstance(card, DecidedCard | AnsweredCard))
        yield from (BrokenLine(one) for one in self._facts.broken)

    # The word about what was put right.

    def settle(self, finding: Finding) -> None:
        """Say for a while that a finding has been put right, where it stood."""
        self.forget_settled()
        if finding not in self.findings:
            self._settled = SettledCard(finding)
            at = self._scroll.box.indexOf(self._cards[self._current]) if self._current >= 0 else 0
            self._scroll.box.insertWidget(max(0, at), self._settled)

    def forget_settled(self) -> None:
        """Let the word about the settled finding go."""
        if self._settled is not None:
            self._settled.hide()
            self._scroll.box.removeWidget(self._settled)
            self._settled.deleteLater()
            self._settled = None

    # Choosing.

    def current_card(self) -> DockCard | None:
        """Return the chosen card."""
        return self._cards[self._current] if 0 <= self._current < len(self._cards) else None

    def current(self) -> Finding | None:
        """Return the chosen finding, None when something else is chosen."""
        card = self.current_card()
        return card.finding if isinstance(card, FindingCard) else None

    def choose(self, number: int) -> None:
        """Choose a card by its position."""
        self._visited = True
        self._mark(number)

    def choose_finding(self, finding: Finding) -> None:
        """Choose a finding that is listed."""
        if finding in self.findings:
            self.choose(self.findings.index(finding))

    def choose_rule(self, rule_id: str) -> bool:
        """Choose the first open finding of a rule; return whether there is one."""
        found = next((one for one in self.findings if one.rule_id == rule_id), None)
        if found is not None:
            self.choose_finding(found)
        return found is not None

    def step(self, by: int) -> Finding | None:
        """Choose the next (or previous) finding, around the end, and return it. The first time: the one preselected."""
        count = len(self.findings)
        if count:
            here = self._current if 0 <= self._current < count else (-1 if by > 0 else count)
            at = here if not self._visited and by > 0 and here >= 0 else here + by
            self.choose(at % count)
        return self.current()

    def step_question(self) -> bool:
        """Choose the next question, around the end; return whether there is one."""
        at = [number for number, card in enumerate(self._cards) if isinstance(card, QuestionCard)]
        if at:
            self.choose(next((number for number in at if number > self._current), at[0]))
        return bool(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter jumps to the field, a digit answers the chosen question."""
        digit = event.text()
        match event.key():
            case Qt.Key.Key_Down:
                self.choose(min(self._current + 1, len(self._cards) - 1))
            case Qt.Key.Key_Up:
                self.choose(max(self._current - 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                self._jump_to_current()
            case _ if digit.isdecimal() and digit != "0" and isinstance(self.current_card(), QuestionCard):
                self._on_picked(self.current_card(), int(digit))
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring on the chosen card."""
        super().focusInEvent(event)
        self._mark(self._current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._mark(self._current)

    def _mark(self, number: int) -> None:
        self._current = number if 0 <= number < len(self._cards) else -1
        for index, card in enumerate(self._cards):
            card.set_on(index == self._current, ring=index == self._current and self.hasFocus())
        if self._current >= 0:
            card = self._cards[self._current]
            self.setAccessibleDescription(card.accessibleName())
            self._lay_out()
            self._scroll.ensureWidgetVisible(card, 0, theme().px(24))

    def _lay_out(self) -> None:
        """Give the cards their heights now: what is to be shown must know where it is."""
        width, least = self._scroll.viewport().width(), self._scroll.viewport().height()
        self._scroll.inner.resize(width, max(least, self._scroll.box.heightForWidth(width)))
        self._scroll.box.activate()

    @staticmethod
    def _key(card: DockCard | None) -> Sequence[object]:
        """Return what makes a card the same one although its words may differ."""
        match card:
            case FindingCard() | DecidedCard():
                return (*key_of(card.finding), card.finding.paths)
            case QuestionCard():
                return card.asked.question.id, str(card.asked.at)
            case AnsweredCard():
                return card.settled.asked.question.id, str(card.settled.asked.at)
            case NoteCard():
                return (card.note,)
        return ()

    def _same_as(self, kept: Sequence[object] | None) -> int:
        for number, card in enumerate(self._cards):
            if kept and self._key(card) == kept:
                return number
        return min(max(0, self._current), len(self._cards) - 1)

    def _jump_to_current(self) -> None:
        card = self.current_card()
        if isinstance(card, FindingCard | DecidedCard):
            self._visited = True
            self.jump.emit(card.finding)
        elif isinstance(card, QuestionCard):
            self.jump.emit(card.asked.finding)
        elif isinstance(card, NoteCard) and card.note.path:
            self.go_to.emit(card.note.path)

    def _on_chosen(self, card: DockCard) -> None:
        self.choose(self._cards.index(card))
        self._jump_to_current()

    def _on_wanted(self, card: DockCard, what: str) -> None:
        self.choose(self._cards.index(card))
        if what == "jump":
            self._jump_to_current()
        elif what == "fix" and isinstance(card, FindingCard):
            self.fix.emit(card.finding)
        else:
            self.wanted.emit(what)

    def _on_picked(self, card: DockCard | None, number: int) -> None:
        if isinstance(card, QuestionCard) and number <= len(card.asked.question.options):
            self.choose(self._cards.index(card))
            self.answered.emit(card.asked, number - 1)


def _taken(spare: list[DockCard], made: tuple[object, ...]) -> DockCard | None:
    """Take a card that shows just this out of those at hand."""
    found = next((card for card in spare if card.made_of == made), None)
    if found is not None:
        spare.remove(found)
    return found
