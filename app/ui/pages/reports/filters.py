"""The bar at the top: months of discharge, department, insurance, and the exports."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal

from app.services.reports import Choices
from app.ui.page import Shell
from app.ui.pages.reports.wish import Options, Wish
from app.ui.widgets import ActionButton, DictionaryField, FieldBox, FieldLook, Pane, row

_LOOK = FieldLook()


class FilterBar(Pane):
    """Shows a wish and reads it back. ``picked`` when a field was committed."""

    picked = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface", "b")
        self._months, self._depts = Options(all_of_them=False), Options()
        self._kinds, self._levels = Options(), Options()
        self.period = DictionaryField(self._months)
        self.dept = DictionaryField(self._depts)
        self.insurance = DictionaryField(self._kinds)
        self.level = DictionaryField(self._levels)
        line = row(gap=8, margins=(12, 7, 12, 7))
        for label, name, field, width in (
            ("出院", "report_period", self.period, 190),
            ("科室", "report_dept", self.dept, 190),
            ("医保", "report_insurance", self.insurance, 210),
            ("等级", "report_level", self.level, 110),
        ):
            field.setObjectName(name)
            field.setAccessibleName(label)
            field.committed.connect(self._on_committed)
            part = FieldBox(label, field)
            part.setMaximumWidth(shell.theme.px(width))
            part.setMinimumWidth(shell.theme.px(width * 3 // 5))  # on a small screen the boxes give way
            line.addWidget(part, 10)
        line.addStretch(1)
        line.addWidget(ActionButton(shell.actions, "reports.export", small=True))
        line.addWidget(ActionButton(shell.actions, "reports.word", small=True))
        line.addWidget(ActionButton(shell.actions, "reports.print", small=True))
        self.setLayout(line)

    def show_choices(self, choices: Choices) -> None:
        """Offer what there is."""
        self._months.show([(period, period) for period in (*choices.months, *choices.cycles)])
        self._levels.show(choices.levels)
        self._depts.show(choices.departments)
        self._kinds.show(choices.insurances)

    def show_wish(self, wish: Wish) -> None:
        """Show what is asked for."""
        self.period.show_value(wish.period, _LOOK)
        self.dept.show_value(self._depts.name_of(wish.dept), _LOOK)
        self.insurance.show_value(self._kinds.name_of(wish.insurance), _LOOK)
        self.level.show_value(self._levels.name_of(wish.level), _LOOK)

    def wish_from(self, wish: Wish) -> Wish:
        """Return a wish with what the fields say; a name that is not offered leaves it as it was."""
        dept, kind, level = (options.code_of(field.text().strip()) for options, field in self._fields())
        return replace(
            wish,
            period=self.period.text().strip(),
            dept=wish.dept if dept is None else dept,
            insurance=wish.insurance if kind is None else kind,
            level=wish.level if level is None else level,
        )

    def dept_name(self, code: str) -> str:
        """Return the name of a department."""
        return self._depts.name_of(code)

    def _fields(self) -> tuple[tuple[Options, DictionaryField], ...]:
        return (self._depts, self.dept), (self._kinds, self.insurance), (self._levels, self.level)

    def _on_committed(self, _typed: str) -> None:
        self.picked.emit()
