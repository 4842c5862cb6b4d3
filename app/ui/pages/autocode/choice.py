"""The right side of the review: the text, its candidates with reasons, the cases that use it, what Enter does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QSizePolicy, QWidget

from app.domain.coding import Candidate
from app.domain.dictionaries import dictionary
from app.services.review_texts import questions
from app.services.types import TextGroup
from app.services.worklist import WorklistRow
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.autocode.texts import Standing, TextLine
from app.ui.pages.wording import age_text, joined, sex_text
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Cell,
    CellModel,
    Column,
    DataTable,
    Pane,
    Rule,
    ScrollPane,
    StateStack,
    Text,
    column,
    row,
)

_CANDIDATES = (Column("key", "", 28), Column("code", "编码", 96), Column("name", "名称", 120, stretch=True))
_CASES = (Column("record", "病案号", 76), Column("who", "患者", 120, stretch=True), Column("dept", "科室", 88))
_DEPARTMENTS = 2
_SPELLINGS = 3
SHOWN_CASES = 8


class SmallTable(DataTable):
    """A table as tall as its rows, without headings, in a column of the panel; a click or Enter opens a row."""

    def __init__(self, columns: Sequence[Column], name: str, title: str) -> None:
        super().__init__(columns, ring=True, pad=6)
        self._cells = CellModel(columns)
        self._cells.setParent(self)
        self.setModel(self._cells)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head.hide()
        self.clicked.connect(self._on_clicked)
        theme().changed.connect(self._fit_height)
        self._fit_height()

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show other rows."""
        self._cells.set_rows(rows)
        self._fit_height()

    def _fit_height(self) -> None:
        self.setFixedHeight(self._cells.rowCount() * theme().size("row") + 2)
        self.setVisible(self._cells.rowCount() > 0)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())


class ChoicePanel(Pane):
    """Shows one text.

    ``picked(candidate)``: another candidate was chosen; ``parts_taken``: all parts were; ``case_opened(case id)``.
    """

    picked = Signal(object)
    parts_taken = Signal()
    case_opened = Signal(int)

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface")
        self._shell = shell
        self._offered: tuple[Candidate, ...] = ()
        self._cases: Sequence[WorklistRow] = ()
        self.setObjectName("choice")
        self._text = Text("", "title", wrap=True)
        self._use = Text("", "caption", "secondary", wrap=True)
        self.candidates = SmallTable(_CANDIDATES, "candidates", "候选编码")
        self._none = Text("没有找到候选，请按 F4 检索。", tone="muted", wrap=True)
        self._several = Text("", "section")
        self.parts = SmallTable(_CANDIDATES, "parts", "一行多项的各个编码")
        self._asking = Text("", tone="secondary", wrap=True)
        self._asking.setObjectName("questions")
        self._full = Text("", "bold", wrap=True)
        self._why = Text("", tone="secondary", wrap=True)
        self._conflict = Text("", tone="warn", wrap=True)
        self.cases = SmallTable(_CASES, "cases", "用到它的病例")
        self._more = Text("", "caption", "muted")
        self._body = ScrollPane()
        self._stack = StateStack(self._body)
        self.candidates.opened.connect(self._on_candidate)
        self.parts.opened.connect(self._on_part)
        self.cases.opened.connect(self._on_case)
        self._lay_out()
        self.show_nothing()

    def _lay_out(self) -> None:
        head = column(Text("医师原文", "caption", "muted"), self._text, self._use, gap=2)
        offered = column(Text("候选", "section"), self.candidates, self._none, self._several, self.parts, gap=4)
        asking = column(Text("需要问清", "section"), self._asking, gap=4)
        reasons = column(Text("依据", "section"), self._full, self._why, self._conflict, gap=4)
        cases = column(Text("用到它的病例", "section"), self.cases, self._more, gap=4)
        for part in (head, offered, asking, reasons, cases):
            holder, rule = QWidget(), Rule(subtle=True)
            holder.setLayout(row(part, gap=0, margins=(14, 10, 14, 10)))
            self._body.box.addWidget(holder)
            self._body.box.addWidget(rule)
            if part is asking:
                self._open_questions = (holder, rule)
        self._body.box.addStretch(1)
        foot = Pane("surface", "t")
        self._accept = ActionButton(self._shell.actions, "autocode.accept", kind="primary")
        self._accept.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line = row(gap=8, margins=(14, 10, 14, 10))
        line.addWidget(self._accept, 1)
        line.addWidget(ActionButton(self._shell.actions, "autocode.each", text="逐份判断", keys=False))
        foot.setLayout(line)
        whole = column()
        whole.addWidget(self._stack, 1)
        whole.addWidget(foot)
        self.setLayout(whole)

    def show_nothing(self) -> None:
        """Say that no text is chosen."""
        self._offered, self._cases = (), ()
        self._stack.show_empty("没有选中的写法。", "用 ↑↓ 在列表中选择，这里显示候选与病例。")

    def show_line(self, line: TextLine) -> None:
        """Show a text with its candidates; the cases come later by :meth:`show_cases`."""
        group, shown = line.group, line.chosen
        if group.text != self._text.full_text():
            self.show_cases((), 0)
        self._offered = _with_chosen(group, None if line.together else shown)
        self._text.setText(group.text)
        self._use.setText(_use(group))
        chosen = None if line.together else shown
        self.candidates.show_rows([_row(str(at), one, one == chosen) for at, one in enumerate(self._offered, 1)])
        self._none.setVisible(not self._offered)
        self._show_parts(line)
        asked = questions(group)
        self._asking.setText("\n".join(asked))
        for one in self._open_questions:
            one.setVisible(bool(asked))
        self._show_reasons(line)
        taken = line.standing is Standing.TAKEN
        several = f"分成 {len(line.codes)} 行，" if line.together else ""
        offer = f"{several}采用到 {group.count:,} 条" if line.chosen else "先选一个候选"
        self._accept.set_text("已确认，下一行" if taken else offer)
        self._stack.show_content()
        self.setAccessibleDescription(f"{group.text}，{group.count} 条，{shown.code if shown else '未选候选'}")

    def show_cases(self, rows: Sequence[WorklistRow], total: int) -> None:
        """Show the first cases that use the text."""
        self._cases = rows
        cells = [
            (
                Cell(one.record_no, code=True),
                Cell(
                    joined(
                        masking().name(one.patient_name),
                        age_text(one.age_years, one.age_days) or sex_text(one.sex),
                        sign=" ",
                    )
                ),
                Cell(self._department(one), tone="fg_muted", small=True),
            )
            for one in rows
        ]
        self.cases.show_rows(cells)
        rest = total - len(rows)
        self._more.setText(f"另 {rest:,} 份，按 S 逐份打开" if rest > 0 else "")
        self._more.setVisible(rest > 0)

    def offered(self, number: int) -> Candidate | None:
        """Return the candidate with a number from 1 on."""
        return self._offered[number - 1] if 0 < number <= len(self._offered) else None

    def _show_parts(self, line: TextLine) -> None:
        parts = line.group.parts
        self._several.setText(f"一行含 {len(parts)} 项，按 A 分别编码")
        self._several.setVisible(bool(parts))
        self.parts.show_rows([_row("A" if at == 0 else "", one, line.together) for at, one in enumerate(parts)])

    def _show_reasons(self, line: TextLine) -> None:
        coding, shown = self._shell.services.coding, line.chosen
        parts = line.group.parts if line.together else (shown,)
        self._full.setText("\n".join(f"{part.code} {part.name}" for part in parts if part))
        self._full.setVisible(shown is not None)
        hint = "把握不足，程序不替您选。请按 1–4 选一个候选，或按 F4 检索。" if self._offered else ""
        self._why.setText(coding.reason_line(shown) if shown else hint)
        self._why.setVisible(bool(self._why.full_text()))
        self._conflict.setText(coding.conflict_line(shown) if shown else "")
        self._conflict.setVisible(bool(self._conflict.full_text()))

    @staticmethod
    def _department(one: WorklistRow) -> str:
        return dictionary("D-DEPT").label(one.dept) or one.dept

    def _on_candidate(self, at: int) -> None:
        candidate = self.offered(at + 1)
        if candidate:
            self.picked.emit(candidate)

    def _on_part(self, _at: int) -> None:
        self.parts_taken.emit()

    def _on_case(self, at: int) -> None:
        if at < len(self._cases):
            self.case_opened.emit(self._cases[at].case_id)


def _with_chosen(group: TextGroup, chosen: Candidate | None) -> tuple[Candidate, ...]:
    """A code found by search joins the candidates as the last."""
    known = {one.code for one in group.candidates}
    return (*group.candidates, chosen) if chosen and chosen.code not in known else group.candidates


def _row(key: str, candidate: Candidate, on: bool) -> tuple[Cell, ...]:
    cells = (Cell(key, cap=bool(key)), Cell(candidate.code, code=True, bold=on), Cell(candidate.name, bold=on))
    return tuple(replace(cell, ground="accent_soft" if on else "") for cell in cells)


def _use(group: TextGroup) -> str:
    named = [f"{name or '未写科室'} {count}" for name, count in group.departments[:_DEPARTMENTS]]
    rest = sum(count for _, count in group.departments[_DEPARTMENTS:])
    told = joined(f"{group.count:,} 条", *named, f"其他 {rest}" if rest else "", sign="，")
    others = [one for one in group.spellings if one != group.text][:_SPELLINGS]
    return joined(told, f"同一写法：{'、'.join(f'「{one}」' for one in others)}" if others else "", sign="\n")
