"""Cards that ask before something is put in force: from when, why; why a version comes back; what a pack brings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.services.rule_types import Novelty, PackedRule, PackPreview
from app.ui.models.records import RecordModel
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, CheckBox, Column, DataTable, Text, column, row

_PACK: Final = (
    Column("id", "规则", 84),
    Column("what", "与本院相比", 96),
    Column("message", "提示信息", 220, stretch=True),
    Column("fault", "不能导入的原因", 170),
)
_NOVELTY: Final = {Novelty.NEW: "新增", Novelty.SAME: "相同", Novelty.CHANGED: "有改动", Novelty.CONFLICT: "编号冲突"}


class ReasonCard(Card):
    """Asks for a reason, and for days when ``dated``. ``then(reason, first, last)`` raises :class:`UserProblem`."""

    def __init__(
        self,
        window: QWidget,
        title: str,
        told: str,
        verb: str,
        then: Callable[[str, date | None, date | None], object],
        *,
        dated: bool = False,
        today: str = "",
    ) -> None:
        super().__init__(window, 460)
        self._then = then
        self.setObjectName("reason_card")
        self.box.addWidget(Text(title, "title", wrap=True))
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.first, self.last = _line("valid_from", "生效日期", today), _line("valid_to", "失效日期", "")
        self.last.setPlaceholderText("长期")
        if dated:
            labels = (Text("自", "body", "muted"), Text("至", "body", "muted"))
            self.box.addLayout(row(labels[0], self.first, labels[1], self.last, gap=8))
        self.reason = _line("reason", "原因", "")
        self.reason.setPlaceholderText("为什么（必填，记入审计）")
        self.reason.returnPressed.connect(self._on_yes)
        self.box.addWidget(self.reason)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("card_problem")
        self._problem.hide()
        self.box.addWidget(self._problem)
        yes = Button(verb, kind="primary", keys="Enter")
        yes.setObjectName("card_yes")
        yes.clicked.connect(self._on_yes)
        no = Button("取消", keys="Esc")
        no.clicked.connect(self.close_card)
        self.box.addLayout(row(None, no, yes))
        self.open(self.reason)

    def _on_yes(self) -> None:
        try:
            self._then(self.reason.text().strip(), _day(self.first.text()), _day(self.last.text()))
        except UserProblem as problem:
            self._say(f"{problem.message}{problem.advice}")
        except ValueError:
            self._say("日期请写成 2026-12-01。")
        else:
            self.close_card()

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.show()


class CaseCard(Card):
    """Asks for the record number of a case. ``then(number)`` raises :class:`UserProblem`."""

    def __init__(self, window: QWidget, record_no: str, then: Callable[[str], object]) -> None:
        super().__init__(window)
        self._then = then
        self.setObjectName("case_card")
        self.box.addWidget(Text("从病案取例", "title"))
        told = "只取规则用到的字段；姓名、号码、电话、地址和原文一律写成“略”。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.number = _line("record_no", "病案号", record_no)
        self.number.setPlaceholderText("病案号")
        self.number.returnPressed.connect(self._on_yes)
        self.box.addWidget(self.number)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.hide()
        self.box.addWidget(self._problem)
        yes = Button("取例", kind="primary", keys="Enter")
        yes.clicked.connect(self._on_yes)
        no = Button("取消", keys="Esc")
        no.clicked.connect(self.close_card)
        self.box.addLayout(row(None, no, yes))
        self.open(self.number)

    def _on_yes(self) -> None:
        number = self.number.text().strip()
        try:
            self._then(number)
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            self._problem.show()
        else:
            self.close_card()


class PackCard(Card):
    """Shows a pack that was read. ``then(reason, trust, enable)`` takes it and raises :class:`UserProblem`."""

    def __init__(self, window: QWidget, preview: PackPreview, then: Callable[[str, bool, bool], object]) -> None:
        super().__init__(window, 720)
        self._then = then
        self.setObjectName("pack_card")
        usable = len(preview.usable)
        self.box.addWidget(Text(f"导入规则包 {preview.path.name}", "title", wrap=True))
        made = f"{preview.title}　{preview.made_by}，{preview.made_at:%Y-%m-%d %H:%M}"
        self.box.addWidget(Text(made, tone="secondary", wrap=True))
        signer = f"签名完好，签名人 {preview.signer or '未知'}，指纹 {preview.fingerprint}"
        self.box.addWidget(Text(signer, "caption", "ok" if preview.trusted else "warn", wrap=True))
        table = DataTable(_PACK)
        table.setObjectName("pack_rules")
        table.setAccessibleName("包中的规则")
        table.setMinimumHeight(theme().px(220))
        model: RecordModel[PackedRule] = RecordModel(_PACK, _pack_cell)
        model.setParent(table)
        model.show(preview.rules)
        table.setModel(model)
        self.box.addWidget(table)
        other = [f"名单 {name}" for name in preview.lists] + [f"参数 {name}" for name in preview.parameters]
        if other:
            self.box.addWidget(Text(f"同时改：{'、'.join(other)}", "caption", "secondary", wrap=True))
        self.trust = CheckBox("已与对方核对指纹，信任这个签名人")
        self.trust.setObjectName("pack_trust")
        self.trust.setChecked(preview.trusted)
        self.trust.setVisible(not preview.trusted)
        self.enable = CheckBox("导入后立即启用（不勾选则为草稿，先试运行）")
        self.enable.setObjectName("pack_enable")
        self.reason = _line("reason", "原因", "")
        self.reason.setPlaceholderText("为什么导入（必填，记入审计）")
        self.reason.returnPressed.connect(self._on_yes)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("card_problem")
        self._problem.hide()
        self.box.addLayout(column(self.trust, self.enable, self.reason, self._problem, gap=6))
        yes = Button(f"导入 {usable} 条规则", kind="primary", keys="Enter")
        yes.setObjectName("card_yes")
        yes.setEnabled(bool(usable or other))
        yes.clicked.connect(self._on_yes)
        no = Button("取消", keys="Esc")
        no.clicked.connect(self.close_card)
        self.box.addLayout(row(None, no, yes))
        self.open(self.reason)

    def _on_yes(self) -> None:
        try:
            self._then(self.reason.text().strip(), self.trust.isChecked(), self.enable.isChecked())
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            self._problem.show()
        else:
            self.close_card()


def _line(name: str, label: str, words: str) -> QLineEdit:
    line = QLineEdit(words)
    line.setObjectName(f"card_{name}")
    line.setAccessibleName(label)
    line.setProperty("boxed", "true")
    return line


def _day(typed: str) -> date | None:
    return date.fromisoformat(typed.strip()) if typed.strip() else None


def _pack_cell(key: str, one: PackedRule) -> Cell:
    rule, novelty, fault = one.rule, one.novelty, one.fault
    match key:
        case "id":
            return Cell(rule.id, code=True)
        case "what":
            return Cell(_NOVELTY[novelty], "warn" if novelty is Novelty.CONFLICT else "fg_secondary")
        case "message":
            return Cell(rule.message)
        case _:
            return Cell(fault, "error")
