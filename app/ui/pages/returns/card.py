"""The card that puts a question to a physician: words from a template, answers, a due moment; leading words marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.common.errors import UserProblem
from app.domain.returning import ReturnQuestion
from app.services.leading import Leading, leading
from app.ui.pages.returns.option_lines import options_text, parse_options
from app.ui.theme import theme
from app.ui.widgets import Button, Card, ComboBox, Text, column, row

if TYPE_CHECKING:
    from app.services.return_templates import ReturnTemplate

_WIDTH: Final = 620
_MOMENT: Final = "%Y-%m-%d %H:%M"
_PARTS: Final = {"words": "问题", "seen": "看到的记录", "suggestion": "建议", "options": "选项"}

Take = Callable[[ReturnQuestion, bool], object]
"""Called with the question and whether the case goes to the physician at once; may refuse with a problem."""


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What the card starts with: the place in words, the question, its template, all templates, when it is due.

    ``group`` is the group of the case, for those who may see it; it never goes to the physician.
    """

    place: str
    asked: ReturnQuestion
    template: ReturnTemplate
    templates: Sequence[ReturnTemplate]
    due: datetime
    can_send: bool
    fill: Callable[[ReturnTemplate], ReturnQuestion]
    group: str = ""


class ReturnCard(Card):
    """Ctrl+Enter returns the case at once, Enter in a line notes the question; refused while a word is leading."""

    def __init__(self, window: QWidget, facts: AskFacts, take: Take) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("return_card")
        self._facts, self._take = facts, take
        self._asked = facts.asked
        self.box.addWidget(Text(f"问医师　{facts.place}", "title", wrap=True))
        self.template = ComboBox()
        self.template.setObjectName("return_template")
        self.template.setAccessibleName("模板")
        for one in facts.templates:
            self.template.addItem(one.title + ("（本院）" if one.is_changed else ""), one.id)
        self.template.setCurrentIndex(next((at for at, one in enumerate(facts.templates) if one == facts.template), 0))
        self.template.activated.connect(self._on_template)
        self.words = self._area("return_words", "问题", 3)
        self.options = self._area("return_options", "选项", 5)
        self.seen = self._line("return_seen", "编码员看到的记录", "可留空，例如：11-09 血培养阳性")
        self.due = self._line("return_due", "答复期限", _MOMENT)
        self._add("模板", self.template)
        self._add("问题（中性，只问病历中的事实）", self.words)
        self._add("选项，一行一个：“回答 = 改成的值 [记载位置｜改为｜理由]”", self.options)
        self._add("编码员看到的记录", self.seen)
        self._add("答复期限", self.due)
        if facts.group:
            self.box.addWidget(Text(f"现分组 {facts.group}，仅质控可见，不送给医师。", "caption", "muted"))
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("return_problem")
        self.box.addWidget(self._problem)
        cancel = Button("取消", keys="Esc")
        self.note, self.send = Button("记入待问"), Button("直接退回", kind="primary", keys="Ctrl+Enter")
        self.note.setObjectName("return_note")
        self.send.setObjectName("return_send")
        cancel.clicked.connect(self.close_card)
        self.note.clicked.connect(self._on_note)
        self.send.clicked.connect(self._on_send)
        self.box.addLayout(row(None, cancel, self.note, self.send))
        self.send.setVisible(facts.can_send)
        self._show(facts.asked)
        for edit in (self.words, self.options):
            edit.textChanged.connect(self._on_typed)
        self.seen.textChanged.connect(self._on_typed)

    def open_card(self) -> None:
        """Show with the cursor on the button that notes it: the template is ready as it is."""
        self.open(self.note)

    def question(self) -> ReturnQuestion:
        """Return the question as it stands. Raises ``ValueError`` for a due moment that cannot be read."""
        return replace(
            self._asked,
            words=self.words.toPlainText().strip(),
            options=parse_options(self.options.toPlainText()),
            seen=self.seen.text().strip(),
            due=datetime.strptime(self.due.text().strip(), _MOMENT) if self.due.text().strip() else None,
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter sends from anywhere in the card; Esc leaves."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_send(event):
            event.accept()  # else a shortcut of the page below would take it
            return True
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._is_key(event):
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same where no field has the focus."""
        if not self._is_key(event):
            super().keyPressEvent(event)

    def _is_key(self, event: QKeyEvent) -> bool:
        if _is_send(event):
            self._on_send() if self._facts.can_send else self._on_note()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
            return True
        return False

    def _area(self, name: str, label: str, lines: int) -> QPlainTextEdit:
        edit = QPlainTextEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(label)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(theme().px(20 * lines + 12))
        edit.installEventFilter(self)
        return edit

    def _line(self, name: str, label: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setAccessibleName(label)
        field.setProperty("boxed", "true")
        field.setPlaceholderText(hint)
        field.returnPressed.connect(self._on_note)
        field.installEventFilter(self)
        return field

    def _add(self, label: str, widget: QWidget) -> None:
        self.box.addLayout(column(Text(label, "caption", "muted"), widget, gap=2))

    def _show(self, asked: ReturnQuestion) -> None:
        self._asked = asked
        self.words.setPlainText(asked.words)
        self.options.setPlainText(options_text(asked.options))
        self.seen.setText(asked.seen)
        self.due.setText((asked.due or self._facts.due).strftime(_MOMENT))
        self._on_typed()

    def _on_template(self, at: int) -> None:
        self._show(replace(self._facts.fill(self._facts.templates[at]), severity=self._asked.severity))

    def _on_typed(self) -> None:
        """Mark leading words and refuse while there are any."""
        asked = replace(
            self._asked,
            words=self.words.toPlainText(),
            options=parse_options(self.options.toPlainText()),
            seen=self.seen.text(),
        )
        faults = leading(asked)
        self.words.setExtraSelections([self._mark(one) for one in faults if one.part == "words"])
        self._problem.setText("".join(_told(one, asked) for one in faults[:3]))
        self._problem.setVisible(bool(faults))
        for button in (self.note, self.send):
            button.setEnabled(not faults)

    def _mark(self, fault: Leading) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setBackground(theme().colour("error_bg"))
        form.setForeground(theme().colour("error"))
        form.setFontUnderline(True)
        cursor = QTextCursor(self.words.document())
        cursor.setPosition(fault.start)
        cursor.setPosition(fault.end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        mark.format = form
        return mark

    def _on_note(self) -> None:
        self._do(send=False)

    def _on_send(self) -> None:
        self._do(send=True)

    def _do(self, *, send: bool) -> None:
        try:
            asked = self.question()
        except ValueError:
            self._tell("答复期限请写成 2026-11-24 18:00 的样子。")
            return
        if leading(asked):
            return
        try:
            self._take(asked, send)
        except UserProblem as problem:
            self._tell(f"{problem.message}{problem.advice}")
            return
        self.close_card()

    def _tell(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.show()


def _told(fault: Leading, asked: ReturnQuestion) -> str:
    parts = {"words": asked.words, "seen": asked.seen, "suggestion": asked.suggestion}
    shown = parts.get(fault.part, "")[fault.start : fault.end]
    return f"{_PARTS[fault.part]}{f'中的“{shown}”' if shown else ''}{fault.message}"


def _is_send(event: QKeyEvent) -> bool:
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return is_enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
