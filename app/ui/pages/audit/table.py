"""The list of operations, newest first, and the chosen one whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from app.services.audit_types import AuditChange, AuditDetail, AuditRow
from app.ui.masking import masking
from app.ui.models.records import RecordModel
from app.ui.models.refs import RefModel
from app.ui.pages.listed import ListedTable
from app.ui.widgets import Cell, Column, DataTable, Rule, StateStack, Text, column

_COLUMNS: Final = (
    Column("at", "时间", 136),
    Column("who", "人员", 94, least=66),
    Column("what", "操作", 108, least=66),
    Column("record_no", "病案号", 92, least=80),
    Column("patient", "患者", 76, wide_only=True),
    Column("place", "位置", 136, least=66, spare=1),
    Column("change", "原值 → 新值", 150, stretch=True, least=74),
    Column("rule", "规则或说明", 104, wide_only=True),
)
_CHANGES: Final = (
    Column("place", "位置", 104, least=78),
    Column("old", "原值", 84, stretch=True),
    Column("new", "新值", 84, stretch=True),
)
_NONE: Final = "—"


class AuditTable(ListedTable):
    """The operations, read a screen at a time."""

    def __init__(self, read: Callable[[Sequence[int]], Sequence[AuditRow]]) -> None:
        self.model: RefModel[AuditRow] = RefModel(_COLUMNS, read, lambda one: one.op_id, _cell)
        super().__init__(_COLUMNS, self.model, "audit_list", "审计记录")

    @property
    def current(self) -> AuditRow | None:
        """The chosen operation."""
        return self.model.at(self.table.current_row)

    def show_ids(self, ids: Sequence[int], keep: int) -> None:
        """Show a list; ``keep`` is the operation to stay on, else the first is chosen."""
        self.model.set_refs(ids)
        if ids:
            self.stack.show_content()
            self.table.go_to(max(0, self.model.place_of(keep)))
        else:
            self.stack.show_empty("没有符合条件的记录。", "放宽时间、人员或字段；按 Esc 清除条件。")
        self.chosen.emit()


def _cell(key: str, one: AuditRow) -> Cell:
    match key:
        case "at":
            return Cell(f"{one.at:%Y-%m-%d %H:%M:%S}", "fg_secondary")
        case "change":
            return _change(one)
        case "record_no":
            return Cell(one.record_no or _NONE, code=bool(one.record_no))
        case "place" | "rule" | "patient":
            words = {"place": one.place, "rule": one.rule, "patient": masking().name(one.patient)}[key]
            return Cell(words or _NONE, "fg_secondary")
        case _:
            return Cell(one.who if key == "who" else one.what)


def _change(one: AuditRow) -> Cell:
    masking().name(one.patient)  # so that it is known where it stands among the words
    old, new = (masking().labelled(one.place, words) for words in (one.old, one.new))
    arrow = f"{old} → {new}" if one.old not in ("", _NONE) else new
    return Cell(arrow or _NONE, note=f"等 {one.more + 1:,} 处" if one.more else "")


class DetailPane(QWidget):
    """The facts of an operation and every field it changed."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "title", elide=True)
        self.facts = Text("", "body", "secondary", wrap=True)
        self.facts.setObjectName("audit_facts")
        self._model: RecordModel[AuditChange] = RecordModel(_CHANGES, _changed)
        self.table = DataTable(_CHANGES)
        self.table.setObjectName("audit_changes")
        self.table.setAccessibleName("这条操作的全部改动")
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self._foot = Text("", "caption", "muted", wrap=True)
        content = QWidget()
        box = column()
        box.addLayout(column(self._title, self.facts, gap=4, margins=(14, 12, 14, 10)))
        box.addWidget(Rule())
        box.addWidget(self.table, 1)
        box.addLayout(column(self._foot, margins=(14, 4, 14, 6)))
        content.setLayout(box)
        self._stack = StateStack(content)
        self.setLayout(column(self._stack))
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show no operation."""
        self._stack.show_empty("选中一条记录。", "这里列出它的全部字段和哈希。")

    def show_detail(self, detail: AuditDetail, title: str) -> None:
        """Show an operation."""
        self._title.setText(title)
        self.facts.setText("\n".join(f"{label}：{_broken(value)}" for label, value in detail.facts))
        self._model.show(detail.changes)
        rest = detail.count - len(detail.changes)
        self._foot.setText(f"还有 {rest:,} 处，可缩小范围后导出。" if rest > 0 else f"共 {detail.count:,} 处。")
        self._stack.show_content()


def _broken(value: str) -> str:
    """Return a long word with places where a line may break."""
    return "\u200b".join(value[at : at + 16] for at in range(0, len(value), 16)) if len(value) > 40 else value


def _changed(key: str, one: AuditChange) -> Cell:
    words = one.place if key == "place" else masking().labelled(one.place, {"old": one.old, "new": one.new}[key])
    return Cell(words or _NONE, "fg_secondary" if key == "place" else "fg")
