"""The card of the interface names of the settlement list: each with its origin, changed one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.services.handover_check import name_state
from app.ui.models.records import RecordModel
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, Column, DataTable, Text, row

if TYPE_CHECKING:
    from app.services.handover import HandoverService
    from app.services.handover_types import InterfaceName

_COLUMNS: Final = (
    Column("part", "部分", 120),
    Column("label", "项目", 150, stretch=True),
    Column("chosen", "接口名", 210),
    Column("state", "核实", 90),
)
_WIDTH, _ROWS = 680, 12


class NamesCard(Card):
    """Enter in the list goes to the name, Enter there stores it; ``changed`` is called after each change."""

    def __init__(self, parent: QWidget, service: HandoverService, changed: Callable[[str], object]) -> None:
        super().__init__(parent.window(), _WIDTH)
        self.setObjectName("names_card")
        self._service, self._changed = service, changed
        self.box.addWidget(Text("结算清单的接口名", "title"))
        told = "标“〔未核实〕”的接口名没有文件依据，请与本地医保平台的接口文档逐项核对；改名后记入审计，写出时使用。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("interface_names")
        self.table.setAccessibleName("接口名")
        self._model: RecordModel[InterfaceName] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.setFixedHeight(theme().size("header_row") + _ROWS * theme().size("row"))
        self.table.opened.connect(self._on_opened)
        self.table.row_changed.connect(self._on_row)
        self.box.addWidget(self.table)
        self._name = QLineEdit()
        self._name.setObjectName("interface_name")
        self._name.setAccessibleName("接口名")
        self._name.setProperty("boxed", "true")
        self._name.returnPressed.connect(self._save)
        self.box.addWidget(Text("改为（不填用自带的）", "caption", "muted"))
        self.box.addWidget(self._name)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("names_problem")
        self.box.addWidget(self._problem)
        save, leave = Button("保存", kind="primary", keys="Enter"), Button("关闭", keys="Esc")
        save.clicked.connect(self._save)
        leave.clicked.connect(self.close_card)
        self.box.addLayout(row(None, leave, save))
        self._model.show(service.names())
        self.table.go_to(0)
        self.open(self.table)

    def _on_row(self, at: int) -> None:
        one = self._model.at(at)
        self._name.setText(one.chosen if one else "")
        self._problem.setText("")

    def _on_opened(self, _at: int) -> None:
        self._name.setFocus()
        self._name.selectAll()

    def _save(self) -> None:
        at = self.table.current_row
        one = self._model.at(at)
        if one is None:
            return
        try:
            self._service.set_name(one.key, self._name.text())
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        self._model.show(self._service.names())
        self.table.go_to(at)
        self.table.setFocus()
        self._changed(one.label or one.part)


def _cell(key: str, one: InterfaceName) -> Cell:
    match key:
        case "part":
            return Cell(one.part, "fg_secondary")
        case "label":
            return Cell(one.label or "（这一部分的节点）", "fg" if one.label else "fg_secondary")
        case "chosen":
            return Cell(one.chosen, code=True, bold=one.is_own)
        case _:
            return Cell(name_state(one), "warn" if one.unverified and not one.is_own else "fg_secondary")
