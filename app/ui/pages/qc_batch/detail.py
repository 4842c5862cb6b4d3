"""The right side: one case before and after, why the rule says so, how often it was wrong, what happened before."""

from __future__ import annotations

from app.services.qc_batch_types import LineDetail, QcLine
from app.services.qc_batch_words import dept_name
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.qc_batch.drawn import DiffLine
from app.ui.pages.sections import clear, section
from app.ui.pages.wording import age_text, joined, sex_text
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    ChartPlace,
    Mark,
    Pane,
    Panel,
    Rule,
    ScrollPane,
    SeverityBadge,
    StateStack,
    Text,
    column,
    row,
)


class DetailPanel(Pane):
    """Shows a line: at once what the list knows, after a moment what has to be worked out."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface")
        self.setObjectName("qc_detail")
        self.setAccessibleName("选中的病案")
        self._name, self._who = Text("", "title"), Text("", "body", "secondary", elide=True)
        head = Pane("surface", "b")
        line = row(self._name, gap=8, margins=(14, 8, 10, 8))
        line.addWidget(self._who, 1)
        line.addWidget(ActionButton(shell.actions, "qc.open", kind="link", small=True, text="打开"))
        head.setLayout(line)
        self._body = ScrollPane()
        self._fields, self._effect = Panel(), Text("", "caption", "secondary", wrap=True)
        self._effect.setObjectName("qc_effect")
        self._message = Text("", "body", "secondary", wrap=True)
        self._badge = SeverityBadge("hint")
        self._facts = [Text("", "caption", wrap=True) for _ in range(4)]
        self._bars = ChartPlace("months", "这条规则近 12 个月", "qc_months")
        self._bars.setFixedHeight(theme().px(96))
        self._history = Text("", "caption", "secondary", wrap=True)
        self._history.setObjectName("qc_history")
        self._lay_out()
        self._stack = StateStack(self._body)
        whole = column(head)
        whole.addWidget(self._stack, 1)
        self.setLayout(whole)
        theme().changed.connect(self._fit)
        self._fit()
        self.show_nothing()

    def _lay_out(self) -> None:
        self._body.box.addWidget(section(Text("修改前后", "bold"), self._fields, self._effect, gap=6, pad=12))
        self._body.box.addWidget(Rule(subtle=True))
        facts = column(gap=3)
        for label, value in zip(("建议", "来源", "级别", "误报率"), self._facts, strict=True):
            name = Text(label, "caption", "muted")
            name.setFixedWidth(theme().px(44))
            line = row(name, gap=6)
            line.addWidget(value, 1)
            facts.addLayout(line)
        title = row(Text("规则依据", "bold"), self._badge, None, gap=8)
        self._body.box.addWidget(section(title, self._message, facts, gap=6, pad=12))
        self._body.box.addWidget(Rule(subtle=True))
        self._year = section(Text("这条规则近 12 个月", "bold"), self._bars, gap=6, pad=12)
        self._body.box.addWidget(self._year)
        self._body.box.addWidget(section(Text("历史", "bold"), self._history, gap=6, pad=12))
        self._body.box.addStretch(1)

    def show_nothing(self) -> None:
        """Say that no line is chosen."""
        self._name.setText("")
        self._who.setText("")
        self._stack.show_empty("没有选中的病案。", "在中间用 ↑↓ 选择，这里显示修改前后与规则依据。")

    def show_line(self, line: QcLine) -> None:
        """Show what the list knows; the rest follows by :meth:`show_detail`."""
        patient = line.row
        who = joined(sex_text(patient.sex), age_text(patient.age_years, patient.age_days), sign=" ")
        self._name.setText(masking().name(patient.patient_name) or "（无姓名）")
        self._who.setText(joined(who, dept_name(patient.dept)))
        self._stack.show_loading()

    def show_detail(self, detail: LineDetail) -> None:
        """Show a line in full."""
        self.show_line(detail.line)
        clear(self._fields.body)
        for one in detail.fields:
            if one.after is None:
                self._fields.body.addWidget(DiffLine("·", one.label, one.before))
            else:
                self._fields.body.addWidget(DiffLine("−", one.label, one.before))
                self._fields.body.addWidget(DiffLine("+", one.label, one.after))
        self._fields.setVisible(bool(detail.fields))
        self._effect.setText(detail.effect or ("需人工核对后修改。" if not detail.line.can_fix else ""))
        rule = detail.rule
        self._badge.set_severity(rule.severity)
        self._message.setText("\n".join(dict.fromkeys(one.message for one in detail.line.findings)))
        for value, words in zip(self._facts, (rule.remedy, rule.source, rule.may_fix, rule.alarms), strict=True):
            value.setText(words or "—")
        self._bars.show_marks([Mark(month, number, f"{number} 份") for month, number in detail.months])
        self._history.setText("\n".join(detail.history))
        self._stack.show_content()

    def _fit(self) -> None:
        self._year.setVisible(theme().wide)
