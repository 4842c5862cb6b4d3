"""The three lists of the hand-over page: who may go, who may not and why, what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.services.handover_types import HandoverCase, HandoverKind, HandoverRefusal, StoredHandover
from app.ui.masking import masking
from app.ui.models.records import RecordModel
from app.ui.widgets import Cell, Column, DataTable, StateStack, Tabs, column, row

TABS: Final = (("ready", "可写出"), ("refused", "不能写出"), ("register", "交付登记"))
_READY: Final = (
    Column("record_no", "病案号", 110),
    Column("name", "姓名", 120),
    Column("dept", "出院科别", 160, stretch=True),
    Column("codes", "编码数", 80, align="right"),
)
_REFUSED: Final = (
    Column("record_no", "病案号", 110),
    Column("name", "姓名", 110),
    Column("dept", "出院科别", 120),
    Column("words", "不能写出的原因", 320, stretch=True),
)
_REGISTER: Final = (
    Column("at", "写出时间", 124),
    Column("who", "写出人", 96),
    Column("kind", "种类", 170, stretch=True),
    Column("scope", "范围", 130, stretch=True),
    Column("cases", "份数", 60, align="right"),
    Column("file", "文件", 170, stretch=True),
)
_COLUMNS: Final = {"ready": _READY, "refused": _REFUSED, "register": _REGISTER}


def _ready(key: str, one: HandoverCase) -> Cell:
    cells: Mapping[str, Callable[[], Cell]] = {
        "record_no": lambda: Cell(one.record_no, code=True),
        "name": lambda: Cell(masking().name(one.name)),
        "dept": lambda: Cell(one.dept, "fg_secondary"),
        "codes": lambda: Cell(f"{one.codes:,}", right=True),
    }
    return cells[key]()


def _refused(key: str, one: HandoverRefusal) -> Cell:
    cells: Mapping[str, Callable[[], Cell]] = {
        "record_no": lambda: Cell(one.record_no, code=True),
        "name": lambda: Cell(masking().name(one.name)),
        "dept": lambda: Cell(one.dept, "fg_secondary"),
        "words": lambda: Cell(one.words, "warn"),
    }
    return cells[key]()


def _register(key: str, one: StoredHandover) -> Cell:
    cells: Mapping[str, Callable[[], Cell]] = {
        "at": lambda: Cell(f"{one.at:%Y-%m-%d %H:%M}", "fg_secondary"),
        "who": lambda: Cell(one.who, "fg_secondary"),
        "kind": lambda: Cell(f"{HandoverKind(one.kind).label}{'（已遮盖）' if one.masked else ''}"),
        "scope": lambda: Cell(one.scope, "fg_secondary"),
        "cases": lambda: Cell(f"{one.cases:,}", right=True),
        "file": lambda: Cell(one.file_name),
    }
    return cells[key]()


class HandoverLists(QWidget):
    """Tabs over the three tables."""

    row_changed = Signal()
    opened = Signal()
    tab_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.tabs = Tabs(TABS)
        self.tabs.changed.connect(self._on_tab)
        makers: dict[str, Callable[[str, Any], Cell]] = {"ready": _ready, "refused": _refused, "register": _register}
        self.models = {key: RecordModel(_COLUMNS[key], makers[key]) for key, _ in TABS}
        self.tables: dict[str, DataTable] = {}
        self.stacks: dict[str, StateStack] = {}
        self._shown = QStackedWidget()
        for key, label in TABS:
            table = DataTable(_COLUMNS[key])
            table.setObjectName(f"handover_{key}")
            table.setAccessibleName(label)
            self.models[key].setParent(table)
            table.setModel(self.models[key])
            table.row_changed.connect(self._on_row)
            table.opened.connect(self._on_opened)
            self.tables[key], self.stacks[key] = table, StateStack(table)
            self._shown.addWidget(self.stacks[key])
        whole = column(row(self.tabs, None, margins=(6, 0, 6, 0)))
        whole.addWidget(self._shown, 1)
        self.setLayout(whole)

    @property
    def table(self) -> DataTable:
        """The table that is shown."""
        return self.tables[self.tabs.current]

    @property
    def chosen(self) -> Any:
        """The chosen value of the list that is shown, None without one."""
        return self.models[self.tabs.current].at(self.table.current_row)

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
        self._shown.setCurrentIndex([one for one, _ in TABS].index(key))

    def _on_tab(self, key: str) -> None:
        self._shown.setCurrentIndex([one for one, _ in TABS].index(key))
        self.tab_changed.emit(key)
        self.row_changed.emit()

    def _on_row(self, _at: int) -> None:
        self.row_changed.emit()

    def _on_opened(self, _at: int) -> None:
        self.opened.emit()
