"""The case page: the paper front page on the screen, with the answer beside every line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.common.errors import UserProblem
from app.domain.case import FieldPath
from app.domain.changes import Changes
from app.domain.field import Group, Section
from app.domain.findings import Finding
from app.qc.questions import Asked
from app.services.types import CaseView
from app.ui.page import Page, PageSpec, Place, SaveState, Shell
from app.ui.pages.case import clashing, deciding, hints, reading
from app.ui.pages.case.conflict import Clash
from app.ui.pages.case.dock import remedy_label
from app.ui.pages.case.dock_pane import QcDock
from app.ui.pages.case.dock_splitter import DockSplitter
from app.ui.pages.case.dock_tabs import DockTabs
from app.ui.pages.case.drg_card import DrgCard
from app.ui.pages.case.explain import cell_words, history_words, is_field, versions_of
from app.ui.pages.case.fees import FeeBar
from app.ui.pages.case.fields import SheetField
from app.ui.pages.case.following import Following
from app.ui.pages.case.frame import CaseStrip, SectionIndex
from app.ui.pages.case.grid import RowGrid
from app.ui.pages.case.grid_box import GridBox
from app.ui.pages.case.looks import counts_by_section, marks_of
from app.ui.pages.case.paper import ORDER
from app.ui.pages.case.sheet import Sheet
from app.ui.pages.case.state_bar import CaseBar
from app.ui.pages.case.taking import CodeTaking
from app.ui.pages.case.work import CaseWork
from app.ui.pages.wording import joined
from app.ui.undoing import latest_elsewhere
from app.ui.widgets import Pane, StateStack, column, row


class CasePage(Page):
    """Shows and edits one case. Every edit is stored when a field is left; the answer comes back as a view."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self.following = Following(shell, self)
        self.work = CaseWork(shell, self)
        self.work.written.connect(self.show_view)
        self.work.gone.connect(self._on_gone)
        self._awaited: tuple[int, str | Section] | None = None
        self._loading = False
        self._shown: CaseView | None = None
        self._focus: QWidget | None = None
        self._target: QWidget | None = None
        self.last_path = ""
        self._revising = shell.places.get("case.revising") is True
        self._half_typed = ("", "")
        self.clashes: list[Clash] = []
        self._landing: str | int | Section = Section.DIAGNOSIS
        self._land_soon = QTimer(self)
        self._land_soon.setSingleShot(True)
        self._land_soon.setInterval(0)
        self._land_soon.timeout.connect(self._land)

    @property
    def view(self) -> CaseView | None:
        """The case as it stands, None when none is open."""
        return self.work.view

    @property
    def is_whole(self) -> bool:
        """True when a case is shown with all that the engines say about it."""
        return self.view is not None and self._awaited is None

    # Making.

    def build_steps(self) -> Iterator[None]:
        """Make strip, index, sheet with grids, dock and fee strip; the frame first, then what it holds."""
        actions = self.shell.actions
        self.strip = CaseStrip(actions, self._now)
        self.bar = CaseBar(actions)
        self.index = SectionIndex()
        self.grids = {group: RowGrid(self.shell, group) for group in (Group.DX, Group.OP)}
        self.boxes = {group: GridBox(grid, self.undo) for group, grid in self.grids.items()}
        self.sheet = Sheet(self.boxes, self._tell_history)
        yield
        self.fees = FeeBar(actions, self._tell_history)
        self.dock = QcDock(self.shell, self._explain_choice)
        self.findings = self.dock.findings
        yield
        self.tabs = DockTabs(self.shell, self.dock)
        self.drg = DrgCard(actions)
        yield
        self._lay_out()
        yield
        yield from self.sheet.fill()
        self._connect()
        self._name_regions()
        self._show_nothing()

    def warm_steps(self) -> Iterator[None]:
        """Make what floats below the code cells."""
        for grid in self.grids.values():
            grid.warm()
            yield

    def _lay_out(self) -> None:
        """Lay out from the outside in: what is put into something is moved with everything it holds."""
        whole, left, dock = QWidget(), QWidget(), Pane("surface", "l")
        self.stack = StateStack(whole)
        self.setLayout(column(self.stack))
        self.parts = DockSplitter("case", self.shell.places, left, dock)
        whole_box = column(self.strip, self.bar)
        whole_box.addWidget(self.parts, 1)
        whole.setLayout(whole_box)
        self._lay_paper(left)
        said = QWidget()
        self.answers = StateStack(said)
        dock.setLayout(column(self.answers))
        dock_box = column()
        dock_box.addWidget(self.tabs, 1)
        dock_box.addWidget(self.drg)
        said.setLayout(dock_box)

    def _lay_paper(self, left: QWidget) -> None:
        middle, paper = QWidget(), Pane("sheet", "t l r")
        upper = row(self.index, gap=0)
        upper.addWidget(middle, 1)
        left_box = column()
        left_box.addLayout(upper, 1)
        left_box.addWidget(self.fees)
        left.setLayout(left_box)
        middle.setLayout(column(paper, margins=(10, 10, 10, 0)))
        paper.setLayout(column(self.sheet))

    def _connect(self) -> None:
        for part in (self.sheet, self.fees):
            part.committed.connect(self.work.set_text)
            part.typing.connect(self.work.note_typing)
            part.refused.connect(self.strip.flash)
        self.taking = CodeTaking(self)
        for grid in self.grids.values():
            grid.typing.connect(self.work.note_typing)
            grid.refused.connect(self.strip.flash)
            grid.spot_changed.connect(self._on_spot)
            grid.editing.connect(self._on_editing)
            grid.left.connect(self._on_grid_left)
            grid.explain = self._explain_cell
            grid.asked = self.work.queries
            grid.queried.connect(self.work.note_query)
        self.sheet.section_changed.connect(self._on_section)
        self.index.wanted.connect(self.go_to_section)
        self.findings.jump.connect(self.go_to_finding)
        self.findings.fix.connect(self.settle_finding)
        self.findings.wanted.connect(self._on_wanted)
        self.findings.answered.connect(self._on_answered)
        self.dock.go_to.connect(self.go_to_field)
        reading.connect(self)
        self.moved.connect(self._on_moved)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def _name_regions(self) -> None:
        self.add_region("sheet", self.sheet, hints.FIELD)
        self.add_region("dx", self.grids[Group.DX], hints.GRID)
        self.add_region("op", self.grids[Group.OP], hints.GRID)
        self.add_region("findings", self.findings, hints.DOCK)
        self.add_region("score", self.dock.score, hints.SCORE)
        self.add_region("fees", self.fees, hints.FEES)
        for name in ("history", "notes", "three", "papers"):
            self.add_region(name, self.tabs.region(name), hints.READING[name])

    def _lay_tabs(self) -> None:
        """Tab goes through the paper, then the fees, the dock, and last the buttons of the strip."""
        order: list[QWidget] = [*self.sheet.tab_order(), self.fees.toggle_button]
        order += [box.field for box in self.fees.boxes.values()]
        order += [self.tabs.tabs, *self.tabs.stops(), self.drg.path_button, *self.strip.buttons, self.bar.next_button]
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    # Where the user is.

    def title_detail(self) -> str:
        """Return the position in the list the case was opened from."""
        at = self.following.position(self.view.case_id) if self.view else 0
        return f"第 {at:,} / {len(self.following.ids):,} 份" if at else ""

    def place(self) -> Place:
        """Return the case, the field under the cursor and what is in sight."""
        if self.view is None or not self.built:
            return Place(self.key)
        scroll = self.sheet.verticalScrollBar().value()
        return Place(self.key, {"case": self.view.case_id, "field": self.focused_path(), "scroll": scroll})

    def restore(self, place: Place) -> None:
        """Open the case of a place; go to its field, else to the diagnoses."""
        case_id, queue = place.args.get("case"), place.args.get("queue")
        path, scroll = place.args.get("field"), place.args.get("scroll")
        if isinstance(queue, list):
            self.following.take(queue)
        if not isinstance(case_id, int):
            return
        landing: str | Section = path if isinstance(path, str) and path else Section.DIAGNOSIS
        if self.view is None or self.view.case_id != case_id or not self.stack.shows_content:
            self.open_case(case_id, landing)
        elif path or not isinstance(scroll, int):
            self._land_at(landing)
        if isinstance(scroll, int) and self.view is not None:
            self._landing = scroll
            self._land_soon.start()

    def default_focus(self) -> QWidget | None:
        """Coders start in the diagnosis grid, or where they were."""
        if self.view is None or not self.stack.shows_content:
            return self.stack
        return self._target or self._focus or self.grids[Group.DX]

    def show_masked(self) -> None:
        """Show the case once more; what was being typed is stored first."""
        if self.view is not None and self.built:
            self.settle()
            self.show_view(self.view)
        super().show_masked()

    def on_changes(self, changes: Changes) -> None:
        """Read the case anew when somebody else's write touched it, or prices and payment rules changed."""
        priced_anew = changes.assets and self.shell.services.is_ready
        if self.view and (priced_anew or self.view.case_id in changes.cases) and not self.work.publishing:
            before, view = self.view, self.work.read(self.view.case_id)
            if view is not None:
                clashing.show_anew(self, before, view)

    # Opening.

    def open_case(self, case_id: int, landing: str | Section = Section.DIAGNOSIS) -> None:
        """Show a case at a section or field; load the engines first when they are not there yet."""
        self.work.view = None
        self._shown = None
        ready = self.shell.services.is_ready
        self._awaited = None if ready else (case_id, landing)
        if not ready:
            self._load_engines()
        view = self.work.read(case_id)
        if view is None:
            return
        self.show_view(view)
        self.grids[Group.DX].place_cursor(self._first_open_row(view, Group.DX), "code")
        self.grids[Group.OP].place_cursor(self._first_open_row(view, Group.OP), "code")
        self._land_at(landing)
        self._restore_drafts(view)
        self.place_changed.emit()

    def _load_engines(self) -> None:
        if not self._loading:
            self._loading = True
            job = self.shell.jobs.run(self.shell.services.warm_up, label="载入编码库与分组方案", parent=self)
            job.done.connect(self._on_ready)
            job.failed.connect(self._on_not_ready)
            job.cancelled.connect(self._on_not_ready)

    def _on_ready(self) -> None:
        """Show the whole of the case that was shown as far as it could be; what was typed meanwhile is stored now."""
        self._loading = False
        if self._awaited is not None and self.view is not None:
            self._awaited = None
            view = self.work.read(self.view.case_id)
            if view is None:
                return
            self._shown = None
            self.show_view(view)
            self.work.catch_up()
            for grid in self.grids.values():
                grid.wake()

    def _on_not_ready(self) -> None:
        self._loading = False
        hint = "编码库或分组方案没有载入，质控与分组暂缺；已输入的内容仍在本机缓存。"
        self.answers.show_empty("未能质控与分组。", hint, "重试", self._load_engines)

    def _on_gone(self, problem: UserProblem) -> None:
        self._shown = None
        self.stack.show_problem(problem)
        self.shell.set_save_state(SaveState("none"))
        self.shell.actions.refresh()

    @staticmethod
    def _first_open_row(view: CaseView, group: Group) -> int:
        rows = view.record.rows(group)
        return next((index for index, line in enumerate(rows) if not line.text("code")), 0)

    def show_view(self, view: CaseView) -> None:
        """Show a case as it stands."""
        same = self._shown is not None and self._shown.case_id == view.case_id
        self._shown = view
        marks = marks_of(view)
        self.stack.show_content()
        self.strip.show_view(view)
        self.bar.show_bar(self.shell.services.states.bar(view))
        before = self._before(view)
        lines_changed = self.sheet.show_view(view, marks, before)
        for group, grid in self.grids.items():
            grid.show_view(view, marks, before)
            self.boxes[group].principal.tell("")
        self.fees.show_view(view, marks)
        self.index.show_view(view, counts_by_section(view))
        self.shell.set_save_state(SaveState("saved", view.saved_at))
        self.shell.set_status("")
        self._show_answers(view, same=same)
        if lines_changed or not same:
            self._lay_tabs()
        self.shell.actions.refresh()

    def _show_answers(self, view: CaseView, *, same: bool) -> None:
        """Show what the engines say beside the paper, or that they are on their way."""
        if self._awaited is not None:
            self.answers.show_loading()
            return
        self.answers.show_content()
        if not same:
            self.last_path = ""
        self.dock.show_view(view, same_case=same)
        self.tabs.show_view(view, same_case=same)
        self.drg.show_grouping(view.grouping, same_case=same)
        if not same:
            self.shell.set_versions(versions_of(self.shell.services.coding.edition_title(), view))

    def _show_nothing(self) -> None:
        self.stack.show_empty("没有打开的病案。", "在病例列表中选一份，按 Enter 打开。", "到病例列表", self._to_list)

    def _to_list(self) -> None:
        self.shell.go(Place("worklist"))

    # Landing: the sheet has its sizes only once the page is shown.

    def _land_at(self, landing: str | Section) -> None:
        self._landing = landing
        self._aim_at(landing)
        self._land_soon.start()

    def _land(self) -> None:
        aimed, self._target = self._target, None
        if aimed is not None and QApplication.focusWidget() is None:
            aimed.setFocus(Qt.FocusReason.OtherFocusReason)  # asked for before the window was shown, Qt forgets it
        match self._landing:
            case Section():
                self.sheet.go_to(self._landing)
                self._on_spot(self.grids[Group.DX])
            case int():
                self.sheet.scroll_to(self._landing)
            case _:
                self.go_to_field(self._landing)
        clashing.ask_waiting(self)
        (path, text), self._half_typed = self._half_typed, ("", "")
        if path:
            at = FieldPath.parse(path)
            self.grids[at.group].open_editor(at.index, at.field, text)

    def _aim_at(self, landing: str | Section) -> None:
        """Choose the widget that gets the focus when the page is shown."""
        if isinstance(landing, Section):
            self._target = self._first_widget(landing)
            return
        at = FieldPath.parse(landing)
        if at.group in self.grids:
            self._target = self.grids[at.group]
            self.grids[at.group].place_cursor(at.index, at.field)
        else:
            self._target = self._field_at(str(at))

    def give_focus(self) -> None:
        """Put the focus where the cursor is."""
        widget = self.default_focus()
        if widget is not None:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def _first_widget(self, section: Section) -> QWidget | None:
        by_section: dict[Section, QWidget] = {
            Section.DIAGNOSIS: self.grids[Group.DX],
            Section.OPERATION: self.grids[Group.OP],
            Section.FEE: self.fees.boxes["fee_total"].field,
        }
        return by_section.get(section) or self.sheet.first_field(section)

    def _field_at(self, path: str) -> SheetField | None:
        box = self.sheet.boxes.get(path)
        if box is None and path in self.fees.boxes:
            self.fees.unfold()
            box = self.fees.boxes[path]
        return box.field if box is not None and isinstance(box.field, SheetField) else None

    # Moving about.

    def go_to_field(self, path: str) -> None:
        """Put the cursor into the field of a path and show it at one third of the height."""
        at = FieldPath.parse(path)
        if at.group in self.grids:
            grid = self.grids[at.group]
            grid.go_to_field(at.index, at.field)
            self.sheet.reveal(grid, grid.spot())
            return
        widget = self._field_at(str(at))
        if widget is not None:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            widget.selectAll()
            if str(at) in self.sheet.boxes:
                self.sheet.reveal(widget)

    def go_to_section(self, section: Section) -> None:
        """Go to a section and put the cursor into it."""
        self.settle()
        if section is Section.FEE:
            self.fees.unfold()
            self.index.set_current(section)
        widget = self._first_widget(section)
        if widget is not None:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.sheet.go_to(section)

    def step_section(self, by: int) -> None:
        """Go to the next or previous section."""
        order = list(ORDER)
        at = order.index(Section.FEE if self._in_fees() else self.sheet.current_section())
        self.go_to_section(order[max(0, min(at + by, len(order) - 1))])

    def _in_fees(self) -> bool:
        return self.fees.isAncestorOf(QApplication.focusWidget() or self)

    def _on_section(self, section: Section) -> None:
        self.index.set_current(Section.FEE if self._in_fees() else section)

    def go_to_finding(self, finding: Finding) -> None:
        """Put the cursor into the first field of a finding."""
        if finding.paths:
            self.settle()
            self.go_to_field(finding.paths[0])

    def focused_path(self) -> str:
        """Return the path of the field or cell under the cursor; of the last one while the focus is elsewhere."""
        if isinstance(self._focus, RowGrid):
            path = f"{self._focus.group}[{max(0, self._focus.current_index)}].{self._focus.current_key}"
            return path if is_field(path) else f"{self._focus.group}[{max(0, self._focus.current_index)}].code"
        return self._focus.objectName() if isinstance(self._focus, SheetField) else ""

    def _on_moved(self) -> None:
        """Let the reading aids follow the cursor; in the dock it stands where it last stood on the sheet."""
        path = self.focused_path()
        if path:
            self.last_path = path
            self.tabs.follow(path)

    def toggle_revision(self) -> None:
        """Show what the import had said beside every changed value, or only the blue bar again."""
        self._revising = not self._revising
        self.shell.places.put("case.revising", self._revising)
        if self.view is not None:
            self.show_view(self.view)

    def _before(self, view: CaseView) -> Mapping[str, str]:
        """Return the old values to show, none while revisions are not shown."""
        before: Mapping[str, str] = self.shell.services.three_way.before(view) if self._revising else {}
        return before

    def unfold_dock(self) -> None:
        """Show the dock."""
        if self.parts.is_folded(1):
            self.parts.fold(1, False)

    def grid(self) -> RowGrid | None:
        """Return the grid under the cursor; while the focus is outside the page, the one it left."""
        return self._focus if isinstance(self._focus, RowGrid) else None

    def settle(self) -> None:
        """Store what is being typed, as leaving the field would."""
        for grid in self.grids.values():
            grid.settle()
        focus = QApplication.focusWidget()
        if isinstance(focus, SheetField) and self.isAncestorOf(focus):
            focus.commit()

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now):
            return
        grid = next((grid for grid in self.grids.values() if grid is now or grid.isAncestorOf(now)), None)
        self._focus = grid or now
        self.moved.emit()
        if self._focus is not self.findings:
            self.findings.forget_settled()

    def _on_spot(self, grid: RowGrid | None = None) -> None:
        grid = grid or self.sender()  # type: ignore[assignment]  # only grids are connected
        if isinstance(grid, RowGrid) and not self._land_soon.isActive():
            self.findings.forget_settled()
            self.moved.emit()
            if grid.hasFocus() or grid.editor is not None:
                self.sheet.ensure(grid, grid.spot())

    def _on_grid_left(self) -> None:
        """Enter walked off the end of a grid: on to the next field of the paper."""
        self.focusNextChild()

    def _on_editing(self, on: bool) -> None:
        for group in ("dx", "op"):
            self.set_hints(group, hints.EDIT if on else hints.GRID)

    # Writing.

    def settle_finding(self, finding: Finding) -> None:
        """Apply the safe remedy of a finding or accept the proposal that settles it, else go to its field."""
        if self.view is None or not remedy_label(self.view, finding):
            self.go_to_finding(finding)
            return
        if self.work.settle(finding):
            self.findings.settle(finding)

    def undo(self) -> None:
        """Take back the last operation on the case; with none, go to where the user's last one was made."""
        self.settle()
        view = self.view
        if view is None or view.undo_name:
            self.work.undo()
            return
        latest = latest_elsewhere(self.shell, but=view.case_id)
        if latest is None:
            self.shell.notices.toast("没有可撤销的操作。")
            return
        latest.go(self.shell)
        self.shell.notices.toast(f"上一步在 {latest.words}。再按 Ctrl+Z 撤销。")

    def _on_wanted(self, what: str) -> None:
        deciding.by_button(self, what)

    def _on_answered(self, asked: Asked, number: int) -> None:
        deciding.answer(self, asked, number)

    def _explain_choice(self) -> str:
        return deciding.explain(self)

    def _restore_drafts(self, view: CaseView) -> None:
        """Put half-typed text of an earlier run back where it was typed; it is stored when the field is left."""
        if view.sealed:
            return
        for path, text in clashing.drafts_to_restore(self, view).items():
            at = FieldPath.parse(path)
            widget = self._field_at(path)
            if widget is not None and text != widget.shown:
                widget.restore_typed(text)
                self._land_at(path)
            elif at.group in self.grids and at.index <= len(view.record.rows(at.group)):
                self._land_at(path)
                self._half_typed = (path, text)

    # Explaining.

    def _tell_history(self, path: str) -> str:
        """Return who changed a field from what to what."""
        at = FieldPath.parse(path)
        if self.view is None or path not in self.view.changed:
            return ""
        if at.group is not Group.CASE and at.index >= len(self.view.record.rows(at.group)):
            return ""
        return history_words(self.shell.services.cases.history(self.view.case_id, path), self._now())

    def _now(self) -> datetime:
        now: datetime = self.shell.services.session.clock.now()
        return now

    def _explain_cell(self, grid: RowGrid) -> str:
        if self.view is None:
            return ""
        path = f"{grid.group}[{max(0, grid.current_index)}].{grid.current_key}"
        history = self._tell_history(path) if is_field(path) else ""
        said = cell_words(self.view, grid.group, grid.current_index, grid.current_key, history)
        rows = self.view.record.rows(grid.group)
        code = rows[grid.current_index].text("code") if 0 <= grid.current_index < len(rows) else ""
        asked = self.is_whole and grid.current_key in ("code", "name")
        known = self.shell.services.lookup.facts(code).lines if asked else ()
        return joined(said, *known, sign="\n")
