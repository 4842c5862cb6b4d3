"""The panel at the right of the worklist: the case under the cursor in a few lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.domain.case import Row
from app.domain.derived import age_days, age_years, los_days
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.findings import QcReport
from app.services.types import CaseView, Grouping
from app.services.worklist import CaseReasons
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.sections import clear, section
from app.ui.pages.wording import age_text, joined, sex_text, short_date, yuan
from app.ui.pages.worklist.reading import Peeked
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Chip,
    Pane,
    Rule,
    ScrollPane,
    SeverityBadge,
    StateStack,
    Text,
    column,
    row,
)

_SHOWN = 4
_GRADES = {"1": "甲", "2": "乙", "3": "丙"}


class CodedText(QWidget):
    """A code in the code font and the words behind it, wrapped as one paragraph. The code itself is never broken."""

    def __init__(self, code: str, words: str, tone: str = "fg") -> None:
        super().__init__()
        self._code, self._words, self._tone = code, words, tone
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{code} {words}".strip())

    def heightForWidth(self, width: int) -> int:
        """Return the height of the wrapped paragraph."""
        return self._laid_out(width)[1]

    def sizeHint(self) -> QSize:
        """Return a narrow width; the layout gives what there is."""
        return QSize(theme().px(80), self.heightForWidth(max(self.width(), theme().px(80))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw code and words."""
        painter = QPainter(self)
        painter.setPen(theme().colour(self._tone))
        self._laid_out(self.width())[0].draw(painter, QPointF(0, 0))

    def _laid_out(self, width: int) -> tuple[QTextLayout, int]:
        layout = QTextLayout(f"{self._code} {self._words}".strip(), theme().font("body"))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        if self._code:
            layout.setFormats([self._code_format()])
        top, leading = 0.0, theme().px(20)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, top))
            top += leading
        layout.endLayout()
        return layout, max(round(top), leading)

    def _code_format(self) -> QTextLayout.FormatRange:
        mark, look = QTextLayout.FormatRange(), QTextCharFormat()
        look.setFont(theme().font("code"))
        if self._tone == "fg":
            look.setForeground(theme().colour("fg_secondary"))
        mark.start, mark.length, mark.format = 0, len(self._code), look
        return mark


class Facts(QGridLayout):
    """Muted labels at the left, values at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(theme().px(8))
        self.setVerticalSpacing(theme().px(3))
        self.setColumnMinimumWidth(0, theme().px(62))
        self.setColumnStretch(1, 1)

    def add(self, label: str, code: str, name: str, tone: str = "fg") -> None:
        """Append a line."""
        at = self.rowCount()
        self.addWidget(Text(label, tone="muted"), at, 0, Qt.AlignmentFlag.AlignTop)
        self.addWidget(CodedText(code, name, tone), at, 1)


class Peek(Pane):
    """Patient, diagnoses and operations, group with its sentence, first findings; below it what Enter does."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface")
        self._shell = shell
        self.case_id = 0
        self._body = ScrollPane()
        self._stack = StateStack(self._body)
        foot = Pane("surface", "t")
        opener = ActionButton(shell.actions, "worklist.open", kind="primary", text="打开编码")
        line = row(gap=8, margins=(14, 10, 14, 10))
        line.addWidget(opener, 1)
        opener.setSizePolicy(opener.sizePolicy().horizontalPolicy().Expanding, opener.sizePolicy().verticalPolicy())
        foot.setLayout(line)
        layout = column()
        layout.addWidget(self._stack, 1)
        layout.addWidget(foot)
        self.setLayout(layout)
        self.setObjectName("peek")
        self.setAccessibleName("病例摘要")
        self.show_nothing()

    def show_nothing(self) -> None:
        """Say that no case is chosen."""
        self.case_id = 0
        self.setAccessibleDescription("")
        self._stack.show_empty("没有选中的病例。", "用 ↑↓ 在列表中选择，这里显示它的摘要。")

    def show_loading(self) -> None:
        """Wait for a case; what stands there stays for a moment."""
        self._stack.show_loading()

    def show_case(self, shown: Peeked) -> None:
        """Show a case and why it stands where it does."""
        view = shown.view
        self.case_id = view.case_id
        clear(self._body.box)
        why = (_reasons(shown.reasons),) if shown.reasons else ()
        for part in (_patient(view), *why, _codes(view), _group(view.grouping), _findings(view.report)):
            self._body.box.addWidget(part)
            self._body.box.addWidget(Rule(subtle=True))
        self._body.box.addStretch(1)
        self._body.verticalScrollBar().setValue(0)
        self._stack.show_content()
        self.setAccessibleDescription(_spoken(view))


def _patient(view: CaseView) -> QWidget:
    record = view.record
    who = joined(sex_text(record.text("sex")), age_text(age_years(record), age_days(record)), sign=" ")
    name = Text(masking().name(record.text("patient_name")) or "（无姓名）", "title")
    part = row(name, Text(who, tone="secondary"), None, Text(record.text("record_no"), "code"), gap=8)
    admitted, left = record.value("admit_time"), record.value("discharge_time")
    year = view.saved_at.year
    stay = f"{_day(admitted, year)} → {_day(left, year) or '在院'}"
    days = los_days(record)
    department = record.text("discharge_dept") or record.text("admit_dept")
    line = joined(dictionary("D-DEPT").label(department) or department, stay, f"{days} 天" if days else "")
    noted = f"贴有便签 {len(view.noted)} 处，打开后按 Ctrl+Shift+3" if view.noted else ""
    told = (Text(noted, "caption", "warn", elide=True),) if noted else ()
    holder = QWidget()
    line_text = Text(line, "caption", "muted", elide=True)
    holder.setLayout(column(part, line_text, *told, gap=2, margins=(14, 10, 14, 10)))
    return holder


def _day(value: object, year: int) -> str:
    return short_date(value, year) if hasattr(value, "year") else ""  # type: ignore[arg-type]  # a date has a year


def _reasons(reasons: CaseReasons) -> QWidget:
    """Return why the case is in the list and what puts it where it stands, line by line with its points."""
    note = f"优先分 {reasons.points} · 权重可调" if reasons.lines else ""
    box = column(row(Text("为何排在这里", "bold"), None, Text(note, "caption", "muted"), gap=8), gap=3)
    box.setObjectName("reasons")
    for one in reasons.lines:
        points = Text(f"{'+' if one.points > 0 else '−'}{abs(one.points)}", "caption", "secondary")
        line = row(gap=8)
        line.addWidget(Text(one.words, wrap=True), 1)
        line.addWidget(points, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(line)
    if reasons.queue:
        box.addWidget(Text(reasons.queue, "caption", "muted", wrap=True))
    waiting = reasons.follow_up
    if waiting is not None:
        note = joined(waiting.reason, waiting.note, waiting.who, sign=" · ")
        due = f"{waiting.due:%m-%d} 再看" if waiting.due else "未定日期"
        box.addWidget(Text(f"待跟进：{due} · {note}", "caption", "warn", wrap=True))
    if reasons.at_risk_fen:
        box.addWidget(Text(f"暂不能结算的费用 {yuan(reasons.at_risk_fen)} 元", "caption", "secondary", wrap=True))
    return section(box)


def _codes(view: CaseView) -> QWidget:
    facts = Facts()
    diagnoses, operations = view.record.rows(Group.DX), view.record.rows(Group.OP)
    _add_first(facts, "主要诊断", view, Group.DX, diagnoses)
    if len(diagnoses) > 1:
        facts.add("其他诊断", "", _rest(view, Group.DX, diagnoses))
    _add_first(facts, "主要手术", view, Group.OP, operations)
    if len(operations) > 1:
        facts.add("其他手术", "", _rest(view, Group.OP, operations))
    return section(Text("诊断与手术", "bold"), facts)


def _add_first(facts: Facts, label: str, view: CaseView, group: Group, rows: Sequence[Row]) -> None:
    if not rows:
        facts.add(label, "", "未填写" if group is Group.DX else "无", "fg_muted")
        return
    first, proposal = rows[0], view.proposal(group, 0)
    if first.text("code"):
        facts.add(label, first.text("code"), first.text("name") or first.text("source_text"))
    elif proposal:
        facts.add(label, proposal.code, f"{proposal.name}（提议）", "proposed")
    else:
        facts.add(label, "", f"{first.text('source_text')}（未编）", "warn")


def _rest(view: CaseView, group: Group, rows: Sequence[Row]) -> str:
    proposed = {index for index in range(1, len(rows)) if view.proposal(group, index)}
    uncoded = sum(1 for index, one in enumerate(rows) if index and index not in proposed and not one.text("code"))
    return joined(
        f"{len(rows) - 1} 项",
        f"{uncoded} 项未编" if uncoded else "",
        f"{len(proposed)} 项待确认" if proposed else "",
        sign="，",
    )


def _group(grouping: Grouping) -> QWidget:
    explanation = grouping.explanation
    code = explanation.result.drg if explanation else "—"
    name = explanation.name if explanation else "校验不通过"
    head = row(Text("分组", "bold"), None, gap=6)
    if grouping.trial:
        head.addWidget(Chip("试用方案", "warn"))
    words = row(gap=8)
    words.addWidget(Text(code, "code_bold"), 0, Qt.AlignmentFlag.AlignTop)
    words.addWidget(Text(name or str(explanation.result.status if explanation else ""), wrap=True), 1)
    why = Text(grouping.sentence, "caption", "secondary", wrap=True)
    holder = QWidget()
    holder.setLayout(column(head, words, why, gap=4, margins=(14, 10, 14, 10)))
    return holder


def _findings(report: QcReport) -> QWidget:
    count = len(report.standing)
    note = f"{count} 项 · 评分 {report.score:.1f} {_GRADES.get(report.grade, '')}"
    box = column(row(Text("质控", "bold"), Text(note, "caption", "muted"), None, gap=8), gap=6)
    for finding in report.standing[:_SHOWN]:
        line = row(gap=6)
        line.addWidget(SeverityBadge(finding.severity), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(Text(finding.message, wrap=True), 1)
        box.addLayout(line)
    if not count:
        box.addWidget(Text("没有发现问题。", tone="ok"))
    if count > _SHOWN:
        box.addWidget(Text(f"另 {count - _SHOWN} 项", "caption", "muted"))
    return section(box)


def _spoken(view: CaseView) -> str:
    explanation = view.grouping.explanation
    group = f"分组 {explanation.result.drg}" if explanation else ""
    return joined(
        masking().name(view.record.text("patient_name")), group, f"质控 {len(view.report.standing)} 项", sign="，"
    )
