"""A part of the report: four figures, drawings or their tables, every indicator below. And the list of cases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.services.report_paper import target_words
from app.services.report_types import Cause, Dimension, Indicator, MonthReport, written
from app.services.worklist import WorklistRow
from app.ui.models.records import RecordModel
from app.ui.pages.reports.tables import (
    CASES,
    CAUSES,
    INDICATORS,
    MONTHS,
    case_cell,
    cause_cell,
    indicator_cell,
    month_cell,
)
from app.ui.theme import theme
from app.ui.widgets import ChartPlace, Column, DataTable, Ground, Mark, Pane, Rule, Text, column, row

_T = TypeVar("_T")
_HEADS: Final = 4
_DRAWN: Final = 236
_LEAST_DRAWN: Final = 112
_LEAST_TABLE: Final = 96


class FigureRow(Pane):
    """Four figures, each with the period before and its target."""

    def __init__(self) -> None:
        super().__init__("surface", "b")
        self._cells: list[tuple[Text, Text, Text]] = []
        line = row(gap=0)
        for number in range(_HEADS):
            cell = Pane("surface", "r" if number + 1 < _HEADS else "")
            parts = Text("", "caption", "muted"), Text("", "figure"), Text("", "caption", "secondary", elide=True)
            cell.setLayout(column(*parts, gap=2, margins=(16, 9, 10, 9)))
            self._cells.append(parts)
            line.addWidget(cell, 1)
        self.setLayout(line)

    def show_indicators(self, indicators: Sequence[Indicator]) -> None:
        """Show the first four."""
        for (title, value, note), one in zip(self._cells, indicators, strict=False):
            title.setText(one.title)
            value.setText(one.shown)
            target = target_words(one)
            missed = "，未达到" if one.missed else ""
            told = f"上期 {written(one.form, one.before)}"
            note.setText(f"{told}　目标 {target}{missed}" if target else told)


class PartView(QWidget):
    """``opened(title, case ids)`` on Enter at a number; ``chosen(indicator key)`` when another one is shown."""

    opened = Signal(str, object)
    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._months: Sequence[str] = ()
        self._causes: Sequence[Cause] = ()
        self.figures = FigureRow()
        self.trend = ChartPlace("trend", "12 个月趋势", "reports_trend")
        self.bars = ChartPlace("causes", "原因前 10", "reports_causes")
        self._model: RecordModel[Indicator] = RecordModel(INDICATORS, indicator_cell)
        self.table = _table(INDICATORS, self._model, "reports_indicators", "全部指标")
        self._trend_model: RecordModel[tuple[str, str]] = RecordModel(MONTHS, month_cell)
        self.trend_table = _table(MONTHS, self._trend_model, "reports_months", "12 个月趋势")
        self._cause_model: RecordModel[Cause] = RecordModel(CAUSES, cause_cell)
        self.cause_table = _table(CAUSES, self._cause_model, "reports_cause_list", "原因前 10")
        self._trend_title = Text("", "bold", elide=True)
        self._cause_title = Text("原因前 10", "bold")
        self.definition = Text("", "caption", "secondary", wrap=True)
        self.definition.setObjectName("reports_definition")
        self._lay_out()
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.bars.opened.connect(self._on_mark)
        self.cause_table.opened.connect(self._on_cause)

    def _lay_out(self) -> None:
        self._drawn = QStackedWidget()
        for left, right in ((self.trend, self.bars), (self.trend_table, self.cause_table)):
            both = Pane("surface")
            line = row(gap=0)
            line.addWidget(left, 1)
            line.addWidget(right, 1)
            both.setLayout(line)
            self._drawn.addWidget(both)
        self._drawn.setMinimumHeight(theme().px(_LEAST_DRAWN))
        self._drawn.setMaximumHeight(theme().px(_DRAWN))
        self.table.setMinimumHeight(theme().px(_LEAST_TABLE))
        titles = Pane("surface")
        line = row(gap=0, margins=(16, 8, 12, 2))
        line.addWidget(self._trend_title, 1)
        line.addWidget(self._cause_title, 1)
        titles.setLayout(line)
        foot = Pane("surface", "t")
        foot.setLayout(column(self.definition, margins=(16, 6, 12, 8)))
        box = column(self.figures, titles)
        box.addWidget(self._drawn, _DRAWN)
        box.addWidget(Rule())
        box.addWidget(self.table, 1)
        box.addWidget(foot)
        self.setLayout(box)

    @property
    def indicator(self) -> Indicator | None:
        """The indicator under the cursor."""
        return self._model.at(self.table.current_row)

    def show_part(self, report: MonthReport, part: Dimension, key: str) -> None:
        """Show a part with the cursor on an indicator."""
        self._months, self._causes = report.months, part.causes
        self.figures.show_indicators(part.indicators)
        self._model.show(part.indicators)
        self._cause_model.show(part.causes)
        self.bars.show_marks([Mark(one.label, one.count, f"{one.count:,} 份", one.key) for one in part.causes])
        at = next((at for at, one in enumerate(part.indicators) if one.key == key), 0)
        self.table.go_to(at)
        self._show_trend()

    def show_as(self, *, table: bool) -> None:
        """Show drawings, or the tables in their place."""
        self._drawn.setCurrentIndex(int(table))

    def open_current(self) -> None:
        """Open the cases of the indicator under the cursor."""
        self._on_opened(self.table.current_row)

    def _on_row(self, _at: int) -> None:
        self._show_trend()
        if self.indicator is not None:
            self.chosen.emit(self.indicator.key)

    def _show_trend(self) -> None:
        one = self.indicator
        if one is None:
            return
        values = [written(one.form, value) for value in one.trend]
        ground = Ground(one.target, f"目标 {target_words(one)}", say=partial(written, one.form))
        marks = zip(self._months, one.trend, values, strict=True)
        self.trend.show_marks([Mark(month, value, words) for month, value, words in marks], ground)
        self._trend_model.show(list(zip(self._months, values, strict=True)))
        self._trend_title.setText(f"{one.title}　12 个月趋势")
        left_out = f"　本期未计入 {one.excluded:,} 份。" if one.excluded else ""
        self.definition.setText(f"{one.title}：{one.definition}{left_out}{one.why_not}")

    def _on_opened(self, at: int) -> None:
        one = self._model.at(at)
        if one is not None:
            self.opened.emit(one.title, one.opens)

    def _on_mark(self, mark: Mark) -> None:
        found = next((one for one in self._causes if one.key == mark.key), None)
        if found is not None:
            self.opened.emit(found.label, found.opens)

    def _on_cause(self, at: int) -> None:
        one = self._cause_model.at(at)
        if one is not None:
            self.opened.emit(one.label, one.opens)


class CaseList(QWidget):
    """The cases behind a number. ``opened(case id)`` on Enter."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "title", elide=True)
        self._model: RecordModel[WorklistRow] = RecordModel(CASES, case_cell)
        self.table = _table(CASES, self._model, "reports_cases", "病例")
        self.table.opened.connect(self._on_opened)
        head = Pane("surface", "b")
        head.setLayout(row(self._title, None, Text("Esc 返回报表", "caption", "muted"), margins=(16, 10, 14, 10)))
        box = column(head)
        box.addWidget(self.table, 1)
        self.setLayout(box)

    def show_cases(self, title: str, rows: Sequence[WorklistRow], whole: int) -> None:
        """Show cases; ``whole`` is how many there are."""
        more = f"，列出前 {len(rows):,} 份" if len(rows) < whole else ""
        self._title.setText(f"{title}　{whole:,} 份{more}")
        self._model.show(rows)
        self.table.go_to(0)

    def _on_opened(self, at: int) -> None:
        one = self._model.at(at)
        if one is not None:
            self.opened.emit(one.case_id)


def _table(columns: Sequence[Column], model: RecordModel[_T], name: str, spoken: str) -> DataTable:
    table = DataTable(columns)
    table.setObjectName(name)
    table.setAccessibleName(spoken)
    model.setParent(table)
    table.setModel(model)
    return table
