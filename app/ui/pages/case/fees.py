"""The fee strip: total, sum check, shares; unfolds into the items in their ten classes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.case import CaseRecord
from app.domain.derived import drug_share, fee_sum
from app.domain.fields import FEE_CATEGORIES, field
from app.domain.values import display
from app.services.types import CaseView
from app.ui.actions import ActionTable
from app.ui.pages.case.fields import SheetLine, Teller
from app.ui.pages.case.looks import Marks, field_text, look_of
from app.ui.theme import theme
from app.ui.widgets import ActionButton, FieldBox, IconLabel, Pane, Text, column, row

_TOTALS: Final = ("fee_total", "fee_self")
_COLUMNS: Final = ((0,), (1, 2), (3, 4, 5, 6), (7, 8, 9))
"""Which of the ten classes stand in which column, in paper order; the totals stand above the first."""
_SHOWN: Final = ("fee_optreat", "fee_west", "fee_mat_treat", "fee_mat_op")
_NARROW: Final = 2


class FeeBar(Pane):
    """One line of sums; Ctrl+Shift+F unfolds every item. ``committed(path, text)``, ``typing(path, text)``."""

    committed = Signal(str, str)
    typing = Signal(str, str)
    refused = Signal()

    def __init__(self, actions: ActionTable, tell: Teller) -> None:
        super().__init__("surface", "t")
        self._tell = tell
        self._total = Text("", "bold")
        self._check = Text("", "caption", "ok")
        self._mark = IconLabel("passed", "ok", 13)
        self._parts = Text("", "caption", "secondary", elide=True)
        self.toggle_button = ActionButton(actions, "case.fees", kind="link", small=True)
        line = row(Text("费用（元）", "bold"), 4, Text("总费用", "caption", "secondary"), self._total, gap=8)
        line.setContentsMargins(theme().px(12), 0, theme().px(12), 0)
        line.addWidget(self._mark)
        line.addWidget(self._check)
        line.addWidget(self._parts, 1)
        line.addWidget(self.toggle_button)
        self._head = QWidget()
        self._head.setLayout(line)
        self._head.setFixedHeight(theme().px(34))
        self.boxes: dict[str, FieldBox] = {}
        self._items = self._make_items()
        self._items.hide()
        self.setLayout(column(self._head, self._items))
        self._say_toggle()

    def _make_items(self) -> QWidget:
        holder = QWidget()
        columns = row(gap=16, margins=(4, 0, 12, 8))
        for number, classes in enumerate(_COLUMNS):
            box = column()
            for name in _TOTALS if number == 0 else ():
                box.addWidget(self._make(name, ""))
            for at in classes:
                self._add_class(box, at)
            box.addStretch(1)
            columns.addLayout(box, 1)
        holder.setLayout(columns)
        return holder

    def _add_class(self, box: QVBoxLayout, at: int) -> None:
        label, names = FEE_CATEGORIES[at]
        title = Text(f"{at + 1}　{label}", "caption_bold", "secondary")
        title.setContentsMargins(theme().px(8), theme().px(6), 0, 0)
        lines = [self._make(name, "其中：" if field(name).parent else "") for name in names]
        for widget in (title, *lines):
            box.addWidget(widget)

    def _make(self, name: str, prefix: str) -> FieldBox:
        widget = SheetLine(name, self._tell)
        widget.setAlignment(Qt.AlignmentFlag.AlignRight)
        widget.changed_to.connect(self.committed)
        widget.typing.connect(self.typing)
        widget.refused.connect(self.refused)
        box = FieldBox(f"　{prefix}{field(name).label}" if prefix else field(name).label, widget)
        widget.setAccessibleName(field(name).label)
        self.boxes[name] = box
        return box

    @property
    def is_open(self) -> bool:
        """True while the items are shown."""
        return not self._items.isHidden()

    def toggle(self) -> None:
        """Unfold or fold the items."""
        self._items.setVisible(self._items.isHidden())
        self._say_toggle()

    def unfold(self) -> None:
        """Show the items."""
        if not self.is_open:
            self.toggle()

    def _say_toggle(self) -> None:
        self.toggle_button.set_text("收起" if self.is_open else "展开")

    def show_view(self, view: CaseView, marks: Marks) -> None:
        """Show the sums and every item with its state."""
        record = view.record
        self._total.setText(field_text(record, "fee_total") or "—")
        self._show_check(record)
        self._parts.setText("　".join(self._shares(record)))
        for name, box in self.boxes.items():
            look = look_of(view, name, marks)
            changed = look.changed != box.field.look.changed
            box.field.show_value(field_text(record, name), look)
            if changed:
                box.update()

    def _shares(self, record: CaseRecord) -> list[str]:
        names = _SHOWN if theme().wide else _SHOWN[:_NARROW]
        said = [f"{field(name).label} {field_text(record, name)}" for name in names if field_text(record, name)]
        share = drug_share(record)
        return said + ([f"药占比 {share:.1%}"] if share is not None else [])

    def _show_check(self, record: CaseRecord) -> None:
        total, parts = record.value("fee_total"), fee_sum(record)
        known = isinstance(total, int) and parts is not None
        same = isinstance(total, int) and parts is not None and abs(total - parts) <= 1
        self._check.setText("与 24 项之和一致" if same else _difference(total, parts))
        self._check.set_tone("ok" if same else "error" if known else "muted")
        self._mark.set_icon("passed" if same else "ph.warning", "ok" if same else "error")
        self._mark.setVisible(known)


def _difference(total: object, parts: int | None) -> str:
    if not isinstance(total, int):
        return "总费用未填，无法核对"
    if parts is None:
        return "分项未填，无法核对"
    gap = parts - total
    return f"24 项之和比总费用{'多' if gap > 0 else '少'} {display(field('fee_total'), abs(gap))}"
