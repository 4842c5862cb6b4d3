"""Requests for exceptions that wait for the heads of department and insurance office, who sign as two persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.rule_types import ExceptionLine, SignRole
from app.ui.models.records import RecordModel
from app.ui.page import Shell
from app.ui.pages import exception_paper
from app.ui.pages.qc_batch.cards import CLASSES
from app.ui.pages.wording import joined, yuan
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, Column, DataTable, SegmentedControl, StateStack, Text, row

_COLUMNS: Final = (
    Column("record", "病案号", 84),
    Column("rule", "规则", 70),
    Column("class", "类别", 72),
    Column("reason", "理由与证据", 150, stretch=True),
    Column("who", "申请人", 72),
    Column("signed", "已签", 150),
    Column("to", "有效至", 62),
)
_ROLES: Final = ((str(SignRole.HEAD), "临床科主任"), (str(SignRole.INSURANCE), "医保办主任"))
_WIDTH, _ROWS = 860, 7


class ApprovalsCard(Card):
    """Enter in the list goes to the name, Enter there signs. What is wrong is said in the card."""

    def __init__(self, parent: QWidget, shell: Shell) -> None:
        super().__init__(parent.window(), _WIDTH)
        self.setObjectName("qc_approvals")
        self._shell = shell
        self._records: dict[int, str] = {}
        self.box.addWidget(Text("例外申请", "title"))
        told = "两位须是不同的人，次序不限；第二个签字之后例外生效，到期自动失效。驳回要写明原因。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("qc_requests")
        self.table.setAccessibleName("等待签字的例外申请")
        self._model: RecordModel[ExceptionLine] = RecordModel(_COLUMNS, self._cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.setFixedHeight(theme().size("header_row") + _ROWS * theme().size("row"))
        self.table.opened.connect(self._on_opened)
        self._stack = StateStack(self.table)
        self.box.addWidget(self._stack)
        self._whole = Text("", "body", "secondary", wrap=True)
        self._whole.setObjectName("qc_request")
        self.box.addWidget(self._whole)
        self.table.row_changed.connect(self._on_row)
        mine = shell.services.exceptions.sign_roles()
        self._role = SegmentedControl([one for one in _ROLES if SignRole(one[0]) in mine] or _ROLES)
        self._role.setObjectName("qc_sign_role")
        self._role.setAccessibleName("签字人身份")
        self._name = self._field("qc_signer", "签字人姓名")
        self._why = self._field("qc_why", "驳回的原因（驳回时必填）")
        self._name.returnPressed.connect(self.sign)
        self._name.setVisible(shell.services.exceptions.asks_name)
        line = row(self._role, gap=8)
        line.addWidget(self._name, 1)
        line.addWidget(self._why, 2)
        self.box.addLayout(line)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("qc_sign_problem")
        self.box.addWidget(self._problem)
        if not mine:
            self._problem.setText("签字须由临床科主任和医保办登录后进行。")
        sign, refuse = Button("签字", kind="primary", keys="Enter"), Button("驳回")
        sign.setObjectName("qc_sign")
        refuse.setObjectName("qc_refuse")
        for button in (sign, refuse):
            button.setEnabled(bool(mine))
        paper = Button("审批单…")
        paper.setObjectName("qc_paper")
        paper.clicked.connect(self.write_form)
        leave = Button("关闭", keys="Esc")
        for button, run in ((sign, self.sign), (refuse, self.refuse), (leave, self.close_card)):
            button.clicked.connect(run)
        self.box.addLayout(row(paper, None, leave, refuse, sign))
        self._read()
        self.open(self.table if self._model.values else leave)

    def sign(self) -> None:
        """Sign the chosen request in the chosen role."""
        chosen = self._model.at(self.table.current_row)
        if chosen is not None:
            services, role = self._shell.services, SignRole(self._role.current)
            self._try(lambda: services.exceptions.sign(chosen.id, role, self._name.text()), "已签字。")

    def write_form(self) -> None:
        """Write the approval form of the chosen request, for those who sign on paper."""
        chosen = self._model.at(self.table.current_row)
        if chosen is not None:
            exception_paper.ask_form_of(self, self._shell, chosen, self._records.get(chosen.case_id, ""))

    def refuse(self) -> None:
        """Refuse the chosen request."""
        chosen = self._model.at(self.table.current_row)
        if chosen is not None:
            services, role = self._shell.services, SignRole(self._role.current)
            name, why = self._name.text(), self._why.text()
            self._try(lambda: services.exceptions.reject(chosen.id, role, name, why), "已驳回。")

    def _try(self, write: Callable[[], Changes], told: str) -> None:
        try:
            changes = write()
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        self._problem.setText("")
        self._name.clear()
        self._why.clear()
        self._shell.publish(changes)
        self._shell.notices.toast(told, severity="ok")
        self._read()

    def _read(self) -> None:
        services = self._shell.services
        waiting = services.exceptions.waiting()
        self._records = services.exceptions.record_numbers(waiting)
        at = max(0, self.table.current_row)
        self._model.show(waiting)
        if waiting:
            self._stack.show_content()
            self.table.go_to(min(at, len(waiting) - 1))
        else:
            self._whole.setText("")
            self._stack.show_empty("没有等待签字的例外申请。", "在批次质控中按 X，为允许例外的强制错误登记。")

    def _field(self, name: str, label: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setAccessibleName(label)
        field.setProperty("boxed", "true")
        field.setPlaceholderText(label)
        return field

    def _on_row(self, at: int) -> None:
        """Show the chosen request in full: it is what the signature stands for."""
        one = self._model.at(at)
        if one is None:
            self._whole.setText("")
            return
        money = f"总费用 {yuan(one.amount_fen)} 元" if one.amount_fen is not None else ""
        ratio = f"倍率 {one.ratio:.2f}" if one.ratio is not None else ""
        self._whole.setText(joined(one.reason, "；".join(one.evidence), money, ratio))

    def _on_opened(self, _row: int) -> None:
        (self._name if self._name.isVisible() else self._why).setFocus()

    def _cell(self, key: str, one: ExceptionLine) -> Cell:
        if key in ("record", "rule"):
            return Cell(self._records.get(one.case_id, "—") if key == "record" else one.rule_id, code=True)
        signed = "，".join(f"{dict(_ROLES)[str(mark.role)]} {mark.name}" for mark in one.signatures)
        words = {
            "class": dict(CLASSES).get(str(one.reason_class), ""),
            "reason": f"{one.reason}（{'；'.join(one.evidence)}）",
            "who": one.requester,
            "signed": signed or "尚无",
            "to": f"{one.valid_to:%m-%d}" if one.valid_to else "—",
        }[key]
        return Cell(words, "fg" if key == "reason" else "fg_secondary")
