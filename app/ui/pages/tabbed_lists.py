"""Tables over each other under tabs, each empty in its own words; hand-over and submission show theirs so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.ui.jobs import Job
from app.ui.models.records import RecordModel
from app.ui.widgets import Cell, Column, DataTable, StateStack, Tabs, column, row


class TabbedLists(QWidget):
    """Tabs over tables: ``tabs`` are keys with labels, ``makers`` give the cell of a column key and a value.

    ``row_changed()``, ``opened()``: another row is current or one was opened; ``tab_changed(key)``.
    """

    row_changed = Signal()
    opened = Signal()
    tab_changed = Signal(str)

    def __init__(
        self,
        name: str,
        tabs: Sequence[tuple[str, str]],
        columns: Mapping[str, Sequence[Column]],
        makers: Mapping[str, Callable[[str, Any], Cell]],
    ) -> None:
        super().__init__()
        self._keys = [key for key, _ in tabs]
        self.tabs = Tabs(tabs)
        self.tabs.changed.connect(self._on_tab)
        self.models = {key: RecordModel(columns[key], makers[key]) for key in self._keys}
        self.tables: dict[str, DataTable] = {}
        self.stacks: dict[str, StateStack] = {}
        self._shown = QStackedWidget()
        for key, label in tabs:
            table = DataTable(columns[key])
            table.setObjectName(f"{name}_{key}")
            table.setAccessibleName(label)
            self.models[key].setParent(table)
            table.setModel(self.models[key])
            table.row_changed.connect(self._on_row)
            table.opened.connect(self._on_opened)
            self.tables[key], self.stacks[key] = table, StateStack(table)
            self.stacks[key].share_focus()
            self._shown.addWidget(self.stacks[key])
        whole = column(row(self.tabs, None, margins=(6, 0, 6, 0)))
        whole.addWidget(self._shown, 1)
        self.setLayout(whole)

    @property
    def table(self) -> DataTable:
        """The table that is shown."""
        return self.tables[self.tabs.current]

    @property
    def focus_place(self) -> QWidget:
        """What takes the focus: the table, or the words that say why it is empty, so that keys work there."""
        return self.stacks[self.tabs.current].focus_place

    @property
    def chosen(self) -> Any:
        """The chosen value of the list that is shown, None without one."""
        return self.models[self.tabs.current].at(self.table.current_row)

    def show_work(self, keys: Sequence[str], told: str, job: Job) -> None:
        """Say in some lists that a job looks at what they will show, and offer to cancel it."""
        for key in keys:
            self.stacks[key].show_empty("正在检查…", told, "取消", job.cancel)

    def show_fault(self, keys: Sequence[str], problem: UserProblem) -> None:
        """Say in some lists why they cannot be shown."""
        for key in keys:
            self.stacks[key].show_problem(problem)

    def show_values(self, key: str, values: Sequence[Any], empty: tuple[str, str]) -> None:
        """Show the values of a list, or two lines that say why there is none."""
        at = max(0, self.tables[key].current_row)
        self.models[key].show(values)
        self.tabs.set_count(key, len(values))
        if values:
            self.stacks[key].show_content()
            self.tables[key].go_to(min(at, len(values) - 1))
        else:
            self.stacks[key].show_empty(*empty)

    def show_tab(self, key: str) -> None:
        """Show a list."""
        self.tabs.set_current(key)
        self._shown.setCurrentIndex(self._keys.index(key))

    def _on_tab(self, key: str) -> None:
        self._shown.setCurrentIndex(self._keys.index(key))
        self.tab_changed.emit(key)
        self.row_changed.emit()

    def _on_row(self, _at: int) -> None:
        self.row_changed.emit()

    def _on_opened(self, _at: int) -> None:
        self.opened.emit()
