"""The middle of the page: what is listed, the lines, and at the foot what can be done with those that are ticked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from app.services.qc_batch_types import GroupKind, GroupLine, HitKey, LineStatus, QcLine
from app.ui.models.qc_lines import Pair
from app.ui.page import Shell
from app.ui.pages.qc_batch.reading import Listed
from app.ui.pages.qc_batch.table import LinesView, status_text
from app.ui.widgets import ActionButton, Pane, SeverityBadge, Text, column, row

_KINDS = {GroupKind.DEPT: "科室", GroupKind.CODER: "编码员"}


class Middle(Pane):
    """Title, lines, footer. ``is_read`` is False between the choice of a group and its lines."""

    def __init__(self, shell: Shell, read: Callable[[Sequence[HitKey]], Sequence[QcLine]]) -> None:
        super().__init__("surface")
        self.is_read = False
        self.lines = LinesView(read)
        self._badge = SeverityBadge("hint")
        self._rule = Text("", "code", "secondary")
        self._title = Text("", "bold", elide=True)
        self._title.setObjectName("qc_group_title")
        self._note = Text("", "caption", "secondary")
        self._note.setObjectName("qc_group_note")
        head = Pane("surface", "b")
        line = row(self._badge, self._rule, gap=8, margins=(12, 8, 12, 8))
        line.addWidget(self._title, 1)
        line.addWidget(self._note)
        head.setLayout(line)
        self._ticked, self._hint = Text("", "bold"), Text("一次操作，可整体撤销", "caption", "muted", elide=True)
        self._ticked.setObjectName("qc_ticked")
        actions = shell.actions
        self._fix = ActionButton(actions, "qc.fix", kind="primary")
        foot = Pane("surface", "t")
        line = row(self._ticked, gap=8, margins=(12, 9, 12, 9))
        line.addWidget(self._hint, 1)
        line.addWidget(ActionButton(actions, "qc.return", keys=False))
        line.addWidget(ActionButton(actions, "qc.decide", keys=False))
        line.addWidget(self._fix)
        foot.setLayout(line)
        whole = column(head)
        whole.addWidget(self.lines, 1)
        whole.addWidget(foot)
        self.setLayout(whole)
        self.lines.ticked.connect(self._show_ticks)
        self._show_ticks()

    def show_group(self, line: GroupLine | None, *, leaving: bool) -> None:
        """Show what the lines to come have in common."""
        self.is_read = False
        kind = line.group.kind if line else GroupKind.RULE
        self._badge.setVisible(line is not None and line.severity is not None)
        if line is not None and line.severity is not None:
            self._badge.set_severity(line.severity)
        self._rule.setText(line.group.key if line and kind is GroupKind.RULE else _KINDS.get(kind, ""))
        self._title.setText(line.title if line else "")
        self._note.setText("")
        self.lines.table.show_for(kind, leaving=leaving)

    def show_lines(self, listed: Listed, ticks: Collection[Pair], keep: Pair | None) -> None:
        """Show the lines of the group."""
        self.is_read = True
        self.lines.show_lines(listed, ticks, keep)
        self._note.setText(f"{listed.cases:,} 份 · {listed.ready_cases:,} 份可直接改" if listed.keys else "")

    def why_not(self, line: QcLine) -> str:
        """Return why a line cannot be ticked."""
        if line.status is LineStatus.JUDGE:
            return f"需人工核对，{line.suggestion}"
        return f"{status_text(line.status)}，不需要修改。"

    def _show_ticks(self) -> None:
        cases = len({key.case_id for key in self.lines.model.ticks})
        self._ticked.setText(f"已选 {cases:,} 份" if cases else "未勾选")
        self._hint.setText("一次操作，可整体撤销" if cases else "对光标所在的一份操作；Ctrl+A 勾选全部可直接改的")
        self._fix.set_text(f"按建议修改 {cases:,} 份" if cases else "按建议修改")
