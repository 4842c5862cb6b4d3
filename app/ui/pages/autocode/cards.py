"""Cards over the review: a sample before a whole band is taken, and the code search for one text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.coding import Candidate
from app.services.types import TextGroup
from app.ui.page import Shell
from app.ui.pages.autocode.texts import TextLine
from app.ui.pages.codes.panel import SearchPanel
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, CellModel, Column, DataTable, Text, row

SAMPLE = 20
_COLUMNS = (
    Column("text", "医师原文", 180, stretch=True),
    Column("count", "次数", 52, align="right"),
    Column("code", "编码", 120),
    Column("name", "名称", 180, stretch=True),
)


def sample(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return twenty of the lines, spread evenly from the most to the least frequent."""
    step = max(1.0, len(lines) / SAMPLE)
    return [lines[int(at * step)] for at in range(min(SAMPLE, len(lines)))]


def ask_band(parent: QWidget, lines: Sequence[TextLine], then: Callable[[], object]) -> Card:
    """Show a sample of the lines and ask whether all of them are to be taken."""
    rows = sum(line.group.count for line in lines)
    card = Card(parent.window(), width=820)
    card.setObjectName("band_card")
    table = DataTable(_COLUMNS)
    table.setObjectName("sample")
    table.setAccessibleName("样本")
    model = CellModel(_COLUMNS)
    model.setParent(table)
    model.set_rows([_cells(line) for line in sample(lines)])
    table.setModel(model)
    table.setFixedHeight(theme().size("header_row") + min(model.rowCount(), 12) * theme().size("row") + 2)
    yes = Button(f"采用 {len(lines):,} 种 {rows:,} 条", kind="primary")
    no = Button("取消", keys="Esc")
    card.box.addWidget(Text("采用“可直接采用”一档", "title"))
    told = f"以下为样本 {model.rowCount()} 种。核对无误后采用全部 {len(lines):,} 种写法，可用 Ctrl+Z 整档撤销。"
    card.box.addWidget(Text(told, tone="secondary", wrap=True))
    card.box.addWidget(table)
    card.box.addLayout(row(None, no, yes))
    no.clicked.connect(card.close_card)
    yes.clicked.connect(card.close_card)
    yes.clicked.connect(then)
    card.open(table)
    return card


def _cells(line: TextLine) -> tuple[Cell, ...]:
    group = line.group
    return (
        Cell(group.text),
        Cell(f"{group.count:,}", right=True),
        Cell(group.code, code=True, proposed=True),
        Cell(group.name),
    )


class _Query(QLineEdit):
    """The query of the search card; arrows and Enter belong to the results below."""

    def __init__(self, panel: SearchPanel) -> None:
        super().__init__()
        self._panel = panel
        self.setObjectName("query")
        self.setAccessibleName("编码检索")
        self.setProperty("boxed", "true")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand arrows and Enter to the results."""
        if not self._panel.handle_key(event):
            super().keyPressEvent(event)


class SearchCard(Card):
    """Searches the code book for a text; ``then(candidate)`` gets what was chosen."""

    def __init__(self, shell: Shell, parent: QWidget, group: TextGroup, then: Callable[[Candidate], object]) -> None:
        super().__init__(parent.window(), width=860)
        self._then = then
        self._panel = SearchPanel(shell, focusable=True)
        self._panel.setFixedHeight(theme().px(400))
        self._panel.begin(group.kind)
        self._panel.kinds.hide()
        self._query = _Query(self._panel)
        self._query.textChanged.connect(self._panel.search)
        self._panel.taken.connect(self._on_taken)
        self.box.addWidget(Text(f"为「{group.text}」检索编码", "title", wrap=True))
        self.box.addWidget(self._query)
        self.box.addWidget(self._panel)
        self._query.setText(group.text)
        self.open(self._query)
        self._query.selectAll()

    def _on_taken(self, candidate: Candidate) -> None:
        self.close_card()
        self._then(candidate)
