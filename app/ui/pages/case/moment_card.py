"""The case as it was at a moment, beside what stands now: differences first, everything on a key. Read-only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.services.case_history import Moment
from app.services.pairs import Pair
from app.ui.masking import masking
from app.ui.pages.case.places import SECTION_TITLES
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, CellModel, Column, DataTable, SegmentedControl, Text, row

_WIDTH: Final = 860
_COLUMNS: Final = (
    Column("section", "部分", 84),
    Column("label", "项目", 190),
    Column("then", "当时", 240),
    Column("mark", "", 84),
    Column("now", "现在", 200, stretch=True),
)


class MomentCard(Card):
    """Shows both states line by line. ← → or a click on 只看不同 / 全部 chooses how much; Esc closes."""

    def __init__(self, window: QWidget, moment: Moment) -> None:
        super().__init__(window, width=_WIDTH)
        self.setObjectName("moment_card")
        self._moment = moment
        differing = sum(line.differs for line in moment.lines)
        self.box.addWidget(Text(f"{moment.at:%Y-%m-%d %H:%M} 的病案", "title"))
        told = (
            f"{moment.who}「{moment.what}」之后；与现在相比 {differing} 处不同。"
            if differing
            else (f"{moment.who}「{moment.what}」之后；与现在完全相同。")
        )
        self._which = SegmentedControl((("differing", "只看不同"), ("all", "全部")))
        self._which.setObjectName("moment_which")
        self._which.changed.connect(self._fill)
        line = row()
        line.addWidget(Text(told, tone="secondary", wrap=True), 1)
        line.addWidget(self._which)
        self.box.addLayout(line)
        self.table = DataTable(_COLUMNS)
        self.table.setAccessibleName("当时与现在")
        self._cells = CellModel(_COLUMNS)
        self.table.setModel(self._cells)
        self.table.installEventFilter(self)
        self.table.setFixedHeight(theme().px(360))
        self.box.addWidget(self.table)
        close = Button("关闭", keys="Esc")
        close.clicked.connect(self.close_card)
        self.box.addLayout(row(None, close))
        if not differing:
            self._which.set_current("all")
        self._fill()

    def open_card(self) -> None:
        """Show with the focus on the lines."""
        self.open(self.table)
        self.table.go_to(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """← and → change how much is shown while the lines have the focus."""
        if watched is self.table and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            chosen = {Qt.Key.Key_Left: "differing", Qt.Key.Key_Right: "all"}.get(Qt.Key(event.key()))
            if chosen:
                self._which.set_current(chosen)
                return True
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        all_of_it = self._which.current == "all"
        self._cells.set_rows([_cells(line) for line in self._moment.lines if all_of_it or line.differs])
        self.table.go_to(0)


def _cells(line: Pair) -> list[Cell]:
    mark = Cell("≠ 不同", "warn", bold=True) if line.differs else Cell("= 相同", "fg_muted", small=True)
    return [
        Cell(SECTION_TITLES[line.section], "fg_muted", small=True),
        Cell(line.label, "fg_secondary"),
        Cell(masking().value(line.path, line.then) or "空", "fg" if line.then else "fg_muted"),
        mark,
        Cell(masking().value(line.path, line.now) or "空", "fg" if line.now else "fg_muted", bold=line.differs),
    ]
