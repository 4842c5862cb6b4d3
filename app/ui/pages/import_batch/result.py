"""Step 4, 导入: progress while it is written, then what was written and what can be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QStackedLayout, QWidget

from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, Chip, Panel, ProgressLine, Text, column, row

if TYPE_CHECKING:
    from app.services.imports import ImportOutcome, ImportPreview
    from app.ui.actions import ActionTable


class ResultPanel(Panel):
    """``stopped``: the user gave up while it was being written; then nothing is."""

    stopped = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__()
        self._actions = actions
        self._stack = QStackedLayout()
        self._writing, self._done = self._make_writing(), self._make_done()
        self.body.addLayout(self._stack)  # before its parts: the first is shown at once, else as a window
        self._stack.addWidget(self._writing)
        self._stack.addWidget(self._done)

    def show_writing(self, name: str) -> None:
        """Show that the file is being written."""
        self._name.setText(f"正在导入 {name}")
        self.show_progress(0, 0, "")
        self._stack.setCurrentWidget(self._writing)

    def show_progress(self, done: int, total: int, _note: str) -> None:
        """Show how far writing is."""
        self._bar.set_value(done / total if total else 0.0)
        self._share.setText(f"{done:,} / {total:,} 份" if total else "")

    def show_outcome(self, outcome: ImportOutcome, preview: ImportPreview) -> None:
        """Show what was written; the counts add up to the rows read."""
        counts = outcome.counts
        self._title.setText(f"已导入 {preview.path.name}")
        self.primary.set_text(f"自动编码 {len(outcome.case_ids):,} 份")
        values = (
            f"{counts.read:,} 行",
            f"{counts.new:,} 份",
            f"{outcome.updated:,} 份",
            f"{counts.same + counts.changed - outcome.updated:,} 份",
            f"{counts.locked:,} 份",
            f"{counts.rejected:,} 行",
        )
        for label, value in zip(self._values, values, strict=True):
            label.setText(value)
        self._stack.setCurrentWidget(self._done)

    def _make_writing(self) -> QWidget:
        part = QWidget()
        self._name = Text("", "title")
        self._bar, self._share = ProgressLine(width=260), Text("", "caption", "secondary")
        self._bar.setFixedWidth(theme().px(260))
        stop = Button("停止导入")
        stop.clicked.connect(self.stopped)
        box = column(None, row(None, self._name, None), gap=10)
        box.addLayout(row(None, self._bar, self._share, None, gap=10))
        box.addLayout(row(None, Text("一次写入；停止后一份也不写入。", "caption", "muted"), None))
        box.addLayout(row(None, stop, None))
        box.addStretch(1)
        part.setLayout(box)
        return part

    def _make_done(self) -> QWidget:
        part = QWidget()
        self._title = Text("", "title")
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme().px(48))
        grid.setVerticalSpacing(theme().px(4))
        labels = ("读取", "新增", "更新", "跳过（相同或保留我的）", "已锁定，未改动", "退回")
        self._values = [Text("", "bold") for _ in labels]
        for at, label in enumerate(labels):
            grid.addWidget(Text(label, tone="secondary"), at, 0)
            grid.addWidget(self._values[at], at, 1, Qt.AlignmentFlag.AlignRight)
        head = row(None, Chip("已写入", "ok", "passed"), self._title, None, gap=8)
        box = column(None, head, 8, gap=10)
        facts = QWidget()
        facts.setLayout(grid)
        box.addLayout(row(None, facts, None))
        names = ("import.show_imported", "import.marked", "import.undo_last")
        box.addSpacing(theme().px(8))
        self.primary = ActionButton(self._actions, "import.next", kind="primary", text="自动编码")
        buttons = row(None, self.primary, gap=8)
        for name in names:
            buttons.addWidget(ActionButton(self._actions, name))
        buttons.addStretch(1)
        box.addLayout(buttons)
        box.addStretch(2)
        part.setLayout(box)
        return part
