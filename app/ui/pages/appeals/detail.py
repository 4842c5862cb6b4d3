"""The right side: what came, until when, with which evidence, what was answered, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.services.appeals_types import AppealLine, WrittenPack
from app.ui.masking import masking
from app.ui.pages.appeals.tables import left_words
from app.ui.pages.wording import joined, yuan
from app.ui.widgets import ActionButton, Rule, ScrollPane, StateStack, Text, column, row

if TYPE_CHECKING:
    from app.ui.actions import ActionTable

_NONE = "—"


class AppealDetail(QWidget):
    """Shows the chosen entry; its buttons are the steps that lead on."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__()
        self._title, self._who = Text("", "title"), Text("", "body", "secondary", wrap=True)
        self._due = Text("", "bold", wrap=True)
        self.words = {key: Text("", "body", wrap=True) for key in ("objection", "evidence", "answer", "result")}
        self.packs = Text("", "body", "secondary", wrap=True)
        self.packs.setObjectName("appeal_packs")
        pane = ScrollPane("surface", (14, 12, 14, 12), 6)
        for widget in (self._title, self._who, self._due, Rule()):
            pane.box.addWidget(widget)
        labels = {"objection": "医保异议或单议理由", "evidence": "依据", "answer": "答复", "result": "结果"}
        for key, label in labels.items():
            self.words[key].setObjectName(f"appeal_{key}")
            pane.box.addWidget(Text(label, "caption", "muted"))
            pane.box.addWidget(self.words[key])
        pane.box.addWidget(Text("申诉材料", "caption", "muted"))
        pane.box.addWidget(self.packs)
        pane.box.addLayout(
            row(
                ActionButton(actions, "appeals.answer", small=True),
                ActionButton(actions, "appeals.pack", small=True),
                None,
                gap=8,
            )
        )
        pane.box.addStretch(1)
        self._stack = StateStack(pane)
        self.setLayout(column(self._stack))
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show no entry."""
        self._stack.show_empty("选中一条申诉或单议。", "这里列出期限、依据、答复和结果。")

    def show_line(self, one: AppealLine, packs: Sequence[WrittenPack]) -> None:
        """Show an entry with the packs that were written for its case."""
        stored = one.stored
        self._title.setText(f"{one.kind.label}　{masking().name(one.name)}")
        version = f"第 {stored.version} 版" if stored.version else ""
        self._who.setText(
            joined(one.record_no, one.dept, version, f"{stored.received:%Y-%m-%d} 收到，{stored.who} 登记")
        )
        until = f"截止 {stored.due:%Y-%m-%d}"
        self._due.setText(joined(one.state.label, until, left_words(one.days_left)))
        self.words["objection"].setText(joined(one.reason, stored.objection))
        self.words["evidence"].setText(
            "\n".join(f"{at}. {said}" for at, said in enumerate(stored.evidence, 1)) or _NONE
        )
        answered = f"{stored.answered:%Y-%m-%d} " if stored.answered else ""
        self.words["answer"].setText(f"{answered}{stored.answer}" or _NONE)
        money = f"核定 {yuan(stored.amount_fen)} 元" if stored.amount_fen is not None else ""
        self.words["result"].setText(joined(stored.result, money) or _NONE)
        made = [f"{pack.at:%m-%d %H:%M} {pack.file_name}（{pack.who}）" for pack in packs]
        self.packs.setText("\n".join(made) or "还没有生成。按 P 到分组页生成。")
        self._stack.show_content()
