"""Step 1, 选择文件: drop a file or choose one; below, the batches that were imported before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.ui.models.records import RecordModel
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Button,
    Cell,
    Column,
    DataTable,
    IconLabel,
    Panel,
    ProgressLine,
    StateStack,
    Text,
    column,
    row,
)

if TYPE_CHECKING:
    from app.services.imports import StoredBatch
    from app.ui.actions import ActionTable

_BATCHES: Final = (
    Column("at", "导入时间", 130),
    Column("file", "文件", 220, stretch=True),
    Column("read", "读取", 76, align="right"),
    Column("imported", "新增", 76, align="right"),
    Column("updated", "更新", 76, align="right"),
    Column("rejected", "退回", 76, align="right"),
    Column("actor", "导入人", 110),
)


class DropPanel(Panel):
    """Takes a dropped file. ``dropped(path)``; ``stopped`` when reading is given up."""

    dropped = Signal(object)
    stopped = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._stack = QStackedLayout()
        self.body.addLayout(self._stack)  # before its parts: the first is shown at once, else as a window
        self._stack.addWidget(self._make_invitation(actions))
        self._stack.addWidget(self._make_reading())

    def show_invitation(self, refusal: str = "") -> None:
        """Invite to choose a file; ``refusal`` says why the last one was not taken."""
        self._refusal.setText(refusal)
        self._refusal.setVisible(bool(refusal))
        self._stack.setCurrentIndex(0)

    def show_reading(self, name: str) -> None:
        """Show that a file is being read."""
        self._name.setText(f"正在读取 {name}")
        self.show_progress(0, 0, "")
        self._stack.setCurrentIndex(1)

    def show_progress(self, done: int, total: int, _note: str) -> None:
        """Show how far reading is."""
        share = done / total if total else 0.0
        self._bar.set_value(share)
        self._share.setText(f"{share:.0%}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one file."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file."""
        self.dropped.emit(Path(event.mimeData().urls()[0].toLocalFile()))

    def _make_invitation(self, actions: ActionTable) -> QWidget:
        part = QWidget()
        self._refusal = Text("", tone="error", wrap=True)
        self._refusal.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = ActionButton(actions, "import.choose", kind="primary")
        box = column(None, row(None, IconLabel("import", "fg_muted", 26), None), gap=6, margins=(24, 12, 24, 12))
        box.addLayout(row(None, Text("把导出的首页文件拖到这里，或", "title"), self.button, None, gap=10))
        known = "支持 Excel（.xlsx、.xls）、CSV 和 DBF；HQMS、省平台、结算清单的列名与中文表头都能认。写入前给您核对。"
        box.addLayout(row(None, Text(known, tone="muted"), None))
        box.addWidget(self._refusal)
        box.addStretch(1)
        part.setLayout(box)
        return part

    def _make_reading(self) -> QWidget:
        part = QWidget()
        self._name = Text("", "title")
        self._bar, self._share = ProgressLine(width=260), Text("", "caption", "secondary")
        self._bar.setFixedWidth(theme().px(260))
        stop = Button("停止")
        stop.clicked.connect(self.stopped)
        box = column(None, row(None, self._name, None), gap=10)
        box.addLayout(row(None, self._bar, self._share, None, gap=10))
        box.addLayout(row(None, stop, None))
        box.addStretch(1)
        part.setLayout(box)
        return part


class BatchesPanel(Panel):
    """已导入的批次, the latest first."""

    def __init__(self, actions: ActionTable, people: Mapping[str, str]) -> None:
        super().__init__("已导入的批次", "")
        self._people = people
        for name in ("import.show_batch", "import.export_batch", "import.undo_batch"):
            self.header.addWidget(ActionButton(actions, name, small=True))
        self.model: RecordModel[StoredBatch] = RecordModel(_BATCHES, self._cell)
        self.table = DataTable(_BATCHES)
        self.table.setObjectName("batches")
        self.table.setAccessibleName("已导入的批次")
        self.model.setParent(self.table)
        self.table.setModel(self.model)
        self._stack = StateStack(self.table)
        self.body.addWidget(self._stack)

    @property
    def current(self) -> StoredBatch | None:
        """The batch under the cursor."""
        return self.model.at(self.table.current_row)

    def show_batches(self, batches: Sequence[StoredBatch]) -> None:
        """Show the batches."""
        kept = self.table.current_row
        self.model.show(batches)
        self.set_note(f"{len(batches):,} 批")
        if batches:
            self._stack.show_content()
            self.table.go_to(min(max(kept, 0), len(batches) - 1))
        else:
            self._stack.show_empty("还没有导入过文件。", "导入后可在这里整批撤销、导出或查看。")

    def _cell(self, key: str, batch: StoredBatch) -> Cell:
        match key:
            case "at":
                return Cell(f"{batch.at:%Y-%m-%d %H:%M}", "fg_secondary")
            case "file":
                return Cell(batch.file_name)
            case "actor":
                return Cell(self._people.get(batch.actor, batch.actor), "fg_secondary")
            case _:
                number = batch.report.get(key)
                return Cell(f"{number:,}" if isinstance(number, int) else "—", right=True)
