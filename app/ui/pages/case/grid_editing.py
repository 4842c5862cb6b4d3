"""Editing a cell of a grid: the editor that fits, its keys, and when what was typed is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.coding import Candidate
from app.domain.dictionaries import dictionary
from app.domain.fields import field
from app.domain.values import display
from app.ui.pages.case.editors import CodeEditor
from app.ui.pages.case.fields import SheetChoice, SheetField, SheetLine
from app.ui.theme import theme
from app.ui.widgets import Cell, CellDelegate
from app.ui.widgets.painting import draw_key_cap

if TYPE_CHECKING:
    from app.ui.pages.case.grid import RowGrid

_Index = QModelIndex | QPersistentModelIndex
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TAB = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_NO_HINT = QAbstractItemDelegate.EndEditHint.NoHint


class GridDelegate(CellDelegate):
    """Editors of the grid: dictionary, text, or the code search. One is open at a time."""

    def __init__(self, grid: RowGrid) -> None:
        super().__init__(grid, ring=True)
        self._grid = grid
        self._open: QWidget | None = None
        self.by_key = False
        self._due: list[Callable[[], object]] = []

    @property
    def editor(self) -> QWidget | None:
        """The open editor, None when there is none."""
        alive = self._open is not None and shiboken6.isValid(self._open) and not self._open.isHidden()
        return self._open if alive else None

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """Return the editor that fits the column; the model's flags keep other cells from asking."""
        path = self._grid.lines.path(index)
        line = self._grid.lines.line(index.row())
        spec = field(path)
        if path.endswith(".code"):
            self._open = self._grid.make_code_editor(parent, line.index if line else 0)
            self._open.awaits_key = self.by_key
        elif spec.dictionary:
            self._open = self._watch(SheetChoice(path, _no_history, dictionary(spec.dictionary), parent))
        else:
            self._open = self._watch(SheetLine(path, _no_history, parent))
        self._open.setAutoFillBackground(True)
        self._grid.editing.emit(True)
        return self._open

    def _watch(self, editor: SheetField) -> SheetField:
        editor.changed_to.connect(self._on_changed)
        editor.typing.connect(self._grid.typing)
        editor.setAccessibleName(field(editor.objectName()).label)
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """Put the stored value into the editor; what is being typed stays when the rows are shown anew."""
        path = self._grid.lines.path(index)
        value = self._grid.value(path)
        if isinstance(editor, CodeEditor):
            editor.begin(str(value or ""))
        elif isinstance(editor, SheetChoice) and not editor.isModified():
            editor.show_code(str(value or ""))
            editor.selectAll()
        elif isinstance(editor, SheetField) and not editor.isModified():
            editor.show_value("" if value is None else display(field(path), value))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Take what was typed; it is told when the editor is closed."""
        if isinstance(editor, SheetField):
            editor.commit()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        """The code editor covers code and name; others their cell, wider where a list needs it."""
        box = QRect(option.rect)
        if isinstance(editor, CodeEditor):
            box.setRight(self._grid.visualRect(index.sibling(index.row(), index.column() + 1)).right())
        editor.setGeometry(box.adjusted(0, 0, 0, -1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Tab store and go on; Esc drops what was typed. Lists take their own keys first."""
        if not isinstance(watched, QWidget) or watched is not self.editor:
            return super().eventFilter(watched, event)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._on_key(watched, event) or super().eventFilter(watched, event)
        if isinstance(event, QFocusEvent) and event.reason() is Qt.FocusReason.ActiveWindowFocusReason:
            return False  # another program: the search stays open for whoever comes back with a text
        return super().eventFilter(watched, event)

    def _on_key(self, editor: QWidget, event: QKeyEvent) -> bool:
        """Handle a key of the open editor; return whether it was used."""
        if isinstance(editor, CodeEditor):
            return editor.take_key(event)
        if not isinstance(editor, SheetField):
            return False
        if editor.composing or (event.key() == Qt.Key.Key_Escape and _closes_list(editor, event)):
            return True
        if event.key() == Qt.Key.Key_Escape:
            editor.revert()
        if event.key() not in (*_ENTER, *_TAB) or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if isinstance(editor, SheetChoice) and editor.isModified():
            editor.take_highlighted()
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.settle()
        self._grid.next_cell(-1 if shift else 1)
        return True

    def settle(self) -> None:
        """Store what is being typed and close the editor."""
        editor = self.editor
        if editor is not None:
            self.commitData.emit(editor)
            self.closeEditor.emit(editor, _NO_HINT)

    def fill(self, text: str) -> None:
        """Put half-typed text into the open editor."""
        editor = self.editor
        if isinstance(editor, SheetField):
            editor.restore_typed(text)
        elif isinstance(editor, CodeEditor):
            editor.ask(text)

    def closed(self) -> None:
        """Note that the editor is gone."""
        self._open = None

    def due(self) -> list[Callable[[], object]]:
        """Return what is to be told now that the editor is closed."""
        due, self._due = self._due, []
        return due

    def take(self, candidate: Candidate | str, index: int) -> None:
        """Close the search with a chosen candidate, or with a code as typed."""
        grid = self._grid
        if isinstance(candidate, str):
            self._due.append(partial(grid.edited.emit, f"{grid.group}[{index}].code", candidate))
        else:
            self._due.append(partial(grid.taken.emit, grid.group, index, candidate))
        editor = self.editor
        if editor is not None:
            self.closeEditor.emit(editor, _NO_HINT)

    def _on_changed(self, path: str, text: str) -> None:
        self._due.append(partial(self._grid.edited.emit, path, text))

    def _draw_content(self, painter: QPainter, box: QRect, cell: Cell) -> None:
        """The numbers of candidates stand right before their codes."""
        if cell.cap and cell.right:
            edge = theme().px(18)
            draw_key_cap(painter, QRect(box.right() - edge, box.center().y() - edge // 2 + 1, edge, edge), cell.text)
        else:
            super()._draw_content(painter, box, cell)


def _closes_list(editor: SheetField, event: QKeyEvent) -> bool:
    """Give Esc to an open list of choices first; return whether it took it."""
    if isinstance(editor, SheetChoice) and editor.is_open:
        editor.keyPressEvent(event)
        return True
    return False


def _no_history(_path: str) -> str:
    return ""
