"""设置: what else belongs to an own rule, and what the hospital says of any rule, for all or for a department."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.dictionaries import dictionary
from app.domain.findings import Severity
from app.qc.rule import FixPlan, Rule
from app.services.rule_types import OverrideLine, RuleDetail
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.pages.rules.versions import days_text
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Button,
    Cell,
    Column,
    DataTable,
    DictionaryField,
    FieldBox,
    FieldLook,
    Pane,
    RuledField,
    SegmentedControl,
    StateStack,
    Text,
    column,
    row,
)
from app.ui.widgets.painting import severity_word

_WORDS: Final = (
    Column("what", "本院规定", 150),
    Column("dept", "科室", 110),
    Column("days", "有效", 120),
    Column("reason", "原因", 160, stretch=True),
    Column("who", "经手人", 76),
    Column("held", "状态", 70),
)
_SEVERITIES: Final = (("error", "强制"), ("warn", "警告"), ("hint", "提示"))
_WHAT: Final = (("off", "停用"), ("on", "启用"), ("severity", "级别"), ("parameter", "参数"), ("unless", "除外条件"))
_HINTS: Final = {
    "off": "",
    "on": "",
    "severity": "强制、警告或提示",
    "parameter": "limit=45",
    "unless": 'discharge_dept == "03.01"',
}
_SPLIT: Final = re.compile(r"[,，、;；\s]+")


@dataclass(frozen=True, slots=True)
class Saying:
    """What the hospital wants to say of a rule. ``what`` is a key of the choice, ``value`` as typed."""

    what: str
    value: str
    department: str
    reason: str


class OwnFields(QWidget):
    """The further entries of a rule of the hospital. ``changed(rule)``."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rule: Rule | None = None
        self.severity = SegmentedControl(_SEVERITIES)
        self.severity.setObjectName("own_severity")
        self.severity.changed.connect(self._on_severity)
        self._fields: dict[str, RuledField] = {}
        top = row(Text("级别", "caption", "muted"), self.severity, gap=8, margins=(8, 0, 0, 0))
        for key, label in (("category", "分类"), ("source", "依据")):
            top.addWidget(self._box(key, label), 1)
        middle = row(gap=8)
        for key, label in (("score", "扣分项目"), ("fields", "指向字段"), ("params", "规则参数")):
            middle.addWidget(self._box(key, label), 1)
        low = row(gap=8)
        for key, label in (("fix_path", "一键修正字段"), ("fix_value", "改为（公式）"), ("fix_label", "按钮文字")):
            low.addWidget(self._box(key, label), 1)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.hide()
        self.setLayout(column(top, middle, low, self._problem, gap=4, margins=(8, 8, 16, 8)))

    def _box(self, key: str, label: str) -> FieldBox:
        field = RuledField()
        field.setObjectName(f"own_{key}")
        field.committed.connect(self._on_committed)
        self._fields[key] = field
        return FieldBox(label, field)

    def show_rule(self, rule: Rule) -> None:
        """Show a rule."""
        self._rule = rule
        was = self.severity.blockSignals(True)
        self.severity.set_current(str(rule.severity))
        self.severity.blockSignals(was)
        fix = rule.fix or FixPlan("", "", "")
        shown = {
            "category": rule.category,
            "source": rule.source,
            "score": " ".join(rule.score),
            "fields": " ".join(rule.fields),
            "params": " ".join(f"{name}={value:g}" for name, value in rule.params.items()),
            "fix_path": fix.path,
            "fix_value": fix.value,
            "fix_label": fix.label,
        }
        for key, value in shown.items():
            code = key in ("score", "fields", "params", "fix_path", "fix_value")
            self._fields[key].show_value(value, FieldLook(code=code))
        self._problem.hide()

    def _on_severity(self, key: str) -> None:
        if self._rule is not None:
            self.changed.emit(replace(self._rule, severity=Severity(key)))

    def _on_committed(self, _text: str) -> None:
        if self._rule is None:
            return
        typed = {key: field.text().strip() for key, field in self._fields.items()}
        try:
            params = {name: float(value) for name, value in _pairs(typed["params"])}
        except ValueError:
            self._problem.setText("规则参数请写成 limit=45，多个之间空一格。")
            self._problem.show()
            return
        parts = (typed["fix_path"], typed["fix_value"], typed["fix_label"])
        self.changed.emit(
            replace(
                self._rule,
                category=typed["category"],
                source=typed["source"],
                score=_words(typed["score"]),
                fields=_words(typed["fields"]),
                params=params,
                fix=FixPlan(*parts) if any(parts) else None,
            )
        )


class OverridesPanel(QWidget):
    """``said(saying)`` to write one; ``dropped(override)`` is an action of the page on the chosen line."""

    said = Signal(object)

    def __init__(self, actions: ActionTable) -> None:
        super().__init__()
        self.table = DataTable(_WORDS)
        self.table.setObjectName("overrides")
        self.table.setAccessibleName("本院对这条规则的规定")
        self._model: RecordModel[OverrideLine] = RecordModel(_WORDS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.stack = StateStack(self.table)
        self.what = SegmentedControl(_WHAT)
        self.what.setObjectName("say_what")
        self.what.changed.connect(self._on_what)
        self.value, self.reason = RuledField(), RuledField()
        self.dept = DictionaryField(dictionary("D-DEPT"))
        for name, field in (("value", self.value), ("reason", self.reason), ("dept", self.dept)):
            field.setObjectName(f"say_{name}")
        self._value_box = FieldBox("值", self.value)
        self._value_box.setFixedWidth(theme().px(200))
        dept = FieldBox("科室", self.dept)
        dept.setFixedWidth(theme().px(150))
        self.save = Button("写入", small=True)
        self.save.setObjectName("say")
        self.save.clicked.connect(self._on_save)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName("say_problem")
        self._problem.hide()
        first = row(self.what, self._value_box, None, ActionButton(actions, "rules.drop_override", small=True), gap=8)
        second = row(dept, gap=8)
        second.addWidget(FieldBox("原因", self.reason), 1)
        second.addWidget(self.save)
        bar = Pane("alt", "t")
        bar.setLayout(column(first, second, self._problem, gap=2, margins=(12, 6, 12, 8)))
        whole = column()
        whole.addWidget(self.stack, 1)
        whole.addWidget(bar)
        self.setLayout(whole)
        self._on_what("off")

    def show_words(self, words: Sequence[OverrideLine]) -> None:
        """Show what the hospital said of a rule."""
        self._model.show(words)
        if words:
            self.stack.show_content()
            self.table.go_to(0)
        else:
            self.stack.show_empty("本院没有另作规定。", "在下面停用、改级别或参数，可只对一个科室；原因必填。")

    @property
    def chosen(self) -> OverrideLine | None:
        """The chosen line."""
        return self._model.at(self.table.current_row)

    def end(self) -> None:
        """Empty the line after it was written."""
        for field in (self.value, self.reason, self.dept):
            field.show_value("", FieldLook(hint=field.look.hint))
        self._problem.hide()

    def show_problem(self, problem: UserProblem) -> None:
        """Say what is wrong with the line."""
        self._problem.setText(f"{problem.message}{problem.advice}")
        self._problem.show()

    def _on_what(self, key: str) -> None:
        self._value_box.setVisible(bool(_HINTS[key]))
        self.value.show_value("", FieldLook(hint=_HINTS[key], code=key in ("parameter", "unless")))
        self.dept.show_value(self.dept.text(), FieldLook(hint="全院"))
        self.reason.show_value(self.reason.text(), FieldLook(hint="必填，记入审计"))

    def _on_save(self) -> None:
        self.dept.commit()
        dept = self.dept.text().partition(" ")[0]
        self.said.emit(Saying(self.what.current, self.value.text().strip(), dept, self.reason.text().strip()))


class SettingsPanel(Pane):
    """Own fields above, words of the hospital below."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface")
        self.own = OwnFields()
        self.overrides = OverridesPanel(actions)
        whole = column(self.own)
        whole.addWidget(self.overrides, 1)
        self.setLayout(whole)

    def show_rule(self, rule: Rule, detail: RuleDetail | None, *, own: bool) -> None:
        """Show a rule of the hospital or of the base; ``detail`` None: it was never saved."""
        self.own.setVisible(own)
        self.own.show_rule(rule)
        self.overrides.show_words(detail.overrides if detail else ())


def severity_of(typed: str) -> Severity | None:
    """Return the severity for its word, None for another word."""
    return next((one for one in Severity if typed in (severity_word(one), str(one))), None)


def _words(typed: str) -> tuple[str, ...]:
    return tuple(part for part in _SPLIT.split(typed) if part)


def _pairs(typed: str) -> list[tuple[str, str]]:
    found = []
    for part in _words(typed):
        name, sign, value = part.partition("=")
        if not sign or not name.isidentifier():
            raise ValueError(part)
        found.append((name, value))
    return found


def _said(line: OverrideLine) -> str:
    told: dict[str, Callable[[], str]] = {
        "switch": lambda: "启用" if line.value else "停用",
        "severity": lambda: f"级别 {severity_word(str(line.value))}" if line.value else "级别恢复",
        "parameter": lambda: f"{line.target.rpartition('.')[2]} = {line.value if line.value is not None else '恢复'}",
        "unless": lambda: f"除外 {line.value or '取消'}",
    }
    return told[line.kind]() if line.kind in told else f"{line.target}"


def _cell(key: str, line: OverrideLine) -> Cell:
    tone = "fg" if line.in_force else "fg_muted"
    words = {
        "what": _said(line),
        "dept": dictionary("D-DEPT").label(line.department) or line.department or "全院",
        "days": days_text(line.valid_from, line.valid_to),
        "reason": line.reason,
        "who": line.who,
        "held": "有效" if line.in_force else "已失效",
    }
    return Cell(words[key], tone if key in ("what", "dept", "held") else "fg_secondary")
