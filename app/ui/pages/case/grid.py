"""The diagnosis and operation grids: walk by arrows, type to edit, candidates under an uncoded row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QSizePolicy,
    QStyleOptionViewItem,
    QWidget,
)

from app.domain.case import Value
from app.domain.coding import Candidate, CodeKind
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import field
from app.domain.values import display
from app.services.types import CaseView
from app.ui.page import Shell
from app.ui.pages.case.editors import CodeEditor
from app.ui.pages.case.grid_model import (
    GridModel,
    Line,
    Marks,
    blank_cells,
    candidate_cells,
    columns_of,
    row_cells,
)
from app.ui.theme import theme
from app.ui.widgets import Cell, CellDelegate, DataTable, DictionaryField, RuledField

_Index = QModelIndex | QPersistentModelIndex
Effect = Callable[[str], str]


class GridDelegate(CellDelegate):
    """Editors of the grid: dictionary, text, or the code search."""

    def __init__(self, grid: RowGrid) -> None:
        super().__init__(grid, ring=True)
        self._grid = grid

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """Return the editor that fits the column; the model's flags keep other cells from asking."""
        path = self._grid.lines.path(index)
        if path.endswith(".code"):
            return self._grid.make_code_editor(parent, index)
        spec = field(path)
        editor = DictionaryField(dictionary(spec.dictionary), parent) if spec.dictionary else RuledField(parent)
        editor.setAutoFillBackground(True)
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """Put the stored value into the editor."""
        path = self._grid.lines.path(index)
        value = self._grid.value(path)
        if isinstance(editor, CodeEditor):
            editor.begin(str(value or ""))
        elif isinstance(editor, DictionaryField):
            editor.show_code(str(value or ""))
            editor.selectAll()
        elif isinstance(editor, RuledField):
            editor.show_value("" if value is None else display(field(path), value))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Hand the new text to the page; the model is shown anew from what was stored."""
        path = self._grid.lines.path(index)
        if isinstance(editor, CodeEditor) or not isinstance(editor, RuledField) or not path:
            return
        before = editor.shown
        got: list[str] = []
        editor.committed.connect(got.append)
        editor.commit()
        if got and got[0] != before:
            self._grid.edited.emit(path, got[0])

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        """The code editor covers code and name; others their cell."""
        box = QRect(option.rect)
        if isinstance(editor, CodeEditor):
            name = self._grid.visualRect(index.sibling(index.row(), index.column() + 1))
            box.setRight(name.right())
        editor.setGeometry(box)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter stores and goes to the next cell; Esc drops what was typed. The search takes its own keys first."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and isinstance(watched, QWidget):
            if isinstance(watched, CodeEditor) and watched.take_key(event):
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not isinstance(watched, DictionaryField):
                self._close(watched, QAbstractItemDelegate.EndEditHint.NoHint)
                self._grid.next_cell()
                return True
        return super().eventFilter(watched, event)

    def _close(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, hint)


class RowGrid(DataTable):
    """One grid of the sheet, as tall as its rows.

    ``edited(path, text)``: a cell got a new text. ``taken(group, index, code)``: a code was chosen for a row.
    ``row_entered(index)``: the cursor came to another row of the record (-1: none).
    """

    edited = Signal(str, str)
    taken = Signal(object, int, object)
    row_entered = Signal(object, int)

    def __init__(self, shell: Shell, group: Group) -> None:
        super().__init__(columns_of(group), ring=True)
        self.group = group
        self._shell = shell
        self._view: CaseView | None = None
        self._marks: Marks = {}
        self._offered: tuple[int, tuple[Candidate, ...]] = (-1, ())
        self._effect: Effect = _no_effect
        self._quiet = False
        self.lines = GridModel(group, columns_of(group))
        self.setModel(self.lines)
        self.setItemDelegate(GridDelegate(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("诊断" if group is Group.DX else "手术及操作")
        self.row_changed.connect(self._on_row_changed)
        theme().changed.connect(self._fit_height)

    @property
    def current_index(self) -> int:
        """The record row under the cursor, -1 for none; the blank line is one past the last."""
        line = self.lines.line(self.current_row)
        return line.index if line and line.is_row else -1

    def value(self, path: str) -> Value:
        """Return the stored value at a path."""
        return self._view.record.value(path) if self._view and path else None

    def show_view(self, view: CaseView, marks: Marks) -> None:
        """Show the rows; the cursor stays in its cell."""
        self._view, self._marks = view, marks
        if self._offered[0] >= 0 and not self._wants_code(self._offered[0]):
            self._offered = (-1, ())
        self._rebuild()

    def offer(self, index: int, candidates: Sequence[Candidate], effect: Effect) -> None:
        """Unfold candidates under a row; an empty list folds them."""
        self._offered = (index, tuple(candidates)) if candidates else (-1, ())
        self._effect = effect
        self._rebuild()

    def offered(self, number: int) -> Candidate | None:
        """Return candidate ``number`` (from 0) of the row under the cursor."""
        index, candidates = self._offered
        return candidates[number] if index == self.current_index and number < len(candidates) else None

    def go_to_field(self, index: int, key: str) -> None:
        """Put the cursor on a field of a record row."""
        keys = [column.key for column in self.columns]
        column = keys.index(key) if key in keys else keys.index("code")
        self.go_to(self.lines.row_of(index), column)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_cell(self) -> None:
        """Go to the next cell that can be edited; from the last one to the code of the next row."""
        at = self.currentIndex()
        for column in range(at.column() + 1, len(self.columns)):
            index = self.lines.index(at.row(), column)
            if not self.isColumnHidden(column) and self.lines.flags(index) & Qt.ItemFlag.ItemIsEditable:
                self.go_to(at.row(), column)
                return
        self.go_to_field(self.current_index + 1, "code")

    def make_code_editor(self, parent: QWidget, index: _Index) -> CodeEditor:
        """Return the search editor of a code cell."""
        line = self.lines.line(index.row())
        row = line.index if line else 0
        kind = CodeKind.DX if self.group is Group.DX else CodeKind.PX
        editor = CodeEditor(self._shell, parent, kind, lambda code: self._shell_effect(row, code))
        editor.taken.connect(lambda candidate: self._on_taken(row, candidate))
        return editor

    def edit_code(self) -> None:
        """Open the search in the code cell of the current row (F4)."""
        if self.current_row < 0:
            self.go_to_field(0, "code")
        column = [column.key for column in self.columns].index("code")
        self.go_to(self.current_row, column)
        self.edit(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits set one-digit dictionaries at once; Enter walks; Delete empties a cell; the rest opens an editor."""
        path = self.lines.path(self.currentIndex())
        editable = bool(self.lines.flags(self.currentIndex()) & Qt.ItemFlag.ItemIsEditable)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.next_cell()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers() and editable:
            self.edited.emit(path, "")
        elif editable and not event.modifiers() and self._set_by_digit(path, event.text()):
            self.go_to(self.current_row, self.currentIndex().column())
        else:
            super().keyPressEvent(event)

    def _set_by_digit(self, path: str, typed: str) -> bool:
        spec = field(path)
        if not spec.dictionary or spec.length != 1 or not typed.isdigit():
            return False
        code = dictionary(spec.dictionary).find(typed)
        if code is None:
            return False
        self.edited.emit(path, code)
        return True

    def _wants_code(self, index: int) -> bool:
        if self._view is None:
            return False
        rows = self._view.record.rows(self.group)
        return index < len(rows) and not rows[index].text("code")

    def _rebuild(self) -> None:
        view = self._view
        if view is None:
            return
        index, column = self.current_index, max(0, self.currentIndex().column())
        lines, cells = self._contents(view)
        self._quiet = True
        self.lines.show(lines, cells, locked=bool(view.locked))
        self._fit_height()
        if index >= 0:
            self.go_to(self.lines.row_of(min(index, lines[-1].index)), column)
        self._quiet = False

    def _contents(self, view: CaseView) -> tuple[list[Line], list[Sequence[Cell]]]:
        lines: list[Line] = []
        cells: list[Sequence[Cell]] = []
        count = len(view.record.rows(self.group))
        for index in range(count):
            offered = self._offered[1] if self._offered[0] == index else ()
            lines.append(Line(index))
            cells.append(row_cells(view, self.group, index, self._marks, len(offered)))
            for number, candidate in enumerate(offered):
                lines.append(Line(index, number))
                cells.append(candidate_cells(self.group, number + 1, candidate, self._effect(candidate.code)))
        lines.append(Line(count, blank=True))
        cells.append(blank_cells(self.group, alone=count == 0))
        return lines, cells

    def _fit_height(self) -> None:
        rows = self.lines.rowCount()
        bar = self.horizontalScrollBar().sizeHint().height() if self.horizontalScrollBar().isVisible() else 0
        self.setFixedHeight(theme().size("header_row") + rows * theme().size("row") + bar + 1)

    def _on_row_changed(self, _row: int) -> None:
        if not self._quiet:
            self.row_entered.emit(self.group, self.current_index)

    def _on_taken(self, index: int, candidate: Candidate) -> None:
        self.taken.emit(self.group, index, candidate)

    def _shell_effect(self, index: int, code: str) -> str:
        if self._view is None:
            return ""
        return self._shell.services.coding.effect(self._view.case_id, self.group, index, code)


def _no_effect(_code: str) -> str:
    return ""
