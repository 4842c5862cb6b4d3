"""The table of the worklist: chosen columns with dragged widths, a selection of ranges, a place to come back to."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from app.ui.models.worklist import WorklistModel
from app.ui.pages.worklist.columns import COLUMNS, HIDDEN_AT_FIRST, INSTEAD
from app.ui.ports import JsonValue
from app.ui.theme import theme
from app.ui.widgets import Column, DataTable

_NARROWEST = 36


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the user is in the list: the current case, its row, and the px between it and the top of the view."""

    case_id: int = 0
    row: int = 0
    above: int = 0


class WorklistTable(DataTable):
    """Rows are cases. ``columns_changed`` when the user dragged a width or chose other columns."""

    columns_changed = Signal()
    selection_changed = Signal()

    def __init__(self, model: WorklistModel) -> None:
        self._chosen: dict[str, bool] = {}
        self._widths: dict[str, int] = {}
        self._instead: Mapping[str, str] = {}
        self._fitting = False
        super().__init__(COLUMNS)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.head.setMinimumSectionSize(theme().px(_NARROWEST))
        self.head.sectionResized.connect(self._on_resized)
        self.setObjectName("cases")
        self.setAccessibleName("病例")
        self.cases = model
        model.setParent(self)
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    def shows(self, column: Column) -> bool:
        """True when a column is shown: as chosen, else by itself, by the queue and the width of the window."""
        by_itself = column.key not in HIDDEN_AT_FIRST and (theme().wide or not column.wide_only)
        by_queue = (by_itself and column.key not in self._instead) or column.key in self._instead.values()
        return self._chosen.get(column.key, by_queue)

    def show_queue(self, queue: str) -> None:
        """Show the columns that a queue wants in the place of others."""
        wanted = INSTEAD.get(queue, {})
        if wanted != self._instead:
            self._instead = wanted
            self.fit()

    def choose_column(self, key: str, shown: bool) -> None:
        """Show or hide a column."""
        self._chosen[key] = shown
        self.fit()
        self.columns_changed.emit()

    def columns_state(self) -> dict[str, JsonValue]:
        """Return what the user chose, for the place store: shown (0 or 1) and width by key."""
        return {"shown": {key: int(on) for key, on in self._chosen.items()}, "widths": dict(self._widths)}

    def set_columns_state(self, state: Mapping[str, JsonValue]) -> None:
        """Take what :meth:`columns_state` gave."""
        shown, widths = state.get("shown"), state.get("widths")
        self._chosen = {k: bool(v) for k, v in shown.items()} if isinstance(shown, dict) else {}
        self._widths = {k: v for k, v in widths.items() if isinstance(v, int)} if isinstance(widths, dict) else {}
        self.fit()

    def fit(self) -> None:
        """Set row height, shown columns and their widths; the stretch column takes the rest."""
        self.verticalHeader().setDefaultSectionSize(theme().size("row"))
        self.head.setFixedHeight(theme().size("header_row"))
        self._fitting = True
        room = self.viewport().width()
        stretch = next(index for index, column in enumerate(COLUMNS) if column.stretch)
        for index, column in enumerate(COLUMNS):
            self.setColumnHidden(index, not self.shows(column))
            if index != stretch and self.shows(column):
                self.setColumnWidth(index, self._width(column))
                room -= self._width(column)
        self.setColumnWidth(stretch, max(theme().px(COLUMNS[stretch].width), room))
        self._fitting = False

    def spot(self) -> Spot:
        """Return where the user is."""
        row = self.current_row
        if row < 0:
            return Spot(above=self.verticalScrollBar().value())
        return Spot(self.cases.ids[row], row, self.rowViewportPosition(row))

    def go_to_spot(self, spot: Spot) -> None:
        """Make the case of a spot current at the same height, or the row that took its place."""
        last = self.cases.rowCount() - 1
        if last < 0:
            return
        found = self.cases.row_of(spot.case_id)
        row = found if found >= 0 else min(max(0, spot.row), last)
        index = self.cases.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.verticalScrollBar().setValue(row * self.verticalHeader().defaultSectionSize() - spot.above)
        self.scrollTo(index)

    def selected_ids(self) -> list[int]:
        """Return the selected cases in the order of the list, without those that left it."""
        ids: array[int] = array("q")
        for top, bottom in self._ranges():
            ids += self.cases.ids[top : bottom + 1]
        gone = self.cases.gone
        return [case_id for case_id in dict.fromkeys(ids) if case_id not in gone]

    @property
    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(bottom - top + 1 for top, bottom in self._ranges())

    def select_only_current(self) -> None:
        """Leave one row selected, the current one."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(self.currentIndex(), flags)

    def _ranges(self) -> list[tuple[int, int]]:
        """Return the selected rows as sorted (first, last)."""
        chosen = self.selectionModel().selection()
        return sorted((chosen.at(at).top(), chosen.at(at).bottom()) for at in range(chosen.count()))

    def _width(self, column: Column) -> int:
        return theme().px(self._widths.get(column.key, column.width))

    def _on_resized(self, index: int, _old: int, new: int) -> None:
        if not self._fitting and not COLUMNS[index].stretch:
            self._widths[COLUMNS[index].key] = round(new * 100 / theme().px(100))
            self.fit()
            self.columns_changed.emit()
