"""提交医保: passed cases through the gate, frozen and locked; the register of what went; wishes to unlock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.submission import SubmissionService, Submitted
from app.services.submission_types import (
    GateLine,
    GateReport,
    Refusal,
    Scope,
    StoredSubmission,
    SubmittedCase,
    UnlockRequest,
)
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages import exception_paper
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.leaving import field_takes_escape
from app.ui.pages.submission.detail import SubmissionDetail
from app.ui.pages.submission.receipts import Receipts
from app.ui.pages.submission.scopes import ALL, CHOSEN, chosen_words, scope_args, scope_key, scope_of, scope_of_key
from app.ui.pages.submission.tables import SubmissionLists
from app.ui.pages.worklist.views import SavedView, SavedViews
from app.ui.widgets import ActionButton, Pane, SideLine, SideList, Splitter, Text, column, row

_OPENS: Final = {"group": "drg", "regrouped": "drg"}
"""Where a refused case is opened, if not at its front page."""
_CHECKED: Final = ("ready", "refused")
"""The lists that the gate fills."""
_NOTES: Final = ("{month} 第一次申报", "{month} 补充申报", "按医保审核意见修改后重报")


class SubmissionPage(Page):
    """Left what is meant, in the middle the lists, at the right what a submission held."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._scope = Scope()
        self._report: GateReport | None = None
        self._job: Job | None = None
        self._case_id = 0
        self._tab = "ready"
        self._views: dict[str, SavedView] = {}
        self._receipts = Receipts(self)

    def build(self) -> None:
        """Make scopes, lists, detail and the bar with what can be done."""
        actions = self.shell.actions
        self.scopes = SideList("提交范围", "submission_scopes")
        self.lists = SubmissionLists()
        self.detail = SubmissionDetail(actions)
        self._title = Text("提交医保", "title")
        self._told = Text("", "body", "secondary", elide=True)
        self._notes = Text("", "caption", "warn", elide=True)
        bar = Pane("surface", "b")
        line = row(self._title, gap=12, margins=(14, 8, 12, 8))
        line.addWidget(self._told, 1)
        line.addWidget(ActionButton(actions, "submission.query", small=True))
        line.addWidget(ActionButton(actions, "submission.gate", small=True))
        line.addWidget(ActionButton(actions, "submission.submit", kind="primary", small=True))
        bar.setLayout(line)
        left = Pane("canvas", "r")
        left.setLayout(column(self.scopes, margins=(0, 4, 0, 4)))
        middle = Pane("surface")
        box = column()
        box.addWidget(self.lists, 1)
        foot = Pane("surface", "t")
        below = row(gap=8, margins=(12, 6, 12, 6))
        below.addWidget(self._notes, 1)
        self._deciding = [ActionButton(actions, f"submission.{name}", small=True) for name in ("refuse", "agree")]
        for button in self._deciding:
            below.addWidget(button)
        foot.setLayout(below)
        box.addWidget(foot)
        middle.setLayout(box)
        right = Pane("surface", "l")
        right.setLayout(column(self.detail))
        parts = Splitter("submission", self.shell.places, (left, middle, right), (210, 0, 330))
        whole = column(bar)
        whole.addWidget(parts, 1)
        self.setLayout(whole)
        self._connect()
        self._name_regions()

    def _connect(self) -> None:
        self.scopes.stepped.connect(self._on_scope)
        self.scopes.entered.connect(self.focus_list)
        self.lists.opened.connect(self.open_row)
        self.lists.row_changed.connect(self._on_row)
        self.lists.tab_changed.connect(self._on_tab)
        self.detail.opened.connect(self._open_case)
        self.detail.chosen.connect(self._on_case)

    def _name_regions(self) -> None:
        choose, tabs = KeyHint("↑↓", "选择"), KeyHint("1–4", "切换列表")
        go = (KeyHint("F5", "检查"), KeyHint("Ctrl+F", "按条件选"), KeyHint("Ctrl+Enter", "提交"))
        words = (KeyHint("A", "同意解锁"), KeyHint("N", "不同意"))
        self.add_region("lists", self.lists, (choose, KeyHint("Enter", "打开病案"), tabs, *go, *words))
        self.add_region("scopes", self.scopes, (choose, KeyHint("Enter", "到列表"), *go))
        self.add_region("detail", self.detail, (choose, KeyHint("Enter", "打开病案"), KeyHint("Esc", "返回")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the scope in words."""
        line = self.scopes.line
        return line.label if isinstance(line, SideLine) else ""

    def place(self) -> Place:
        """Return scope, list and the chosen case."""
        args = scope_args(self._scope)
        return Place(self.key, {**args, "tab": self._tab, "case": self._case_id})

    def restore(self, place: Place) -> None:
        """Take a scope up again; a case of a place is looked for in the register."""
        tab, case = place.args.get("tab"), place.args.get("case")
        wanted = scope_of(place.args)
        self._case_id = case if isinstance(case, int) else 0
        if wanted != self._scope:
            self._report = None
        self._scope = wanted
        self._tab = tab if isinstance(tab, str) and tab in self.lists.tables else self._tab
        self.lists.show_tab(self._tab)
        self.read()
        if self._report is None and self._tab == "ready":
            self.run_gate()

    def default_focus(self) -> QWidget:
        """Start in the list."""
        return self.lists.focus_place

    def on_changes(self, changes: Changes) -> None:
        """Count anew when cases moved; a gate report is then older than the cases."""
        if changes.listing and self.isVisible():
            self.read()
            if self._report is not None and not changes.cases.isdisjoint(self._report.case_ids):
                self._report = None
                self._show_report()

    # The gate.

    @property
    def can_run(self) -> bool:
        """True when nothing is being checked or submitted."""
        return self._job is None or self._job.is_over

    @property
    def can_submit(self) -> bool:
        """True when the gate let somebody through."""
        return self.can_run and self._report is not None and bool(self._report.ready)

    def run_gate(self) -> None:
        """Check every passed case of the scope in the background."""
        if not self.can_run or self.shell.services.session.db.read_only:
            return
        work = partial(_gate, self.shell.services.submissions, self._scope)
        job = self._job = self.shell.jobs.run(work, label="提交前检查", parent=self)
        self.lists.show_work(_CHECKED, "改动过的重跑规则和分组；可在其他页继续工作。", job)
        job.done.connect(partial(self._on_gate, job))
        job.cancelled.connect(self._show_report)
        job.failed.connect(partial(self._on_failed, job))
        self.shell.actions.refresh()

    def _on_gate(self, job: Job, report: GateReport) -> None:
        if job is self._job:
            self._report = report
            self._show_report()

    def _on_failed(self, job: Job, problem: object) -> None:
        if job is self._job and isinstance(problem, UserProblem):
            self.lists.show_fault(_CHECKED, problem)
            self.shell.actions.refresh()

    def submit(self) -> None:
        """Ask for the note of this version and submit everything that the gate let through."""
        report = self._report
        if report is None or not self.can_submit:
            return
        again = f"其中 {report.again} 份是重报，将成为新的一版。" if report.again else ""
        lines = (
            f"{len(report.ready):,} 份病案将冻结为一版并锁定；修改须先申请解锁。{again}",
            f"另有 {len(report.refused):,} 份被拦下，不在其中。" if report.refused else "",
        )
        month = self._scope.month or "本次"
        choices = tuple(choice.format(month=month) for choice in _NOTES)
        asking = Asking("提交医保", tuple(filter(None, lines)), choices, "版本说明", "提交并锁定", begins=True)
        ask_words(self, asking, partial(self._submit, report))

    def _submit(self, report: GateReport, note: str) -> None:
        work = partial(_submitted, self.shell.services.submissions, report, note)
        job = self._job = self.shell.jobs.run(work, label="提交医保", writes=True, loses_work=True, parent=self)
        job.done.connect(self._on_submitted)
        self.shell.actions.refresh()

    def _on_submitted(self, done: Submitted) -> None:
        self._report = None
        self.shell.publish(done.changes)
        self.shell.notices.toast(
            f"已提交 {done.cases:,} 份，登记编号 {done.submission_id}，内容已锁定。", severity="ok"
        )
        self.lists.show_tab("register")
        self._tab = "register"
        self.read()
        self._show_report()

    # Showing.

    def read(self) -> None:
        """Count what waits and read the register and the wishes anew."""
        services = self.shell.services
        waiting = services.submissions.waiting()
        lines: list[object] = [SideLine(ALL, "全部已通过", "", waiting.total)]
        if waiting.months:
            lines += [
                "按出院月份",
                *(SideLine(f"m{month}", month, "", n) for month, n in waiting.months if month),
            ]
        if waiting.batches:
            lines += ["按批次", *(SideLine(f"b{number}", name, "", n) for number, name, n in waiting.batches)]
        self._views = {view.key: view for view in SavedViews(self.shell.places).all()}
        if self._views:
            lines += ["我的视图", *(SideLine(key, view.name) for key, view in self._views.items())]
        wanted = scope_key(self._scope, self._views.values())
        if wanted == CHOSEN:
            lines += ["病例列表", SideLine(CHOSEN, chosen_words(self._scope))]
        keys = [one.key if isinstance(one, SideLine) else "" for one in lines]
        self.scopes.side.show(lines)
        self.scopes.choose_silently(keys.index(wanted) if wanted in keys else 0)
        self.lists.show_register(services.submissions.register(), services.submissions.answers())
        self._read_unlocks()
        if self._case_id:
            self._find_case(self._case_id)
        self._on_row()

    def _read_unlocks(self) -> None:
        wishes = self.shell.services.unlocking.waiting()
        rows = self.shell.services.worklist.rows([one.case_id for one in wishes])
        names = {one.case_id: (one.record_no, one.patient_name) for one in rows}
        self.lists.show_unlocks(wishes, names)

    def _find_case(self, case_id: int) -> None:
        """Choose the submission that a case went with last."""
        versions = self.shell.services.submissions.versions(case_id)
        model = self.lists.models["register"]
        for at, one in enumerate(model.values if versions else ()):
            if one.id == versions[0].submission_id:
                self.lists.tables["register"].go_to(at)

    def _show_report(self) -> None:
        report = self._report
        ready, refused = (report.ready, report.refused) if report else ((), ())
        unchecked = ("还没有检查。", "按 F5 检查规则和分组，看哪些可以提交。")
        none = ("没有可以提交的病案。", "病案须先由质控员通过；被拦下的见“被拦下”。")
        self.lists.show_values("ready", ready, none if report else unchecked)
        passed = ("没有被拦下的病案。", "范围内已通过的病案都可以提交。")
        self.lists.show_values("refused", refused, passed if report else unchecked)
        told = f"可提交 {len(ready):,} 份，被拦下 {len(refused):,} 份" if report else "按 F5 检查"
        self._told.setText(told)
        self._notes.setText("　".join(report.notes) if report else "")
        self._on_row()
        self.shell.actions.refresh()

    def _on_scope(self, line: object) -> None:
        if isinstance(line, SideLine) and line.key != CHOSEN:
            view = self._views.get(line.key)
            self._take_scope(Scope(queue=view.queue, words=view.words) if view else scope_of_key(line.key))

    def _take_scope(self, scope: Scope) -> None:
        self._scope, self._report, self._tab = scope, None, "ready"
        self.lists.show_tab("ready")
        if self._job is not None and not self._job.is_over:
            self._job.cancel()
            self._job = None
        self.run_gate()
        self.place_changed.emit()

    def ask_query(self) -> None:
        """Ask for conditions as the filter box of the list takes them; what they show is what is meant."""
        lines = ("写法同病例列表的筛选框，例如“科室:骨科 出院:2026-11”；只取其中已通过的病案。",)
        asking = Asking("按条件选病案", lines, (), "条件", "检查", given=self._scope.words)
        ask_words(self, asking, self._take_query)

    def _take_query(self, words: str) -> None:
        self._take_scope(Scope(queue="all", words=words))
        self.read()

    def _on_tab(self, tab: str) -> None:
        self._tab = tab
        self.place_changed.emit()
        self.shell.actions.refresh()

    def show_tab(self, key: str) -> None:
        """Show a list by its digit."""
        self.lists.show_tab(key)
        self._on_tab(key)
        self._on_row()
        self.lists.focus_place.setFocus()

    def _on_row(self) -> None:
        chosen = self.lists.chosen
        for button in self._deciding:
            button.setVisible(self._tab == "unlock")
        if self._tab == "register" and chosen is not None:
            self._show_submission(chosen, self._case_id)
        elif not self._show_last_of(chosen):
            self.detail.show_nothing("没有提交过。", "“提交登记”里列出每次的内容、文件和各版的不同。")
        self.shell.actions.refresh()

    def _show_last_of(self, chosen: object) -> bool:
        """Show the submission that the chosen case went with last; return whether there is one."""
        case_id = getattr(chosen, "case_id", 0)
        versions = self.shell.services.submissions.versions(case_id) if case_id else ()
        register = self.lists.models["register"].values
        last = next((one for one in register if versions and one.id == versions[0].submission_id), None)
        if last is not None:
            self._show_submission(last, case_id)
        return last is not None

    def _show_submission(self, one: StoredSubmission, case_id: int) -> None:
        submissions = self.shell.services.submissions
        self.detail.show_submission(one, submissions.cases_of(one.id), submissions.receipts(one.id), case_id)

    def _on_case(self, case: SubmittedCase) -> None:
        self._case_id = case.case_id
        versions = self.shell.services.submissions.versions(case.case_id)
        old = next((one for one in versions if one.version == case.version - 1), None)
        changes = self.shell.services.submissions.changes_between(old, case) if old is not None else ()
        self.detail.show_changes(case.version, changes)

    # What is done with a row.

    def open_row(self) -> None:
        """Open the chosen case where it is to be mended; of a submission go to its cases."""
        chosen = self.lists.chosen
        if isinstance(chosen, Refusal):
            self.shell.go(Place(_OPENS.get(chosen.kind, "case"), {"case": chosen.case_id}))
        elif self._tab == "register":
            self.detail.table.setFocus()
        elif chosen is not None:
            self._open_case(chosen.case_id)

    def _open_case(self, case_id: int) -> None:
        self.shell.go(Place("case", {"case": case_id}))

    @property
    def wish(self) -> UnlockRequest | None:
        """The chosen wish to unlock."""
        chosen = self.lists.chosen
        return chosen if self._tab == "unlock" and isinstance(chosen, UnlockRequest) else None

    @property
    def submitted(self) -> StoredSubmission | None:
        """The chosen submission of the register."""
        chosen = self.lists.chosen
        return chosen if self._tab == "register" and isinstance(chosen, StoredSubmission) else None

    def hand_over(self) -> None:
        """Go to where the files of the chosen submission are written."""
        if self.submitted is not None:
            self.shell.go(Place("handover", {"submission": self.submitted.id}))

    def ask_receipt(self) -> None:
        """Register a file of the insurer for the chosen submission."""
        if self.submitted is not None:
            self._receipts.ask(self.submitted)

    def compare_receipt(self) -> None:
        """Compare a file with those of the chosen submission."""
        if self.submitted is not None:
            self._receipts.compare(self.submitted)

    @property
    def has_receipt(self) -> bool:
        """True when something came back for the chosen submission."""
        return self.submitted is not None and self._receipts.last(self.submitted) is not None

    def save_receipt(self) -> None:
        """Write what came back last for the chosen submission."""
        if self.submitted is not None:
            self._receipts.save(self.submitted)

    @property
    def has_exception(self) -> bool:
        """True when an exception was asked for on the chosen case."""
        case_id = self._row_case
        return bool(case_id) and exception_paper.latest(self.shell, case_id) is not None

    @property
    def _row_case(self) -> int:
        found: int = getattr(self.lists.chosen, "case_id", 0) if self.built else 0
        return found

    def write_approval(self) -> None:
        """Write the approval form of the chosen case."""
        chosen = self.lists.chosen
        if isinstance(chosen, GateLine | Refusal):
            exception_paper.ask_form(self, self.shell, chosen.case_id, chosen.record_no)

    def agree(self) -> None:
        """Agree to the chosen wish."""
        wish = self.wish
        if wish is not None:
            self._decide(lambda: self.shell.services.unlocking.agree(wish.id), "已同意解锁。")

    def refuse(self) -> None:
        """Ask why and refuse the chosen wish."""
        wish = self.wish
        if wish is not None:
            asking = Asking("不同意解锁", (f"申请原因：{wish.reason}",), (), "不同意的原因", "不同意")
            ask_words(self, asking, partial(self._refuse, wish))

    def _refuse(self, wish: UnlockRequest, reason: str) -> None:
        self._decide(lambda: self.shell.services.unlocking.refuse(wish.id, reason), "已答复不同意，内容仍锁定。")

    def _decide(self, write: Callable[[], Changes], told: str) -> None:
        try:
            changes = write()
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        self.shell.publish(changes)
        self.shell.notices.toast(told, severity="ok")
        self.read()

    def focus_list(self) -> None:
        """Give the focus to the list, or to the words that stand for it."""
        self.lists.focus_place.setFocus()

    def escape(self) -> None:
        """Leave one level: what is typed, the detail, the page."""
        if field_takes_escape():
            return
        if self.detail.isAncestorOf(self.focusWidget() or self):
            self.lists.focus_place.setFocus()
        else:
            self.shell.back()


def _gate(service: SubmissionService, scope: Scope, progress: Progress) -> GateReport:
    return service.gate(scope, progress)


def _submitted(service: SubmissionService, report: GateReport, note: str, progress: Progress) -> Submitted:
    return service.submit(report, note, progress)
