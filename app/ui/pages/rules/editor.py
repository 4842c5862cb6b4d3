"""The upper right: severity, id, condition as sentence and as text, message, remedy, and what is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.common.errors import UserProblem
from app.qc.forms import added, changed, choices, editable, field_choices, fresh, loops_around, removed, written
from app.qc.lint import Note, Weight
from app.qc.rule import Rule
from app.qc.sentences import Token, TokenKind, Words, sentence
from app.qc.syntax import Call, Logic, Node
from app.qc.trees import Place, node_at
from app.ui.actions import ActionTable
from app.ui.pages.rules.sentence import SentenceView
from app.ui.pages.rules.token_box import TokenBox
from app.ui.pages.rules.work import Work
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Chip,
    IconLabel,
    Pane,
    SeverityBadge,
    Text,
    column,
    row,
)

_LABEL: Final = 66
_TYPED_MS: Final = 250
_KINDS: Final = {
    TokenKind.FIELD: "字段",
    TokenKind.OPERATOR: "怎样比较",
    TokenKind.VALUE: "值",
    TokenKind.JOIN: "怎样相连",
    TokenKind.ROWS: "哪些行",
    TokenKind.FORMULA: "公式",
}
_CLOSED: Final = frozenset({TokenKind.OPERATOR, TokenKind.JOIN, TokenKind.ROWS})


class RuleEditor(Pane):
    """``changed(rule)`` after every change by the user."""

    changed = Signal(object)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "b")
        self._work: Work | None = None
        self._words = Words()
        self._tokens: tuple[Token, ...] = ()
        self._token = -1
        self._home: Place = ()
        self._make_head()
        self._make_condition()
        self._make_words(actions)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(self._on_settled)
        body = column(self._head, gap=8, margins=(16, 10, 16, 8))
        body.addWidget(self._condition)
        body.addWidget(self.formula)
        body.addWidget(self._fault)
        body.addLayout(self._fields)
        body.addLayout(self._foot)
        self.setLayout(body)
        self.show_formula(shown=False)

    def _make_head(self) -> None:
        self._severity = SeverityBadge("warn")
        self._id = Text("", "code", "secondary")
        self._id.setObjectName("rule_id")
        self._title = Text("", "title", elide=True)
        self._title.setObjectName("rule_title")
        self._chip = Chip("", icon="edit")
        self._told = Text("", "caption", "muted", elide=True)
        self._told.setObjectName("rule_told")
        self._head = QWidget()
        line = row(self._severity, self._id, gap=8)
        line.addWidget(self._title, 1)
        line.addWidget(self._chip)
        self._head.setLayout(column(line, self._told, gap=2))

    def _make_condition(self) -> None:
        self.sentence = SentenceView()
        self.sentence.edit_asked.connect(self._on_edit)
        self.sentence.remove_asked.connect(self._on_remove)
        self.sentence.add_asked.connect(self._on_add)
        self._condition = Pane("alt", "t b l r")
        when = Text("当", "body", "muted")
        when.setFixedHeight(theme().px(26))
        inside = row(gap=6, margins=(12, 6, 12, 6))
        inside.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(self.sentence, 1)
        self._condition.setLayout(inside)
        self.formula = QPlainTextEdit()
        self.formula.setObjectName("formula")
        self.formula.setAccessibleName("公式文本")
        self.formula.setFont(theme().font("code"))
        self.formula.setTabChangesFocus(True)
        self.formula.setFixedHeight(theme().px(74))
        self.formula.textChanged.connect(self._on_formula)
        self._fault = Text("", "code", "error")
        self._fault.setObjectName("formula_fault")
        self._box: TokenBox | None = None

    def _make_words(self, actions: ActionTable) -> None:
        self.message, self.remedy = self._line("message", "提示信息"), self._line("remedy", "修正建议")
        self._fields = column(gap=6)
        for label, line in (("提示信息", self.message), ("修正建议", self.remedy)):
            name = Text(label, "body", "muted")
            name.setFixedWidth(theme().px(_LABEL))
            self._fields.addLayout(row(name, line, gap=10))
        self._examples = [(IconLabel("passed", "ok", 14), Text("", "caption", "secondary")) for _ in range(2)]
        self._note_icon = IconLabel("note", "warn", 14)
        self._note = Text("", "caption", "warn", elide=True)
        self._note.setObjectName("rule_note")
        self._foot = row(gap=6)
        for icon, words in self._examples:
            self._foot.addWidget(icon)
            self._foot.addWidget(words)
        self._foot.addWidget(self._note_icon)
        self._foot.addWidget(self._note, 1)
        for action in ("rules.formula", "rules.versions"):
            self._foot.addWidget(ActionButton(actions, action, kind="link", small=True, keys=False))

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"rule_{name}")
        line.setAccessibleName(label)
        line.setProperty("boxed", "true")
        line.textEdited.connect(self._on_words)
        return line

    # Showing.

    def show_work(self, work: Work | None, words: Words, *, told: str, state: str) -> None:
        """Show a rule; ``told`` stands under its title, ``state`` in the chip at the right."""
        self._work, self._words = work, words
        if work is None:
            return
        rule, fixed = work.rule, not work.own
        self._severity.set_severity(rule.severity)
        self._id.setText(rule.id)
        self._title.setText(rule.message or "没有提示信息的规则")
        self._told.setText(told)
        self._chip.set_text(state, "accent" if work.is_changed else "neutral", "edit" if work.own else "locked")
        for line, value in ((self.message, rule.message), (self.remedy, rule.remedy)):
            line.setReadOnly(fixed)
            if line.text() != value:
                line.setText(value)
        if self.formula.toPlainText() != rule.when:
            was = self.formula.blockSignals(True)
            self.formula.setPlainText(rule.when)
            self.formula.blockSignals(was)
        self.formula.setReadOnly(fixed)
        self._show_tokens(fixed)

    def _show_tokens(self, fixed: bool) -> None:
        tree = self._tree
        if tree is not None:
            self._tokens = sentence(tree, self._words)
        elif self._work is not None and not self._work.rule.when.strip():
            self._tokens = ()
        else:
            self._tokens = (Token(TokenKind.WORD, "公式还不完整，请在公式文本中改正"),)
        self.sentence.show_tokens(self._tokens, fixed=fixed or (tree is None and bool(self._tokens)))

    def show_notes(self, notes: Sequence[Note], counts: Sequence[tuple[int, int]]) -> None:
        """Show what is doubtful, and how many examples of each kind hold: (of those that must fire, must not)."""
        names = ("应命中例", "不应命中例")
        for (icon, words), name, (good, of) in zip(self._examples, names, counts, strict=True):
            holds = of > 0 and good == of
            icon.set_icon("passed" if holds else "failed", "ok" if holds else "error")
            words.setText(f"{name} {good}/{of} {'通过' if holds else '不符' if of else '还没有'}")
            words.set_tone("ok" if holds else "error")
        fault = next((note for note in notes if note.kind == "fault" and note.at >= 0), None)
        self._show_fault(fault)
        told = [note for note in notes if note is not fault and note.kind not in ("example", "no_fires", "no_silent")]
        worst = any(note.weight is Weight.ERROR for note in told)
        more = f"（另有 {len(told) - 1} 项）" if len(told) > 1 else ""
        self._note.setText(f"{told[0].message}{more}" if told else "")
        self._note.set_tone("error" if worst else "warn")
        self._note_icon.set_icon("failed" if worst else "note", "error" if worst else "warn")
        self._note_icon.setVisible(bool(told))

    def _show_fault(self, fault: Note | None) -> None:
        when = self.formula.toPlainText()
        marks: list[QTextEdit.ExtraSelection] = []
        if fault is not None:
            cursor = QTextCursor(self.formula.document())
            cursor.setPosition(min(fault.at, max(0, len(when) - 1)))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
            if not cursor.hasSelection():
                cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
            mark = QTextEdit.ExtraSelection()
            shape = QTextCharFormat()
            shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            shape.setUnderlineColor(theme().colour("error"))
            shape.setBackground(theme().colour("error_bg"))
            mark.format, mark.cursor = shape, cursor
            marks.append(mark)
        self.formula.setExtraSelections(marks)
        blank = fault is not None and not when.strip()
        words = "还没有条件。" if blank else f"第 {fault.at + 1} 个字：{fault.message}" if fault else ""
        self._fault.setText(words)
        self._fault.setVisible(bool(words))

    def show_formula(self, *, shown: bool) -> None:
        """Show the text of the condition under the sentence, or hide it."""
        self.formula.setVisible(shown)

    @property
    def shows_formula(self) -> bool:
        """True while the text is shown."""
        return not self.formula.isHidden()

    @property
    def box_is_open(self) -> bool:
        """True while a token is being changed."""
        return self._box is not None and self._box.isVisible()

    def close_box(self) -> None:
        """Give the change of a token up."""
        if self._box is not None:
            self._box.dismiss()

    # Changing.

    @property
    def _tree(self) -> Node | None:
        return self._work.tree if self._work is not None else None

    def _emit(self, rule: Rule) -> None:
        if self._work is not None and self._work.own and rule != self._work.rule:
            self.changed.emit(rule)

    def _set_tree(self, tree: Node | None) -> None:
        if self._work is not None:
            when = written(tree, self._work.rule.when) if tree is not None else ""
            self._emit(replace(self._work.rule, when=when))

    def _the_box(self) -> TokenBox:
        if self._box is None:
            self._box = TokenBox(self.sentence)
            self._box.taken.connect(self._on_taken)
            self._box.left.connect(self._on_left)
            self.destroyed.connect(self._box.deleteLater)
        return self._box

    def _on_edit(self, index: int) -> None:
        tree = self._tree
        if tree is None:
            return
        self._token, token = index, self._tokens[index]
        box = self.sentence.box_of(index)
        words = _present(tree, token) if token.kind in _CLOSED else editable(tree, token)
        offered = choices(tree, token, self._words)
        self._the_box().open_at(box, words, offered, name=_KINDS[token.kind], only=token.kind in _CLOSED)

    def _on_add(self) -> None:
        tree = self._tree
        self._token = -1
        at = self.sentence.current
        near = self._tokens[at].place if tree is not None and at < len(self._tokens) else ()
        self._home = _row_of(tree, near) if tree is not None else ()
        rows = loops_around(tree, self._home) if tree is not None else ()
        box = self.sentence.box_of(len(self._tokens))
        self._the_box().open_at(box, "", field_choices(rows, self._words), name="新条件的字段")

    def _on_remove(self, index: int) -> None:
        tree = self._tree
        if tree is not None:
            self._set_tree(removed(tree, self._tokens[index]))

    def _on_taken(self, value: str) -> None:
        try:
            tree = self._changed_tree(value)
        except UserProblem as problem:
            self._the_box().show_problem(problem.message)
            return
        self._the_box().hide()
        self._set_tree(tree)
        if self._token < 0:  # a new condition: go on with how it is compared
            self.sentence.go_to(self._last_operator())
        self._on_left()

    def _changed_tree(self, value: str) -> Node:
        tree = self._tree
        if self._token < 0 or tree is None:
            return added(tree, fresh(value), self._home)
        return changed(tree, self._tokens[self._token], value, self._words)

    def _last_operator(self) -> int:
        operators = [index for index, token in enumerate(self._tokens) if token.kind is TokenKind.OPERATOR]
        return operators[-1] if operators else 0

    def _on_left(self) -> None:
        self.sentence.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_words(self, _text: str) -> None:
        self._typed.start()

    def _on_formula(self) -> None:
        self._typed.start()

    def flush(self) -> None:
        """Take over what was typed and not handed on yet."""
        if self._typed.isActive():
            self._typed.stop()
            self._on_settled()

    def _on_settled(self) -> None:
        if self._work is not None:
            rule = self._work.rule
            self._emit(
                replace(
                    rule,
                    when=self.formula.toPlainText(),
                    message=self.message.text(),
                    remedy=self.remedy.text(),
                )
            )


def _present(tree: Node, token: Token) -> str:
    """Return what a token of a closed set is now, as the value of its choice."""
    node = node_at(tree, token.place)
    if token.kind is TokenKind.JOIN and isinstance(node, Logic):
        return node.op
    return ""


def _row_of(tree: Node, place: Place) -> Place:
    """Return the row of conditions around a token to which another one is added: inside its loop, else the whole."""
    for length in range(len(place), 0, -1):
        parent = node_at(tree, place[: length - 1])
        if isinstance(parent, Call) and parent.name in ("any", "all", "pairs") and place[length - 1]:
            return place[:length]
    return ()
