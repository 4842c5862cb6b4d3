"""The diagnosis and operation grids: walk by arrows, type to edit, candidates under an uncoded row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QItemSelectionModel, QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QLineEdit, QSizePolicy, QWidget

from app.domain.case import Value
from app.domain.coding import Candidate, CodeKind, MatchResult
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import field
from app.services.types import CaseView
from app.ui.page import Shell
from app.ui.pages.case.code_popup import CodePopup
from app.ui.pages.case.editors import CodedRow, CodeEditor
from app.ui.pages.case.grid_cells import GridFacts, RowFacts, blank_cells, candidate_cells, row_cells
from app.ui.pages.case.grid_columns import COLUMNS, GIVE_WAY, PINNED, READ_ONLY, window
from app.ui.pages.case.grid_drag import RowDrag
from app.ui.pages.case.grid_editing import GridDelegate
from app.ui.pages.case.grid_model import GridModel, Line
from app.ui.pages.case.looks import Marks
from app.ui.pages.wording import joined
from app.ui.theme import theme
from app.ui.widgets import Cell, DataTable

_NOTHING: Mapping[str, str] = {}
_SECOND = "⚠ 两版含义不同，F1 看说明"


class RowGrid(DataTable):
    """One grid of the sheet, as tall as its rows; columns that do not fit are reached sideways.

    ``edited(path, text)``: a cell got a new text. ``taken(group, index, candidate)``: a code was chosen for a row.
    ``typing(path, text)``: half-typed text. ``entered(group, index)``: the cursor rests on another row of the record.
    ``spot_changed()``: another cell is current or the rows moved. ``window_changed(first, last)``: columns moved
    sideways. ``editing(on)``: an editor opened or closed. ``refused()``: typed into a locked case. ``left()``: Enter
    walked off the end. ``queried(text)``: a code was searched with these words, '' for none.
    ``dropped(index, to)``: a row was drawn elsewhere by its handle.
    """

    edited = Signal(str, str)
    taken = Signal(object, int, object)
    typing = Signal(str, str)
    entered = Signal(object, int)
    spot_changed = Signal()
    window_changed = Signal(int, int)
    editing = Signal(bool)
    refused = Signal()
    left = Signal()
    queried = Signal(str)
    dropped = Signal(int, int)

    _first = 0
    _composing = False

    def __init__(self, shell: Shell, group: Group) -> None:
        super().__init__(COLUMNS[group], ring=True)
        self.group = group
        self._shell = shell
        self._view: CaseView | None = None
        self._facts: GridFacts | None = None
        self._offered: tuple[int, tuple[Candidate, ...]] = (-1, ())
        self._effects = _NOTHING
        self._popup: CodePopup | None = None
        self.explain: Callable[[RowGrid], str] = _nothing_to_say
        self.asked: Callable[[], Sequence[str]] = tuple
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(0)
        self._rests.timeout.connect(self._on_rest)
        self.lines = GridModel(group)
        self.lines.setParent(self)
        self._drag = RowDrag(self)
        self.setModel(self.lines)
        self._delegate = GridDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setObjectName(f"{group}_grid")
        self.setAccessibleName("诊断" if group is Group.DX else "手术及操作")
        self.selectionModel().currentChanged.connect(self._on_current)
        theme().changed.connect(self._fit_height)
        theme().changed.connect(self._drop_popup)

    # What the page asks and tells.

    @property
    def current_index(self) -> int:
        """The record row under the cursor, -1 for none; the blank line is one past the last."""
        line = self.lines.line(self.current_row)
        return line.index if line and line.is_row else -1

    @property
    def current_key(self) -> str:
        """The column under the cursor."""
        return self.columns[max(0, self.currentIndex().column())].key

    @property
    def can_move(self) -> bool:
        """True while rows may change places."""
        return self._view is not None and not self._view.sealed and self.editor is None

    @property
    def on_blank(self) -> bool:
        """True on the blank line at the end."""
        line = self.lines.line(self.current_row)
        return bool(line and line.blank)

    def value(self, path: str) -> Value:
        """Return the stored value at a path."""
        return self._view.record.value(path) if self._view and path else None

    def show_view(self, view: CaseView, marks: Marks, before: Mapping[str, str]) -> None:
        """Show the rows; the cursor stays in its cell. ``before`` are old values to be shown struck out, by path."""
        self._view, self._facts = view, GridFacts(view, self.group, marks, before)
        self.lines.why = view.sealed
        self.lines.tips = {path: said for path, (_, said) in marks.items()}
        if self._offered[0] >= 0 and not self.wants_code(self._offered[0]):
            self._offered = (-1, ())
        self._rebuild()
        self.fit()

    def offer(self, index: int, candidates: Sequence[Candidate], effects: Mapping[str, str]) -> None:
        """Unfold candidates under a row with what each does to the group; an empty list folds them."""
        offered = (index, tuple(candidates)) if candidates else (-1, ())
        if offered != self._offered or effects != self._effects:
            self._offered, self._effects = offered, effects
            self._rebuild()

    def offered(self, number: int) -> Candidate | None:
        """Return candidate ``number`` (from 0) of the row under the cursor."""
        self.rest()
        index, candidates = self._offered
        return candidates[number] if index == self.current_index and number < len(candidates) else None

    def wants_code(self, index: int) -> bool:
        """True for a row with a text that has neither code nor proposal."""
        rows = self._view.record.rows(self.group) if self._view else ()
        if self._view is None or not 0 <= index < len(rows) or self._view.sealed:
            return False
        return not rows[index].text("code") and self._view.proposal(self.group, index) is None

    def go_to_field(self, index: int, key: str) -> None:
        """Put the cursor on a field of a record row, and the focus here."""
        self.place_cursor(index, key)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def place_cursor(self, index: int, key: str) -> None:
        """Put the cursor on a field of a record row."""
        keys = [column.key for column in self.columns]
        self.go_to(self.lines.row_of(index), keys.index(key) if key in keys else keys.index("code"))

    def help_text(self) -> str:
        """Return what F1 says about the current cell."""
        return self.explain(self)

    def spot(self) -> QRect:
        """Return the current cell with the candidates unfolded below it, in coordinates of the grid."""
        box = self.visualRect(self.currentIndex())
        if self._offered[0] == self.current_index:
            box.setHeight(box.height() * (1 + len(self._offered[1])))
        return box.translated(self.viewport().mapTo(self, box.topLeft()) - box.topLeft())

    def rest(self) -> None:
        """Tell now which row the cursor rests on, if that was still to be told."""
        if self._rests.isActive():
            self._rests.stop()
            self._on_rest()

    def _on_rest(self) -> None:
        self.entered.emit(self.group, self.current_index)

    # Moving.

    def go_to(self, row: int, column: int = 0) -> None:
        """Make a cell current; bring its column into the window."""
        self._reveal(column)
        super().go_to(row, column)
        if not self.hasFocus() and self.editor is None:
            self.clearSelection()

    def next_cell(self, step: int = 1) -> None:
        """Go to the next cell that can be typed into; from the last one to the code of the next row, then on."""
        at = self.currentIndex()
        column = at.column() + step
        while 0 <= column < len(self.columns):
            if column not in self._absent() and self.lines.path(self.lines.index(at.row(), column)):
                self.go_to(at.row(), column)
                return
            column += step
        if self.lines.row_of(self.current_index + step) < 0:
            self.left.emit()
        elif step > 0:
            self.go_to_field(self.current_index + 1, "code")
        else:
            self.go_to_field(self.current_index - 1, self._last_key())

    def _last_key(self) -> str:
        absent = self._absent()
        return [each.key for at, each in enumerate(self.columns) if each.key not in READ_ONLY and at not in absent][-1]

    def step_column(self, by: int) -> None:
        """Go one column to the side, into the part that is out of sight too."""
        column = self.currentIndex().column() + by
        while column in self._absent():
            column += by
        if 0 <= column < len(self.columns):
            self.go_to(self.current_row, column)

    def scroll_columns(self, first: int) -> None:
        """Show the loose columns from number ``first`` on."""
        if first != self._first:
            self._first = first
            self.fit()

    def _reveal(self, column: int) -> None:
        """Bring a loose column into the window, moving it as little as possible."""
        loose = [at for at, each in enumerate(self.columns) if each.key not in PINNED and at not in self._absent()]
        if not self.isColumnHidden(column) or column not in loose:
            return
        wanted = loose.index(column)
        steps = range(self._first + 1, wanted + 1) if wanted > self._first else (wanted,)
        for first in steps:
            self.scroll_columns(first)
            if not self.isColumnHidden(column):
                return

    def _absent(self) -> frozenset[int]:
        """Return the columns that neither the file nor the case has: 出院情况 is on older forms only."""
        record = self._view.record if self._view else None
        if record is None or self.group is not Group.DX:
            return frozenset()
        known = "dx[].outcome" in (record.columns or ()) or any(row.text("outcome") for row in record.rows(Group.DX))
        return frozenset() if known else frozenset(at for at, each in enumerate(self.columns) if each.key == "outcome")

    def fit(self) -> None:
        """Set row height and column widths; hide the loose columns that are out of the window."""
        if self.model() is None:
            super().fit()
            return
        self.verticalHeader().setDefaultSectionSize(theme().size("row"))
        self.head.setFixedHeight(theme().size("header_row"))
        widths = [theme().px(column.width) for column in self.columns]
        shown = window(self.columns, widths, self.viewport().width(), self._first, self._absent())
        self._first = shown.first
        self._give_way(widths, sum(widths[at] for at in shown.shown) - self.viewport().width())
        for at, column in enumerate(self.columns):
            self.setColumnHidden(at, at not in shown.shown)
            if not column.stretch:
                self.setColumnWidth(at, widths[at])
        used = sum(widths[at] for at in shown.shown if not self.columns[at].stretch)
        for at in shown.shown:
            if self.columns[at].stretch:
                self.setColumnWidth(at, max(widths[at], self.viewport().width() - used))
        self.window_changed.emit(shown.first, shown.last_first)

    def _give_way(self, widths: list[int], over: int) -> None:
        """Take px that are too many from the columns that give way, as far as their words can be read then."""
        keys = [column.key for column in self.columns]
        for at in (keys.index(key) for key in GIVE_WAY):
            less = min(max(0, over), widths[at] - theme().px(self.columns[at].least))
            widths[at] -= less
            over -= less

    # Editing.

    def edit_code(self, query: str = "") -> None:
        """Open the search in the code cell of the current row (F4)."""
        if self.current_index < 0:
            self.place_cursor(0, "code")
        self.place_cursor(self.current_index, "code")
        if self._view and self._view.sealed:
            self.refused.emit()
            return
        self.edit(self.currentIndex())
        editor = self._delegate.editor
        if query and isinstance(editor, CodeEditor):
            editor.ask(query)

    def warm(self) -> None:
        """Make what floats below the code cells, so that the first search need not."""
        popup = self._made_popup()
        for part in (popup, *popup.findChildren(QWidget)):
            part.ensurePolished()

    def _made_popup(self) -> CodePopup:
        if self._popup is None:
            self._popup = CodePopup(self._shell, self)
        return self._popup

    def _drop_popup(self) -> None:
        """Make the popup anew in the next sizes and colours."""
        if self._popup is not None and not isinstance(self.editor, CodeEditor):
            self._popup.deleteLater()
            self._popup = None

    def make_code_editor(self, parent: QWidget, index: int) -> CodeEditor:
        """Return the search editor of a record row's code."""
        rows = self._view.record.rows(self.group) if self._view else ()
        said = rows[index].text("source_text") or rows[index].text("name") if index < len(rows) else ""
        kind = CodeKind.DX if self.group is Group.DX else CodeKind.PX
        candidates, effects = partial(self._candidates_of, index), partial(self._effects_of, index)
        row = CodedRow(kind, said, candidates, effects, self.asked())
        editor = CodeEditor(self._shell, parent, row, self._made_popup())
        editor.taken.connect(self._on_taken)
        editor.textEdited.connect(partial(self.typing.emit, f"{self.group}[{index}].code"))
        return editor

    def wake(self) -> None:
        """Ask the engines what could not be asked while they were loading."""
        if isinstance(self.editor, CodeEditor):
            self.editor.search_again()
        elif self.hasFocus():
            self._rests.start()

    def settle(self) -> None:
        """Store what is being typed and close the editor."""
        self._delegate.settle()

    @property
    def editor(self) -> QWidget | None:
        """The open editor of a cell, None when there is none."""
        return self._delegate.editor

    def open_editor(self, index: int, key: str, text: str) -> None:
        """Open a cell with half-typed text (after a crash)."""
        self.place_cursor(index, key)
        self._delegate.by_key = bool(text)  # nothing need be looked for before the text
        self.edit(self.currentIndex())
        self._delegate.by_key = False
        self._delegate.fill(text)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Close, then tell what was typed: the answer may rebuild the rows."""
        super().closeEditor(editor, hint)
        if isinstance(editor, CodeEditor):  # what was typed there is a query: taken or given up, it is no draft
            editor.release()
            self.typing.emit(f"{self.group}[{self.current_index}].code", "")
            self.queried.emit(editor.text().strip())
        self._delegate.closed()
        self.editing.emit(False)
        for tell in self._delegate.due():
            tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter walks; digits set one-digit dictionaries at once; Delete empties; typing opens an editor."""
        if self._composing:
            return
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        path = self.lines.path(self.currentIndex())
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.left.emit() if self.on_blank and not back else self.next_cell(-1 if back else 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            self.step_column(1 if key == Qt.Key.Key_Right else -1)
        elif not plain or not self._types(event):
            super().keyPressEvent(event)
        elif self._view and self._view.sealed:
            self.refused.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._empty(path)
        elif not self._set_by_digit(path, event.text()):
            self._begin_typing(event, path)

    @staticmethod
    def _types(event: QKeyEvent) -> bool:
        erases = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        return erases or (bool(event.text().strip()) and event.text().isprintable())

    def _begin_typing(self, event: QKeyEvent, path: str) -> None:
        """Typing on a text that stands for itself searches a code for the row."""
        if not path:
            self.place_cursor(self.current_index, "code")
        self._delegate.by_key = True
        super().keyPressEvent(event)
        self._delegate.by_key = False

    def _empty(self, path: str) -> None:
        if path and self.value(path) is not None:
            self.edited.emit(path, "")

    def event(self, event: QEvent) -> bool:
        """While the input method composes, every key is its own: no shortcut acts."""
        if self._composing and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Chinese typed on any cell that takes no text searches a code for the row.

        Qt keeps the focus here until the first composition is done, and hands it on to the editor.
        """
        self._composing = bool(event.preeditString())
        if not self.lines.path(self.currentIndex()) and (event.preeditString() or event.commitString()):
            self.place_cursor(self.current_index, "code")
        super().inputMethodEvent(event)
        editor, words = self.editor, event.commitString()
        if words and isinstance(editor, QLineEdit) and not editor.isModified():
            again = QInputMethodEvent()  # words without a composition only open the editor: Qt drops them
            again.setCommitString(words)
            QCoreApplication.sendEvent(editor, again)

    def _set_by_digit(self, path: str, typed: str) -> bool:
        spec = field(path) if path else None
        if spec is None or not spec.dictionary or spec.length != 1 or not typed.isdigit():
            return False
        code = dictionary(spec.dictionary).find(typed)
        if code is None:
            return False
        self.edited.emit(path, code)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a candidate takes it."""
        line = self.lines.line(self.rowAt(event.position().toPoint().y()))
        if line is None or line.is_row:
            super().mousePressEvent(event)
        elif line.choice < len(self._offered[1]):
            self.taken.emit(self.group, line.index, self._offered[1][line.choice])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The sheet scrolls, not the grid; sideways the columns do."""
        if event.angleDelta().x():
            self.scroll_columns(max(0, self._first - (1 if event.angleDelta().x() > 0 else -1)))
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cell, and the candidates of its row."""
        super().focusInEvent(event)
        self._take_words()
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(self.currentIndex(), flags)
        self._rests.start()
        self.spot_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Only the grid with the cursor shows a chosen row; an editor or another program takes nothing away."""
        super().focusOutEvent(event)
        leaves = event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        if leaves and self.editor is None:
            self.clearSelection()

    # Painting the model.

    def _rebuild(self) -> None:
        view, facts = self._view, self._facts
        if view is None or facts is None:
            return
        lines: list[Line] = []
        cells: list[Sequence[Cell]] = []
        count = len(view.record.rows(self.group))
        for index in range(count):
            offered = self._offered[1] if self._offered[0] == index else ()
            lines.append(Line(index))
            cells.append(self._row(facts.row(index, len(offered))))
            for number, candidate in enumerate(offered):
                lines.append(Line(index, number))
                cells.append(self._candidate(number, candidate))
        if not view.sealed:
            lines.append(Line(count, blank=True))
            cells.append(blank_cells(self.group, alone=count == 0))
        self.lines.show(lines, cells, locked=bool(view.sealed))
        self._stretch_candidates(lines)
        self._fit_height()

    def _stretch_candidates(self, lines: Sequence[Line]) -> None:
        """Let name and reason of a candidate run on over the columns that say nothing of it."""
        self.clearSpans()
        keys = [column.key for column in self.columns]
        name, last = keys.index("name"), keys.index("status")
        for at, line in enumerate(lines):
            if not line.is_row:
                self.setSpan(at, name, 1, last - name)

    def _row(self, facts: RowFacts) -> Sequence[Cell]:
        """Return the cells of a row; of a code with two meanings that nobody has confirmed its name says so."""
        cells, code = row_cells(facts), facts.row.text("code")
        if facts.is_confirmed or not code or not self._shell.services.is_ready:
            return cells
        if self._shell.services.lookup.two_meanings(code) is None:
            return cells
        at = next(place for place, column in enumerate(COLUMNS[self.group]) if column.key == "name")
        cells[at] = replace(cells[at], note=_SECOND)
        return cells

    def _candidate(self, number: int, candidate: Candidate) -> list[Cell]:
        services = self._shell.services
        reason = joined(services.coding.conflict_line(candidate), services.lookup.because(candidate), sign=" · ")
        return candidate_cells(self.group, number + 1, candidate, self._effects.get(candidate.code, ""), reason)

    def _fit_height(self) -> None:
        rows = max(1, self.lines.rowCount())
        self.setFixedHeight(theme().size("header_row") + rows * theme().size("row") + 1)

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._take_words()
        if current.row() != previous.row() and self.hasFocus():
            self._rests.start()
        self.spot_changed.emit()

    def _take_words(self) -> None:
        """Keep the input method on: Chinese typed anywhere in a row begins a search. Qt turns it off on other cells."""
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, bool(self._view and not self._view.sealed))

    def _on_taken(self, candidate: Candidate | str) -> None:
        self._delegate.take(candidate, self.current_index)

    def _candidates_of(self, index: int) -> Sequence[Candidate]:
        if self._view is None or index >= len(self._view.record.rows(self.group)):
            return ()
        found: MatchResult = self._shell.services.cases.candidates(self._view.case_id, self.group, index)
        return found.candidates

    def _effects_of(self, index: int, codes: Sequence[str]) -> Mapping[str, str]:
        if self._view is None:
            return {}
        found: Mapping[str, str] = self._shell.services.coding.effects(self._view.case_id, self.group, index, codes)
        return found


def _nothing_to_say(_grid: RowGrid) -> str:
    return ""
