"""Cards over the review: a sample before a whole band is taken, and the code search for one text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.common.texts import text as words
from app.domain.coding import Candidate
from app.services.bands import KEYS, Limits
from app.services.types import TextGroup
from app.ui.page import Shell
from app.ui.pages.autocode.texts import TextLine
from app.ui.pages.codes.panel import SearchPanel
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, CellModel, Column, DataTable, FieldLook, RuledField, Text, row

SAMPLE = 20
_LIMITS_NOTE = "默认由程序按实测的正确率分档。改动对本院全部批次有效，并记入审计。既往、疑似、一行多项始终归“需人工”。"
_BY_DEFAULT = FieldLook(hint="默认")
_HINTS = {"accept": "默认：一致且唯一，或按模型校准", "confirm": f"默认：{Limits().confirm:.0%}"}
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
    told += "采用的编码仍标“提议”，病案完成编码时才算确认。"
    card.box.addWidget(Text(told, tone="secondary", wrap=True))
    card.box.addWidget(table)
    card.box.addLayout(row(None, no, yes))
    no.clicked.connect(card.close_card)
    yes.clicked.connect(card.close_card)
    yes.clicked.connect(then)
    card.open(table)
    return card


class LimitsCard(Card):
    """分档: from which confidence on a text falls into which band. ``then(key, typed)`` stores one of them.

    :meth:`show_limits` shows what holds, :meth:`show_problem` what is wrong with what was typed.
    """

    def __init__(self, parent: QWidget, limits: Limits, then: Callable[[str, str], object]) -> None:
        super().__init__(parent.window(), width=520)
        self._then = then
        self.setObjectName("limits_card")
        self.box.addWidget(Text("分档的界限", "title"))
        self.box.addWidget(Text(_LIMITS_NOTE, tone="secondary", wrap=True))
        self.fields = {key: self._add(key) for key in KEYS}
        self._problem = Text("", tone="error", wrap=True)
        self.box.addWidget(self._problem)
        reset, close = Button("恢复默认"), Button("完成", kind="primary")
        reset.clicked.connect(self._on_reset)
        close.clicked.connect(self.close_card)
        self.box.addLayout(row(reset, None, close))
        self.show_limits(limits)
        self.open(self.fields[KEYS[0]])

    def _add(self, key: str) -> RuledField:
        field = RuledField()
        field.setObjectName(f"limit_{key}")
        field.setFixedWidth(theme().px(96))
        label = words(f"review.limits.{key}")
        field.setAccessibleName(label)
        field.committed.connect(partial(self._then, key))
        title = Text(label, "body", "secondary")
        title.setFixedWidth(theme().px(112))
        self.box.addLayout(row(title, field, Text(_HINTS[key], "caption", "muted"), None))
        return field

    def show_limits(self, limits: Limits) -> None:
        """Show what holds, an empty field for the default."""
        for key, held, default in (
            ("accept", limits.accept, Limits().accept),
            ("confirm", limits.confirm, Limits().confirm),
        ):
            self.fields[key].show_value("" if held is None or held == default else f"{held:.0%}", _BY_DEFAULT)
        self._problem.setText("")
        self._problem.hide()

    def show_problem(self, problem: UserProblem) -> None:
        """Say what is wrong; what was stored stays."""
        self._problem.setText(str(problem))
        self._problem.show()

    def _on_reset(self) -> None:
        for key in KEYS:
            self._then(key, "")


def _cells(line: TextLine) -> tuple[Cell, ...]:
    group, shown = line.group, line.chosen
    return (
        Cell(group.text),
        Cell(f"{group.count:,}", right=True),
        Cell(shown.code if shown else "", code=True, proposed=True),
        Cell(shown.name if shown else ""),
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
