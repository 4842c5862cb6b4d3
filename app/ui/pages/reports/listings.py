"""Lines that are no groups of stays: the score by section, errors, time in states, surgeons, risen costs, rules."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.texts import text
from app.services.report_listings import KEYLESS, LISTINGS, MONEY_MEASURES
from app.services.report_types import GroupRow, Listing, written
from app.ui.models.records import RecordModel
from app.ui.pages.reports.sorting import sorted_rows
from app.ui.widgets import Cell, Column, DataTable, Pane, StateStack, Text, column, row

_EMPTY = {
    "states": "本期没有走过流程的病例。",
    "surgeons": "没有满 10 例的术式与术者。",
    "tiers": "没有计入 CC 或 MCC 的诊断。",
    "watch": "没有超过提醒线的费用。",
    "rules": "没有本院规则。",
}


class ListingView(QWidget):
    """The lines of one listing; ``opened(title, case ids)`` on Enter."""

    opened = Signal(str, object)

    def __init__(self, key: str, *, money: bool, by_amount: bool) -> None:
        super().__init__()
        self._key, self._listing = key, Listing(key, ())
        self._sort = ""
        columns = _columns(key, money=money, by_amount=by_amount)
        self._model: RecordModel[GroupRow] = RecordModel(columns, self._cell)
        self.table = DataTable(columns)
        self.table.setObjectName(f"reports_{key}")
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.table.head.asked.connect(self.sort_by)
        self.stack = StateStack(self.table)
        self._title, self._note = Text("", "bold", elide=True), Text("", "caption", "muted", wrap=True)
        head, self._foot = Pane("surface", "b"), Pane("surface", "t")
        head.setLayout(column(self._title, margins=(16, 9, 14, 9)))
        foot = row(margins=(16, 6, 12, 8))
        foot.addWidget(self._note, 1)
        self._foot.setLayout(foot)
        box = column(head)
        box.addWidget(self.stack, 1)
        box.addWidget(self._foot)
        self.setLayout(box)

    @property
    def current(self) -> GroupRow | None:
        """The line under the cursor."""
        return self._model.at(self.table.current_row)

    def show_listing(self, listing: Listing, period: str) -> None:
        """Show the lines of a period."""
        self._listing = listing
        self._title.setText(f"{listing.title}　{period}")
        self.table.setAccessibleName(listing.title)
        self._note.setText(listing.note)
        self._foot.setVisible(bool(listing.note and listing.rows))
        self._show()
        if listing.rows:
            self.stack.show_content()
        else:
            self.stack.show_empty(_EMPTY.get(self._key, "没有数据。"), listing.note)

    def sort_by(self, name: str) -> None:
        """Put the lines in the order of a column, highest first; the first column is the order by code."""
        self._sort = name
        self._show()

    def sort_on(self) -> None:
        """Sort by the next column that can be sorted by."""
        names = [one.key for one in self.table.columns if one.sort]
        names = names if "key" in names else ["", *names]
        at = names.index(self._sort) + 1 if self._sort in names else 1
        self.sort_by(names[at % len(names)])

    def _show(self) -> None:
        self._model.show(sorted_rows(self._listing.rows, self._sort))
        self.table.head.show_sorted(self._sort or "key", self._sort not in ("", "key"))
        self.table.go_to(0)

    def _cell(self, key: str, one: GroupRow) -> Cell:
        match key:
            case "key":
                return Cell(one.key if one.key != one.label else "", code=True)
            case "label":
                return Cell(one.label)
            case "cases":
                return Cell(f"{one.cases:,}" if one.opens else "—", right=True)
            case _:
                value = one.measures.get(key)
                shown = written(LISTINGS[self._key][key], value)
                return Cell(shown, "fg" if value is not None else "fg_muted", right=True)

    def _on_opened(self, at: int) -> None:
        one = self._model.at(at)
        if one is not None and one.opens:
            self.opened.emit(one.label, one.opens)


def _columns(key: str, *, money: bool, by_amount: bool) -> tuple[Column, ...]:
    """Return the columns; amounts are left out without ``money`` and sort only where lines may go by amount."""
    amounts = {"cost_before", "cost_now"} | MONEY_MEASURES
    names = [name for name in LISTINGS[key] if money or name not in amounts]
    return (
        *(() if key in KEYLESS else (Column("key", "编号", 130, sort=True),)),
        Column("label", "名称", 200, stretch=True),
        Column("cases", text("reports.measure.cases"), 84, "right", sort=True),
        *(
            Column(name, text(f"reports.column.{name}"), 128, "right", sort=by_amount or name not in amounts)
            for name in names
        ),
    )
