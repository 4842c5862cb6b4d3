"""Versions of weight tables side by side, each with the day from which it holds; and the changes of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal

from app.common.errors import UserProblem
from app.services.pay_rules import RuleChange
from app.services.types import AssetLine
from app.ui.theme import theme
from app.ui.widgets import (
    Button,
    Cell,
    CellModel,
    Column,
    DataTable,
    FieldBox,
    FieldLook,
    Panel,
    RuledField,
    StateStack,
    Text,
    row,
)

_WEIGHTS: Final = (
    Column("title", "权重表", 110, stretch=True),
    Column("scheme", "所属方案", 190),
    Column("from", "自何日出院", 96),
    Column("now", "今日", 84),
)
_CHANGES: Final = (
    Column("at", "时间", 142),
    Column("who", "谁", 76),
    Column("what", "参数", 130, stretch=True),
    Column("old", "原为", 92),
    Column("new", "改为", 92),
)


class WeightsPanel(Panel):
    """``committed(asset id, day as typed)``; ``import_wanted`` when there is nothing yet."""

    committed = Signal(str, str)
    import_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("权重版本", "同一方案可有几版，按出院日期选用；没有日期的是默认版")
        self._lines: Sequence[AssetLine] = ()
        self.table = DataTable(_WEIGHTS)
        self.table.setAccessibleName("权重版本")
        self.table.setObjectName("weights")
        self._model = CellModel(_WEIGHTS)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.day = RuledField()
        self.day.setObjectName("weights_from")
        self.day.committed.connect(self._on_day)
        box = FieldBox("自何日出院起", self.day)
        box.setFixedWidth(theme().px(250))
        self._problem = Text("", "caption", "error")
        imports = Button("导入…", small=True, icon="import")
        imports.clicked.connect(self.import_wanted)
        self._stack = StateStack(self.table)
        self.body.addWidget(self._stack, 1)
        self.body.addLayout(row(box, self._problem, None, imports, margins=(6, 4, 14, 8)))

    def show_lines(self, lines: Sequence[AssetLine]) -> None:
        """Show the imported tables."""
        at = max(0, self.table.current_row)
        self._lines = lines
        self._model.set_rows([_weight_cells(line) for line in lines])
        if lines:
            self._stack.show_content()
            self.table.go_to(min(at, len(lines) - 1))
        else:
            self._stack.show_empty("还没有权重表。", "导入属于使用中方案的权重表后，在这里写明各版从哪天起用。")
        self._on_row(self.table.current_row)

    def show_problem(self, problem: UserProblem) -> None:
        """Say what is wrong with the day."""
        self._problem.setText(f"{problem.message}{problem.advice}")

    def _on_row(self, at: int) -> None:
        line = self._lines[at] if 0 <= at < len(self._lines) else None
        day = dict(line.facts).get("valid_from", "") if line else ""
        self.day.show_value(day, FieldLook(code=True, hint="2026-01-01，可留空", locked=line is None))
        self._problem.setText("")

    def _on_opened(self, _at: int) -> None:
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_day(self, given: str) -> None:
        at = self.table.current_row
        if 0 <= at < len(self._lines):
            self.committed.emit(self._lines[at].id, given.strip())


class ChangesPanel(Panel):
    """Every change of the rules, latest first. ``undo_wanted`` by the button."""

    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("修改记录", "同时记入审计")
        self._changes: Sequence[RuleChange] = ()
        self.table = DataTable(_CHANGES)
        self.table.setAccessibleName("修改记录")
        self.table.setObjectName("changes")
        self._model = CellModel(_CHANGES)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self._stack = StateStack(self.table)
        self.undo_button = Button("撤销这次修改", small=True, icon="undo", keys="Ctrl+Z")
        self.undo_button.clicked.connect(self.undo_wanted)
        self.header.addWidget(self.undo_button)
        self.body.addWidget(self._stack, 1)

    @property
    def chosen(self) -> RuleChange | None:
        """The chosen change."""
        at = self.table.current_row
        return self._changes[at] if 0 <= at < len(self._changes) else None

    @property
    def to_undo(self) -> RuleChange | None:
        """The chosen change if it is in effect, else the latest that is."""
        chosen = self.chosen
        if chosen is not None and chosen.can_undo:
            return chosen
        return next((change for change in self._changes if change.can_undo), None)

    def show_changes(self, changes: Sequence[RuleChange]) -> None:
        """Show the changes; the latest is chosen."""
        self._changes = changes
        self._model.set_rows([_change_cells(change) for change in changes])
        if changes:
            self._stack.show_content()
            self.table.go_to(0)
        else:
            self._stack.show_empty("没有改过，用的是默认值。", "改动后在这里看谁在何时由什么改为什么。")
        self._on_row(self.table.current_row)

    def _on_row(self, _at: int) -> None:
        self.undo_button.setEnabled(self.to_undo is not None)


def _weight_cells(line: AssetLine) -> list[Cell]:
    facts = dict(line.facts)
    day = facts.get("valid_from", "")
    return [
        Cell(line.title, note=facts.get("version", "")),
        Cell(facts.get("scheme", ""), "fg_secondary"),
        Cell(day or "默认", "fg" if day else "fg_muted", code=bool(day)),
        Cell("使用中", "ok", "passed") if line.active else Cell("", "fg_muted"),
    ]


def _change_cells(change: RuleChange) -> list[Cell]:
    tone = "fg" if change.can_undo else "fg_muted"
    return [
        Cell(f"{change.at:%Y-%m-%d %H:%M}", "fg_secondary", code=True),
        Cell(change.who, "fg_secondary"),
        Cell(change.what, tone),
        Cell(change.old, "fg_secondary"),
        Cell(change.new, tone),
    ]
