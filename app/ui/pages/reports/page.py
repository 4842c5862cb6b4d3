"""报表: the month in three parts, work and quality, departments, drilling down. Every number opens its cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Final

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.changes import Changes
from app.services.report_groups import LEVELS
from app.services.report_listings import MONEY_LISTINGS
from app.services.report_paper import period_words
from app.services.report_types import Drilled, GroupRow, MonthReport
from app.services.reports import Choices
from app.services.worklist import WorklistRow
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.leaving import field_takes_escape
from app.ui.pages.reports.filters import FilterBar
from app.ui.pages.reports.giving import PDF, WORD, XLSX, give
from app.ui.pages.reports.groups import CoderView, GroupView
from app.ui.pages.reports.listings import ListingView
from app.ui.pages.reports.parts import CaseList, PartView
from app.ui.pages.reports.wish import PARTS, REPORTS, WORK, Wish
from app.ui.pages.reports.work import counted, drilled, read_cases, read_choices
from app.ui.widgets import Pane, SideLine, SideList, Splitter, StateStack, Tabs, Text, column, row

_KEPT: Final = "reports"
_MOST_CASES: Final = 2000
_CHOOSE, _CASES, _SWAP = KeyHint("↑↓", "选择"), KeyHint("Enter", "打开病例"), KeyHint("T", "图与表")
_SORT, _EXPORT, _BACK = KeyHint("S", "排序"), KeyHint("Ctrl+E", "导出"), KeyHint("Esc", "上一级")


class ReportsPage(Page):
    """Left which report, on top what for. Place: everything asked for; it survives a restart."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._wish = Wish()
        self._choices: Choices | None = None
        self._wanted: Place | None = None
        self._listings: dict[str, ListingView] = {}
        self._report: MonthReport | None = None
        self._drilled: Drilled | None = None
        self._names: list[str] = []
        self._job: Job | None = None
        self._in_cases = False
        self._stays = False

    def build_steps(self) -> Iterator[None]:
        """Make the list of reports, the filters and the first report; what others show is made when it is asked for."""
        reports = self.shell.services.reports
        money, by_amount = reports.sees_money(), reports.sorts_by_amount()
        self._listing = partial(ListingView, money=money, by_amount=by_amount)
        self._group_view = partial(GroupView, money=money, by_amount=by_amount)
        self.filters = FilterBar(self.shell)
        self.list = SideList("报表", "report_list")
        self._reports = [line for line in REPORTS if money or line[0] not in MONEY_LISTINGS]
        self.list.side.show([SideLine(key, label, icon) for key, label, icon in self._reports])
        self.tabs, self.work_tabs = Tabs(PARTS), Tabs(WORK)
        yield
        self.part = PartView()
        yield
        self._note = Text("", "caption", "secondary", elide=True)
        yield
        self._lay_out()
        self._connect()
        self._name_regions()

    def _lay_out(self) -> None:
        left = Pane("canvas", "r")
        left.setLayout(column(self.list, margins=(0, 8, 0, 8)))
        self._head = Pane("surface", "b")
        line = row(gap=10, margins=(12, 0, 14, 0))
        line.addWidget(self.tabs)
        line.addWidget(self.work_tabs)
        line.addWidget(self._note, 1)
        self._head.setLayout(line)
        self._views = QStackedWidget()
        self._views.addWidget(self.part)
        content = QWidget()
        box = column(self._head)
        box.addWidget(self._views, 1)
        content.setLayout(box)
        self.stack = StateStack(content)
        self._parts = Splitter("reports", self.shell.places, (left, self.stack), (176, 0))
        whole = column(self.filters)
        whole.addWidget(self._parts, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.filters.picked.connect(self._on_picked)
        self.list.stepped.connect(self._on_report)
        self.list.entered.connect(self._focus_view)
        self.tabs.changed.connect(self._on_part)
        self.work_tabs.changed.connect(self._on_work)
        self.part.opened.connect(self.open_cases)
        self.part.chosen.connect(self._on_indicator)

    def _name_regions(self) -> None:
        self.add_region("list", self.list, (_CHOOSE, KeyHint("Enter", "到报表"), _EXPORT))
        self.add_region("filters", self.filters, (KeyHint("↓", "选择"), KeyHint("Tab", "下一项"), _EXPORT))
        self.add_region("part", self.part, (_CHOOSE, _CASES, _SWAP, KeyHint("1–3", "切换部分"), _EXPORT))

    @cached_property
    def coders(self) -> CoderView:
        """How much each coder does."""
        view, report = CoderView(), self._report
        if report is not None:
            view.show_lines(report.coders, report.people, report.finished, report.work_note)
        view.opened.connect(self.open_cases)
        self._add("coders", view, _CHOOSE, _CASES, _EXPORT)
        return view

    @cached_property
    def depts(self) -> GroupView:
        """Departments beside each other."""
        view = self._group_view("reports_depts")
        view.opened.connect(self._open_dept)
        self._add("depts", view, _CHOOSE, KeyHint("Enter", "下钻"), _SWAP, _SORT, _BACK)
        return view

    @cached_property
    def diseases(self) -> GroupView:
        """Groups of the scheme beside each other."""
        view = self._group_view("reports_diseases")
        view.opened.connect(self._open_disease)
        self._add("diseases", view, _CHOOSE, _CASES, _SWAP, _SORT, _EXPORT, _BACK)
        return view

    @cached_property
    def drill(self) -> GroupView:
        """One level below another, down to operations."""
        view = self._group_view("reports_drill")
        view.opened.connect(self._go_down)
        view.show_as(table=True)
        self._add("drill", view, _CHOOSE, KeyHint("Enter", "下一级"), KeyHint("C", "打开病例"), _SWAP, _BACK)
        return view

    @cached_property
    def cases(self) -> CaseList:
        """The cases behind a number."""
        view = CaseList()
        view.opened.connect(self._open_case)
        self._add("cases", view, _CHOOSE, KeyHint("Enter", "打开首页"), _BACK)
        return view

    def _add(self, key: str, view: QWidget, *hints: KeyHint) -> None:
        self._views.addWidget(view)
        self.add_region(key, view, hints)

    def _listing_view(self, key: str) -> ListingView:
        """Return the view of a listing, made when it is first asked for."""
        if key not in self._listings:
            view = self._listings[key] = self._listing(key)
            view.opened.connect(self.open_cases)
            self._add(key, view, _CHOOSE, _CASES, _SORT, _EXPORT, _BACK)
            if self._report is not None:
                view.show_listing(self._report.listing(key), period_words(self._report.scope))
        return self._listings[key]

    # Where the user is.

    def title_detail(self) -> str:
        """Return the report, with the path while drilling down."""
        label = next(label for key, label, _ in REPORTS if key == self._wish.report)
        return " › ".join(["医院", *self._names]) if self._wish.report == "drill" else label

    def place(self) -> Place:
        """Return everything that is asked for; nothing before it is known what there is."""
        return Place(self.key, self._wish.to_json() if self._wish.period else {})

    def restore(self, place: Place) -> None:
        """Show what a place asks for, else what was shown last."""
        choices = self._choices
        if choices is None:
            self.stack.show_loading()
            if self._wanted is None:
                job = self.shell.jobs.run(partial(read_choices, self.shell.services.reports), parent=self)
                job.done.connect(self._on_choices)
            self._wanted = place
            return
        known = self._wish
        if not known.period:
            kept = self.shell.places.get(_KEPT)
            known = Wish(period=choices.months[0])
            known = Wish.of(kept, known) if isinstance(kept, dict) else known
        wish = Wish.of(place.args, known)
        again = self._report is None or wish.scope() != self._report.scope
        self._wish = wish
        if not again:
            self._show()
        elif self._job is None or self._job.is_over:
            self.run()

    def _on_choices(self, choices: Choices) -> None:
        self._choices = choices
        self.filters.show_choices(choices)
        if self._wanted is not None:
            self.restore(self._wanted)

    def default_focus(self) -> QWidget:
        """Start in the table of the report."""
        return self._focused()

    def on_changes(self, changes: Changes) -> None:
        """Say that the report is older than the cases; nothing moves by itself."""
        if changes.cases and self._report is not None:
            self._note.setText("病例已有变动，按 F5 重新计算。")

    # Counting.

    @property
    def report(self) -> MonthReport | None:
        """The report that is shown."""
        return self._report

    @property
    def has_report(self) -> bool:
        """True when there is one."""
        return self._report is not None

    @property
    def is_drilling(self) -> bool:
        """True where lines of groups are shown."""
        return self.has_report and self._wish.report in ("depts", "diseases", "drill") and not self._in_cases

    @property
    def is_sortable(self) -> bool:
        """True where lines can be put in another order."""
        return self.has_report and isinstance(self._views.currentWidget(), GroupView | ListingView)

    def run(self) -> None:
        """Count in the background."""
        if self._job is not None and not self._job.is_over:
            self._job.cancel()
        try:
            scope = self._wish.scope()
        except UserProblem as problem:
            self.stack.show_problem(problem)
            return
        work = partial(counted, self.shell.services.reports, scope, self._wish.path)
        job = self._job = self.shell.jobs.run(work, label="计算报表", parent=self)
        self.stack.show_empty("正在计算…", "可在其他页继续工作。", "取消", job.cancel)
        job.done.connect(partial(self._on_counted, job))
        job.failed.connect(partial(self._on_failed, job))
        job.cancelled.connect(partial(self._on_cancelled, job))
        self.shell.actions.refresh()

    def _on_counted(self, job: Job, outcome: tuple[MonthReport, Drilled, list[str]] | None) -> None:
        if job is self._job and outcome is None:
            self._show_nothing()
        elif job is self._job and outcome is not None:
            self._report, self._drilled, self._names = outcome
            self._in_cases = False
            self._show()
            if self.isVisible() and not self._stays:
                self._focus_view()
            self._stays = False
            self.shell.set_status(f"{self._report.cases:,} 份，用时 {self._report.seconds:.1f} s")

    def _show_nothing(self) -> None:
        self._report = None
        if self._choices is not None and not self._choices.departments:
            words = "还没有出院病例。", "从医院系统导出首页（Excel 或 CSV），导入后在这里看报表。"
            self.stack.show_empty(*words, "导入病例", partial(self.shell.go, Place("import")))
        else:
            self.stack.show_empty("这个范围内没有出院病例。", "请在上方换一个月份，或放宽科室、医保、等级条件。")
        self.shell.actions.refresh()

    def _on_failed(self, job: Job, problem: object) -> None:
        if job is self._job and isinstance(problem, UserProblem):
            self._report = None
            self.stack.show_problem(problem)
            self.shell.actions.refresh()

    def _on_cancelled(self, job: Job) -> None:
        if job is self._job:
            self._report = None
            self.stack.show_empty("已取消计算。", "按 F5 重新计算。", "计算", self.run)
            self.shell.actions.refresh()

    # Showing.

    def _show(self) -> None:
        wish, report = self._wish, self._report
        self.filters.show_wish(wish)
        keys = [key for key, *_ in self._reports]
        if wish.report not in keys:
            wish = self._wish = replace(wish, report="month")
        self.list.choose_silently(keys.index(wish.report))
        if report is None:
            return
        self.stack.show_content()
        is_work = wish.report == "work"
        self._head.setVisible(wish.report in ("month", "work"))
        self.tabs.setVisible(wish.report == "month")
        self.work_tabs.setVisible(is_work)
        self.tabs.set_current(wish.part)
        self.work_tabs.set_current(wish.work)
        self._note.setText(report.amount_note if wish.report == "month" and wish.part == "cost" else "")
        self._note.setToolTip(self._note.text())
        match wish.report:
            case "month" | "work":
                self._show_part(report, "quality" if is_work else wish.part)
            case "depts":
                self.depts.show_as(table=wish.table)
                self.depts.show_rows(f"科室对比　{period_words(report.scope)}", report.departments)
            case "diseases":
                self.diseases.show_as(table=wish.table)
                self.diseases.show_rows(f"病种对比　{period_words(report.scope)}", report.diseases)
            case "drill":
                self._show_drilled()
        for key, listing in self._listings.items():
            listing.show_listing(report.listing(key), period_words(report.scope))
        self.part.show_as(table=wish.table)
        self._choose_view()
        self._keep()

    def _show_part(self, report: MonthReport, key: str) -> None:
        if "coders" in vars(self):
            self.coders.show_lines(report.coders, report.people, report.finished, report.work_note)
        self.part.show_part(report, report.dimension(key), self._wish.indicator)

    def _show_drilled(self) -> None:
        found = self._drilled
        if found is not None:
            path = " › ".join(["医院", *self._names])
            self.drill.show_rows(f"{path}　按{text(f'reports.level.{found.level}')}", found.rows)

    def _choose_view(self) -> None:
        wish = self._wish
        view = self.cases if self._in_cases else self._view(wish.work if wish.report == "work" else wish.report)
        self._views.setCurrentWidget(view)
        self.hints_changed.emit()
        self.shell.actions.refresh()
        self.place_changed.emit()

    def _view(self, key: str) -> QWidget:
        match key:
            case "month" | "quality":
                return self.part
            case "depts":
                return self.depts
            case "diseases":
                return self.diseases
            case "drill":
                return self.drill
            case "coders":
                return self.coders
            case _:
                return self._listing_view(key)

    def _focused(self) -> QWidget:
        if not self.stack.shows_content:
            return self.list
        view = self._views.currentWidget()
        if isinstance(view, GroupView):
            return view.shown
        if isinstance(view, ListingView | CoderView):
            return view.table if view.stack.shows_content else self.list
        return view.table if isinstance(view, PartView | CaseList) else self.list

    def _focus_view(self) -> None:
        self._focused().setFocus()

    def _keep(self) -> None:
        self.shell.places.put(_KEPT, self._wish.to_json())

    # What the user asks for.

    def _on_picked(self) -> None:
        wish = self.filters.wish_from(self._wish)
        if wish != self._wish:
            self._stays = True
            self._wish = replace(wish, path=())
            self.run()

    def _on_report(self, line: object) -> None:
        if isinstance(line, SideLine):
            self.show_report(line.key)

    def show_report(self, key: str) -> None:
        """Show another report."""
        self._in_cases = False
        self._wish = replace(self._wish, report=key)
        self._show()

    def _on_part(self, key: str) -> None:
        if key != self._wish.part:
            self._in_cases = False
            self._wish = replace(self._wish, part=key, indicator="")
            self._show()

    def show_part(self, number: int) -> None:
        """Show a part of the monthly report, or of work and quality, by its number from 0."""
        if self._wish.report != "work" and number >= len(PARTS):
            return
        if self._wish.report == "work":
            self.work_tabs.set_current(WORK[number][0])
        else:
            self._wish = replace(self._wish, report="month")
            self.tabs.set_current(PARTS[number][0])
            self._show()
        self._focus_view()

    def _on_work(self, key: str) -> None:
        if key != self._wish.work:
            self._in_cases = False
            self._wish = replace(self._wish, work=key)
            self._keep()
            self._choose_view()

    def _on_indicator(self, key: str) -> None:
        self._wish = replace(self._wish, indicator=key)
        self._keep()

    def swap(self) -> None:
        """Show tables in place of the drawings, or drawings again."""
        focused = self.focusWidget()
        self._wish = replace(self._wish, table=not self._wish.table)
        view = self._views.currentWidget()
        for one in (self.part, view):
            if isinstance(one, PartView | GroupView) and self._wish.report != "drill":
                one.show_as(table=self._wish.table)
        self._keep()
        if focused is not None and not focused.isVisible():
            self._focus_view()

    def _open_dept(self, one: GroupRow) -> None:
        self._wish = replace(self._wish, report="drill", path=())
        self._names = []
        self._go_down(one)

    def _open_disease(self, one: GroupRow) -> None:
        self.open_cases(one.label or one.key, one.opens)

    def sort_on(self) -> None:
        """Put the lines in the order of the next column."""
        view = self._views.currentWidget()
        if isinstance(view, GroupView | ListingView):
            view.sort_on()

    def _go_down(self, one: GroupRow) -> None:
        """Go one level down; below operations there are only the cases."""
        path = (*self._wish.path, one.key)
        if len(path) >= len(LEVELS):
            self.open_cases(one.label or one.key, one.opens)
            return
        self._wish = replace(self._wish, report="drill", path=path)
        self._drill()

    def _drill(self) -> None:
        work = partial(drilled, self.shell.services.reports, self._wish.scope(), self._wish.path)
        job = self.shell.jobs.run(work, label="下钻", parent=self)
        job.done.connect(self._on_drilled)

    def _on_drilled(self, outcome: tuple[Drilled, list[str]]) -> None:
        self._drilled, self._names = outcome
        self._in_cases = False
        self._show()
        if self.isVisible():
            self._focus_view()

    def open_group(self) -> None:
        """Open the cases of the line under the cursor."""
        view = self._view(self._wish.report)
        one = view.current if isinstance(view, GroupView) else None
        if one is not None:
            self.open_cases(one.label or one.key, one.opens)

    def open_cases(self, title: str, case_ids: Sequence[int]) -> None:
        """List the cases behind a number."""
        if not case_ids:
            self.shell.notices.toast(f"{title}：没有病例。")
            return
        job = self.shell.jobs.run(partial(read_cases, self.shell.services.reports, case_ids[:_MOST_CASES]), parent=self)
        job.done.connect(partial(self._on_cases, title, len(case_ids)))

    def _on_cases(self, title: str, whole: int, rows: Sequence[WorklistRow]) -> None:
        self.cases.show_cases(title, rows, whole)
        self._in_cases = True
        self._choose_view()
        if self.isVisible():
            self.cases.table.setFocus()

    def _open_case(self, case_id: int) -> None:
        self.shell.go(Place("case", {"case": case_id}))

    def escape(self) -> None:
        """Leave one level: the field, the cases, a level of the path, the page."""
        if field_takes_escape():
            return
        if self._in_cases:
            self._in_cases = False
            self._choose_view()
            self._focus_view()
        elif self._wish.report == "drill" and self._wish.path:
            self._wish = replace(self._wish, path=self._wish.path[:-1])
            self._drill()
        else:
            self.shell.back()

    # Giving it away.

    def export(self) -> None:
        """Ask for a file and write the workbook."""
        if self._report is not None:
            give(self, self.shell, self._report, XLSX)

    def export_word(self) -> None:
        """Ask for a file and write the report as a Word document."""
        if self._report is not None:
            give(self, self.shell, self._report, WORD)

    def print_out(self) -> None:
        """Ask for a file and write the report as PDF."""
        if self._report is not None:
            give(self, self.shell, self._report, PDF)
