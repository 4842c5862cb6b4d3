"""The upper part of the right dock: the findings, or in their place the score with its deductions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from app.domain.findings import Deduction, Finding
from app.services.types import CaseView
from app.ui.page import Shell
from app.ui.pages.case.dock import FindingList
from app.ui.pages.case.dock_facts import Decisions, facts_of
from app.ui.pages.case.score import ScorePane


class QcDock(QWidget):
    """Shows a case in both. Decisions are read when a case is opened and when others hold, not at every edit.

    ``go_to(path)``: a deduction without a finding asks for its field.
    """

    go_to = Signal(str)

    def __init__(self, shell: Shell, explain: Callable[[], str]) -> None:
        super().__init__()
        self._shell = shell
        self._decisions = Decisions()
        self._decided: list[Finding] = []
        self.findings = FindingList(explain)
        self.score = ScorePane()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.findings)
        self._stack.addWidget(self.score)
        self.findings.score_wanted.connect(self.toggle_score)
        self.findings.go_to.connect(self.go_to)
        self.score.closed.connect(self.toggle_score)
        self.score.jump.connect(self._on_deduction)

    @property
    def shows_score(self) -> bool:
        """True while the score stands in place of the findings."""
        return self._stack.currentWidget() is self.score

    def read_decisions(self, case_id: int) -> None:
        """Read what was decided about a case."""
        self._decisions = Decisions.read(self._shell.services, case_id)

    def show_view(self, view: CaseView, *, same_case: bool) -> None:
        """Show a case; another case begins with its findings."""
        decided = [finding for finding in view.report.findings if not finding.is_open]
        if not same_case or decided != self._decided:
            self.read_decisions(view.case_id)
        if not same_case:
            self._stack.setCurrentWidget(self.findings)
        self._decided = decided
        facts = facts_of(self._shell.services, view, self._decisions)
        self.findings.show_view(view, facts, same_case=same_case)
        self.score.show_report(view.report)

    def toggle_score(self) -> None:
        """Show the deductions, or the findings again; the focus stays in the dock when it was there."""
        focus = QApplication.focusWidget()
        inside = focus is not None and self.isAncestorOf(focus)
        self._stack.setCurrentWidget(self.findings if self.shows_score else self.score)
        if inside or self.shows_score:
            (self.score if self.shows_score else self.findings).setFocus()

    def _on_deduction(self, deduction: Deduction) -> None:
        """Go to the finding behind a deduction, else to its field."""
        for rule_id in deduction.rule_ids:
            if self.findings.choose_rule(rule_id):
                found = self.findings.current()
                self.go_to.emit(found.paths[0] if found and found.paths else deduction.path)
                return
        self.go_to.emit(deduction.path)
