"""The right side: one asset with its facts, and the report of its check or of a refused file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.domain.findings import Severity
from app.services.asset_reports import report_lines
from app.services.types import AssetLine, AssetReport, Remark, SchemeCheck
from app.ui.page import Shell
from app.ui.pages.schemes.check import CheckPanel
from app.ui.pages.schemes.shelf import TITLES
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Cell,
    CellModel,
    Chip,
    Column,
    DataTable,
    Header,
    Pane,
    StateStack,
    Text,
    column,
    row,
)
from app.ui.widgets.painting import severity_icon

_COLUMNS = (
    Column("severity", "级别", 76, least=64),
    Column("place", "位置", 300, least=150),
    Column("message", "问题", 240, stretch=True, least=180),
)
_BUTTONS = (
    "schemes.use",
    "schemes.retire",
    "schemes.valid_from",
    "schemes.options",
    "schemes.browse",
    "schemes.compare",
    "schemes.group_file",
)
_REPORT_BUTTONS = ("schemes.copy_report", "schemes.export_report")
_LEAST = 90
_WORDS = {Severity.ERROR: "错误", Severity.WARN: "提示", Severity.HINT: "提示"}


def _empty(layout: QHBoxLayout | QGridLayout) -> None:
    while item := layout.takeAt(0):
        widget = item.widget()
        if widget:
            widget.deleteLater()


class ReportTable(DataTable):
    """Remarks one per line; the chosen one stands in full below the table."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS)
        self.setObjectName("remarks")
        self.setAccessibleName("检查报告")
        self._cells = CellModel(_COLUMNS)
        self._cells.setParent(self)
        self.remarks: Sequence[Remark] = ()
        self.setModel(self._cells)

    def show_remarks(self, remarks: Sequence[Remark]) -> None:
        """Show a report."""
        self.remarks = remarks
        self._cells.set_rows([_cells(remark) for remark in remarks])
        self.go_to(0)


def _cells(remark: Remark) -> tuple[Cell, ...]:
    severity = str(remark.severity)
    level = Cell(_WORDS[remark.severity], tone=severity, icon=severity_icon(remark.severity), small=True)
    return level, Cell(remark.place, tone="fg_secondary", small=True), Cell(remark.message)


class Detail(QWidget):
    """Shows an asset or a refusal, and what was found in it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._settled = False
        self._title = Text("", "title")
        self._chips = row(gap=6)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(theme().px(12))
        self._facts.setVerticalSpacing(theme().px(4))
        self._facts.setColumnStretch(1, 1)
        self._note = Text("", tone="warn", wrap=True)
        self._note.hide()
        self.check = CheckPanel(shell)
        self.check.hide()
        self._report: AssetReport | None = None
        self._head = Header("检查报告")
        for action in _REPORT_BUTTONS:
            self._head.add(ActionButton(shell.actions, action, kind="link", small=True, keys=False))
        self.table = ReportTable()
        self.table.row_changed.connect(self._on_row)
        self._place = Text("", "caption", "muted", wrap=True)
        self._message = Text("", wrap=True)
        self._caret = Text("", "code")
        self._caret.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stack = StateStack(self._make_report())
        self._stack.setMinimumHeight(theme().px(_LEAST))  # else the message squeezes the facts above
        self._lay_out()

    def _make_report(self) -> QWidget:
        self._full = Pane("alt", "t")
        self._full.setLayout(column(self._place, self._message, self._caret, gap=4, margins=(14, 8, 14, 10)))
        whole = QWidget()
        box = column()
        box.addWidget(self.table, 1)
        box.addWidget(self._full)
        whole.setLayout(box)
        return whole

    def _lay_out(self) -> None:
        top = Pane("surface", "b")
        buttons = row(gap=8)
        for action in _BUTTONS:
            buttons.addWidget(ActionButton(self._shell.actions, action, small=True, keys=False))
        buttons.addStretch(1)
        self._buttons = QWidget()
        self._buttons.setLayout(buttons)
        head = row(gap=8)
        head.addWidget(self._title, 0)
        head.addLayout(self._chips)
        head.addStretch(1)
        facts = QWidget()
        facts.setLayout(self._facts)
        self._facts.setContentsMargins(0, 0, 0, 0)
        parts = (head, facts, self._note, self.check, self._buttons)
        top.setLayout(column(*parts, gap=8, margins=(16, 12, 16, 12)))
        whole = column(top, self._head)
        whole.addWidget(self._stack, 1)
        self.setLayout(whole)

    def show_asset(self, line: AssetLine, note: str = "") -> None:
        """Show title and facts; the report comes by :meth:`show_report`. ``note`` says why it does not work yet."""
        self._title.setText(line.title)
        chips = [("使用中", "ok", "passed")] if line.active else []
        if line.builtin:
            label = {"scheme": "试用方案", "weights": "示例权重"}.get(line.kind)
            chips += [("内置", "neutral", "")] + ([(label, "warn", "")] if label else [])
        self._show_chips(chips)
        self._show_facts(line.facts)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.check.hide()
        self._buttons.show()
        self.setAccessibleName(f"{TITLES[line.kind]}：{line.title}")

    def show_refusal(self, report: AssetReport) -> None:
        """Show why a file was not imported; everything stays as it was."""
        self._title.setText(report.title)
        self._show_chips([("未导入", "error", "failed")])
        kept = f"{TITLES[report.kind]}一切保持原样。请按报告更正文件后重新导入。"
        self._show_facts((("导入为", TITLES[report.kind]), ("结果", kept)))
        self._note.hide()
        self.check.hide()
        self._buttons.hide()
        self.setAccessibleName(f"未导入：{report.title}")
        self.show_report(report)

    def show_check(self, check: SchemeCheck) -> None:
        """Show the report on a scheme file that is not stored yet, with the day and the two ways on."""
        report = check.report
        self.check.show_check(check)
        if report.refused:
            self.show_refusal(report)
        else:
            self._title.setText(report.title)
            self._show_chips([("待导入", "warn", "")])
            self._show_facts((("文件", str(check.path)), ("结果", "检查通过，尚未写入任何内容。")))
            self._note.hide()
            self._buttons.hide()
            self.setAccessibleName(f"待导入：{report.title}")
            self.show_report(report)
        self.check.show()

    def show_working(self, words: str, cancel: Callable[[], object]) -> None:
        """Say what is being read or checked, with a way to stop it."""
        self._settled = False
        self._report = None
        self._head.note.setText("")
        self._stack.show_empty(words, "可在其他页继续工作。", "取消", cancel)

    def show_progress(self, done: int, total: int, _note: str) -> None:
        """Say how far the check is."""
        if total and not self._settled:
            self._head.note.setText(f"已完成 {done / total:.0%}")

    def show_loading(self) -> None:
        """Wait for a report."""
        self._settled = False
        self._report = None
        self._head.note.setText("正在检查…")
        self._stack.show_loading()

    def show_report(self, report: AssetReport) -> None:
        """Show facts in words and every remark."""
        self._settled = True
        self._report = report
        errors = sum(1 for remark in report.remarks if remark.severity is Severity.ERROR)
        others = len(report.remarks) - errors
        counted = [f"{errors:,} 条错误"] * bool(errors) + [f"{others:,} 条提示"] * bool(others)
        self._head.note.setText("　".join([*report.facts, "，".join(counted)]))
        if not report.remarks:
            self._stack.show_empty("没有发现问题。", "".join(report.facts))
            return
        self.table.show_remarks(report.remarks)
        self._on_row(0)
        self._stack.show_content()

    def show_problem(self, words: str, hint: str) -> None:
        """Say that there is no report and why."""
        self._settled = True
        self._report = None
        self._head.note.setText("")
        self._stack.show_empty(words, hint)

    @property
    def has_remarks(self) -> bool:
        """True when the table of remarks is shown."""
        return self._stack.shows_content

    @property
    def is_settled(self) -> bool:
        """True when a report, or that there is nothing to report, is shown."""
        return self._settled

    @property
    def report(self) -> AssetReport | None:
        """The report that is shown, None while there is none."""
        return self._report

    def copy_report(self) -> None:
        """Copy the whole report as lines of text."""
        if self._report is not None:
            QGuiApplication.clipboard().setText("\n".join(report_lines(self._report)))

    def copy_current(self) -> None:
        """Copy the chosen remark."""
        at = self.table.current_row
        if 0 <= at < len(self.table.remarks):
            QGuiApplication.clipboard().setText(str(self.table.remarks[at]))

    def _on_row(self, at: int) -> None:
        if not 0 <= at < len(self.table.remarks):
            return
        remark = self.table.remarks[at]
        self._place.setText(f"{_WORDS[remark.severity]}　{remark.place}" if remark.place else "")
        self._place.setVisible(bool(remark.place))
        self._message.setText(remark.message)
        self._caret.setText(remark.caret)
        self._caret.setVisible(bool(remark.caret))

    def _show_chips(self, chips: Sequence[tuple[str, str, str]]) -> None:
        _empty(self._chips)
        for words, tone, icon in chips:
            self._chips.addWidget(Chip(words, tone, icon))

    def _show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        _empty(self._facts)
        for at, (label, value) in enumerate(facts):
            self._facts.addWidget(Text(label, "caption", "muted"), at, 0, Qt.AlignmentFlag.AlignTop)
            kind = "code" if label in ("校验值", "标识") else "body"
            self._facts.addWidget(Text(value, kind, wrap=True), at, 1)
