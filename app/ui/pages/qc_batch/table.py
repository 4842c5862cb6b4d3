"""The middle: cases of the chosen group with what stands there, what is suggested, and a tick box for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from app.services.qc_batch_types import GroupKind, HitKey, Leaving, LineStatus, QcLine
from app.services.qc_batch_words import dept_name
from app.ui.masking import masking
from app.ui.models.qc_lines import LinesModel, Pair
from app.ui.pages.qc_batch.reading import Listed
from app.ui.pages.wording import days_left
from app.ui.theme import theme
from app.ui.widgets import Cell, Column, DataTable, StateStack, column

TICK: Final = "tick"
COLUMNS: Final = (
    Column(TICK, "☑", 32),
    Column("record_no", "病案号", 84, least=76),
    Column("name", "姓名", 94, least=56),
    Column("dept", "科室", 108, least=64),
    Column("rule", "规则", 76, least=64),
    Column("planned", "计划出院", 86, least=70),
    Column("left", "剩余", 60, least=50),
    Column("multiple", "倍率", 52, "right"),
    Column("coder", "编码员", 72, least=56),
    Column("current", "当前值", 112, stretch=True, least=66),
    Column("suggestion", "建议", 112, stretch=True, least=66),
    Column("status", "状态", 84, least=55),
)
_SHARED: Final = {GroupKind.RULE: "rule", GroupKind.DEPT: "dept", GroupKind.CODER: "coder"}
_LEAVING: Final = frozenset({"planned", "left", "multiple"})
_STATUS: Final[Mapping[LineStatus, tuple[str, str]]] = {
    LineStatus.READY: ("待处理", "fg_secondary"),
    LineStatus.JUDGE: ("需人工", "warn"),
    LineStatus.RETURNED: ("已退回", "fg_secondary"),
    LineStatus.SUPPRESSED: ("已写明理由", "fg_muted"),
    LineStatus.EXCEPTED: ("已例外", "fg_muted"),
    LineStatus.PASSED: ("已通过", "ok"),
}


def status_text(status: LineStatus) -> str:
    """Return the word of a status."""
    return _STATUS[status][0]


class QcTable(DataTable):
    """Shows the columns that belong to the group and the scope. A click on a tick box ticks."""

    def __init__(self) -> None:
        self._shown = frozenset(one.key for one in COLUMNS)
        super().__init__(COLUMNS)
        self.setObjectName("qc_lines")
        self.setAccessibleName("命中的病案")

    def show_for(self, kind: GroupKind, *, leaving: bool) -> None:
        """Choose the columns: what all lines of the group share is left out; days left for those who leave soon."""
        hidden = {_SHARED[kind]} if kind in _SHARED else set()
        hidden |= {"dept"} if leaving and not theme().wide else set()
        self._shown = frozenset(one.key for one in COLUMNS) - hidden - (set() if leaving else _LEAVING)
        self.fit()

    def shows(self, column: Column) -> bool:
        """Return whether a column is shown: those chosen, who coded only where there is room."""
        return column.key in self._shown and (theme().wide or column.key != "coder")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a tick box ticks its line."""
        index = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and index.column() == 0:
            self._toggle(index)

    def _toggle(self, index: QModelIndex) -> None:
        model = self.model()
        if isinstance(model, LinesModel):
            model.toggle(index.row())


class LinesView(QWidget):
    """The list with its states. ``chosen`` when another line is current, ``opened`` on Enter, ``ticked``."""

    chosen = Signal()
    opened = Signal()
    ticked = Signal()

    def __init__(self, read: Callable[[Sequence[HitKey]], Sequence[QcLine]]) -> None:
        super().__init__()
        self.leaving: Mapping[int, Leaving] = {}
        self.people: Mapping[str, str] = {}
        self.table = QcTable()
        self.model = LinesModel(COLUMNS, read, self._cell)
        self.model.setParent(self.table)
        self.table.setModel(self.model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.table.head.sectionClicked.connect(self._on_head)
        self.model.ticked.connect(self.ticked)
        self.stack = StateStack(self.table)
        self.setLayout(column(self.stack))
        self.setFocusProxy(self.table)

    @property
    def current(self) -> QcLine | None:
        """The line under the cursor."""
        return self.model.at(self.table.current_row)

    @property
    def current_pair(self) -> Pair | None:
        """Case and rule under the cursor."""
        row = self.table.current_row
        return self.model.keys[row][:2] if 0 <= row < len(self.model.keys) else None

    def show_lines(self, listed: Listed, ticks: Collection[Pair], keep: Pair | None) -> None:
        """Show a list; the cursor stays on ``keep``, or on the row that took its place."""
        row, keys = max(0, self.table.current_row), listed.keys
        self.model.show(keys, listed.ready, ticks)
        place = self.model.place_of(keep) if keep else -1
        self.stack.show_content()
        self.table.go_to(place if place >= 0 else min(row, len(keys) - 1) if keep else 0)
        self.chosen.emit()

    def _cell(self, key: str, line: QcLine) -> Cell:
        row = line.row
        if key in _LEAVING:
            return _leaving_cell(key, self.leaving.get(row.case_id))
        if key == "status":
            word, tone = _STATUS[line.status]
            return Cell(word, tone, bold=line.status is LineStatus.JUDGE)
        words, tone = {
            "record_no": (row.record_no, "fg"),
            "name": (masking().name(row.patient_name), "fg"),
            "dept": (dept_name(row.dept), "fg_secondary"),
            "rule": (line.key.rule_id, "fg_secondary"),
            "coder": (self.people.get(row.claimed_by, row.claimed_by), "fg_secondary"),
            "current": (line.current, "fg"),
            "suggestion": (line.suggestion, "fg" if line.can_fix else "fg_muted"),
        }[key]
        return Cell(words or "—", tone, code=key in ("record_no", "rule"))

    def _on_row(self, _row: int) -> None:
        self.chosen.emit()

    def _on_opened(self, _row: int) -> None:
        self.opened.emit()

    def _on_head(self, section: int) -> None:
        if section == 0:
            self.model.tick_all(len(self.model.ticks) < len(self.model.ready))


def _leaving_cell(key: str, leaving: Leaving | None) -> Cell:
    if leaving is None:
        return Cell("—", "fg_muted")
    match key:
        case "planned":
            return Cell(f"{leaving.planned:%m-%d}", note="估计" if leaving.estimated else "", code=True)
        case "left":
            return Cell(days_left(leaving.days_left), "error" if leaving.days_left < 1 else "fg_secondary")
        case _:
            return Cell("—" if leaving.multiple is None else f"{leaving.multiple:.2f}", "fg_secondary", right=True)
