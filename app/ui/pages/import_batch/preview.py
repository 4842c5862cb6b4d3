"""The card at the right of the import: counts that add up to the rows read, completeness, what will happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.ui.pages.case.places import SECTION_TITLES
from app.ui.pages.sections import clear
from app.ui.theme import theme
from app.ui.widgets import Button, Panel, ProgressLine, Rule, ScrollPane, Text, column, row

if TYPE_CHECKING:
    from app.services.imports import ImportPreview

_KEPT = (
    "您改过的值不会被覆盖：有变的病例只列出差异，逐项选择保留或更新。导入后可整批撤销，直到其中任何一份离开“待编码”。"
)


class PreviewPanel(Panel):
    """Counts, completeness by part of the front page, remarks. ``diffs_wanted``: 看差异 was pressed."""

    diffs_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("导入前预览")
        self._scroll = ScrollPane()
        self.body.addWidget(self._scroll)

    def show_preview(self, preview: ImportPreview) -> None:
        """Show a preview."""
        clear(self._scroll.box)
        parts = [self._counts(preview), _filled(preview), _texts(preview)]
        notes = _notes(preview)
        for part in (*parts, notes) if notes else parts:
            self._scroll.box.addWidget(part)
            self._scroll.box.addWidget(Rule(subtle=True))
        self._scroll.box.addWidget(_said(_KEPT))
        self._scroll.box.addStretch(1)

    def _counts(self, preview: ImportPreview) -> QWidget:
        counts = preview.counts
        grid = QGridLayout()
        grid.setVerticalSpacing(theme().px(3))
        grid.setColumnStretch(0, 1)
        lines = [
            ("读取", f"{counts.read:,} 行"),
            ("新病例", f"{counts.new:,}"),
            ("已有，内容相同（跳过）", f"{counts.same:,}"),
            ("已有，内容有变", f"{counts.changed:,}"),
            ("已有，已锁定（不改动）", f"{counts.locked:,}"),
            ("不能导入", f"{counts.rejected:,}"),
        ]
        for at, (label, value) in enumerate(lines):
            if label.endswith("（不改动）") and not counts.locked:
                continue
            grid.addWidget(Text(label, tone="secondary"), at, 0)
            line = row(Text(value, "bold"), gap=4)
            if label == "已有，内容有变" and counts.changed:
                link = Button("看差异", kind="link", small=True)
                link.clicked.connect(self.diffs_wanted)
                line.addWidget(link)
            grid.addLayout(line, at, 1, Qt.AlignmentFlag.AlignRight)
        return _part(grid)


def _filled(preview: ImportPreview) -> QWidget:
    box = column(Text("完整率", "bold"), gap=6)
    for section, share in preview.filled.items():
        label = Text(SECTION_TITLES[section], "caption", "secondary")
        label.setFixedWidth(theme().px(76))
        bar = ProgressLine("fg_muted")
        bar.set_value(share)
        percent = Text(f"{share:.1%}", "caption")
        percent.setFixedWidth(theme().px(46))
        percent.setAlignment(Qt.AlignmentFlag.AlignRight)
        line = row(label, gap=8)
        line.addWidget(bar, 1)
        line.addWidget(percent)
        box.addLayout(line)
    return _part(box)


def _texts(preview: ImportPreview) -> QWidget:
    told = f"有原文的诊断与手术 {preview.texts:,} 条，导入后可自动编码。"
    return _part(column(Text("自动编码", "bold"), Text(told, tone="secondary", wrap=True), gap=4))


def _notes(preview: ImportPreview) -> QWidget | None:
    if not preview.batch.notes:
        return None
    box = column(Text("请留意", "bold"), gap=4)
    for note in preview.batch.notes:
        box.addWidget(Text(str(note), "caption", "warn", wrap=True))
    return _part(box)


def _said(words: str) -> QWidget:
    return _part(column(Text(words, "caption", "secondary", wrap=True)))


def _part(layout: QVBoxLayout | QGridLayout) -> QWidget:
    part = QWidget()
    px = theme().px
    layout.setContentsMargins(px(14), px(10), px(14), px(10))
    part.setLayout(layout)
    return part
