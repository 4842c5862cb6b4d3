"""The path of a case as a panel: key steps or all, rule texts and code lists unfolded in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal

from app.domain.grouping import Explanation, Step, StepOutcome
from app.services.whatif_values import RuleList
from app.ui.pages.drg.path_list import PathList
from app.ui.pages.drg.path_rows import PathRow, RowKind, list_rows, path_rows, rule_row, step_row
from app.ui.widgets import Panel, SegmentedControl, Text

_UNFOLDED = (RowKind.RULE, RowKind.LIST)


class PathPanel(Panel):
    """Shows an explanation; the last hit is chosen. ``mode_changed`` tells another mode than before."""

    mode_changed = Signal()

    def __init__(self, lists_of: Callable[[Step], Sequence[RuleList]]) -> None:
        super().__init__("分组路径", "按判定顺序", footer=True)
        self._lists_of = lists_of
        self._explanation: Explanation | None = None
        self.mode = SegmentedControl((("key", "关键步骤"), ("all", "全部")))
        self.mode.changed.connect(self._on_mode)
        self.header.addWidget(self.mode)
        self.steps = PathList()
        self.steps.doubleClicked.connect(self.toggle_rule)
        self.body.addWidget(self.steps, 1)
        self.footer.addWidget(Text("Enter 展开规则原文 · → 查看集合成员 · ← 收起", "caption", "muted", elide=True), 1)

    def show_path(self, explanation: Explanation | None) -> None:
        """Show the path of a result, nothing when there is none. The place in the same path is kept."""
        kept = self.steps.currentIndex().row() if explanation == self._explanation else -1
        self._explanation = explanation
        self.mode.set_count("all", len(explanation.steps) if explanation else 0)
        if kept < 0:
            self._fill()

    def current_text(self) -> str:
        """Return the chosen row in words, '' when there is none."""
        found = self.steps.current()
        return found.text() if found else ""

    def toggle_mode(self) -> None:
        """Switch between key steps and all."""
        self.mode.set_current("all" if self.mode.current == "key" else "key")

    def toggle_rule(self) -> None:
        """Unfold the rule text of the chosen step, or take it away; a folded run becomes its steps."""
        found, at = self.steps.current(), self.steps.currentIndex().row()
        if found is None or self._explanation is None:
            return
        if found.kind is RowKind.FOLD:
            result = self._explanation.result
            self.steps.path.replace(at, 1, [step_row(step, result) for step in found.steps])
            self.steps.go_to(at)
        elif not self._close(at, RowKind.RULE) and found.kind is RowKind.STEP:
            self._open(at, [rule_row(found.step)])

    def show_lists(self) -> None:
        """Unfold the code lists that the rule of the chosen step names."""
        found, at = self.steps.current(), self.steps.currentIndex().row()
        if found is None:
            return
        if found.kind is RowKind.FOLD:
            self.toggle_rule()
        elif found.kind is RowKind.STEP and not self._has(at, RowKind.LIST):
            self._open(at + self._has(at, RowKind.RULE), list(list_rows(found.step, self._lists_of(found.step))))

    def fold(self) -> None:
        """Take away what is unfolded below the chosen step."""
        at = self.steps.currentIndex().row()
        if self.steps.current() is not None:
            self._close(at, *_UNFOLDED)

    def _open(self, at: int, rows: Sequence[PathRow]) -> None:
        self.steps.path.replace(at + 1, 0, rows)
        self.steps.scrollTo(self.steps.path.index(at + len(rows)))
        self.steps.scrollTo(self.steps.currentIndex())

    def _has(self, at: int, kind: RowKind) -> bool:
        rows = self.steps.path.rows
        while at + 1 < len(rows) and rows[at + 1].kind in _UNFOLDED:
            at += 1
            if rows[at].kind is kind:
                return True
        return False

    def _close(self, at: int, *kinds: RowKind) -> bool:
        """Remove rows of these kinds around a row: below its step. Return whether there were any."""
        rows = self.steps.path.rows
        while at > 0 and rows[at].kind in _UNFOLDED:
            at -= 1
        last = at
        while last + 1 < len(rows) and rows[last + 1].kind in _UNFOLDED:
            last += 1
        below = rows[at + 1 : last + 1]
        kept = [row for row in below if row.kind not in kinds]
        if len(kept) == len(below):
            return False
        self.steps.path.replace(at + 1, len(below), kept)
        self.steps.go_to(at)
        return True

    def _fill(self) -> None:
        explanation = self._explanation
        rows = path_rows(explanation.steps, explanation.result, whole=self.mode.current == "all") if explanation else []
        self.steps.path.show(rows)
        hits = [at for at, row in enumerate(rows) if row.on_path or row.step.outcome is StepOutcome.HIT]
        self.steps.go_to(hits[-1] if hits else len(rows) - 1)

    def _on_mode(self, _mode: str) -> None:
        self._fill()
        self.mode_changed.emit()
