"""例子: records that must fire the rule and records that must not, written in one line each and tried at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from app.common.errors import UserProblem
from app.qc.rule import Rule
from app.services.rule_writing import ExampleAnswer, example_text, read_example
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.widgets import (
    ActionButton,
    Button,
    Cell,
    Column,
    DataTable,
    Pane,
    SegmentedControl,
    StateStack,
    Text,
    column,
    row,
)

FIRES, SILENT = "fires", "silent"
_KINDS: Final = ((FIRES, "应命中"), (SILENT, "不应命中"))
_COLUMNS: Final = (
    Column("kind", "应当", 84),
    Column("text", "内容", 240, stretch=True),
    Column("answer", "结果", 96),
    Column("message", "给出的提示", 220, wide_only=True),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """An example with its kind, its place among those of its kind, and what came of it."""

    kind: str
    index: int
    example: Mapping[str, object]
    answer: ExampleAnswer


class ExamplesPanel(Pane):
    """``changed(rule)`` when examples came, went or changed."""

    changed = Signal(object)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface")
        self._rule: Rule | None = None
        self._edited: Tried | None = None
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("examples")
        self.table.setAccessibleName("例子")
        self._model: RecordModel[Tried] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.stack = StateStack(self.table)
        self.kind = SegmentedControl(_KINDS)
        self.kind.setObjectName("example_kind")
        self.line = QLineEdit()
        self.line.setObjectName("example_line")
        self.line.setAccessibleName("例子的内容")
        self.line.setProperty("boxed", "true")
        self.line.setPlaceholderText("性别=女；实际住院天数=401；dx[0].code=O80.000")
        self.line.returnPressed.connect(self.put)
        self.save = Button("加入", small=True, keys="Enter")
        self.save.clicked.connect(self.put)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("example_problem")
        self._problem.hide()
        self._bar = Pane("alt", "t")
        line = row(self.kind, gap=8)
        line.addWidget(self.line, 1)
        line.addWidget(self.save)
        for name in ("rules.example_from_case", "rules.drop_example"):
            line.addWidget(ActionButton(actions, name, small=True, keys=False))
        self._bar.setLayout(column(line, self._problem, gap=4, margins=(12, 6, 12, 6)))
        whole = column()
        whole.addWidget(self.stack, 1)
        whole.addWidget(self._bar)
        self.setLayout(whole)

    def show_examples(self, rule: Rule, tried: Sequence[Tried], *, fixed: bool) -> None:
        """Show the examples of a rule with what came of each."""
        at = self.table.current_row
        if self._rule is None or self._rule.id != rule.id:
            self.end()
        self._rule = rule
        self._model.show(tried)
        self._bar.setVisible(not fixed)
        if tried:
            self.stack.show_content()
            self.table.go_to(min(max(at, 0), len(tried) - 1))
        else:
            self.stack.show_empty("还没有例子。", "写一个应命中的和一个不应命中的，改条件时随时知道对不对。")

    @property
    def chosen(self) -> Tried | None:
        """The chosen example."""
        return self._model.at(self.table.current_row)

    @property
    def is_editing(self) -> bool:
        """True while an example is being written."""
        return bool(self.line.text()) or self._edited is not None

    def begin(self, example: Mapping[str, object]) -> None:
        """Write a new example that starts with some values."""
        self.end()
        self.line.setText(example_text(example))
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Give up what is being written."""
        self._edited = None
        self.line.clear()
        self.save.set_text("加入")
        self._problem.hide()

    def put(self) -> None:
        """Take the line over as an example; one that cannot be read stays, with the reason."""
        rule = self._rule
        if rule is None or not self.line.text().strip():
            return
        try:
            example = read_example(self.line.text())
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            self._problem.show()
            return
        edited, kind = self._edited, self.kind.current
        if edited is not None:
            rule = _without(rule, edited)
        self.end()
        self.changed.emit(_with(rule, kind, example))

    def drop(self) -> None:
        """Take the chosen example away."""
        if self._rule is not None and self.chosen is not None:
            self.changed.emit(_without(self._rule, self.chosen))

    def _on_opened(self, _at: int) -> None:
        chosen = self.chosen
        if chosen is not None and not self._bar.isHidden():
            self.kind.set_current(chosen.kind)
            self.line.setText(example_text(chosen.example))
            self._edited = chosen
            self.save.set_text("改写")
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)


def _with(rule: Rule, kind: str, example: Mapping[str, object]) -> Rule:
    if kind == FIRES:
        return replace(rule, fires=(*rule.fires, example))
    return replace(rule, silent=(*rule.silent, example))


def _without(rule: Rule, tried: Tried) -> Rule:
    if tried.kind == FIRES:
        return replace(rule, fires=tuple(one for at, one in enumerate(rule.fires) if at != tried.index))
    return replace(rule, silent=tuple(one for at, one in enumerate(rule.silent) if at != tried.index))


def _cell(key: str, tried: Tried) -> Cell:
    answer = tried.answer
    match key:
        case "kind":
            return Cell(dict(_KINDS)[tried.kind], "fg_secondary")
        case "text":
            return Cell(example_text(tried.example) or "空白病案")
        case "answer":
            return Cell(answer.answer, "ok" if answer.holds else "error", "passed" if answer.holds else "failed")
        case _:
            return Cell("；".join(answer.messages), "fg_secondary")
