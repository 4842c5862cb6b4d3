"""The worklist: queues, filter, the cases in order, the case under the cursor. Nothing moves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.types import ListTotals, QueueCount
from app.ui.models.worklist import WorklistModel
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.case_work import ListWork
from app.ui.pages.worklist.bulk_menu import BulkMenu
from app.ui.pages.worklist.chooser import ColumnChooser
from app.ui.pages.worklist.columns import COLUMNS, FALLS, Cells
from app.ui.pages.worklist.doing import Doing
from app.ui.pages.worklist.filtering import WorklistFilter, token_label
from app.ui.pages.worklist.foot import ListFoot
from app.ui.pages.worklist.memory import ListView, Memory
from app.ui.pages.worklist.own_views import OwnViews
from app.ui.pages.worklist.peek import Peek
from app.ui.pages.worklist.queues import QueueList
from app.ui.pages.worklist.reading import Counted, CountList, Listing, ListRequest, Peeked, ReadCase, ReadList
from app.ui.pages.worklist.table import WorklistTable
from app.ui.pages.worklist.views import SavedViews
from app.ui.ports import JsonValue
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, Pane, Splitter, StateStack, column, row

_PEEK_AFTER_MS = 90
_TYPED_AFTER_MS = 120
_MOST_IN_QUEUE = 3000
_BEFORE_IN_QUEUE = 500
_NARROW, _WIDE = (164, 0, 272), (208, 0, 372)


class WorklistPage(Page):
    """Lists cases. The list is read in the background; rows that leave it stay greyed until the cursor moves."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self.shown = ListView()
        self._number = 0
        self._pending = 0
        self._totals = ListTotals()
        self._queues: tuple[QueueCount, ...] = ()

    def build(self) -> None:
        """Make queues, filter, table, footer and peek."""
        services = self.shell.services
        self.views = SavedViews(self.shell.places)
        self._memory = Memory(self.shell.places, self.views)
        self.cells = Cells(services.session.clock.now, services.user.id, {services.user.id: services.user.name})
        self.queues = QueueList()
        self.filter = WorklistFilter(services.worklist.complete, services.worklist.understands, self._token_label)
        self.table = WorklistTable(WorklistModel(COLUMNS, services.worklist.lines, self.cells))
        self.peek = Peek(self.shell)
        self.work = ListWork(self.shell, self)
        self.doing = Doing(self)
        self.own_views = OwnViews(self)
        self._stack = StateStack(self.table)
        self._chooser: ColumnChooser | None = None
        self._bulk: BulkMenu | None = None
        self.foot = ListFoot(self.shell.actions)
        self._lay_out()
        self._connect()
        self._name_regions()

    def _lay_out(self) -> None:
        left = Pane("canvas")
        left.setLayout(column(self.queues, margins=(0, 8, 0, 8)))
        self._columns = Button("列", icon="columns")
        self._columns.setToolTip("选择显示哪些列")
        self._export = ActionButton(self.shell.actions, "worklist.export", keys=False)
        bar = Pane("surface", "b")
        line = row(gap=8, margins=(12, 14, 12, 14))
        line.addWidget(self.filter, 1)
        for button in (self._columns, self._export, ActionButton(self.shell.actions, "worklist.import", keys=False)):
            line.addWidget(button)
        bar.setLayout(line)
        middle = QWidget()
        box = column(bar)
        box.addWidget(self._stack, 1)
        box.addWidget(self.foot)
        middle.setLayout(box)
        self.parts = Splitter("worklist", self.shell.places, (left, middle, self.peek), _NARROW, wide=_WIDE)
        self.setLayout(column(self.parts))
        self._fit()

    def _connect(self) -> None:
        self._peek_timer = self._timer(_PEEK_AFTER_MS, self._read_peek)
        self._typed_timer = self._timer(_TYPED_AFTER_MS, self._on_query)
        self.queues.chosen.connect(self.show_queue)
        self.filter.changed.connect(self._typed_timer.start)
        self.filter.left.connect(self._focus_table)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self.open_current)
        self.table.selection_changed.connect(self._show_counts)
        self.table.head.asked.connect(self.sort_by)
        self._columns.clicked.connect(self.choose_columns)
        self.foot.asked.connect(self.refresh)
        self.table.columns_changed.connect(self._remember)
        theme().changed.connect(self._fit)

    def _timer(self, after_ms: int, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(then)
        return timer

    def _name_regions(self) -> None:
        choose, search = KeyHint("↑↓", "选择"), KeyHint("/", "筛选")
        keys = (choose, KeyHint("Enter", "打开"), KeyHint("Space", "认领"), search, KeyHint("B", "批量"))
        typing = (KeyHint("↓", "到列表"), KeyHint("Enter", "成为条件"), KeyHint("Ctrl+S", "存为我的视图"))
        self.add_region("table", self.table, keys)
        mine = (KeyHint("F2", "改名"), KeyHint("Delete", "删除视图"), KeyHint("Alt+↑", "上移"))
        self.add_region("queues", self.queues, (choose, KeyHint("Tab", "到筛选"), *mine))
        self.add_region("filter", self.filter, typing)
        self.add_region("peek", self.peek, (KeyHint("Enter", "打开"), KeyHint("P", "收起")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the queue or view."""
        return self.queues.label(self.shown.key)

    def default_focus(self) -> QWidget:
        """Return the table; the filter while there is nothing in it."""
        return self.table

    def place(self) -> Place:
        """Return queue, query, order and the spot in the list; remember them too."""
        self._remember()
        return Place(self.key, self._current_view().to_json())

    def restore(self, place: Place) -> None:
        """Show the list of a place, else the one shown last; what changed meanwhile is read now."""
        known = self._current_view() if self._number else self._memory.last()
        wanted = place.args.get("view") or place.args.get("queue")
        if isinstance(wanted, str) and wanted != known.key:
            known = self._memory.view(wanted)
        args = dict(place.args)
        if known.key != known.queue and "view" not in args:  # a view's own query is not overruled by a bare queue
            args = {}
        self._show_view(known.with_args(args))
        self._show_versions()

    def _remember(self) -> None:
        if self._number:
            self._memory.keep(self._current_view(), self.table.columns_state())

    def show_masked(self) -> None:
        """Empty the side at once: its case is read anew, which takes a moment that a name must not be read in."""
        self.peek.show_nothing()
        super().show_masked()

    def on_changes(self, changes: Changes) -> None:
        """Read touched rows anew; what came or left is only told, nothing moves."""
        self.table.cases.forget(changes.cases)
        if self.peek.case_id in changes.cases:
            self._peek_timer.start()
        if self.isVisible() and (changes.listing or changes.cases):
            self._read(self.shown, drift=True)

    def _current_view(self) -> ListView:
        """Return the query as it is shown, with the spot the cursor is at; a list that is still read keeps its own."""
        return self.shown if self._pending else replace(self.shown, spot=self.table.spot())

    def _show_versions(self) -> None:
        assets = self.shell.services.assets
        notes = []
        for kind, words in (("codebook", "编码"), ("scheme", "分组")):
            line = next((line for line in assets.lines(kind) if line.active), None)
            if line:
                notes.append(VersionNote(f"{words}：{line.title}", "当前启用；在“方案”页更换"))
        self.shell.set_versions(notes)

    # Reading.

    def refresh(self) -> None:
        """F5: read the list again and drop what left it."""
        self._show_view(self._current_view())

    def _show_view(self, view: ListView) -> None:
        """Show a query; the list comes in the background."""
        same = (view.key, view.tokens, view.text) == (self.shown.key, self.shown.tokens, self.shown.text)
        other_columns = view.key != self.shown.key or not self._number
        self.shown = view
        if list(view.tokens) != self.filter.tokens or view.text != self.filter.box.text:
            self.filter.set_query(view.tokens, view.text)
            self._typed_timer.stop()
        if other_columns:
            self.table.show_queue(view.queue, self._memory.columns(view.key))
            self.queues.mark(view.key)
        self.table.head.show_sorted(view.sort, view.descending != (view.sort == FALLS))
        if not same or not self._number:
            self._totals = ListTotals()
            self._stack.show_loading()
        self._read(view, drift=False)

    def _read(self, view: ListView, *, drift: bool) -> None:
        if drift and self._pending:
            return
        self._number += 1
        if not drift:
            self._pending = self._number
        before = self.table.cases.ids[:] if drift else None
        request = ListRequest(self._number, view.key, view.queue, view.words, view.sort, view.descending, before)
        job = self.shell.jobs.run(ReadList(self.shell.services, request), parent=self)
        job.done.connect(self._on_read)
        job.failed.connect(self._on_failed)

    def _on_read(self, listing: Listing) -> None:
        if listing.request.number != self._number:
            return
        if listing.request.before is not None:
            self._show_drift(listing)
        else:
            self._pending = 0
            self._show_listing(listing)
        self.shell.actions.refresh()
        if self.isVisible():
            self.shell.set_status(f"{len(listing.ids):,} 份 · 筛选 {listing.took_ms:.0f} ms")
        QTimer.singleShot(0, self, partial(self._count, listing.request))  # the rows are drawn first, undisturbed

    def _count(self, request: ListRequest) -> None:
        if request.number == self._number:
            count = CountList(self.shell.services, request, self.views.all(), self.table.shows_key("planned"))
            self.shell.jobs.run(count, parent=self).done.connect(self._on_counted)

    def _on_counted(self, counted: Counted) -> None:
        if counted.request.number != self._number:
            return
        self._totals, self._queues = counted.totals, counted.queues
        self.foot.show_day(counted.finished, counted.wanted)
        self.queues.show_queues(counted.queues, self.views.all(), counted.views, self.shown.key)
        known = (self.cells.leaving, self.cells.people, self.cells.batches)
        self.cells.leaving, self.cells.people, self.cells.batches = counted.leaving, counted.people, counted.batches
        if known != (counted.leaving, counted.people, counted.batches):
            self.filter.relabel()
            self.table.viewport().update()
        if not self._pending and not self.table.cases.ids:
            self._say_empty()
        self._show_counts()
        self.place_changed.emit()

    def _show_listing(self, listing: Listing) -> None:
        everything = self.table.selected_count == len(self.table.cases.ids) > 1
        self.foot.show_news(0)
        focused = self.table.hasFocus()
        self.table.cases.set_ids(listing.ids)
        if listing.ids:
            self._stack.show_content()
            self.table.go_to_spot(self.shown.spot)
            if everything:
                self.table.selectAll()
            self._on_row(self.table.current_row)
        else:
            self._say_empty()
            self.peek.show_nothing()
        if self.isVisible() and (focused or self._stack.isAncestorOf(QApplication.focusWidget() or self)):
            self._focus_table()
        self.place_changed.emit()

    def _show_drift(self, listing: Listing) -> None:
        """Grey what left the list and tell what came; the rows stay where they are."""
        if not len(self.table.cases.ids) and len(listing.ids):
            self.refresh()
            return
        self.table.cases.set_gone(listing.gone)
        self.foot.show_news(listing.came)

    def _say_empty(self) -> None:
        """Say why there is nothing, once the counts are there to tell an empty queue from an empty library."""
        view = self.shown
        if view.words:
            shown = "、".join([*map(self._token_label, view.tokens), *([view.text] if view.text else [])])
            hint = f"当前筛选：{shown}。按 Esc 清除。"
            self._stack.show_empty("没有符合筛选的病例。", hint, "清除筛选", self.clear_filter)
        elif not self._queues:
            return
        elif not any(queue.count for queue in self._queues):
            hint = "从医院系统导出首页（Excel 或 CSV），在这里导入。"
            self._stack.show_empty("还没有病例。", hint, "导入病例", self.import_cases)
        else:
            other = max(self._queues, key=lambda queue: (queue.key != "all", queue.count))
            hint = f"可查看“{other.label}”{other.count:,} 份。"
            title = f"“{self.queues.label(view.key)}”没有病例。"
            self._stack.show_empty(title, hint, "查看", partial(self.show_queue, other.key))

    def _token_label(self, token: str) -> str:
        return token_label(token, self.cells.batches)

    def _on_failed(self, problem: object) -> None:
        self._pending = 0
        if isinstance(problem, UserProblem):
            self._stack.show_problem(problem)

    def _read_peek(self) -> None:
        row_shown = self.table.cases.case_at(self.table.current_row)
        if row_shown is None or not self.peek.isVisible():
            return
        if row_shown.case_id != self.peek.case_id:
            self.peek.show_loading()
        read = ReadCase(self.shell.services, row_shown.case_id, self.shown.queue)
        self.shell.jobs.run(read, parent=self).done.connect(self._on_peek)

    def _on_peek(self, peeked: Peeked) -> None:
        row_shown = self.table.cases.case_at(self.table.current_row)
        if row_shown is not None and row_shown.case_id == peeked.view.case_id:
            self.peek.show_case(peeked)

    # What the user does.

    def show_query(self, tokens: Sequence[str], text: str) -> None:
        """Show what a query finds in the queue."""
        self.filter.set_query(tokens, text)
        self._typed_timer.stop()
        self._on_query()

    def show_queue(self, key: str) -> None:
        """Show another queue or view as it was left."""
        self._remember()
        self._show_view(self._memory.view(key))

    def forget_view(self, key: str) -> None:
        """Forget where the user was in a view that is gone."""
        self._memory.forget(key)

    def _on_query(self) -> None:
        view = self._current_view()
        asked = replace(view, tokens=tuple(self.filter.tokens), text=self.filter.box.text)
        if asked.words != self.shown.words:
            self._show_view(asked)

    def _on_row(self, at: int) -> None:
        self._peek_timer.start()
        if self.table.cases.gone and at >= 0 and self.table.cases.ids[at] not in self.table.cases.gone:
            QTimer.singleShot(0, self, self._drop_gone)

    def _drop_gone(self) -> None:
        """Take greyed rows away once the cursor has moved; the current row keeps its height on the screen."""
        spot = self.table.spot()
        self.table.cases.drop_gone(spot.case_id)
        self.table.go_to_spot(spot)
        self._show_counts()

    def _show_counts(self) -> None:
        shown = len(self.table.cases.ids) - len(self.table.cases.gone)
        self.foot.show_counts(shown, self.table.selected_count, self._totals)

    def sort_by(self, key: str) -> None:
        """Sort by a column; a second click turns the order round. The current case stays under the eye."""
        turned = key == self.shown.sort and not self.shown.descending
        self._show_view(replace(self._current_view(), sort=key, descending=turned))

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter.box.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.box.line.selectAll()

    def clear_filter(self) -> None:
        """Show the whole queue."""
        self.show_query((), "")
        self._focus_table()

    def escape(self) -> None:
        """Esc: close what floats, then the text being typed, the selection, the filter; then go back."""
        if self._chooser and self._chooser.isVisible():
            self._chooser.hide()
            self._columns.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._bulk and self._bulk.isVisible():
            self._bulk.hide()
            self._focus_table()
        elif self.filter.close_list():
            return
        elif self.filter.box.line.hasFocus() and self.filter.box.line.text():
            self.filter.box.line.clear()
        elif self.table.selected_count > 1:
            self.table.select_only_current()
        elif self.shown.words:
            self.clear_filter()
        else:
            self.shell.back()

    def _focus_table(self) -> None:
        if self._stack.shows_content:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.filter.box.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_selected(self) -> None:
        """Enter: open the case under the cursor."""
        self.open_current(self.table.current_row)

    def open_current(self, at: int) -> None:
        """Open the case of a row, with the list around it to go on through."""
        ids = self.table.cases.ids
        if 0 <= at < len(ids):
            first, gone = max(0, at - _BEFORE_IN_QUEUE), self.table.cases.gone
            around: list[JsonValue] = [one for one in ids[first : first + _MOST_IN_QUEUE] if one not in gone]
            self.shell.go(Place("case", {"case": ids[at], "queue": around}))

    def open_first_unclaimed(self) -> None:
        """Ctrl+Enter: open the first case of the list that waits for coding and nobody works on."""
        view = self.shown
        unclaimed = set(self.shell.services.worklist.ids(view.queue, f"{view.words} 未认领"))
        at = next((at for at, case_id in enumerate(self.table.cases.ids) if case_id in unclaimed), -1)
        if at < 0:
            self.shell.notices.toast("这个列表里没有未认领的应编病案。")
            return
        self.table.go_to(at)
        self.open_current(at)

    def select_all(self) -> None:
        """Ctrl+A: select everything the query shows."""
        self.table.selectAll()

    def scope(self) -> Sequence[int]:
        """Return the cases that an action on the list means: the selected ones if several, else all of the list."""
        if self.table.selected_count > 1:
            return self.table.selected_ids()
        return [case_id for case_id in self.table.cases.ids if case_id not in self.table.cases.gone]

    def auto_code(self) -> None:
        """Code the list by machine."""
        ids = self.scope()
        part = self.table.selected_count > 1 and len(ids) <= _MOST_IN_QUEUE
        view = self.shown
        args: dict[str, JsonValue] = {"cases": [*ids]} if part else {"queue": view.queue, "words": view.words}
        self.work.auto_code(ids, Place("autocode", args))

    def submit(self) -> None:
        """Take the chosen cases, or what the list shows, to the gate before submission."""
        part, view = 1 < self.table.selected_count < len(self.table.cases.ids), self.shown
        args: dict[str, JsonValue] = {"queue": view.queue, "words": view.words}
        self.shell.go(Place("submission", {"cases": [*self.table.selected_ids()]} if part else args))

    def check(self) -> None:
        """Check and group the list anew."""
        self.work.check(self.scope())

    def go_through(self) -> None:
        """Go through what the rules found in the cases of the list."""
        view = self.shown
        self.shell.go(Place("qc", {"scope": "list", "queue": view.queue, "words": view.words}))

    def export_batch(self) -> None:
        """Export the batch of the case under the cursor."""
        shown = self.table.cases.case_at(self.table.current_row)
        if shown and shown.row.batch_id:
            self.work.export(shown.row.batch_id, self.cells.batches.get(shown.row.batch_id, ""))

    def open_bulk(self) -> None:
        """Show what can be done to the selected cases or the whole list."""
        if self._bulk is None:
            self._bulk = BulkMenu(self.foot.bulk, self.shell.actions, self.doing.do_to_all)
        several = self.table.selected_count > 1
        count = self.table.selected_count if several else len(self.table.cases.ids)
        self._bulk.open(f"选中的 {count:,} 份" if several else f"列表中的 {count:,} 份")

    def import_cases(self) -> None:
        """Go to the import."""
        self.shell.go(Place("import"))

    def toggle_peek(self) -> None:
        """Fold or show the panel at the right."""
        self.parts.fold(2, not self.parts.is_folded(2))
        self._read_peek()

    def choose_columns(self) -> None:
        """Show the list of columns under its button."""
        if self._chooser is None:
            self._chooser = ColumnChooser(self._columns, self.table)
        self._chooser.open()

    @property
    def has_cases(self) -> bool:
        """True when the list shows a case."""
        return self.table.current_row >= 0

    def _fit(self) -> None:
        """Take the wide layout or leave it."""
        self._export.setVisible(theme().wide)
