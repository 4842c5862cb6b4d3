"""Cards for what the hospital sets: hours to answer in, and the words of the templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.common.errors import UserProblem
from app.ui.models.records import RecordModel
from app.ui.pages.returns.option_lines import options_text, parse_options
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, Column, DataTable, Text, column, row

if TYPE_CHECKING:
    from app.services.return_templates import ReturnTemplate, ReturnTemplates

_MOST: Final = 2160
_COLUMNS: Final = (Column("title", "模板", 150, stretch=True), Column("state", "", 52))


class HoursCard(Card):
    """Asks for the hours after discharge and before it."""

    def __init__(self, parent: QWidget, hours: tuple[int, int], take: Callable[[int, int], object]) -> None:
        super().__init__(parent.window(), 420)
        self.setObjectName("hours_card")
        self._take = take
        self.box.addWidget(Text("答复期限", "title"))
        self.box.addWidget(Text("退回后多少小时内答复；单次提问时仍可另定。", tone="secondary", wrap=True))
        self.after = self._field("hours_after", "出院后（小时）", hours[0])
        self.before = self._field("hours_before", "在院，出院前质控（小时）", hours[1])
        self._problem = Text("", "caption", "error", wrap=True)
        self.box.addWidget(self._problem)
        save, cancel = Button("保存", kind="primary", keys="Enter"), Button("取消", keys="Esc")
        save.clicked.connect(self._on_save)
        cancel.clicked.connect(self.close_card)
        self.box.addLayout(row(None, cancel, save))
        self.open(self.after)

    def _field(self, name: str, label: str, value: int) -> QLineEdit:
        field = QLineEdit(str(value))
        field.setObjectName(name)
        field.setAccessibleName(label)
        field.setProperty("boxed", "true")
        field.setValidator(QIntValidator(1, _MOST, field))
        field.returnPressed.connect(self._on_save)
        self.box.addLayout(column(Text(label, "caption", "muted"), field, gap=2))
        return field

    def _on_save(self) -> None:
        try:
            self._take(int(self.after.text() or 0), int(self.before.text() or 0))
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        self.close_card()


class TemplatesCard(Card):
    """All templates at the left, words and answers of the chosen one at the right; leading words are refused."""

    def __init__(self, parent: QWidget, templates: ReturnTemplates) -> None:
        super().__init__(parent.window(), 860)
        self.setObjectName("templates_card")
        self._templates = templates
        self.box.addWidget(Text("问医师的模板", "title"))
        told = "{subject} 是医师原文，{label} 是字段，{value} 是首页现在的内容。问题只问病历中的事实，不提分组和费用。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("templates")
        self.table.setAccessibleName("模板")
        self._model: RecordModel[ReturnTemplate] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.setFixedWidth(theme().px(250))
        self.table.row_changed.connect(self._on_row)
        self.words, self.options = QPlainTextEdit(), QPlainTextEdit()
        self.words.setObjectName("template_words")
        self.options.setObjectName("template_options")
        for edit, label in ((self.words, "问题"), (self.options, "选项")):
            edit.setAccessibleName(label)
            edit.setTabChangesFocus(True)
            edit.installEventFilter(self)
        self.words.setFixedHeight(theme().px(84))
        hint = Text("选项，一行一个：“回答 = 改成的值 [记载位置｜改为｜理由]”", "caption", "muted")
        right = column(Text("问题", "caption", "muted"), self.words, 6, hint, gap=2)
        right.addWidget(self.options, 1)
        parts = row(self.table, gap=12)
        parts.addLayout(right, 1)
        self.box.addLayout(parts)
        self._problem = Text("", "caption", "error", wrap=True)
        self.box.addWidget(self._problem)
        self.save, self.restore = Button("保存", kind="primary", keys="Ctrl+Enter"), Button("恢复原样")
        close = Button("关闭", keys="Esc")
        self.save.clicked.connect(self._on_save)
        self.restore.clicked.connect(self._on_restore)
        close.clicked.connect(self.close_card)
        self.box.addLayout(row(None, self.restore, close, self.save))
        self.table.setFixedHeight(theme().px(360))
        self._show(0)
        self.open(self.table)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter saves, Esc leaves."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_send(event):
            event.accept()  # else a shortcut of the page below would take it
            return True
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.close_card()
                return True
            if _is_send(event):
                self._on_save()
                return True
        return super().eventFilter(watched, event)

    def _show(self, at: int) -> None:
        self._model.show(self._templates.lines())
        self.table.go_to(at)

    def _on_row(self, at: int) -> None:
        chosen = self._model.at(at)
        if chosen is not None:
            self.words.setPlainText(chosen.words)
            self.options.setPlainText(options_text(chosen.options))
            self.restore.setEnabled(chosen.is_changed)
            self._problem.setText("")

    def _on_save(self) -> None:
        at = self.table.current_row
        chosen = self._model.at(at)
        if chosen is None:
            return
        try:
            self._templates.save(chosen.id, self.words.toPlainText(), parse_options(self.options.toPlainText()))
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        self._show(at)

    def _on_restore(self) -> None:
        at = self.table.current_row
        chosen = self._model.at(at)
        if chosen is not None:
            self._templates.restore(chosen.id)
            self._show(at)


def _cell(key: str, template: ReturnTemplate) -> Cell:
    if key == "title":
        return Cell(template.title)
    return Cell("本院" if template.is_changed else "", "accent")


def _is_send(event: QKeyEvent) -> bool:
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return is_enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
