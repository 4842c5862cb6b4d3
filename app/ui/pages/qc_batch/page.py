"""批次质控: what the rules found over many cases, gone through rule by rule, written and returned at one stroke."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.qc_batch_types import HitKey, LineDetail, QcGroup, QcScope, Rerun, ScopeChoice, ScopeKind, Segment
from app.ui.masking import masking
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.qc_batch.detail import DetailPanel
from app.ui.pages.qc_batch.doing import QcWork
from app.ui.pages.qc_batch.groups import GroupList
from app.ui.pages.qc_batch.head import HeadBar
from app.ui.pages.qc_batch.memory import ALL, Memory, Round
from app.ui.pages.qc_batch.middle import Middle
from app.ui.pages.qc_batch.reading import Counted, CountRound, Listed, ListGroup, ReadDetail
from app.ui.widgets import Pane, Splitter, column
from app.ui.widgets.states import LOADING_AFTER_MS

_DETAIL_AFTER_MS: Final = 90
_NARROW, _WIDE = (264, 0, 318), (282, 0, 420)


class QcBatchPage(Page):
    """Counts and lines are read in the background; the old ones stay until the new ones are there."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._now = Round()
        self._number = 0
        self._title = ""
        self._unfolded = False
        self._running = False

    def build(self) -> None:
        """Make the head, the groups, the lines and the detail."""
        services = self.shell.services
        self._memory = Memory(self.shell.places)
        self._now = self._memory.last
        self.head = HeadBar(self.shell.actions, self._scopes)
        self.groups = GroupList()
        self.middle = Middle(self.shell, services.qc_batch.lines)
        self.middle.lines.people = {services.user.id: services.user.name}
        self.detail = DetailPanel(self.shell)
        self.work = QcWork(self.shell, self)
        left = Pane("canvas")
        left.setLayout(column(self.groups, margins=(0, 8, 0, 8)))
        self.parts = Splitter("qc", self.shell.places, (left, self.middle, self.detail), _NARROW, wide=_WIDE)
        whole = column(self.head)
        whole.addWidget(self.parts, 1)
        self.setLayout(whole)
        self._detail_timer = self._timer(_DETAIL_AFTER_MS)
        self._detail_timer.timeout.connect(self._read_detail)
        self._slow_timer = self._timer(LOADING_AFTER_MS)
        self._slow_timer.timeout.connect(self._on_slow)
        self._connect()
        self._name_regions()

    def _connect(self) -> None:
        self.head.scope_chosen.connect(self.show_scope)
        self.head.segment_chosen.connect(self._on_segment)
        self.groups.chosen.connect(self._on_group)
        self.groups.unfolded.connect(self._on_unfolded)
        self.middle.lines.chosen.connect(self._on_line)
        self.middle.lines.opened.connect(self.open_case)
        self.middle.lines.ticked.connect(self._on_ticked)
        self.work.began.connect(self._on_run_began)
        self.work.ended.connect(self._on_run_ended)
        self.work.ran.connect(self._on_ran)

    def _timer(self, after_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        return timer

    def _name_regions(self) -> None:
        choose, leave = KeyHint("↑↓", "选择"), KeyHint("Esc", "返回")
        keys = (
            choose,
            KeyHint("Space", "勾选"),
            KeyHint("Alt+Enter", "按建议修改"),
            KeyHint("R", "退回"),
            KeyHint("X", "例外"),
            KeyHint("F6", "下一条规则"),
        )
        self.add_region("table", self.middle, keys)
        self.add_region("groups", self.groups, (choose, KeyHint("Tab", "到病案"), KeyHint("F6", "下一条规则"), leave))
        self.add_region("head", self.head, (KeyHint("←→", "换一段"), leave))
        self.add_region("detail", self.detail, (KeyHint("Alt+Enter", "按建议修改"), leave))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the scope."""
        return self._title

    def default_focus(self) -> QWidget:
        """Start in the lines."""
        return self.middle.lines

    def place(self) -> Place:
        """Return scope, segment, group and line; remember them with the ticks."""
        self._keep()
        return Place(self.key, self._now.to_json())

    def restore(self, place: Place) -> None:
        """Show a round, else the last one; what changed meanwhile is read now."""
        self._keep()
        self._now = self._now.with_args(place.args)
        on = self.shell.services.qc_batch.rules_on()
        self.shell.set_versions((VersionNote(f"规则：{on:,} 条启用", "本院今天启用的规则；在“规则”页调整"),))
        self.refresh()

    def on_changes(self, changes: Changes) -> None:
        """Count anew; the cursor stays on its line. A hidden page does so when it is shown next."""
        if self.isVisible() and not self._running and (changes.cases or changes.listing or changes.rules):
            self._keep()
            self.refresh()

    def _keep(self) -> None:
        lines = self.middle.lines
        if lines.model.keys or lines.current_pair:
            self._now = replace(self._now, line=lines.current_pair)
        self._memory.keep(self._now, {key[:2] for key in lines.model.ticks} | self._pending_ticks())

    def _pending_ticks(self) -> set[tuple[int, str]]:
        """Return the ticks that wait for their lines to be read."""
        return set() if self.middle.is_read else self._memory.ticks(self._now)

    # Reading.

    def refresh(self) -> None:
        """Count the round anew and read its lines; what stands there stays until then."""
        self._number += 1
        self.head.show_scope(self._title or "…", self._now.segment)
        work = CountRound(self.shell.services, self._number, self._now)
        job = self.shell.jobs.run(work, label="统计质控结果", parent=self)
        job.done.connect(self._on_counted)
        job.failed.connect(self._on_failed)

    def _on_counted(self, counted: Counted) -> None:
        if counted.number != self._number:
            return
        self._title = counted.overview.title
        self.head.show_scope(self._title, self._now.segment)
        self.head.show_overview(counted.overview)
        if not self._running:
            waiting = counted.overview.waiting
            self.head.show_old(f"{waiting:,} 份待检查" if waiting else "")
        self.middle.lines.leaving = {one.case_id: one for one in counted.leaving}
        chosen = self.groups.show_groups(counted.overview.lines, self._now.group, unfolded=self._unfolded)
        if chosen != self._now.group:
            self._keep()
            self._now = replace(self._now, group=chosen, line=None)
        self.middle.show_group(
            next((line for line in counted.overview.lines if line.group == chosen), None),
            leaving=self._now.scope.kind is ScopeKind.LEAVING,
        )
        if chosen is None:
            self._show_empty(counted)
        else:
            self._read_lines()
        self._say_run()
        self.place_changed.emit()

    def _show_empty(self, counted: Counted) -> None:
        self.middle.show_lines(Listed(), set(), None)
        self.detail.show_nothing()
        if not counted.overview.quality.cases:
            words = "这个范围里没有病案。", "按 Ctrl+O 换一个范围，或先导入病例。"
            self.middle.lines.stack.show_empty(*words, "导入病例", partial(self.shell.go, Place("import")))
            self.shell.actions.refresh()
            return
        if not counted.overview.quality.checked:
            words = "这些病案还没有检查过。", "按 F5 重跑规则。"
        elif counted.overview.total:
            words = "这一段没有命中。", "在上方换一段：全部、待处理、已退回、已处理。"
        else:
            words = "没有命中任何规则。", "这些病案可以直接交出。"
        self.middle.lines.stack.show_empty(*words)
        self.shell.actions.refresh()

    def _read_lines(self) -> None:
        work = ListGroup(self.shell.services, self._number, self._now)
        job = self.shell.jobs.run(work, parent=self)
        job.done.connect(self._on_listed)
        job.failed.connect(self._on_failed)

    def _on_listed(self, listed: Listed) -> None:
        if listed.number != self._number:
            return
        ticks = {key[:2] for key in self.middle.lines.model.ticks} if self.middle.is_read else set()
        self.middle.show_lines(listed, ticks | self._memory.ticks(self._now), self._now.line)
        self.shell.actions.refresh()
        self._slow_timer.stop()
        focus = QApplication.focusWidget()
        if self.isVisible() and (focus is None or self.middle.isAncestorOf(focus)):
            self.middle.lines.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, problem: object) -> None:
        if isinstance(problem, UserProblem):
            self.middle.lines.stack.show_problem(problem)

    def _read_detail(self) -> None:
        key = self.current_key
        if key is None or not self.isVisible():
            return
        job = self.shell.jobs.run(ReadDetail(self.shell.services, key), parent=self)
        job.done.connect(partial(self._on_detail, key))

    def _on_detail(self, key: HitKey, detail: LineDetail | None) -> None:
        if key == self.current_key and detail is not None:
            self.detail.show_detail(detail)

    def _say_run(self) -> None:
        at, took = self._memory.last_run(self._now.scope)
        if self.isVisible() and at:
            self.shell.set_status(f"本次运行 {at}，{took}")

    # Signals.

    def _on_segment(self, key: str) -> None:
        self._keep()
        self._now = replace(self._now, segment=None if key == ALL else Segment(key), line=None)
        self.refresh()

    def _on_group(self, group: QcGroup) -> None:
        self._keep()
        self._now = replace(self._now, group=group, line=None)
        self._number += 1
        self._slow_timer.start()
        self.middle.show_group(self.groups.line_of(group), leaving=self._now.scope.kind is ScopeKind.LEAVING)
        self._read_lines()

    def _on_slow(self) -> None:
        """Show no lines of another group for longer than a moment; the table stays, and so does the focus."""
        self.middle.lines.model.show((), (), ())
        self.detail.show_nothing()

    def _on_unfolded(self) -> None:
        self._unfolded = True
        self.refresh()

    def _on_line(self) -> None:
        line = self.middle.lines.current
        if line is None:
            self.detail.show_nothing()
        else:
            self.detail.show_line(line)
            self._detail_timer.start()
        self.shell.actions.refresh()

    def _on_ticked(self) -> None:
        self.shell.actions.refresh()

    def _on_run_began(self) -> None:
        self._running = True
        self.head.show_old(f"上次结果 {self._memory.last_run(self._now.scope)[0]}".strip())
        self.shell.actions.refresh()

    def _on_run_ended(self) -> None:
        self._running = False
        self.refresh()

    def _on_ran(self, rerun: Rerun) -> None:
        took = f"{rerun.cases:,} 份，用时 {rerun.seconds:.1f} s"
        self._memory.ran(self._now.scope, f"{rerun.at:%m-%d %H:%M}", took)
        self.shell.notices.toast(f"规则已重跑，{took}。", severity="ok")

    # What can be done.

    @property
    def current_key(self) -> HitKey | None:
        """The line under the cursor."""
        row = self.middle.lines.table.current_row
        keys = self.middle.lines.model.keys
        return keys[row] if 0 <= row < len(keys) else None

    @property
    def has_line(self) -> bool:
        """True when a line is chosen."""
        return self.current_key is not None

    @property
    def can_fix(self) -> bool:
        """True when something is ticked, or the line under the cursor can be written."""
        return bool(self._fixable)

    @property
    def is_idle(self) -> bool:
        """True while the rules are not run anew."""
        return not self._running

    @property
    def _fixable(self) -> list[HitKey]:
        ticked = self.middle.lines.model.ticks
        key = self.current_key
        return ticked or ([key] if key is not None and key.ready and key.segment is Segment.OPEN else [])

    def _scopes(self) -> tuple[ScopeChoice, ...]:
        listed = self._now.scope if self._now.scope.kind is ScopeKind.LIST else None
        scopes: tuple[ScopeChoice, ...] = self.shell.services.qc_batch.scopes(listed)
        return scopes

    def show_scope(self, scope: QcScope) -> None:
        """Begin a round over other cases."""
        self._keep()
        self._now = Round(scope, self._now.segment)
        self._title = ""
        self.refresh()

    def choose_scope(self) -> None:
        """Open the list of scopes."""
        self.head.open_scopes()

    def toggle(self) -> None:
        """Tick the line under the cursor and go to the next one; say why one cannot be ticked."""
        table = self.middle.lines.table
        if self.middle.lines.model.toggle(table.current_row):
            table.go_to(table.current_row + 1)
        else:
            line = self.middle.lines.current
            if line is not None:
                self.shell.notices.toast(f"{masking().name(line.row.patient_name)}：{self.middle.why_not(line)}")

    def tick_all(self) -> None:
        """Tick every line that can be written; a second time none."""
        model = self.middle.lines.model
        model.tick_all(len(model.ticks) < len(model.ready))

    def fix(self) -> None:
        """Write the suggestions of the ticked lines, else that of the line under the cursor."""
        self.work.fix(self._fixable)

    def hand_back(self) -> None:
        """Return the ticked cases, else the one under the cursor, to their physicians."""
        key = self.current_key
        self.work.hand_back(self.middle.lines.model.ticks or ([key] if key else []))

    def decide(self) -> None:
        """Register an exception for the line under the cursor, or a reason why it shall not count."""
        line = self.middle.lines.current
        if line is not None:
            self.work.decide(line)

    def call_false(self) -> None:
        """Note that the rule was wrong about the case under the cursor."""
        self._judge(was_right=False)

    def call_right(self) -> None:
        """Note that the rule was right about the case under the cursor."""
        self._judge(was_right=True)

    def _judge(self, *, was_right: bool) -> None:
        key = self.current_key
        if key is not None:
            self.work.judge(key, was_right=was_right)
            self._detail_timer.start()

    def let_pass(self) -> None:
        """Let the case under the cursor pass."""
        key = self.current_key
        if key is not None:
            self.work.let_pass(key.case_id)

    def undo(self) -> None:
        """Take the latest operation of a round back."""
        self.work.undo()

    def open_case(self) -> None:
        """Open the case under the cursor at the field that the rule found."""
        line = self.middle.lines.current
        if line is None:
            return
        path = next((path for one in line.findings for path in one.paths), "")
        queue = list(dict.fromkeys(key.case_id for key in self.middle.lines.model.keys[:2000]))
        self.shell.go(Place("case", {"case": line.key.case_id, "field": path, "queue": [*queue]}))

    def next_rule(self) -> None:
        """Go to the next group of the left list."""
        self.groups.step(1)

    def previous_rule(self) -> None:
        """Go to the group before."""
        self.groups.step(-1)

    def rerun(self) -> None:
        """Check the cases of the scope anew."""
        self.work.rerun(self._now.scope, self._title)

    def export(self) -> None:
        """Export the round as a workbook."""
        self.work.export(self._now.scope, self._now.segment, self._title)

    def print_out(self) -> None:
        """Write the round as a PDF."""
        self.work.print_out(self._now.scope, self._now.segment, self._title)

    def approve(self) -> None:
        """Show the requests for exceptions that wait for a signature."""
        self.work.approve()

    def plan(self) -> None:
        """Set when those who leave soon are checked."""
        self.work.plan()

    def open_rule(self) -> None:
        """Open the chosen rule among the rules."""
        key = self.current_key
        if key is not None:
            self.shell.go(Place("rules", {"rule": key.rule_id}))

    @property
    def has_rule(self) -> bool:
        """True when a rule is chosen and the page of rules is there."""
        return self.has_line and any(action.page == "rules" for action in self.shell.actions)

    def escape(self) -> None:
        """Take the ticks off, else leave the page."""
        if self.middle.lines.model.ticks:
            self.middle.lines.model.tick_all(on=False)
            self._memory.keep(self._now, set())
        else:
            self.shell.back()
