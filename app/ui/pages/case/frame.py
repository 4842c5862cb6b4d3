"""What stands around the sheet: the case strip above, the section index at the left, the fees below."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.domain.derived import drug_share, fee_sum
from app.domain.field import Group, Requirement, Section
from app.domain.fields import FEE_CATEGORIES, field, fields_in
from app.domain.findings import Severity
from app.domain.values import display
from app.services.types import CaseView
from app.ui.actions import ActionTable
from app.ui.pages.case.places import SECTION_TITLES
from app.ui.pages.case.sheet import field_text, look_of, marks_of
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Button,
    FieldBox,
    IconLabel,
    Pane,
    ProgressLine,
    Rule,
    RuledField,
    StatePill,
    Text,
    column,
    row,
)
from app.ui.widgets.painting import draw_icon, severity_icon

_REQUIRED = (Requirement.MUST, Requirement.REQUIRED)


class CaseStrip(Pane):
    """Who this is, the state, what can be done with the whole case."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "b")
        self._name = Text("", "title")
        self._who = Text("", "body", "secondary")
        self._record = Text("", "code")
        self._visit = Text("", "body", "secondary")
        self._state = StatePill("to_code", bold=True)
        self._batch = Text("", "caption", "muted", elide=True)
        self._undo = ActionButton(actions, "case.undo", small=False)
        self._finish = ActionButton(actions, "case.finish", kind="primary")
        self._locked = Text("", "body", "warn")
        line = row(self._name, self._who, Rule(vertical=True), Text("病案号", "body", "secondary"), gap=10)
        line.setContentsMargins(theme().px(12), 0, theme().px(12), 0)
        for widget in (self._record, self._visit, Rule(vertical=True), self._state, self._locked):
            line.addWidget(widget)
        line.addWidget(self._batch, 1)
        line.addWidget(self._undo)
        line.addWidget(self._finish)
        self.setLayout(line)
        self._fit()
        theme().changed.connect(self._fit)

    def show_view(self, view: CaseView) -> None:
        """Show a case."""
        record = view.record
        sex = {"1": "男", "2": "女"}.get(record.text("sex"), "")
        self._name.setText(record.text("patient_name") or "（无姓名）")
        self._who.setText(f"{sex} {age_text(view)}".strip())
        self._record.setText(record.text("record_no"))
        self._visit.setText(f"第 {record.text('admission_count') or '1'} 次")
        self._state.set_state(str(view.state))
        self._locked.setText(view.locked)
        self._batch.setText(view.batch_title)
        self._undo.set_text(f"撤销 {view.undo_name}" if view.undo_name else "撤销")

    def _fit(self) -> None:
        self.setFixedHeight(theme().size("case_strip"))


def age_text(view: CaseView) -> str:
    """Return 68 岁, 6 天, or nothing."""
    years, days = view.record.text("age_years"), view.record.text("age_days")
    if years and years != "0":
        return f"{years} 岁"
    return f"{days} 天" if days else ""


class SectionIndex(Pane):
    """The fixed list of sections with open findings each; follows the scroll, a click goes there."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("canvas", "r")
        self._current = Section.DIAGNOSIS
        self._counts: Mapping[Section, Mapping[Severity, int]] = {}
        self._items = [section for section in Section if section is not Section.SETTLEMENT]
        self._filled = Text("", "caption", "muted")
        self._bar = ProgressLine("fg_muted")
        self.setLayout(column(None, margins=(0, 0, 0, 0)))
        self._foot = QWidget(self)
        self._foot.setLayout(column(self._filled, 6, self._bar, margins=(12, 6, 16, 8)))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("章节目录")
        theme().changed.connect(self._fit)
        self._fit()

    def show_view(self, view: CaseView, counts: Mapping[Section, Mapping[Severity, int]]) -> None:
        """Show findings per section and how much is filled."""
        self._counts = counts
        wanted = [s for s in _required_fields() if _expected(view, s)]
        filled = sum(1 for path in wanted if field_text(view.record, path))
        self._filled.setText(f"已填 {filled} / {len(wanted)}")
        self._bar.set_value(filled / len(wanted) if wanted else 1.0)
        self.update()

    def set_current(self, section: Section) -> None:
        """Mark the section at the top of the sheet."""
        if section is not self._current:
            self._current = section
            self.update()

    def sizeHint(self) -> QSize:
        """Return the width of the index."""
        return QSize(theme().size("section_index"), 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the entries."""
        super().paintEvent(event)
        painter = QPainter(self)
        for number, section in enumerate(self._items):
            self._draw_item(painter, section, self._rect(number))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to the clicked section."""
        for number, section in enumerate(self._items):
            if self._rect(number).contains(event.position().toPoint()):
                self.wanted.emit(section)

    def _rect(self, number: int) -> QRect:
        px = theme().px
        return QRect(0, px(10) + number * px(28), self.width(), px(28))

    def _draw_item(self, painter: QPainter, section: Section, box: QRect) -> None:
        px, colour = theme().px, theme().colour
        on = section is self._current
        if on:
            painter.fillRect(box, colour("sel_bg"))
            painter.fillRect(box.left(), box.top(), px(3), box.height(), colour("accent"))
        painter.setPen(colour("accent" if on else "fg_secondary"))
        painter.setFont(theme().font("body", on))
        painter.drawText(box.adjusted(px(15), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, SECTION_TITLES[section])
        counts = self._counts.get(section, {})
        worst = next((severity for severity in Severity if counts.get(severity)), None)
        if worst:
            right = box.right() - px(8)
            number = str(sum(counts.values()))
            painter.setFont(theme().font("caption"))
            painter.setPen(colour(str(worst)))
            width = painter.fontMetrics().horizontalAdvance(number)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(box.adjusted(0, 0, -px(8), 0), flags, number)
            draw_icon(painter, right - width - px(16), box, severity_icon(worst), str(worst), 12)

    def _fit(self) -> None:
        self.setFixedWidth(theme().size("section_index"))
        below = self._rect(len(self._items)).top() + theme().px(10)
        self._foot.setGeometry(0, below, self.width(), theme().px(44))


def _required_fields() -> tuple[str, ...]:
    return tuple(
        spec.path
        for section in Section
        for spec in fields_in(section)
        if spec.group is Group.CASE and section is not Section.SETTLEMENT and spec.required in _REQUIRED
    )


def _expected(view: CaseView, path: str) -> bool:
    return view.record.columns is None or path in view.record.columns


class FeeBar(Pane):
    """The fee strip: total, sum check, shares; unfolds into the 24 items in their ten classes."""

    committed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("surface", "t")
        self._total = Text("", "bold")
        self._check = Text("", "caption", "ok")
        self._mark = IconLabel("passed", "ok", 13)
        self._parts = Text("", "caption", "secondary", elide=True)
        self._toggle = Button("展开", kind="link", small=True, keys="Ctrl+Shift+F")
        self._toggle.clicked.connect(self.toggle)
        line = row(Text("费用（元）", "bold"), 4, Text("总费用", "caption", "secondary"), self._total, gap=8)
        line.setContentsMargins(theme().px(12), 0, theme().px(12), 0)
        line.addWidget(self._mark)
        line.addWidget(self._check)
        line.addWidget(self._parts, 1)
        line.addWidget(self._toggle)
        self._head = QWidget()
        self._head.setLayout(line)
        self._head.setFixedHeight(theme().px(34))
        self.boxes: dict[str, FieldBox] = {}
        self._items = self._make_items()
        self._items.hide()
        self.setLayout(column(self._head, self._items))

    def _make_items(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        px = theme().px
        grid.setContentsMargins(px(12), 0, px(12), px(8))
        grid.setHorizontalSpacing(px(18))
        grid.setVerticalSpacing(0)
        names = ["fee_total", "fee_self", *(item for _, items in FEE_CATEGORIES for item in items)]
        for number, name in enumerate(names):
            widget = RuledField()
            widget.setObjectName(name)
            widget.setAlignment(Qt.AlignmentFlag.AlignRight)
            widget.committed.connect(self._on_committed)
            box = FieldBox(field(name).label, widget)
            self.boxes[name] = box
            grid.addWidget(box, number // 4, number % 4)
        return holder

    def toggle(self) -> None:
        """Unfold or fold the items."""
        self._items.setVisible(self._items.isHidden())
        self._toggle.set_text("展开" if self._items.isHidden() else "收起")

    def unfold(self) -> None:
        """Show the items."""
        if self._items.isHidden():
            self.toggle()

    def show_view(self, view: CaseView) -> None:
        """Show the sums and every item with its state."""
        record = view.record
        total, parts = record.value("fee_total"), fee_sum(record)
        self._total.setText(field_text(record, "fee_total") or "—")
        same = isinstance(total, int) and parts is not None and abs(total - parts) <= 1
        known = isinstance(total, int) and parts is not None
        self._check.setText("与 24 项之和一致" if same else self._difference(total, parts) if known else "分项未填")
        self._check.set_tone("ok" if same else "error" if known else "muted")
        self._mark.setVisible(same)
        share = drug_share(record)
        shown = [f"{field(name).label} {field_text(record, name)}" for name in ("fee_optreat", "fee_west")]
        shown += [f"药占比 {share:.1%}"] if share is not None else []
        self._parts.setText("　".join(shown))
        marks = marks_of(view)
        for name, box in self.boxes.items():
            box.field.show_value(field_text(record, name), look_of(view, name, marks))
            box.update()

    @staticmethod
    def _difference(total: object, parts: int | None) -> str:
        gap = (parts or 0) - total if isinstance(total, int) else 0
        spec = field("fee_total")
        word = "多" if gap > 0 else "少"
        return f"24 项之和比总费用{word} {display(spec, abs(gap))}"

    def _on_committed(self, text: str) -> None:
        sender = self.sender()
        if isinstance(sender, RuledField):
            self.committed.emit(sender.objectName(), text)
