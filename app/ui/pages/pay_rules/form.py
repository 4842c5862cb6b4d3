"""The rules as lines of a form: label, field, one line of help, and what is wrong with a text, in place."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.findings import Severity
from app.drg.pay_rules import PayRules
from app.services.pay_rule_texts import CHOICES, bands_told, typed
from app.ui.theme import theme
from app.ui.widgets import FieldLook, Panel, RuledField, ScrollPane, SegmentedControl, Text, column, row

_LABEL_WIDTH: Final = 118
_FIELD_WIDTH: Final = 150
_WIDE: Final = ("low_bands", "high_bands")
_SECTIONS: Final = (
    ("医院与费率", ("city", "level", "coefficient", "method", "point_value_yuan")),
    ("倍率", ("reference", "low_bands", "high_bands", "high_excess_share")),
    (
        "不按病组支付的病例",
        ("ungrouped_share", "los_excluded_upto", "los_excluded_over", "short_transfer_days", "short_transfer_day_yuan"),
    ),
)


class RuleLine(QWidget):
    """One rule. ``committed(key, text)`` when the user has typed another text or chosen another method."""

    committed = Signal(str, str)

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        label = text(f"payment.parameter.{key}.label")
        self.field = self._make_choice() if key in CHOICES else self._make_field()
        self.field.setObjectName(key)
        self.field.setAccessibleName(label)
        self.field.setAccessibleDescription(text(f"payment.parameter.{key}.help"))
        words = Text(label, "body", "secondary")
        words.setFixedWidth(theme().px(_LABEL_WIDTH))
        self._help = Text(text(f"payment.parameter.{key}.help"), "caption", "muted", wrap=True)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.hide()
        first = row(words, self.field, gap=8)
        if key not in _WIDE:
            first.addStretch(1)
        below = column(self._help, self._problem, gap=0)
        self.setLayout(column(first, row(_LABEL_WIDTH + 8, below, gap=0), gap=2))

    def _make_field(self) -> RuledField:
        field = RuledField()
        if self.key not in _WIDE:
            field.setFixedWidth(theme().px(_FIELD_WIDTH))
        field.committed.connect(self._on_committed)
        field.textChanged.connect(self._on_text)
        return field

    def _make_choice(self) -> SegmentedControl:
        field = SegmentedControl([(choice, text(f"payment.{self.key}.{choice}")) for choice in CHOICES[self.key]])
        field.changed.connect(self._on_committed)
        return field

    def show_rules(self, rules: PayRules) -> None:
        """Show what holds; a text that was refused stays until it is mended or given up by Esc."""
        shown = typed(rules, self.key)
        if isinstance(self.field, SegmentedControl):
            was = self.field.blockSignals(True)
            self.field.set_current(shown)
            self.field.blockSignals(was)
        elif self._problem.isHidden():
            self.field.show_value(shown)
        if self.key in _WIDE:
            self._help.setText(bands_told(getattr(rules, self.key), self.key) + "。")

    def settle(self) -> None:
        """Forget that a text was refused: another one is about to be tried."""
        self._problem.hide()

    def show_problem(self, problem: UserProblem, rules: PayRules) -> None:
        """Say what is wrong with the text that stands in the field; Esc brings what holds back."""
        said = f"{problem.message}{problem.advice}"
        self._problem.setText(said)
        self._problem.show()
        if isinstance(self.field, RuledField):
            refused = self.field.text()
            was = self.field.blockSignals(True)
            self.field.show_value(typed(rules, self.key), FieldLook(severity=Severity.ERROR, why=said))
            self.field.setText(refused)
            self.field.blockSignals(was)

    def _on_text(self, given: str) -> None:
        if isinstance(self.field, RuledField) and given == self.field.shown and not self._problem.isHidden():
            self.settle()
            self.field.show_value(given)

    def _on_committed(self, given: str) -> None:
        self.committed.emit(self.key, given)


class RulesForm(ScrollPane):
    """All rules that are one text, in three sections. ``committed(key, text)``."""

    committed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("canvas", margins=(12, 10, 6, 12), gap=10)
        self.lines: dict[str, RuleLine] = {}
        for title, keys in _SECTIONS:
            panel = Panel(title)
            inside = column(gap=8, margins=(14, 8, 14, 12))
            for key in keys:
                self.lines[key] = RuleLine(key)
                self.lines[key].committed.connect(self.committed)
                inside.addWidget(self.lines[key])
            if "city" in keys:
                self._today = Text("", "caption", "secondary", wrap=True)
                self._today.setObjectName("today")
                inside.addWidget(self._today)
            panel.body.addLayout(inside)
            self.box.addWidget(panel)
        self.box.addStretch(1)

    def show_rules(self, rules: PayRules) -> None:
        """Show what holds."""
        for line in self.lines.values():
            line.show_rules(rules)

    def show_today(self, told: str, *, fits: bool) -> None:
        """Say which rates hold today."""
        self._today.setText(told)
        self._today.set_tone("secondary" if fits else "warn")

    @property
    def focused(self) -> RuleLine | None:
        """The line that has the focus."""
        return next((line for line in self.lines.values() if line.field.hasFocus()), None)
