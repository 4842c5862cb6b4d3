"""The table of the worklist: chosen columns with dragged widths, a selection of ranges, a place to come back to."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from app.ui.models.worklist import WorklistModel
from app.ui.pages.worklist.columns import COLUMNS, GIVES_WAY, HIDDEN_AT_FIRST, INSTEAD, WIDER
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
    """Rows are cases. ``columns_changed`` when the user dragged a width, chose other columns or moved one."""

    columns_changed = Signal()
    selection_changed = Signal()

    def __init__(self, model: WorklistModel) -> None:
        self._chosen: dict[str, bool] = {}
        self._widths: dict[str, int] = {}
        self._order: list[str] = []
        self._instead: Mapping[str, str] = {}
        self._fitting = False
        super().__init__(COLUMNS)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.head.setSectionsMovable(True)
        self.head.setMinimumSectionSize(theme().px(_NARROWEST))
        self.head.sectionResized.connect(self._on_resized)
        self.head.sectionMoved.connect(self._on_moved)
        self.setObjectName("cases")
        self.setAccessibleName("病例")
        self.cases = model
        model.setParent(self)
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    def shows(self, column: Column) -> bool:
        """True when a column is wanted: as chosen, else by itself, by the queue and the width of the window."""
        by_itself = column.key not in HIDDEN_AT_FIRST and (theme().wide or not column.wide_only)
        by_queue = (by_itself and column.key not in self._instead) or column.key in self._instead.values()
        return self._chosen.get(column.key, by_queue)

    def shows_key(self, key: str) -> bool:
        """True when the column of a key is wanted."""
        return any(column.key == key and self.shows(column) for column in COLUMNS)

    def show_queue(self, queue: str, state: Mapping[str, JsonValue]) -> None:
        """Show the columns that a queue wants in the place of others, and what the user chose for it."""
        self._instead = INSTEAD.get(queue, {})
        self.set_columns_state(state)

    def choose_column(self, key: str, shown: bool) -> None:
        """Show or hide a column."""
        self._chosen[key] = shown
        self.fit()
        self.columns_changed.emit()

    def move_column(self, key: str, by: int) -> bool:
        """Move a column one place to the left (-1) or right, over those that are not shown; return whether it moved."""
        order = self.order()
        at = order.index(key)
        to = at + by
        if not 0 <= to < len(order):
            return False
        order.insert(to, order.pop(at))
        self._order = order
        self._arrange()
        self.columns_changed.emit()
        return True

    def order(self) -> list[str]:
        """Return the keys of all columns as they stand from left to right."""
        return [COLUMNS[self.head.logicalIndex(place)].key for place in range(len(COLUMNS))]

    def columns_state(self) -> dict[str, JsonValue]:
        """Return what the user chose, for the place store: shown (0 or 1) and width by key, and the order."""
        return {
            "shown": {key: int(on) for key, on in self._chosen.items()},
            "widths": dict(self._widths),
            "order": list(self._order),
        }

    def set_columns_state(self, state: Mapping[str, JsonValue]) -> None:
        """Take what :meth:`columns_state` gave."""
        shown, widths, order = state.get("shown"), state.get("widths"), state.get("order")
        self._chosen = {k: bool(v) for k, v in shown.items()} if isinstance(shown, dict) else {}
        self._widths = {k: v for k, v in widths.items() if isinstance(v, int)} if isinstance(widths, dict) else {}
        self._order = [str(key) for key in order] if isinstance(order, list) else []
        self._arrange()
        self.fit()

    def fit(self) -> None:
        """Set row height, shown columns and their widths; the stretch column takes the rest."""
        self.verticalHeader().setDefaultSectionSize(theme().size("row"))
        self.head.setFixedHeight(theme().size("header_row"))
        self._fitting = True
        shown = self._fitting_columns()
        room = self.viewport().width()
        stretch = next(index for index, column in enumerate(COLUMNS) if column.stretch)
        for index, column in enumerate(COLUMNS):
            self.setColumnHidden(index, column not in shown)
            if index != stretch and column in shown:
                self.setColumnWidth(index, self._width(column))
                room -= self._width(column)
        self.setColumnWidth(stretch, max(theme().px(COLUMNS[stretch].width), room))
        self._fitting = False

    def _fitting_columns(self) -> list[Column]:
        """Return the wanted columns, without those that give way to the others in a narrow list."""
        shown = [column for column in COLUMNS if self.shows(column)]
        going = [key for key in GIVES_WAY if key not in self._chosen]
        while going and sum(self._width(column) for column in shown) > self.viewport().width():
            gone = going.pop(0)
            shown = [column for column in shown if column.key != gone]
        return shown

    def _arrange(self) -> None:
        """Put the columns into the user's order; those it does not name keep the program's."""
        known = [column.key for column in COLUMNS]
        wanted = [key for key in self._order if key in known]
        wanted += [key for key in known if key not in wanted]
        self._fitting = True
        for place, key in enumerate(wanted):
            self.head.moveSection(self.head.visualIndex(known.index(key)), place)
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
        own = WIDER.get(column.key, column.width) if theme().wide else column.width
        return theme().px(self._widths.get(column.key, own))

    def _on_resized(self, index: int, _old: int, new: int) -> None:
        if not self._fitting and not COLUMNS[index].stretch:
            self._widths[COLUMNS[index].key] = round(new * 100 / theme().px(100))
            self.fit()
            self.columns_changed.emit()

    def _on_moved(self, _logical: int, _old: int, _new: int) -> None:
        if not self._fitting:
            self._order = self.order()
            self.columns_changed.emit()
