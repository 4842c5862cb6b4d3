"""The line at the top: which cases, how many findings by severity, how good they are, the segment, running anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from app.domain.findings import Severity
from app.services.qc_batch_types import Overview, QcScope, Quality, ScopeChoice, Segment
from app.ui.actions import ActionTable
from app.ui.pages.qc_batch.memory import ALL
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, Pane, Rule, SegmentedControl, SeverityBadge, Text, row
from app.ui.widgets.painting import severity_word

_SEGMENTS: Final = (
    (ALL, "全部"),
    (str(Segment.OPEN), "待处理"),
    (str(Segment.RETURNED), "已退回"),
    (str(Segment.DONE), "已处理"),
)


class HeadBar(Pane):
    """``scope_chosen(scope)`` and ``segment_chosen(key)``; ``choices`` gives the scopes when the list is opened."""

    scope_chosen = Signal(object)
    segment_chosen = Signal(str)

    def __init__(self, actions: ActionTable, choices: Callable[[], Sequence[ScopeChoice]]) -> None:
        super().__init__("surface", "b")
        self._choices = choices
        self.scope = Button("", icon="expand")
        self.scope.setObjectName("qc_scope")
        self.scope.setToolTip("选择对哪些病案做批次质控")
        self.scope.clicked.connect(self.open_scopes)
        self._cases = Text("", "body", "secondary")
        self._cases.setObjectName("qc_cases")
        self._badges = {severity: SeverityBadge(severity) for severity in Severity}
        self._quality = Text("", "body", "secondary", elide=True)
        self._quality.setObjectName("qc_quality")
        self._old = Text("", "caption", "warn")
        self._old.setObjectName("qc_old")
        self.segments = SegmentedControl(_SEGMENTS)
        self.segments.setObjectName("qc_segments")
        self.segments.changed.connect(self.segment_chosen)
        line = row(self.scope, self._cases, Rule(vertical=True), gap=8, margins=(12, 9, 12, 9))
        for badge in self._badges.values():
            line.addWidget(badge)
        line.addWidget(self._quality, 1)
        line.addWidget(self._old)
        line.addWidget(self.segments)
        self._export = ActionButton(actions, "qc.export", keys=False)
        line.addWidget(self._export)
        line.addWidget(ActionButton(actions, "qc.rerun", keys=False))
        self.setLayout(line)
        theme().changed.connect(self._fit)
        self._fit()

    def show_scope(self, title: str, segment: Segment | None) -> None:
        """Show what is being read, without a word."""
        self.scope.set_text(_short(title))
        self.scope.setAccessibleName(f"范围：{title}")
        was = self.segments.blockSignals(True)
        self.segments.set_current(str(segment or ALL))
        self.segments.blockSignals(was)

    def show_overview(self, overview: Overview) -> None:
        """Show the counts of a round."""
        self._cases.setText(f"{overview.quality.cases:,} 份")
        for severity, badge in self._badges.items():
            badge.set_severity(severity, f"{severity_word(severity)} {overview.severities.get(severity, 0):,}")
        self._quality.setText(quality_text(overview.quality))
        self.segments.set_count(ALL, overview.total)
        for segment in Segment:
            self.segments.set_count(str(segment), overview.segments.get(segment, 0))

    def show_old(self, words: str) -> None:
        """Mark what is shown as the result of an earlier run, '' when it is the present one."""
        self._old.setText(words)
        self._old.setVisible(bool(words))

    def open_scopes(self) -> None:
        """Show the list of scopes under its button."""
        menu = QMenu(self)
        menu.setObjectName("qc_scopes")
        for choice in self._choices():
            menu.addAction(choice.title).triggered.connect(partial(self._on_scope, choice.scope))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.scope.mapToGlobal(self.scope.rect().bottomLeft()))

    def _on_scope(self, scope: QcScope, _checked: bool = False) -> None:
        self.scope_chosen.emit(scope)

    def _fit(self) -> None:
        self._export.setVisible(theme().wide)


def quality_text(quality: Quality) -> str:
    """Return how good cases are in words, '' while none was checked."""
    if quality.clean is None or quality.good is None or quality.mean_score is None:
        return ""
    return f"合格率 {quality.clean:.1%}　甲级率 {quality.good:.1%}　平均分 {quality.mean_score:.1f}"


def _short(title: str) -> str:
    return title if len(title) <= 24 else f"{title[:22]}…"
