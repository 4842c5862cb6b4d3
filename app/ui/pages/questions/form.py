"""One question as a form: kind, words, trigger, answers line by line, where evidence is; what is wrong, in place."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.common.errors import UserProblem
from app.qc.faults import RuleFault
from app.qc.questions import QuestionKind
from app.services.question_table import QuestionEntry, options_text, parse_options
from app.ui.theme import theme
from app.ui.widgets import Panel, RuledField, ScrollPane, SegmentedControl, Text, column, row

_KINDS: Final = ((str(QuestionKind.DETAIL), "追问"), (str(QuestionKind.MISSING), "可能漏编"))
_LABEL_WIDTH: Final = 84
_HELP: Final = {
    "when": "诊断编码范围，如 K35.8, K37；或一个条件，写法见帮助“质控规则的写法”。",
    "options": "一行一个回答：“回答 = 编码范围”；另加一行诊断的在前面写“+”；不写编码的，选后只记为已答。",
    "done": "诊断中已有这些编码就不再问；可不写。",
    "evidence": "到病历何处核对。",
    "ask": "中性的一句话，不提分组和费用。",
}


class QuestionForm(Panel):
    """Shows and edits one question. ``changed()`` whenever something is typed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("追问")
        self._before: QuestionEntry | None = None
        self._showing = False
        self.kind = SegmentedControl(_KINDS)
        self.kind.changed.connect(self._on_typed)
        self.ask, self.evidence, self.done = RuledField(), RuledField(), RuledField()
        self.when, self.options = QPlainTextEdit(), QPlainTextEdit()
        for edit, lines in ((self.when, 4), (self.options, 9)):
            edit.setTabChangesFocus(True)
            edit.setFixedHeight(theme().px(20 * lines + 12))
            edit.textChanged.connect(self._on_typed)
        self.when.setFont(theme().font("code"))
        for field in (self.ask, self.evidence, self.done):
            field.textChanged.connect(self._on_typed)
        self._problem = Text("", "caption", "error", wrap=True)
        self._caret = Text("", "code", "error", wrap=False)
        pane = ScrollPane(margins=(12, 8, 12, 12), gap=8)
        pane.box.addLayout(row(self._label("类别"), self.kind, None, gap=8))
        for name, title, widget in (
            ("ask", "问题", self.ask),
            ("when", "何时问", self.when),
            ("options", "回答", self.options),
            ("done", "已答编码", self.done),
            ("evidence", "依据", self.evidence),
        ):
            pane.box.addWidget(self._line(name, title, widget))
        pane.box.addWidget(self._problem)
        pane.box.addWidget(self._caret)
        pane.box.addStretch(1)
        self.body.addWidget(pane, 1)
        self._tell(None)

    @property
    def is_changed(self) -> bool:
        """True when something differs from what is stored."""
        return self._before is not None and self.entry() != self._before

    def show_entry(self, entry: QuestionEntry, title: str, *, new: bool = False) -> None:
        """Show a question; a new one counts as changed as soon as something is typed."""
        self._showing = True
        self._before = entry
        self.set_title(title)
        self.set_note("新的一条，尚未保存" if new else "")
        self.kind.set_current(str(entry.kind))
        self.ask.show_value(entry.ask)
        self.evidence.show_value(entry.evidence)
        self.done.show_value(entry.done)
        self.when.setPlainText(entry.when)
        self.options.setPlainText(options_text(entry.options))
        self._showing = False
        self._tell(None)

    def entry(self) -> QuestionEntry:
        """Return what stands in the form. Raises ``RuntimeError`` before anything was shown."""
        if self._before is None:
            raise RuntimeError
        before = self._before
        return QuestionEntry(
            id=before.id,
            kind=QuestionKind(self.kind.current),
            ask=self.ask.text().strip(),
            when=self.when.toPlainText().strip(),
            evidence=self.evidence.text().strip(),
            options=parse_options(self.options.toPlainText(), before.options),
            done=self.done.text().strip(),
            fields=before.fields,
        )

    def show_problem(self, problem: UserProblem) -> None:
        """Say what is wrong, with the place in the condition."""
        self._tell(problem)

    def _tell(self, problem: UserProblem | None) -> None:
        self._problem.setText(f"{problem.message}{problem.advice}" if problem else "")
        self._problem.setVisible(problem is not None)
        caret = problem.caret if isinstance(problem, RuleFault) else ""
        self._caret.setText(caret)
        self._caret.setVisible(bool(caret))

    @staticmethod
    def _label(words: str) -> Text:
        made = Text(words, "body", "secondary")
        made.setFixedWidth(theme().px(_LABEL_WIDTH))
        return made

    def _line(self, name: str, title: str, widget: QWidget) -> QWidget:
        widget.setObjectName(f"question_{name}")
        widget.setAccessibleName(title)
        widget.setAccessibleDescription(_HELP[name])
        below = row(_LABEL_WIDTH + 8, Text(_HELP[name], "caption", "muted", wrap=True), gap=0)
        line = row(self._label(title), gap=8)
        line.addWidget(widget, 1)
        box = QWidget()
        box.setLayout(column(line, below, gap=2))
        return box

    def _on_typed(self, *_given: object) -> None:
        if not self._showing:
            self._tell(None)
            self.changed.emit()
