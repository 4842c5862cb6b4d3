"""One question whole: what was asked, what came back beside what stands there now, what both sides said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.texts import text
from app.domain.returning import AnswerKind, ReturnStatus
from app.services.return_answers import answer_words
from app.ui.masking import masking
from app.ui.widgets import ActionButton, Button, Panel, Rule, ScrollPane, SeverityBadge, Text, column, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.return_effects import AnswerEffect
    from app.services.return_types import AnswerDiff, ChaseLine
    from app.ui.actions import ActionTable

_NONE: Final = "未填写"


class DetailPanel(Panel):
    """``reasoned(words)`` when a reason was typed; ``chose_over(item id)`` when theirs was taken in a conflict."""

    reasoned = Signal(str)
    chose_over = Signal(int)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("问题与答复")
        self._actions = actions
        self._diff: AnswerDiff | None = None
        self.reason = QLineEdit()
        self.reason.setObjectName("returns_reason")
        self.reason.setProperty("boxed", "true")
        self.reason.setAccessibleName("理由")
        self.reason.returnPressed.connect(self._on_reason)
        self._problem = Text("", "caption", "error", wrap=True)
        self._scroll = ScrollPane(margins=(12, 10, 12, 12), gap=6)
        self._scroll.box.addStretch(1)
        self._shown = QWidget()
        self.body.addWidget(self._scroll, 1)
        self._ask = QWidget()
        self._ask_title = Text("", "caption", "muted", wrap=True)
        self._ask.setLayout(column(Rule(), 8, self._ask_title, 2, self.reason, self._problem, margins=(12, 0, 12, 10)))
        self._ask.hide()
        self.body.addWidget(self._ask)

    @property
    def asks(self) -> bool:
        """True while a reason is asked for."""
        return self._ask.isVisible()

    def show_line(self, line: ChaseLine | None, diff: AnswerDiff | None, effects: Sequence[AnswerEffect] = ()) -> None:
        """Show a question; ``diff`` is its answer beside the case, None where there is none to judge.

        ``effects`` are what the answers would do to the group, where whoever looks may know.
        """
        self.end_reason()
        self._diff = diff
        self._scroll.box.removeWidget(self._shown)
        self._shown.hide()
        self._shown.deleteLater()
        self._shown = self._made(line, diff, effects) if line is not None else QWidget()
        self._scroll.box.insertWidget(0, self._shown)

    def ask_reason(self, title: str) -> None:
        """Ask for a reason."""
        self._ask_title.setText(title)
        self.reason.clear()
        self._problem.hide()
        self._ask.show()
        self.reason.setFocus()

    def end_reason(self) -> None:
        """Ask no more."""
        self._ask.hide()

    def show_problem(self, words: str) -> None:
        """Say what is wrong with the reason."""
        self._problem.setText(words)
        self._problem.show()

    def _made(self, line: ChaseLine, diff: AnswerDiff | None, effects: Sequence[AnswerEffect]) -> QWidget:
        item, shown = line.row.item, QWidget()
        box = column(gap=4)
        head = [SeverityBadge(item.severity)] if item.severity else []
        rule = f"　规则 {item.rule_id}" if item.rule_id else ""
        box.addLayout(row(*head, Text(f"{line.place}{rule}", "caption", "muted"), None))
        box.addWidget(Text(masking().words(item.question), "bold", wrap=True))
        for label, words in (
            ("提问时", item.old_value or _NONE),
            ("编码员看到的记录", item.seen),
            ("选项", "；".join(one.label for one in item.options)),
        ):
            if words:
                box.addWidget(Text(f"{label}：{masking().words(words)}", "caption", "secondary", wrap=True))
        sent = f"{item.sent_by} {item.sent_at:%m-%d %H:%M} 退回" if item.sent_at else ""
        due = f"，{item.due:%m-%d %H:%M} 前答复" if item.due else ""
        box.addWidget(Text(f"{sent}{due}", "caption", "muted", wrap=True))
        if item.escalated_at:
            box.addWidget(Text(f"{item.escalated_at:%m-%d %H:%M} 已上报科主任", "caption", "warn"))
        if effects:
            box.addSpacing(6)
            box.addWidget(Text("各种答复之后的分组（只给质控看，不给医师）", "caption_bold"))
            for one in effects:
                tone = "fg" if one.changes else "secondary"
                box.addWidget(Text(f"{one.label}：{one.words}", "caption", tone, wrap=True))
            box.addWidget(Text("仅供核对，不得作为高套依据。", "caption", "muted"))
        if item.answer is not None:
            box.addSpacing(6)
            box.addWidget(Rule(subtle=True))
            self._add_answer(box, line, diff)
        if item.status is ReturnStatus.OUTSTANDING:
            box.addLayout(row(ActionButton(self._actions, "returns.escalate", small=True),
                              ActionButton(self._actions, "returns.withdraw", small=True), None))  # fmt: skip
        shown.setLayout(box)
        return shown

    def _add_answer(self, box: object, line: ChaseLine, diff: AnswerDiff | None) -> None:
        item = line.row.item
        layout = column(gap=4)
        at = f" {item.answered_at:%m-%d %H:%M}" if item.answered_at else ""
        source = f"（{item.answered_in}）" if item.answered_in else ""
        kind = text(f"returns.answer.{item.answer.kind}") if item.answer else ""
        layout.addWidget(Text(f"医师答复：{kind}", "caption_bold"))
        if item.answer is not None:
            layout.addWidget(Text(masking().words(answer_words(item.answer)), wrap=True))
        layout.addWidget(Text(f"{item.answered_by}{at}{source}", "caption", "muted", wrap=True))
        if diff is not None and diff.writes:
            layout.addWidget(Text(f"\u2212 {masking().words(diff.now) or _NONE}", tone="secondary", wrap=True))
            layout.addWidget(
                Text(f"+ {masking().words(diff.new)}{'（作为新的原文，编码另选）' if diff.as_text else ''}", wrap=True)
            )
        elif diff is not None and item.answer is not None and item.answer.kind is AnswerKind.CHANGED:
            layout.addWidget(Text("与首页现在的内容相同。", "caption", "muted"))
        if diff is not None and diff.conflicts:
            layout.addWidget(Text(f"提问以后首页已由“{diff.asked or _NONE}”改为“{diff.now or _NONE}”，请选择：",
                                  "caption", "warn", wrap=True))  # fmt: skip
            mine, theirs = Button("保留现在的", small=True, keys="K"), Button("采用医师的", small=True)
            mine.clicked.connect(self._on_mine)
            theirs.clicked.connect(self._on_theirs)
            layout.addLayout(row(mine, theirs, None))
        elif diff is not None:
            layout.addLayout(row(ActionButton(self._actions, "returns.accept", small=True, kind="primary"),
                                 ActionButton(self._actions, "returns.keep", small=True), None))  # fmt: skip
        if item.verdict is not None:
            words = f"病案科：{text(f'returns.verdict.{item.verdict}')}　{item.verdict_words}".strip()
            moment = f"{item.verdict_by} {item.verdict_at:%m-%d %H:%M}" if item.verdict_at else ""
            layout.addWidget(Text(words, tone="secondary", wrap=True))
            layout.addWidget(Text(moment, "caption", "muted"))
        box.addLayout(layout)  # type: ignore[attr-defined]  # the column of the panel

    def _on_mine(self) -> None:
        self._actions.trigger("returns.keep")

    def _on_theirs(self) -> None:
        if self._diff is not None:
            self.chose_over.emit(self._diff.id)

    def _on_reason(self) -> None:
        self.reasoned.emit(self.reason.text())
