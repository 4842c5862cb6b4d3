"""Step 2, 列对应: which column of the file fills which field, where that came from, and changing it in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from app.ui.models.records import RecordModel
from app.ui.pages.import_batch.fields import SKIP, FieldChoices, column_label, field_label
from app.ui.theme import theme
from app.ui.widgets import Cell, Column, DataTable, DictionaryField, Panel, SegmentedControl

if TYPE_CHECKING:
    from app.services.imports import ColumnMap

_COLUMNS: Final = (
    Column("heading", "文件中的列", 170, least=120),
    Column("arrow", "", 32),
    Column("field", "首页字段", 220, least=140),
    Column("path", "标识", 170, wide_only=True),
    Column("first", "第 1 个值", 160, stretch=True, least=110),
    Column("origin", "来源", 220, least=110),
)
_FIELD: Final = next(at for at, column in enumerate(_COLUMNS) if column.key == "field")
_ORIGINS: Final[Mapping[str, tuple[str, str, str]]] = {
    "auto": ("自动", "ok", "passed"),
    "remembered": ("记忆", "ok", "passed"),
    "merged": ("合并", "accent", "evidence"),
    "split": ("拆分", "accent", "evidence"),
    "confirm": ("请确认", "warn", "ph.warning"),
    "unknown": ("没有认出", "fg_muted", "skipped"),
}
"""Origin of a mapping → word, tone, icon."""
_NEED_A_LOOK: Final = ("confirm", "unknown")
_LONGEST: Final = 60


class MappingPanel(Panel):
    """The table of columns. ``wanted(column, path)``: the user gave a column another field ('' for none)."""

    wanted = Signal(int, str)

    def __init__(self) -> None:
        super().__init__("列对应", "")
        self._mapping: Sequence[ColumnMap] = ()
        self._editor: DictionaryField | None = None
        self.scope = SegmentedControl((("all", "全部"), ("look", "需看")))
        self.scope.changed.connect(self._on_scope)
        self.header.addWidget(self.scope)
        self.model: RecordModel[ColumnMap] = RecordModel(_COLUMNS, _cell)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("mapping")
        self.table.setAccessibleName("列对应")
        self.model.setParent(self.table)
        self.table.setModel(self.model)
        self.table.doubleClicked.connect(self._on_double_click)
        self.body.addWidget(self.table)

    def show_mapping(self, mapping: Sequence[ColumnMap]) -> None:
        """Show a mapping; the cursor stays on its column."""
        kept = self.current
        self._mapping = mapping
        counts = Counter(str(column.origin) for column in mapping)
        words = [f"{counts[key]} {word}" for key, (word, _, _) in _ORIGINS.items() if counts[key]]
        self.set_note(f"{len(mapping)} 列：{'，'.join(words)}")
        self.scope.set_count("all", len(mapping))
        self.scope.set_count("look", sum(1 for column in mapping if _needs_a_look(column)))
        self._fill(kept)

    @property
    def current(self) -> ColumnMap | None:
        """The column under the cursor."""
        return self.model.at(self.table.current_row)

    def edit(self) -> None:
        """Enter: type another field for the column under the cursor."""
        column = self.current
        if column is None or self._editor is not None:
            return
        self._editor = DictionaryField(FieldChoices(), self.table.viewport())
        self._editor.setObjectName("field_editor")
        self._editor.show_code(column.path)
        box = self.table.visualRect(self.model.index(self.table.current_row, _FIELD))
        wider = max(box.width(), theme().px(260))
        self._editor.setGeometry(box.left(), box.top(), wider, box.height())
        self._editor.setAutoFillBackground(True)
        self._editor.committed.connect(self._on_committed)
        self._editor.installEventFilter(self)
        self._editor.show()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.selectAll()

    def skip(self) -> None:
        """Delete: do not import the column under the cursor."""
        if self.current and self.current.path:
            self.wanted.emit(self.current.column, "")

    def adopt(self) -> None:
        """Alt+Enter: take the field that is proposed for the column under the cursor."""
        if self.current and self.current.proposal:
            self.wanted.emit(self.current.column, self.current.proposal)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close the editor when it loses the focus, or by Esc; Enter in it commits and goes back to the table."""
        if watched is not self._editor:
            return False
        if event.type() is QEvent.Type.FocusOut:
            self._close_editor()
        elif event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete}:
                event.accept()
        elif event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def _fill(self, kept: ColumnMap | None) -> None:
        shown = [one for one in self._mapping if self.scope.current == "all" or _needs_a_look(one)]
        self.model.show(shown)
        columns = [one.column for one in shown]
        self.table.go_to(columns.index(kept.column) if kept and kept.column in columns else 0)

    def _on_scope(self, _key: str) -> None:
        self._fill(self.current)

    def _on_double_click(self, _index: QModelIndex) -> None:
        self.edit()

    def _on_committed(self, path: str) -> None:
        column = self.current
        wanted = "" if path in ("-", SKIP) else path
        known = not wanted or bool(FieldChoices().label(wanted))
        QTimer.singleShot(0, self.table, self.table.setFocus)  # the editor itself goes on to the next widget
        if column and known and wanted != column.path:
            self.wanted.emit(column.column, wanted)

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor:
            editor.removeEventFilter(self)
            editor.hide()
            editor.deleteLater()


def _needs_a_look(column: ColumnMap) -> bool:
    return str(column.origin) in _NEED_A_LOOK and bool(column.heading)


def _cell(key: str, column: ColumnMap) -> Cell:
    match key:
        case "heading":
            return Cell(column.heading or "（无列名）", "fg" if column.heading else "fg_muted")
        case "arrow":
            return Cell(icon="forward", icon_tone="fg_muted")
        case "field":
            return Cell(column_label(column), "fg" if column.path else "fg_muted", drop=True)
        case "path":
            return Cell(" / ".join(column.paths) or "—", "fg_muted", code=True)
        case "first":
            return Cell(column.first_value[:_LONGEST], "fg_secondary")
        case _:
            word, tone, icon = _ORIGINS[str(column.origin)]
            note = f"像“{field_label(column.proposal)}”" if column.proposal else ""
            return Cell(word, tone, icon=icon, note=note)
