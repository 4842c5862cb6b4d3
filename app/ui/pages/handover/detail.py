"""The right side: the receipt of a file, or what is about to be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from app.services.handover_types import HandoverKind, HandoverRefusal, HandoverReport, StoredHandover, Verified
from app.ui.widgets import Rule, ScrollPane, StateStack, Text, column

_VERDICT: Final = {"same": "ok", "changed": "error", "gone": "warn", "unknown": "warn"}
Line = tuple[str, str]


class HandoverDetail(QWidget):
    """Lines of label and value under a title; the verdict of the last verification below them."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "title", wrap=True)
        self._lines = Text("", "body", "secondary", wrap=True)
        self._lines.setObjectName("handover_receipt")
        self._notes = Text("", "body", "warn", wrap=True)
        self._verdicts = {tone: Text("", "bold", tone, wrap=True) for tone in ("ok", "warn", "error")}
        pane = ScrollPane("surface", (14, 12, 14, 12), 8)
        for widget in (self._title, self._lines, self._notes, Rule(), *self._verdicts.values()):
            pane.box.addWidget(widget)
        pane.box.addStretch(1)
        self._stack = StateStack(pane)
        self.setLayout(column(self._stack))
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show neither a file nor a report."""
        self._stack.show_empty("还没有检查。", "选好种类和范围后按 F5；登记里选中一条看它的回执。")

    def show_report(self, report: HandoverReport) -> None:
        """Show what would be written."""
        lines = [
            ("范围", report.title),
            ("可写出", f"{len(report.ready):,} 份，{report.codes:,} 个编码"),
            ("不能写出", f"{len(report.refused):,} 份"),
        ]
        self._show(report.wanted.kind.label, lines, report.notes)

    def show_refusal(self, one: HandoverRefusal) -> None:
        """Show why a case is not written."""
        lines = [("病案号", one.record_no), ("出院科别", one.dept)]
        hint = ("按 Enter 打开病案到要改的字段。",) if one.path else ()
        self._show("不能写出", lines, (one.words, *hint))

    def show_receipt(self, one: StoredHandover) -> None:
        """Show the receipt of a file."""
        lines = [
            ("文件", one.file_name),
            ("位置", one.folder),
            ("写出", f"{one.at:%Y-%m-%d %H:%M} {one.who}"),
            ("范围", one.scope),
            ("病案", f"{one.cases:,} 份"),
            ("编码", f"{one.codes:,} 个"),
            ("核对", f"重新打开后逐格比对 {one.cells:,} 格，全部一致" if one.cells else "打印件"),
            ("SHA-256", "\n".join((one.sha256[:32], one.sha256[32:]))),
        ]
        if one.submission_id:
            lines.append(("提交", f"第 {one.submission_id} 次，已登记为上传文件"))
        masked = ("姓名、证件号、电话已遮盖。",) if one.masked else ()
        self._show(HandoverKind(one.kind).label, lines, masked)

    def show_verdict(self, verdict: Verified) -> None:
        """Show what a file is worth against the register."""
        if verdict.entry is not None:
            self.show_receipt(verdict.entry)
        else:
            self._show(verdict.path.name, [("位置", str(verdict.path.parent))], ())
        tone = _VERDICT[verdict.judgement]
        self._verdicts[tone].setText(verdict.words)
        self._verdicts[tone].setVisible(True)

    def _show(self, title: str, lines: Sequence[Line], notes: Sequence[str]) -> None:
        self._title.setText(title)
        self._lines.setText("\n".join(f"{label}　{value}" for label, value in lines))
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        for text in self._verdicts.values():
            text.setVisible(False)
        self._stack.show_content()
