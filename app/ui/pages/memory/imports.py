"""The files of past codings that were imported, each of which can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.services.coding_memory import PastImport
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Cell, Column, DataTable, Panel, StateStack

_COLUMNS: Final = (
    Column("file", "文件", 110, stretch=True),
    Column("lines", "行", 64, "right"),
    Column("who", "经手人", 80),
    Column("at", "时间", 138),
)


class ImportsPanel(Panel):
    """Files, the latest first."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("导入的文件")
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("past_imports")
        self.table.setAccessibleName("导入的文件")
        self._model: RecordModel[PastImport] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self._stack = StateStack(self.table)
        self.header.addWidget(ActionButton(actions, "memory.undo_import", small=True))
        self.body.addWidget(self._stack, 1)

    @property
    def chosen(self) -> PastImport | None:
        """The chosen file."""
        return self._model.at(self.table.current_row)

    def show_imports(self, imports: Sequence[PastImport]) -> None:
        """Show the files."""
        self._model.show(imports)
        if imports:
            self._stack.show_content()
            self.table.go_to(0)
        else:
            self._stack.show_empty("还没有导入过。", "过去的编码（原文与编码，或原文与标准名称）导入后，检索立即用上。")


def _cell(key: str, one: PastImport) -> Cell:
    match key:
        case "file":
            return Cell(one.file_name)
        case "lines":
            return Cell(f"{one.lines:,}", right=True)
        case "who":
            return Cell(one.who, "fg_secondary")
        case _:
            return Cell(f"{one.at:%Y-%m-%d %H:%M}", "fg_secondary", code=True)
