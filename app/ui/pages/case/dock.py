"""The findings in the right dock: ordered, each with its place and its remedy on one key."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.case import FieldPath
from app.domain.coding import Proposal
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.services.types import CaseView
from app.ui.pages.case.places import place_text
from app.ui.theme import theme
from app.ui.widgets import Button, Chip, Header, IconLabel, Pane, ScrollPane, SeverityBadge, Text, column, row
from app.ui.widgets.painting import draw_focus_ring
from app.ui.widgets.text import restyle

_GRADES: Final = {"1": "甲", "2": "乙", "3": "丙"}


def proposal_for(view: CaseView, finding: Finding) -> tuple[Group, int, Proposal] | None:
    """Return the open proposal that settles a finding about a missing code: group, row, proposal."""
    at = FieldPath.parse(finding.paths[0]) if finding.paths else None
    if at is None or at.group not in (Group.DX, Group.OP) or at.index >= len(view.record.rows(at.group)):
        return None
    found = view.proposal(at.group, at.index)
    return (at.group, at.index, found) if found and at.field in ("code", "name") else None


def remedy_label(view: CaseView, finding: Finding) -> str:
    """Return what Alt+Enter does about a finding, '' when there is no safe remedy."""
    if view.locked:
        return ""
    if finding.fix:
        return finding.fix.label
    found = proposal_for(view, finding)
    return f"采用 {found[2].code}" if found else ""


class FindingCard(Pane):
    """One finding: severity, rule, place, message; the chosen one shows how to settle it."""

    chosen = Signal(object)
    fix_wanted = Signal(object)

    def __init__(self, finding: Finding, remedy: str) -> None:
        super().__init__("surface", "b")
        self.finding, self.remedy = finding, remedy
        self._on = self._ring = False
        self._advice = Text(finding.remedy, "caption", "secondary", wrap=True)
        buttons = row(gap=8, margins=(0, 5, 0, 0))
        if remedy:
            fix = Button(remedy, kind="primary", small=True, keys="Alt+Enter")
            fix.clicked.connect(self._on_fix)
            buttons.addWidget(fix)
        jump = Button("跳到字段", small=True, keys="F6")
        jump.clicked.connect(self._on_jump)
        buttons.addWidget(jump)
        buttons.addStretch(1)
        self._buttons = QWidget()
        self._buttons.setLayout(buttons)
        for button in self._buttons.findChildren(Button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the list is one stop of Tab; its keys do the same
        head = row(
            SeverityBadge(finding.severity),
            Text(finding.rule_id, "code", "muted"),
            None,
            Text(place_text(finding.paths), "caption", "muted"),
            gap=6,
        )
        message = Text(finding.message, wrap=True)
        self.setLayout(column(head, 3, message, self._advice, self._buttons, margins=(12, 7, 12, 7)))
        self.setAccessibleName(f"{finding.rule_id} {finding.message}")
        self._show_parts()

    def set_on(self, on: bool, *, ring: bool) -> None:
        """Mark the chosen finding, with a ring while the list has the focus."""
        if ring != self._ring:
            self._ring = ring
            self.update()
        if on != self._on:
            self._on = on
            self.setProperty("surface", "accent" if on else "surface")
            restyle(self)
            self._show_parts()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses the finding and goes to its field."""
        self._on_jump()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar that shows the choice without colour."""
        super().paintEvent(event)
        if self._on:
            painter = QPainter(self)
            painter.fillRect(0, 0, theme().px(3), self.height(), theme().colour("accent"))
            if self._ring:
                draw_focus_ring(painter, self.rect())

    def _show_parts(self) -> None:
        self._buttons.setVisible(self._on)
        self._advice.setVisible(self._on and bool(self.finding.remedy))

    def _on_fix(self) -> None:
        self.fix_wanted.emit(self.finding)

    def _on_jump(self) -> None:
        self.chosen.emit(self.finding)


class SettledCard(Pane):
    """Stands where a finding stood until the cursor moves."""

    def __init__(self, finding: Finding) -> None:
        super().__init__("ok", "b")
        words = Text(f"已改正 {finding.rule_id}", "caption_bold", "ok")
        self.setLayout(row(IconLabel("passed", "ok", 14), words, None, gap=6, margins=(12, 7, 12, 7)))


class FindingList(QWidget):
    """Findings ordered by severity, then paper order. ↑↓ choose, Enter jumps, F6 goes on from the page."""

    jump = Signal(object)
    fix = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._cards: list[FindingCard] = []
        self._current = -1
        self._visited = False
        self._settled: SettledCard | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("findings")
        self.setAccessibleName("质控问题")
        self._count = Text("", "caption", "muted")
        self._score = Text("", "caption_bold", "secondary")
        self._flag = Chip("有强制错误", "error", "ph.warning-octagon-fill", bold=True)
        head = Header("质控", size="case_strip")
        head.box.removeWidget(head.note)
        head.box.insertWidget(1, self._count)
        head.box.addStretch(1)
        head.add(self._score, self._flag)
        self._scroll = ScrollPane()
        self._none = Text("没有发现问题。", "body", "ok")
        self._none.setContentsMargins(theme().px(12), theme().px(10), 0, 0)
        self._scroll.box.addWidget(self._none)
        self._scroll.box.addStretch(1)
        body = column(head)
        body.addWidget(self._scroll, 1)
        self.setLayout(body)

    @property
    def findings(self) -> list[Finding]:
        """The findings as listed."""
        return [card.finding for card in self._cards]

    def show_view(self, view: CaseView, *, same_case: bool) -> None:
        """Show the findings of a case. Cards that say the same stay; the chosen finding stays chosen if it still is."""
        kept = self.current() if same_case else None
        self._visited = self._visited and same_case
        if not same_case:
            self.forget_settled()
        wanted = [(finding, remedy_label(view, finding)) for finding in view.report.findings]
        if wanted != [(card.finding, card.remedy) for card in self._cards]:
            self._arrange(wanted)
        report = view.report
        self._none.setVisible(not wanted)
        self._count.setText(f"{len(wanted)} 项")
        self._score.setText(f"评分 {report.score:.1f} {_GRADES[report.grade]}")
        self._flag.setVisible(report.count(Severity.ERROR) > 0)
        self._mark(self._same_as(kept))

    def _arrange(self, wanted: list[tuple[Finding, str]]) -> None:
        spare = {(card.finding.rule_id, card.finding.paths): card for card in self._cards}
        cards = []
        for finding, remedy in wanted:
            card = spare.get((finding.rule_id, finding.paths))
            if card is None or (card.finding, card.remedy) != (finding, remedy):
                card = FindingCard(finding, remedy)
                card.chosen.connect(self._on_chosen)
                card.fix_wanted.connect(self.fix)
            else:
                del spare[finding.rule_id, finding.paths]
            cards.append(card)
        for card in spare.values():
            card.hide()
            self._scroll.box.removeWidget(card)
            card.deleteLater()
        for number, card in enumerate(cards):
            self._scroll.box.insertWidget(number, card)
        self._cards = cards

    def settle(self, finding: Finding) -> None:
        """Say for a while that a finding has been put right, where it stood."""
        self.forget_settled()
        if finding not in self.findings:
            self._settled = SettledCard(finding)
            self._scroll.box.insertWidget(max(0, self._current), self._settled)

    def forget_settled(self) -> None:
        """Let the word about the settled finding go."""
        if self._settled is not None:
            self._settled.hide()
            self._settled.deleteLater()
            self._settled = None

    def current(self) -> Finding | None:
        """Return the chosen finding."""
        return self._cards[self._current].finding if 0 <= self._current < len(self._cards) else None

    def choose(self, number: int) -> None:
        """Choose a finding by its position."""
        self._visited = True
        self._mark(number)

    def choose_finding(self, finding: Finding) -> None:
        """Choose a finding that is listed."""
        if finding in self.findings:
            self.choose(self.findings.index(finding))

    def step(self, by: int) -> Finding | None:
        """Choose the next (or previous) finding, around the end, and return it. The first time: the one preselected."""
        if self._cards:
            at = self._current if not self._visited and by > 0 else self._current + by
            self.choose(at % len(self._cards))
        return self.current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter jumps to the field."""
        match event.key():
            case Qt.Key.Key_Down:
                self.choose(min(self._current + 1, len(self._cards) - 1))
            case Qt.Key.Key_Up:
                self.choose(max(self._current - 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                self._jump_to_current()
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
            self._scroll.ensureWidgetVisible(card, 0, theme().px(24))

    def _same_as(self, kept: Finding | None) -> int:
        for number, card in enumerate(self._cards):
            if kept and (card.finding.rule_id, card.finding.paths) == (kept.rule_id, kept.paths):
                return number
        return min(max(0, self._current), len(self._cards) - 1) if kept else 0

    def _jump_to_current(self) -> None:
        finding = self.current()
        if finding:
            self._visited = True
            self.jump.emit(finding)

    def _on_chosen(self, finding: Finding) -> None:
        self.choose_finding(finding)
        self._jump_to_current()
