"""名单与参数: lookup lists and thresholds that rules read, changed with a reason; the shipped ones can come back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.common.errors import UserProblem
from app.domain.dictionaries import dictionary
from app.services.rule_types import ListLine, ParameterLine
from app.ui.models.records import RecordModel
from app.ui.pages.rules.listing import holds_words
from app.ui.theme import theme
from app.ui.widgets import (
    Button,
    Cell,
    Column,
    DataTable,
    DictionaryField,
    FieldBox,
    FieldLook,
    Pane,
    RuledField,
    StateStack,
    Text,
    column,
    row,
)

_COLUMNS: Final = (
    Column("title", "名单或参数", 200, stretch=True),
    Column("name", "名称", 170),
    Column("value", "现行", 110, "right"),
    Column("used", "用到它的规则", 150, wide_only=True),
    Column("state", "状态", 92),
)
_ENTRIES: Final = re.compile(r"[,，、;；\n]+")
Line = ListLine | ParameterLine


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change that the user asks for: entries of a list, or a value of a parameter (None: as shipped)."""

    name: str
    items: tuple[str, ...] | None
    value: float | None
    department: str
    reason: str


class DataPanel(Pane):
    """``wanted(change)`` when something shall be written."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("surface", "l")
        self._lines: tuple[Line, ...] = ()
        self.query = QLineEdit()
        self.query.setObjectName("data_query")
        self.query.setAccessibleName("查找名单与参数")
        self.query.setProperty("boxed", "true")
        self.query.setPlaceholderText("名称、文字、首字母")
        self.query.textChanged.connect(self._on_searched)
        self.query.returnPressed.connect(self._on_entered)
        bar = Pane("surface", "b")
        bar.setLayout(row(self.query, None, gap=8, margins=(12, 7, 12, 7)))
        self.query.setMinimumWidth(theme().px(280))
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("data_list")
        self.table.setAccessibleName("名单与参数")
        self._model: RecordModel[Line] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.stack = StateStack(self.table)
        whole = column(bar)
        whole.addWidget(self.stack, 3)
        whole.addWidget(self._make_editor(), 2)
        self.setLayout(whole)

    def _make_editor(self) -> Pane:
        self._title = Text("", "bold", elide=True)
        self._told = Text("", "caption", "muted", wrap=True)
        self.items = QPlainTextEdit()
        self.items.setObjectName("list_items")
        self.items.setAccessibleName("名单的内容")
        self.items.setTabChangesFocus(True)
        self.items.setFont(theme().font("code"))
        self.value, self.reason = RuledField(), RuledField()
        self.dept = DictionaryField(dictionary("D-DEPT"))
        for name, field in (("value", self.value), ("reason", self.reason), ("dept", self.dept)):
            field.setObjectName(f"data_{name}")
        self._value, self._dept = FieldBox("值", self.value), FieldBox("科室", self.dept)
        self.save = Button("写入", small=True)
        self.save.setObjectName("data_save")
        self.save.clicked.connect(self._on_save)
        self.reset = Button("恢复出厂值", small=True)
        self.reset.setObjectName("data_reset")
        self.reset.clicked.connect(self._on_reset)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("data_problem")
        self._problem.hide()
        first = row(self._value, self._dept, gap=8)
        second = row(gap=8)
        second.addWidget(FieldBox("原因", self.reason), 1)
        second.addWidget(self.reset)
        second.addWidget(self.save)
        pane = Pane("alt", "t")
        inside = column(self._title, self._told, gap=4, margins=(16, 8, 12, 8))
        inside.addWidget(self.items, 1)
        inside.addLayout(first)
        inside.addLayout(second)
        inside.addWidget(self._problem)
        pane.setLayout(inside)
        return pane

    def show_lines(self, lists: Sequence[ListLine], parameters: Sequence[ParameterLine]) -> None:
        """Show lists and parameters; the chosen one stays chosen."""
        self._lines = (*lists, *parameters)
        self._show()

    @property
    def chosen(self) -> Line | None:
        """The chosen list or parameter."""
        return self._model.at(self.table.current_row)

    def show_problem(self, problem: UserProblem) -> None:
        """Say what is wrong with the change."""
        self._problem.setText(f"{problem.message}{problem.advice}")
        self._problem.show()

    def _show(self) -> None:
        keep = self.chosen.name if self.chosen else ""
        found = [line for line in self._lines if holds_words(self.query.text(), line.name, _title(line))]
        self._model.show(found)
        names = [line.name for line in found]
        if found:
            self.stack.show_content()
            self.table.go_to(names.index(keep) if keep in names else 0)
        else:
            self.stack.show_empty("没有这样的名单或参数。", "请换一个词。")
        self._on_row(self.table.current_row)

    def _on_searched(self, _text: str) -> None:
        self._show()

    def _on_entered(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_row(self, _at: int) -> None:
        line = self.chosen
        is_list = isinstance(line, ListLine)
        self.items.setVisible(is_list)
        self._value.setVisible(not is_list)
        self._dept.setVisible(not is_list)
        self._problem.hide()
        self.reason.show_value("", FieldLook(hint="必填，记入审计"))
        self.dept.show_value("", FieldLook(hint="全院"))
        if isinstance(line, ListLine):
            kind = "编码或范围" if line.kind == "codes" else "文字"
            self.items.setPlainText("、".join(line.items))
            used = f"用到它的规则：{'、'.join(line.rules) or '无'}。"
            self._told.setText(f"{kind}，用顿号、逗号或换行隔开；名单为空时，用到它的规则停用。{used}")
        elif line is not None:
            self.value.show_value(f"{line.value:g}")
            unit = f"单位：{line.unit}。" if line.unit else ""
            own = "；".join(f"{_dept_name(dept)} {value:g}" for dept, value in line.departments.items())
            self._told.setText(f"{unit}出厂值 {line.shipped:g}。{f'另定：{own}。' if own else ''}")
        self._title.setText(f"{_title(line)}　{line.name}" if line else "")

    def _on_opened(self, _at: int) -> None:
        target = self.items if isinstance(self.chosen, ListLine) else self.value
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save(self) -> None:
        line = self.chosen
        if isinstance(line, ListLine):
            parts = tuple(part.strip() for part in _ENTRIES.split(self.items.toPlainText()) if part.strip())
            self.wanted.emit(Wanted(line.name, parts, None, "", self.reason.text().strip()))
        elif line is not None:
            self._want_value(line.name, self.value.text())

    def _want_value(self, name: str, typed: str) -> None:
        try:
            value = float(typed)
        except ValueError:
            self._problem.setText("请填数字。")
            self._problem.show()
            return
        self.dept.commit()
        self.wanted.emit(Wanted(name, None, value, self.dept.text().partition(" ")[0], self.reason.text().strip()))

    def _on_reset(self) -> None:
        line = self.chosen
        reason = self.reason.text().strip()
        if isinstance(line, ListLine):
            self.wanted.emit(Wanted(line.name, line.shipped, None, "", reason))
        elif line is not None:
            self.wanted.emit(Wanted(line.name, None, None, self.dept.text().partition(" ")[0], reason))


def _title(line: Line | None) -> str:
    if line is None:
        return ""
    return line.title if isinstance(line, ListLine) else line.label or line.name


def _dept_name(code: str) -> str:
    return dictionary("D-DEPT").label(code) or code


def _cell(key: str, line: Line) -> Cell:
    changed = line.changed if isinstance(line, ListLine) else line.value != line.shipped or bool(line.departments)
    words = {
        "title": _title(line),
        "name": line.name,
        "value": f"{len(line.items):,} 条" if isinstance(line, ListLine) else f"{line.value:g} {line.unit}".strip(),
        "used": "、".join(line.rules) if isinstance(line, ListLine) else "",
    }
    if key == "state":
        if isinstance(line, ListLine) and not line.items:
            return Cell("空，规则停用", "warn")
        return Cell("本院改过" if changed else "出厂", "accent" if changed else "fg_muted")
    tone = "fg" if key in ("title", "value") else "fg_secondary"
    return Cell(words[key], tone, code=key == "name", right=key == "value")
