"""What stands around the sheet: the case strip above and the section index at the left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.domain.field import Group, Requirement, Section
from app.domain.fields import fields_in
from app.domain.findings import Severity
from app.services.types import CaseView
from app.ui.actions import ActionTable
from app.ui.masking import masking
from app.ui.pages.case.looks import field_text
from app.ui.pages.case.paper import ORDER
from app.ui.pages.case.places import SECTION_TITLES
from app.ui.pages.wording import age_text, joined, sex_text
from app.ui.pages.worklist.times import time_left
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Chip, Pane, ProgressLine, Rule, StatePill, Text, column, row
from app.ui.widgets.painting import draw_icon, severity_icon
from app.ui.widgets.text import restyle

FLASH_MS = 400
_ROOMY = 1000
_LONG_NAME, _SHORT_NAME = 24, 8
_REQUIRED_PATHS = tuple(
    spec.path
    for section in ORDER
    if section is not Section.SETTLEMENT
    for spec in fields_in(section)
    if spec.group is Group.CASE and spec.required in (Requirement.MUST, Requirement.REQUIRED)
)


def _short_rule() -> Rule:
    rule = Rule(vertical=True)
    rule.setFixedHeight(theme().px(16))
    return rule


class CaseStrip(Pane):
    """Who this is, the state, what can be done with the whole case; one line about the lock while there is one."""

    def __init__(self, actions: ActionTable, now: Callable[[], datetime]) -> None:
        super().__init__("surface", "b")
        self._now = now
        self._name = Text("", "title")
        self._who = Text("", "body", "secondary")
        self._record = Text("", "code")
        self._visit = Text("", "body", "secondary")
        self._stay = Text("", "body", "secondary")
        self._stay_rule = _short_rule()
        self._state = StatePill("to_code", bold=True)
        self._left = Chip("", "neutral", "due")
        self._left.setObjectName("time_left")
        self._note = Text("", "body", "muted", elide=True)
        self.take_over_button = ActionButton(actions, "case.take_over", small=True)
        self.undo_button = ActionButton(actions, "case.undo", small=True, keys=False)
        self.return_button = ActionButton(actions, "case.return", small=True, keys=False)
        self.finish_button = ActionButton(actions, "case.finish", kind="primary", small=True)
        line = row(self._name, self._who, _short_rule(), gap=10, margins=(12, 0, 12, 0))
        line.addLayout(row(Text("病案号", "body", "secondary"), self._record, self._visit, gap=5))
        line.addWidget(self._stay_rule)
        for widget in (self._stay, _short_rule(), self._state, self._left):
            line.addWidget(widget)
        line.addWidget(self._note, 1)
        for button in self.buttons:
            line.addWidget(button)
        self.setLayout(line)
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(FLASH_MS)
        self._flash.timeout.connect(self._calm_down)
        self._view: CaseView | None = None
        self._fit()
        theme().changed.connect(self._fit)

    @property
    def buttons(self) -> tuple[ActionButton, ...]:
        """What can be done with the whole case, in the order of Tab."""
        return self.take_over_button, self.undo_button, self.return_button, self.finish_button

    def show_view(self, view: CaseView) -> None:
        """Show a case."""
        self._view = view
        record = view.record
        years, days = record.value("age_years"), record.value("age_days")
        age = age_text(years if isinstance(years, int) else None, days if isinstance(days, int) else None)
        self._name.setText(masking().name(record.text("patient_name")) or "（无姓名）")
        self._who.setText(joined(sex_text(record.text("sex")), age, sign=" "))
        self._record.setText(record.text("record_no"))
        self._visit.setText(f"第 {record.text('admission_count') or '1'} 次")
        self._state.set_state(str(view.state))
        self._note.setText(_lock_text(view) if view.locked else view.reading or view.batch_title)
        self._note.set_tone("warn" if view.locked else "muted")
        self._show_time(view)
        self.take_over_button.setVisible(bool(view.held))
        for button in (self.undo_button, self.return_button):
            button.setVisible(not view.locked)
        self.finish_button.setVisible(not view.sealed)
        self._give_room()
        self._show_stay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the lesser words give way in a narrow window."""
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        is_roomy = self.width() >= theme().px(_ROOMY)
        self._visit.setVisible(is_roomy)
        self._note.setVisible(is_roomy or bool(self._view and self._view.sealed))
        name = masking().words(self._view.undo_name) if self._view else ""
        most = _LONG_NAME if is_roomy else _SHORT_NAME
        self.undo_button.set_text(f"撤销 {name if len(name) <= most else f'{name[: most - 1]}…'}" if name else "撤销")
        self.undo_button.setToolTip(f"撤销 {name}".rstrip())

    def _show_time(self, view: CaseView) -> None:
        """Show how much time the next step has, unless the case waits for somebody else."""
        self._left.setVisible(view.deadline is not None and not view.locked)
        if view.deadline is not None:
            left = view.deadline - self._now()
            tone = "error" if left <= timedelta() else "warn" if left < timedelta(days=1) else "neutral"
            self._left.set_text(time_left(left), tone)
            self._left.setToolTip(f"{view.deadline:%Y-%m-%d %H:%M} 前")

    def flash(self) -> None:
        """Say once more why nothing can be typed."""
        self.setProperty("surface", "warn")
        restyle(self)
        self._flash.start()

    @property
    def is_flashing(self) -> bool:
        """True while the strip says why nothing can be typed."""
        return self._flash.isActive()

    def _calm_down(self) -> None:
        self.setProperty("surface", "surface")
        restyle(self)

    def _show_stay(self) -> None:
        wide = theme().wide and self._view is not None
        self._stay.setVisible(wide)
        self._stay_rule.setVisible(wide)
        if self._view is not None:
            self._stay.setText(_stay_text(self._view))

    def _fit(self) -> None:
        self.setFixedHeight(theme().size("case_strip"))
        self._show_stay()


def _lock_text(view: CaseView) -> str:
    """Return what is locked and what would open it; a cancelled case stays closed."""
    if view.locked.endswith("。"):
        return view.locked
    if view.held:
        return f"{view.held}。您可阅读，或请求接手。"
    closed = view.state in (CaseState.CANCELLED, CaseState.UNLOCK_REQUESTED)
    return f"{view.locked}。" if closed else f"{view.locked}。修改需先申请解锁。"


def _stay_text(view: CaseView) -> str:
    record = view.record
    department = record.text("discharge_dept") or record.text("admit_dept")
    begin, end = record.value("admit_time"), record.value("discharge_time")
    stay = f"{begin:%Y-%m-%d} 入院" if isinstance(begin, date) else ""
    stay += f" → {end:%Y-%m-%d} 出院" if isinstance(end, date) else ""
    return joined(dictionary("D-DEPT").label(department) or department, stay)


class SectionIndex(Pane):
    """The fixed list of sections with open findings each; follows the scroll, a click goes there."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("canvas", "r")
        self._current = Section.DIAGNOSIS
        self._counts: Mapping[Section, Mapping[Severity, int]] = {}
        self._items = list(ORDER)
        self._step = Text("Ctrl+PgDn 下一部分", "caption", "muted")
        self._filled = Text("", "caption", "muted")
        self._bar = ProgressLine("fg_muted")
        self.setLayout(column(None, margins=(0, 0, 0, 0)))
        self._foot = QWidget(self)
        self._foot.setLayout(column(self._step, self._filled, 6, self._bar, margins=(12, 6, 16, 8)))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("章节目录")
        theme().changed.connect(self._fit)
        self._fit()

    def show_view(self, view: CaseView, counts: Mapping[Section, Mapping[Severity, int]]) -> None:
        """Show findings per section and how much is filled."""
        self._counts = counts
        wanted = [path for path in _REQUIRED_PATHS if view.record.columns is None or path in view.record.columns]
        filled = sum(1 for path in wanted if field_text(view.record, path))
        self._filled.setText(f"已填 {filled} / {len(wanted)}")
        self._bar.set_value(filled / len(wanted) if wanted else 1.0)
        self.update()

    @property
    def current(self) -> Section:
        """The section that is marked."""
        return self._current

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
        self._step.setVisible(theme().wide)
        self._foot.setGeometry(0, below, self.width(), theme().px(64 if theme().wide else 44))
