"""Panels of groups that are tables: parameters of quality control and the dictionaries."""

from __future__ import annotations

from typing import Final

from app.common.progress import Progress
from app.domain.dictionaries import DICTIONARIES, Dictionary, Entry
from app.services.rule_types import ParameterLine
from app.ui.models.records import RecordModel
from app.ui.page import Place, Shell
from app.ui.shell.pinyin import found_at
from app.ui.widgets import Button, Cell, Column, DataTable, FilterBox, Pane, StateStack, Text, column, row

_PARAMETERS: Final = (
    Column("label", "参数", 260, stretch=True, least=150),
    Column("value", "现行", 100, "right", least=80),
    Column("shipped", "默认", 100, "right", least=80),
    Column("unit", "单位", 70),
    Column("state", "状态", 110, least=80),
)
_DICTIONARIES: Final = (Column("title", "词典", 130, stretch=True), Column("count", "条", 52, "right"))
_ENTRIES: Final = (
    Column("code", "代码", 90),
    Column("label", "名称", 180, stretch=True, least=150),
    Column("aliases", "也写作", 200, stretch=True, least=110),
    Column("note", "备注", 120, least=70),
)


class ParametersPanel(Pane):
    """What rules ask for, with the shipped values; changes are made with a reason in the rule manager."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface")
        self._shell = shell
        self._read = False
        self.table = DataTable(_PARAMETERS)
        self.table.setAccessibleName("质控参数")
        self._model: RecordModel[ParameterLine] = RecordModel(_PARAMETERS, _parameter_cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self._stack = StateStack(self.table)
        go = Button("到“质控规则 › 名单与参数”修改", small=True, icon="open_child")
        go.clicked.connect(self._go)
        words = Text("参数的修改须写明理由、可限于科室与日期，并记入审计。", "caption", "muted", wrap=True)
        bar = row(gap=8, margins=(12, 8, 12, 8))
        bar.addWidget(words, 1)
        bar.addWidget(go)
        self.setLayout(column(bar, self._stack))

    def read(self) -> None:
        """Read the parameters beside the window."""
        self._stack.show_loading()
        job = self._shell.jobs.run(self._work, parent=self)
        job.done.connect(self._on_read)

    def _work(self, _progress: Progress) -> tuple[ParameterLine, ...]:
        lines: tuple[ParameterLine, ...] = self._shell.services.rules.parameters()
        return lines

    def _on_read(self, lines: tuple[ParameterLine, ...]) -> None:
        self._model.show(lines)
        self._stack.show_content()

    def _on_opened(self, _row: int) -> None:
        self._go()

    def _go(self) -> None:
        self._shell.go(Place("rules", {"branch": "data:all"}))


def _parameter_cell(key: str, line: ParameterLine) -> Cell:
    match key:
        case "value":
            return Cell(f"{line.value:,g}", right=True, changed=line.value != line.shipped)
        case "shipped":
            return Cell(f"{line.shipped:,g}", "fg_secondary", right=True)
        case "state":
            own = f"{len(line.departments)} 个科室另有值" if line.departments else ""
            return Cell("本院改过" if line.value != line.shipped else own, "fg_secondary")
        case _:
            return Cell(line.label if key == "label" else line.unit, "fg" if key == "label" else "fg_secondary")


class DictionariesPanel(Pane):
    """The value sets of the form, read-only: each with its codes, names and other spellings."""

    def __init__(self) -> None:
        super().__init__("surface")
        self.filter = FilterBox("代码、名称或拼音首字母")
        self.filter.changed.connect(self._fill)
        self.sets = DataTable(_DICTIONARIES)
        self.sets.setAccessibleName("词典")
        self._sets: RecordModel[Dictionary] = RecordModel(_DICTIONARIES, _set_cell)
        self._sets.setParent(self.sets)
        self.sets.setModel(self._sets)
        self.sets.row_changed.connect(self._on_set)
        self.entries = DataTable(_ENTRIES)
        self.entries.setAccessibleName("词典的条目")
        self._entries: RecordModel[Entry] = RecordModel(_ENTRIES, _entry_cell)
        self._entries.setParent(self.entries)
        self.entries.setModel(self._entries)
        left = Pane("surface", "r")
        left.setLayout(column(self.sets))
        left.keep_width(230)
        tables = row(left, gap=0)
        tables.addWidget(self.entries, 1)
        box = column(row(self.filter, margins=(12, 8, 12, 8)))
        box.addLayout(tables, 1)
        self.setLayout(box)

    def read(self) -> None:
        """Show the dictionaries, once."""
        if not self._sets.values:
            self._sets.show([DICTIONARIES[key] for key in DICTIONARIES])
            self.sets.go_to(0)

    def _on_set(self, _row: int) -> None:
        self._fill()

    def _fill(self) -> None:
        chosen = self._sets.at(self.sets.current_row)
        words = self.filter.text
        entries = chosen.entries if chosen else ()
        self._entries.show([one for one in entries if not words or _holds(words, one)])


def _holds(words: str, entry: Entry) -> bool:
    spelled = (entry.label, *entry.aliases)
    return entry.code.startswith(words) or any(found_at(words, one) for one in spelled)


def _set_cell(key: str, value: Dictionary) -> Cell:
    return Cell(value.title) if key == "title" else Cell(f"{len(value):,}", "fg_secondary", right=True)


def _entry_cell(key: str, entry: Entry) -> Cell:
    match key:
        case "code":
            return Cell(entry.code, code=True)
        case "label":
            return Cell(entry.label, "fg" if entry.active else "fg_muted")
        case "aliases":
            return Cell("、".join(entry.aliases), "fg_secondary")
        case _:
            return Cell(entry.unverified or ("" if entry.active else "不再使用"), "fg_secondary")
