"""The strip with whose case it is, and the card with the group: code, name, why, weight, multiple, status."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.domain.grouping import GroupStatus
from app.services.types import CaseView, Grouping
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.wording import age_text, joined, sex_text
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, Chip, IconLabel, Pane, Panel, Rule, StatePill, Text, column, row

_ROOMY: Final = 1000


class Strip(Pane):
    """Name, record number, state, scheme or why the case is locked; ``back`` is the button that leads to the case."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface", "b")
        self._name = Text("", "title")
        self._who = Text("", "body", "secondary")
        self._record = Text("", "code")
        self._visit = Text("", "body", "secondary")
        self._state = StatePill("to_code", bold=True)
        self._note = Text("", "caption", "muted", elide=True)
        self._compare = ActionButton(shell.actions, "drg.insurer", keys=False)
        self._compare.hide()
        self.back = Button("返回首页", keys="Esc")
        line = row(self._name, self._who, _short_rule(), gap=10, margins=(12, 0, 12, 0))
        line.addLayout(row(Text("病案号", "body", "secondary"), self._record, self._visit, gap=5))
        line.addWidget(_short_rule())
        line.addWidget(self._state)
        line.addWidget(self._note, 1)
        line.addWidget(self._compare)
        line.addWidget(self.back)
        self.setLayout(line)
        self.setFixedHeight(shell.theme.size("case_strip"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the comparison out where the name needs the room; its key and the menu stay."""
        super().resizeEvent(event)
        self._compare.setVisible(self.width() >= theme().px(_ROOMY))

    def show_view(self, view: CaseView) -> None:
        """Show another case."""
        record = view.record
        years, days = record.value("age_years"), record.value("age_days")
        age = age_text(years if isinstance(years, int) else None, days if isinstance(days, int) else None)
        self._name.setText(masking().name(record.text("patient_name")))
        self._who.setText(joined(sex_text(record.text("sex")), age, sign=" "))
        self._record.setText(record.text("record_no"))
        self._visit.setText(f"第 {record.text('admission_count') or '1'} 次")
        self._state.set_state(str(view.state))
        self._note.setText(view.locked or f"方案：{view.grouping.scheme_title}")
        self._note.set_tone("warn" if view.locked else "muted")


def _short_rule() -> Rule:
    rule = Rule(vertical=True)
    rule.setFixedHeight(theme().px(16))
    return rule


class Fact(QWidget):
    """A muted label and its value at the right end of a line."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label
        self._value = Text("", "body")
        self.setLayout(row(Text(label, "body", "secondary"), None, self._value, margins=(14, 2, 14, 2)))

    def tell(self, words: str) -> None:
        """Show a value."""
        self._value.setText(words)
        self.setAccessibleName(f"{self._label} {words}")


class HeadCard(Panel):
    """The group in one look. For a case without a group the sentence is cause and remedy."""

    def __init__(self) -> None:
        super().__init__()
        self._code = Text("", "code_display")
        self._title = Text("", "title", elide=True)
        self._scheme_trial = Chip("试用方案", "warn")
        self._sentence = Text("", "body", "secondary", wrap=True)
        self._weight, self._multiple = Text("", "figure"), Text("", "figure")
        self._status = Text("", "body", "ok")
        self._mark = IconLabel("passed", "ok", 14)
        title = row(gap=8)
        title.addWidget(self._title, 1)
        title.addWidget(self._scheme_trial)
        figures = row(gap=24)
        for label, widget in (("权重 RW", self._weight), ("倍率", self._multiple)):
            figures.addLayout(column(Text(label, "caption", "muted"), widget, None, gap=2))
        status = row(self._mark, self._status, gap=4)
        figures.addLayout(column(Text("状态", "caption", "muted"), status, None, gap=2))
        line = row(self._code, gap=16, margins=(14, 10, 14, 10))
        line.addLayout(column(title, self._sentence, gap=2), 1)
        line.addLayout(figures)
        self.body.addLayout(line)
        self._said = ""

    def show_grouping(self, grouping: Grouping) -> None:
        """Show a group, of the case or of a copy of it."""
        explanation, price = grouping.explanation, grouping.price
        code = explanation.result.drg if explanation else "—"
        name = explanation.name or "未进入正常分组" if explanation else "信息校验不通过"
        self._code.setText(code)
        self._title.setText(name)
        self._scheme_trial.setVisible(grouping.trial)
        self._sentence.setText(grouping.sentence)
        self._weight.setText(f"{price.weight:.4f}" if price.weight is not None else "—")
        self._multiple.setText(f"{price.multiple:.2f}" if price.multiple is not None else "—")
        grouped = explanation is not None and explanation.result.status is GroupStatus.GROUPED
        self._status.setText(str(explanation.result.status) if explanation else "校验不通过")
        self._status.set_tone("ok" if grouped else "warn")
        self._mark.set_icon("passed" if grouped else "ph.warning", "ok" if grouped else "warn")
        self._said = f"{code} {name}\n{grouping.sentence}"

    def text(self) -> str:
        """Return code, name and the whole sentence."""
        return self._said
