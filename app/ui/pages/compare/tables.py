"""The four lists: case by case, by group, by department, scheme against scheme. None of them knows an amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.texts import text
from app.services.compare import Comparison, DeptLine, MovedCase, PairLine, SchemeChange
from app.ui.masking import masking
from app.ui.models.records import RecordModel
from app.ui.pages.compare.tabs import TABS
from app.ui.widgets import Cell, Column, DataTable, StateStack, Tabs, column, row

_CASES = (
    Column("record_no", "病案号", 84, sort=True, least=76),
    Column("name", "姓名", 108, least=60),
    Column("dept", "科室", 106, sort=True, least=62, spare=2),
    Column("old", "旧组", 54, sort=True, least=48),
    Column("arrow", "", 34, least=24),
    Column("new", "新组", 54, sort=True, least=48),
    Column("cause", "原因", 116, least=80),
    Column("detail", "具体差异", 150, stretch=True, least=90, spare=1),
)
_GROUPS = (
    Column("old", "旧组", 70, least=48),
    Column("old_name", "名称", 150, stretch=True, least=100),
    Column("new", "新组", 70, least=48),
    Column("new_name", "名称", 150, stretch=True, least=100),
    Column("count", "例数", 70, align="right", least=52),
    Column("cause", "主要原因", 140, least=84),
)
_DEPTS = (
    Column("dept", "科室", 160, stretch=True, least=72),
    Column("cases", "病例", 90, align="right"),
    Column("moved", "换组", 90, align="right"),
    Column("share", "占比", 90, align="right"),
)
_CHANGES = (
    Column("change", "变化", 130, least=92),
    Column("code", "编码", 120, least=90),
    Column("old", "旧方案", 170, stretch=True, least=48),
    Column("new", "新方案", 170, stretch=True, least=48),
)


_COLUMNS = (_CASES, _GROUPS, _DEPTS, _CHANGES)


_CASE_CELLS: Mapping[str, Callable[[MovedCase], Cell]] = {
    "record_no": lambda one: Cell(one.record_no, code=True),
    "name": lambda one: Cell(masking().name(one.name)),
    "dept": lambda one: Cell(one.dept),
    "old": lambda one: Cell(one.old, "fg_secondary", code=True),
    "arrow": lambda _one: Cell("→", "fg_muted"),
    "new": lambda one: Cell(one.new, code=True, bold=True),
    "cause": lambda one: Cell(text(f"compare.cause.{one.difference.cause}")),
    "detail": lambda one: Cell(one.difference.detail, "fg_secondary"),
}


def _case_cell(key: str, one: MovedCase) -> Cell:
    return _CASE_CELLS[key](one)


def _dept_cell(key: str, one: DeptLine) -> Cell:
    match key:
        case "dept":
            return Cell(one.dept)
        case "cases":
            return Cell(f"{one.cases:,}", "fg_secondary", right=True)
        case "moved":
            return Cell(f"{one.moved:,}", right=True)
        case _:
            return Cell(f"{one.moved / one.cases:.1%}", "fg_secondary", right=True)


def _change_cell(key: str, one: SchemeChange) -> Cell:
    match key:
        case "change":
            return Cell(text(f"compare.change.{one.change}"))
        case "code":
            return Cell(one.code, code=True)
        case "old":
            return Cell(one.old or "—", "fg_secondary")
        case _:
            return Cell(one.new or "—", "fg" if one.new else "fg_muted")


class Lists(QWidget):
    """Tabs over the four tables. ``row_changed``: another row or list; ``opened``: Enter or double click on a row."""

    row_changed = Signal()
    opened = Signal()
    tab_changed = Signal(str)
    sort_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self.tabs = Tabs(TABS)
        self.tabs.changed.connect(self._on_tab)
        self.cases = RecordModel(_CASES, _case_cell)
        self.groups = RecordModel(_GROUPS, self._pair_cell)
        self.depts = RecordModel(_DEPTS, _dept_cell)
        self.changes = RecordModel(_CHANGES, _change_cell)
        self.tables: dict[str, DataTable] = {}
        self._stacks = QStackedWidget()
        for (key, label), columns, model in zip(TABS, _COLUMNS, self._models(), strict=True):
            table = DataTable(columns)
            table.setObjectName(f"compare_{key}")
            table.setAccessibleName(label)
            model.setParent(table)
            table.setModel(model)
            table.row_changed.connect(self._on_row)
            table.opened.connect(self._on_opened)
            table.head.asked.connect(self.sort_asked)
            self.tables[key] = table
            self._stacks.addWidget(StateStack(table))
        whole = column(row(self.tabs, None, margins=(6, 0, 6, 0)))
        whole.addWidget(self._stacks, 1)
        self.setLayout(whole)

    def _models(self) -> tuple[QAbstractTableModel, ...]:
        return self.cases, self.groups, self.depts, self.changes

    @property
    def table(self) -> DataTable:
        """The table that is shown."""
        return self.tables[self.tabs.current]

    @property
    def case(self) -> MovedCase | None:
        """The chosen case; None in the other lists."""
        return self.cases.at(self.table.current_row) if self.tabs.current == "cases" else None

    def show_comparison(
        self, found: Comparison, shown: Sequence[MovedCase], names: tuple[dict[str, str], dict[str, str]]
    ) -> None:
        """Show an outcome; ``shown`` are the cases that the filter leaves, ``names`` those of the groups."""
        self._names = names
        self.groups.show(found.pairs())
        self.depts.show(found.depts)
        self.show_changes(found.changes)
        for key, count in (("groups", len(self.groups.values)), ("depts", len(found.depts))):
            self.tabs.set_count(key, count)
        self.tabs.set_count("schemes", len(found.changes))
        self.show_cases(shown)

    def show_cases(self, shown: Sequence[MovedCase]) -> None:
        """Show the cases that the filter leaves, in the order given."""
        kept = self.case
        self.cases.show(shown)
        self.tabs.set_count("cases", len(shown))
        self._say("cases", "没有换组的病例。", "所选时间与筛选下，两方案分组相同。")
        self._say("groups", "没有换组的病例。", "两方案分组相同。")
        self._say("schemes", "两方案没有差异。", "组、名称、MCC/CC 表与排除表都相同。")
        at = next((at for at, one in enumerate(shown) if kept and one.case_id == kept.case_id), 0)
        self.tables["cases"].go_to(at)
        for key in ("groups", "depts", "schemes"):
            if self.tables[key].current_row < 0:
                self.tables[key].go_to(0)

    def show_changes(self, changes: Sequence[SchemeChange]) -> None:
        """Show differences of the schemes."""
        self.changes.show(changes)
        self.tables["schemes"].go_to(0)

    def go_to_case(self, case_id: int) -> None:
        """Choose a case, if it is shown."""
        at = next((at for at, one in enumerate(self.cases.values) if one.case_id == case_id), -1)
        self.tables["cases"].go_to(at)

    def words(self) -> str:
        """Return the chosen row as one line, for the clipboard."""
        model, at = self.table.model(), self.table.current_row
        cells = (str(model.index(at, place).data() or "") for place in range(model.columnCount()))
        return " ".join(cell for cell in cells if cell) if at >= 0 else ""

    def _say(self, key: str, words: str, hint: str) -> None:
        stack = self._stacks.widget(list(dict(TABS)).index(key))
        if isinstance(stack, StateStack):
            if self.tables[key].model().rowCount():
                stack.show_content()
            else:
                stack.show_empty(words, hint)

    def _pair_cell(self, key: str, one: PairLine) -> Cell:
        old, new = self._names
        match key:
            case "old":
                return Cell(one.old, "fg_secondary", code=True)
            case "old_name":
                return Cell(old.get(one.old, ""), "fg_secondary")
            case "new":
                return Cell(one.new, code=True, bold=True)
            case "new_name":
                return Cell(new.get(one.new, ""))
            case "count":
                return Cell(f"{one.count:,}", right=True)
            case _:
                return Cell(text(f"compare.cause.{one.cause}"))

    def _on_tab(self, key: str) -> None:
        self._stacks.setCurrentIndex(list(dict(TABS)).index(key))
        self.tab_changed.emit(key)
        self.row_changed.emit()

    def _on_row(self, _at: int) -> None:
        self.row_changed.emit()

    def _on_opened(self, _at: int) -> None:
        self.opened.emit()
