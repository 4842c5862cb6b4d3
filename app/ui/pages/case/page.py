"""The case page: the paper front page on the screen, with the answer beside every line."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.common.errors import UserProblem
from app.domain.case import FieldPath
from app.domain.changes import Changes
from app.domain.coding import Candidate
from app.domain.field import Group, Section
from app.domain.fields import field
from app.domain.findings import Finding
from app.services.types import CaseView
from app.ui.page import KeyHint, Page, PageSpec, Place, SaveState, Shell, VersionNote
from app.ui.pages.case.dock import DrgCard, FindingList
from app.ui.pages.case.frame import CaseStrip, FeeBar, SectionIndex
from app.ui.pages.case.grid import RowGrid
from app.ui.pages.case.places import section_of
from app.ui.pages.case.sheet import Sheet, counts_by_section, marks_of
from app.ui.widgets import Pane, Splitter, StateStack, column, row

_OFFERED = 3


class CasePage(Page):
    """Shows and edits one case. Every edit is stored when a field is left; the answer comes back as a view."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self.view: CaseView | None = None
        self._wanted: Place | None = None
        self._queue: list[int] = []
        self._awaited: int | None = None
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(600)
        self._draft_timer.timeout.connect(self._save_draft)
        self._draft: tuple[str, str] | None = None

    def build(self) -> None:
        """Make strip, index, sheet with grids, dock and fee strip."""
        self.strip = CaseStrip(self.shell.actions)
        self.index = SectionIndex()
        self.grids = {group: RowGrid(self.shell, group) for group in (Group.DX, Group.OP)}
        self.sheet = Sheet(self.grids)
        self.fees = FeeBar()
        self.findings = FindingList()
        self.drg = DrgCard(self.shell.actions)
        paper = Pane("sheet", "t l r")
        paper.setLayout(column(self.sheet))
        middle = QWidget()
        middle.setLayout(column(paper, margins=(10, 10, 10, 0)))
        upper = row(self.index, gap=0)
        upper.addWidget(middle, 1)
        left = QWidget()
        left_box = column()
        left_box.addLayout(upper, 1)
        left_box.addWidget(self.fees)
        left.setLayout(left_box)
        dock = Pane("surface", "l")
        dock_box = column()
        dock_box.addWidget(self.findings, 1)
        dock_box.addWidget(self.drg)
        dock.setLayout(dock_box)
        width = self.shell.theme.size("dock_right")
        self.parts = Splitter("case", self.shell.places, (left, dock), (0, width))
        whole = QWidget()
        whole_box = column(self.strip)
        whole_box.addWidget(self.parts, 1)
        whole.setLayout(whole_box)
        self.stack = StateStack(whole)
        self.setLayout(column(self.stack))
        self._connect()
        self._name_regions()
        self._show_nothing()

    def _connect(self) -> None:
        self.sheet.committed.connect(self.set_text)
        self.sheet.edited.connect(self._on_edited)
        self.sheet.section_changed.connect(self.index.set_current)
        self.index.wanted.connect(self.sheet.go_to)
        self.fees.committed.connect(self.set_text)
        self.findings.jump.connect(self.go_to_finding)
        self.findings.fix.connect(self._apply_fix)
        for grid in self.grids.values():
            grid.edited.connect(self.set_text)
            grid.taken.connect(self._on_taken)
            grid.row_entered.connect(self._on_row_entered)

    def _name_regions(self) -> None:
        common = (KeyHint("F6", "下一问题"), KeyHint("Ctrl+Enter", "完成并下一份"))
        self.add_region("sheet", self.sheet, (KeyHint("Enter", "下一项"), KeyHint("Ctrl+;", "今天"), *common))
        grid = (
            KeyHint("Ctrl+1–3", "采用候选"),
            KeyHint("Enter", "下一格"),
            KeyHint("F4", "检索"),
            KeyHint("Alt+↑↓", "调序"),
        )
        self.add_region("dx", self.grids[Group.DX], (*grid, common[0]))
        self.add_region("op", self.grids[Group.OP], (*grid, common[0]))
        self.add_region("findings", self.findings, (KeyHint("↑↓", "选择"), KeyHint("Enter", "跳到字段"), *common))
        self.add_region("fees", self.fees, (KeyHint("Enter", "下一项"), *common))

    def title_detail(self) -> str:
        """Return the position in the list the case was opened from."""
        if self.view and self.view.case_id in self._queue:
            return f"第 {self._queue.index(self.view.case_id) + 1:,} / {len(self._queue):,} 份"
        return ""

    def place(self) -> Place:
        """Return the case and the field under the cursor."""
        if self.view is None:
            return Place(self.key)
        args: dict[str, object] = {"case": self.view.case_id, "field": self._focused_path()}
        args["scroll"] = self.sheet.verticalScrollBar().value()
        return Place(self.key, args)  # type: ignore[arg-type]  # JSON values all

    def restore(self, place: Place) -> None:
        """Open the case of a place; go to its field, else to the diagnoses."""
        case_id = place.args.get("case")
        queue = place.args.get("queue")
        if isinstance(queue, list):
            self._queue = [item for item in queue if isinstance(item, int)]
        if not isinstance(case_id, int):
            if self.view is None:
                self._show_nothing()
            return
        if self.view is None or self.view.case_id != case_id:
            self.open_case(case_id)
        path = place.args.get("field")
        scroll = place.args.get("scroll")
        if isinstance(scroll, int) and scroll:
            self.sheet.verticalScrollBar().setValue(scroll)
        elif not path:
            QTimer.singleShot(0, self._to_diagnoses)
        if isinstance(path, str) and path:
            self.go_to_field(path)

    def default_focus(self) -> QWidget | None:
        """Coders start in the diagnosis grid."""
        return self.grids[Group.DX] if self.built and self.view else None

    def on_changes(self, changes: Changes) -> None:
        """Read the case anew when somebody else's write touched it."""
        if self.view and self.view.case_id in changes.cases:
            self._show(self.shell.services.cases.view(self.view.case_id))

    def open_case(self, case_id: int) -> None:
        """Show a case from the start of its diagnoses."""
        if not self.shell.services.is_ready:
            self._awaited = case_id
            self.stack.show_loading()
            job = self.shell.jobs.run(self.shell.services.warm_up, label="载入编码库与分组方案", parent=self)
            job.done.connect(self._on_ready)
            return
        try:
            view = self.shell.services.cases.view(case_id)
        except UserProblem as problem:
            self.stack.show_problem(problem)
            return
        self.view = None
        self._show(view)
        dx = self.grids[Group.DX]
        dx.go_to_field(self._first_open_row(view), "code")
        for path, text in view.drafts.items():
            self._restore_draft(path, text)
        self.place_changed.emit()

    def _on_ready(self) -> None:
        """Open the case that was asked for while the engines were still loading."""
        if self._awaited is not None and self.shell.services.is_ready:
            case_id, self._awaited = self._awaited, None
            self.open_case(case_id)

    def _first_open_row(self, view: CaseView) -> int:
        rows = view.record.rows(Group.DX)
        return next((index for index, line in enumerate(rows) if not line.text("code")), 0)

    def _show(self, view: CaseView) -> None:
        same = self.view is not None and self.view.case_id == view.case_id
        self.view = view
        marks = marks_of(view)
        self.stack.show_content()
        self.strip.show_view(view)
        self.sheet.show_view(view)
        for grid in self.grids.values():
            grid.show_view(view, marks)
        self.fees.show_view(view)
        self.index.show_view(view, counts_by_section(view))
        self.findings.show_report(view.report)
        self.drg.show_grouping(view.grouping, same_case=same)
        self.shell.set_save_state(SaveState("saved", view.saved_at))
        self.shell.set_versions(self._versions())
        self.shell.actions.refresh()

    def _versions(self) -> tuple[VersionNote, ...]:
        if self.view is None:
            return ()
        coding = self.shell.services.coding
        return (
            VersionNote(f"编码：{coding.edition_title()}", "当前启用的编码库"),
            VersionNote(f"分组：{self.view.grouping.scheme_title}", "当前启用的分组方案，按出院日期选用"),
        )

    def _show_nothing(self) -> None:
        self.stack.show_empty("没有打开的病案。", "在病例列表中选一份，按 Enter 打开。", "到病例列表", self._to_list)

    def _to_list(self) -> None:
        self.shell.go(Place("worklist"))

    def _to_diagnoses(self) -> None:
        self.sheet.go_to(Section.DIAGNOSIS)

    # Writing: one way in for every field, whatever widget it came from.

    def _write(self, work: object, *args: object) -> None:
        """Call a service that returns the new view; refusals are shown and the stored value comes back."""
        if self.view is None or not callable(work):
            return
        self.shell.set_save_state(SaveState("saving"))
        try:
            view = work(self.view.case_id, *args)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            view = self.shell.services.cases.view(self.view.case_id)
        self._show(view)

    def set_text(self, path: str, text: str) -> None:
        """Store what was typed into a field."""
        self._draft_timer.stop()
        self._draft = None
        at = FieldPath.parse(path)
        if self.view and at.group in self.grids and at.index >= len(self.view.record.rows(at.group)):
            self._write(self.shell.services.cases.add_row, at.group, at.index)
        self._write(self.shell.services.cases.set_text, path, text)

    def _on_taken(self, group: Group, index: int, candidate: Candidate) -> None:
        if self.view and index >= len(self.view.record.rows(group)):
            self._write(self.shell.services.cases.add_row, group, index)
        self._write(self.shell.services.cases.accept, group, index, candidate.code)
        key = "adm_cond" if group is Group.DX else "date"
        self.grids[group].go_to_field(index, key)

    def _on_row_entered(self, group: Group, index: int) -> None:
        """Unfold candidates under an uncoded row when the cursor comes to it."""
        if self.view is None:
            return
        grid = self.grids[group]
        rows = self.view.record.rows(group)
        if not 0 <= index < len(rows) or rows[index].text("code") or not rows[index].text("source_text"):
            grid.offer(-1, (), _no_effect)
            return
        found = self.shell.services.cases.candidates(self.view.case_id, group, index, _OFFERED)
        effects = self.shell.services.coding.effects(
            self.view.case_id, group, index, tuple(candidate.code for candidate in found.candidates[:_OFFERED])
        )
        grid.offer(index, found.candidates[:_OFFERED], lambda code: effects.get(code, ""))

    def _apply_fix(self, finding: Finding) -> None:
        if finding.fix:
            self._write(self.shell.services.cases.apply_fix, finding)
            self.shell.notices.toast(f"已改正 {finding.rule_id}：{finding.fix.label}", undo=self.undo)

    # Drafts: half-typed text survives a crash.

    def _on_edited(self, path: str, text: str) -> None:
        self._draft = (path, text)
        self._draft_timer.start()

    def _save_draft(self) -> None:
        if self._draft and self.view:
            self.shell.services.cases.save_draft(self.view.case_id, *self._draft)

    def _restore_draft(self, path: str, text: str) -> None:
        box = self.sheet.fields.boxes.get(path)
        if box and text != box.field.shown:
            box.field.setText(text)
            box.field.setModified(True)
            self.sheet.reveal(box)
            box.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # Moving about.

    def go_to_field(self, path: str) -> None:
        """Put the cursor into the field of a path and show it at one third of the height."""
        at = FieldPath.parse(path)
        if at.group in self.grids:
            grid = self.grids[at.group]
            self.sheet.go_to(section_of(path))
            grid.go_to_field(at.index, at.field)
            return
        box = self.sheet.fields.boxes.get(str(at))
        if box is None and str(at) in self.fees.boxes:
            self.fees.unfold()
            box = self.fees.boxes[str(at)]
        elif box is not None:
            self.sheet.reveal(box)
        if box is not None:
            box.field.setFocus(Qt.FocusReason.OtherFocusReason)
            box.field.selectAll()

    def go_to_finding(self, finding: Finding) -> None:
        """Put the cursor into the first field of a finding."""
        if finding.paths:
            self.go_to_field(finding.paths[0])

    def next_finding(self) -> None:
        """F6: the next finding and its field."""
        finding = self.findings.step(1)
        if finding:
            self.go_to_finding(finding)

    def previous_finding(self) -> None:
        """Shift+F6: the finding before."""
        finding = self.findings.step(-1)
        if finding:
            self.go_to_finding(finding)

    def fix_current(self) -> None:
        """Alt+Enter: apply the safe remedy of the chosen finding."""
        finding = self.findings.current()
        if finding:
            self._apply_fix(finding)

    def _focused_path(self) -> str:
        focus = QApplication.focusWidget()
        for group, grid in self.grids.items():
            if grid is focus and grid.current_index >= 0:
                key = grid.columns[max(0, grid.currentIndex().column())].key
                return f"{group}[{grid.current_index}].{key}" if _is_field(group, key) else ""
        name = focus.objectName() if focus else ""
        return name if name in self.sheet.fields.boxes else ""

    def _grid(self) -> RowGrid:
        focus = QApplication.focusWidget()
        return self.grids[Group.OP] if focus is self.grids[Group.OP] else self.grids[Group.DX]

    # What actions do.

    def take_candidate(self, number: int) -> None:
        """Ctrl+1…3: accept an inline candidate of the row under the cursor, or its proposal."""
        grid = self._grid()
        candidate = grid.offered(number)
        if candidate:
            self._on_taken(grid.group, grid.current_index, candidate)

    def accept_proposals(self) -> None:
        """Ctrl+Shift+A: accept all proposals of the case."""
        self._write(self.shell.services.cases.accept_all)

    def search_code(self) -> None:
        """F4: search for the row under the cursor."""
        self._grid().edit_code()

    def add_row(self) -> None:
        """Insert: a row below the current one."""
        grid = self._grid()
        self._write(self.shell.services.cases.add_row, grid.group, grid.current_index + 1)
        grid.go_to_field(grid.current_index + 1, "code")

    def remove_row(self) -> None:
        """Ctrl+Delete: take the row away; undo brings it back."""
        grid = self._grid()
        if self.view and 0 <= grid.current_index < len(self.view.record.rows(grid.group)):
            self._write(self.shell.services.cases.remove_row, grid.group, grid.current_index)
            self.shell.notices.toast(self.view.undo_name if self.view else "", undo=self.undo)

    def split_row(self) -> None:
        """Ctrl+D: split a text with several diagnoses into rows."""
        grid = self._grid()
        self._write(self.shell.services.cases.split_row, grid.group, grid.current_index)

    def move_row(self, by: int) -> None:
        """Alt+↑/↓: swap the row with its neighbour; it stays under the cursor."""
        grid = self._grid()
        self._move_to(grid, grid.current_index + by)

    def make_principal(self) -> None:
        """Alt+Home: make the row the first one."""
        self._move_to(self._grid(), 0)

    def _move_to(self, grid: RowGrid, to: int) -> None:
        at = grid.current_index
        if self.view and 0 <= to < len(self.view.record.rows(grid.group)) and at != to:
            column_at = grid.currentIndex().column()
            self._write(self.shell.services.cases.move_row, grid.group, at, to)
            grid.go_to(grid.lines.row_of(to), column_at)

    def undo(self) -> None:
        """Ctrl+Z: take back the last operation on this case."""
        name = self.view.undo_name if self.view else ""
        self._write(self.shell.services.cases.undo)
        self.shell.notices.toast(f"已撤销 {name}")

    def redo(self) -> None:
        """Ctrl+Y: do again what was taken back."""
        name = self.view.redo_name if self.view else ""
        self._write(self.shell.services.cases.redo)
        self.shell.notices.toast(f"已重做 {name}")

    def finish(self) -> None:
        """Ctrl+Enter: finish the case and open the next of the same list; errors that remain come first."""
        if self.view is None:
            return
        case_id = self.view.case_id
        done = self.shell.services.cases.finish(case_id)
        if done.blocking is not None:
            self._show(self.shell.services.cases.view(case_id))
            self.shell.notices.toast(f"还有 {done.errors} 项强制错误，改正后可完成。")
            self.go_to_finding(done.blocking)
            return
        name = self.view.record.text("patient_name")
        following = self._queue[self._queue.index(case_id) + 1 :] if case_id in self._queue else []
        if following:
            self.open_case(following[0])
        else:
            self._show(self.shell.services.cases.view(case_id))
        self.shell.notices.toast(f"已完成 {name}")

    def step_section(self, by: int) -> None:
        """Ctrl+PgUp/PgDn: section by section."""
        order = list(self.sheet.sections)
        at = order.index(self.sheet.current_section())
        self.sheet.go_to(order[max(0, min(at + by, len(order) - 1))])

    def toggle_dock(self) -> None:
        """Ctrl+B: fold or show the dock."""
        self.parts.fold(1, not self.parts.is_folded(1))

    def show_drg(self) -> None:
        """F9: the full grouping path."""
        if self.view:
            self.shell.go(Place("drg", {"case": self.view.case_id}))

    def type_today(self) -> None:
        """Ctrl+;: write today into a date field."""
        path = self._focused_path()
        if path:
            self.set_text(path, self.shell.services.today_text())

    def leave(self) -> None:
        """Esc: back to the list."""
        self.shell.back()


def _is_field(group: Group, key: str) -> bool:
    try:
        field(f"{group}[].{key}")
    except KeyError:
        return False
    return True


def _no_effect(_code: str) -> str:
    return ""
