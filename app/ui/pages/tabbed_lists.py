"""Tables over each other under tabs, each empty in its own words; hand-over and submission show theirs so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.ui.jobs import Job
from app.ui.models.records import RecordModel
from app.ui.widgets import Cell, Column, DataTable, StateStack, Tabs, column, row


class LateTables(Mapping[str, DataTable]):
    """Tables by the key of their tab, each made when it is first asked for: one takes a quarter of a megabyte."""

    def __init__(self, keys: Iterable[str], make: Callable[[str], DataTable]) -> None:
        self._keys, self._make = tuple(keys), make
        self._made: dict[str, DataTable] = {}

    def __getitem__(self, key: str) -> DataTable:
        if key not in self._keys:
            raise KeyError(key)
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


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
        self._name, self._labels, self._columns = name, dict(tabs), columns
        self.tabs = Tabs(tabs)
        self.tabs.changed.connect(self._on_tab)
        self.models = {key: RecordModel(columns[key], makers[key]) for key in self._labels}
        self.tables = LateTables(self._labels, self._make)
        self._stacks: dict[str, StateStack] = {}
        self._states: dict[str, Callable[[StateStack], None]] = {}
        self._shown = QStackedWidget()
        self._shown.addWidget(self._stack(self.tabs.current))
        whole = column(row(self.tabs, None, margins=(6, 0, 6, 0)))
        whole.addWidget(self._shown, 1)
        self.setLayout(whole)

    def _make(self, key: str) -> DataTable:
        """Make the table of a tab, with what was to be shown in it so far."""
        table = DataTable(self._columns[key])
        table.setObjectName(f"{self._name}_{key}")
        table.setAccessibleName(self._labels[key])
        self.models[key].setParent(table)
        table.setModel(self.models[key])
        stack = self._stacks[key] = StateStack(table)
        stack.share_focus()
        self._shown.addWidget(stack)
        if key in self._states:
            self._states[key](stack)
        if self.models[key].rowCount():
            table.go_to(0)
        table.row_changed.connect(self._on_row)
        table.opened.connect(self._on_opened)
        return table

    def _stack(self, key: str) -> StateStack:
        self.tables.get(key)
        return self._stacks[key]

    def _say(self, key: str, state: Callable[[StateStack], None]) -> None:
        """Show a state in a list, at once or when the list is made."""
        self._states[key] = state
        if key in self._stacks:
            state(self._stacks[key])

    @property
    def table(self) -> DataTable:
        """The table that is shown."""
        return self.tables[self.tabs.current]

    @property
    def focus_place(self) -> QWidget:
        """What takes the focus: the table, or the words that say why it is empty, so that keys work there."""
        return self._stack(self.tabs.current).focus_place

    @property
    def chosen(self) -> Any:
        """The chosen value of the list that is shown, None without one."""
        return self.models[self.tabs.current].at(self.table.current_row)

    def show_work(self, keys: Sequence[str], told: str, job: Job) -> None:
        """Say in some lists that a job looks at what they will show, and offer to cancel it."""
        for key in keys:
            self._say(key, lambda stack: stack.show_empty("正在检查…", told, "取消", job.cancel))

    def show_fault(self, keys: Sequence[str], problem: UserProblem) -> None:
        """Say in some lists why they cannot be shown."""
        for key in keys:
            self._say(key, lambda stack: stack.show_problem(problem))

    def show_values(self, key: str, values: Sequence[Any], empty: tuple[str, str]) -> None:
        """Show the values of a list, or two lines that say why there is none."""
        at = max(0, self.tables[key].current_row) if key in self._stacks else 0
        self.models[key].show(values)
        self.tabs.set_count(key, len(values))
        self._say(key, StateStack.show_content if values else lambda stack: stack.show_empty(*empty))
        if values and key in self._stacks:
            self.tables[key].go_to(min(at, len(values) - 1))

    def show_tab(self, key: str) -> None:
        """Show a list."""
        self.tabs.set_current(key)
        self._shown.setCurrentWidget(self._stack(key))

    def _on_tab(self, key: str) -> None:
        self._shown.setCurrentWidget(self._stack(key))
        self.tab_changed.emit(key)
        self.row_changed.emit()

    def _on_row(self, _at: int) -> None:
        self.row_changed.emit()

    def _on_opened(self, _at: int) -> None:
        self.opened.emit()
