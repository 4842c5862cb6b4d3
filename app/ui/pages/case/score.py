"""The 100-point score of the case: sections, every deduction with its points and rules, and a way to the field."""

from __future__ import annotations

from typing import Final, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.domain.findings import Deduction, QcReport, Severity
from app.ui.pages.case.dock import GRADES
from app.ui.theme import theme
from app.ui.widgets import Button, Chip, Header, Pane, ScrollPane, Text, column, row
from app.ui.widgets.painting import draw_focus_ring

SECTIONS: Final = (
    ("patient", "患者基本信息", 18),
    ("stay", "住院过程信息", 26),
    ("treatment", "诊疗信息", 50),
    ("fee", "费用信息", 6),
)
"""Sections with their nominal points (domain.md 3.2); nothing is ever rescaled to them."""


_W = TypeVar("_W", bound=QWidget)


class DeductionRow(Pane):
    """One deduction: what, which rules, how many points. ``chosen(row)`` when it is clicked."""

    chosen = Signal(object)

    def __init__(self, deduction: Deduction) -> None:
        super().__init__("surface", "b")
        self.deduction = deduction
        self._on = False
        rules = "、".join(deduction.rule_ids) or "未填写"
        line = row(Text(deduction.item), gap=8, margins=(12, 5, 12, 5))
        line.addWidget(Text(rules, "code" if deduction.rule_ids else "caption", "muted", elide=True), 1)
        line.addWidget(Text(f"\u2212{deduction.points:.1f}", "bold"))
        self.setLayout(line)
        self.setAccessibleName(f"{deduction.item} 扣 {deduction.points:.1f} 分 {rules}")

    def set_on(self, on: bool) -> None:
        """Mark the chosen row."""
        self._on = on
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses the row."""
        self.chosen.emit(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar and ring of the chosen row."""
        super().paintEvent(event)
        if self._on:
            painter = QPainter(self)
            painter.fillRect(0, 0, theme().px(3), self.height(), theme().colour("accent"))
            draw_focus_ring(painter, self.rect())


class ScorePane(QWidget):
    """Stands in place of the findings. ↑↓ choose a deduction, Enter goes to its field, Esc back to the findings."""

    closed = Signal()
    jump = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[DeductionRow] = []
        self._between: list[QWidget] = []
        self._current = 0
        self._wanted: tuple[Deduction, ...] = ()
        self._shown: tuple[Deduction, ...] | None = None
        self.setObjectName("score_pane")
        self.setAccessibleName("扣分明细")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._total = Text("", "bold")
        self._flag = Chip("有强制错误", "error", "ph.warning-octagon-fill", bold=True)
        back = Button("返回", kind="link", small=True, keys="Esc")
        back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        back.clicked.connect(self.closed)
        head = Header("评分", size="case_strip")
        head.box.removeWidget(head.note)
        head.box.insertWidget(1, self._total)
        head.box.addStretch(1)
        head.add(self._flag, back)
        self._scroll = ScrollPane()
        self._scroll.box.addStretch(1)
        body = column(head)
        body.addWidget(self._scroll, 1)
        self.setLayout(body)

    def show_report(self, report: QcReport) -> None:
        """Show the score of a report, its deductions when the pane is seen."""
        self._total.setText(f"{report.score:.1f} {GRADES[report.grade]}")
        self._flag.setVisible(report.count(Severity.ERROR) > 0)
        self._wanted = report.deductions
        if self.isVisible():
            self._show_deductions()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the deductions of the case as it stands."""
        self._show_deductions()
        super().showEvent(event)

    def _show_deductions(self) -> None:
        if self._wanted != self._shown:
            self._shown = self._wanted
            self._fill(self._wanted)
        self._mark(min(self._current, max(0, len(self._rows) - 1)))

    def _fill(self, deductions: tuple[Deduction, ...]) -> None:
        box = self._scroll.box
        for old in (*self._rows, *self._between):
            old.hide()
            box.removeWidget(old)
            old.deleteLater()
        self._rows, self._between = [], []
        for key, title, points in SECTIONS:
            part = [one for one in deductions if one.section == key]
            self._add(_section_head(title, points, sum(one.points for one in part)), self._between)
            for one in part:
                made = DeductionRow(one)
                made.chosen.connect(self._on_chosen)
                self._add(made, self._rows)
        foot = Text(_GROUND, "caption", "muted", wrap=True)
        foot.setContentsMargins(theme().px(12), theme().px(8), theme().px(12), theme().px(8))
        self._add(foot, self._between)

    def _add(self, made: _W, to: list[_W]) -> None:
        to.append(made)
        self._scroll.box.insertWidget(self._scroll.box.count() - 1, made)
        made.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter jumps, Esc closes."""
        match event.key():
            case Qt.Key.Key_Down:
                self._mark(min(self._current + 1, len(self._rows) - 1))
            case Qt.Key.Key_Up:
                self._mark(max(self._current - 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._rows:
                self.jump.emit(self._rows[self._current].deduction)
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which row is chosen."""
        super().focusInEvent(event)
        self._mark(self._current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._mark(self._current)

    def _mark(self, number: int) -> None:
        self._current = max(0, number)
        for index, line in enumerate(self._rows):
            line.set_on(index == self._current and self.hasFocus())
        if self._rows:
            chosen = self._rows[min(self._current, len(self._rows) - 1)]
            self.setAccessibleDescription(chosen.accessibleName())
            self._scroll.ensureWidgetVisible(chosen, 0, theme().px(24))

    def _on_chosen(self, line: DeductionRow) -> None:
        self._mark(self._rows.index(line))
        self.jump.emit(line.deduction)


_GROUND: Final = "由 100 分扣起，不折算；甲级、乙级的分数线是规则参数。强制错误另行标出，不改变分数。"


def _section_head(title: str, points: int, lost: float) -> Pane:
    head = Pane("alt", "b")
    told = f"\u2212{lost:.1f}" if lost else "无扣分"
    tone = "fg" if lost else "ok"
    head.setLayout(row(Text(title, "caption_bold", "secondary"), Text(f"{points} 分", "caption", "muted"), None,
                       Text(told, "caption_bold", tone), gap=6, margins=(12, 3, 12, 3)))  # fmt: skip
    return head
