"""The right dock of the case page: findings with their remedies, and the DRG card pinned below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.findings import Finding, QcReport, Severity
from app.services.types import Grouping, Price, PriceState
from app.ui.actions import ActionTable
from app.ui.pages.case.places import place_text
from app.ui.theme import theme
from app.ui.widgets import Button, Chip, Header, Pane, ScrollPane, SeverityBadge, Text, column, row

_GRADES = {"1": "甲", "2": "乙", "3": "丙"}


class FindingCard(Pane):
    """One finding: severity, rule, place, message, remedy; the chosen one shows its buttons."""

    chosen = Signal(int)
    fix_wanted = Signal(int)
    jump_wanted = Signal(int)

    def __init__(self, number: int, finding: Finding) -> None:
        super().__init__("surface", "b")
        self._number, self._on = number, False
        self.finding = finding
        message = Text(finding.message, wrap=True)
        self._remedy = Text(finding.remedy, "caption", "secondary", wrap=True)
        self._fix = Button(finding.fix.label, kind="primary", small=True, keys="Alt+Enter") if finding.fix else None
        self._jump = Button("跳到字段", small=True, keys="F6")
        self._jump.clicked.connect(self._on_jump)
        buttons = row(gap=8, margins=(0, 6, 0, 0))
        if self._fix:
            self._fix.clicked.connect(self._on_fix)
            buttons.addWidget(self._fix)
        buttons.addWidget(self._jump)
        buttons.addStretch(1)
        self._buttons = QWidget()
        self._buttons.setLayout(buttons)
        head = row(
            SeverityBadge(finding.severity),
            Text(finding.rule_id, "code", "muted"),
            None,
            Text(place_text(finding.paths), "caption", "muted"),
            gap=6,
        )
        self.setLayout(column(head, 3, message, self._remedy, self._buttons, margins=(12, 7, 12, 8)))
        self.setAccessibleName(f"{finding.rule_id} {finding.message}")
        self.set_on(False)

    def set_on(self, on: bool) -> None:
        """Mark the chosen finding."""
        self._on = on
        self._buttons.setVisible(on)
        self._remedy.setVisible(on and bool(self.finding.remedy))
        self.setProperty("surface", "accent" if on else "surface")
        self.style().unpolish(self)
        self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses the finding and goes to its field."""
        self.chosen.emit(self._number)
        self.jump_wanted.emit(self._number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar that shows the choice without colour."""
        super().paintEvent(event)
        if self._on:
            QPainter(self).fillRect(0, 0, theme().px(3), self.height(), theme().colour("accent"))

    def _on_fix(self) -> None:
        self.fix_wanted.emit(self._number)

    def _on_jump(self) -> None:
        self.jump_wanted.emit(self._number)


class FindingList(QWidget):
    """Findings ordered by severity, then paper order. ↑↓ choose, Enter jumps, F6 goes on from the page."""

    jump = Signal(object)
    fix = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._cards: list[FindingCard] = []
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("质控问题")
        self._count = Text("", "caption", "muted")
        self._score = Text("", "caption_bold", "secondary")
        self._flag = Chip("有强制错误", "error", "ph.warning-octagon-fill", bold=True)
        head = Header("质控", size="case_strip")
        head.add(self._count, self._score, self._flag)
        self._scroll = ScrollPane()
        self._empty = Text("没有发现问题。", "body", "ok")
        self.setLayout(column(head, self._scroll))

    def show_report(self, report: QcReport) -> None:
        """Show the findings of a report; the chosen rule stays chosen when it still fires."""
        kept = self.current()
        self._clear(self._scroll.box)
        self._cards = []
        for number, finding in enumerate(report.findings):
            card = FindingCard(number, finding)
            card.chosen.connect(self.choose)
            card.jump_wanted.connect(self._on_jump)
            card.fix_wanted.connect(self._on_fix)
            self._cards.append(card)
            self._scroll.box.addWidget(card)
        if not report.findings:
            self._empty = Text("没有发现问题。", "body", "ok")
            self._empty.setContentsMargins(theme().px(12), theme().px(10), 0, 0)
            self._scroll.box.addWidget(self._empty)
        self._scroll.box.addStretch(1)
        self._count.setText(f"{len(report.findings)} 项")
        self._score.setText(f"评分 {report.score:.1f} {_GRADES[report.grade]}")
        self._flag.setVisible(report.count(Severity.ERROR) > 0)
        self._current = -1
        self.choose(self._same_as(kept))

    def current(self) -> Finding | None:
        """Return the chosen finding."""
        return self._cards[self._current].finding if 0 <= self._current < len(self._cards) else None

    def choose(self, number: int) -> None:
        """Choose a finding by its position; out of range chooses none."""
        for index, card in enumerate(self._cards):
            card.set_on(index == number)
        self._current = number if 0 <= number < len(self._cards) else -1
        if self._current >= 0:
            self._scroll.ensureWidgetVisible(self._cards[self._current], 0, theme().px(24))

    def step(self, by: int) -> Finding | None:
        """Choose the next (or previous) finding, around the end, and return it."""
        if self._cards:
            self.choose((self._current + by) % len(self._cards))
        return self.current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter jumps to the field."""
        match event.key():
            case Qt.Key.Key_Down:
                self.choose(min(self._current + 1, len(self._cards) - 1))
            case Qt.Key.Key_Up:
                self.choose(max(self._current - 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._on_jump(self._current)
            case _:
                super().keyPressEvent(event)

    def _same_as(self, kept: Finding | None) -> int:
        for number, card in enumerate(self._cards):
            if kept and (card.finding.rule_id, card.finding.paths) == (kept.rule_id, kept.paths):
                return number
        return 0

    def _on_jump(self, number: int) -> None:
        if 0 <= number < len(self._cards):
            self.jump.emit(self._cards[number].finding)

    def _on_fix(self, number: int) -> None:
        if 0 <= number < len(self._cards):
            self.fix.emit(self._cards[number].finding)

    @staticmethod
    def _clear(box: QVBoxLayout) -> None:
        while item := box.takeAt(0):
            widget = item.widget()
            if widget:
                widget.deleteLater()


class DrgCard(Pane):
    """Group, weight, multiple, why, and what would change it. Shows no surplus (ui.md, five decisions)."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "t")
        self._code = Text("", "code_bold")
        self._name = Text("", "bold", elide=True)
        self._weight = Text("", "caption", "secondary")
        self._multiple = Text("", "caption", "secondary")
        self._scheme = Text("", "caption", "muted", elide=True)
        self._trial = Chip("试用", "warn")
        self._why = Text("", "caption", "secondary", wrap=True)
        self._change = Text("", "caption", "secondary", wrap=True)
        self._was = Text("", "caption_bold", "accent")
        link = Button("查看完整路径", kind="link", small=True, keys="F9")
        link.clicked.connect(lambda: actions.trigger("case.drg"))
        title = row(self._code, gap=8)
        title.addWidget(self._name, 1)
        title.addWidget(self._was)
        numbers = row(self._weight, self._multiple, gap=12)
        numbers.addWidget(self._scheme, 1)
        numbers.addWidget(self._trial)
        self.setLayout(
            column(
                title,
                numbers,
                self._why,
                self._change,
                row(link, None, Text("每次修改即时重算", "caption", "muted")),
                gap=4,
                margins=(12, 10, 12, 8),
            )
        )
        self._last = ""

    def show_grouping(self, grouping: Grouping, *, same_case: bool) -> None:
        """Show a grouping; on the same case a changed group shows the old code beside the new one."""
        explanation = grouping.explanation
        code = explanation.result.drg if explanation else "—"
        self._was.setText(f"{self._last} → {code}" if same_case and self._last not in ("", code) else "")
        self._last = code
        self._code.setText(code)
        self._name.setText(explanation.name if explanation else "校验不通过")
        self._weight.setText(weight_text(grouping.price))
        self._multiple.setText(multiple_text(grouping.price))
        self._scheme.setText(grouping.scheme_title)
        self._trial.setVisible(grouping.trial)
        self._why.setText(grouping.sentence)
        self._change.setText(grouping.would_change)
        self._change.setVisible(bool(grouping.would_change))


def weight_text(price: Price) -> str:
    """Return ``RW 3.6542``, or why there is none."""
    if price.weight is None:
        return "RW —"
    return f"RW {price.weight:.4f}" + ("（示例）" if price.invented else "")


def multiple_text(price: Price) -> str:
    """Return ``倍率 0.90 正常``, '' without an amount."""
    if price.state is not PriceState.QUOTED or price.multiple is None:
        return ""
    return f"倍率 {price.multiple:.2f} {price.regime}"
