"""批量自动编码: the uncoded texts of a batch, equal ones as one row, in three bands. One answer codes all its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.coding import Band, Candidate
from app.services.bands import Limits, Measured, shipped
from app.services.lookup import Guard
from app.services.worklist import WorklistRow
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.autocode.bands import TITLES, BandBar, BandCount
from app.ui.pages.autocode.cards import LimitsCard, SearchCard, ask_band
from app.ui.pages.autocode.choice import SHOWN_CASES, ChoicePanel
from app.ui.pages.autocode.review import Memory, ReadReview, Review, Scope, Spot
from app.ui.pages.autocode.texts import COLUMNS, ORDERS, Standing, TextLine, TextModel, line_of, ordered
from app.ui.pages.autocode.writing import ReviewWork
from app.ui.pages.codes.guard import ask_meaning
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Button,
    Card,
    DataTable,
    Header,
    Pane,
    SegmentedControl,
    Splitter,
    StateStack,
    Text,
    column,
    row,
)

_CASES_AFTER_MS = 90
_ENOUGH = 30
"""Answers from which a share says something."""
_NOTES = {
    Band.ACCEPT: "可整档采用，也可逐种采用",
    Band.CONFIRM: "确认一次，全部病例采用",
    Band.SEARCH: "请选候选或检索；程序不替您选",
}


class AutoCodePage(Page):
    """Reviews texts. The list is read in a job; nothing in it moves until the next reading."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._scope = Scope()
        self._title = ""
        self._lines: list[TextLine] = []
        self._spot = Spot()
        self._reviewed: Scope | None = None
        self._reading = 0
        self._number = 0
        self._stale = True
        self._card: Card | None = None
        self._review_limits = Limits()

    def build(self) -> None:
        """Make bands, table, panel and footer."""
        services = self.shell.services
        self._memory = Memory(self.shell.places)
        self.work = ReviewWork(self.shell, self)
        self.bands = BandBar()
        self.table = DataTable(COLUMNS)
        self.table.setObjectName("texts")
        self.table.setAccessibleName("医师原文")
        self.texts = TextModel(services.coding.reason_line, services.coding.conflict_line)
        self.texts.setParent(self.table)
        self.table.setModel(self.texts)
        self.orders = SegmentedControl(ORDERS)
        self.orders.setObjectName("orders")
        self.choice = ChoicePanel(self.shell)
        self._stack = StateStack(self.table)
        self._lay_out()
        self._connect()
        self._name_regions()

    def _lay_out(self) -> None:
        bar = row(gap=0)
        bar.addWidget(self.bands, 1)
        side = Pane("surface", "b")
        self._take_band = ActionButton(self.shell.actions, "autocode.take_band", kind="primary", small=True, keys=False)
        limits = ActionButton(self.shell.actions, "autocode.limits", small=True, keys=False, text="分档")
        note = Text("采用后仍标“提议”，可整档撤销", "caption", "muted")
        buttons = row(self._take_band, limits, None, gap=8)
        side.setLayout(column(None, buttons, note, None, gap=6, margins=(16, 0, 16, 0)))
        side.setFixedWidth(theme().px(300))
        bar.addWidget(side)
        self._head = Header("", size="case_strip")
        self._head.add(self.orders)
        middle = QWidget()
        box = column(self._head)
        box.addWidget(self._stack, 1)
        box.addWidget(self._make_footer())
        middle.setLayout(box)
        self.parts = Splitter("autocode", self.shell.places, (middle, self.choice), (0, 322), wide=(0, 420))
        whole = column(bar)
        whole.addWidget(self.parts, 1)
        self.setLayout(whole)

    def _make_footer(self) -> Pane:
        foot = Pane("surface", "t")
        self._done = Text("", "caption", "secondary")
        self._news = Button("病案有变动 · 刷新", kind="link", small=True, keys="F5")
        self._news.hide()
        self._news.clicked.connect(self.refresh)
        order = Text("次序不按权重或金额", "caption", "muted")
        foot.setLayout(row(self._done, None, self._news, order, gap=8, margins=(12, 4, 12, 4)))
        return foot

    def _connect(self) -> None:
        self._cases_timer = QTimer(self)
        self._cases_timer.setSingleShot(True)
        self._cases_timer.setInterval(_CASES_AFTER_MS)
        self._cases_timer.timeout.connect(self._read_cases)
        self.bands.chosen.connect(self._on_band)
        self.bands.entered.connect(self._focus_table)
        self.orders.changed.connect(self._on_order)
        self.table.row_changed.connect(self._on_row)
        self.choice.picked.connect(self.choose)
        self.choice.parts_taken.connect(self.together)
        self.choice.case_opened.connect(self.open_case)
        self.work.changed.connect(self._on_lines)
        self.work.undone.connect(self._on_undone)

    def _name_regions(self) -> None:
        pick, take = KeyHint("1–4", "选候选"), KeyHint("Enter", "采用并下一行")
        keys = (pick, take, KeyHint("S", "逐份判断"), KeyHint("N", "转人工"), KeyHint("F4", "检索"))
        self.add_region("work", self.parts, keys)
        self.add_region("table", self.table, (*keys, KeyHint("Ctrl+Z", "撤销")))
        self.add_region(
            "bands", self.bands, (KeyHint("←→", "选分档"), KeyHint("↓", "到列表"), KeyHint("Ctrl+Enter", "采用第一档"))
        )
        self.add_region("candidates", self.choice.candidates, (KeyHint("Enter", "选这个候选"), pick))
        self.add_region("parts", self.choice.parts, (KeyHint("Enter", "分别编码"), pick))
        self.add_region("cases", self.choice.cases, (KeyHint("Enter", "打开病案"), KeyHint("S", "逐份判断")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the scope."""
        return self._title

    def default_focus(self) -> QWidget:
        """Return the texts."""
        return self.table if self._lines or self._reading else self.bands

    def place(self) -> Place:
        """Return scope, band, order and text; remember them too."""
        spot = self._current_spot()
        self._memory.keep(self._scope, spot)
        return Place(self.key, {**self._scope.args, **spot.to_json()})

    def restore(self, place: Place) -> None:
        """Review the texts of a place, else of the last scope; what changed meanwhile is read anew."""
        known = self._current_spot() if self._number else self._memory.spot()
        scope = Scope.of(place.args) or (self._scope if self._number else self._memory.scope())
        self._spot = known.with_args(place.args)
        if scope != self._scope or self._stale:
            self._read(scope)
        else:
            self._show_spot()

    def on_changes(self, changes: Changes) -> None:
        """Read anew at the next visit; while the page is shown only tell, nothing moves."""
        if self.work.publishing or not (changes.cases or changes.listing or changes.assets):
            return
        self._stale = True
        if self.isVisible() and changes.assets:
            self.refresh()
        elif self.isVisible():
            self._news.show()

    def _current_spot(self) -> Spot:
        line = self.current
        if self._reading or line is None:
            return self._spot
        return Spot(self.bands.current, self.orders.current, line.group.key)

    @property
    def current(self) -> TextLine | None:
        """The text under the cursor."""
        at = self.table.current_row
        return self.texts.lines[at] if 0 <= at < len(self.texts.lines) else None

    @property
    def has_text(self) -> bool:
        """True when there is a text under the cursor and nothing lies over the page."""
        return self.current is not None and not self.is_covered

    @property
    def is_covered(self) -> bool:
        """True while a card asks something."""
        return self._card is not None

    @property
    def band_lines(self) -> list[TextLine]:
        """The texts that may be taken together."""
        return [line for line in self._lines if line.band is Band.ACCEPT and line.standing is Standing.OPEN]

    # Reading.

    def refresh(self) -> None:
        """F5: read the texts again; confirmed ones leave the list."""
        self._spot = self._current_spot()
        self._read(self._scope)

    def _read(self, scope: Scope) -> None:
        self._number += 1
        self._reading = self._number
        self._scope = scope
        self._stack.show_loading()
        job = self.shell.jobs.run(ReadReview(self.shell.services, scope), label="整理未编码的原文", parent=self)
        job.done.connect(partial(self._on_read, self._number))
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)

    def _on_read(self, number: int, review: Review) -> None:
        if number != self._number:
            return
        self._reading = 0
        self._stale = False
        self._news.hide()
        self._title = review.title
        self._lines = [line_of(group, manual=group.key in self._memory.aside) for group in review.groups]
        self.work.begin(anew=review.scope != self._reviewed)
        self._reviewed = review.scope
        self._review_limits = review.limits
        self.bands.set_limits(review.limits)
        self.bands.set_counts({band: _count(self._lines, band) for band in TITLES})
        if not self._lines:
            self._say_empty(review)
        elif not any(line.band is self._spot.band for line in self._lines):
            self._spot = Spot(next(band for band in TITLES if _count(self._lines, band).texts), self._spot.order)
        self._show_spot()
        self.place_changed.emit()

    def _say_empty(self, review: Review) -> None:
        hint = "这些病案的诊断与手术都已有编码。" if review.cases else "所选范围没有病案，可在病例列表中另选。"
        self._stack.show_empty("没有待编码的原文。", hint, "到病例列表", partial(self.shell.go, Place("worklist")))

    def _on_failed(self, problem: object) -> None:
        self._reading = 0
        if isinstance(problem, UserProblem):
            self._stack.show_problem(problem)

    def _on_cancelled(self) -> None:
        self._reading = 0
        self._stack.show_empty("已取消读取。", "没有改动任何病案。", "重新读取", self.refresh)

    # Showing.

    def _show_spot(self) -> None:
        """Show band and order of the spot, the cursor on its text."""
        for control, value in ((self.bands, self._spot.band), (self.orders, self._spot.order)):
            was = control.blockSignals(True)
            control.set_current(value)  # type: ignore[arg-type]  # a band for the bands, a key for the orders
            control.blockSignals(was)
        self._fill(self._spot.key)

    def _fill(self, key: tuple[str, str]) -> None:
        """Show the chosen band in the chosen order, the cursor on a text if it is there."""
        focused = not self.is_covered and self._stack.isAncestorOf(self.focusWidget() or self)
        band = self.bands.current
        self._head.title.setText(f"{TITLES[band]}：相同写法合并为一行")
        self._head.note.setText(_NOTES[band])
        self.texts.set_lines(ordered([line for line in self._lines if line.band is band], self.orders.current))
        if self.texts.lines:
            self._stack.show_content()
            at = next((at for at, line in enumerate(self.texts.lines) if line.group.key == key), 0)
            self.table.go_to(at)
        elif self._lines:
            self._stack.show_empty(f"“{TITLES[band]}”没有原文。", "用 ←→ 换一档。")
        if focused and self.texts.lines:
            self._focus_table()
        self._on_row(self.table.current_row)
        self._show_done()

    def _on_row(self, _at: int) -> None:
        line = self.current
        if line is None:
            self.choice.show_nothing()
        else:
            self.choice.show_line(line)
            self._cases_timer.start()
        self.shell.actions.refresh()

    def _read_cases(self) -> None:
        line = self.current
        if line is not None and self.isVisible():
            wanted = line.group.case_ids[:SHOWN_CASES]
            job = self.shell.jobs.run(lambda _progress: self.shell.services.worklist.rows(wanted), parent=self)
            job.done.connect(partial(self._on_cases, line))

    def _on_cases(self, line: TextLine, rows: Sequence[WorklistRow]) -> None:
        if line is self.current:
            self.choice.show_cases(rows, len(line.group.case_ids))

    def _show_done(self) -> None:
        """Show how far the band is, and what can still be taken together."""
        band = [line for line in self._lines if line.band is self.bands.current]
        taken = sum(1 for line in band if line.standing is Standing.TAKEN)
        left = sum(line.group.count for line in band if line.standing is not Standing.TAKEN)
        self.bands.set_notes({one: _note(one, self._memory.tally.of(one)) for one in TITLES})
        self._done.setText(f"已确认 {taken:,} / {len(band):,} 种　剩余 {left:,} 条")
        rows = sum(line.group.count for line in self.band_lines)
        self._take_band.set_text(f"采用第一档 {rows:,} 条…" if rows else "第一档已采用完")

    def _on_lines(self, lines: Sequence[TextLine]) -> None:
        """Some lines stand otherwise now."""
        for line in lines:
            if line.standing is Standing.OPEN and line.is_counted:
                self._memory.tally.count(line)
            if line.standing is Standing.MANUAL:
                self._memory.aside[line.group.key] = None
            else:
                self._memory.aside.pop(line.group.key, None)
        self.texts.touch(lines)
        if self.current in lines:
            self._on_row(self.table.current_row)
        self._show_done()
        self.shell.actions.refresh()

    def _on_undone(self, lines: Sequence[TextLine]) -> None:
        """Texts that had left the list come back by reading it again."""
        if not set(map(id, lines)) <= set(map(id, self._lines)):
            self._read(self._scope)

    # What the user does.

    def _on_band(self, _band: Band) -> None:
        self._fill(("", ""))
        self.place_changed.emit()

    def _on_order(self, _order: str) -> None:
        line = self.current
        self._fill(line.group.key if line else ("", ""))

    def pick(self, number: int) -> None:
        """1–4: choose a candidate for the text under the cursor."""
        candidate = self.choice.offered(number)
        if candidate is not None:
            self.choose(candidate)

    def choose(self, candidate: Candidate) -> None:
        """Choose a candidate, offered or found by search; Enter then takes it. A confirmed text is undone first."""
        line = self._changeable()
        if line is None:
            return
        line.choose(candidate)
        self._show_chosen(line)

    def together(self) -> None:
        """A: code a text that says several things by all its parts; Enter then takes them."""
        line = self._changeable()
        if line is not None and line.group.parts:
            line.choose_together()
            self._show_chosen(line)

    def _changeable(self) -> TextLine | None:
        """The text under the cursor, unless it is confirmed already; that is said then."""
        line = self.current
        if line is not None and line.standing is Standing.TAKEN:
            self.shell.notices.toast("这一种已确认；先按 Ctrl+Z 撤销再改。")
            return None
        return line

    def _show_chosen(self, line: TextLine) -> None:
        self.texts.touch([line])
        self.choice.show_line(line)
        self._cases_timer.start()

    def accept(self) -> None:
        """Enter: take the chosen code for every row of the text and go on to the next open text."""
        line = self.current
        if line is None:
            return
        if line.standing is not Standing.TAKEN:
            if not line.codes:
                self.shell.notices.toast("请先按 1–4 选一个候选，或按 F4 检索。")
                return
            guards = filter(None, map(self.shell.services.lookup.guard, line.codes))
            guard = next(guards, None)
            if guard is not None:
                asked = replace(guard, other="", change="") if line.together else guard
                self._open_card(ask_meaning(self, asked, partial(self._take_meant, line, asked)))
                return
            self._take(line)
        self._go_on()

    def _take(self, line: TextLine) -> None:
        self._memory.tally.count(line)
        self.work.take([line])

    def _take_meant(self, line: TextLine, guard: Guard, code: str) -> None:
        """A code with two meanings was asked about: take the one that is meant."""
        if code != guard.code:
            line.choose(self.shell.services.coding.candidate(code))
        self._take(line)
        self._go_on()

    def put_aside(self) -> None:
        """N: leave the text to hand coding and go on."""
        line = self.current
        if line is not None and line.standing is Standing.OPEN:
            self.work.put_aside(line)
            self._go_on()

    def take_band(self) -> None:
        """Show a sample of the first band; all of it is taken when the coder agrees."""
        lines = self.band_lines
        if lines:
            self._open_card(ask_band(self, lines, partial(self.work.take, lines, told="可直接采用")))

    def search(self) -> None:
        """F4: look for a code that is not among the candidates."""
        line = self.current
        if line is not None:
            self._open_card(SearchCard(self.shell, self, line.group, self.choose))

    def set_limits(self) -> None:
        """Ask for the limits of the bands; each change is stored at once and sorts the texts anew."""
        self._limits = LimitsCard(self, self._review_limits, self._store_limit)
        self._open_card(self._limits)

    def _store_limit(self, key: str, typed: str) -> None:
        try:
            changes = self.shell.services.review.set_limit(key, typed)
        except UserProblem as problem:
            self._limits.show_problem(problem)
            return
        self._review_limits = self.shell.services.review.limits()
        self._limits.show_limits(self._review_limits)
        if changes.op_id:
            self.refresh()

    def _open_card(self, card: Card) -> None:
        self._card = card
        card.closed.connect(self._on_card_closed)

    def _on_card_closed(self) -> None:
        self._card = None

    def undo(self) -> None:
        """Ctrl+Z: take the last answer back and go to its text."""
        lines = self.work.undo()
        if lines:
            self._spot = Spot(lines[0].band, self.orders.current, lines[0].group.key)
            self._show_spot()

    def each(self) -> None:
        """S: open the cases that use the text one after the other."""
        line = self.current
        if line is not None:
            self.open_case(line.group.case_ids[0])

    def open_case(self, case_id: int) -> None:
        """Open a case, with the others that use the text to go on through."""
        line = self.current
        if line is not None:
            self.shell.go(Place("case", {"case": case_id, "queue": list(line.group.case_ids)}))

    def to_bands(self) -> None:
        """Esc: from the texts to the bands; from there the window goes back."""
        self.bands.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        """Go to the next open text below, else to the first above."""
        at = self.table.current_row
        rows = [*range(at + 1, len(self.texts.lines)), *range(at)]
        after = next((row for row in rows if self.texts.lines[row].standing is Standing.OPEN), None)
        if after is None:
            self._on_row(at)
            self.shell.notices.toast(f"“{TITLES[self.bands.current]}”已看完。")
        else:
            self.table.go_to(after)

    def _focus_table(self) -> None:
        if self.texts.lines:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _note(band: Band, own: Measured) -> str:
    """Return how often the first answer of a band is right: in this hospital, else as the program ships."""
    if own.texts >= _ENOUGH:
        return f"本院逐种确认 {own.texts:,} 种，首选采用 {own.share:.1%}"
    known = shipped()[band]
    return f"自编与公开的短文本 {known.texts:,} 条，首选类目正确 {known.share:.1%}" if known.texts >= _ENOUGH else ""


def _count(lines: Sequence[TextLine], band: Band) -> BandCount:
    counts = [line.group.count for line in lines if line.band is band]
    return BandCount(sum(counts), len(counts))
