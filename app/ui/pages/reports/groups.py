"""Lines of departments, doctor groups, DRGs and operations; departments also in four quarters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.services.report_types import CoderLine, Form, GroupRow, written
from app.ui.models.records import RecordModel
from app.ui.pages.reports.sorting import sorted_rows
from app.ui.pages.reports.tables import CODERS, coder_cell, group_cell, group_columns
from app.ui.widgets import ChartPlace, DataTable, Ground, Mark, Pane, StateStack, Text, column, row


class GroupView(QWidget):
    """``opened(GroupRow)`` on Enter."""

    opened = Signal(object)

    def __init__(self, name: str, *, money: bool, by_amount: bool) -> None:
        super().__init__()
        self._money = money
        self._rows: Sequence[GroupRow] = ()
        self._sort = ""
        columns = group_columns(money=money, by_amount=by_amount)
        self._model: RecordModel[GroupRow] = RecordModel(columns, group_cell)
        self.table = DataTable(columns)
        self.table.setObjectName(name)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.table.head.asked.connect(self.sort_by)
        self._title = Text("", "bold", elide=True)
        self.quadrant = ChartPlace("quarters", "四象限", f"{name}_quadrant")
        self.quadrant.opened.connect(self._on_mark)
        self._body = QStackedWidget()
        self._body.addWidget(self.table)
        drawn = Pane("surface")
        drawn.setLayout(column(self.quadrant))
        self._body.addWidget(drawn)
        head, foot = Pane("surface", "b"), Pane("surface", "t")
        head.setLayout(column(self._title, margins=(16, 9, 14, 9)))
        said = "先按编号排列，按 S 换下一列。" if by_amount else "先按编号排列，按 S 换下一列，金额列不排序。"
        foot.setLayout(row(Text(f"{said}少于 10 例的比率和均值不显示。", "caption", "muted"), margins=(16, 6, 12, 8)))
        box = column(head)
        box.addWidget(self._body, 1)
        box.addWidget(foot)
        self.setLayout(box)

    @property
    def current(self) -> GroupRow | None:
        """The line under the cursor."""
        return self._model.at(self.table.current_row)

    @property
    def shown(self) -> QWidget:
        """The table or the drawing, whichever is visible."""
        return self.table if self._body.currentIndex() == 0 else self.quadrant

    def show_rows(self, title: str, rows: Sequence[GroupRow], key: str = "") -> None:
        """Show lines with the cursor on one."""
        self._title.setText(title)
        self.table.setAccessibleName(title)
        self._rows = rows
        self._show(key)
        self._show_quarters(rows)

    def sort_by(self, name: str) -> None:
        """Put the lines in the order of a column, highest first; the first column is the order by code."""
        self._sort = name
        self._show("")

    def sort_on(self) -> None:
        """Sort by the next column that can be sorted by."""
        shown = [one for at, one in enumerate(self.table.columns) if not self.table.isColumnHidden(at)]
        names = [one.key for one in shown if one.sort]
        at = names.index(self._sort) + 1 if self._sort in names else 1
        self.sort_by(names[at % len(names)])

    def _show(self, key: str) -> None:
        rows = sorted_rows(self._rows, self._sort)
        self._model.show(rows)
        self.table.head.show_sorted(self._sort or "key", self._sort not in ("", "key"))
        self.table.go_to(next((at for at, one in enumerate(rows) if one.key == key), 0))

    def show_as(self, *, table: bool) -> None:
        """Show the table, or the drawing in its place."""
        self._body.setCurrentIndex(0 if table else 1)

    def _show_quarters(self, rows: Sequence[GroupRow]) -> None:
        """Draw CMI against surplus; where there is none, against the mean cost, or the mean stay without money."""
        has_surplus = any(one.measures.get("surplus") is not None for one in rows)
        name, label, form = (
            ("surplus", "结余（元）", Form.YUAN)
            if has_surplus
            else ("mean_cost", "次均费用（元）", Form.YUAN)
            if self._money
            else ("stay", "平均住院日", Form.DAYS)
        )
        drawn = [one for one in rows if one.measures["cmi"] is not None and one.measures.get(name) is not None]
        marks = [_mark(one, name, label, form) for one in drawn]
        values = [(mark.value or 0.0, mark.y or 0.0) for mark in marks]
        middle = sum(x for x, _ in values) / len(values) if values else 0.0
        height = 0.0 if has_surplus else sum(y for _, y in values) / len(values) if values else 0.0
        say, across = partial(written, form), partial(written, Form.INDEX)
        ground = Ground(axes=("CMI", label), middle=(middle, height), say=say, say_across=across)
        self.quadrant.show_marks(marks, ground)

    def _on_opened(self, at: int) -> None:
        one = self._model.at(at)
        if one is not None:
            self.opened.emit(one)

    def _on_mark(self, mark: Mark) -> None:
        found = next((one for one in self._model.values if one.key == mark.key), None)
        if found is not None:
            self.opened.emit(found)


class CoderView(QWidget):
    """What coders did; ``opened(title, case ids)`` on Enter. A single one only for himself and a head."""

    opened = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._model: RecordModel[CoderLine] = RecordModel(CODERS, coder_cell)
        self.table = DataTable(CODERS)
        self.table.setObjectName("reports_coders")
        self.table.setAccessibleName("编码员工作量")
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self._title = Text("", "bold", elide=True)
        self._note = Text("", "caption", "muted", wrap=True)
        head, foot = Pane("surface", "b"), Pane("surface", "t")
        head.setLayout(column(self._title, margins=(16, 9, 14, 9)))
        foot.setLayout(column(self._note, margins=(16, 6, 12, 8)))
        self.stack = StateStack(self.table)
        box = column(head)
        box.addWidget(self.stack, 1)
        box.addWidget(foot)
        self.setLayout(box)

    def show_lines(self, lines: Sequence[CoderLine], people: int, finished: int, note: str) -> None:
        """Show the team, then the lines that the user may see; ``note`` says what is much."""
        self._note.setText(note)
        mine = "" if len(lines) == people else "；只列出您自己，其他人由科主任查看"
        self._title.setText(f"全组 {people} 人，完成 {finished:,} 份{mine}")
        self._model.show(lines)
        self.table.go_to(0)
        if lines:
            self.stack.show_content()
        else:
            self.stack.show_empty("没有编码工作量。", "病案送质控后计入送出的编码员。" if not people else "")

    def _on_opened(self, at: int) -> None:
        one = self._model.at(at)
        if one is not None:
            self.opened.emit(f"{one.name} 完成", one.opens)


def _mark(one: GroupRow, name: str, label: str, form: Form) -> Mark:
    x, y = one.measures["cmi"], one.measures[name]
    words = f"{one.label}　CMI {written(Form.INDEX, x)}　{label} {written(form, y)}"
    return Mark(one.label, x, words, one.key, y)
