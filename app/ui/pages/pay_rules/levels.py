"""Warning levels: those for all departments and those of their own, in one table with a line to change them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.drg.pay_rules import PayRules
from app.services.pay_rule_texts import levels_text
from app.services.pay_rules import dept_name
from app.ui.theme import theme
from app.ui.widgets import (
    Button,
    Cell,
    CellModel,
    Column,
    DataTable,
    DictionaryField,
    FieldBox,
    FieldLook,
    Panel,
    RuledField,
    Text,
    column,
    row,
)

_LEVELS: Final = (1, 2, 3)
_DOES: Final = {1: "提醒主管医师", 2: "医保办介入", 3: "须双签审批"}
_COLUMNS: Final = (
    Column("dept", "科别", 140, stretch=True, least=96),
    *(Column(f"level{level}", f"{text(f'payment.level.{level}')} ≥ %", 84, "right") for level in _LEVELS),
)


class LevelsPanel(Panel):
    """``committed(dept, texts)`` with three percentages; ``dropped(dept)`` when a department gives up its own."""

    committed = Signal(str, object)
    dropped = Signal(str)

    def __init__(self) -> None:
        note = "；".join(f"{text(f'payment.level.{level}')}：{_DOES[level]}" for level in _LEVELS)
        super().__init__("费用预警级别", f"总费用 ÷ 支付标准。{note}。")
        self._depts: list[str] = [""]
        self._levels: dict[str, str] = {}
        self.table = DataTable(_COLUMNS)
        self.table.setAccessibleName("费用预警级别")
        self.table.setObjectName("levels")
        self._model = CellModel(_COLUMNS)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.dept = DictionaryField(dictionary("D-DEPT"))
        self.dept.setObjectName("level_dept")
        self.fields = [RuledField() for _ in _LEVELS]
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.hide()
        self.body.addWidget(self.table, 1)
        self.body.addLayout(column(self._make_line(), self._problem, gap=4, margins=(6, 6, 14, 8)))

    def _make_line(self) -> QVBoxLayout:
        line = row(gap=6)
        for level, field in zip(_LEVELS, self.fields, strict=True):
            field.setObjectName(f"level{level}")
            box = FieldBox(f"{text(f'payment.level.{level}')}", field)
            box.setFixedWidth(theme().px(82))
            line.addWidget(box)
        self.save_button = Button("保存", small=True)
        self.drop_button = Button("删除", small=True)
        self.save_button.clicked.connect(self.save)
        self.drop_button.clicked.connect(self.drop)
        line.addStretch(1)
        line.addWidget(self.save_button)
        line.addWidget(self.drop_button)
        return column(FieldBox("科别", self.dept), line, gap=4)

    @property
    def chosen(self) -> str:
        """The department of the chosen row, '' for all."""
        at = self.table.current_row
        return self._depts[at] if 0 <= at < len(self._depts) else ""

    def show_rules(self, rules: PayRules) -> None:
        """Show what holds; the chosen department stays chosen."""
        chosen = self.chosen
        self._levels = {"": levels_text(rules.warnings)}
        self._levels |= {dept: levels_text(levels) for dept, levels in sorted(rules.dept_warnings.items())}
        self._depts = list(self._levels)
        self._model.set_rows([_cells(dept, levels) for dept, levels in self._levels.items()])
        self.table.go_to(self._depts.index(chosen) if chosen in self._depts else 0)
        self._on_row(self.table.current_row)

    def begin_new(self) -> None:
        """Empty the line for another department, with the levels for all to start from."""
        self._show_line("", self._levels.get("", ""), is_new=True)
        self.dept.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_in_line(self, widget: QWidget) -> bool:
        """Tell whether a widget is part of the line below the table."""
        return widget in (self.dept, *self.fields, self.save_button, self.drop_button)

    def give_up(self) -> None:
        """Show the chosen department in the line again and go to the table."""
        self._on_row(self.table.current_row)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand on what stands in the line."""
        self.dept.commit()
        self.committed.emit(
            self.dept.text().partition(" ")[0] if self.dept.look.editable else self.chosen, self._typed()
        )

    def drop(self) -> None:
        """Let the chosen department have the levels for all."""
        if self.chosen:
            self.dropped.emit(self.chosen)

    def choose(self, dept: str) -> None:
        """Choose a department."""
        if dept in self._depts:
            self.table.go_to(self._depts.index(dept))

    def show_problem(self, problem: UserProblem) -> None:
        """Say what is wrong with the line."""
        self._problem.setText(f"{problem.message}{problem.advice}")
        self._problem.show()

    def _typed(self) -> tuple[str, ...]:
        return tuple(field.text() for field in self.fields)

    def _on_row(self, _at: int) -> None:
        self._show_line(self.chosen, self._levels.get(self.chosen, ""), is_new=False)

    def _on_opened(self, _at: int) -> None:
        self.fields[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_line(self, dept: str, levels: str, *, is_new: bool) -> None:
        if is_new:
            self.dept.show_value("", FieldLook(hint="编码、名称或首字母"))
        else:
            self.dept.show_value(dept_name(dept), FieldLook(locked=True, why="另选一行，或按 Insert 新增科别"))
        for field, level in zip(self.fields, levels.split(), strict=True):
            field.show_value(level)
        self.drop_button.setEnabled(bool(dept) and not is_new)
        self._problem.hide()


def _cells(dept: str, levels: str) -> list[Cell]:
    name = Cell(dept_name(dept), bold=not dept, note=dept or "没有单列的科别都用这一行")
    return [name, *(Cell(level, right=True) for level in levels.split())]
